"""Conversion of TeX to MathML: converted formulas, rejected ones, and the sanitized output."""

import re
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.text import mathml
from broadsheet.text.mathml import to_mathml
from broadsheet.text.mathml_macros import MACROS
from broadsheet.text.rendering import html
from broadsheet.text.tex_formulas import formulas
from tests import real_texts
from tests.conftest import ROOT

TOKENS = [
    *MACROS, "frac", "sqrt", "left", "right", "middle", "text", "textbf", "mathbb", "operatorname", "newcommand", "def",
    "begin{aligned}", "end{aligned}", "begin{array}{c}", "end{array}", "limits", "not", "color", "hspace", "raisebox",
    "href", "url", "tag", "label", "eqref", "unicode{xD800}", "unicode{x202E}", "verb|x|", "char", "over", "substack",
    "displaystyle", "rm", "it", "big", "overbrace", "xrightarrow", "mathop", "boxed", "cancel", "phantom", "\\", ",",
]  # fmt: skip
BACK = {f"back-{step}" for step in mathml.STEPS}
tex_like = st.lists(
    st.sampled_from(["\\" + token for token in TOKENS])
    | st.sampled_from("{}[]()^_&$#%~|<>'\"x1 =+")
    | st.text(max_size=2),
    max_size=20,
).map("".join)


def text_of(mathml_text: str | None) -> str:
    assert mathml_text is not None
    return "".join(ET.fromstring(mathml_text).itertext())


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("x", "<math><mi>x</mi></math>"),
        ("_2", "<math><msub><mrow></mrow><mn>2</mn></msub></math>"),
        (r"\frac{1}{2}", "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>"),
        ("a<b", "<math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>"),
    ],
)
def test_mathml(tex: str, expected: str) -> None:
    assert to_mathml(tex, False) == expected
    assert to_mathml(tex, True) == expected.replace("<math>", '<math display="block">')


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\unicode{x2013}", "–"),
        (r"50%", "50%"),
        (r"21\%_{-7\%}", "21%−7%"),
        (r"\add{x} \blue{y}", "xy"),
        (r"\mathds{1} \R", "𝟙ℝ"),
        (r"\bW_q \cO(L)", "𝐖q𝒪︀(L)"),
        (r"\mbox{cm} \textup{M}", "cmM"),
        (r"6196 \AA", "6196Å"),
        (r"\rm{x}", "x"),
        (r"M_\rm{UV}", "MUV"),
        (r"\isotope[12]{C}", "12C"),
        (r"\ce{C2H2}", "C2H2"),
        (r"\qty{5}{TeV}", "5TeV"),
        (r"\text{a $x$ b}", "a\xa0x\xa0b"),
        (r"\texttt{a_b}", "a_b"),
        (r"T_{\mathrm{eff}", "Teff"),
        (r"x}^2", "x2"),
        (r"\left(x", "(x"),
        (r"\left\approx 2", "≈2"),
        ("x^a^b", "xab"),
        (r"a & b", "ab"),
        (r"x \label{a} \nonumber \tag{1}", "x"),
        (r"\begin{align}a &= b \\ c &= d\end{align}", "a=bc=d"),
        (r"\begin{equation*}x\end{equation*}", "x"),
        (r"\href{https://a.example}{here} \url{https://b.example}", "herehttps://b.example"),
        (r"\NPMV \poly(n)", "NPMVpoly\u2061(n)"),
        (r"5\deg", "5∘"),
        ("¥alpha¥%", "α%"),
        (r"\sin x", "sin\u2061x"),
    ],
)
def test_what_authors_write(tex: str, text: str) -> None:
    assert text_of(to_mathml(tex, False)) == text


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{nosuch}", "x" * (mathml.MAX_CHARS + 1), r"\sqrt{" * 100 + "x" + "}" * 100,
        r"\newcommand{\a}{\a\a}\a", r"\frac{1}", "".join(rf"\nosuch{chr(97 + n)} " for n in range(26)),
        r"\newcommand{\a}[1]{#1#1#1#1#1#1#1#1#1}" + r"\a{" * 9 + "x" + "}" * 9,
    ],
    ids=["nothing left", "too long", "too deep", "endless macro", "argument missing", "many unknown", "bomb"],
)  # fmt: skip
def test_what_stays_tex(tex: str) -> None:
    start = time.perf_counter()
    assert to_mathml(tex, False) is None
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:alert(1)}{x}", r"\url{javascript:alert(1)}", r"\text{<img src=x onerror=alert(1)>}",
        r"\begin{equation}x\label{onclick}\end{equation}\eqref{onclick}", r"\color{red}{x}", r"\hspace{9999em}x",
        r"\raisebox{9999em}{x}", r"\cancel{x}", r"\class{a}{x}", r"\text{\unicode{x202E}x}", r"\unicode{x0}x",
        "\x00x", r"\ref{a}",
    ],
)  # fmt: skip
def test_markup_has_no_links_scripts_or_positioning(tex: str) -> None:
    result = to_mathml(tex, False) or ""
    assert not re.search(r"<a|href|\bid=|class=|onerror\s*=\s*[\"']|9999|color|[\u202e\x00]", result)


@settings(deadline=None)
@given(tex_like, st.booleans())
def test_anything_is_checked_mathml_or_nothing(tex: str, display: bool) -> None:
    result = to_mathml(tex, display)
    if result is None:
        return
    assert not re.search(r"&(?!amp;|lt;|gt;|quot;|#\d+;)", result)
    tree = ET.fromstring(result)
    assert tree.tag == "math"
    assert (tree.get("display") == "block") == display
    for element in tree.iter():
        assert element.tag in mathml.ELEMENTS
        assert set(element.attrib) <= {*mathml.ATTRIBUTES, "class"}
        assert set(element.get("class", "").split()) <= {*mathml.CLASSES.values(), *BACK}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<math><script>x</script></math>", None),
        ("<math><mi><img/></mi></math>", None),
        ('<math onclick="x" display="block"><mi id="x" class="y" mathvariant="normal">z</mi></math>',
         '<math display="block"><mi mathvariant="normal">z</mi></math>'),
        ('<math><mtd style="background:url(x);text-align: left" class="md-nav"/><mspace width="999em"/></math>',
         '<math><mtd class="left" /><mspace /></math>'),
        ('<math><mspace style="margin-left:-0.16666667em;"/><mspace style="margin-left:-99em"/></math>',
         '<math><mspace class="back-3" /><mspace class="back-36" /></math>'),
        ('<math><mtext><a href="javascript:x">b</a><i>c</i></mtext></math>',
         "<math><mtext><span>b</span><em>c</em></mtext></math>"),
    ],
)  # fmt: skip
def test_output_of_the_converter_is_reduced_to_mathml(source: str, expected: str | None) -> None:
    tree = ET.fromstring(source)
    assert mathml.sanitize_tree(tree) == (expected is not None)
    if expected:
        assert ET.tostring(tree, encoding="unicode") == expected


def test_the_style_sheet_knows_every_class_of_a_formula() -> None:
    sheet = (ROOT / "generator/broadsheet/views/styles/frame.css").read_text("utf-8")
    for name in (*mathml.CLASSES.values(), *BACK):
        assert f"math .{name} {{" in sheet


@pytest.mark.parametrize("depth", [mathml.MAX_DEPTH - 1, mathml.MAX_DEPTH, mathml.MAX_DEPTH + 1])
def test_no_formula_is_deeper_than_allowed(depth: int) -> None:
    source = "<mrow>" * depth + "</mrow>" * depth
    assert (mathml.sanitize_xml(source) is None) == (depth > mathml.MAX_DEPTH)


def test_ill_formed_output_of_the_converter_stays_tex() -> None:
    with pytest.raises(ET.ParseError):
        ET.fromstring(mathml._bare_converter.convert_with_local_state(r"\operatorname<", displaystyle=False))
    assert to_mathml(r"\operatorname<", False) is None


def test_own_macros_replace_macros_of_the_converter_by_intent_only() -> None:
    replaced = {name for name in MACROS if mathml.symbol(name) or mathml.takes_arguments(name)}
    assert replaced == {"boxed", "P"}


def test_nearly_all_real_formulas_become_mathml(corpus: Path) -> None:
    real = real_texts.read(corpus)
    real_formulas = [formula for text in (*real.titles, *real.prose) for formula in formulas(text)]
    refused = [formula.tex for formula in real_formulas if to_mathml(formula.tex, formula.display) is None]
    share = 100 - 100 * len(refused) / len(real_formulas)
    print(f"{share:.2f} % of {len(real_formulas)} formulas of the corpus became MathML")
    for tex in sorted(set(refused)):
        print(f"  still TeX, {refused.count(tex)} times: {tex}")
    assert len(real_formulas) > 20_000
    assert share >= 99.5


def test_real_formulas_that_stay_tex_are_shown_as_code(corpus: Path) -> None:
    real = real_texts.read(corpus)
    for text in (*real.titles, *real.prose):
        refused = [formula for formula in formulas(text) if to_mathml(formula.tex, formula.display) is None]
        assert html(text).count('<code class="tex">') == len(refused)
