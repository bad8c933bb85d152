"""The content of a mail: size, look in a browser, correct headers and messages for any text."""

import datetime as dt
import email
import itertools
import json
import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from broadsheet.mail.content import MailContent
from broadsheet.mail.deliver import RenderedMail, render_mail
from broadsheet.mail.edition import ParsedFeed, ParsedItem, issues, read
from broadsheet.mail.feed_parser import parse
from broadsheet.mail.message import MailingList, message, message_id
from broadsheet.mail.prose import blocks
from broadsheet.settings.mailbox import Mailbox, mailbox, mailbox_fault
from broadsheet.text.sanitize import one_line
from tests import real_texts
from tests.mail_digest import MAIL, NOW, PAPERS, corpus_day, edition_html, feed, mail_digest, rss
from tests.views.test_editions import scored
from tests.views.test_feeds import archive, build_feeds, with_feeds

pytestmark = pytest.mark.slow

READER = Mailbox("reader@group.example")
DATE = dt.datetime(2025, 5, 27, tzinfo=dt.UTC)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Post", "Auto-Submitted", "Precedence"]


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=default)


def sent(subject: str, name: str = "List", sender: str = "", body: str = "Text\n") -> bytes:
    mailing_list = MailingList(name, "list.group.example", Mailbox("digest@group.example", sender))
    data = message(
        MailContent(subject, body, f"<p>{body}</p>"),
        mailing_list,
        READER,
        message_id(mailing_list, "edition", READER),
        DATE,
    )
    assert max(map(len, data.split(b"\r\n"))) <= 200  # 998 is the limit, 78 what is asked for
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert data.isascii()
    return data


def phrase(header: str) -> str:
    """Return the decoded text before ``<address>``. Python's own parser puts a space between encoded words."""
    words = re.sub(r"\r\n(?=[ \t])", "", header).rpartition("<")[0].strip()
    return str(make_header(decode_header(words)))


def is_right(data: bytes, subject: str, name: str, sender: str, body: str) -> None:
    mail = parsed(data)
    assert mail.defects == []
    assert [header for header in mail if header not in ("Content-Type", "MIME-Version")] == HEADERS
    assert mail["Subject"] == one_line(subject)
    assert [address.addr_spec for address in mail["From"].addresses] == ["digest@group.example"]
    raw = email.message_from_bytes(data, policy=compat32)
    assert phrase(raw["From"]) == one_line(sender)
    assert phrase(raw["List-Id"]) == one_line(name)
    plain, html = mail.iter_parts()
    assert plain.get_content().replace("\r\n", "\n") == body
    assert html.get_content().replace("\r\n", "\n") == f"<p>{body}</p>"


lines = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\r\n:,;<>@"\\=?_ \x85\u2028'), max_size=120)


@settings(max_examples=300, deadline=None)
@given(subject=lines.filter(one_line), name=lines.filter(one_line), sender=lines)
def test_no_text_makes_a_header_wrong(subject: str, name: str, sender: str) -> None:
    is_right(sent(subject, name, sender), subject, name, sender, "Text\n")


@pytest.mark.parametrize("text", [
    "A\r\nBcc: everybody@group.example",
    "=?utf-8?q?evil?= plain =?x",
    'Müller, "Ada" <evil@group.example>',
    "x" * 140,
    "界" * 140,
    "a\N{COMBINING ACUTE ACCENT}" * 70,
])  # fmt: skip
def test_hostile_headers(text: str) -> None:
    is_right(sent(text, text, text), text, text, text, "Text\n")


def test_real_titles_and_names_arrive_as_they_are(corpus: Path) -> None:
    texts = real_texts.read(corpus)
    hard = [json.loads(line) for line in (corpus / "latex_strings.jsonl").read_text("utf-8").splitlines()]
    awkward = [text for text in texts.titles if not text.isascii() or "\\" in text or "=" in text][:300]
    names = [text for text in texts.names if not text.isascii()][:300]
    for title, name in zip([*awkward, *(row["text"] for row in hard)], names * 3, strict=False):
        is_right(sent(title, name, name), title, name, name, "Text\n")


@pytest.mark.parametrize(
    "body", ["ä" * 900 + "\n", "From x\n.\n..\nend =20\n", "漢字" * 2000 + "\n", "y" * 3000 + "\n"]
)
def test_bodies_survive_the_way(body: str) -> None:
    is_right(sent("x", body=body), "x", "List", "", body)


@pytest.mark.parametrize(("written_as", "address", "name"), [
    ("ada@group.example", "ada@group.example", ""),
    (" Ada <ada@group.example> ", "ada@group.example", "Ada"),
    ('"Lovelace, Ada" <ada@group.example>', "ada@group.example", "Lovelace, Ada"),
    ("o'neill+papers@group.example", "o'neill+papers@group.example", ""),
    ("ada@grüppe.example", "ada@xn--grppe-lva.example", ""),
    ("ada@Faß.example", "ada@xn--fa-hia.example", ""),
    ("Dörte <doerte@MÜLLER.例え.example>", "doerte@xn--mller-kva.xn--r8jz45g.example", "Dörte"),
    ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah", ""),
])  # fmt: skip
def test_addresses(written_as: str, address: str, name: str) -> None:
    assert mailbox(written_as) == Mailbox(address, name)


@pytest.mark.parametrize("text", [
    "", "ada", "ada@", "@group.example", "a b@group.example", "ada@group..example", "ada@group.example, eva@b.example",
    "ada@group.example\nBcc: eva@b.example", "Ada <ada@group.example", "ädä@group.example", ".ada@group.example",
    "ada@-group.example", "a" * 65 + "@group.example", "<script>@group.example", "ada@group.example>",
])  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    assert mailbox(text) is None


@pytest.mark.parametrize(("text", "words"), [
    ("ädä@group.example", "letters before the @ that are not ASCII"),
    ("Ädä <ädä@grüppe.example>", "letters before the @ that are not ASCII"),
    ("ada@gr\N{SNOWMAN}ppe.example", "not a mail address"),
    ("ädä", "not a mail address"),
])  # fmt: skip
def test_the_reason_why_a_text_is_no_address(text: str, words: str) -> None:
    assert mailbox(text) is None
    assert words in mailbox_fault(text)


def scored_edition() -> ParsedFeed:
    scores = {1: " (relevance 1, novelty 8.5)", 2: " (relevance 2, novelty 8.5)", 3: ""}
    contents = "".join(f"<li><a href='https://g.example/{n}'>Paper {n}</a>{scores[n]}</li>" for n in scores)
    papers = "".join(
        f"<h3><a href='https://g.example/{n}'>Paper {n}</a></h3><p>Relevance {n}, novelty 8.5. LLMs.</p><p>Text.</p>"
        for n in (1, 2)
    )
    return feed(
        ("2025-05-27", f"<p>3 papers. Partial: some.</p><h2>Contents</h2><ol>{contents}</ol>{papers}", ("partial",))
    )


def test_the_contents_have_scores_and_the_state_of_the_day(tmp_path: Path) -> None:
    mail = preview(tmp_path, scored_edition())
    assert "Contents (partial, relevance · novelty)\n" in mail.text
    assert "1. Paper 1 (1 · 8.5)\n2. Paper 2 (2 · 8.5)\n3. Paper 3\n" in mail.text
    assert re.search(r"<h2[^>]*>Contents \(partial, relevance · novelty\)</h2>", mail.html)
    bars = r'<span class="bars"[^>]*><i style="[^"]*width: ?4px[^"]*"></i><i style="[^"]*width: ?17px[^"]*"></i></span>'
    line = rf'<li><b>10.5</b> {bars} <a href="https://g.example/2">Paper 2</a> <span[^>]*>2 · 8.5</span></li>'
    assert re.search(line, mail.html)


def test_the_parts_of_the_html_that_mail_programs_need(tmp_path: Path) -> None:
    mail = preview(tmp_path, scored_edition())
    assert re.search(
        r'<body[^>]*>\s*<div class="preheader" style="[^"]*display: none[^"]*">3 papers. Partial: some', mail.html
    )
    levels = [int(level) for level in re.findall(r"<h(\d)", mail.html)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    inside = re.search(
        r"<!--\[if mso\]><table[^>]* width=\"600\".*?<!\[endif\]-->(.*)<!--\[if mso\]>.*?</table><!\[endif\]-->",
        mail.html,
        re.DOTALL,
    )
    assert inside
    assert "Paper 2" in inside[1]


def preview(tmp_path: Path, source: ParsedFeed) -> RenderedMail:
    return render_mail(mail_digest(tmp_path), source, None, NOW)


def test_the_largest_days_stay_below_80_kb_and_say_what_is_left_out(corpus: Path, tmp_path: Path) -> None:
    days = sorted((corpus / "scored").rglob("*.json"), key=lambda path: path.stat().st_size)[-3:]
    for day in days:
        papers = corpus_day(day)
        mail = preview(tmp_path, feed((day.name[:10], edition_html(*papers), ())))
        assert 60_000 < len(mail.message) <= 80_000
        in_full = len(re.findall(r"^-{72}$", mail.text, re.MULTILINE))
        assert in_full > 5
        assert mail.html.count("<h3") == in_full
        assert f"{len(papers) - in_full:,} more on the site" in mail.text
        assert f"{len(papers) - in_full:,} more on the site" in mail.html
        assert mail.subject.endswith(f" and {len(papers) - 1:,} more")


@pytest.mark.parametrize("max_kb", [80, 20, 10])
def test_a_mail_of_a_built_day_counts_its_papers_once(tmp_path: Path, max_kb: int) -> None:
    day = {"2025-05-27": [scored(number, abstract="A word. " * 30) for number in range(1, 45)]}
    source = parse(build_feeds(archive(tmp_path, day), with_feeds())["feeds/daily.xml"], "daily.xml")
    settings = mail_digest(tmp_path / "digest", f"{MAIL}  max_kb: {max_kb}\n")
    mail = render_mail(settings, source, None, NOW)
    in_full = len(re.findall(r"^-{72}$", mail.text, re.MULTILINE))
    for body in (mail.text, mail.html):
        assert re.findall(r"[\d,]+ best follow|[\d,]+ (?:more|are) on the site", body) == [
            f"{44 - in_full} more on the site"
        ]


def test_every_paper_of_a_built_day_has_its_scores_in_the_contents(tmp_path: Path) -> None:
    day = {"2025-05-27": [scored(number) for number in range(1, 45)]}
    source = parse(build_feeds(archive(tmp_path, day), with_feeds())["feeds/daily.xml"], "daily.xml")
    edition = read(issues(source)[0], source)
    assert len(edition.contents) > len(edition.sections)
    assert [entry.scores for entry in edition.contents] == [entry.scores for entry in edition.contents if entry.scores]
    assert edition.contents[0].title == edition.sections[0].title


def test_one_endless_part_is_linked(tmp_path: Path) -> None:
    item = "<p>" + "word " * 40_000 + "</p>"
    mail = preview(tmp_path, feed(("2025-05-27", item, ())))
    assert len(mail.message) < 10_000
    assert "All of it is on the site:\nhttps://group.example/daily/2025/05/27/" in mail.text


def test_the_plain_text_is_72_columns_wide(corpus: Path, tmp_path: Path) -> None:
    day = corpus / "scored" / "daizedong" / "2025-05" / "2025-05-27-output.json"
    mail = preview(tmp_path, feed(("2025-05-27", edition_html(*corpus_day(day)[:20]), ())))
    long = [line for line in mail.text.splitlines() if len(line) > 72]
    assert [line for line in long if "http" not in line] == []
    assert not re.search(r"</?[a-z]+>|&(amp|lt);|\\[a-z]+\{", mail.text)


def test_preformatted_text_and_line_breaks_stay_as_they_are(tmp_path: Path) -> None:
    mail = preview(tmp_path, feed(("2025-05-27", "<pre>a\n\n   b &lt;</pre><p>x<br>y <code>z</code></p>", ())))
    assert "<pre" in mail.html
    assert ">a\n\n   b &lt;</pre>" in mail.html
    assert "<p>x<br>y <code>z</code></p>" in mail.html
    assert "a\n\n   b <\n\nx\ny z\n" in mail.text


def test_the_same_feed_gives_the_same_bytes(tmp_path: Path) -> None:
    assert preview(tmp_path, feed()) == preview(tmp_path, feed())


HOSTILE = """\
<h3><a href="javascript:alert(1)">One</a></h3><p onclick="alert(1)" style="position:fixed">Text <img src="https://spy.example/x.png">
<script>alert(1)</script><style>@import url(https://spy.example/x.css);</style><iframe src="https://spy.example/"></iframe>
<svg onload=alert(1)><use href="https://spy.example/s.svg#x"></svg> after</p>
<h3>Two <b onmouseover=alert(1)>bold</b></h3><p><a href="//spy.example/a">a</a> <a href="https://group.example/?a=1&amp;b='&quot;><script>">b</a>
<object data="https://spy.example/o"></object><video src="https://spy.example/v" autoplay></video>
<link rel=stylesheet href="https://spy.example/l.css"><base href="https://spy.example/"><meta http-equiv=refresh content="0;url=https://spy.example/">
<form action="https://spy.example/"><input type=image src="https://spy.example/i.png"></form></p>
<math><mtext><img src=x onerror=alert(1)></mtext><mi href="javascript:alert(1)">x</mi></math><plaintext></p>&lt;b&gt;
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 600, 1200])
def test_in_a_browser(tmp_path: Path, corpus: Path, chromium: Browser, width: int, scheme: str) -> None:
    """Nothing overflows, the colour scheme is used, and the page loads and runs nothing."""
    day = corpus / "scored" / "daizedong" / "2025-05" / "2025-05-27-output.json"
    long = ("Unbreakable" * 20, "2505.1", "https://group.example/" + "x" * 300)
    body = edition_html(*corpus_day(day)[:8], long) + HOSTILE
    mail = preview(tmp_path, feed(("2025-05-27", body, ())))
    assert b"charset" in mail.html.encode()[:1024]
    page = tmp_path / "mail.html"
    page.write_text(mail.html, "utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=cast(Any, scheme))
    tab = context.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("dialog", lambda dialog: asked.append(dialog.message))
    tab.goto(page.as_uri())
    assert asked == [page.as_uri()]
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    colours = "[document.body, document.querySelector('.column'), document.querySelector('h3 a')]"
    background, ink, link = tab.evaluate(
        f"""{colours}.map((it, n) => getComputedStyle(it)[n ? 'color' : 'backgroundColor'])"""
    )
    expected = ("rgb(255, 254, 251)", "rgb(27, 27, 24)", "rgb(140, 29, 24)")
    if scheme == "dark":
        expected = ("rgb(23, 23, 20)", "rgb(233, 230, 223)", "rgb(240, 165, 156)")
    assert (background, ink, link) == expected
    inner = "document.querySelector('.column').getBoundingClientRect().width"
    assert tab.evaluate(inner) == min(600, width - 32)
    tags = set(tab.evaluate("[...document.body.querySelectorAll('*')].map((it) => it.localName)"))
    assert tags <= {"table", "tbody", "tr", "td", "div", "p", "h1", "h2", "h3", "h4", "ol", "li", "a", "em", "strong",
                    "code", "pre", "br", "span"}  # fmt: skip
    assert all(url.startswith(("https://", "mailto:leave@"))
               for url in tab.evaluate("[...document.links].map((it) => it.href)"))  # fmt: skip
    context.close()


def test_hostile_html_is_text() -> None:
    paragraphs = blocks(HOSTILE)
    assert [block.text for block in paragraphs if block.kind == "h3"] == ["One", "Two bold"]
    assert {inline.url for block in paragraphs for inline in block.inlines} == {
        None,
        "https://group.example/?a=1&b=%27%22%3E%3Cscript%3E",
    }
    assert "alert" not in "".join(block.text for block in paragraphs)


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        st.sampled_from("<>/abphi3mlthsu=\"' &;!-[]$\\\u0007\u202e\u00e9\n") | st.characters(exclude_categories=["Cs"])
    )
)
def test_any_html_can_be_read(html: str) -> None:
    for block in blocks(html):
        assert block.text.strip()
        assert not {"\u0007", "\u202e"} & set(block.text)


def test_deep_html_can_be_read() -> None:
    assert [block.text for block in blocks("<div><b>" * 1000 + "deep")] == ["deep"]
    assert [block.text for block in blocks("<ul><li>" * 300 + "deep")][-1] == "deep"


@pytest.mark.parametrize(("html", "text"), [
    ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "x²"),
    ('<math>\n <mrow>\n  <mi>a</mi>\n  <mo>+</mo>\n  <mi>b</mi>\n </mrow>\n</math>', "a+b"),
    ('<math><semantics><mi>y</mi><annotation encoding="x-tex">\\alpha_i</annotation></semantics></math>', "αᵢ"),
    ('<math alttext="broken"><mfrac><mi>a</mi></mfrac></math>', "broken"),
    ("H<sub>2</sub>O and 10<sup>6</sup>", "H₂O and 10⁶"),
    ("bounds of $x_i^2$ for $5", "bounds of xᵢ² for $5"),
    ("<code>$HOME and $PATH</code>", "$HOME and $PATH"),
])  # fmt: skip
def test_formulas_become_unicode(html: str, text: str) -> None:
    assert "".join(block.text for block in blocks(f"<p>{html}</p>")) == text


def test_lists_tables_and_line_breaks_keep_their_form() -> None:
    paragraphs = blocks(
        "<ol><li>One<ul><li>Inner</ul><li><p>Two</p><p>more</p></ol><table><tr><td>a<td>b</table>"
        "x<br>y<hr><pre>a\n  b</pre>"
    )
    assert [(block.kind, block.marker, block.text) for block in paragraphs] == [
        ("li", "1.", "One"), ("li", "•", "Inner"), ("li", "2.", "Two"), ("li", "", "more"),
        ("p", "", "a · b"), ("p", "", "x\ny"), ("pre", "", "a\n  b"),
    ]  # fmt: skip


def test_an_edition_of_ours() -> None:
    (issue,) = issues(feed())
    edition = read(issue, feed())
    assert (edition.name, edition.label, edition.url) == (
        "2025-05-27",
        "Tuesday, 27 May 2025",
        "https://group.example/daily/2025/05/27/",
    )
    assert [section.url for section in edition.sections] == [
        "https://arxiv.org/abs/2505.00001",
        "https://arxiv.org/abs/2505.00002",
    ]
    assert len(edition.contents) == 2
    assert [block.text for block in edition.lead] == ["2 papers."]


def test_items_of_one_date_are_one_mail() -> None:
    def item(name: str, hour: int) -> ParsedItem:
        date = dt.datetime(2025, 5, 27, hour, tzinfo=dt.UTC)
        return ParsedItem(name, f"Paper {name}", f"https://group.example/{name}", date, f"<p>Text {name}</p>", ("Ada",))

    source = ParsedFeed("Anybody's", "https://group.example/", (item("a", 9), item("b", 8)))
    (issue,) = issues(source)
    edition = read(issue, source)
    assert (edition.id, edition.title) == ("https://group.example/#2025-05-27", "Anybody's")
    assert [(section.title, [block.text for block in section.blocks]) for section in edition.sections] == [
        ("Paper a", ["Ada", "Text a"]), ("Paper b", ["Ada", "Text b"])
    ]  # fmt: skip


def test_a_letter_in_another_language_of_headings() -> None:
    body = "<h1>Newsletter</h1><p>Hello.</p><h2>First</h2><p>a</p><h3>Detail</h3><p>b</p><h2>Second</h2><p>c</p>"
    source = parse(rss(("2025-05-27", body, ())).replace(b"edition/daily", b"post"), "x")
    edition = read(issues(source)[0], source)
    assert [section.title for section in edition.sections] == ["First", "Second"]
    assert [entry.title for entry in edition.contents] == ["First", "Second"]
    assert PAPERS[0][0] not in str(edition)
