"""The files of ``docs/`` that MkDocs has to build."""

from pathlib import Path

import pytest
from mkdocs.commands import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.structure.files import get_files

from broadsheet.build.mkdocs_files import listing
from broadsheet.build.output import docs_files

FAR = 10**20  # later than any change of a file


def write(docs: Path, *names: str) -> None:
    for name in names:
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text("mine")


@pytest.mark.parametrize("excluded", ["", "exclude_docs: |\n  !.*\n  drafts\n"])
@pytest.mark.parametrize("readme", [False, True])
def test_the_walk_of_a_build_finds_what_mkdocs_finds(tmp_path: Path, excluded: str, readme: bool) -> None:
    docs = tmp_path / "docs"
    write(docs, "index.md", "b/page.md", "b/photo one.jpg", "b/.hidden/deep/page.md")
    write(docs, ".well-known/security.txt", "b/.htaccess", "daily/2025/05/27/.more/x.txt", "daily/2025/05/27/x.txt")
    write(docs, "drafts/a.md", "b.md", "b/index.md")
    write(tmp_path, "elsewhere/page.md", "elsewhere/.hidden", "elsewhere/inner/page.md")
    (docs / "b" / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (docs / ".linked").symlink_to(docs / "drafts", target_is_directory=True)
    (docs / "page.md").symlink_to("index.md")
    write(docs, *(["b/linked/inner/README.md"] if readme else []))
    (tmp_path / "mkdocs.yml").write_text(f"site_name: Mine\n{excluded}")
    config = load_config(str(tmp_path / "mkdocs.yml"))
    files = docs_files(docs, FAR)
    present = {"b/photo one.jpg", "b/page.md"}
    expected = [(file.src_uri, file.inclusion) for file in get_files(config) if file.src_uri not in present]
    for names in (("/",), [*files.hand_written, *files.hidden, "assets/removed.css"]):
        with listing(present, names):
            files_of_build = mkdocs_build.get_files(config)  # type: ignore[attr-defined]
        assert [(file.src_uri, file.inclusion) for file in files_of_build] == expected
