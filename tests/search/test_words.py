"""The words of the search index, and their stems: the browser has the same."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from broadsheet.build.preview import served
from broadsheet.search.words import STOP_WORDS, rules, stem, tokens, words
from tests.scripts import served_script

SAME = (
    ("quantization", "quantisation", "quantize", "quantised", "quantizing", "quantizer"),
    ("model", "models", "modelling", "modeling", "modelled"),
    ("behaviour", "behavior", "behaviors"),
    ("behavioural", "behavioral"),
    ("centre", "center", "centres"),
    ("analysis", "analyse", "analyzing", "analysed"),
    ("query", "queries"),
    ("process", "processes", "processing"),
    ("adapt", "adaptation", "adaptive", "adapting", "adapted"),
    ("matrix", "matrices"),
    ("catalogue", "catalog"),
    ("prune", "pruning", "pruned"),
    ("code", "codes", "coded", "coding"),
    ("tune", "tuning", "tuned"),
    ("plane", "planes"),
    ("plan", "plans", "planning", "planned"),
    ("type", "typing", "types"),
    ("act", "acting", "acted"),
    ("add", "adding"),
    ("box", "boxed"),
    ("limit", "limited", "limits"),
    ("colour", "colored", "coloured", "colouring"),
    ("llm", "llms"),
    ("sam", "sams"),
    ("scale", "scaling", "scaled", "scales"),
    ("get", "getting"),
    ("train", "training", "trained"),
)
APART = (
    ("transformer", "transform"),
    ("universe", "university"),
    ("bias", "bit"),
    ("need", "net"),
    ("same", "sam"),
    ("gate", "gat"),
    ("rage", "rag"),
    ("vite", "vit"),
    ("coding", "cod"),
    ("rated", "rat"),
    ("sites", "sit"),
    ("plane", "plan"),
    ("stripe", "strip"),
)


@pytest.mark.parametrize("forms", SAME, ids=lambda forms: forms[0])
def test_the_forms_and_spellings_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(word) for word in forms}) == 1


@pytest.mark.parametrize("pair", APART)
def test_other_words_have_another_stem(pair: tuple[str, str]) -> None:
    assert stem(pair[0]) != stem(pair[1])


def test_words_are_folded_and_runs_of_chinese_become_pairs() -> None:
    assert words("Erdős–Łukasiewicz: GPT-4's Straße") == ["erdos", "lukasiewicz", "gpt", "4", "s", "strasse"]
    assert tokens("基于LLM的") == ["基", "基于", "于", "llm", "的"]
    assert tokens("ﾃﾞｰﾀ") == tokens("データ") == ["デ", "デー", "ー", "ータ", "タ"]
    assert words("한국어 データ") == ["한국어", "データ"]


TEXTS = [*(word for forms in SAME + APART for word in forms), *sorted(STOP_WORDS), "Ångström İstanbul ﬁnite x² 10³ Ⅷ"]
TEXTS += [
    "注意力机制",
    "データ駆動",
    "한국어 처리",
    "𠮷野家",
    "क्षेत्र",
    "Ωμέγας ΟΔΟΣ",
    "e\u0301tale",
    "naïve façade",
    "a" * 60,
    "1e-5",
]


LISTS = """
export const commonWords = async () => new Map([["heron", 5], ["here", 12], ["herons", 11]]);
export const wordsThatBeginLike = async () => new Map();
export const wordsThatEndLike = wordsThatBeginLike;
"""


@pytest.fixture
def scripts(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """A tab that can import the scripts of the words; their lists are `LISTS`."""
    for name in ("search-words.js", "search-query.js", "search-repair.js"):
        (tmp_path / name).write_bytes(served_script(name))
    (tmp_path / "search-index.js").write_text(LISTS, "utf-8")
    (tmp_path / "index.html").write_text("<!doctype html><title>Words</title>", "utf-8")
    context = chromium.new_context()
    tab = context.new_page()
    with served(tmp_path, "/", "127.0.0.1", 0) as address:
        tab.goto(address)
        yield tab
    context.close()


def test_the_browser_has_the_same_words_and_stems(scripts: Page, corpus: Path) -> None:
    texts = [*TEXTS, *_titles(corpus)]
    answer = scripts.evaluate(
        """async ([rules, texts]) => {
            const { fold, setRules, stem, wordsOf } = await import("/search-words.js");
            setRules(rules);
            return texts.map((text) => wordsOf(text).map((word) => [word, stem(word)]));
        }""",
        [json.loads(json.dumps(rules())), texts],
    )
    assert answer == [[[word, stem(word)] for word in words(text)] for text in texts]


def test_the_likeliest_meaning_comes_first_and_forms_of_a_word_count_once(scripts: Page) -> None:
    answer = scripts.evaluate(
        """async (rules) => {
            (await import("/search-words.js")).setRules(rules);
            const { parse, repair } = await import("/search-query.js");
            return (await repair(parse("hern"))).map(({ word, meanings }) => [word, meanings]);
        }""",
        json.loads(json.dumps(rules())),
    )
    assert answer == [["hern", ["heron", "here"]]]


def _titles(corpus: Path) -> list[str]:
    """Return real texts with the words of an archive."""
    lines = (corpus / "hard_cases.jsonl").read_text("utf-8").splitlines()
    return [line for line in lines if line][:400]
