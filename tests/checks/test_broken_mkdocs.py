"""Mistakes in `mkdocs.yml`: `check` names each with its line, and `build` refuses with the same words."""

from pathlib import Path

import pytest

from broadsheet import PROGRAM
from broadsheet.build.build import build
from broadsheet.checks.check import check
from broadsheet.model.diagnostics import Diagnostic, DigestError
from tests.manual.messages import has_row

SOUND = (PROGRAM / "starter" / "mkdocs.yml").read_text("utf-8").replace("example.org", "papers.group.edu")
# Name: a part of the file of a new digest, its replacement, the start of the wrong line, words of the message.
EDITS = {
    "a misspelt key": ("site_name:", "site_nmae:", "site_nmae", "did you mean site_name?"),
    "a misspelt list": ("extra_css:", "extra_ccs:", "extra_ccs", "did you mean extra_css?"),
    "a key of another program": ("strict: true", "strict: true\nbaseurl: /x/", "baseurl", "no such setting"),
    "a key of an old version": ("nav:", "pages:", "pages:", "use nav"),
    "an old theme_dir": ("strict: true", "theme_dir: x", "theme_dir", "no such setting"),
    "a missing theme": ("name: material", "name: materail", "  name: materail", "no theme materail"),
    "another theme": ("name: material", "name: readthedocs", "  name: readthedocs", "not material"),
    "no name of the theme": ("  name: material\n", "", "theme:", "no name"),
    "a theme that is a list": ("  name: material", "  - material", "  custom_dir", "not YAML"),
    "a missing plugin": ("  search:", "  mermaid2: {}\n  search:", "  mermaid2", "no plugin mermaid2 is installed"),
    "a misspelt plugin option": ("enabled: false", "enabld: false", "    enabld", "no such setting"),
    "a plugin option of a wrong type": ("enabled: false", "enabled: nope", "    enabled", "must be true or false"),
    "plugins that are a text": ("  search:\n    enabled: false", "  search", "plugins", "not a list of plugins"),
    "plugin options not indented": (
        "  search:\n    enabled: false",
        "  - search:\n    enabled: false",
        "  - search",
        "an item without a name: begin it with a hyphen, and indent its options",
    ),
    "a page that is not there": (
        "archive/index.md",
        "archiv/index.md",
        "  - Archive",
        "did you mean archive/index.md?",
    ),
    "a topic's page that is not there": ("  - About:", "  - T: topics/gears/index.md\n  - About:", "  - T:", "no page"),
    "a day's page that is not there": (
        "  - About:",
        "  - T: daily/1999/01/04/index.md\n  - About:",
        "  - T:",
        "no page",
    ),
    "an entry without a page": ("  - Today: index.md", "  - Today:", "  - Today", "not a list"),
    "an entry with two pages": ("  - Today: index.md", "  - {A: index.md, B: x.md}", "  - {A", "no 'Title: page.md'"),
    "a navigation that is a section": ("  - Today: index.md\n", "", "  Today", "not a list"),
    "a missing extension": ("- attr_list", "- atr_list", "  - atr_list", "cannot load the Markdown extension atr_list"),
    "the missing package of an extension": ("- attr_list", "- nosuch.x", "  - nosuch.x", "install its package"),
    "extension options not indented": (
        "  - toc:\n      permalink: false",
        "  - toc:\n    permalink: false",
        "  - toc",
        "an item without a name",
    ),
    "an unknown extension option": ("      permalink: false", "      permalnk: false", "  - toc", "permalnk"),
    "a changed docs_dir": ("docs_dir: docs", "docs_dir: content", "  custom_dir", "not content/.theme"),
    "a docs_dir that is the digest": ("docs_dir: docs", "docs_dir: .", "docs_dir", "the digest's own folder"),
    "a site_dir in docs": ("site_dir: site", "site_dir: docs/site", "site_dir", "is inside docs/"),
    "a site_dir that is data": ("site_dir: site", "site_dir: data", "site_dir", "is data/"),
    "a folder of templates that is not there": ("docs/.theme", "overrides", "  custom_dir", "no folder"),
    "a bad icon": ("material/newspaper-variant-outline", "nosuch/icon", "    logo", "no icon 'nosuch/icon'"),
    "a misspelt icon": (
        "newspaper-variant-outline",
        "newspapr-variant-outline",
        "    logo",
        "did you mean material/newspaper-variant-outline?",
    ),
    "an icon of an admonition": (
        "    logo:",
        "    admonition: {note: octicons/nosuch}\n    logo:",
        "    admonition",
        "theme.icon.admonition.note: the theme has no icon",
    ),
    "a palette that is a word": ("  font: false", "  palette: dark", "  palette", "not a section"),
    "a palette's toggle without an icon": (
        "  font: false",
        "  palette:\n    - scheme: default\n      toggle: {icon: material/nosuch, name: Dark}",
        "      toggle",
        "no icon",
    ),
    "an unknown language": ("language: en", "language: english", "  language", "no language 'english'"),
    "an unknown template": ("  font: false", "  static_templates: [x.html]", "  static_templates", "x.html"),
    "an unknown extra template": (
        "extra_css:",
        "extra_templates: [x.html]\nextra_css:",
        "extra_templates",
        "docs/x.html",
    ),
    "a list for a name": ("site_name: Broadsheet", "site_name: [a]", "site_name", "must be a text"),
    "null for a name": ("site_name: Broadsheet", "site_name: ~", "site_name", "~ would be a text"),
    "an address that is none": ("https://papers.group.edu", "https://[::1", "site_url", "not an absolute http(s)"),
    "an empty custom_dir": ("custom_dir: docs/.theme", "custom_dir:", "  custom_dir", "not the path of a folder"),
    "wrong options of an extension": ("permalink: false", "toc_depth: [1]", "  - toc", "correct its options"),
    "a relative path": (
        "extra_css:",
        "watch: [!relative $config_dir/data]\nextra_css:",
        "watch",
        "not a !relative path",
    ),
    "a wrong type": ("strict: true", "strict: maybe", "strict", "must be true or false, not a text"),
    "a number for a name": ("site_name: Broadsheet", "site_name: 2026", "site_name", "put it in quotes"),
    "a date for a name": ("site_name: Broadsheet", "site_name: 2026-01-01", "site_name", "not a date"),
    "no name": ("site_name: Broadsheet", "site_name:", "site_name", "empty"),
    "an address without a scheme": ("https://papers", "papers", "site_url", "not an absolute http(s) address"),
    "a list that is a word": (
        "  - assets/digest.css",
        "  assets/digest.css",
        "extra_css",
        "must be a list, not a text",
    ),
    "an unknown level": ("anchors: warn", "anchors: wran", "    anchors", "'wran' is not one of"),
    "an unknown link check": ("anchors: warn", "anchor: warn", "    anchor", "did you mean anchors?"),
    "extra that is a list": ("  generator: false", "  - generator", "extra:", "not a section"),
    "a misspelt directive": ("extra:", "extra:\n  policy: {script-scr: x}", "  policy", "did you mean script-src?"),
    "a key given twice": (
        "strict: true",
        "strict: true\nsite_dir: public",
        "site_dir: public",
        "is repeated, after line 6",
    ),
    "a tab": ("  - tables", "\t- tables", "\t- tables", "a tab in the indent: indent with spaces"),
    "a wrong indent": ("  language: en", "    language: en", "    language", "not YAML"),
    "a colon in a text": ("site_name: Broadsheet", "site_name: Papers: new", "site_name", "quote a text with a colon"),
    "a quote that is never closed": ("site_name: Broadsheet", 'site_name: "Broadsheet', "site_name", "never closed"),
    "a bracket that is never closed": ("extra_css:", "watch: [x\nextra_css:", "watch", "never closed"),
    "a line without a colon": ("strict: true", "strict: true\nfont\nwatch: []", "font", "without a colon"),
    "a name that begins with an asterisk": (
        "site_name: Broadsheet",
        "site_name: *Papers*",
        "site_name",
        "begins with *",
    ),
    "a wrong address from the environment": (
        "site_url: https",
        "site_url: !ENV [NO_SUCH_VARIABLE, papers] #",
        "site_url",
        "not an absolute http(s) address",
    ),
    "no name in the environment": ("site_name: Broadsheet", "site_name: !ENV NO_SUCH_VARIABLE", "site_name", "empty"),
    "a tag of another program": ("site_url: https", "site_url: !env SITE_URL #", "site_url", "tag"),
    "another file": ("strict: true", "INHERIT: ../base.yml", "INHERIT", "another file is not read"),
    "a module that is not there": (
        "  - tables",
        "  - pymdownx.emoji:\n      emoji_index: !!python/name:nosuch.emoji.twemoji",
        "      emoji_index",
        "cannot find module 'nosuch.emoji'",
    ),
    "an unknown tag": ("  - tables", "  - !include x", "  - !include", "a tag that has no meaning"),
    "a hook that is not there": ("extra_css:", "hooks:\n  - nosuch.py\nextra_css:", "  - nosuch.py", "nosuch.py"),
    "a hook that is no list": ("extra_css:", "hooks: nosuch.py\nextra_css:", "hooks", "not a list"),
    "a file to watch that is not there": ("extra_css:", "watch: [nosuch]\nextra_css:", "watch", "nosuch"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A digest of one paper."""
    (tmp_path / "digest.yml").write_text("topics: [{id: llm, name: LLM}]\n", "utf-8")
    day = tmp_path / "data/papers/2025/2025-05-27.jsonl"
    day.parent.mkdir(parents=True)
    day.write_text('{"arxiv_id": "2505.18313", "title": "LLM", "authors": ["A. B"], "source": "arxiv"}\n', "utf-8")
    (tmp_path / "mkdocs.yml").write_text(SOUND, "utf-8")
    return tmp_path


def of_mkdocs(root: Path) -> list[Diagnostic]:
    return [problem for problem in check(root).problems if problem.location.startswith("mkdocs.yml")]


def test_the_file_of_a_new_digest_has_no_mistake(root: Path) -> None:
    assert of_mkdocs(root) == []


@pytest.mark.parametrize("name", EDITS)
def test_a_mistake_is_named_with_its_line_and_refused(root: Path, name: str) -> None:
    old, new, start, words = EDITS[name]
    assert old in SOUND
    text = SOUND.replace(old, new, 1)
    if name == "a navigation that is a section":
        text = SOUND.replace("  - Today:", "  Today:").replace("\n  - Archive", "\n  Archive", 1)
        text = "\n".join(line.replace("  - ", "  ") if ".md" in line else line for line in text.splitlines())
    (root / "mkdocs.yml").write_text(text, "utf-8")
    line = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))
    errors = [problem for problem in of_mkdocs(root) if not problem.is_note]
    assert any(words in str(error) for error in errors), errors
    assert {error.location for error in errors} == {f"mkdocs.yml:{line}"}
    assert all(map(has_row, errors)), "in the manual"
    with pytest.raises(DigestError) as caught:
        build(root)
    assert sorted(caught.value.problems) == sorted(errors)
    assert not (root / "docs").exists(), "nothing is written"


def test_all_mistakes_are_named_at_once(root: Path) -> None:
    text = SOUND
    for name in ("a misspelt key", "a missing plugin", "a missing extension", "a wrong type", "an unknown level"):
        text = text.replace(*EDITS[name][:2])
    (root / "mkdocs.yml").write_text(text.replace("- tables", "- tabels"), "utf-8")
    (root / "digest.yml").write_text("topcis: []\n", "utf-8")
    messages = "\n".join(map(str, check(root).problems))
    for word in ("site_nmae", "mermaid2", "atr_list", "tabels", "strict", "anchors", "topcis"):
        assert word in messages


# What works, and is worth a warning at most.
HARMLESS = {
    "another language": ("language: en", "language: de", "theme.language"),
    "an unknown colour": ("  font: false", "  palette: {primary: purpel}", "did you mean purple?"),
    "no style sheet": ("extra_css:\n  - assets/digest.css\n", "", "extra_css"),
    "no templates": ("  custom_dir: docs/.theme\n", "", "theme.custom_dir"),
    "a misspelt key of the theme": ("  font: false", "  font: false\n  favicn: x.png", "did you mean favicon?"),
    "a variable of the environment": ("strict: true", "copyright: !ENV [NO_SUCH_VARIABLE, The group]", ""),
    "a hand-written page": ("  - About:", "  - More: more.md\n  - About:", ""),
    "a hook": ("extra_css:", "hooks: [hook.py]\nextra_css:", "a check does not run hook.py"),
    "python names": (
        "  - tables",
        "  - pymdownx.emoji:\n      emoji_index: !!python/name:material.extensions.emoji.twemoji",
        "",
    ),
    "pages of data": ("  - About:", "  - Ours: papers/2505.18313/index.md\n  - About:", ""),
    "periods": ("  - About:", "  - W: weekly/2025-W22/index.md\n  - M: monthly/2025-05/index.md\n  - About:", ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HARMLESS)
def test_settings_without_errors_can_be_built(root: Path, name: str) -> None:
    old, new, warning = HARMLESS[name]
    text = SOUND.replace(old, new, 1)
    assert text != SOUND
    (root / "mkdocs.yml").write_text(text, "utf-8")
    (root / "docs").mkdir()
    (root / "docs/more.md").write_text("# More\n", "utf-8")
    (root / "hook.py").write_text("def on_config(config): return config\n", "utf-8")
    (root / "digest.yml").write_text("topics: [{id: llm, name: LLM}]\npaper_pages: all\n", "utf-8")
    problems = of_mkdocs(root)
    assert all(problem.is_note for problem in problems)
    assert [warning in str(problem) for problem in problems] == [True] * bool(warning)
    assert list(build(root, processes=1).warnings) == problems
