"""The address of a site: from mkdocs.yml, or from the environment of the host that publishes it."""

from pathlib import Path

import pytest

from broadsheet.build.build import build
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config
from broadsheet.settings.address import is_placeholder, site_address
from tests.example import make_digest, paper

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "Octo-Lab/Papers"}
PLACEHOLDERS = (
    "",
    "http://127.0.0.1:8000/",
    "http://localhost/papers/",
    "https://[::1]/",
    "http://0.0.0.0:8000",
    "https://example.org/broadsheet/",
    "https://www.example.com/",
    "https://group.example/papers/",
    "https://papers.test/",
    "http://127.1.2.3/",
)
REAL = (
    "https://papers.uni.edu/",
    "https://octo.github.io/x/",
    "https://examples.org/",
    "https://10.1.2.3/",
    "https://test.de/",
)


@pytest.mark.parametrize("address", PLACEHOLDERS)
def test_an_example_and_this_machine_are_placeholders(address: str) -> None:
    assert is_placeholder(address)
    assert site_address(address, GITHUB) == "https://octo-lab.github.io/Papers/"


@pytest.mark.parametrize("address", REAL)
def test_a_real_address_stays_on_every_host(address: str) -> None:
    assert not is_placeholder(address)
    assert site_address(address, GITHUB | {"DIGEST_SITE_URL": "https://other.edu"}) == address


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "http://127.0.0.1:8000/"),
        ({"DIGEST_SITE_URL": "https://papers.uni.edu/x"}, "https://papers.uni.edu/x/"),
        (GITHUB | {"DIGEST_SITE_URL": "https://papers.uni.edu"}, "https://papers.uni.edu/"),
        (GITHUB | {"DIGEST_SITE_URL": ""}, "https://octo-lab.github.io/Papers/"),
        (GITHUB | {"GITHUB_REPOSITORY": "Octo/octo.github.io"}, "https://octo.github.io/"),
        (GITHUB | {"GITHUB_SERVER_URL": "https://git.uni.edu"}, "http://127.0.0.1:8000/"),
        ({"GITHUB_REPOSITORY": "octo/papers"}, "http://127.0.0.1:8000/"),  # not in a workflow
        ({"GITLAB_CI": "true", "CI_PAGES_URL": "https://g.gitlab.io/papers"}, "https://g.gitlab.io/papers/"),
        ({"NETLIFY": "true", "URL": "https://p.netlify.app"}, "https://p.netlify.app/"),
        (
            {
                "NETLIFY": "true",
                "CONTEXT": "production",
                "URL": "https://p.edu",
                "DEPLOY_PRIME_URL": "https://m--p.edu",
            },
            "https://p.edu/",
        ),
        (
            {
                "NETLIFY": "true",
                "CONTEXT": "deploy-preview",
                "URL": "https://p.edu",
                "DEPLOY_PRIME_URL": "https://d--p.edu",
            },
            "https://d--p.edu/",
        ),
        ({"URL": "https://elsewhere.edu"}, "http://127.0.0.1:8000/"),
        ({"CF_PAGES": "1", "CF_PAGES_URL": "https://papers.pages.dev"}, "https://papers.pages.dev/"),
        ({"CF_PAGES": "1", "CF_PAGES_URL": "https://0a1b2c3d.papers.pages.dev"}, "https://papers.pages.dev/"),
    ],
)
def test_the_host_gives_the_address(environment: dict[str, str], address: str) -> None:
    assert site_address("", environment) == address
    assert site_address("http://127.0.0.1:8000/" if address == "http://127.0.0.1:8000/" else "", environment) == address


def test_an_address_that_is_not_the_reported_one_is_a_warning(tmp_path: Path) -> None:
    root = make_digest(tmp_path)  # a fork, for example
    text = (
        (root / "mkdocs.yml").read_text().replace("https://example.org/broadsheet/", "https://octo.github.io/papers/")
    )
    (root / "mkdocs.yml").write_text(text)
    site = config.load(root, {}).site
    for reported in ("", "https://octo.github.io/papers", "http://Octo.github.io/papers/", "http://127.0.0.1:8000/"):
        assert config.address_problems(root, site, {"DIGEST_SITE_URL": reported}) == []
    (problem,) = config.address_problems(root, site, {"DIGEST_SITE_URL": "https://fork.github.io/papers"})
    assert problem.is_note
    assert str(problem).startswith("mkdocs.yml:2: site_url is not https://fork.github.io/papers")


def test_the_domain_of_a_cname_file_is_the_address_on_github_pages(tmp_path: Path) -> None:
    root = make_digest(tmp_path)
    (root / "docs" / "CNAME").write_text("papers.uni.edu\n")
    assert config.load(root, GITHUB).site.site_url == "https://papers.uni.edu/"
    assert config.load(root, {}).site.site_url == "https://example.org/broadsheet/"


@pytest.mark.parametrize("extension", ["", "  - smarty\n"], ids=["fast path", "slow path"])
def test_every_file_of_a_site_has_the_address_of_the_host(
    tmp_path: Path, extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_digest(tmp_path, {"2025-05-27": [paper("2505.00001")]})
    text = (root / "mkdocs.yml").read_text().replace("markdown_extensions:\n", f"markdown_extensions:\n{extension}")
    (root / "mkdocs.yml").write_text("".join(line for line in text.splitlines(True) if "site_url" not in line))
    for name, value in GITHUB.items():
        monkeypatch.setenv(name, value)
    build(root)
    address = "https://octo-lab.github.io/Papers/"
    for name in ("sitemap.xml", "feeds/daily.xml", "feeds/all.json", "daily/2025/05/27/index.html"):
        assert address in (root / "site" / name).read_text("utf-8"), name
    assert not [file for file in root.iterdir() if file.name.startswith(".mkdocs")]
    files = [file for file in (root / "site").rglob("*") if file.is_file()]
    assert not [file for file in files if b"example.org/broadsheet" in file.read_bytes()]


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        (GITHUB | {"GITHUB_SERVER_URL": "https://git.uni.edu"}, "GitHub"),
        ({"GITLAB_CI": "true"}, "GitLab"),
        ({"NETLIFY": "true"}, "Netlify"),
        ({"CF_PAGES": "1"}, "Cloudflare Pages"),
    ],
)
@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/", "https://example.org/broadsheet/"])
def test_nothing_is_published_under_a_placeholder(
    tmp_path: Path, environment: dict[str, str], name: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_digest(tmp_path)
    text = (root / "mkdocs.yml").read_text().replace("https://example.org/broadsheet/", address)
    (root / "mkdocs.yml").write_text(text)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(DigestError) as raised:
        build(root)
    hint = "set site_url to the address that readers use, or DIGEST_SITE_URL in the environment"
    assert str(raised.value) == f"mkdocs.yml:2: the site would be published on {name} as {address}: {hint}"
    assert not (root / "site").exists()
