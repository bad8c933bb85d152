"""The search index: the contents of its shards, and the results in a browser."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from broadsheet.build.preview import served
from broadsheet.build.search_index import FOLDER, write_list, write_shard
from broadsheet.index.index import Index
from broadsheet.settings import config
from broadsheet.store.store import Store
from broadsheet.views import search_documents as views
from broadsheet.views.pages.search import pages
from broadsheet.views.permalink import author_address
from broadsheet.views.search_documents import documents, shards
from tests.example import SETTINGS, make_digest, paper, tree
from tests.scripts import SCRIPTS, served_script

HOSTILE = '<img src=x onerror="document.title=1">grebes</mark><script>document.title=1</script>'
PUBLICATION = "- _id: '77'\n  title: A thesis on grebes\n  type: dissertation\n  year: '2024'\n"

Papers = dict[str, list[dict[str, Any]]]


class Digest:
    """A digest in a folder, and the search of its site."""

    def __init__(self, root: Path, papers: Papers, settings: str = SETTINGS) -> None:
        self.root = make_digest(root, papers, settings)
        self.site = root / "site"
        self.settings = config.load(root)
        self.index = Index(":memory:", self.settings)
        self.index.refresh(Store(root))

    def shards(self) -> dict[str, str]:
        return {shard.name: shard.version for shard in shards(self.index, self.settings)}

    def write(self, *names: str) -> None:
        listed = shards(self.index, self.settings)
        for shard in listed:
            if not names or shard.name in names:
                write_shard(partial(documents, self.index, self.settings), shard, self.site)
        people = {author_address(slug): name for slug, name in self.index.author_names().items()}
        write_list([shard.folder for shard in listed], people, self.site, self.root / "words")

    def publish(self) -> None:
        """The search page with its script, without a theme."""
        (page,) = pages(self.index, self.settings)
        head = '<meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="../assets/search.js">'
        html = f'<!doctype html><html lang="en"><head>{head}</script></head><body>{page.body}</body></html>'
        files = {f"assets/{file.name}": served_script(file.name) for file in SCRIPTS.glob("*.js")}
        for path, data in {"search/index.html": html.encode(), **files}.items():
            (self.site / path).parent.mkdir(parents=True, exist_ok=True)
            (self.site / path).write_bytes(data)


def days(*dates: str, papers: int = 1) -> Papers:
    """Days with different papers."""
    return {
        date: [paper(f"{date[2:4]}{date[5:7]}.{date[8:]}{number:03}") for number in range(papers)] for date in dates
    }


# -- which shards there are ---------------------------------------------------------------------------------------


def test_a_closed_year_is_a_shard_and_the_newest_year_a_shard_a_month(tmp_path: Path) -> None:
    digest = Digest(tmp_path, days("2023-05-02", "2024-01-02", "2024-12-31", "2025-01-02", "2025-02-03", "2025-02-04"))
    assert list(digest.shards()) == ["2025-02", "2025-01", "2024", "2023"]


def test_publications_are_a_shard_that_comes_first(tmp_path: Path) -> None:
    make_digest(tmp_path)
    (tmp_path / "data" / "publications").mkdir(parents=True)
    (tmp_path / "data" / "publications" / "group.yml").write_text(PUBLICATION)
    assert list(Digest(tmp_path, days("2025-01-02")).shards()) == ["publications", "2025-01"]


def test_a_publication_has_its_people_by_their_names_and_its_venue_apart_from_the_abstract(tmp_path: Path) -> None:
    people = [{"first_name": first, "last_name": last} for first, last in (("Ada", "Grebe"), ("Bo", 'K{\\"o}nig'))]
    record = {"_id": "78", "type": "conference", "year": "2024", "publication": "Proceedings of Lakes"}
    records = [
        record | {"title": "Coots", "author": people, "abstract": [{"lang": "eng", "text": "Coots dive."}]},
        record | {"_id": "79", "title": "A collection", "editor": people[:1]},
    ]
    make_digest(tmp_path)
    (tmp_path / "data" / "publications").mkdir(parents=True)
    (tmp_path / "data" / "publications" / "group.yml").write_text(json.dumps(records))
    digest = Digest(tmp_path, days("2025-01-02"))
    works = list(documents(digest.index, digest.settings, shards(digest.index, digest.settings)[0]))
    rows = {row[2]: (row[3], row[5]) for row in (json.loads(work.card) for work in works)}
    assert rows == {"Coots": ("Ada Grebe, Bo König", "Coots dive."), "A collection": ("Ada Grebe", "")}
    assert [work.fields[4] for work in works] == ["Proceedings of Lakes"] * 2


def test_no_shard_has_more_papers_than_an_indexer_can_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MAX_SHARD_PAPERS", 4)
    months = [f"2024-{month:02}-02" for month in range(1, 13)]
    crowded = {f"2025-01-{day:02}": 3 for day in (2, 3, 6)}
    given = days(*months) | {d: days(d, papers=n)[d] for d, n in crowded.items()} | days("2025-02-03", "2025-03-03")
    digest = Digest(tmp_path, given)
    held = {
        shard.name: [document.names[0] for document in documents(digest.index, digest.settings, shard)]
        for shard in shards(digest.index, digest.settings)
    }
    names = ["2025-03", "2025-01-p3-to-02", "2025-01-p2", "2025-01"]
    assert list(held) == [*names, "2024-09-to-12", "2024-05-to-08", "2024-01-to-04"]
    assert max(map(len, held.values())) <= 4
    assert sorted(path for paths in held.values() for path in paths) == sorted(
        row["arxiv_id"] for rows in given.values() for row in rows
    )


def test_months_are_put_together_only_once_they_are_enough_for_a_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MAX_SHARD_PAPERS", 2)
    before = Digest(tmp_path / "a", days("2025-01-02", "2025-02-03")).shards()
    after = Digest(tmp_path / "b", days("2025-01-02", "2025-02-03", "2025-03-03")).shards()
    assert list(before) == ["2025-02", "2025-01"]
    assert list(after) == ["2025-03", "2025-01-to-02"]


def test_a_changed_day_changes_the_version_of_its_shard_only(tmp_path: Path) -> None:
    given = days("2024-03-04", "2024-03-05", "2025-01-02", "2025-02-03")
    before = Digest(tmp_path / "a", given).shards()
    for changed, name in {"2024-03-05": "2024", "2025-01-02": "2025-01", "2025-02-03": "2025-02"}.items():
        rows = [given[changed][0] | {"title": "Another title"}]
        after = Digest(tmp_path / changed, given | {changed: rows}).shards()
        assert {shard for shard in after if after[shard] != before[shard]} == {name}


def test_a_new_day_changes_the_newest_month_only(tmp_path: Path) -> None:
    given = days("2024-03-04", "2025-01-02", "2025-02-03")
    before = Digest(tmp_path / "a", given).shards()
    after = Digest(tmp_path / "b", given | days("2025-02-04")).shards()
    assert {shard for shard in after if after[shard] != before.get(shard)} == {"2025-02"}


def test_a_paper_of_an_earlier_day_leaves_its_shard(tmp_path: Path) -> None:
    given = days("2024-03-04", "2025-02-03", "2025-02-04")
    before = Digest(tmp_path / "a", given)
    after = Digest(tmp_path / "b", given | {"2024-03-04": given["2025-02-04"]})
    assert after.shards()["2025-02"] != before.shards()["2025-02"]
    listed = shards(after.index, after.settings)
    held = {shard.name: [d.names[0] for d in documents(after.index, after.settings, shard)] for shard in listed}
    assert held == {"2025-02": [given["2025-02-03"][0]["arxiv_id"]], "2024": [given["2025-02-04"][0]["arxiv_id"]]}


def test_a_topic_renamed_changes_every_shard_of_papers(tmp_path: Path) -> None:
    given = days("2024-03-04", "2025-02-03")
    before = Digest(tmp_path, given).shards()
    text = (tmp_path / "digest.yml").read_text()
    settings = config.load(make_digest(tmp_path / "b", given, text.replace("Model Compression", "Smaller Models")))
    index = Index(":memory:", settings)
    index.refresh(Store(tmp_path / "b"))
    assert all(shard.version != before[shard.name] for shard in shards(index, settings))


# -- what is written ----------------------------------------------------------------------------------------------


def test_a_shard_written_again_changes_no_other_and_two_builds_are_the_same(tmp_path: Path) -> None:
    given = days("2024-03-04", "2025-01-02", papers=3)
    one, other = Digest(tmp_path / "a", given), Digest(tmp_path / "b", given)
    one.write()
    other.write()
    first = tree(one.site)
    assert first == tree(other.site)
    stats = {path: path.stat() for path in (one.site / FOLDER).glob("2024.*/**/*")}
    one.write("2025-01")
    assert tree(one.site) == first
    assert {path: path.stat() for path in stats} == stats


def test_a_shard_is_far_fewer_files_than_papers(tmp_path: Path) -> None:
    digest = Digest(tmp_path, days("2025-01-02", "2025-01-03", papers=200))
    digest.write()
    assert len(tree(digest.site)) < 80


def test_a_shard_without_papers_is_not_listed(tmp_path: Path) -> None:
    given = days("2025-01-02")
    digest = Digest(tmp_path, given | {"2025-02-03": given["2025-01-02"]})
    digest.write()
    (shard,) = json.loads((digest.site / FOLDER / "shards.json").read_bytes())["shards"]
    assert shard["folder"].startswith("2025-01.")
    assert not list((digest.site / FOLDER).glob("2025-02*"))


# -- what a browser makes of it -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    herons = [paper(f"2401.{number:05}", title="Herons", abstract="Herons wade.") for number in range(1, 41)]
    given = {
        "2024-01-02": [paper("2401.10001", title="Old news of grebes", abstract="Birds that dive."), *herons[:20]],
        "2025-01-02": [paper("2501.00001", title="On grebes", abstract="Grebes and more grebes dive."), *herons[20:]],
        "2025-02-03": [
            paper("2502.00001", title="Coots", abstract=f"{'Coots swim on the lake. ' * 12}Unlike a grebe or two."),
            paper("2502.00002", title=HOSTILE, authors=[HOSTILE], comment=HOSTILE, abstract="Of $a<b$ and grebes."),
            paper("math/0502001", title="Old identifiers", abstract="Nothing of birds.", authors=["Erdős Pál"]),
        ],
    }
    digest = Digest(tmp_path_factory.mktemp("search"), given, SETTINGS + "paper_pages: all\n")
    digest.write()
    digest.publish()
    with served(digest.site, "/repo/", "127.0.0.1", 0) as place:
        yield place


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    yield tab
    context.close()
    assert wrong == []


def search_hits(tab: Page, address: str, words: str) -> list[str]:
    """Where the hits lead, in order, once all are there."""
    tab.goto(f"{address}search/?q={words}")
    expect(tab.locator("#search-status")).to_contain_text("found")
    count = int(tab.locator("#search-status").inner_text().split()[0])
    expect(tab.locator("#hits > li")).to_have_count(min(count, 20))
    hrefs = tab.locator("#hits h3 a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    return [href.removeprefix(address) for href in hrefs]


def test_results_of_all_shards_are_one_list_best_first(tab: Page, address: str) -> None:
    hits = search_hits(tab, address, "grebes")
    assert "papers/2501.00001/" in hits[:2]  # it speaks of nothing else
    assert set(hits) == {
        "papers/2501.00001/",
        "papers/2401.10001/",
        "papers/2502.00001/",
        "papers/2502.00002/",
    }


@pytest.mark.parametrize("words", ["Erdős", "erdos"])
def test_a_name_leads_to_the_paper(tab: Page, address: str, words: str) -> None:
    assert search_hits(tab, address, words)[0] == "papers/math/0502001/"


def test_matching_words_are_marked(tab: Page, address: str) -> None:
    search_hits(tab, address, "coots lake grebe")
    quote = tab.locator("#hits .comment").first
    marks = {mark.strip(".,").lower() for mark in quote.locator("mark").all_inner_texts()}
    assert {"coots", "lake"} <= marks <= {"coots", "lake", "grebe"}


def test_every_word_must_be_there_though_a_shard_may_lack_one(tab: Page, address: str) -> None:
    assert search_hits(tab, address, "coots grebe") == ["papers/2502.00001/"]
    assert search_hits(tab, address, "coots herons") == []
    assert search_hits(tab, address, "coots xylophagous") == []  # no other papers instead
    expect(tab.locator("#search-status")).to_have_text("0 found. Nothing has “xylophagous”.")


def test_hostile_text_stays_text(tab: Page, address: str) -> None:
    search_hits(tab, address, "grebes")
    assert tab.locator("#hits h3", has_text="<img src=x").count() == 1
    assert tab.locator("#hits :is(img, script)").count() == 0
    assert tab.title() == ""


def test_more_shows_the_rest(tab: Page, address: str) -> None:
    assert len(search_hits(tab, address, "herons")) == 20
    tab.locator("#more").click()
    expect(tab.locator("#hits > li")).to_have_count(40)
    expect(tab.locator("#more")).to_be_hidden()
    expect(tab.locator("#search-status")).to_have_text("40 found")


def test_older_papers_are_asked_until_a_page_is_full_or_a_title_has_all_words(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    tab.route("**/assets/search.js", lambda route: route.fulfill(body=few_papers(), content_type="text/javascript"))
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    assert len(search_hits(tab, address, "coots grebe")) == 1
    asked.clear()
    assert len(search_hits(tab, address, "grebes")) == 2
    assert tab.locator("#search-status").inner_text() == "2 found in papers since 2025-02"
    assert not any("/2024." in url for url in asked)
    tab.locator("#older").click()
    expect(tab.locator("#search-status")).to_have_text("4 found")
    assert tab.locator("#older").is_hidden()
    assert search_hits(tab, address, "old news") == ["papers/2401.10001/"]
    context.close()


def few_papers() -> str:
    """Return the script for an archive in which one paper is enough to begin with."""
    script = served_script("search.js").decode()
    few = script.replace("const INITIAL_PAPERS = 4000;", "const INITIAL_PAPERS = 1;")
    assert few != script
    return few


def test_without_javascript_the_page_has_links_instead(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}search/")
    assert "needs JavaScript" in tab.locator("#search-status").inner_text()
    assert tab.locator("#search-status a").count() == 2
    assert not tab.locator("#more, #older").first.is_visible()
    context.close()


def test_a_site_without_an_index_has_a_message(chromium: Browser, tmp_path: Path) -> None:
    digest = Digest(tmp_path, days("2025-01-02"))
    digest.publish()
    context = chromium.new_context()
    tab = context.new_page()
    with served(digest.site, "/", "127.0.0.1", 0) as address:
        tab.goto(f"{address}search/")
        tab.locator("#search-status", has_text="could not be loaded").wait_for()
    context.close()
