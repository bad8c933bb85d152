"""Scripts and style sheets: formatted and linted with Biome, and without unused classes."""

import re
import subprocess
from pathlib import Path

from tests.conftest import absent

ROOT = Path(__file__).resolve().parent.parent.parent
VIEWS = ROOT / "generator" / "broadsheet" / "views"
BIOME = ROOT / "tests" / "biome"


def biome(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Biome as `make lint-scripts` does."""
    program = BIOME / "node_modules" / ".bin" / "biome"
    if not program.exists():
        absent("no Biome: make lint-scripts installs it, with npm (Debian, Ubuntu: apt-get install nodejs npm)")
    command = [str(program), "check", f"--config-path={BIOME}", "--error-on-warnings", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_scripts_and_style_sheets_pass_biome() -> None:
    result = biome(str(VIEWS / "scripts"), str(VIEWS / "styles"))
    assert result.returncode == 0, result.stdout + result.stderr


def test_biome_reports_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "wrong.js").write_text("if (a == NaN) var unused = 2;\n")
    (tmp_path / "wrong.css").write_text("a { color: red; color: blue }\n")
    output = biome(str(tmp_path)).stderr
    for rule in ("noDoubleEquals", "useIsNan", "noUnusedVariables", "noDuplicateProperties", "format"):
        assert rule in output, output


def test_biome_is_pinned_without_a_registry() -> None:
    lock = (BIOME / "package-lock.json").read_text("utf-8")
    assert '"integrity": "sha512-' in lock
    assert "resolved" not in lock
    assert "http" not in lock


def test_every_class_of_the_style_sheets_is_written_somewhere() -> None:
    styles = "".join(path.read_text("utf-8") for path in sorted((VIEWS / "styles").glob("*.css")))
    selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "", styles, flags=re.DOTALL)
    classes = set(re.findall(r"\.([a-z][\w-]*)", selectors))
    sources = [path for path in (ROOT / "generator").rglob("*") if path.suffix in {".py", ".j2", ".html", ".js"}]
    written = set(re.findall(r"[a-z][\w-]*", " ".join(path.read_text("utf-8") for path in sources)))
    computed = {name for name in classes if re.fullmatch(r"level-\d|back-\d+|md-.*", name)}
    assert classes - written - computed == set()
