"""Broken and hostile feeds: no traceback, and work in proportion to their length."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.mail.deliver import render_mail
from broadsheet.mail.edition import issues, read
from broadsheet.mail.feed_parser import parse
from broadsheet.mail.prose import blocks
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings.config import Settings
from broadsheet.text.sanitize import escaped, unescaped
from tests.mail_digest import NOW, mail_digest

pytestmark = pytest.mark.slow

DATE = "2025-06-02T00:00:00Z"
FIELDS = ("id", "url", "external_url", "title", "content_html", "content_text", "summary", "date_published",
          "date_modified", "authors", "author", "tags", "language")  # fmt: skip
ODD = st.sampled_from([DATE, 10**400, "\ud800", "<p>x"])
KEYS = st.sampled_from(["name", "term", "value"]) | st.text()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
CHANNEL = st.dictionaries(st.sampled_from(["title", "home_page_url", "items", "version"]), VALUES, max_size=1)
ELEMENTS = ("title title_detail authors author tags category content summary link id guid summary_detail published "
            "published_parsed updated dc:date pubDate entry item").split()  # fmt: skip
TEXTS = st.sampled_from([DATE, "<name>x</name>", "0001-01-01", "1e400", "Mon, 02 Jun 20250 00:00:00 GMT"])
XML = st.lists(st.tuples(st.sampled_from(ELEMENTS), st.text(max_size=12) | TEXTS), max_size=6)
ANY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return mail_digest(tmp_path_factory.mktemp("mail"))


def mailed(mailing: Settings, data: bytes) -> bytes:
    """Return the message, or the reason why there is none."""
    try:
        return render_mail(mailing, parse(data, "https://feed.example/"), None, NOW).message
    except DigestError as error:
        return str(error).encode("utf-8", "replace")


def json_feed(**item: Any) -> dict[str, Any]:
    entry = {"id": "1", "title": "A title", "date_published": DATE, "content_text": "Some words."} | item
    return {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [entry]}


@ANY
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES), CHANNEL)
def test_any_json_in_any_field(mailing: Settings, item: dict[str, Any], feed: dict[str, Any]) -> None:
    mailed(mailing, json.dumps(json_feed(**item) | feed).encode())


@pytest.mark.parametrize("value", [5, 1.5, True, None, "x", {"a": 1}, [1, None, [2]], 10**400, {}, []])
def test_a_wrong_type_loses_its_field_only(mailing: Settings, value: Any) -> None:
    for field in sorted({*FIELDS} - {"date_published", "content_text", "title", "content_html"}):
        parsed = parse(json.dumps(json_feed(**{field: value})).encode(), "feed")
        assert [block.text for block in read(issues(parsed)[0], parsed).lead] == ["Some words."]


@ANY
@given(XML, st.booleans())
def test_any_elements_in_a_feed_of_xml(mailing: Settings, elements: list[tuple[str, str]], atom: bool) -> None:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in elements)
    if atom:
        data = (
            f'<feed xmlns="http://www.w3.org/2005/Atom">{inside}<entry><updated>{DATE}</updated>{inside}</entry></feed>'
        )
    else:
        data = f'<rss version="2.0"><channel>{inside}<item><pubDate>{DATE}</pubDate>{inside}</item></channel></rss>'
    mailed(mailing, data.encode("utf-8", "surrogatepass"))


OUT_OF_TIME = ["0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT", "1 Jan 0001", "9999-12-31T23:59:59Z", "-1"]


@pytest.mark.parametrize("date", OUT_OF_TIME)
def test_a_date_out_of_time_is_no_edition(mailing: Settings, date: str) -> None:
    rss = f'<rss version="2.0"><channel><item><title>x</title><pubDate>{date}</pubDate></item></channel></rss>'
    assert b"no item with a date" in mailed(mailing, rss.encode())
    assert b"no item with a date" in mailed(mailing, json.dumps(json_feed(date_published=date)).encode())


ANNOUNCED = "arXiv:2508.13426v1 Announce Type: {kind} \nAbstract: We bound it."


@pytest.mark.parametrize("kind", ["new", "cross", "replace", "replace-cross"])
def test_the_announcement_is_removed_from_arxivs_own_items(kind: str) -> None:
    words = ANNOUNCED.format(kind=kind)
    for item in ({"content_text": words}, {"content_html": f"<p>{words}</p>"}, {"summary": words, "content_text": ""}):
        (parsed_item,) = parse(json.dumps(json_feed(**item)).encode(), "feed").items
        assert [block.text for block in blocks(parsed_item.html)] == ["We bound it."]
    (parsed_item,) = parse(json.dumps(json_feed(content_text=f"See {words}")).encode(), "feed").items
    assert "Announce Type" in parsed_item.html


SHAPES: dict[str, Callable[[int], str]] = {
    "nested": lambda n: "<div>" * n,
    "nested and closed": lambda n: "<div>" * n + "x" + "</div>" * n,
    "closed by others": lambda n: "<div>" * n + "</p></foo>" * n,
    "quotes": lambda n: "<blockquote>x" * n,
    "spans": lambda n: "<span>x" * n,
    "styles": lambda n: "<p><b>x" * n,
    "fonts": lambda n: "".join(f"<p><font color={i}>x" for i in range(n)),
    "tables": lambda n: "<table><tr><td>x" * n,
    "lists": lambda n: "<ul><li>x" * n,
    "links": lambda n: '<a href="https://a.example/">x' * n,
    "forms": lambda n: "<select><object>" * n,
    "attributes": lambda n: "<a " + " ".join(f'a{i}="1' for i in range(n)) + ">x</a>",
    "tags that do not end": lambda n: "<a x='" * n,
    "comments": lambda n: "<!--x-->" * n + "<!--" * n,
    "entities": lambda n: "&amp;&eacute;&#65;&" * n,
    "digits": lambda n: "&#" + "9" * n + ";",
    "formulas": lambda n: "<math>" + "<mrow>" * n + "<mo>&#x2061;</mo><mi>ln</mi>" * n,
    "formulas of TeX": lambda n: r"\(x\) " * n,
    "TeX that does not end": lambda n: r"\(" * n + r"\[" * n,
    "dollars": lambda n: "$ " * n,
}  # fmt: skip


def cost(source: str) -> float:
    """Return the CPU seconds of parsing `source` as an item of a feed, the best of three."""
    data = json.dumps(json_feed(content_html=source)).encode()
    times = []
    for _ in range(3):
        start = time.process_time()
        parsed = parse(data, "feed")
        read(issues(parsed)[0], parsed)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_time_for_an_item_is_linear_in_its_length(shape: str) -> None:
    small, large = (cost(SHAPES[shape](n)) for n in (1500, 6000))
    assert large < 9 * max(small, 0.01), f"{small:.3f} s for a quarter of what takes {large:.3f} s"


def test_a_hundred_thousand_nested_elements_are_read() -> None:
    assert [block.text for block in blocks("<div>" * 100_000 + "words")] == ["words"]


@given(st.text("<>/!-='\" abi&#;x", max_size=60))
def test_any_tags_give_blocks(source: str) -> None:
    for block in blocks(source):
        assert block.text.strip()


def test_tags_comments_and_scripts_are_no_text() -> None:
    source = (
        '<p title="a > b" class=x>one</p><!-- <p>no</p> --><script>if (a<b) "</div>"</script><svg><text>no</text></svg>'
        "<P>two<BR/>three</P><style>p{}</style><a href=https://a.example/x/>four</a> 1 < 2 <iframe>no</iframe>"
        "<!DOCTYPE x><?php no ?><textarea><p>no</textarea><object><object>no</object>no</object>"
    )
    paragraphs = blocks(source)
    assert [block.text for block in paragraphs] == ["one", "two\nthree", "four 1 < 2"]
    assert paragraphs[2].url == "https://a.example/x/"
    assert blocks("<ul><li>a<li>b <b>c</ul>d")[1:] == blocks("<ul><li>a</li><li>b <b>c</b></li></ul>d")[1:]


def test_an_entity_of_any_length_is_a_character() -> None:
    assert (
        unescaped("&#" + "9" * 5000 + "; &#" + "0" * 5000 + "65; &#x" + "f" * 5000 + "; &eacute;")
        == "\ufffd \ufffd \ufffd é"
    )
    assert escaped(unescaped("&lt;b&gt;")) == "&lt;b&gt;"
