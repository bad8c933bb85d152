"""A small digest, page by page and byte by byte: what changed in the output shows in the diff of tests/golden/docs.

``pytest tests/test_golden.py --update-golden`` writes it anew; read the diff before committing it.
"""

import gzip
import shutil
from pathlib import Path

from broadsheet.build.generate import generate
from tests.example import ROOT, tree

GOLDEN = ROOT / "tests" / "golden"
# Files the program brings along as they are need no copy here.
BROUGHT = ("assets/", ".theme/", ".generated")


def test_every_page_and_feed_is_as_agreed(tmp_path: Path, update_golden: bool) -> None:
    shutil.copytree(GOLDEN / "input", tmp_path, dirs_exist_ok=True)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    generate(tmp_path)
    made = {path: data for path, data in tree(tmp_path / "docs").items() if not path.startswith(BROUGHT)}
    # The bytes of an image depend on the release of Pillow.
    made = {path: data for path, data in made.items() if not path.endswith(".png")}
    made = {path: gzip.decompress(data) if path.endswith(".pack") else data for path, data in made.items()}
    if update_golden:
        shutil.rmtree(GOLDEN / "docs", ignore_errors=True)
        for path, data in made.items():
            (GOLDEN / "docs" / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / "docs" / path).write_bytes(data)
    agreed = tree(GOLDEN / "docs")
    assert made.keys() == agreed.keys()
    for path, data in made.items():
        assert data.decode() == agreed[path].decode(), path
