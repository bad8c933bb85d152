"""Tables with slips: quotes that are not closed, huge cells, odd line ends, lines before the header."""

from pathlib import Path

import pytest

from broadsheet.daily.import_ import ImportReport, run
from broadsheet.model.paper import Paper
from broadsheet.store.store import Store

DAY = "2026-11-23"
HEADER = "arxiv_id,title,relevance,novelty,comment\n"


def import_text(root: Path, name: str, text: str) -> tuple[ImportReport, dict[str, Paper]]:
    (root / name).write_bytes(text.encode())
    report = run(root, [str(root / name)], date=DAY)
    return report, {paper.arxiv_id: paper for paper in Store(root).papers(DAY)}


def row(number: int, title: str = "Plain") -> str:
    return f"2611.{number:05},{title},9,8,c\n"


PLAIN = "".join(map(row, range(10, 50)))
QUOTED = "".join(row(number, '"Title, of ""two"" parts"') for number in range(10, 50))


@pytest.mark.parametrize(
    "after", [PLAIN, QUOTED, PLAIN + row(50, '"T, U"'), PLAIN + row(50).replace(",c", ',5"'), row(9, '""') + QUOTED, ""]
)
@pytest.mark.parametrize("slip", [row(2, '"Half quoted'), row(2, '"Two ""x'), row(2).replace(",c", ',"c')])
def test_an_unclosed_quote_loses_no_row(tmp_path: Path, slip: str, after: str) -> None:
    report, papers = import_text(tmp_path, "papers.csv", HEADER + row(1) + slip + after)
    others = {f"2611.{number:05}" for number in range(9, 51) if f"2611.{number:05}," in after}
    assert set(papers) >= {"2611.00001", *others} - {"2611.00009"}  # whose title may be empty
    assert papers["2611.00002"].score == 17
    (problem,) = [problem for problem in report.faults if "quote" in problem.message]
    assert problem.location.endswith("papers.csv:3")
    assert report.outcomes["added"] == len(papers)


def test_tabs_need_no_quotes(tmp_path: Path) -> None:
    text = (HEADER + row(1) + row(2, '"Half quoted') + PLAIN).replace(",", "\t")
    report, papers = import_text(tmp_path, "papers.tsv", text)
    assert [problem.location.rpartition("/")[2] for problem in report.faults] == ["papers.tsv:3"]
    assert len(papers) == 42


def test_a_quote_over_several_lines_is_valid(tmp_path: Path) -> None:
    report, papers = import_text(
        tmp_path, "papers.csv", HEADER + row(1, '"One,\n\ntwo ""and""\nthree"') + row(2, '5" disk')
    )
    assert (report.faults, papers["2611.00001"].title) == ([], 'One, two "and" three')
    assert papers["2611.00002"].title == '5" disk'


def test_a_huge_cell_is_cut_and_loses_no_row(tmp_path: Path) -> None:
    report, papers = import_text(
        tmp_path, "papers.csv", HEADER + row(1, "x" * 300_000) + row(2, f'"{"y," * 150_000}"') + PLAIN
    )
    assert (len(papers), report.faults) == (42, [])
    assert papers["2611.00001"].title.startswith("xxx")


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_only_line_ends_end_a_line(tmp_path: Path, mark: str) -> None:
    report, papers = import_text(tmp_path, "papers.csv", HEADER + row(1, f"One{mark}two") + row(2))
    assert (list(papers), report.faults) == (["2611.00001", "2611.00002"], [])
    assert papers["2611.00001"].title.endswith("two")


def test_returns_alone_end_lines_where_there_are_no_others(tmp_path: Path) -> None:
    report, papers = import_text(tmp_path, "papers.csv", (HEADER + row(1) + row(2)).replace("\n", "\r"))
    assert (list(papers), report.faults) == (["2611.00001", "2611.00002"], [])
    report, papers = import_text(tmp_path, "others.csv", HEADER + row(3, "One\rtwo") + row(4))
    assert (papers["2611.00003"].title, len(papers), report.faults) == ("One two", 4, [])


@pytest.mark.parametrize(
    "before", ["My papers\n", "# exported, by hand\n\n", "sep=,\nTitle of all\n", "Group,,,,\n,,,,\n"]
)
def test_lines_before_the_header_are_passed_over(tmp_path: Path, before: str) -> None:
    report, papers = import_text(tmp_path, "papers.csv", before + HEADER + row(1))
    assert (list(papers), report.faults) == (["2611.00001"], [])
    (note,) = report.problems
    assert note.message == f"the header is on line {before.count(chr(10)) + 1}; the lines before it were skipped"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("paper,title,relevance,novelty\n1,T,9,8\n",
         "a table without a column of arXiv ids; its columns are paper, title, relevance, novelty"),
        ("foo,bar\n1,2\n", "a table without a header: its first line is foo,bar"),
        ("My papers\n2611.00001,T,9,8\n", "a table without a header: its first line is My papers"),
    ],
)  # fmt: skip
def test_a_missing_column_is_reported_once(tmp_path: Path, text: str, what: str) -> None:
    report, papers = import_text(tmp_path, "papers.csv", text)
    assert ([problem.message for problem in report.faults], papers) == ([what], {})
