"""The marks of a merge conflict in a file of a digest: the message names them, with the line."""

from pathlib import Path

import pytest

from broadsheet.checks.check import check
from tests.example import make_digest, paper

DAY = "2025-05-27"
RECEIPT = '{"date": "2025-05-27",\n"state": "quiet"}\n'
CONFLICT = "<<<<<<< HEAD\n{0}=======\n{1}>>>>>>> 0a1b2c3 (Papers of 2025-05-27)\n"


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("digest.yml", "# Mine\n" + CONFLICT.format("search: true\n", "search: false\n"), "digest.yml:2"),
        (
            "digest.yml",
            "fetch:\n" + CONFLICT.format("  contact: a@uni.edu\n", "  contact: b@uni.edu\n"),
            "digest.yml:2",
        ),
        ("mkdocs.yml", CONFLICT.format("site_name: A\n", "site_name: B\n"), "mkdocs.yml:1"),
        (f"data/papers/2025/{DAY}.jsonl", CONFLICT.format("", ""), f"data/papers/2025/{DAY}.jsonl:1"),
        (f"data/runs/2025/{DAY}.json", CONFLICT.format(RECEIPT, RECEIPT), f"data/runs/2025/{DAY}.json"),
        (
            "data/publications/ours.yml",
            "---\n_id: '1'\n" + CONFLICT.format("title: A\n", "title: B\n"),
            "data/publications/ours.yml:3",
        ),
    ],
)
def test_a_merge_conflict_is_named_with_its_line(path: str, text: str, place: str, tmp_path: Path) -> None:
    root = make_digest(tmp_path, {DAY: [paper("2505.00001")]})
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")
    problems = [str(problem) for problem in check(root).problems if "merge conflict" in str(problem)]
    assert problems[0].startswith(f"{place}: "), problems
    if path.endswith(".json"):
        assert "a merge conflict, on line 1" in problems[0]
