"""The real inputs, from import to site, and 27 May 2025, the day for comparisons."""

import json
import re
from pathlib import Path

import lxml.html
import pytest
from playwright.sync_api import BrowserContext

from tests.example import NO_IMAGES, ROOT, digest, make_digest
from tests.static_host import hosted
from tests.views.test_browser import SHIFT

DAY = "daily/2025/05/27/index.html"


@pytest.fixture(scope="module")
def root(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A digest of the whole corpus, with the demo's settings."""
    root = make_digest(tmp_path_factory.mktemp("corpus"), settings=NO_IMAGES + (ROOT / "digest.yml").read_text("utf-8"))
    seeds = sorted(corpus.glob("seeds/00[02]*"))
    run = digest(
        "import",
        "--root",
        root,
        "--quiet",
        corpus / "scored",
        corpus / "hf/raw",
        corpus / "librecat/LibreCat/t/records/valid-publication.yml",
        *seeds,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    built = digest("build", "--root", root)
    assert built.returncode == 0, built.stdout + built.stderr
    return root


def test_every_day_has_a_page(root: Path, corpus: Path) -> None:
    scored = {path.name[:10] for path in corpus.glob("scored/*/*/*.json")}
    listed = {path.stem for path in corpus.glob("hf/raw/*.json")}
    pages = {"-".join(path.parts[-4:-1]) for path in (root / "site").glob("daily/*/*/*/index.html")}
    assert scored | listed <= pages


def test_the_27th_of_may_carries_the_84_papers_of_the_archive_in_order_with_their_scores(
    root: Path, corpus: Path
) -> None:
    page = lxml.html.fromstring((root / "site" / DAY).read_bytes())
    rows = json.loads((corpus / "scored/daizedong/2025-05/2025-05-27-output.json").read_bytes())
    papers = page.find_class("paper")
    scored = [paper for paper in papers if paper.get("data-relevance")]
    assert len(rows) == 84
    shown = [paper.get("id") for paper in scored]
    assert [(rows[i]["SCORE"], rows[i]["RELEVANCE"]) for i in shown] == [
        (row["SCORE"], row["RELEVANCE"]) for row in rows.values()
    ]
    assert sorted(shown) == sorted(rows)
    for paper, row in zip(scored, map(rows.get, shown), strict=True):
        assert (paper.get("data-relevance"), paper.get("data-novelty")) == (str(row["RELEVANCE"]), str(row["NOVELTY"]))
        assert paper.find_class("comment")
        assert paper.find("details/p") is not None


def test_the_27th_of_may_shows_the_receipt_of_the_seed(root: Path) -> None:
    page = lxml.html.fromstring((root / "site" / DAY).read_bytes())
    text = " ".join(page.find_class("column")[0].itertext())
    for figure in ("1,691", "1,027", "84", "109,786", "15,021", "124,807", "$0.27", "$0.15", "$0.42", "gpt-4o"):
        assert re.search(rf"(?<![\d,]){re.escape(figure)}(?![\d,])", text), figure


def test_no_title_shows_a_dollar_pair_and_no_name_an_accent_macro(root: Path) -> None:
    for path in (root / "site").glob("daily/*/*/*/index.html"):
        page = lxml.html.fromstring(path.read_bytes())
        for heading in page.iterfind(".//article/h2"):
            assert not re.search(r"\$[^$]*[\\^_{][^$]*\$", heading.text_content()), (path, heading.text_content())
        for by in page.find_class("authors"):
            assert not re.search(r"\\['`^\"~=.uvHtcdbrk]|\{\\", by.text_content()), (path, by.text_content())


def test_every_internal_link_resolves(root: Path) -> None:
    check = digest("check", "--root", root, "--site", root / "site")
    problems = [line for line in (check.stdout + check.stderr).splitlines() if line.startswith("site/")]
    assert problems == []


@pytest.mark.parametrize("words", ["attention", "mixture of experts", "low rank gradient"])
def test_the_first_hits_of_a_search_cost_little_and_stand_still(
    root: Path, context: BrowserContext, words: str
) -> None:
    """13,500 papers: 400 KB over the wire from an empty cache, page and all."""
    tab = context.new_page()
    network = context.new_cdp_session(tab)
    network.send("Network.enable")
    loaded: list[int] = []
    network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    with hosted(root / "site", "/digest/") as address:
        tab.goto(f"{address}search/?q={words}")
        tab.locator("#hits > li").nth(5).wait_for()
        tab.wait_for_load_state("networkidle")
        assert tab.evaluate(SHIFT) <= 0.01  # what comes later comes below
    print(f"{words}: {sum(loaded):,} bytes")
    assert len(loaded) > 10
    assert sum(loaded) < 400_000
