"""Rendering of text from outside: what readers see, and what they never see."""

import re
import time
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape
from pylatexenc.latex2text import LatexNodes2Text

from broadsheet.text import mathml, rendering
from broadsheet.text import sanitize as characters
from broadsheet.text.json_escapes import repair_json_escapes
from broadsheet.text.sanitize import clean, escaped, one_line, safe_url
from broadsheet.text.tex_formulas import formulas
from broadsheet.text.tex_names import readable_name
from tests import real_texts

BIDI_AND_CONTROL = "\x00\x08\x0b\x0c\x1b\x7f\x85\u061c\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\ufffe\ud800"
CLASSES = {"tex", *mathml.CLASSES.values(), *(f"back-{step}" for step in mathml.STEPS)}
OURS = {"a", "em", "strong", "code", "sub", "sup", "span", "br"} | mathml.ELEMENTS

FRAGMENTS = [
    "$", "$$", r"\(", r"\)", r"\[", r"\]", "{", "}", "\\", "%", "&", "#", "_", "^", "~", "--", "---", "``", "''",
    "`", "'", "*", "**", "<", ">", '"', "\n", "\n\n", " ", "x", "5", r"\frac{a}{b}", r"\alpha", r"\textbf{", "$5",
    r"\emph{x}", r"{\it ", r"\href{", r"\url{", r"\href{javascript:alert(1)}{x}", r"\url{https://a.example/x}", r"\$5",
    "https://b.example/?q=1&r=<x>", "[t](https://c.example)", "[t](javascript:alert(1))", "<script>alert(1)</script>",
    '<a href="https://d.example">t</a>', '<img src=x onerror="alert(1)">', r"\begin{align}", r"\end{align}", r"\right",
    r"\begin{equation}", r"\left(", r"\'e", r'\"{o}', r"\unicode{x202E}", r"\newcommand{\x}{\x\x}", r"\cite{k}",
    r"\footnote{n}", r"\unknown{z}", r"\text{a $b$ c}", r"\color{red}", r"\hspace{999em}", "\x08eta", "\u202e", "<!--",
    "{{ x }}", "{% x %}", "&lt;", "]]>", r"\verb|x|", r"\ce{H2O}", r"\isotope[3]{H}", r"\item", r"\eqref{e}",
]  # fmt: skip
hostile = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=25).map("".join)
anything = hostile | st.text(max_size=80)


@pytest.fixture(scope="module")
def real(corpus: Path) -> real_texts.RealTexts:
    return real_texts.read(corpus)


# Characters and addresses


def test_clean_drops_what_xml_forbids_and_what_hides_text() -> None:
    assert clean(f"a{BIDI_AND_CONTROL}b") == "a\x85b"
    assert clean("a\tb\r\nc\nd") == "a\tb\r\nc\nd"


@settings(deadline=None)
@given(st.text() | st.text(st.sampled_from(BIDI_AND_CONTROL + "ab\n")))
def test_clean_text_can_stand_in_xml(given_text: str) -> None:
    cleaned = clean(given_text)
    ET.fromstring(f"<t>{cleaned.translate({38: None, 60: None})}</t>")
    assert clean(cleaned) == cleaned


def test_one_line_collapses_all_white_space() -> None:
    assert one_line(" a\n  b\u2028c\u00a0\td\x00 ") == "a b c d"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        (" https://a.example/b?c=d&e=f#g\n", "https://a.example/b?c=d&e=f#g"),
        ("HTTP://A.example:8080/", "http://a.example:8080/"),
        ("https://a.example", "https://a.example"),
        ("https://a.example?q=1", "https://a.example?q=1"),
        ("https://a.example/b c\"d'e<f>", "https://a.example/b%20c%22d%27e%3Cf%3E"),
        ("https://a.example/%20(x)~y", "https://a.example/%20(x)~y"),
        ("https://bücher.example/ä", "https://bücher.example/%C3%A4"),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]:80/x"),
        ("http://a_b.example/", "http://a_b.example/"),
    ],
)
def test_safe_url_keeps_addresses(url: str, safe: str) -> None:
    assert safe_url(url) == safe
    assert safe_url(safe) == safe


@pytest.mark.parametrize(
    "url",
    [
        None, "", " ", "a.example/x", "//a.example/x", "/x", "#x", "javascript:alert(1)", "JaVaScRiPt://a.example/%0aalert(1)",
        "java\nscript:alert(1)", "data:text/html,x", "mailto:a@b.example", "ftp://a.example/", "https://", "https:///x",
        "https:// host", "https:a.example", "https:\\\\a.example", "https://user@a.example/", "https://a:b@c.example/",
        "https://a.example\\@b.example/", "https://a.example/\x00", "https://a.example/x\ny", "https://a.example/\u202egpj",
        "https://a\u200e.example/", "http://[::1", "http://[::1%25x]/", "https://a.example:port/", "https://a.example:99999/",
        "https://...", "https://-a.example/", "https://a example/", "https://a.example and https://b.example",
        'https://a"onclick=x.example/', "https://" + "a" * 64 + ".example/", "https://a.example/" + "b" * 3000,
    ],
)  # fmt: skip
def test_safe_url_refuses_the_rest(url: str | None) -> None:
    assert safe_url(url) is None


@settings(deadline=None)
@given(st.text() | st.builds("{}{}".format, st.sampled_from(["http://", "https://", "//", "HTTPS://a."]), st.text()))
def test_safe_url_can_stand_in_an_attribute(url: str) -> None:
    safe = safe_url(url)
    if safe is not None:
        parts = urlsplit(safe)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert not parts.username
        assert not re.search(r"""[\s"'<>`\\]""", safe)
        assert safe_url(safe) == safe


# One line of Unicode


@pytest.mark.parametrize(
    ("source", "readable"),
    [
        (r"$x_i^2$", "xᵢ²"),
        ("CO$_2$ and H$_{2}$O", "CO₂ and H₂O"),
        (r"$\mathcal{O}(n^2)$, $O(n \log n)$", "O(n²), O(n log n)"),
        (r"$\alpha$-LoRA, H{\alpha}, \nu_{\tau}", "α-LoRA, Hα, ν_τ"),
        (r"The $\mathbf{Y}$-Combinator", "The Y-Combinator"),
        ("R$^3$Mem, IM360: 360$^\\circ$", "R³Mem, IM360: 360°"),
        (r"\underline{E2}Former: Trans\underline{former}", "E2Former: Transformer"),
        (r"SAEs $\textit{Can}$ Improve, $\texttt{LLINBO}$", "SAEs Can Improve, LLINBO"),
        (r"Schr\"{o}dinger, Schr\"odinger, D\'ej\`a", "Schrödinger, Schrödinger, Déjà"),
        ("Kolmogorov--Arnold --- ``x'' `y'", "Kolmogorov–Arnold — “x” ‘y’"),
        (r"Drop In \& Out, 5.14\%, \#1, a\_b", "Drop In & Out, 5.14%, #1, a_b"),
        ("4U~1957+115, 40.9~s, Sgr~A*", "4U 1957+115, 40.9 s, Sgr A*"),
        ("2.18~3.1, z~2, z ~ 3, ~5", "2.18~3.1, z~2, z ~ 3, ~5"),
        (r"Density$\unicode{x2013}$Hubble", "Density–Hubble"),
        (r"2-3\(\times\), $2\times$$\sim$$2.5\times$", "2-3×, 2×~2.5×"),
        (r"M$_\odot$, $10^{-12}$ M_\odot, $N_{\rm eff}$", "M⊙, 10⁻¹² M⊙, N_eff"),
        (r"$1.5^{+0.12}_{-0.03}$", "1.5 (+0.12/−0.03)"),
        (r"$O(\frac{\sqrt{d}}{K^{1/4}})$", "O(√d/(K^(1/4)))"),
        (r"\ion{He}{2} and H{\sc i} and \isotope[12]{C} and \ce{C2H2}", "He II and HI and ¹²C and C₂H₂"),
        (r"\unknown{kept} and \ourmethod{} and \add{this}", "kept and ourmethod and this"),
        (r"as shown~\citep{x2020}, in \ref{y}.", "as shown, in."),
        ("**Bold**, *de novo*, A-MHA*: A*, M87* and Sgr A*", "Bold, de novo, A-MHA*: A*, M87* and Sgr A*"),
        ("wrapped\n  by an\r\n exporter", "wrapped by an exporter"),
        (r"\$OneMillion-Bench, $200k, $5 to $10", "$OneMillion-Bench, $200k, $5 to $10"),
        (r"it\'s not n\'t, \'s, K\'ar", "it's not n't, ś, Kár"),
        (r"Fermi{}-LAT and {\em on}, {{x}}", "Fermi-LAT and on, {{x}}"),
        (r"\textbf{unclosed, $x, \frac{1", r"unclosed, $x, 1"),
    ],
)  # fmt: skip
def test_plain(source: str, readable: str) -> None:
    assert rendering.plain(source) == readable


@pytest.mark.parametrize(
    "same", ["50% of A & B", "a_b, #1, <A Hyper...>", "1%>100%", "C:\\3", "{x}", "J = 3 * 4", "DA^2"]
)
def test_plain_leaves_other_text_alone(same: str) -> None:
    assert rendering.plain(same) == same


@settings(deadline=None)
@given(anything)
def test_plain_is_one_clean_line(source: str) -> None:
    line = rendering.plain(source)
    assert one_line(line) == line


def test_no_raw_formula_is_left_in_a_real_title(real: real_texts.RealTexts) -> None:
    left = {title: rendering.plain(title) for title in real.titles if _has_tex(rendering.plain(title))}
    assert not left
    assert sum("$" in title for title in real.titles) > 300, "the corpus has titles with formulas"


def _has_tex(line: str) -> bool:
    pairs = len(re.findall(r"\$(?!\d)", line)) > 1
    return bool(pairs or list(formulas(line)) or re.search(r"\\[A-Za-z'\"`^~=.{(\[]|[_^]\{", line))


# Names


@pytest.mark.parametrize(
    ("source", "person"),
    [
        (r"Heiko H. Sch\"utt", "Heiko H. Schütt"),
        (r"Sercan \"O. Ar{\i}k", "Sercan Ö. Arık"),
        (r"Martin Tak\'a\v{c}", "Martin Takáč"),
        (r"{\L}ukasz Ku\'smierz", "Łukasz Kuśmierz"),
        (r"Jonas N\"u{\ss}lein", "Jonas Nüßlein"),
        (r"Em\H{o}ke-\'Agnes Horv\'at", "Emőke-Ágnes Horvát"),
        (r"Kamil Ksi\k{a}\.zek", "Kamil Książek"),
        (r"V\'{\i}ctor, V{\'\i}ctor", "Víctor, Víctor"),
        (r"Nguy\~{\^e}n", "Nguyễn"),
        (r"P{\aa}l, {\AA}hag, {\O}stby, Stra\ss e", "Pål, Åhag, Østby, Straße"),
        (r"Andrea~Rossi\, Jr.", "Andrea Rossi Jr."),
        (r"D. Pesce (Harvard \& Smithsonian)", "D. Pesce (Harvard & Smithsonian)"),
        ("Alexandre Rocchi--Henry", "Alexandre Rocchi--Henry"),
        ("  Ada\n Lovelace ", "Ada Lovelace"),
        ("Erdős Pál", "Erdős Pál"),
        ("O'Brien", "O'Brien"),
        (r"Ada \textbf{Lovelace}", "Ada Lovelace"),
    ],
)
def test_name(source: str, person: str) -> None:
    assert readable_name(source) == person


@settings(deadline=None)
@given(anything)
def test_name_is_one_clean_line(source: str) -> None:
    assert one_line(readable_name(source)) == readable_name(source)


def test_no_tex_is_left_in_a_real_name_and_accents_are_those_of_an_independent_reader(
    real: real_texts.RealTexts,
) -> None:
    accented = [name for name in real.names if "\\" in name and "&" not in name and "--" not in name]
    oracle = LatexNodes2Text(math_mode="verbatim", keep_comments=True)
    for name in real.names:
        assert not re.search(r"[\\{}$]", readable_name(name))
    for name in accented:
        expected = oracle.latex_to_text(name, tolerant_parsing=True)
        assert readable_name(name) == " ".join(unicodedata.normalize("NFC", expected).split())
    assert len(accented) > 1000


# Inline HTML


def _assert_is_ours(markup: str) -> ET.Element:
    """Assert that `markup` is well-formed, without entities and foreign elements, attributes or addresses."""
    assert not re.search(r"&(?!amp;|lt;|gt;|#\d+;)", markup)
    tree = ET.fromstring(f"<div>{markup}</div>")
    for element in tree.iter():
        assert element is tree or element.tag in OURS, element.tag
        for attribute, value in element.attrib.items():
            assert not attribute.lower().startswith("on")
            if attribute == "href":
                assert element.tag == "a"
                assert safe_url(value) == value
            elif attribute in ("class", "rel"):
                assert value == "noopener nofollow ugc" or {*value.split()} <= CLASSES
            elif attribute == "alttext":
                assert element.tag == "math"
            else:
                assert attribute == "style" or attribute in mathml.ATTRIBUTES, attribute
    return tree


@settings(deadline=None)
@given(anything)
def test_html_of_anything_is_ours(source: str) -> None:
    tree = _assert_is_ours(rendering.html(source))
    assert clean(source) or not list(tree)


@settings(deadline=None)
@given(
    st.text(
        st.characters(
            codec="utf-8", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp"], exclude_characters="\\$`{}~*[<^_-'h"
        ),
        max_size=60,
    )
)
def test_html_keeps_text_without_markup(source: str) -> None:
    assert "".join(_assert_is_ours(rendering.html(source)).itertext()) == clean(source)


@pytest.mark.parametrize(
    ("source", "markup"),
    [
        ("a < b & c > d \"e\"", "a &lt; b &amp; c &gt; d &#34;e&#34;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("$x$", '<math alttext="x"><mi>x</mi></math>'),
        ("$$x$$", '<math alttext="x" display="block"><mi>x</mi></math>'),
        (r"\textbf{a \emph{b}} {\tt c}", "<strong>a <em>b</em></strong> <code>c</code>"),
        ("**a** and *b c*", "<strong>a</strong> and <em>b c</em>"),
        (r"10^{6.6} and M_{pr}", "10<sup>6.6</sup> and M<sub>pr</sub>"),
        ("one\ntwo\n\nthree", "one two<br/>three"),
        ("`x_y` and `so'", "<code>x_y</code> and ‘so’"),
        (r"$\begin{nosuch}$ and on", r'<code class="tex">\begin{nosuch}</code> and on'),
        (r"{{ x }} {% y %} # *", "{{ x }} {% y %} # *"),
    ],
)  # fmt: skip
def test_html(source: str, markup: str) -> None:
    assert rendering.html(source) == markup


def _link(url: str, label: str) -> str:
    return f'<a href="{url}" rel="noopener nofollow ugc">{label}</a>'


@pytest.mark.parametrize(
    ("source", "markup"),
    [
        ("at https://a.example/b.", f"at {_link('https://a.example/b', 'https://a.example/b')}."),
        ("(https://a.example/b_(c))", f"({_link('https://a.example/b_(c)', 'https://a.example/b_(c)')})"),
        (r"https://a.example/x\_y", _link("https://a.example/x_y", "https://a.example/x_y")),
        (r"\url{ https://a.example/x}", _link("https://a.example/x", "https://a.example/x")),
        (r"\href{https://a.example}{the \emph{code}}", _link("https://a.example", "the <em>code</em>")),
        ("[the code](https://a.example)", _link("https://a.example", "the code")),
        ("[https://a.example](https://a.example)", _link("https://a.example", "https://a.example")),
        ('<a href="https://a.example/b">this\nhttps URL.</a>', _link("https://a.example/b", "this https URL.")),
        ("<https://a.example/b>", _link("https://a.example/b", "https://a.example/b")),
        ("https://a.example/?a=1&b=2", _link("https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&amp;b=2")),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        (r"\href{javascript:alert(1)}{x}", "x (javascript:alert(1))"),
        (r"\url{//a.example}", "//a.example"),
        ('<a href="javascript:x">y</a>', "&lt;a href=&#34;javascript:x&#34;&gt;y&lt;/a&gt;"),
        ("https://user@a.example", "https://user@a.example"),
        (r"\href{https://a.example}{[b](https://b.example)}", _link("https://a.example", "[b](https://b.example)")),
    ],
)
def test_links(source: str, markup: str) -> None:
    assert rendering.html(source) == markup
    _assert_is_ours(markup)


def test_real_prose_is_ours_and_quick(real: real_texts.RealTexts) -> None:
    start = time.perf_counter()
    pages = [rendering.html(prose) for prose in real.prose]
    seconds = time.perf_counter() - start
    print(f"{len(pages)} texts to HTML in {seconds:.1f} s")
    assert len(pages) > 20_000
    assert seconds < 20, "well under 10 s on an idle core"
    for page in pages:
        if "<" in page:
            _assert_is_ours(page)


@pytest.mark.parametrize("fragment", [*FRAGMENTS, "[a](http://a", "http://a)", "~", "**a ", "`a ", "\\textbf{$x"])
def test_time_grows_with_length_only(fragment: str) -> None:
    long = fragment * (40_000 // len(fragment)) + "\\"
    start = time.perf_counter()
    for function in (rendering.html, rendering.plain, readable_name, repair_json_escapes, rendering.citation):
        function(long)
    assert time.perf_counter() - start < 5


# Citations, and what JSON ate


@pytest.mark.parametrize(
    ("source", "markup"),
    [
        ("A, &#38; B. <i>In</i> <b>c</b> <em>d</em><strong>e</strong> x<sub>2</sub><sup>3</sup>",
         "A, &amp; B. <i>In</i> <b>c</b> <em>d</em><strong>e</strong> x<sub>2</sub><sup>3</sup>"),
        ('<i onclick="x" style="y" class="z">a</i>', "<i>a</i>"),
        ('<a href="javascript:x">b</a><span>c</span><img src=x onerror=y>', "bc"),
        ("<script>alert(1)</script><style>p{}</style>d", "d"),
        ("<i>open", "<i>open</i>"),
        ("a&nbsp;b &eacute; < & >", "a b é &lt; &amp; &gt;"),
        ("pp.\n 5–6", "pp. 5–6"),
    ],
)  # fmt: skip
def test_citation(source: str, markup: str) -> None:
    assert rendering.citation(source) == markup


@settings(deadline=None)
@given(
    anything
    | st.lists(st.sampled_from(["<i>", "</i>", "<b", ">", "<sub>", "<math>", "<svg>", "</p>", "&", "x"])).map("".join)
)
def test_citation_keeps_six_tags_and_no_attribute(source: str) -> None:
    tree = ET.fromstring(f"<div>{rendering.citation(source)}</div>")
    for element in tree.iter():
        assert element is tree or element.tag in rendering.CITATION_TAGS
        assert not element.attrib


def test_real_citations_keep_their_words(real: real_texts.RealTexts) -> None:
    assert real.citations
    for citation in real.citations:
        words = "".join(ET.fromstring(f"<div>{rendering.citation(citation)}</div>").itertext())
        assert words == " ".join(re.sub(r"</?\w+>", "", citation).replace("&#38;", "&").split())


@pytest.mark.parametrize(
    ("eaten", "whole"),
    [
        ("the $\x08eta$ Lyrae, $M_\x08ullet$", r"the $\beta$ Lyrae, $M_\bullet$"),
        ("\x0crac{1}{2} \x0crobnicate \x0c1", "\\frac{1}{2} \\frobnicate \x0c1"),
        (
            "$N_{\text{eff}}$, $a \times b$, $\rho$POMDPs, $\nabla f$",
            r"$N_{\text{eff}}$, $a \times b$, $\rho$POMDPs, $\nabla f$",
        ),
        ("a\there, some\nabla, $x =\nu$ and\r\n$y$", "a\there, some\nabla, $x =\nu$ and\r\n$y$"),
    ],
)
def test_repair_json_escapes(eaten: str, whole: str) -> None:
    assert repair_json_escapes(eaten) == whole


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc"])))
def test_repair_json_escapes_changes_nothing_else(source: str) -> None:
    assert repair_json_escapes(source) == source


@given(st.text(st.sampled_from("<>&'\"a é")) | st.text())
def test_escaping_is_markupsafe_s(raw: str) -> None:
    assert escaped(raw) == str(escape(raw))


@given(st.text(st.characters(codec=None)) | st.text(st.sampled_from(BIDI_AND_CONTROL + " \n\t\r\x85\xa0\u2028xé")))
def test_only_unwanted_characters_are_dropped(raw: str) -> None:
    assert clean(raw) == "".join(c for c in raw if not characters._UNWANTED.fullmatch(c))
