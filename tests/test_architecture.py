"""The statements of docs/manual/architecture.md hold."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import broadsheet.providers.parsers
import broadsheet.views.page_types
import broadsheet.views.pages
from tests.example import ROOT
from tests.structure import measure, read

DOCUMENT = (ROOT / "docs" / "manual" / "architecture.md").read_text("utf-8")
PROGRAM = ROOT / "generator" / "broadsheet"
MODULES = sorted(path for path in PROGRAM.rglob("*.py") if "starter" not in path.parts)


def test_the_packages_of_the_picture_are_the_folders_there_are() -> None:
    packages = re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE)
    assert sorted(packages) == sorted(path.parent.name for path in PROGRAM.glob("*/__init__.py"))
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    layers = settings.partition("layers = [")[2].partition("]")[0]
    assert re.findall(r"\w+", layers) == packages


def test_imports_point_down() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


PURE = ("bibliography", "index", "model", "scoring/local", "text", "views")


def test_pure_packages_open_no_file() -> None:
    calls = [
        f"{module.name}:{node.lineno}"
        for package in PURE
        for module in read(PROGRAM / package)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"open", "print", "input"}
    ]
    assert calls == []


def test_every_file_it_names_exists() -> None:
    paths = set(re.findall(r"`((?:generator|tests|docs|data)/[\w./-]+)`", DOCUMENT))
    assert paths
    generated = {"docs/.theme/", "data/replies/", "data/dropped/"}  # by `broadsheet generate`, `score` and `run`
    assert [path for path in sorted(paths - generated) if not (ROOT / path).exists()] == []
    below = {path for path in re.findall(r"`((?:\w+/)+[\w.-]+\.\w+)`", DOCUMENT) if "NAME" not in path} - paths
    styles = {"assets/digest.css", "assets/theme.css"}
    assert [path for path in sorted(below - styles) if not (PROGRAM / path).exists()] == []


def test_every_name_it_gives_beside_a_module_is_in_the_module() -> None:
    pairs = re.findall(r"`([\w.]+)`\s+(?:in|of|\()\s*`((?:\w+/)+\w+\.py)`", DOCUMENT)
    assert len(pairs) > 10
    folders = {path: ROOT if path.startswith(("generator/", "tests/")) else PROGRAM for _, path in pairs}
    sources = {path: (folder / path).read_text("utf-8") for path, folder in folders.items()}
    missing = [(name, path) for name, path in pairs if not re.search(rf"\b{name.split('.')[-1]}\b", sources[path])]
    assert missing == []


def test_the_page_is_short() -> None:
    lines = DOCUMENT.splitlines()
    assert len(lines) <= 250
    assert [line for line in lines if len(line) > 130] == []


def test_every_kind_of_page_and_every_source_is_in_its_tuple() -> None:
    files = (PROGRAM / "views/pages").glob("*.py")
    pages = {path.stem for path in files if "\ndef pages(" in path.read_text("utf-8")}
    kinds = broadsheet.views.page_types.PAGE_TYPES.values()
    assert {kind.pages.__module__.rpartition(".")[2] for kind in kinds if kind.name != "feeds"} == pages
    parsers = {parser.module for parser in broadsheet.providers.parsers.PARSERS}
    providers = (PROGRAM / "providers").rglob("*.py")
    with_parse = {
        path.relative_to(PROGRAM / "providers").with_suffix("").as_posix().replace("/", ".")
        for path in providers
        if "\ndef matches(" in path.read_text("utf-8")
    }
    assert parsers == with_parse


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_and_functions_stay_short(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    functions = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= 50] == []
    assert not {"utils", "helpers", "common", "base", "manager"} & {path.stem}


def test_structure_and_words_stay_within_limits() -> None:
    metrics = measure(read(PROGRAM), PROGRAM.name)
    assert metrics.too_complex == []
    assert metrics.cycles == []
    assert metrics.repeated_classes == []
    assert metrics.banned_bindings.total() < 40, metrics.banned_bindings
    assert len(metrics.relative_docstrings) < 20, metrics.relative_docstrings


def test_the_structure_of_a_bad_program_is_seen(tmp_path: Path) -> None:
    branches = "".join(f"        if b == {n}:\n            if c:\n                a += {n}\n" for n in range(6))
    (tmp_path / "one.py").write_text(
        '"""What it is."""\nfrom bad.two import f\nclass A:\n    pass\n'
        f"def g(b, c):\n    a = 0\n    for found in b:\n{branches}    return a\n"
    )
    (tmp_path / "two.py").write_text("class A:\n    def f(self):\n        from bad import one\n        return one\n")
    metrics = measure(read(tmp_path), "bad")
    assert [place.partition(":")[0] for place in metrics.too_complex] == ["one.g"]
    assert metrics.cycles == [["one", "two"]]
    assert (metrics.repeated_classes, dict(metrics.banned_bindings)) == (["A"], {"found": 1, "one": 1})
    assert metrics.relative_docstrings == ["one.: What it is."]
