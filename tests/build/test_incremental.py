"""A build after a change writes only the changed files, and its result equals that of a clean build."""

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.build.build import build as in_process
from tests.build.conftest import fresh_copy
from tests.example import NO_IMAGES, ROOT, WITH_IMAGES, digest, make_digest, paper, tree

HEADS = {"title": "Pruning attention heads", "abstract": "Some heads of a transformer see nothing."}
FOLDS = {"title": "Folding proteins", "abstract": "Proteins fold as diffusion goes back.", "authors": ['Kurt G\\"odel']}
DAYS = {
    "2025-04-30": [paper("2504.00001", **FOLDS), paper("2504.00002", **HEADS | {"title": "On pruning heads $x^2$"})],
    "2025-05-26": [paper("2505.00001"), paper("2505.00002", relevance=9), paper("2410.06074", **FOLDS)],
    "2025-05-27": [paper("2505.00003", comment="On LLMs."), paper("2505.00001"), paper("0411431", **HEADS)],
    "2025-05-28": [paper("2505.00004", comment="On LLMs.", **FOLDS), paper("2505.00002")],
}

MANY = [paper(f"2502.1{n:04}", relevance=1 + n % 10) for n in range(25)]


def build(root: Path, *arguments: str) -> str:
    run = digest("build", "--root", root, *arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_digest(tmp_path_factory.mktemp("incremental") / "digest", DAYS, WITH_IMAGES)
    shutil.copytree(ROOT / "data" / "publications", root / "data" / "publications")
    (root / "docs" / "by-hand.md").write_text("# By hand\n\n[A day](daily/2025/05/26/index.md)\n")
    build(root)
    return root.rename(root.with_name("original"))


def rows(root: Path, date: str, *papers: dict[str, object]) -> None:
    make_digest_file = root / "data/papers" / date[:4] / f"{date}.jsonl"
    make_digest_file.parent.mkdir(parents=True, exist_ok=True)
    make_digest_file.write_text("".join(json.dumps(row) + "\n" for row in papers))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def failed(root: Path, date: str) -> None:
    file = root / "data/runs" / date[:4] / f"{date}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"date": date, "state": "failed", "scanned": 5}))


def best_later(root: Path) -> None:
    """A paper that its first day has in the twelfth place, and a later one in the first."""
    rows(root, "2025-05-12", *(paper(f"2505.1{n:04}", relevance=9) for n in range(11)), paper("2505.20000"))
    build(root)
    assert not (root / "site/papers/2505.20000").exists()
    rows(root, "2025-05-13", paper("2505.20000"))


def scanned(root: Path, *dates: str) -> None:
    """Receipts that account for all papers of some days, so that their scores have places."""
    for date in dates:
        failed(root, date)
        replace(root / f"data/runs/{date[:4]}/{date}.json", '"failed", "scanned": 5', '"ok", "scanned": 90')


def many_before(root: Path, date: str) -> None:
    """A day with many scores before days whose papers have places."""
    scanned(root, *DAYS, date)
    build(root)
    rows(root, date, *MANY)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a new day": lambda r: rows(r, "2025-05-29", paper("2505.00009")),
    "a new day in a new month": lambda r: rows(r, "2025-06-02", paper("2506.00001")),
    "a day in a gap": lambda r: rows(r, "2025-05-12", paper("2505.00011")),
    "an older day with many scores": lambda r: rows(r, "2025-03-14", *MANY),
    "many scores on the ninetieth day before": lambda r: rows(r, "2025-02-27", *MANY),
    "scores on the ninetieth day before places": lambda r: many_before(r, "2025-02-27"),
    "a day before all": lambda r: rows(r, "2024-12-31", paper("2412.00001")),
    "a paper shown earlier than known": lambda r: rows(r, "2025-04-29", paper("2505.00003")),
    "a paper shown again": lambda r: rows(r, "2025-06-03", paper("2505.00003", version=2, comment="Now with proofs.")),
    "a paper among the best of another day": best_later,
    "a new day about an old subject": lambda r: rows(r, "2025-05-29", paper("2505.00009", **HEADS)),
    "an older day about a subject": lambda r: rows(r, "2025-04-29", paper("2504.00009", **FOLDS)),
    "another abstract": lambda r: rows(r, "2025-04-30", paper("2504.00001", **HEADS), paper("2504.00002", **HEADS)),
    "the first day of a paper gone": lambda r: (r / "data/papers/2025/2025-04-30.jsonl").unlink(),
    "a third paper of an author": lambda r: rows(r, "2025-05-29", paper("2505.00009", authors=["K. G", "Kurt Gödel"])),
    "an ORCID": lambda r: replace(
        r / "data/publications/ista-iclr-2025.yml", "0000-0003-3650-940X", "0000-0002-1825-0097"
    ),
    "no authors' pages": lambda r: replace(r / "digest.yml", "sources:", "author_pages: none\nsources:"),
    "all papers' pages": lambda r: replace(r / "digest.yml", "sources:", "paper_pages: all\nsources:"),
    "no papers' pages": lambda r: replace(r / "digest.yml", "sources:", "paper_pages: none\nsources:"),
    "a comment": lambda r: replace(r / "data/papers/2025/2025-05-27.jsonl", "On LLMs.", "On pruning."),
    "a score": lambda r: rows(r, "2025-05-28", paper("2505.00004", relevance=10, novelty=10)),
    "a day gone": lambda r: (r / "data/papers/2025/2025-05-27.jsonl").unlink(),
    "a receipt": lambda r: failed(r, "2025-05-23"),
    "a publication": lambda r: replace(r / "data/publications/ista-iclr-2025.yml", "Scalable mech", "Scaled mech"),
    "a publication's arXiv id": lambda r: replace(
        r / "data/publications/ista-iclr-2025.yml", "2410.06074", "2505.00003"
    ),
    "publications gone": lambda r: shutil.rmtree(r / "data/publications"),
    "a topic's words": lambda r: replace(r / "digest.yml", "[LLM]", "[LLM, pruning]"),
    "a topic's name": lambda r: replace(r / "digest.yml", "Large Language Models", "Language Models"),
    "a setting of pages": lambda r: replace(r / "digest.yml", "sources:", "pages: {expanded_abstracts: 1}\nsources:"),
    "the site's name": lambda r: replace(r / "mkdocs.yml", "site_name: Broadsheet", "site_name: Another"),
    "the site's address": lambda r: replace(r / "mkdocs.yml", "example.org/broadsheet", "else.example"),
    "the theme": lambda r: replace(r / "mkdocs.yml", "newspaper-variant-outline", "newspaper"),
    "a page by hand": lambda r: replace(r / "docs/by-hand.md", "# By hand", "# Otherwise"),
    "a page by hand more": lambda r: (r / "docs/more.md").write_text("# More"),
    "a page by hand gone": lambda r: (r / "docs/by-hand.md").unlink(),
    "a page by hand in place of ours": lambda r: (r / "docs/daily/2025/05/27/index.md").write_text("# Mine"),
    "a page by hand at the other spelling of ours": lambda r: (r / "docs/daily/2025/05/27.md").write_text("# Mine"),
    "a picture": lambda r: (r / "docs/assets/x.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "our pages in docs lost": lambda r: shutil.rmtree(r / "docs/daily"),
    "a page of the site lost": lambda r: (r / "site/daily/2025/05/27/index.html").unlink(),
    "the site lost": lambda r: shutil.rmtree(r / "site"),
    "the cache lost": lambda r: shutil.rmtree(r / ".digest"),
    "the cache damaged": lambda r: [path.write_bytes(b"\x00damaged") for path in (r / ".digest").iterdir()],
    "the site of another build": lambda r: (r / "site/.digest").write_text("other"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_any_change_the_site_is_that_of_a_clean_build(change: str, root: Path, tmp_path: Path) -> None:
    CHANGES[change](root)
    build(root)
    clean = tmp_path / "clean"
    shutil.copytree(root, clean, ignore=shutil.ignore_patterns("site", ".digest"))
    build(clean, "--no-cache", "--jobs", "1")
    ours, theirs = tree(root / "site"), tree(clean / "site")
    assert ours.keys() == theirs.keys()
    assert [path for path in ours if ours[path] != theirs[path]] == []
    assert tree(root / "docs") == tree(clean / "docs")


def without_search_for_a_build(root: Path) -> None:
    replace(root / "digest.yml", "sources:", "search: false\nsources:")
    build(root)
    replace(root / "digest.yml", "search: false\n", "")


SEARCH_CHANGES: dict[str, Callable[[Path], object]] = {
    "a new day": lambda r: rows(r, "2025-08-04", paper("2508.00002")),
    "a new month": lambda r: rows(r, "2025-09-01", paper("2509.00001")),
    "a new year": lambda r: rows(r, "2026-01-02", paper("2601.00001")),
    "an older day of joined months": lambda r: rows(r, "2025-05-27", paper("2505.00003", title="Otherwise")),
    "a day of joined months gone": lambda r: (r / "data/papers/2025/2025-05-27.jsonl").unlink(),
    "a day of the newest month gone": lambda r: (r / "data/papers/2025/2025-08-01.jsonl").unlink(),
    "a topic's words": lambda r: replace(r / "digest.yml", "[LLM]", "[LLM, pruning]"),
    "no papers' pages": lambda r: replace(r / "digest.yml", "sources:", "paper_pages: none\nsources:"),
    "a publication": lambda r: replace(r / "data/publications/ista-iclr-2025.yml", "Scalable mech", "Scaled mech"),
    "the sum of words damaged": lambda r: [path.write_bytes(b"?") for path in r.glob(".digest/words-*")],
    "search switched off and on": without_search_for_a_build,
}


@pytest.fixture(scope="module")
def with_joined_months(original: Path) -> Path:
    """The digest with two more months."""
    root = fresh_copy(original)
    with (root / "digest.yml").open("a") as settings:
        settings.write(NO_IMAGES)
    rows(root, "2025-07-01", paper("2507.00001", title="Grebes dive"))
    build(root)
    rows(root, "2025-08-01", paper("2508.00001", title="Coots swim"))
    build(root)  # July's shard is read from the site, and joined to the others
    return root.rename(root.with_name("joined"))


@pytest.mark.parametrize("change", SEARCH_CHANGES)
def test_joined_months_and_sums_of_words_are_those_of_a_clean_build(
    change: str, with_joined_months: Path, tmp_path: Path
) -> None:
    root = fresh_copy(with_joined_months)
    SEARCH_CHANGES[change](root)
    build(root)
    clean = tmp_path / "clean"
    shutil.copytree(root, clean, ignore=shutil.ignore_patterns("site", ".digest"))
    build(clean)
    assert tree(root / "site/search-index") == tree(clean / "site/search-index")


def test_a_build_without_a_cache_reads_no_earlier_index(root: Path) -> None:
    rows(root, "2025-08-01", paper("2508.00001", title="Coots swim"))
    build(root)
    before = tree(root / "site/search-index")
    (cache,) = (root / ".digest").glob("words-*")
    folders, _ = json.loads(gzip.decompress(cache.read_bytes()))
    cache.write_bytes(gzip.compress(json.dumps([folders, {"nonsense": 7}]).encode()))  # as an error might have left it
    build(root, "--no-cache")
    assert tree(root / "site/search-index") == before


def identity(site: Path) -> dict[str, tuple[int, int]]:
    stats = {path.relative_to(site).as_posix(): path.stat() for path in site.rglob("*") if path.is_file()}
    return {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in stats.items()}


def changed(root: Path) -> set[str]:
    """Build; the files of the site that are not the very files they were."""
    before = identity(root / "site")
    build(root)
    after = identity(root / "site")
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def alternates(place: str) -> set[str]:
    """The files of a page and its alternates."""
    return {f"{place}/index.{form}" for form in ("html", "md", "json")}


def test_an_old_page_loses_its_alternates_and_no_other_page_is_rendered(root: Path) -> None:
    rows(root, "2025-08-25", paper("2508.00001", comment="On pruning."))  # 91 days after 26 May, 90 after 27 May
    touched = changed(root)
    daily = {path for path in touched if path.startswith("daily/2025/05")}
    assert daily == {
        *alternates("daily/2025/05/26"),
        *("daily/2025/05/26/papers.bib", "daily/2025/05/26/card.png", "daily/2025/05/28/index.html"),
    }
    site = root / "site"
    assert not (site / "daily/2025/05/26/index.md").exists()
    assert not (site / "daily/2025/05/26/papers.bib").exists()
    assert not (site / "papers/2410.06074/index.json").exists()
    assert (site / "papers/2505.00001/index.json").exists()  # 27 May showed it again
    assert "text/markdown" not in (site / "daily/2025/05/26/index.html").read_text("utf-8")
    assert "text/markdown" in (site / "daily/2025/05/27/index.html").read_text("utf-8")
    assert tree(site)["daily/2025/05/27/index.json"]


def test_one_more_day_rebuilds_only_the_pages_that_show_it(root: Path) -> None:
    rows(root, "2025-05-29", paper("2505.00009", comment="On pruning.", title="Otters", abstract="They swim."))
    touched = changed(root)
    assert {path for path in touched if path.startswith(("daily/", "weekly/", "monthly/", "topics/", "papers/"))} == {
        "daily/2025/05/28/index.html",  # the link to the next day
        *alternates("daily/2025/05/29"),
        *alternates("weekly/2025-W22"),
        *alternates("monthly/2025-05"),
        *alternates("topics"),
        *alternates("topics/compression"),
        *alternates("papers/2505.00009"),
        *(f"{place}/papers.bib" for place in ("daily/2025/05/29", "monthly/2025-05", "topics/compression")),
        *(f"{place}/card.png" for place in ("daily/2025/05/29", "monthly/2025-05", "weekly/2025-W22")),
        *("papers/2505.00009/card.png", "monthly/2025-05/papers.json"),
    }
    names = ("all", "scores/7", "topics/compression", "sources/arxiv", "daily")  # no week is over by it
    feeds = {f"feeds/{name}.{form}" for name in names for form in ("xml", "atom", "json")}
    assert {path for path in touched if path.startswith("feeds/")} == feeds
    assert {path for path in touched if path.startswith("since/")} == {
        "since/2025-05-29.pack",
        "since/days.json",
        "since/ids.json",
        "since/index.html",
    }
    assert not {path for path in touched if path.startswith(("publications/", "by-hand/", "assets/"))}
    found = {path.removeprefix("search-index/") for path in touched if path.startswith("search-index/")}
    assert {path.partition(".")[0].partition("-0")[0] for path in found if not path.startswith("2025-05.")} <= {
        "shards",
        "dictionary",
        "people",
    }


def test_one_more_day_touches_its_authors_and_the_papers_it_is_like(root: Path) -> None:
    rows(root, "2025-05-29", paper("2505.00009", **HEADS | {"title": "Which attention heads to prune"}))
    touched = {path for path in changed(root) if path.startswith(("papers/", "authors/"))}
    assert touched == {
        "authors/ada-lovelace/feed.xml",
        "authors/ada-lovelace/index.html",
        "authors/index.html",
        "papers/0411431/index.html",  # on the same subject
        "papers/2504.00002/index.html",
        *alternates("papers/2505.00009"),
        "papers/2505.00009/card.png",
    }


def test_a_repeated_paper_renders_its_page_and_no_other_papers(root: Path) -> None:
    rows(root, "2025-05-29", paper("2504.00001", version=2))
    assert {path for path in changed(root) if path.startswith("papers/")} == {
        *alternates("papers/2504.00001"),
        "papers/2504.00001/card.png",
    }


def test_an_older_day_touches_the_ninety_days_whose_scores_are_held_against_it(root: Path) -> None:
    many_before(root, "2025-02-27")
    touched = {path for path in changed(root) if path.endswith(".html")}
    assert {path for path in touched if path.startswith("daily/2025/02")} == {"daily/2025/02/27/index.html"}
    assert "daily/2025/05/28/index.html" not in touched  # the day before it is the ninetieth
    assert "papers/2505.00003/index.html" in touched
    assert "papers/2505.00004/index.html" not in touched
    assert "in 90 days" in (root / "site/papers/2505.00003/index.html").read_text("utf-8")


def test_a_new_day_leaves_the_places_of_past_days_alone(root: Path) -> None:
    rows(root, "2025-05-29", *MANY)
    older = ("daily/2025/05/26", "daily/2025/05/27", "papers/2505")
    assert not {path for path in changed(root) if path.startswith(older)}


def test_a_build_without_changes_writes_nothing(root: Path) -> None:
    assert changed(root) == set()


def test_many_processes_make_what_one_makes(root: Path, tmp_path: Path) -> None:
    for number in range(1, 31):
        rows(root, f"2025-03-{number:02}", paper(f"2503.{number:05}"))
    build(root, "--jobs", "2")
    many, one = tmp_path / "many", tmp_path / "one"
    build(root, "--site", str(many), "--jobs", "2")
    build(root, "--site", str(one), "--jobs", "1")
    assert tree(root / "site") == tree(many) == tree(one)


def test_with_a_hook_mkdocs_builds_everything_and_the_site_is_the_same(root: Path) -> None:
    short = tree(root / "site")
    (root / "hook.py").write_text("def on_page_content(html, **_):\n    return html\n")
    with (root / "mkdocs.yml").open("a") as file:
        file.write("\nhooks: [hook.py]\n")
    build(root)
    long = tree(root / "site")
    assert short.keys() <= long.keys()
    unused = {path for path in long if path.startswith("assets/javascripts/") or path.endswith(".map")}  # of the theme
    assert [path for path in long.keys() - unused - {".digest"} if long[path] != short[path]] == []


def test_one_process_that_builds_again_and_again_sees_every_change(root: Path) -> None:
    replace(root / "digest.yml", "sources:", "search: false\nsources:")
    in_process(root, processes=1)
    replace(root / "digest.yml", "Large Language Models", "Language Models")
    in_process(root, processes=1)
    assert '<h1 id="digest">Language Models</h1>' in (root / "site/topics/llm/index.html").read_text("utf-8")
    replace(root / "mkdocs.yml", "site_name: Broadsheet", "site_name: Another")
    in_process(root, processes=1)
    assert "<title>Language Models - Another</title>" in (root / "site/topics/llm/index.html").read_text("utf-8")
