"""Formulas and macros in running text, and amounts of money."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.text.tex import Link, Math, Styled, Text, parse
from broadsheet.text.tex_accents import accents
from broadsheet.text.tex_formulas import formulas
from broadsheet.text.unicode_math import unicode_math


def formula_texts(text: str) -> list[str]:
    return [formula.tex for formula in formulas(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for $x$ and $y$", ["x", "y"]),
        ("adjacent $a$$b$", ["a", "b"]),
        (r"$2.16\times$$\sim$$2.50\times$", [r"2.16\times", r"\sim", r"2.50\times"]),
        ("shown $$x = 1$$ here", ["x = 1"]),
        (r"shown \[ x^2 \] and \( y \)", [" x^2 ", " y "]),
        (r"a depth-\(k\) net", ["k"]),
        (r"\begin{equation}x\end{equation} \begin{align*}a&b\end{align*}",
         [r"\begin{equation}x\end{equation}", r"\begin{align*}a&b\end{align*}"]),
        (r"40$\sim$60% and ($>$90%)", [r"\sim", ">"]),
        ("J1712$-$2435, z$<$0.5", ["-", "<"]),
        ("spaced $ n \\times n $ and $ p $", [" n \\times n ", " p "]),
        ("$100$, $ 75$ and $95\\% $ of $0.5$", ["100", " 75", "95\\% ", "0.5"]),
        ("$Gaia$, $ab initio$, $DM$", ["Gaia", "ab initio", "DM"]),
        (r"$\textbf{2.5$\times$ less}$", [r"\textbf{2.5$\times$ less}"]),
        (r"$M_{\text{H$_2$}}$", [r"M_{\text{H$_2$}}"]),
        (r"$a\$b$", [r"a\$b"]),
        (r"$10^{39}\,\rm erg/s$ or $24\ \rm mag\ \rm arcsec^{-2}$",
         [r"10^{39}\,\rm erg/s", r"24\ \rm mag\ \rm arcsec^{-2}"]),
        (r"\$n\$ and \$\eta \le 2/L\$, \$f(x\_n)\$", ["n", r"\eta \le 2/L", "f(x_n)"]),
        ("$¥sim$10", ["¥sim"]),
        ("a line\nbreak in $a +\nb$", ["a +\nb"]),
    ],
)  # fmt: skip
def test_formulas_are_recognized(text: str, expected: list[str]) -> None:
    assert formula_texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$5 to $10", "from $5-$10", "$200k", "between $1M and $2M", "the $1M start, with a cost of $534,700",
        r"\$5 and \$10", r"\$0.059 to \$0.024", "($65) and ($70)", "US$5/US$10", "for 1$: cheap, under $0.1", "$ and $",
        "a $ alone", "$", "$$", "$$ and $$", r"\(", r"\( unclosed", r"\[text\]", "$a\n\nb$", "$5, or $10 per day",
        "between $0.1 for A_1 and some $0.2", r"$5 for \alpha and then \beta or what not for $6",
        "$10 and 5\\% or $20", "costs $5 and a $1.5B fund", "$x and then some more words of prose until $",
    ],
)  # fmt: skip
def test_money_and_strays_are_no_formulas(text: str) -> None:
    assert formula_texts(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("$5 to $10 for $x$", ["x"]), ("$5 and $y^2$ or $z$", ["y^2", "z"]), (r"a \$5 fee, $n=5$", ["n=5"])],
)
def test_money_beside_formulas(text: str, expected: list[str]) -> None:
    assert formula_texts(text) == expected


@settings(deadline=None)
@given(st.text(st.sampled_from("$\\()[]{} x5_^\n"), max_size=40))
def test_positions_of_formulas_are_right(text: str) -> None:
    end = 0
    for formula in formulas(text):
        assert end <= formula.start < formula.end <= len(text)
        end = formula.end
        assert formula.tex in text or formula.tex in text.replace("\\_", "_")


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("plain", (Text("plain"),)),
        ("", ()),
        ("a $x$ b", (Text("a "), Math("x"), Text(" b"))),
        (r"\emph{a $x$}", (Styled("em", (Text("a "), Math("x"))),)),
        (r"{\it a} b", (Styled("em", (Text("a"),)), Text(" b"))),
        (r"{\bf \textit{a}}", (Styled("strong", (Styled("em", (Text("a"),)),)),)),
        (r"\it no end", (Text("no end"),)),
        (r"{braces} \{too\}", (Text("{braces} "), Text("{"), Text("too"), Text("}"))),
        (r"\url{https://a.example}", (Link("https://a.example", (Text("https://a.example"),)),)),
        (r"\frac{M_\odot}{yr}", (Math(r"\frac{M_\odot}{yr}"),)),
        (r"$x$ \nosuch", (Math("x"), Text(" "), Text("nosuch"))),
    ],
)
def test_nodes(text: str, nodes: tuple[object, ...]) -> None:
    assert parse(text) == nodes


def test_depth_is_limited_and_the_rest_stays_text() -> None:
    (node,) = parse(r"\emph{" * 200 + "x" + "}" * 200)
    depth = 0
    while isinstance(node, Styled):
        node, depth = node.children[0], depth + 1
    assert 10 < depth < 30
    assert isinstance(node, Text)
    assert node.text.count(r"\emph{") == 200 - depth


@pytest.mark.parametrize("same", [r"C:\3", r"\"quoted\"", r"\'x\'", r"\t{oo}", r"\v", "\\", r"\b{eta}", r"\=5"])
def test_only_accents_that_make_a_letter_are_accents(same: str) -> None:
    assert accents(same) == same


@pytest.mark.parametrize(
    ("tex", "readable"),
    [
        (r"\mathbb{R}^d", "ℝᵈ"),
        (r"\mathcal{L}_{\text{total}}", "L_total"),
        (r"x_{i,j}", "x_(i,j)"),
        (r"x_{n+1}", "xₙ₊₁"),
        (r"e^{-x}", "e⁻ˣ"),
        (r"10^{13.5}", "10^13.5"),
        (r"A^\top", "Aᵀ"),
        (r"5^{\circ}", "5°"),
        (r"f'", "f′"),
        (r"\hat{x}, \bar\nu", "x̂,ν̄"),
        (r"\tilde{\mathcal{O}}(\sqrt{T})", "Õ(√T)"),
        (r"\sqrt{a+b}", "√(a+b)"),
        (r"\sqrt[3]{x}", "³√x"),
        (r"\frac{a+b}{2}", "(a+b)/2"),
        (r"\binom{n}{k}", "(n k)"),
        (r"\sin x \leq \log_2 n", "sin x≤log₂ n"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿxᵢ"),
        (r"a \,\text{kpc}", "a kpc"),
        (r"\{+1, -1\}", "{+1,−1}"),
        (r"\sim 50\%", "~50%"),
        (r"\mathrm{GL}_n(\mathbb{Z})", "GLₙ(ℤ)"),
        (r"a \neq b \to \infty", "a≠b→∞"),
        (r"3\,", "3 "),
        (r"\nosuch{x}", "x"),
        (r"x^{y^{z}}", "x^yᶻ"),
    ],
)
def test_unicode_math(tex: str, readable: str) -> None:
    assert unicode_math(tex) == readable


def test_what_cannot_be_converted_is_still_readable() -> None:
    assert unicode_math(r"\frac{\alpha_{1}} $") == "fracα_1 "
