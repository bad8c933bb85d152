"""The size of a site and the limits of hosts: exact messages for small sites and small limits."""

import datetime as dt
import errno
import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from click.testing import CliRunner, Result

from broadsheet.checks.savings import abstract_share, sampled
from broadsheet.checks.size import LIMITS, Limit, Measure, site_size, size_lines, size_warnings
from broadsheet.cli.check import check_command
from broadsheet.settings.config import Settings

SITE = [
    ("index.html", 20_000),
    ("publications/2025/05/27/index.html", 170_000),
    ("publications/2025/05/28/index.html", 170_000),
    ("topics/pruning/index.html", 60_000),
    ("feeds/all.xml", 90_000),
    ("search-index/shards.json", 40_000),
    ("search-index/2025/1.pack", 2_000_000),
]
BYTES = 2_550_000
# Seven files in ten folders.
ENTRIES = 17
SEARCH_SAVES = "search: false saves 2.0 MB, the most"
THE_REST = (
    "a smaller feeds.days, feeds.items or feeds.max_mb saves some of 90.0 kB",
    "a smaller pages.topic_newest saves some of 60.0 kB",
)


def helps(measure: Measure, most: int, files: list[tuple[str, int]] = SITE) -> tuple[str, ...]:
    """Return the remedies for `files` under one limit; none if the limit holds."""
    [result] = site_size(files, [Limit("Host", "so much", measure, most)]).limits
    assert result.holds == (result.measured <= most)
    assert result.is_near == (int(0.8 * most) < result.measured <= most)
    return result.remedies


def test_the_lines_of_a_small_site() -> None:
    limits = [
        Limit("Host A", "2 MB a site", Measure.SITE, 2_000_000),
        Limit("Host A", "3 MB a file", Measure.FILE, 3_000_000),
        Limit("Host B", "6 files", Measure.FILES, 6),
        Limit("Host B", "100 kB a file", Measure.FILE, 100_000),
        Limit("Host C", "20 files and folders", Measure.ENTRIES, 20),
    ]
    assert list(size_lines(site_size(SITE, limits))) == [
        "The site: 2.5 MB, 7 files; the largest:",
        "      2.0 MB  search-index/2025/1.pack",
        "      0.2 MB  publications/2025/05/27/index.html",
        "      0.2 MB  publications/2025/05/28/index.html",
        "     90.0 kB  feeds/all.xml",
        "     60.0 kB  topics/pruning/index.html",
        "Host A, 2 MB a site: does not hold (2.5 MB); " + "; ".join((SEARCH_SAVES, *THE_REST)),
        "Host A, 3 MB a file: holds (2.0 MB)",
        "Host B, 6 files: does not hold (7 files); search: false saves 2 files",
        "Host B, 100 kB a file: does not hold (2.0 MB); no setting helps 2 files in publications/; "
        "search: false removes 1 file in search-index/",
        "Host C, 20 files and folders: nearly full (17 files and folders); search: false saves 4 files and folders",
    ]


def test_the_order_of_files_is_no_matter() -> None:
    assert site_size(SITE) == site_size(reversed(SITE))


@pytest.mark.parametrize(
    ("measure", "measured"),
    [(Measure.SITE, BYTES), (Measure.FILE, 2_000_000), (Measure.FILES, 7), (Measure.ENTRIES, ENTRIES)],
)
def test_a_limit_holds_up_to_its_last(measure: Measure, measured: int) -> None:
    assert helps(measure, measured * 5 // 4 + 2) == ()
    assert helps(measure, measured) != ()
    assert helps(measure, measured - 1) != ()


def test_settings_that_are_not_enough_name_the_largest_folder() -> None:
    assert helps(Measure.SITE, 360_000)[-1] == THE_REST[-1]
    assert helps(Measure.SITE, 359_999)[-1] == "these settings are not enough: publications/ has 0.3 MB"
    assert helps(Measure.FILES, 1) == (
        "search: false saves 2 files",
        "these settings are not enough: publications/ has 2 files",
    )
    assert helps(Measure.ENTRIES, 8)[-1] == "these settings are not enough: publications/ has 7 files and folders"


def test_what_no_setting_helps() -> None:
    assert helps(Measure.SITE, 1, SITE[:3]) == ("no setting helps: publications/ has 0.3 MB",)
    assert helps(Measure.SITE, 1, SITE[:1]) == ("no setting helps: the top folder has 20.0 kB",)
    assert helps(Measure.FILE, 1, SITE[:1]) == ("no setting helps 1 file",)


@pytest.mark.parametrize(
    ("path", "setting"),
    [
        ("daily/2025/05/27/index.html", "pages.abstracts"),
        ("feeds/topics/pruning.xml", "feeds.days, feeds.items or feeds.max_mb"),
        ("topics/pruning/index.html", "pages.topic_newest"),
        ("monthly/2025-05/index.html", "pages.month_best"),
        ("weekly/2025-W22/index.html", "pages.week_best"),
    ],
)
def test_the_setting_of_a_file(path: str, setting: str) -> None:
    assert helps(Measure.FILE, 1, [(path, 2)]) == (f"a smaller {setting} helps 1 file in {path.partition('/')[0]}/",)


def test_downloads_by_years_are_not_told_to_be_by_years() -> None:
    assert helps(Measure.FILE, 1, [("downloads/archive.jsonl.gz", 2)]) == (
        "downloads: years makes them smaller, downloads: none removes 1 file in downloads/",
    )
    assert helps(Measure.FILE, 1, [("downloads/2025.jsonl.gz", 2)]) == ("downloads: none removes 1 file in downloads/",)


def test_a_file_as_large_as_the_limit_is_not_too_large() -> None:
    assert helps(Measure.FILE, 60_000, [("topics/a.html", 60_000), ("topics/b.html", 60_001)]) == (
        "a smaller pages.topic_newest helps 1 file in topics/",
    )


def test_an_empty_site_and_a_name_that_is_no_text() -> None:
    assert next(size_lines(site_size([]))) == "The site: 0.0 kB, 0 files; the largest:"
    assert [file.path for file in site_size([("a\udcff\x1b[1m", 1)]).largest] == ["a[1m"]


def test_the_limits_of_the_usual_hosts() -> None:
    assert [(limit.host, limit.measure.value, limit.maximum) for limit in LIMITS] == [
        ("GitHub Pages", "bytes", 1_000_000_000),
        ("GitHub Pages", "bytes a file", 100_000_000),
        ("Cloudflare Pages", "files", 20_000),
        ("Cloudflare Pages", "bytes a file", 26_214_400),
        ("GitLab Pages", "bytes", 1_000_000_000),
        ("GitLab Pages", "entries", 200_000),
    ]


# -- near a limit --------------------------------------------------------------------------------------------------

DATES = [(dt.date(2025, 1, 1) + dt.timedelta(n)).isoformat() for n in range(200)]
DAYS = [(f"daily/{date.replace('-', '/')}/index.html", 1_000) for date in DATES]
PAPERS = [(f"papers/25{n // 60:02}.{n:05}/index.html", 500) for n in range(800)]
CARDS = [(f"papers/25{n // 60:02}.{n:05}/card.png", 100) for n in range(800)]
LAB = [("index.html", 1_000), *DAYS, *PAPERS, *CARDS, *((f"papers/{n}/index.md", 50) for n in range(100))]


def in_force(text: str, most: int = 500_000, abstracts: float = 0.4) -> list[str]:
    """Return the first remedies of the site of a lab, with these settings in force."""
    settings = msgspec.convert(yaml.safe_load(text) or {}, Settings)
    [result] = site_size(LAB, [Limit("Host", "so much", Measure.SITE, most)], settings, abstracts).limits
    return list(result.remedies)


def test_what_helps_most_comes_first_and_estimates_say_about() -> None:
    assert in_force("") == [
        "paper_pages: none saves 0.5 MB, the most",
        "share_images: none saves 80.0 kB",
        "pages.abstracts: 10 saves about 80.0 kB",
        "pages.old_abstracts: file saves about 29.5 kB",
        "alternates: none saves 5.0 kB",
    ]


@pytest.mark.parametrize(
    ("settings", "absent", "added"),
    [
        ("pages: {old_abstracts: file}", "pages.old_abstracts: file saves about 29.5 kB", ""),
        ("paper_pages: all", "", ""),  # ten a day or fewer
        ("alternates: all", "", "alternates: recent saves about 2.8 kB"),
        ("share_images: all", "", "share_images: top saves about 44.0 kB"),
    ],
)
def test_a_setting_in_force_is_not_named(settings: str, absent: str, added: str) -> None:
    remedies = in_force(settings)
    assert absent not in remedies
    assert {*in_force(""), added} - {absent, ""} == set(remedies)


def test_pages_of_all_papers_may_be_those_of_the_first_ten() -> None:
    pages = [(f"papers/{n}/index.html", 500) for n in range(4_000)]
    limit = Limit("Host", "so much", Measure.FILES, 1_000)
    settings = Settings(paper_pages="all")
    [result] = site_size([*DAYS, *pages], [limit], settings).limits
    assert result.remedies == (
        "paper_pages: none saves 4,000 files, the most",
        "paper_pages: top saves about 2,000 files",
    )


@pytest.mark.parametrize(
    ("page", "pages", "saved"),
    [("", "all", 1_500), ("publications/1/index.html", "all", 1_000), ("", "institution", 1_000)],
)
def test_without_pages_of_papers_only_authors_of_publications_have_pages(page: str, pages: str, saved: int) -> None:
    files = [(f"papers/{n}/index.html", 1) for n in range(1_000)] + [(f"authors/{n}/index.html", 1) for n in range(500)]
    settings = msgspec.convert({"author_pages": pages}, Settings)
    limit = Limit("Host", "so much", Measure.FILES, 1_200)
    [result] = site_size([*files, ("publications/index.html", 1), (page or "x", 1)], [limit], settings).limits
    assert result.remedies[0] == f"paper_pages: none saves {saved:,} files, the most"


def test_without_abstracts_on_pages_no_setting_of_them_is_named() -> None:
    assert not [remedy for remedy in in_force("", abstracts=0.0) if "abstracts" in remedy]


def test_the_share_of_abstracts_is_of_those_after_the_tenth() -> None:
    abstract = b"<details><summary>Zusammenfassung</summary><p>Of <b>x</b>.</p></details>"
    page = b"<details class=more><summary>and 2</summary>Bob</details>" + abstract * 25
    assert abstract_share([page, b""]) == pytest.approx(15 * len(abstract) / len(page))
    assert abstract_share([abstract * 10]) == abstract_share([]) == 0
    assert 12 <= len(sampled([path for path, _ in LAB])) <= 24


def left(files: list[tuple[str, int]], measure: Measure, most: int, **settings: str) -> int | None:
    limits = [Limit("Host", "so much", measure, most)]
    [result] = site_size(files, limits, msgspec.convert(settings, Settings)).limits
    return result.days_left


def test_the_days_that_are_left_are_of_the_calendar_at_the_pace_of_the_last_90() -> None:
    assert left(DAYS, Measure.SITE, 300_000) == 100
    assert left(DAYS, Measure.FILES, 250) == 50
    assert left([*DAYS, *PAPERS], Measure.SITE, 1_200_000) == 200  # 3 kB a day
    faster = [(path, 3_000 if date > "2025-05-01" else 1_000) for (path, _), date in zip(DAYS, DATES, strict=True)]
    size = sum(size for _, size in faster)
    assert left(faster, Measure.SITE, size + 290_000) == pytest.approx(290_000 / (2_000 * 78 / 90 + 1_000), abs=2)
    weekdays = [day for day, date in zip(DAYS, DATES, strict=True) if dt.date.fromisoformat(date).weekday() < 5]
    assert left(weekdays, Measure.FILES, len(weekdays) + 50) == pytest.approx(70, abs=2)


def test_what_is_as_large_each_day_does_not_grow() -> None:
    steady = [("feeds/all.xml", 90_000), ("assets/a.js", 50_000), ("daily/2025/07/18/card.png", 9_000)]
    assert left([*DAYS, *steady], Measure.SITE, 449_000) == 100


@pytest.mark.parametrize(("kind", "name"), [("alternates", "index.md"), ("share_images", "card.png")])
def test_alternates_and_images_grow_if_all_pages_have_them(kind: str, name: str) -> None:
    files = [*DAYS, *((path.replace("index.html", name), 1_000) for path, _ in DAYS)]
    for value, days in (("all", 50), ("none", 100)):
        assert left(files, Measure.SITE, 500_000, **{kind: value}) == days


def test_the_pace_of_too_few_days_is_unknown() -> None:
    assert left(DAYS[:4], Measure.SITE, 5_000) is None
    assert left(SITE, Measure.SITE, 3_000_000) is None
    assert left(DAYS, Measure.FILE, 1_200) is None


@pytest.mark.parametrize("folder", ["daily/2025/13/45", "daily/2025/02/30", "daily/0001/01/01", "daily/२०२५/01/01"])
def test_a_page_by_hand_that_only_looks_like_a_day_is_none(folder: str) -> None:
    size, most = sum(size for _, size in DAYS), 300_000
    assert left([*DAYS, (f"{folder}/index.html", 0)], Measure.SITE, most) == left(DAYS, Measure.SITE, most)
    assert left([(f"{folder}/index.html", 1)], Measure.SITE, size) is None


def test_a_page_that_cannot_be_read_is_a_problem_beside_others(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = root / "site/daily/2025/05/27/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<title>A day</title>", "utf-8")

    def refusing(opened: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(path: Any, *arguments: Any, **options: Any) -> Any:
            if str(path) == str(page):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return opened(path, *arguments, **options)

        return refuse

    for module in (os, io):  # a test may run as root, who may read all
        monkeypatch.setattr(module, "open", refusing(module.open))
    assert "0 days, 0 papers, 0 publications: " in run(root, "--site", str(root / "site")).output


def test_a_host_in_use_is_warned_of_before_it_is_full() -> None:
    limits = [
        Limit("Host A", "700 kB a site", Measure.SITE, 700_000),
        Limit("Host A", "1 GB a file", Measure.FILE, 10**9),
        Limit("Host B", "10 files", Measure.FILES, 10),
    ]
    size = site_size(LAB, limits, abstracts=0.4)
    assert [str(warning) for warning in size_warnings(size, "site", {"Host A"})] == [
        "site: 98% of Host A, 700 kB a site, full in about 4 days at the pace of the last 90:"
        " in digest.yml, paper_pages: none saves 0.5 MB, the most"
    ]
    assert [problem.is_note for problem in size_warnings(size, "site", {"Host A", "Host B"})] == [True, True]
    assert list(size_warnings(size, "site", ())) == []


SITE_SETTINGS = """\
site_name: Test
site_url: https://papers.group.edu/
theme: {name: material, custom_dir: docs/.theme}
extra_css: [assets/digest.css]
site_dir: public
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A digest of nothing, with a site that has one file too large for Cloudflare (sparse: it takes no room)."""
    (tmp_path / "digest.yml").write_text("topics: []\n", "utf-8")
    (tmp_path / "mkdocs.yml").write_text(SITE_SETTINGS, "utf-8")
    (tmp_path / "site/assets/deep").mkdir(parents=True)
    (tmp_path / "site/index.html").write_text("<title>Home</title>", "utf-8")
    with (tmp_path / "site/assets/deep/film.mp4").open("wb") as film:
        film.truncate(26_300_000)
    (tmp_path / "site/broken").symlink_to("nowhere")
    (tmp_path / "site/loop").symlink_to(".")
    return tmp_path


def run(root: Path, *options: str) -> Result:
    return CliRunner().invoke(check_command, ["--root", str(root), *options])


def test_the_command_prints_it_and_exits_with_0(root: Path) -> None:
    result = run(root, "--site", str(root / "site"))
    assert result.output == (
        "The site: 26.3 MB, 2 files; the largest:\n"
        "     26.3 MB  assets/deep/film.mp4\n"
        "      0.0 kB  index.html\n"
        "GitHub Pages, 1 GB a site: holds (26.3 MB)\n"
        "GitHub Pages, 100 MB a file: holds (26.3 MB)\n"
        "Cloudflare Pages, 20,000 files: holds (2 files)\n"
        "Cloudflare Pages, 25 MiB a file: does not hold (26.3 MB); no setting helps 1 file in assets/\n"
        "GitLab Pages, 1 GB a site: holds (26.3 MB)\n"
        "GitLab Pages, 200,000 files and folders: holds (4 files and folders)\n"
        "0 days, 0 papers, 0 publications: no problems\n"
    )
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("file", "host"), [(".github/workflows/pages.yml", "GitHub Pages"), (".gitlab-ci.yml", "GitLab Pages"), ("x", "")]
)
def test_the_limits_of_the_host_of_a_digest_are_warnings(root: Path, file: str, host: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).touch()
    with (root / "site/assets/deep/film.mp4").open("wb") as film:
        film.truncate(990_000_000)
    result = run(root, "--site", str(root / "site"))
    assert result.exit_code == 0
    warnings = [line for line in result.output.splitlines() if line.startswith("warning: site: ")]
    assert [line for line in warnings if "1 GB a site" in line] == [
        f"warning: site: 99% of {host}, 1 GB a site: no setting helps: assets/ has 990.0 MB"
        for _ in filter(None, [host])
    ]
    assert all(host in line for line in warnings)


def test_json_has_the_same_under_site(root: Path) -> None:
    site = json.loads(run(root, "--json", "--site", str(root / "site")).output)["site"]
    assert (site["bytes"], site["files"], site["entries"]) == (26_300_019, 2, 4)
    assert site["largest"][0] == {"path": "assets/deep/film.mp4", "bytes": 26_300_000}
    assert [result["holds"] for result in site["limits"]] == [True, True, True, False, True, True]
    assert site["limits"][3] == {
        "limit": {
            "host": "Cloudflare Pages",
            "text": "25 MiB a file",
            "measure": "bytes a file",
            "maximum": 26_214_400,
        },
        "measured": 26_300_000,
        "holds": False,
        "is_near": False,
        "days_left": 0,
        "remedies": ["no setting helps 1 file in assets/"],
    }
    assert "site" not in json.loads(run(root, "--json").output)


def test_many_files_take_no_time() -> None:
    files = [(f"daily/{n // 100}/{n}/index.html", n) for n in range(20_000)]
    start = time.process_time()
    assert site_size(files).files == 20_000
    assert time.process_time() - start < 1
