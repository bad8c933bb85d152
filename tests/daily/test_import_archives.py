"""Archives of many files: the same ``data/`` in any order, exports of a digest, and files of an assistant."""

import gzip
import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from broadsheet.build.archive_files import write_json_lines
from broadsheet.daily.import_ import ImportReport, run
from broadsheet.index.days import Entry, TopicMatcher, day_entries
from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Tokens
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from broadsheet.store.store import Store
from broadsheet.views.downloads import ArchiveMonth, Download
from tests.conftest import ROOT, absent

pytestmark = pytest.mark.slow

DAY = "2026-05-13"


@pytest.fixture(scope="session")
def archives(corpus: Path) -> Path:
    """Real archives in forms that the corpus does not have; they stand beside it."""
    folder = corpus.parent / "findings" / "inputs" / "archives"
    if not folder.is_dir():
        absent(f"no archives at {folder}")
    return folder


def tree(root: Path) -> dict[str, bytes]:
    """The files of a digest's data, but for the word to its readers."""
    files = (path for path in (root / "data").rglob("*") if path.is_file() and path.suffix != ".md")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def digest_of(root: Path, *rows: dict[str, Any], day: str = DAY) -> Store:
    """A digest with these papers on a day."""
    (root / f"{day}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert not run(root, [str(root / f"{day}.jsonl")]).faults
    return Store(root)


def row(number: int, **fields: Any) -> dict[str, Any]:
    return {"arxiv_id": f"2605.{number:05}", "title": f"T{number}", "relevance": 8, "novelty": 4, **fields}


# -- the order of imports ------------------------------------------------------------------------------------------


def test_the_order_of_imports_does_not_matter(tmp_path: Path) -> None:
    batches = {
        "a": [row(3), row(1), row(2, comment="c")],
        "b": [row(2, abstract="Text."), row(5, source="hf"), row(4)],
        "c": [row(9), row(3, topics=["x"]), row(1, source="hf", upvotes=3)],
    }
    trees = []
    for names in itertools.permutations(batches):
        root = tmp_path / "".join(names)
        root.mkdir()
        for name in names:
            digest_of(root, *batches[name])
        trees.append(tree(root))
    assert len(trees) == 6
    assert all(files == trees[0] for files in trees)


def test_real_archives_in_three_orders(corpus: Path, archives: Path, tmp_path: Path) -> None:
    folders = [corpus / "scored/daizedong/2025-05", corpus / "hf/raw", archives / "jackyfl", archives / "daizedong_v2"]
    texts, conflicts = [], 0
    for turn in range(3):
        root = tmp_path / str(turn)
        for folder in (*folders[turn:], *folders[:turn]):
            conflicts += len(run(root, [str(folder)]).conflicts)
        texts.append(tree(root))
    assert texts[0] == texts[1] == texts[2]
    # One day was scored twice, and the two files contradict each other: the second one stays out, and is counted.
    assert conflicts == 3 * 20


def test_only_true_conflicts_depend_on_the_order_and_are_named(tmp_path: Path) -> None:
    first, second = [row(1), row(2)], [row(2, relevance=3), row(3)]
    for name, order in (("a", (first, second)), ("b", (second, first))):
        (tmp_path / name).mkdir()
        digest_of(tmp_path / name, *order[0])
        path = tmp_path / name / f"{DAY}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in order[1]))
        (conflict,) = run(tmp_path / name, [str(path)]).conflicts
        assert str(conflict) == f"2605.00002 of {DAY} (relevance)"
    one, other = (next(iter(tree(tmp_path / name).values())).splitlines() for name in ("a", "b"))
    assert [a == b for a, b in zip(one, other, strict=True)] == [True, False, True]


def test_an_unchanged_day_is_not_rewritten(tmp_path: Path) -> None:
    store = digest_of(tmp_path, row(1), row(2))
    path = store.papers_path(DAY)
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    before = path.read_bytes()
    digest_of(tmp_path, row(1))
    assert path.read_bytes() == before
    digest_of(tmp_path, row(3))
    assert [paper.arxiv_id[-1] for paper in store.papers(DAY)] == ["1", "2", "3"]


# -- what a digest exports -----------------------------------------------------------------------------------------


def demo(root: Path) -> Store:
    """The demonstration's data, with dropped papers and the replies of a language model."""
    shutil.copytree(ROOT / "data", root / "data")
    store = Store(root)
    date = store.dates()[0]
    dropped = [
        Paper(arxiv_id=f"2505.0000{n}", title="T", extra={"dropped": "prefilter", "date": "2020-01-01"}) for n in (2, 1)
    ]
    store.write_dropped(date, dropped)
    store.replies_path(date).parent.mkdir(parents=True)
    new = b'{"model":"m","rubric":"r","input_hashes":{"2505.00001":"x"},"ratings":{"2505.00001":{"relevance":8}}}\n'
    old = b'{"model":"m","rubric":"r","sent":{"2505.00002":"x"},"verdicts":{"2505.00002":{"relevance":8}}}\n'
    paid = b'{"model":"m","tokens":{"prompt":1,"completion":1,"total":2}}\n'
    store.replies_path(date).write_bytes(old + new + paid)
    return store


def test_a_data_folder_is_read_back(tmp_path: Path) -> None:
    demo(tmp_path / "old")
    report = run(tmp_path / "new", [str(tmp_path / "old/data")])
    assert report.faults == []
    assert tree(tmp_path / "new") == tree(tmp_path / "old")
    again = run(tmp_path / "new", [str(tmp_path / "old/data")])
    assert (again.days, again.receipts, again.conflicts) == ([], 0, [])


def test_the_data_of_real_archives_are_read_back(corpus: Path, archives: Path, tmp_path: Path) -> None:
    run(
        tmp_path / "old",
        [str(corpus / "scored/daizedong/2025-05"), str(corpus / "hf/raw"), str(archives), str(corpus / "seeds")],
    )
    run(tmp_path / "new", [str(tmp_path / "old/data")])
    assert len(tree(tmp_path / "new")) > 70
    assert tree(tmp_path / "new") == tree(tmp_path / "old")


def test_the_download_is_read_back(tmp_path: Path) -> None:
    store = demo(tmp_path / "old")
    target = tmp_path / "archive.jsonl.gz"
    volume = Download("archive", (ArchiveMonth(tuple((date, "1") for date in store.dates())),), "1")
    write_json_lines(volume, tmp_path / "old", "https://example.org/", target, (), target)
    for path in (target, tmp_path / "archive.jsonl"):
        if path != target:
            path.write_bytes(gzip.decompress(target.read_bytes()))
        new = tmp_path / f"new-{path.name}"
        report = run(new, [str(path)])
        assert report.faults == []
        other = ("data/dropped", "data/replies", "data/publications")
        assert tree(new) == {name: data for name, data in tree(tmp_path / "old").items() if not name.startswith(other)}
        assert any("are not imported" in problem.message for problem in report.problems)


def test_a_damaged_download_loses_its_damaged_lines_only(tmp_path: Path) -> None:
    receipt = {"date": DAY, "state": "ok"}
    lines: list[dict[str, Any]] = [
        {"type": "archive", "record": {}},
        {"type": "paper", "date": "2026-02-30", "record": row(1)},
        {"type": "paper", "date": DAY, "record": row(2)},
        {"type": "day", "date": DAY, "record": receipt},
        {"type": "other"},
    ]
    path = tmp_path / "archive.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = run(tmp_path, [str(path)])
    assert [problem.location.rpartition(":")[2] for problem in report.faults] == ["2", "5"]
    assert (report.days, report.receipts) == ([DAY], 1)


def test_a_receipt_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text('{"date": "2026-05-13", "state": "ok", "scanned": -1}')
    (problem,) = run(tmp_path, [str(path)]).faults
    assert problem.message == "not a receipt: scanned: a count cannot be less than zero"


# -- an assistant's files of today ---------------------------------------------------------------------------------


def daily(papers: list[dict[str, Any]], day: str = DAY, **usage: Any) -> str:
    figures = {
        "model": "m",
        "prompt_tokens": 900,
        "completion_tokens": 100,
        "prompt_cost": 0.25,
        "completion_cost": 0.5,
        "total_arxiv_papers": 90,
        "total_scanned_papers": 50,
        "total_relevant_papers": len(papers),
    }
    by_id = {paper["arxiv_id"]: paper for paper in papers}
    return json.dumps(
        {"schema_version": 2, "meta": {"date": day, "usage": figures | usage}, "topic_order": [], "papers": by_id}
    )


def put(root: Path, files: dict[str, str]) -> ImportReport:
    folder = root / "in"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return run(root, [str(folder)])


def test_a_daily_file_gives_papers_and_receipt(tmp_path: Path) -> None:
    rated = {"PRIMARY_TOPIC_LABEL": "Model Compression", "MATCHED_TOPIC_IDS": ["a", "b"]}
    report = put(tmp_path, {f"{DAY}-daily-papers.json": daily([row(1, **rated), row(2)])})
    store = Store(tmp_path)
    receipt = store.receipt(DAY)
    assert receipt is not None
    assert (report.faults, report.kinds) == ([], {"papers with their day": 1})
    assert (receipt.state, receipt.model, receipt.announced, receipt.scanned) == (DayState.OK, "m", 90, 50)
    assert receipt.tokens == Tokens(prompt=900, completion=100, total=1000)
    assert (receipt.cost, receipt.shown) == (Cost(prompt=0.25, completion=0.5, total=0.75), 2)
    assert store.papers(DAY)[0].extra == rated


@pytest.mark.parametrize(
    ("usage", "state"),
    [
        ({"prompt_tokens": 0, "completion_tokens": 0}, DayState.FAILED),
        ({}, DayState.QUIET),
        (
            {"total_arxiv_papers": 0, "total_scanned_papers": 0, "prompt_tokens": 0, "completion_tokens": 0},
            DayState.QUIET,
        ),
    ],
)
def test_an_empty_day_is_explained_by_its_figures(tmp_path: Path, usage: dict[str, Any], state: DayState) -> None:
    report = put(tmp_path, {f"{DAY}-daily-papers.json": daily([], **usage), f"{DAY}-output.json": "{}"})
    receipt = Store(tmp_path).receipt(DAY)
    assert receipt is not None
    assert (receipt.state, report.problems) == (state, [])


def test_an_empty_day_without_figures_is_noted(tmp_path: Path) -> None:
    report = put(tmp_path, {f"{DAY}-output.json": "{}", "2026-05-14.json": '{"date": "2026-05-14", "papers": []}'})
    assert [problem.message for problem in report.problems] == ["holds no papers"] * 2


def test_papers_that_are_listed_apart_count_as_relevant(tmp_path: Path) -> None:
    apart = json.dumps({"meta": {"date": DAY}, "sections": [], "papers": {"2605.00003": row(3)}})
    for names in (("daily", "hot"), ("hot", "daily")):
        root = tmp_path / names[0]
        root.mkdir()
        for name in names:
            text = daily([row(1), row(2)]) if name == "daily" else apart
            assert not put(root, {f"{DAY}-{name}-papers.json": text}).faults
        store = Store(root)
        receipt = store.receipt(DAY)
        assert receipt is not None
        assert (receipt.shown, len(store.papers(DAY))) == (3, 3)
        assert put(root, {}).conflicts == []
    assert tree(tmp_path / "daily") == tree(tmp_path / "hot")


def test_the_real_archive_of_today(archives: Path, tmp_path: Path) -> None:
    report = run(tmp_path, [str(archives / "daizedong_v2")])
    store = Store(tmp_path)
    states = {date: receipt.state for date in store.dates() if (receipt := store.receipt(date))}
    assert report.faults == []
    assert states == dict.fromkeys(store.dates(), DayState.OK) | {DAY: DayState.FAILED}
    assert sum(len(store.papers(date)) for date in store.dates()) == 204


def test_real_files_that_are_named_by_time_stamps(archives: Path, tmp_path: Path) -> None:
    assert run(tmp_path, [str(archives / "jackyfl")]).outcomes == {"added": 380}
    store = Store(tmp_path)
    assert store.dates()[0] == "2025-02-03"
    assert not any(
        (paper.abstract or "").startswith("arXiv:") for date in store.dates() for paper in store.papers(date)
    )


def test_a_real_crawl_without_scores(archives: Path, tmp_path: Path) -> None:
    report = run(tmp_path, [str(archives / "daily-arxiv")])
    papers = Store(tmp_path).papers("2025-06-02")
    assert (len(papers), [part.rows for part in report.unscored]) == (60, [60])
    assert all(paper.abstract and paper.categories and not paper.comment and not paper.extra for paper in papers)
    assert any(paper.arxiv_comment for paper in papers)


# -- topics and the followed ---------------------------------------------------------------------------------------

TOPICS = Settings(topics=(Topic(id="compression", name="Model Compression"), Topic(id="theory", name="Theory")))


def entry_list(*papers: Paper) -> list[Entry]:
    return day_entries(DAY, papers, TopicMatcher(TOPICS))


@pytest.mark.parametrize(
    ("extra", "topics"),
    [
        ({"PRIMARY_TOPIC_LABEL": "Model Compression"}, ("compression",)),
        ({"MATCHED_TOPIC_IDS": ["theory", "unknown", 3]}, ("theory",)),
        ({"TAGS": ["Theory", "model compression"]}, ("theory", "compression")),
        ({"TAGS": {"no": "list"}}, ()),
    ],
)
def test_labels_of_a_source_are_topics_where_settings_know_them(extra: dict[str, Any], topics: tuple[str, ...]) -> None:
    (entry,) = entry_list(Paper(arxiv_id="2605.00001", title="T", extra=extra))
    assert entry.topics == topics
    (own,) = entry_list(Paper(arxiv_id="2605.00001", title="T", topics=("theory",), extra={"TAGS": ["compression"]}))
    assert own.topics == ("theory",)


def test_a_paper_of_a_followed_author_is_not_at_the_bottom(tmp_path: Path) -> None:
    match = {"title": "Followed", "COMMENT": "Author match", "SCORE": 20.0, "arxiv_id": "2605.00009"}
    store = digest_of(tmp_path, row(1, relevance=10, novelty=9), match, row(2, relevance=None, novelty=None))
    assert store.papers(DAY)[2].extra == {"score": 20}
    assert [entry.paper.arxiv_id[-1] for entry in entry_list(*store.papers(DAY))] == ["9", "1", "2"]


def test_a_broken_receipt_stays(tmp_path: Path) -> None:
    put(tmp_path, {f"{DAY}-daily-papers.json": daily([row(1)])})
    path = Store(tmp_path).receipt_path(DAY)
    path.write_text("{")
    assert put(tmp_path, {}).faults
    assert path.read_text() == "{"
    with pytest.raises(DigestError):
        Store(tmp_path).receipt(DAY)
