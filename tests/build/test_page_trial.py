"""Hand-written pages with mistakes: `check` names each with its line, and `build` refuses with the same words."""

from pathlib import Path

import pytest

from broadsheet import PROGRAM
from broadsheet.build.build import build
from broadsheet.build.workers import _worker_context
from broadsheet.checks.check import check
from broadsheet.model.diagnostics import DigestError

SOUND = (PROGRAM / "starter" / "mkdocs.yml").read_text("utf-8").replace("example.org", "papers.group.edu")
NAV = ("  - About:", "  - More: {}\n  - About:")
# Name: the files of docs/, an edit of mkdocs.yml, and the start of the only error.
MISTAKES: dict[str, tuple[dict[str, str], tuple[str, str], str]] = {
    "README beside index": ({"README.md": "# R"}, ("", ""), "docs/README.md: has the address of index.md: rename it"),
    "README beside a topic's page": (
        {"topics/llm/README.md": "# R"},
        ("", ""),
        "docs/topics/llm/README.md: has the address of topics/llm/index.md",
    ),
    "README beside another page": (
        {"group/README.md": "# R", "group/index.md": "# G"},
        ("", ""),
        "docs/group/README.md: has the address of group/index.md",
    ),
    "about.md, which replaces the page of the navigation": (
        {"about.md": "# A"},
        ("", ""),
        "mkdocs.yml:32: nav: there is no page about/index.md: write about.md",
    ),
    "a link to no page": ({"m.md": "# M\n\n[x](nope.md)"}, ("", ""), "docs/m.md:3: the link nope.md leads to no page"),
    "a link to a paper that is not there": (
        {"m.md": "# M\n\n[x](papers/9999.99999/index.md)"},
        ("", ""),
        "docs/m.md:3: the link papers/9999.99999/index.md leads to no page",
    ),
    "an image that is not there": ({"m.md": "# M\n![a](x.png)"}, ("", ""), "docs/m.md:2: the link x.png leads to no"),
    "a link out of docs/": ({"m.md": "[a](../README.md)"}, ("", ""), "docs/m.md:1: the link ../README.md leads to no"),
    "a link to no heading": ({"m.md": "# M\n[a](#nope)"}, ("", ""), "docs/m.md:2: the link #nope leads to no heading"),
    "a link to no heading of another page": (
        {"m.md": "# M\n[a](n.md#x)", "n.md": "# N"},
        ("", ""),
        "docs/m.md:2: the link n.md#x leads to no heading of that page",
    ),
    "an absolute link": (
        {"m.md": "# M\n[a](/about/)"},
        ("", ""),
        "docs/m.md:2: the link /about/ is absolute, and breaks where the site is in a folder: did you mean about/index",
    ),
    "a link to a folder": (
        {"m.md": "# M\n[a](about/)"},
        ("", ""),
        "docs/m.md:2: the link about/ leads to no page or file of docs/: did you mean about/index.md?",
    ),
    "a template that is not there": (
        {"m.md": "---\ntitle: M\ntemplate: nosuch.html\n---\n# M"},
        ("", ""),
        "docs/m.md:3: template: the theme has no nosuch.html",
    ),
    "a broken extra template": (
        {"robots.txt": "User-agent: *\n{% if %}"},
        ("extra_css:", "extra_templates: [robots.txt]\nextra_css:"),
        "docs/robots.txt:2: extra_templates: ",
    ),
    "the page of no paper": ({}, (NAV[0], NAV[1].format("papers/9999.99999/index.md")), "mkdocs.yml:32: nav: there is"),
    "the page of no author": ({}, (NAV[0], NAV[1].format("authors/nobody/index.md")), "mkdocs.yml:32: nav: there is"),
    "the page of no publication": ({}, (NAV[0], NAV[1].format("publications/9/index.md")), "mkdocs.yml:32: nav: ther"),
    "a social section": (
        {},
        ("extra:", "extra:\n  social:\n    icon: fontawesome/brands/github"),
        "mkdocs.yml:54: extra.social.icon: no page can be rendered with it",
    ),
    "an unknown analytics provider": (
        {},
        ("extra:", "extra:\n  analytics:\n    provider: plausible"),
        "mkdocs.yml:54: extra.analytics.provider: no page can be rendered with it: the theme has no ",
    ),
    "a section in extra_css": (
        {},
        ("  - assets/digest.css", "  - assets/digest.css\n  - {a: b}"),
        "mkdocs.yml:45: extra_css[1]: ",
    ),
}
HARMLESS = (
    *("about/index.md", "daily/2025/05/27/index.md", "monthly/2025-05/index.md", "topics/llm/index.md"),
    *("papers/2505.18313/index.md", "publications/index.md", "feeds/all.xml", "assets/digest.css", "assets/copy.js"),
    *("assets/images/favicon.png", "n.md#there", "#more", "https://x.edu"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A digest of one paper."""
    (tmp_path / "digest.yml").write_text("topics: [{id: llm, name: LLM}]\npaper_pages: all\n", "utf-8")
    day = tmp_path / "data/papers/2025/2025-05-27.jsonl"
    day.parent.mkdir(parents=True)
    day.write_text('{"arxiv_id": "2505.18313", "title": "LLM", "authors": ["A. B"], "source": "arxiv"}\n', "utf-8")
    return tmp_path


def write(root: Path, pages: dict[str, str], edit: tuple[str, str] = ("", "")) -> None:
    assert edit[0] in SOUND
    (root / "mkdocs.yml").write_text(SOUND.replace(*edit, 1), "utf-8")
    for name, text in pages.items():
        (root / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "docs" / name).write_text(text, "utf-8")


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_and_refused_before_anything_is_written(root: Path, name: str) -> None:
    pages, edit, start = MISTAKES[name]
    write(root, pages, edit)
    before = sorted((root / "docs").rglob("*"))
    errors = [problem for problem in check(root).problems if not problem.is_note]
    assert [str(error)[: len(start)] for error in errors] == [start], errors
    with pytest.raises(DigestError) as caught:
        build(root)
    assert list(caught.value.problems) == errors
    assert sorted((root / "docs").rglob("*")) == before


@pytest.mark.slow
def test_sound_links_pass_and_can_be_built(root: Path) -> None:
    write(root, {"m.md": "# More\n" + "".join(f"\n[a]({target})" for target in HARMLESS), "n.md": "# There"})
    assert [problem for problem in check(root).problems if problem.location.startswith(("docs", "mkdocs"))] == []
    build(root, processes=1)


@pytest.mark.slow
def test_the_feed_of_an_author_with_a_page_can_be_linked(root: Path) -> None:
    day = root / "data/papers/2025/2025-05-27.jsonl"
    paper = day.read_text("utf-8").replace("A. B", "Ada Bell")
    day.write_text("".join(paper.replace("18313", str(number)) for number in range(18313, 18316)), "utf-8")
    write(root, {"m.md": "# More\n\n[a](authors/ada-bell/feed.xml)"})
    build(root, processes=1)
    write(root, {"m.md": "# More\n\n[a](authors/c-d/feed.xml)"})
    assert [problem.location for problem in check(root).problems if not problem.is_note] == ["docs/m.md:3"]


@pytest.mark.slow
def test_a_build_that_is_not_strict_only_warns(root: Path) -> None:
    write(root, {"m.md": "# More\n\n[x](nope.md)"}, ("strict: true", "strict: false"))
    warnings = [problem for problem in check(root).problems if problem.location == "docs/m.md:3"]
    assert [problem.is_note for problem in warnings] == [True]
    assert set(warnings) <= set(build(root, processes=1).warnings)


@pytest.mark.slow
def test_a_page_that_a_hook_makes_can_be_in_the_navigation(root: Path) -> None:
    write(root, {}, (NAV[0], NAV[1].format("z.md")))
    (root / "mkdocs.yml").write_text(f"{(root / 'mkdocs.yml').read_text()}hooks: [h.py]\n", "utf-8")
    hook = """
from mkdocs.structure.files import File
def on_files(files, config):
    files.append(File.generated(config, "z.md", content="# Z"))
    return files
"""
    (root / "h.py").write_text(hook, "utf-8")
    notes = [problem for problem in check(root).problems if "no page z.md" in str(problem)]
    assert [problem.is_note for problem in notes] == [True]
    build(root, processes=1)
    assert (root / "site/z/index.html").exists()


@pytest.mark.parametrize(
    "text", ["def on_config(config):\n    raise ValueError('boom')", "import z\ndef on_config(config):\n    z.f()"]
)
def test_an_exception_of_a_hook_is_one_problem_with_its_line(root: Path, text: str) -> None:
    write(root, {}, ("extra:", "hooks: [h.py]\nextra:"))
    (root / "h.py").write_text(text.replace("import z\n", "import sys; sys.path.insert(0, '.'); import z\n"), "utf-8")
    (root / "z.py").write_text("def f():\n    raise ValueError('boom')\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        with pytest.raises(DigestError) as caught:
            build(root, processes=1)
    file = "z.py" if "z.f()" in text else "h.py"
    assert [str(problem) for problem in caught.value.problems] == [
        f"{file}:2: hook on_config: ValueError: boom: correct the hook, or remove it"
    ]


@pytest.mark.slow
def test_settings_from_the_environment_are_an_input_of_a_build(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, {}, ("site_name: Broadsheet", "site_name: !ENV [GROUP_NAME, Papers of a group]"))
    build(root, processes=1)
    home = root / "site/index.html"
    assert "Papers of a group" in home.read_text()
    monkeypatch.setenv("GROUP_NAME", "Papers of Ada")
    build(root, processes=2)
    assert "Papers of Ada" in home.read_text()
    assert "Papers of a group" not in home.read_text()


@pytest.mark.slow
def test_a_worker_takes_the_environment_of_the_build(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, {}, ("site_name: Broadsheet", "site_name: !ENV [GROUP_NAME, Papers of a group]"))
    monkeypatch.setenv("GROUP_NAME", "Papers of the worker")
    for value, name in (("Papers of Ada", "Papers of Ada"), (None, "Papers of a group")):
        context = _worker_context(str(root), "https://x.edu/", (("GROUP_NAME", value),), str(value), with_theme=False)
        assert context.settings.site.site_name == name
