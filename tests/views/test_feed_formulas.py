"""Formulas in feeds are right whatever a reader drops: all tags, MathML alone, or nothing."""

import json
import re
from html import unescape
from pathlib import Path

import feedparser
import pytest

from tests.views.test_feeds import archive, build_feeds, paper

FORMULAS = {
    r"$\frac{1}{K}\sum_{k=1}^K E[x_k] \le O(\frac{\sqrt{d}C}{K^{1/4}})$": "(1/K)∑ₖ₌₁ᴷE[xₖ]≤O((√d C)/(K^(1/4)))",
    r"$R^2$": "R²",
    r"R\textsuperscript{2} and H\textsubscript{2}O": "R² and H₂O",
    r"$\sqrt{d}n$": "√d n",
    r"$2\frac{1}{3}$": "2(1/3)",
    r"$\frac{a}{b}^2$": "(a/b)²",
    r"$\frac{d}{dt}x$": "(d/dt)x",
    r"$e^{abc}d$": "e^abc d",
    r"$x_{\max}y$": "x_max y",
    r"$\lim_{n\to\infty} a_n$": "lim_(n→∞)aₙ",
    r"$\overline{AB}$": "bar(AB)",
    r"$10^{-3}$ to $10^{13.5}$": "10⁻³ to 10^13.5",
    r"$p<q$ & $a>b$": "p<q & a>b",
}


def without_tags(markup: str) -> str:
    """Return what is left of HTML in the crudest reader."""
    return unescape(re.sub("<[^>]*>", "", markup))


@pytest.mark.parametrize("suffix", [".xml", ".atom", ".json"])
def test_formulas_are_right_once_all_tags_are_removed(tmp_path: Path, suffix: str) -> None:
    papers = [
        paper(
            n,
            title=f"On {tex}",
            abstract=f"Here {tex} holds.",
            comment=f"Why {tex}.",
            relevance=9,
            novelty=9,
            local_score=20 - n,
        )
        for n, tex in enumerate(FORMULAS, 1)
    ]
    feeds = build_feeds(archive(tmp_path, {"2025-05-27": papers, "2025-06-02": [paper(99)]}))
    for name in ("all", "daily", "weekly", "scores/7", "best"):
        data = feeds[f"feeds/{name}{suffix}"]
        if suffix == ".json":
            bodies = [item["content_html"] for item in json.loads(data)["items"]]
        else:
            bodies = [entry.content[0].value for entry in feedparser.parse(data, sanitize_html=False).entries]
        text = without_tags("\n".join(bodies))
        for readable in list(FORMULAS.values())[: 5 if name == "best" else 8 if name in ("daily", "weekly") else None]:
            assert f"Here {readable} holds." in text, (name, readable)
            assert f"Why {readable}." in text


def test_a_formula_that_cannot_be_one_line_stays_tex(tmp_path: Path) -> None:
    feeds = build_feeds(archive(tmp_path, {"2025-05-27": [paper(1, abstract=r"So $x^2 \operatorname<$ ends.")]}))
    (item,) = json.loads(feeds["feeds/all.json"])["items"]
    assert r'<code class="tex">x^2 \operatorname&lt;</code>' in item["content_html"]
