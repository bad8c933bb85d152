"""The limits of a day's page."""

import re
from pathlib import Path

from broadsheet.build.generate import generate
from tests.example import make_digest


def test_the_setting_limits_the_abstracts_shown_on_a_day(tmp_path: Path) -> None:
    make_digest(tmp_path, settings="pages: {abstracts: 1, expanded_abstracts: 0}\n")
    file = tmp_path / "data/papers/2025/2025-05-27.jsonl"
    file.parent.mkdir(parents=True)
    line = (
        '{{"arxiv_id":"2505.0000{0}","title":"T","abstract":"Text {0}.","relevance":{0},"novelty":5,"source":"hf"}}\n'
    )
    file.write_text("".join(map(line.format, (1, 2, 3))))
    generate(tmp_path)
    page = (tmp_path / "docs/daily/2025/05/27/index.md").read_text()
    assert re.findall(r'id="(2505\.\d+)"', page) == ["2505.00003", "2505.00002", "2505.00001"]
    assert re.findall(r"Text \d", page) == ["Text 3"]
