"""The address of a site: from mkdocs.yml, or from the environment of the host that publishes it."""

from pathlib import Path

import pytest

from broadsheet.build.build import build
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config
from broadsheet.settings.address import is_placeholder, is_sample_contact, parse_address, site_address
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


# -- what is an address --------------------------------------------------------------------------------------------

WRONG = (
    "papers.uni.edu",
    "//papers.uni.edu/",
    "ftp://papers.uni.edu/",
    "javascript:alert(1)",
    "https://papers.uni.edu/?y=1",
    "https://papers.uni.edu/#top",
    "https://papers.uni.edu:99999999/",
    "https://papers.uni.edu/my papers/",
    "https://papers uni.edu/",
    "https://[::1/x",
    "https://ada:secret@papers.uni.edu/",
    'https://papers.uni.edu/"x',
)


@pytest.mark.parametrize("address", WRONG)
def test_a_text_that_is_no_address_is_refused_with_its_line_or_variable(tmp_path: Path, address: str) -> None:
    root = make_digest(tmp_path)
    settings, problems = config.read(root, {"DIGEST_SITE_URL": address})
    hint = "is not an absolute http(s) address: write the address that readers use, without spaces, ? and #"
    assert (settings, [str(problem) for problem in problems]) == (None, [f"DIGEST_SITE_URL: {address!r} {hint}"])
    text = (root / "mkdocs.yml").read_text().replace("https://example.org/broadsheet/", f"'{address}'")
    (root / "mkdocs.yml").write_text(text)
    with pytest.raises(DigestError) as raised:
        build(root)
    assert str(raised.value) == f"mkdocs.yml:2: site_url {hint}"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("HTTPS://Group.edu/x", "https://Group.edu/x"),
        (" https://group.edu ", "https://group.edu"),
        ("http://group.edu:8080/~ada/", "http://group.edu:8080/~ada/"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
        ("https://universität.de/bücher/", "https://xn--universitt-y5a.de/b%C3%BCcher/"),
        ("https://faß.de:8443/a%20b/紙", "https://xn--fa-hia.de:8443/a%20b/%E7%B4%99"),
        ("https://group.edu/~ada/a,b;c@d/e'f+g/", "https://group.edu/~ada/a,b;c@d/e'f+g/"),
    ],
)
def test_a_scheme_may_have_capitals(text: str, address: str, tmp_path: Path) -> None:
    assert parse_address(text) == address
    root = make_digest(tmp_path)
    (root / "mkdocs.yml").write_text(f'site_name: A\nsite_url: "{text}"\n')
    assert config.load(root, {}).site.site_url == f"{address.rstrip('/')}/"


# -- what the host reports -----------------------------------------------------------------------------------------

GITLAB = {"GITLAB_CI": "true", "CI_PAGES_URL": "https://group.gitlab.io/papers"}
NETLIFY = {"NETLIFY": "true", "URL": "https://papers.uni.edu"}
PREVIEW = NETLIFY | {"CONTEXT": "deploy-preview", "DEPLOY_PRIME_URL": "https://deploy-preview-1--p.netlify.app"}
CLOUDFLARE = {"CF_PAGES": "1", "CF_PAGES_URL": "https://0a1b2c3d.papers.pages.dev"}
VERCEL = {"VERCEL": "1", "VERCEL_PROJECT_PRODUCTION_URL": "papers.vercel.app"}
READ_THE_DOCS = {"READTHEDOCS": "True", "READTHEDOCS_CANONICAL_URL": "https://papers.readthedocs.io/en/latest/"}


@pytest.mark.parametrize(
    ("environment", "address", "reported"),
    [
        (GITLAB, "https://other.gitlab.io/papers/", "https://group.gitlab.io/papers"),
        (GITLAB, "https://group.gitlab.io/papers/", ""),
        (GITLAB, "https://papers.uni.edu/", ""),  # GitLab does not report a domain of one's own
        (NETLIFY, "https://old.uni.edu/", "https://papers.uni.edu"),
        (NETLIFY, "https://p.netlify.app/", "https://papers.uni.edu"),
        (NETLIFY, "https://papers.uni.edu/", ""),
        (PREVIEW, "https://papers.uni.edu/", ""),
        (PREVIEW, "https://deploy-preview-1--p.netlify.app/", ""),
        (CLOUDFLARE, "https://other.pages.dev/", "https://papers.pages.dev/"),
        (CLOUDFLARE, "https://papers.pages.dev/", ""),
        (CLOUDFLARE, "https://papers.uni.edu/", ""),
        (VERCEL, "https://other.vercel.app/", "https://papers.vercel.app/"),
        (READ_THE_DOCS, "https://other.readthedocs.io/en/latest/", "https://papers.readthedocs.io/en/latest/"),
        (GITHUB, "https://octo-lab.github.io/papers/", ""),
        (GITHUB, "https://someone.github.io/Papers/", "https://octo-lab.github.io/Papers"),
    ],
)
def test_another_address_of_the_same_host_is_a_warning(
    environment: dict[str, str], address: str, reported: str, tmp_path: Path
) -> None:
    root = make_digest(tmp_path)
    (root / "mkdocs.yml").write_text(f"site_name: A\nsite_url: {address}\n")
    problems = config.address_problems(root, config.load(root, environment).site, environment)
    expected = [f"mkdocs.yml:2: site_url is not {reported}, which the host reports: correct it, or leave it out"]
    assert [str(problem) for problem in problems] == (expected if reported else [])
    assert all(problem.is_note for problem in problems)


@pytest.mark.parametrize("environment", [VERCEL, READ_THE_DOCS])
def test_a_sample_address_is_not_published_on_other_hosts(environment: dict[str, str], tmp_path: Path) -> None:
    root = make_digest(tmp_path)
    (variable, value), (_, announced) = environment.items()
    assert announced.rstrip("/") in config.load(root, environment).site.site_url
    site = config.load(root, {variable: value}).site
    (problem,) = config.address_problems(root, site, {variable: value})
    assert not problem.is_note


# -- a contact -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "is_sample"),
    [
        ("papers@group.example", True),
        ("ada@example.org", True),
        ("ada@mail.example.com", True),
        ("https://group.example/about", True),
        ("ada@uni.edu", False),
        ("https://uni.edu/about", False),
        ("ada@examples.org", False),
    ],
)
def test_a_sample_contact_is_a_warning(contact: str, is_sample: bool, tmp_path: Path) -> None:
    assert is_sample_contact(contact) == is_sample
    root = make_digest(tmp_path, settings=f"fetch: {{contact: '{contact}'}}\n")
    settings, problems = config.read(root, {})
    assert settings
    message = f"digest.yml:1: fetch.contact: {contact} is only an example: write your own"
    assert [str(problem).startswith(message) for problem in problems] == ([True] if is_sample else [])


def test_a_sample_sender_is_a_warning(tmp_path: Path) -> None:
    root = make_digest(tmp_path, settings="mail: {from: Papers <papers@group.example>, reply_to: ada@uni.edu}\n")
    (problem,) = config.read(root, {})[1]
    assert problem.is_note
    assert str(problem).startswith("digest.yml:1: mail: from is only an example: Papers <papers@group.example>")
