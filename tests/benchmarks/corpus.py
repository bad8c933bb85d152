"""Scored files to make archives of: the corpus where there is one, else generated text of the same length."""

import json
import os
import random
from pathlib import Path

from tests.example import ROOT

# What the corpus has: (folder, papers, days, mean length of title, abstract and comment, authors, share with formulas).
LIKE = (("daizedong", 7218, 242, 76, 1313, 170, 6, 0.17), ("cgarling", 5723, 69, 88, 1384, 267, 10, 0.55))
SYLLABLES = "ma tri ve lo net gra di en to per sa ki nor u be lin po ra ze qua si mo ta re al fu".split()
WORDS = ["".join(random.Random(seed).choices(SYLLABLES, k=1 + seed % 4)) for seed in range(3000)]
FORMULAS = (r"$\mathcal{O}(N \log N)$", r"$\alpha_{3}$", r"$c/a \sim 0.2$", r"$10^{-3}$", r"$\nabla f(x)$", "$n = 7$")
# Words of the topics in digest.yml, as often as real abstracts have them.
TOPICAL = (
    *("language model", "scaling law", "transformer", "router", "low-rank", "pruning", "embedding", "contrastive"),
    *("protein", "quantum", "self-play", "differential privacy"),
)


def folder(work: Path) -> tuple[Path, str]:
    """The folder that holds ``scored/``, and what to call it: real papers, or generated ones below `work`."""
    given = Path(os.environ.get("DIGEST_CORPUS") or ROOT.parent / "shared" / "corpus")
    if (given / "scored" / "daizedong").is_dir():
        return given, "corpus"
    made = work / "generated"
    if not (made / "complete").is_file():
        generate(made)
        (made / "complete").touch()
    return made, "generated text"


def generate(target: Path, most: int = 1000) -> None:
    """Write scored files of generated text into `target`, as many (or `most` days) and as long as the corpus has."""
    for name, papers, days, title, abstract, comment, authors, formulas in LIKE:
        draw = random.Random(name)
        for day in range(min(days, most)):
            month, number = f"2025-{day // 28 + 1:02}", day % 28 + 1
            rows: dict[str, dict[str, object]] = {}
            for index in range(papers * day // days, papers * (day + 1) // days):
                arxiv_id = f"25{day // 28 + 1:02}.{len(name)}{index:04}"
                rows[arxiv_id] = {
                    "ARXIVID": arxiv_id,
                    "arxiv_id": arxiv_id,
                    "title": _text(draw, title, 0).title().strip("."),
                    "abstract": _text(draw, abstract, formulas),
                    "authors": [_text(draw, 12, 0).title().strip(".") for _ in range(draw.randint(1, 2 * authors))],
                    "COMMENT": _text(draw, comment, 0),
                    "RELEVANCE": draw.randint(3, 10),
                    "NOVELTY": draw.randint(3, 9),
                }
            file = target / "scored" / name / month / f"{month}-{number:02}-output.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(rows, indent=4), "utf-8")


def _text(draw: random.Random, length: int, formulas: float) -> str:
    """A sentence, `length` characters long within a fifth or so; a share of `formulas` of them has some TeX."""
    words = draw.choices(WORDS, k=max(1, round(length * draw.uniform(0.8, 1.2) / 7)))  # with its space a word has 7
    special = (*TOPICAL, *FORMULAS) if draw.random() < formulas else TOPICAL
    for place in range(draw.randrange(1, 30), len(words), 30):
        words[place] = draw.choice(special)
    return " ".join(words).capitalize() + "."
