"""Rendering of damaged TeX, and of macros from packages."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.text.json_escapes import repair_json_escapes
from broadsheet.text.mathml import symbol, to_mathml
from broadsheet.text.rendering import html, plain
from broadsheet.text.tex_units import MACROS, number, unit


def text_of(text: str) -> str:
    """Return the text without special spaces."""
    return plain(text).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"blue supergiant \r{ho} Leo", "blue supergiant ρ Leo"),
        (r"\b{eta} Pictoris and \b{eta}-VAEs", "β Pictoris and β-VAEs"),
        (r"\t{heta}, \t{au}, \n{u}, \m{u}, \k{appa}, \c{hi}, \d{elta}", "θ, τ, ν, μ, κ, χ, δ"),
        (r"\l{ambda}, \o{mega}, \O{mega}, \v{arphi}, \u{psilon}", "λ, ω, Ω, φ, υ"),
        (r"\t{imes}, \c{dot}, \r{ightarrow}, \b{ullet}", "×, ⋅, →, ∙"),
        (r"H\b{eta} and $\b{eta}_1 + \b{ar}{x}$", "Hβ and β₁+x̄"),
        (r"Ka\v{c}, \b{d}, \c{c}, \r{a}, \t{oo}, \u{g}, \H{o}, \o{}re, \l{}", "Kač, ḏ, ç, å, oo, ğ, ő, øre, ł"),
        (r"$\b{ar} x$, $\f{rac}12$, $\f{rac}{1}{2}$, $\f{orall} x$", "x̄, 1/2, 1/2, ∀x"),
        (r"$\l{eft}( x \r{ight})$ and $\b{ig}( x \b{ig})$", "(x) and (x)"),
        (r"$\b{egin}{matrix} a \end{matrix}$", plain(r"$\begin{matrix} a \end{matrix}$")),
        (r"\b{egin}{equation} x \e{nd}{equation}", "x"),
        (r"$\b{egin}$ and \t{ext}", "begin and text"),
        (r"a \t{ext} b, \t{ext}{c}, \t{extbf}{d}, $\t{ext}{e}$", "a text b, c, d, e"),
        (r"$\t{ilde} x$, $\t{heta}$, $\n{abla}$, $\r{ho}$, $\t{au}$, $\n{u}$, $\b{eta}$", "x̃, θ, ∇, ρ, τ, ν, β"),
        (r"shown \c{ite}{key} here", "shown here"),
        (r"\p{i} and \x{i} are macros of its author", "i and i are macros of its author"),
    ],
)
def test_torn_macros_are_whole_again(written: str, read: str) -> None:
    assert text_of(written) == read


@pytest.mark.parametrize("name", ["alpha", "beta", "gamma", "delta", "zeta", "theta", "kappa", "lambda", "rho", "sigma",
                                  "tau", "phi", "chi", "psi", "omega", "Gamma", "Sigma", "Omega"])  # fmt: skip
def test_any_greek_letter(name: str) -> None:
    assert text_of(rf"a \{name[0]}{{{name[1:]}}} b") == f"a {symbol(name)} b"


@pytest.mark.parametrize(
    "written",
    [
        r"Code is $\href{https://a.example/x_y}{here}$.",
        r"Code is $\href{https://a.example/x\_y}{\text{here}}$.",
        r"Code is $\href{https://a.example/x_y}{\mathtt{here}}$.",
        r"Code is $ \href{https://a.example/x_y}{here} $.",
        r"Code is $$\href{https://a.example/x_y}{here}$$.",
        r"Code is \href{https://a.example/x_y}{here}.",
    ],
)
def test_a_link_in_a_formula_is_a_link(written: str) -> None:
    markup = html(written).replace("<code>", "").replace("</code>", "")
    assert '<a href="https://a.example/x_y" rel="noopener nofollow ugc">here</a>.' in markup
    assert plain(written) == "Code is here."


def test_a_link_in_a_formula_is_safe_and_its_formula_stays() -> None:
    assert "<a" not in html(r"$\href{javascript:alert(1)}{here}$")
    assert plain(r"$\url{https://a.example/b}$") == "https://a.example/b"
    markup = html(r"$x^2 = 1$ and $y^2\ \href{https://a.example/}{there}$")
    assert markup.count("<math ") == 2
    assert 'href="https://a.example/"' in markup


EATEN = (
    "b:bigcup b:bigoplus b:beta b:bar b:bf b:because b:between f:forall f:frac f:frown f:flat n:nu n:ne n:neq n:not "
    "n:nabla n:nleq n:ni n:nmid r:rho r:rtimes r:rangle r:rightsquigarrow r:rceil t:theta t:therefore t:tbinom t:to "
    "t:top t:times t:tau"
)
MONEY = ["from $5 to $10", "$5 < the price, or $10", "$3 and $4 = much", "$1,000 or $2,000", "US$5 is US$6"]


@pytest.mark.parametrize("pair", EATEN.split())
def test_macros_that_json_ate_come_back(pair: str) -> None:
    letter, name = pair.split(":")
    eaten = json.loads(f'"$a \\{letter}{name[1:]} b$"')
    assert repair_json_escapes(eaten) == rf"$a \{name} b$"


def test_lines_and_tabs_outside_of_formulas_stay() -> None:
    for text in ("a\nu b", "one\tand\ntwo", "$x =\ny$", "a\r\nb $x$\nnext", "$5\neach and $6"):
        assert repair_json_escapes(text) == text
    assert repair_json_escapes("\x08igcup and \x0corall") == r"\bigcup and \forall"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("``moral mimicry.'' Using it", "“moral mimicry.” Using it"),
        ("“ends.''", "“ends.”"),
        ("``aprox13'' is", "“aprox13” is"),
        ("``a''' b", "“a’” b"),
        ("``the authors'''.", "“the authors’”."),
        ("``he said `a''' b", "“he said ‘a’” b"),
        ("```a' she said'' b", "“‘a’ she said” b"),
        ("```a''' b", "“‘a’” b"),
        ("f''' and x'''' b", "f''' and x'''' b"),
        ("5.''3 apart, 5'' wide", "5.″3 apart, 5″ wide"),
        ("in 12''.5 steps", "in 12″.5 steps"),
    ],
)
def test_quotes_close_after_a_full_stop(written: str, read: str) -> None:
    assert text_of(written) == read


@pytest.mark.parametrize("formula", ["0.1 < z < 0.4 ", " 0.2 < z < 0.55", " 0.6 < z <1.7", "3 \\leq x ", " 2 > 1 "])
def test_a_comparison_between_dollars_is_a_formula(formula: str) -> None:
    assert "$" not in plain(f"at ${formula}$ and $ \\alpha $")


@pytest.mark.parametrize("text", MONEY)
def test_money_is_money(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\SI{60}{\degree} $\times$ \SI{120}{\degree}", "60° × 120°"),
        (r"\qty{1.25}{\kilo\meter}", "1.25 km"),
        (r"1 \si{\meter\per\second}", "1 m s⁻¹"),
        (r"\unit{\kilogram\meter\per\second\squared}", "kg m s⁻²"),
        (r"\SI{5}{\micro\metre} and \SI{2}{\um}", "5 µm and 2 µm"),
        (r"\qty{3}{\per\cubic\centi\metre}", "3 cm⁻³"),
        (r"\SI{1.2e-3}{\kelvin}, \num{1e6}, \num{5 +- 1}", "1.2×10⁻³ K, 1×10⁶, 5±1"),
        (r"\SI{10}{km/s} and \SI{1}{m^2}", "10 km/s and 1 m²"),
        (r"\SIrange{1}{5}{\kilo\meter}, \numrange{2}{4}", "1 km to 5 km, 2 to 4"),
        (r"\SIlist{1;2;3}{\watt}, \numlist{4;5}, \ang{12;3;4}", "1 W, 2 W and 3 W, 4 and 5, 12°3′4″"),
        (r"$\SI{60}{\degree}$ and $x = \qty{1.25}{\kilo\meter}$", "60° and x=1.25 km"),
        (r"\SI[per-mode=symbol]{9.8}{\meter\per\second\squared}", "9.8 m s⁻²"),
        (r"\SI{20}{\percent}, \qty{25}{\degreeCelsius}, \qty{7}{\giga\electronvolt}", "20 %, 25 °C, 7 GeV"),
    ],
)
def test_quantities_have_units(written: str, read: str) -> None:
    assert text_of(written) == read
    assert "\\" not in text_of(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"$A \thicksim B$, $L\varpropto T$, $15\arcdeg$, $2\,\upmu$m", "A~B, L∝T, 15°, 2 µm"),
        (r"$0\rlap{.}6$, $\lambdabar$, $S\slash N$, $x \lapprox 2$", "0.6, ƛ, S/N, x⪅2"),
        (r"$90^\deg$, $90^{\deg}$, $90\deg$", "90°, 90°, 90°"),
        (r"$\text{1--2}$ and 49{,}375 J", "1–2 and 49,375 J"),
        (r"$\operatorname{\mathbb{E}}[x]$, $5\unicode{x0025}$", "𝔼[x], 5%"),
    ],
)
def test_macros_are_no_words(written: str, read: str) -> None:
    assert text_of(written) == read
    assert 'class="tex"' not in html(written)


def test_an_address_ends_where_its_label_begins() -> None:
    for text in (
        "[code](https://a.example/b{label})",
        "https://a.example/b{label}",
        r"\url{https://a.example/b{label}}",
    ):
        assert 'href="https://a.example/b"' in html(text)


@given(st.text("\\{}SIsi unit^23.-;e+[]~", max_size=40))
def test_any_unit_and_number_make_text(source: str) -> None:
    assert isinstance(unit(source) + number(source), str)
    for name, (count, _) in MACROS.items():
        call = f"\\{name}" + "".join(f"{{{source}}}" for _ in range(count))
        plain(call)
        to_mathml(call)
