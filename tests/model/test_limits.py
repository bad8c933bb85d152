"""Limits of fields from any source: no field is too long for a page or has hidden text."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.build.build import build
from broadsheet.checks.check import check
from broadsheet.model import limits, publication
from broadsheet.model.paper import Paper
from broadsheet.settings import config
from broadsheet.store.records import decode_paper, decode_receipt
from broadsheet.store.store import Store
from broadsheet.text.sanitize import clean, safe_url
from tests.example import digest, make_digest, paper

HUGE = 300_000
HIDDEN = "a\u202eb\u2066c\u00add\u200be\U000e0041f\u200dg\ufeffh\x07i\u2060j"
SHOWN = "abcdefghij"

FIELDS: dict[str, Any] = {
    "title": "x" * HUGE,
    "abstract": "y " * HUGE,
    "comment": "z " * HUGE,
    "arxiv_comment": "c" * HUGE,
    "journal_ref": "j" * HUGE,
    "authors": [f"Author {number}" for number in range(20_000)],
    "categories": ["cs.LG"] * HUGE,
    "topics": ["t" * HUGE],
    "reasons": ["r" * HUGE, *["r"] * 200],
    "scorer": {"model": "m" * HUGE},
    "affiliations": ["u" * HUGE],
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_long_field_is_cut_on_its_way_in(tmp_path: Path, field: str) -> None:
    root = make_digest(tmp_path / "digest", papers={})
    file = tmp_path / "2025-05-28.json"
    file.write_text(
        json.dumps([paper("2505.00001") | {"abstract": "Words."} | {field: FIELDS[field]}, paper("2505.00002")])
    )
    run = digest("import", "--root", root, file)
    assert run.returncode == 0, run.stderr
    assert f"{field} of 2505.00001" in run.stdout
    first, second = Store(root).papers("2025-05-28")
    assert len(msgspec.json.encode(first)) < 200_000
    assert second.title == paper("2505.00002")["title"]


@pytest.mark.parametrize("field", FIELDS)
def test_a_long_field_in_data_is_cut_where_it_is_read(field: str) -> None:
    line = json.dumps({"arxiv_id": "2505.00001", "title": "t", "authors": []} | {field: FIELDS[field]}).encode()
    assert len(msgspec.json.encode(decode_paper(line))) < 200_000


@pytest.mark.parametrize("kind", ["papers", "dropped"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_check_names_each_field_that_is_cut(tmp_path: Path, field: str, kind: str) -> None:
    root = make_digest(tmp_path, {"2025-05-28": [paper("2505.00001")]})
    path = root / "data" / kind / "2025" / "2025-05-28.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(paper("2505.00002") | {"dropped": "off topic"} | {field: FIELDS[field]}) + "\n")
    (note,) = [problem for problem in check(root).problems if "is cut" in problem.message]
    assert note.location == f"data/{kind}/2025/2025-05-28.jsonl:1"
    assert note.message.startswith(f"2505.00002: {field}")
    assert digest("check", "--root", root).stdout.splitlines()[0] == f"warning: {note}"


def test_the_check_accepts_values_just_within_the_limits(tmp_path: Path) -> None:
    longest: dict[str, Any] = {name: "x" * number for name, number in limits.MAX_CHARS.items()}
    longest |= {name: ["x" * number] for name, number in limits.MAX_ITEM_CHARS.items() if name != "topics"}
    root = make_digest(tmp_path, {"2025-05-28": [paper("2505.00001") | longest]})
    assert [str(problem) for problem in check(root).problems if "longer" in problem.message] == []


def test_no_page_of_a_build_is_huge(tmp_path: Path) -> None:
    row = paper("2505.00001") | FIELDS | {"authors": FIELDS["authors"][:50]}
    root = make_digest(tmp_path, papers={"2025-05-28": [row | {"topics": []}]})
    build(root)
    assert max(path.stat().st_size for path in (root / "site").rglob("*") if path.is_file()) < 1_000_000


@given(st.text(), st.text())
def test_what_is_within_the_limits_stays(title: str, abstract: str) -> None:
    paper = Paper(arxiv_id="2505.00001", title=title, authors=("A",), abstract=abstract, extra={"x": 1})
    assert limits.capped(paper) == (paper, ())


def test_a_record_of_the_repository_is_cut_too() -> None:
    record = {
        "_id": "1",
        "title": "t" * HUGE,
        "abstract": [{"text": "a" * HUGE}],
        "keyword": ["k" * HUGE, *["k"] * 10_000],
    }
    record |= {"author": [{"full_name": f"A{number}"} for number in range(20_000)]}
    (shortened,), problems = publication.parse_records([record], "x.yml")
    assert problems == []
    assert len(shortened.title) == limits.MAX_CHARS["title"]
    assert len(shortened.authors) == limits.MAX_RECORD_ITEMS
    assert max(len(abstract.text) for abstract in shortened.abstracts) == limits.MAX_RECORD_CHARS


def test_settings_and_receipts_have_no_hidden_text(tmp_path: Path) -> None:
    hidden = yaml.safe_dump({"topics": [{"id": "t", "name": HIDDEN}], "notice": HIDDEN})
    root = make_digest(tmp_path, settings=hidden)
    loaded = config.load(root)
    assert (loaded.topics[0].name, loaded.notice) == (SHOWN, SHOWN)
    fields = {"date": "2025-05-28", "state": "ok", "model": HIDDEN, "errors": [HIDDEN * 10_000]}
    receipt = decode_receipt(json.dumps(fields | {"unscored": {"2505.00001": HIDDEN}}).encode())
    assert (receipt.model, receipt.unscored) == (SHOWN, {"2505.00001": SHOWN})
    assert len(receipt.errors[0]) == limits.MAX_RECEIPT_CHARS


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian
        "क्\u200dष क्\u200cष",  # Devanagari
        "\U0001f469\u200d\U0001f52c",  # woman scientist
        "\U0001f3f3\ufe0f\u200d\U0001f308",  # rainbow flag
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # England
        "葛\U000e0100城",  # a variant of an ideograph
    ],
)
def test_what_a_script_needs_stays(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("hidden", [*HIDDEN[1::2][:-1], "\U000e0067\U000e007f", "\u200c\u200c", "\u180e", "\U0001d175"])
def test_characters_that_hide_text_are_removed(hidden: str) -> None:
    assert clean(f"a{hidden}b") == "ab"
    assert safe_url(f"https://a.example/{hidden}") is None
