"""Feeds of every format, broken, hostile or from a server; and the command line of ``broadsheet mail``."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from broadsheet.mail.edition import issues, read
from broadsheet.mail.feed_parser import parse
from broadsheet.mail.recipients import read_file, read_variable
from broadsheet.mail.server import from_environment
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config
from tests.example import SETTINGS, digest, make_digest, paper
from tests.mail_digest import MAIL, edition_html, mail_digest, rss

DAY = ("2025-05-27", edition_html(("A first $x_i$", "2505.1", "Text."), ("A second", "2505.2", "Text.")), ())
ATOM = """\
<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Any &amp; all</title><id>x</id>
<link href="https://group.example/"/><entry><title type="html">On &lt;i>x&lt;/i> &amp;amp; y</title><id>urn:1</id>
<link href="https://group.example/1"/><updated>2025-05-27T06:00:00+02:00</updated>
<author><name>Ada Lovelace</name></author>
<content type="html">&lt;p>Body &lt;math>&lt;mi>x&lt;/mi>&lt;/math>&lt;/p></content>
</entry></feed>"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Any & all",
    "home_page_url": "https://group.example/",
    "items": [
        {"id": 7, "url": "https://group.example/1", "title": "On x & y", "content_html": "<p>Body x</p>",
         "date_published": "2025-05-27T06:00:00+02:00", "authors": [{"name": "Ada Lovelace"}], "tags": ["a"]},
        "no item", {"id": "undated", "content_text": "x"},
    ],
}  # fmt: skip
ARXIV = """\
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>cs.LG</title><link>http://rss.arxiv.org/rss/cs.LG</link>
<item><title>Bounds for $x_i^2$</title><link>https://arxiv.org/abs/2505.1</link><guid>oai:arXiv.org:2505.1v1</guid>
<description>arXiv:2505.1v1 Announce Type: new Abstract: We show $\\alpha &lt; \\beta$ for $5.</description>
<pubDate>Tue, 27 May 2025 00:00:00 -0400</pubDate><dc:creator>Ada Lovelace, Ben M\\"uller</dc:creator>
</item></channel></rss>"""


@pytest.mark.parametrize(
    "data", [ATOM, json.dumps(JSON_FEED), "\ufeff" + json.dumps(JSON_FEED)], ids=["atom", "json", "bom"]
)
def test_every_format_gives_the_same_mail(data: str) -> None:
    parsed = parse(data.encode(), "feed")
    assert (parsed.title, parsed.link) == ("Any & all", "https://group.example/")
    (item,) = parsed.items
    assert (item.title, item.link, item.authors) == ("On x & y", "https://group.example/1", ("Ada Lovelace",))
    assert item.date.isoformat() == "2025-05-27T06:00:00+02:00"
    (issue,) = issues(parsed)
    assert [block.text for block in read(issue, parsed).lead] == ["Body x"]


def test_arxivs_own_feed_is_an_edition() -> None:
    parsed = parse(ARXIV.encode(), "feed")
    edition = read(issues(parsed)[0], parsed)
    assert (edition.name, edition.title) == ("2025-05-27", "Bounds for xᵢ²")
    assert [block.text for block in edition.lead] == ["We show α<β for $5."]


@pytest.mark.parametrize(("data", "what"), [
    (b"", "this is not an RSS, Atom or JSON Feed"),
    (b"<html><body>A page</body></html>", "this is not an RSS, Atom or JSON Feed"),
    (b'{"version": "2"}', "this is not an RSS, Atom or JSON Feed"),
    (b"{" * 100_000, "this is not an RSS, Atom or JSON Feed"),
    (b"/etc/passwd", "this is not an RSS, Atom or JSON Feed"),
    (rss(), "the feed has no item with a date"),
    (b'{"version": "https://jsonfeed.org/version/1", "items": {"a": 1}}', "the feed has no item with a date"),
])  # fmt: skip
def test_documents_that_are_not_feeds(data: bytes, what: str) -> None:
    with pytest.raises(DigestError, match=f"^feed: {what}: "):
        parse(data, "feed")


def test_entities_of_a_feed_open_no_file_and_do_not_explode(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret", "utf-8")
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for entity in (
        f'<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">',
        f'<!ENTITY l0 "ha">{lol}<!ENTITY x "&l9;">',
    ):
        data = ATOM.replace('<?xml version="1.0"?>', f"<!DOCTYPE feed [{entity}]>").replace("Any &amp; all", "&x;")
        try:
            parsed = parse(data.encode(), "feed")
        except DigestError:
            continue
        assert "s3cret" not in parsed.title
        assert len(parsed.title) < 1000


@pytest.fixture
def site() -> Iterator[str]:
    """Serve an edition feed, and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/daily.xml" else 404)
            self.send_header("Content-Type", "application/rss+xml")
            self.end_headers()
            self.wfile.write(rss(DAY))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_dry_run_of_a_feed_from_a_server_sends_nothing(tmp_path: Path, site: str) -> None:
    mail_digest(tmp_path)
    run = digest("mail", f"{site}/daily.xml", "--dry-run", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[0].startswith("27 May 2025: A first xᵢ and 1 more (2 papers, ")
    folder = tmp_path / ".digest" / "mail"
    assert sorted(path.name for path in folder.iterdir()) == [f"2025-05-27.{kind}" for kind in ("eml", "html", "txt")]
    assert b"To: reader@digest.invalid\r\n" in (folder / "2025-05-27.eml").read_bytes()
    gone = digest("mail", f"{site}/other.xml", "--dry-run", cwd=tmp_path)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "404" in gone.stderr


def test_wrong_usage_has_a_message_with_a_remedy(tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest")
    feed = tmp_path / "daily.xml"
    feed.write_bytes(rss(DAY))
    readers = root / "readers.txt"
    readers.write_text("ada@group.example\n", "utf-8")

    def message_of(*arguments: str | Path, **env: str) -> str:
        run = digest("mail", *arguments, "--root", root, env={"DIGEST_RECIPIENTS": "ada@group.example", **env})
        assert (run.returncode, run.stdout) == (1, "")
        return run.stderr

    assert (
        "feeds/daily.xml: cannot be read: no such file or directory: build the site first, or name a feed"
        in message_of()
    )
    assert "DIGEST_RECIPIENTS: no recipients: name a file of addresses with --recipients" in message_of(
        feed, DIGEST_RECIPIENTS=""
    )
    assert "readers.txt: the recipients file is inside the digest folder" in message_of(feed, "--recipients", readers)
    assert "digest.yml: mail: from is not set" in message_of(feed)
    (root / "digest.yml").write_text(SETTINGS + MAIL, "utf-8")
    assert "DIGEST_SMTP_HOST: not set: set it, see 'broadsheet docs mail'" in message_of(feed)
    assert "--edition: the feed has no edition '2025-01-01': choose one of 2025-05-27" in message_of(
        feed, "--edition", "2025-01-01", DIGEST_SMTP_HOST="localhost"
    )
    assert "--test: not a mail address" in message_of(feed, "--test", "ada")


@pytest.mark.parametrize("option", ["--open", "--out=mails"])
def test_an_option_of_dry_runs_without_a_dry_run_is_wrong_usage(option: str, tmp_path: Path) -> None:
    run = digest("mail", "daily.xml", "--root", make_digest(tmp_path), option)
    assert (run.returncode, run.stdout) == (2, "")
    assert "--dry-run" in run.stderr


def test_every_wrong_setting_is_named(tmp_path: Path) -> None:
    wrong = """\
mail:
  from: nobody
  reply_to: "Ada\\nBcc: <eva@group.example>"
  list_id: My List
  unsubscribe_url: https://group.example/leave
  max_kb: 5
"""
    with pytest.raises(DigestError) as caught:
        config.load(make_digest(tmp_path, settings=SETTINGS + wrong))
    first = SETTINGS.count("\n") + 2
    places = [str(problem).partition(": mail: ")[0::2] for problem in caught.value.problems]
    assert [place for place, _ in places] == [f"digest.yml:{first + n}" for n in range(5)]
    assert [what.split()[0] for _, what in places] == ["from", "reply_to", "list_id", "unsubscribe_url", "max_kb"]


def test_the_settings_of_mail_build_no_page_anew(tmp_path: Path) -> None:
    without = config.load(make_digest(tmp_path)).fingerprint
    assert mail_digest(tmp_path).fingerprint == without


def test_every_wrong_variable_of_the_server_is_named() -> None:
    with pytest.raises(DigestError) as caught:
        from_environment({"DIGEST_SMTP_PORT": "x", "DIGEST_SMTP_TLS": "maybe", "DIGEST_SMTP_VERIFY": "0"})
    assert [problem.location for problem in caught.value.problems] == [
        f"DIGEST_SMTP_{name}" for name in ("HOST", "PORT", "TLS", "VERIFY")
    ]
    accents = {"DIGEST_SMTP_HOST": "h", "DIGEST_SMTP_USER": "u", "DIGEST_SMTP_PASSWORD": "s3crét"}
    with pytest.raises(DigestError, match="DIGEST_SMTP_PASSWORD: or DIGEST_SMTP_USER has letters that are not ASCII"):
        from_environment(accents)
    clear = {"DIGEST_SMTP_HOST": "mail.example", "DIGEST_SMTP_TLS": "none", "DIGEST_SMTP_USER": "a"}
    with pytest.raises(DigestError, match="DIGEST_SMTP_USER: would be sent unencrypted"):
        from_environment(clear)
    assert "s3cret" not in repr(from_environment({"DIGEST_SMTP_HOST": "h", "DIGEST_SMTP_USER": "u",
                                                  "DIGEST_SMTP_PASSWORD": "s3cret"}))  # fmt: skip


@pytest.mark.parametrize("form", ["xml", "atom", "json"])
def test_our_own_feeds_say_the_same_in_every_format(tmp_path: Path, form: str) -> None:
    papers = [paper("2505.00001", title="On $x_i^2$"), paper("2505.00002", relevance=5)]
    root = make_digest(tmp_path, {"2025-05-27": papers})
    assert digest("generate", "--root", root).returncode == 0
    path = root / "docs" / "feeds" / f"daily.{form}"
    run = digest("mail", path, "--root", root, "--dry-run", "--out", tmp_path / "out")
    assert run.returncode == 0, run.stderr
    text = (tmp_path / "out" / "2025-05-27.txt").read_text("utf-8")
    head = "Broadsheet: Tuesday, 27 May 2025\n================================\n\n2 papers."
    assert text.startswith(head)
    assert "\n\nContents (relevance · novelty)\n" in text
    assert "\n1. On xᵢ² (8 · 7)\n2. A paper called 2505.00002 (5 · 7)\n" in text
    assert text.count("On low-rank methods.") == 2
    assert "\nOn the site:\nhttps://example.org/broadsheet/daily/2025/05/27/\n" in text


def test_recipients_in_a_variable() -> None:
    recipients, problems = read_variable('"Lovelace, Ada" <ada@group.example>, ben@group.example;x\nada@GROUP.example')
    assert [recipient.mailbox.address for recipient in recipients] == ["ada@group.example", "ben@group.example"]
    assert [problem.location for problem in problems] == ["DIGEST_RECIPIENTS:3"]


@pytest.mark.parametrize(
    "data",
    [
        b"ada@group.example\r\nBen <ben@group.example>\r\n",
        b"ada@group.example\rBen <ben@group.example>\r",
        "\ufeffada@group.example\nben@group.example".encode(),
        "ada@group.example\r\nben@group.example\r\n".encode("utf-16"),
        "\ufeff# Übung\nada@group.example\nben@group.example".encode("utf-16-be"),
    ],
)
def test_a_file_of_recipients_from_any_editor(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "readers.txt"
    file.write_bytes(data)
    recipients, problems = read_file(file, tmp_path / "digest")
    assert [recipient.key for recipient in recipients] == ["ada@group.example", "ben@group.example"]
    assert problems == []


def test_a_file_of_recipients_in_another_encoding_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "readers.txt"
    file.write_bytes("# Grüße\nada@group.example".encode("latin-1"))
    with pytest.raises(DigestError, match="is not UTF-8: name a text file of addresses, saved as UTF-8"):
        read_file(file, tmp_path / "digest")


def test_a_state_without_its_key_or_with_another_is_not_used(tmp_path: Path) -> None:
    from broadsheet.mail.delivery_log import open_log

    state = tmp_path / "state.sqlite"
    with open_log(state, None):
        pass
    with pytest.raises(DigestError, match="was made with another key"), open_log(state, "another"):
        pass
    (tmp_path / "state.sqlite.key").unlink()
    with pytest.raises(DigestError, match="its key is gone"), open_log(state, None):
        pass
    state.write_bytes(b"no database" * 200)
    with pytest.raises(DigestError, match="cannot be read or written"), open_log(state, "key"):
        pass
