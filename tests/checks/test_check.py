"""`broadsheet check`: the message of each kind of problem, on a small digest."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from broadsheet.checks.check import check
from broadsheet.cli.check import check_command

ROOT = Path(__file__).resolve().parents[2]
DAY = "data/papers/2025/2025-05-27.jsonl"
RUN = "data/runs/2025/2025-05-27.json"
SETTINGS = """\
topics:
  - id: pruning
    name: Pruning
    words: [sparse]
"""
SITE_SETTINGS = """\
site_name: Test
site_url: https://papers.group.edu/digest/
theme: {name: material, custom_dir: docs/.theme}
extra_css: [assets/digest.css]
site_dir: public
"""
PAPER = {"arxiv_id": "2505.18313", "title": "On Pruning", "authors": ["A. Author"], "source": "arxiv"}
RECEIPT = {"date": "2025-05-27", "state": "ok"}
NO_ID = "is not an arXiv id without version: correct or delete the line"
NO_URL = "is not an http(s) address: correct or remove it"
DELETE = "delete it, or import the file anew with 'broadsheet import'"
NO_DAY = "not named after a day: name it YYYY-MM-DD, or move it out of data/"
NOT_HERE = "this day is not read from here"
TWO_FILES = (
    f"is for the day 2025-05-27, and so is {DAY}: move the rows that only it has into the other file, then delete it"
)
RENAME = "publications are not read from here: rename it to data/publications/ours.yml"
LIBRECAT = "import a LibreCat export with 'broadsheet import', see 'broadsheet docs publications'"
NO_REPLIES = "replies are not read from here: move it to data/replies/YYYY/YYYY-MM-DD.jsonl"
TOKENS = {"prompt": 10, "completion": 5, "total": 15}

Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of a digest that has nothing else but its settings."""

    def write_file(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    write_file("digest.yml", SETTINGS)
    write_file("mkdocs.yml", SITE_SETTINGS)
    return write_file


@pytest.fixture
def problems(tmp_path: Path) -> Callable[[], list[str]]:
    """Return the lines of a check of the digest."""
    return lambda: [str(problem) for problem in check(tmp_path).problems]


Problems = Callable[[], list[str]]


def line(**changes: object) -> str:
    return json.dumps(PAPER | changes) + "\n"


def sound_line(arxiv_id: str) -> str:
    return line(arxiv_id=arxiv_id, relevance=5, novelty=5)


def receipt(**changes: object) -> str:
    return json.dumps(RECEIPT | changes, indent=2)


def run(root: Path, *options: str) -> Result:
    return CliRunner().invoke(check_command, ["--root", str(root), *options])


def test_a_sound_digest_has_no_problems(write: Write, tmp_path: Path) -> None:
    write(DAY, line(relevance=9, novelty=8))
    write(RUN, receipt(tokens=TOKENS, announced=3, scanned=3, shown=1, dropped={"off topic": 2}))
    write("data/publications/ours.yml", "---\n_id: '1'\ntype: report\ntitle: Ours\n")
    write("data/README.md", "What this is.")
    result = run(tmp_path)
    assert (result.exit_code, result.output) == (0, "1 day, 1 paper, 1 publication: no problems\n")


def test_problems_are_sorted_by_place_counted_and_fail(write: Write, tmp_path: Path) -> None:
    ids = ("2505.0002" if n == 2 else f"2505.{n:05}" for n in range(1, 12))
    write(DAY, "".join(map(sound_line, ids)) + "{}\n" + line(novelty=3))
    write("data/notes.txt", "")
    assert run(tmp_path).output == (
        "warning: data/notes.txt: nothing reads this file: move it out of data/\n"
        f"error: {DAY}:2: arxiv_id: '2505.0002' is not an arXiv id without version: correct or delete the line\n"
        f"error: {DAY}:12: Object missing required field `arxiv_id`: correct or delete the line\n"
        f"warning: {DAY}:13: novelty without relevance: add relevance (1 to 10), or remove novelty\n"
        "1 day, 11 papers, 0 publications: 2 errors, 2 warnings\n"
    )
    assert run(tmp_path).exit_code == 1


def test_json(write: Write, tmp_path: Path) -> None:
    write("data/notes.txt", "")
    result = run(tmp_path, "--json")
    problem = {"location": "data/notes.txt", "message": "nothing reads this file", "hint": "move it out of data/"}
    assert json.loads(result.output) == {
        "days": 0,
        "papers": 0,
        "publications": 0,
        "problems": [{"severity": "warning"} | problem],
        "errors": 0,
        "warnings": 1,
    }
    assert result.exit_code == 0
    assert run(tmp_path, "--json", "--strict").exit_code == 1


def test_settings_that_cannot_be_read_do_not_hide_the_data(write: Write, problems: Problems) -> None:
    write("digest.yml", "topics:\n  - id: A b\n    name: A\n")
    write(DAY, "?\n")
    assert problems() == [
        f"{DAY}:1: not JSON: invalid character (byte 0): correct or delete the line",
        "digest.yml:2: topic id 'A b' cannot be part of an address: use a-z, 0-9 and single hyphens",
    ]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"arxiv_id": "2505.18313v2"}, f"arxiv_id: '2505.18313v2' {NO_ID}"),
        ({"arxiv_id": " 2505.18313"}, f"arxiv_id: ' 2505.18313' {NO_ID}"),
        ({"arxiv_id": "Math/0309136"}, f"arxiv_id: 'Math/0309136' {NO_ID}"),
        ({"relevance": 11, "novelty": 2}, "relevance: 11 is not from 1 to 10: correct or delete the line"),
        ({"relevance": 7}, "relevance without novelty: add novelty (1 to 10), or remove relevance"),
        (
            {"links": {"code": "javascript:alert(1)"}},
            f"links.code: 'javascript:alert(1)' {NO_URL}",
        ),
        ({"links": {"project": "//host/x"}}, f"links.project: '//host/x' {NO_URL}"),
        (
            {"abstract": "\beta"},
            f"abstract: has the control character U+0008: {DELETE}",
        ),
        (
            {"authors": ["A", "B\u202e"]},
            f"authors: has the control character U+202E: {DELETE}",
        ),
    ],
)
def test_a_line_of_papers(write: Write, problems: Problems, changes: dict[str, object], text: str) -> None:
    write(DAY, line(arxiv_id="2505.00001") + line(**changes))
    assert problems() == [f"{DAY}:2: {text}"]


def test_a_paper_twice_on_a_day_by_one_source(write: Write, problems: Problems) -> None:
    write(DAY, line() + line(source="hf") + "\n" + line(comment="again"))
    assert problems() == [f"{DAY}:4: 2505.18313 of arxiv is on line 1 already: delete one of the two lines"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "data/papers/2025-05-27.jsonl",
            TWO_FILES,
        ),
        (
            "data/papers/2024/2025-05-27.jsonl",
            TWO_FILES,
        ),
        (
            "data/papers/2025/2025-05-27.json",
            TWO_FILES,
        ),
        ("data/papers/2025-05-28.jsonl", f"{NOT_HERE}: move it to data/papers/2025/2025-05-28.jsonl"),
        (
            "data/papers/2025/2025-05-28.json",
            f"{NOT_HERE}: run 'broadsheet import data/papers/2025/2025-05-28.json', then delete it",
        ),
        ("data/runs/2024/2025-05-28.json", f"{NOT_HERE}: move it to data/runs/2025/2025-05-28.json"),
        ("data/papers/2025/may.jsonl", NO_DAY),
        ("data/papers/2025/2025-02-30.jsonl", NO_DAY),
        ("data/replies/2025-05-27.jsonl", NO_REPLIES),
        ("data/replies/2025/may.jsonl", NO_REPLIES),
        ("data/publications/ours.yaml", RENAME),
        ("data/publications/old/ours.yml", RENAME),
        ("data/publications/group.bib", f"publications are not read from here: {LIBRECAT}"),
    ],
)
def test_a_file_that_is_not_where_it_should_be(write: Write, problems: Problems, name: str, text: str) -> None:
    write(DAY, line())
    write(name, "")
    assert problems() == [f"{name}: {text}"]


def test_a_receipt_of_another_date(write: Write, problems: Problems) -> None:
    write(RUN, receipt(date="2025-05-28"))
    text = "the receipt has the date 2025-05-28, its file 2025-05-27"
    assert problems() == [f"{RUN}: {text}: rename the file or correct its date"]


@pytest.mark.parametrize(
    ("changes", "at", "text"),
    [
        (
            {"scanned": 5, "shown": 1, "dropped": {"off topic": 2}},
            4,
            "5 scanned, yet 1 shown and 2 dropped make 3: correct the counts, or delete the one that you are unsure of",
        ),
        ({"scanned": 5, "shown": 6}, 5, "6 shown of 5 scanned: correct the counts"),
        (
            {"fetched": 5, "duplicates": 2, "scanned": 4},
            6,
            "4 scanned, yet 5 fetched with 2 duplicates: correct the counts, or delete the one that you are unsure of",
        ),
        (
            {"shown": 0},
            4,
            "0 shown, yet 1 scored papers are listed: correct the count, or look for rows that belong to another day",
        ),
        (
            {"tokens": TOKENS | {"total": 16}},
            4,
            "16 tokens, yet 10 prompt and 5 completion make 15: correct the numbers",
        ),
        (
            {"tokens": TOKENS | {"cached": 11}},
            4,
            "11 cached tokens of 10 prompt tokens: correct the numbers: cached tokens are part of the prompt",
        ),
        ({"cost": {"total": -1.5}}, 4, "cost.total is -1.5: correct it, or delete it"),
        ({"dropped": {"off topic": -2}}, 4, "dropped.off topic is -2: correct it, or delete it"),
        (
            {"scanned": 137, "tokens": {"total": 0}},
            3,
            "137 papers scanned without spending a token, but the state is ok: "
            "score the day again, or set its state to failed",
        ),
        (
            {"state": "quiet"},
            3,
            "the state is quiet, but the day has 1 paper: set the state to ok, partial or failed",
        ),
        (
            {"state": "missing"},
            3,
            "the state is missing, but the day has 1 paper: set the state to ok, partial or failed",
        ),
    ],
)
def test_a_receipt(write: Write, problems: Problems, changes: dict[str, object], at: int, text: str) -> None:
    write(DAY, line(relevance=9, novelty=8))
    write(RUN, receipt(**changes))
    assert problems() == [f"{RUN}:{at}: {text}"]


def test_a_day_called_ok_that_lost_its_papers(write: Write, problems: Problems) -> None:
    write(RUN, receipt(announced=84))
    text = "the state is ok, but none of its 84 announced papers is listed"
    assert problems() == [f"{RUN}:3: {text}: import the papers, set shown to 0, or set the state to failed"]


def test_a_day_without_relevant_papers_passes_the_check(write: Write, problems: Problems) -> None:
    write(RUN, receipt(announced=84, scanned=84, shown=0, tokens=TOKENS))
    assert problems() == []


def test_a_negative_count_makes_a_receipt_unreadable(write: Write, problems: Problems) -> None:
    write(RUN, receipt(scanned=-1))
    assert problems() == [f"{RUN}: scanned: a count cannot be less than zero: correct the file"]


def test_a_topic_that_matches_nothing(write: Write, problems: Problems) -> None:
    write("digest.yml", SETTINGS + "  - id: gears\n    name: Gears\n")
    write(DAY, line())
    assert problems() == ["digest.yml:5: topic gears matches no paper yet: give it words that papers use, or remove it"]


def test_a_topic_of_a_category_that_matches_nothing(write: Write, problems: Problems) -> None:
    write("digest.yml", SETTINGS + "  - id: astro-ph-ga\n    name: Astrophysics of Galaxies (astro-ph.GA)\n")
    write(DAY, line())
    what = "topic astro-ph-ga is the name of a category, not a word of papers, and matches none yet"
    assert problems() == [f"digest.yml:5: {what}: give it words that papers use, or write topics of your own"]


def test_topics_that_the_settings_do_not_know(write: Write, problems: Problems) -> None:
    write(DAY, line(topics=["Pruning"]) + line(arxiv_id="2505.00001", topics=["Gears", "pruning"]))
    write("data/papers/2025/2025-05-28.jsonl", line(topics=["Gears"]))
    text = "topic 'Gears' is not in digest.yml (2 papers from here on)"
    assert problems() == [
        f"{DAY}:2: {text}: run 'broadsheet score --date DATE --rescore', add it to digest.yml, or correct the papers"
    ]


def test_publications(write: Write, problems: Problems) -> None:
    write("data/publications/a.yml", "---\n_id: '1'\ntype: report\ntitle: One\n...\n---\n_id: '2'\ntype: report\n")
    write("data/publications/b.yml", "---\n_id: '1'\ntype: report\ntitle: One again\n")
    assert problems() == [
        "data/publications/a.yml:7: record 2 has no title: add it in the repository and export the record again",
        "data/publications/b.yml:2: publication 1 is also at data/publications/a.yml:2: keep one of the records",
    ]


def test_a_record_that_is_not_public_is_worth_a_note_and_no_failure(write: Write, tmp_path: Path) -> None:
    write("data/publications/a.yml", "_id: '1'\ntype: report\ntitle: One\nstatus: private\n")
    result = run(tmp_path)
    assert "record 1 is private" in result.output
    assert result.output.endswith("0 publications: 0 errors, 1 warning\n")
    assert result.exit_code == 0


def test_publications_that_are_not_utf_8(write: Write, problems: Problems, tmp_path: Path) -> None:
    write("data/publications/a.yml", "")
    (tmp_path / "data/publications/a.yml").write_bytes(b"_id: \xff")
    assert problems() == ["data/publications/a.yml: not UTF-8 at byte 5: save the file as UTF-8"]


def test_hand_written_pages_with_the_address_of_a_generated_one_are_reported(write: Write, problems: Problems) -> None:
    write("data/publications/a.yml", "_id: '7'\ntype: report\ntitle: One\n")
    taken = {
        "about/index": "about/",
        "daily/2025/05/27": "daily/2025/05/27/",
        "publications/7": "publications/7/",
        "topics/pruning": "topics/pruning/",
        "weekly/2025-W22/index": "weekly/2025-W22/",
    }
    for name in (*taken, "topics/by-hand", "contact"):
        write(f"docs/{name}.md", "# By hand\n")
    write("docs/about.md", "# Generated\n")
    write("docs/.generated", "about.md\n")
    expected = [
        f"docs/{name}.md: is at /{address}, so the generated page with this address is left out: rename it to have both"
        for name, address in taken.items()
    ]
    assert problems() == expected


PAGE = '<html><head><title>{title}</title></head><body>\n<h1 id="top-of-it">A</h1>\n{body}</body></html>'


def site_says(tmp_path: Path, write: Write, body: str, name: str = "a/index.html") -> list[str]:
    write("site/index.html", PAGE.format(title="Home", body=""))
    write("site/feeds/all.xml", "<rss><link>https://papers.group.edu/digest/</link></rss>")
    write(f"site/{name}", PAGE.format(title="A", body=body))
    return [str(problem) for problem in check(tmp_path, tmp_path / "site").problems]


@pytest.mark.parametrize(
    "url",
    [
        "..",
        "../",
        "../index.html#top-of-it",
        "#top-of-it",
        "#",
        "",
        ".",
        "?q=1",
        "../feeds/all.xml",
        "../a/#top-of-it",
        "../a/#top%2Dof-it",
        "https://papers.group.edu/digest/a/#top-of-it",
        "https://papers.group.edu/other/",
        "//cdn.example.org/x.js",
        "mailto:a@example.org",
    ],
)
def test_links_of_a_site_that_lead_somewhere(tmp_path: Path, write: Write, url: str) -> None:
    assert site_says(tmp_path, write, f'<a href="{url}">x</a>') == []


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("../b/", "leads nowhere: correct the link, or build the site anew"),
        ("../../", "leads nowhere: correct the link, or build the site anew"),
        ("../feeds/", "leads nowhere: correct the link, or build the site anew"),
        ("#b", "no element of a/index.html has the id b: correct the link, or build the site anew"),
        ("../#b", "no element of index.html has the id b: correct the link, or build the site anew"),
        ("https://papers.group.edu/digest/b/", "leads nowhere: correct the link, or build the site anew"),
        ("/digest/a/", "starts at the host's root, which breaks under a sub-path: make the link relative"),
        ("http://[::1", "not an address: correct the link"),
    ],
)
def test_links_of_a_site_that_lead_nowhere(tmp_path: Path, write: Write, url: str, text: str) -> None:
    assert site_says(tmp_path, write, f'<a href="{url}">x</a>') == [f"site/a/index.html:3: {url}: {text}"]


def test_scripts_and_pictures_are_links_too(tmp_path: Path, write: Write) -> None:
    body = '<img src="gone.png">\n<script src="../gone.js"></script>'
    assert site_says(tmp_path, write, body) == [
        "site/a/index.html:3: gone.png: leads nowhere: correct the link, or build the site anew",
        "site/a/index.html:4: ../gone.js: leads nowhere: correct the link, or build the site anew",
    ]


def test_the_404_page_may_link_from_the_root(tmp_path: Path, write: Write) -> None:
    assert site_says(tmp_path, write, '<a href="/digest/">x</a>', "404.html") == []
    assert site_says(tmp_path, write, '<a href="/digest/b/">x</a>', "404.html") == [
        "site/404.html:3: /digest/b/: leads nowhere: correct the link, or build the site anew"
    ]


def test_a_page_without_a_title(tmp_path: Path, write: Write) -> None:
    write("site/b/index.html", "<html><head><title> </title></head><body><svg><title>x</title></svg></body></html>")
    text = site_says(tmp_path, write, "")
    assert text == ["site/b/index.html: the page has no <title>: give it a heading or a title"]


def test_feeds_that_lead_nowhere_and_are_no_xml(tmp_path: Path, write: Write) -> None:
    write("site/feeds/a.xml", "<rss>\n<link>https://papers.group.edu/digest/a/#x</link></rss>")
    write("site/feeds/b.xml", "<rss>\n&nbsp;")
    first, second = site_says(tmp_path, write, "")
    assert first == (
        "site/feeds/a.xml:2: https://papers.group.edu/digest/a/#x: no element of a/index.html has the id x: "
        "correct the link, or build the site anew"
    )
    assert second.startswith("site/feeds/b.xml:2: not XML: ")


def test_a_folder_that_is_no_site(tmp_path: Path, write: Write) -> None:
    (tmp_path / "site").mkdir()
    assert [str(p) for p in check(tmp_path, tmp_path / "site").problems] == [
        "site: not a built site (no index.html): run 'broadsheet build'"
    ]


@pytest.mark.parametrize("root", [ROOT, ROOT / "generator/broadsheet/starter"], ids=["the demo", "a new digest"])
def test_what_is_shipped_has_no_problem(root: Path) -> None:
    report = check(root)
    assert all("is only an example" in problem.message for problem in report.problems)
    assert report.papers or root != ROOT


def test_help_shows_an_example() -> None:
    assert (
        "broadsheet check --root my-digest --site my-digest/site"
        in CliRunner().invoke(check_command, ["--help"]).output
    )


def test_near_misses_are_not_listed_and_have_a_score(write: Write, problems: Problems) -> None:
    write(DAY, sound_line("2505.00001"))
    misses = [{"arxiv_id": f"2505.0000{at}", "title": "T", "score": score} for at, score in ((1, 5), (2, 11), (3, 6.5))]
    write(RUN, receipt(near_misses=misses))
    assert problems() == [
        f"{RUN}:4: 2505.00001 is a near miss, but also listed: remove it from near_misses",
        f"{RUN}:4: near miss 2505.00002 has the score 11.0: correct it: 1 to 10",
    ]
    write(RUN, receipt(near_misses=[{"arxiv_id": "2505.00002"}]))
    assert problems() == [f"{RUN}: near_misses[0]: Object missing required field `title`: correct the file"]


@pytest.mark.parametrize(
    ("topic", "run", "warns"),
    [
        ("{id: pruning, name: Pruning}", "run: {min_relevance: 1}", True),
        ("{id: pruning, name: Pruning}", "run: {min_relevance: 2}", False),
        ("{id: pruning, name: Pruning}", "", False),
        ("{id: cs-lg, name: Machine Learning (cs.LG)}", "run: {min_relevance: 1}", False),
    ],
)
def test_all_papers_beside_topics_of_ones_own(write: Write, tmp_path: Path, topic: str, run: str, warns: bool) -> None:
    write("digest.yml", f"topics: [{topic}]\n{run}\n")
    what = "digest.yml:2: run.min_relevance: 1 shows every paper, on your topics or not"
    do = "delete it, or set a higher one; without it, it is 5"
    assert [str(problem) for problem in check(tmp_path).problems] == [f"{what}: {do}"] * warns
