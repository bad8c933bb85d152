"""The import on real input: every row of the corpus is accounted for."""

import ast
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from broadsheet.daily.import_ import ImportReport, run
from broadsheet.index.ranking import sort_key
from broadsheet.model.receipt import Cost, Tokens
from broadsheet.model.state import DayState
from broadsheet.providers import parsers
from broadsheet.store.store import Store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def archive(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, dict[str, ImportReport]]:
    """The scored days and those of Hugging Face in one store, with a report of each import."""
    root = tmp_path_factory.mktemp("archive")
    folders = ("scored/daizedong", "scored/cgarling", "hf/raw")
    return Store(root), {folder: run(root, [str(corpus / folder)]) for folder in folders}


@pytest.mark.parametrize(
    ("folder", "files", "rows"),
    [("scored/daizedong", 242, 7218), ("scored/cgarling", 69, 5723), ("hf/raw", 50, 1090)],
)
def test_every_row_is_accounted_for(
    archive: tuple[Store, dict[str, ImportReport]], folder: str, files: int, rows: int
) -> None:
    report = archive[1][folder]
    assert report.files - report.kinds.get("not recognised", 0) == files
    assert (report.read, report.rejected, report.faults) == (rows, 0, [])
    merged = (
        report.outcomes.get("conflicting", 0) + report.outcomes.get("filled", 0) + report.outcomes.get("unchanged", 0)
    )
    assert report.outcomes["added"] + merged == rows
    assert merged == (2 if folder == "scored/cgarling" else 0)  # both archives scored two papers on the same day


def test_the_repairs(archive: tuple[Store, dict[str, ImportReport]]) -> None:
    counted = Counter(fix.kind for report in archive[1].values() for fix in report.fixes)
    assert counted["announce prefix removed from the abstract"] == 25
    assert counted["TeX that was read as a JSON escape restored"] == 3
    assert counted["old-style id without its archive: kept, not linked"] == 3
    assert counted["white space removed from a link"] == 3
    assert counted["TeX accents in a name converted to letters"] > 3500
    assert counted["affiliation that was split off as authors joined again"] > 1400
    for report in archive[1].values():
        for fix in report.fixes:
            assert fix.location.rpartition(":")[2].isdigit()


def test_all_of_it_again_changes_nothing(archive: tuple[Store, dict[str, ImportReport]], corpus: Path) -> None:
    store = archive[0]
    before = {path: path.stat().st_mtime_ns for path in store.data.rglob("*")}
    report = run(store.root, [str(corpus / "hf/raw"), str(corpus / "scored")])
    assert (report.read, report.days, report.outcomes.get("added", 0)) == (7218 + 5723 + 1090, [], 0)
    assert {path: path.stat().st_mtime_ns for path in store.data.rglob("*")} == before


def test_the_day_of_seed_002_keeps_its_papers_in_order(
    archive: tuple[Store, dict[str, ImportReport]], corpus: Path
) -> None:
    source = json.loads((corpus / "scored/daizedong/2025-05/2025-05-27-output.json").read_text("utf-8"))
    papers = [paper for paper in archive[0].papers("2025-05-27") if paper.source == "arxiv"]
    assert len(papers) == 84
    assert [paper.arxiv_id for paper in papers] == sorted(source)
    papers.sort(key=sort_key)
    assert [paper.score for paper in papers] == [row["SCORE"] for row in source.values()]
    assert [paper.relevance for paper in papers] == [row["RELEVANCE"] for row in source.values()]


def test_no_control_character_no_prefix_no_tex_accent_is_left(archive: tuple[Store, dict[str, ImportReport]]) -> None:
    store = archive[0]
    for date in store.dates():
        for paper in store.papers(date):
            everything = " ".join(filter(None, (paper.title, paper.abstract, paper.comment, *paper.authors)))
            assert not any(mark < " " and mark not in "\n\t" for mark in everything), paper.arxiv_id
            assert not (paper.abstract or "").startswith("arXiv:"), paper.arxiv_id
            assert not any("\\" in name or "(" in name or name in ("", ":") for name in paper.authors), paper.authors


def test_the_hard_cases(corpus: Path) -> None:
    for line in (corpus / "hard_cases.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        record = case["record"] if isinstance(case["record"], dict) else ast.literal_eval(case["record"])
        data = json.dumps({case["arxiv_id"]: record}).encode()
        result = parsers.parse(data, "file", case["date"])[1]
        (row,) = result.rows
        paper = row.paper
        assert paper.arxiv_id == case["arxiv_id"]
        assert len(paper.authors) <= len(record["authors"])
        if "author_match_no_scores" in case["hazards"]:
            assert (paper.score, paper.extra["score"]) == (None, 20)
        if "affiliation_split_into_authors" in case["hazards"]:
            assert len(paper.extra["affiliations"]) == len(paper.authors) < len(record["authors"])
            assert not any("(" in name or ")" in name for name in paper.authors)
        if "announce_prefix_in_abstract" in case["hazards"]:
            assert paper.announce_type is not None
            assert paper.version is not None


def test_the_seeds(corpus: Path, tmp_path: Path) -> None:
    report = run(tmp_path, [str(corpus / "seeds")])
    store = Store(tmp_path)
    assert (report.publications, report.receipts, len(report.faults)) == ({"added": 7}, 1, 3)
    assert {problem.message for problem in report.faults} == {
        "a Hugging Face page saved as text, which has no paper ids"
    }
    assert len(store.publications()) == 7
    (path,) = store.publication_files()
    assert path.read_bytes() == next((corpus / "seeds").glob("000*")).read_bytes()
    receipt = store.receipt("2025-05-27")
    assert receipt is not None
    assert (receipt.state, receipt.model) == (DayState.OK, "gpt-4o")
    assert receipt.tokens == Tokens(prompt=109786, completion=15021, total=124807)
    assert receipt.cost == Cost(prompt=0.27, completion=0.15, total=0.42)
    assert (receipt.announced, receipt.scanned, receipt.shown) == (1691, 1027, 84)


def test_hugging_face_days_that_were_saved_badly(corpus: Path, tmp_path: Path) -> None:
    report = run(tmp_path, [str(corpus / "hf/raw_broken")])
    assert {str(problem).partition("json: ")[2] for problem in report.problems} == {
        "entries are Python text, not JSON: fetch the day again"
    }
    assert len(report.problems) == report.files == 4


def test_librecats_own_records(corpus: Path, tmp_path: Path) -> None:
    report = run(tmp_path, [str(corpus / "librecat/LibreCat/devel"), str(corpus / "librecat/LibreCat/t/records")])
    store = Store(tmp_path)
    assert len({publication.type for publication in store.publications()}) >= 10
    assert report.publications["added"] == len(store.publications())
    names = {Path(problem.location).name.partition(":")[0] for problem in report.faults}
    assert {"department.yml", "department-tree.yml", "project.yml", "valid-project.yml"} <= names
    assert {"invalid-publication.yml", "urls.yml", "update_file.yml"} <= names
    before = store.publications_fingerprint()
    again = run(tmp_path, [str(corpus / "librecat/LibreCat/devel"), str(corpus / "librecat/LibreCat/t/records")])
    assert "added" not in again.publications
    assert store.publications_fingerprint() == before


def test_recordings_of_arxiv(corpus: Path, tmp_path: Path) -> None:
    folders = ("arxiv.py/tests/fixtures", "hepcrawl/tests/unit", "ADSIngestParser/tests/stubdata/input", "hand_copied")
    reports = [run(tmp_path, [str(corpus / "arxiv" / folder)]) for folder in folders]
    assert [report.read for report in reports] == [222, 23, 7, 3]
    # The one error of arXiv's API, and hepcrawl's expected output, which is of no kind.
    assert [len(report.faults) for report in reports] == [1, 1, 0, 0]
    assert str(reports[0].faults[0]).endswith(
        "arXiv refused: incorrect id format for abc: correct the query, then fetch again"
    )
    store = Store(tmp_path)
    announced = store.papers("2026-09-24")
    assert [(p.arxiv_id, p.version, p.announce_type) for p in announced] == [
        ("2009.13987", 3, "replace"),
        ("2205.06398", 2, "cross"),
    ]
    assert announced[1].doi == "10.1093/bioinformatics/btac431"
    assert announced[1].authors == ("Pritam Dey", "Zhengwu Zhang", "David B. Dunson")
    (old,) = store.papers("2006-01-02")
    assert (old.arxiv_id, old.journal_ref) == ("astro-ph/0601001", "ActaAstron.56:1-50,2006")
    assert old.authors == ("Andrew Gould", "Susan Dorsher", "B. Scott Gaudi", "Andrzej Udalski")
    assert old.extra["affiliations"] == ["Ohio State", "Ohio State", "CfA", "Warsaw University Observatory"]


def test_cut_anywhere_a_file_is_one_problem_or_none(corpus: Path, tmp_path: Path) -> None:
    source = corpus / "scored/daizedong/2025-01/2025-01-17-output.json"
    data = source.read_bytes()
    for part in range(1, 20):
        cut = tmp_path / "2025-01-17.json"
        cut.write_bytes(data[: len(data) * part // 20])
        report = run(tmp_path, [str(cut)])
        (problem,) = report.faults
        lines = cut.read_bytes().rstrip().count(b"\n") + 1
        assert str(problem) == f"{cut}:{lines}: the JSON breaks off in the middle: fetch or copy the file again"
    shutil.copy(source, cut)
    assert run(tmp_path, [str(cut)]).faults == []
