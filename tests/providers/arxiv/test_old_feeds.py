"""arXiv's feeds as they were until January 2024, and names in the TeX of those days."""

import pytest

from broadsheet.providers import parsers
from broadsheet.text import rendering
from broadsheet.text.tex_names import readable_name

OLD = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<pubDate>Mon, 02 Jan 2023 20:30:00 -0500</pubDate>
<item><title>{title}</title>
<link>http://arxiv.org/abs/2301.00001</link><description>&lt;p&gt;On
&lt;i&gt;x&lt;/i&gt; where
$x&amp;lt;y$.&lt;/p&gt;</description><dc:creator>{creator}</dc:creator></item></channel></rss>"""


@pytest.mark.parametrize(
    ("title", "kind", "version", "category"),
    [
        ("On x. (arXiv:2301.00001v1 [cs.LG])", "new", 1, "cs.LG"),
        ("On x. (arXiv:2301.00001v3 [hep-th] UPDATED)", "replace", 3, "hep-th"),
        ("On x (arXiv:2301.00001v1 [astro-ph.HE] CROSS LISTED)", "cross", 1, "astro-ph.HE"),
        ("On x. (arXiv:2301.00001 [cs.LG])", "new", None, "cs.LG"),
    ],
)
def test_old_feeds(title: str, kind: str, version: int | None, category: str) -> None:
    link = "&lt;a href='x'&gt;{}&lt;/a&gt;".format
    creator = f"{link('Ann Other')} (1), {link('Bo O&amp;apos;Third')} (2) ((1) MIT, (2) ETH)"
    data = OLD.format(title=title, creator=creator).encode()
    (row,) = parsers.parse(data, "f.xml", None)[1].rows
    paper = row.paper
    assert (paper.title, paper.announce_type, paper.version, paper.categories) == ("On x", kind, version, (category,))
    assert paper.authors == ("Ann Other", "Bo O'Third")
    assert paper.extra == {"affiliations": ["MIT", "ETH"]}
    assert rendering.plain(paper.abstract or "") == "On x where x<y."


def test_a_title_that_ends_in_parentheses_is_unchanged() -> None:
    title = "On x (and y)"
    (row,) = parsers.parse(OLD.format(title=title, creator="A. B").encode(), "f.xml", None)[1].rows
    assert (row.paper.title, row.paper.announce_type) == (title, None)


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        (r"Mats \AA kesson", "Mats Åkesson"),
        (r"\AA{}sa \O stergaard", "Åsa Østergaard"),
        (r"O\textquoteright Brien", "O’Brien"),
        (r"O\textquoteright{}Brien", "O’Brien"),
        (r"D\textquotesingle Arcy", "D'Arcy"),
        (r"\L ukasz \AA B", "Łukasz ÅB"),
    ],
)
def test_macros_in_names_eat_the_space_behind_them(name: str, spelt: str) -> None:
    assert readable_name(name) == spelt


def test_the_unit_keeps_its_space() -> None:
    assert rendering.plain(r"of 10 \AA in size") == "of 10 Å in size"
