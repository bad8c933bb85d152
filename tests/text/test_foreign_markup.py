"""Markup in titles and abstracts: HTML, JATS, entities and BibTeX's braces; everything else is text."""

import json
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.providers import parsers
from broadsheet.text import rendering
from broadsheet.text.braces import without_braces
from broadsheet.text.foreign_markup import to_tex, without_entities

READINGS = [
    # (as it is given, as HTML, as plain text)
    ("A <i>title</i> on H<sub>2</sub>O", "A <em>title</em> on H<sub>2</sub>O", "A title on H₂O"),
    ("<em>a</em> <b>b</b> <strong>c</strong>", "<em>a</em> <strong>b</strong> <strong>c</strong>", "a b c"),
    ("<SUP>13</SUP>C and Na<sup>+</sup>", "<sup>13</sup>C and Na<sup>+</sup>", "¹³C and Na⁺"),
    ("<i class=\"x\" lang='la'>in vivo</i>", "<em>in vivo</em>", "in vivo"),
    ("<b>a <i>b</i> c</b>", "<strong>a <em>b</em> c</strong>", "a b c"),
    ("<jats:italic>p</jats:italic> and <italic>q</italic>", "<em>p</em> and <em>q</em>", "p and q"),
    ("<jats:bold>x</jats:bold><jats:sup>2</jats:sup>", "<strong>x</strong><sup>2</sup>", "x²"),
    ("<sc>RNA</sc>, <jats:sc>DNA</jats:sc>, <scp>ATP</scp>", "RNA, DNA, ATP", "RNA, DNA, ATP"),
    ("<span style='x'>a</span> <u>b</u>", "a b", "a b"),
    ("<jats:ext-link xlink:href='https://a.example'>b</jats:ext-link>", "b", "b"),
    ("R&amp;D in &quot;Zürich&quot; &#8211; x&#x3b2;", "R&amp;D in &#34;Zürich&#34; – xβ", 'R&D in "Zürich" – xβ'),
    ("AT&amp;amp;T and &amp;lt;i&amp;gt;a&amp;lt;/i&amp;gt;", "AT&amp;T and <em>a</em>", "AT&T and a"),
    ("&lt;sub&gt;2&lt;/sub&gt;", "<sub>2</sub>", "₂"),
    ("<p>One.</p><p>Two.</p>", "One.<br/>Two.", "One. Two."),
    ("One.<br/>Two.", "One.<br/>Two.", "One. Two."),
    (
        "<jats:title>Abstract</jats:title><jats:p>We find <jats:italic>p</jats:italic>&lt;0.05.</jats:p>",
        "We find <em>p</em>&lt;0.05.",
        "We find p<0.05.",
    ),
    (
        "<jats:sec><jats:title>Aim</jats:title><jats:p>Look.</jats:p></jats:sec>",
        "<strong>Aim</strong><br/>Look.",
        "Aim Look.",
    ),
    (
        "of <jats:inline-formula><jats:alternatives><jats:tex-math>$$x_1$$</jats:tex-math>"
        "<mml:math><mml:mi>x</mml:mi></mml:math></jats:alternatives></jats:inline-formula>",
        'of <math alttext="x_1"><msub><mi>x</mi><mn>1</mn></msub></math>',
        "of x₁",
    ),
    (
        r"<tex-math>\documentclass{x}\begin{document}$$x_1$$\end{document}</tex-math>",
        '<math alttext="x_1"><msub><mi>x</mi><mn>1</mn></msub></math>',
        "x₁",
    ),
    ("<b><i>x</b></i>", "<strong>x</strong>", "x"),
    ("a</i> b", "a b", "a b"),
    ("<i></i>x", "x", "x"),
    # Text that looks like it.
    ("a < b and c > d", "a &lt; b and c &gt; d", "a < b and c > d"),
    ("if x<b and c> d", "if x&lt;b and c&gt; d", "if x<b and c> d"),
    ("x<y, R&D, &nope; &amp", "x&lt;y, R&amp;D, &amp;nope; &amp;amp", "x<y, R&D, &nope; &amp"),
    ("the <i> tag", "the &lt;i&gt; tag", "the <i> tag"),
    ("<think>a</think> <foo:bar>", "&lt;think&gt;a&lt;/think&gt; &lt;foo:bar&gt;", "<think>a</think> <foo:bar>"),
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
    ("<img src=x onerror=f()>", "&lt;img src=x onerror=f()&gt;", "<img src=x onerror=f()>"),
    ('<i onclick="f()">a</i>', "<em>a</em>", "a"),
    ("<i>a}b</i> {", "a}b {", "a}b {"),
]


@pytest.mark.parametrize(("given_text", "as_html", "plain"), READINGS)
def test_readings(given_text: str, as_html: str, plain: str) -> None:
    tex = to_tex(given_text)
    assert rendering.html(tex) == as_html
    assert rendering.plain(tex) == plain


PIECES = (
    *("<i>", "</i>", "<sub>", "</jats:p>", "<jats:title>", "</jats:title>", "&lt;", "&amp;", "a", " ", "{", "}"),
    *("\\", "$", "<", ">", "<script>", "é", "<p>", "<b a='x'>", "</b>"),
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_the_page_is_well_formed_with_any_formula(source: str) -> None:
    markup = rendering.html(to_tex(source))
    ElementTree.fromstring(f"<p>{markup}</p>")
    assert "<script" not in markup


@given(st.text(st.characters(exclude_characters="<&")))
def test_text_without_markup_is_not_touched(source: str) -> None:
    assert to_tex(source) == without_entities(source) == source


@pytest.mark.parametrize(
    "part",
    ["<i>", "<i>a", "<", "&amp;", "&", "<![CDATA[", "<jats:tex-math>", "<mml:math>", "<i a=b", "<title>", "</i>",
     "<i a='b' ", "{", "{A ", "$", "\\a{"],
)  # fmt: skip
def test_long_nonsense_is_read_at_once(part: str) -> None:
    source = part * (60_000 // len(part)) + "<tex-math>x</tex-math><i>y</i>"
    start = time.process_time()
    to_tex(source)
    without_braces(source)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("{{Deep}} {L}earning for {NLP}", "Deep Learning for NLP"),
        ("{Deep Learning: a Survey, Again}", "Deep Learning: a Survey, Again"),
        ("{{A Whole Title, with {LIGO}}}", "A Whole Title, with LIGO"),
        ("{GPT}-4, {B}ERT and Neur{IPS}", "GPT-4, BERT and NeurIPS"),
        ("{COVID-19} in {New York}", "COVID-19 in New York"),
        (r"\emph{A} {B} of $\mathbb{Z}_{N}$", r"\emph{A} B of $\mathbb{Z}_{N}$"),
        (r"{\'E}tude of {\it E. coli}", r"{\'E}tude of {\it E. coli}"),
        (r"H{\alpha} and \texttt{GPT}", r"H{\alpha} and \texttt{GPT}"),
        (r"\frac{A}{B} and x^{N}", r"\frac{A}{B} and x^{N}"),
        ("From {0,1}^n to the set {a, b}", "From {0,1}^n to the set {a, b}"),
        (r"\{A\}", r"\{A\}"),
        ("{", "{"),
    ],
)
def test_braces_of_bibtex(title: str, bare: str) -> None:
    assert without_braces(title) == bare


def test_rows_lose_the_braces_of_bibtex() -> None:
    row = {"arxiv_id": "2501.00001", "title": "{{Deep}} {L}earning", "abstract": "A {B}.", "authors": ["Ada One"]}
    (imported,) = parsers.parse(json.dumps({"2501.00001": row}).encode(), "2025-01-02.json", "2025-01-02")[1].rows
    assert (imported.paper.title, imported.paper.abstract) == ("Deep Learning", "A {B}.")
