"""The page for readers: its keys are those of the scripts, and the words in it are those of the pages."""

import re

import pytest

from tests.example import ROOT
from tests.manual.generated import MANUAL

PAGE = (MANUAL / "reading.md").read_text("utf-8")
SCRIPTS = ROOT / "generator" / "broadsheet" / "views" / "scripts"
NAMES = {"←": "ArrowLeft", "→": "ArrowRight"}
LABELS = re.findall(r"(?<!\*)\*([A-Z][^*]+)\*", PAGE)


def keys_of(script: str, constant: str) -> list[str]:
    """Return the keys of an object of a script."""
    body = re.search(
        rf"^const {constant} = {{$(.*?)^}};$", (SCRIPTS / script).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert body, constant
    return [quoted or name for quoted, name in re.findall(r'^  (?:"([^"]+)"|(\S+)): ', body[1], re.MULTILINE)]


def test_the_table_has_the_keys_of_the_scripts_in_their_order() -> None:
    table = PAGE.partition("\n## Keys\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    names = [NAMES.get(name, name) for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    assert names == keys_of("shortcuts.js", "KEYS")
    described = keys_of("shortcuts-help.js", "DESCRIPTIONS")  # those of the arrows are on their links
    assert [name for name in names if name not in NAMES.values()] == described


@pytest.mark.parametrize("label", sorted(set(LABELS)))
def test_the_site_has_each_label(label: str) -> None:
    program = SCRIPTS.parent
    files = [*SCRIPTS.glob("*.js"), *program.rglob("*.py"), *program.rglob("*.j2"), ROOT / "mkdocs.yml"]
    words = re.sub(r"\d[\d,]*", "…", label).split("…")
    assert any(
        all(word.strip().lower() in text.lower() for word in words)
        for text in (path.read_text("utf-8") for path in files)
    )
