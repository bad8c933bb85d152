"""The manual on the site: found from every page, with a navigation of its own; and not in a user's digest."""

import html
import re
from pathlib import Path

import pytest

from broadsheet.build.hosts import STARTER
from broadsheet.cli.docs import TOPICS
from tests.manual.generated import MANUAL

pytestmark = pytest.mark.slow

COLUMN_AND_MENU = (r'<nav class="section-nav".*?</nav>', r'<details class="section-menu">.*?</details>')


@pytest.fixture(scope="module")
def site(demo: Path) -> Path:
    return demo


def page_at(site: Path, address: str) -> str:
    return (site / address / "index.html").read_text("utf-8")


@pytest.mark.parametrize("address", ["", "daily/2025/05/27", "about", "topics/model-compression"])
def test_every_page_of_the_demo_links_to_the_manual(site: Path, address: str) -> None:
    up = "../" * len(address.split("/")) if address else ""
    assert f'<a href="{up}manual/start/">Manual</a>' in page_at(site, address)


def test_a_page_of_the_manual_lists_all_of_them_twice_and_marks_itself(site: Path) -> None:
    page = page_at(site, "manual/mail")
    column, menu = (re.search(pattern, page, re.DOTALL) for pattern in COLUMN_AND_MENU)
    for part in (column, menu):
        assert part
        assert re.findall(r'href="\.\./([a-z]+)/"|href="\./"', part[0]) == [t if t != "mail" else "" for t in TOPICS]
        assert part[0].count('aria-current="page"') == 1


def test_a_page_links_its_neighbours_in_the_manual_alone(site: Path) -> None:
    def ends(topic: str) -> list[tuple[str, str]]:
        return re.findall(r'<a rel="(prev|next)" href="\.\./(\w+)/"', page_at(site, f"manual/{topic}"))

    assert ends("start") == [("next", "reading")]
    assert ends("mail") == [("prev", "scoring"), ("next", "chat")]
    assert ends("benchmarks") == [("prev", "architecture")]


def test_wide_tables_can_be_scrolled_by_keyboard(site: Path) -> None:
    page = page_at(site, "manual/settings")
    assert page.count("<table>") == page.count('<div class="scroll" tabindex="0"><table>') > 10


@pytest.mark.parametrize("topic", TOPICS)
def test_every_fence_is_a_block_of_its_page(site: Path, topic: str) -> None:
    text = (MANUAL / f"{topic}.md").read_text("utf-8")
    fences = re.findall(r"^ *```\w*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    rendered = re.findall(r"<pre>(.*?)</pre>", page_at(site, f"manual/{topic}"), re.DOTALL)
    texts = [html.unescape(re.sub(r"<[^>]*>", "", block)).strip() for block in rendered]
    assert [fence for fence in map(str.strip, fences) if fence not in texts] == []


def test_a_generated_page_has_no_navigation_of_the_manual(site: Path) -> None:
    assert "section-nav" not in page_at(site, "daily/2025/05/27")


def test_a_new_digest_has_no_page_of_the_manual() -> None:
    assert "manual" not in (STARTER / "mkdocs.yml").read_text("utf-8")
    assert list(STARTER.glob("docs/manual*")) == []
