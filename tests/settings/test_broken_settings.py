"""Mistakes in `digest.yml`: each is named with its line, all at once, in plain words."""

from itertools import pairwise
from pathlib import Path

import pytest

from broadsheet import PROGRAM
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import config
from tests.manual.messages import has_row

SOUND = (PROGRAM / "starter" / "digest.yml").read_text("utf-8")
# Name: what is appended to the settings of a new digest, the number of the wrong line in it, words of the message.
ERRORS = {
    "a list given twice": ("topics: []", 1, "'topics' is repeated, after line 4: keep one of them"),
    "a key given twice on a line": ("run: {min_relevance: 5, min_relevance: 6}", 1, "is repeated"),
    "a misspelt section": ("topcis: []", 1, "topcis: no such setting: did you mean topics?"),
    "a key in another case": ("Search: true", 1, "did you mean search?"),
    "a misspelt setting": ("llm:\n  modle: small", 2, "llm.modle: no such setting: did you mean model?"),
    "a deep misspelt setting": ("fetch:\n  arxiv:\n    cross_list: true", 3, "did you mean cross_lists?"),
    "a misspelt price": ("llm:\n  prices:\n    m: {prompt: 1, completion: 2, cache: 3}", 3, "did you mean cached?"),
    "a setting of another section": ("categories: [cs.LG]", 1, "it belongs to fetch.arxiv: move it there"),
    "a setting of nothing": ("colour: red", 1, "colour: no such setting"),
    "a section that is a text": ("run: daily", 1, "run: not a section: write its keys below it"),
    "a section that is a list": ("fetch:\n  - arxiv", 1, "fetch: not a section"),
    "a list that is a text": ("negative_keywords: survey, review", 1, "not a list: write its items below it"),
    "a deep list that is a text": ("follow:\n  authors: Ada Lovelace", 2, "follow.authors: not a list"),
    "a list that is a section": ("negative_keywords: {a: b}", 1, "not a list"),
    "an empty list": ("negative_keywords:", 1, "negative_keywords: empty"),
    "an empty section": ("fetch:\n#  contact: x", 1, "fetch: empty"),
    "an empty number": ("run:\n  min_relevance:", 2, "run.min_relevance: empty"),
    "nothing": ("mail: ~", 1, "mail: empty"),
    "nothing for a text": ("mail:\n  name: null", 2, "mail.name: null would be a text"),
    "a number below its limit": ("pages:\n  abstracts: -1", 2, "pages.abstracts: must be 0 or more"),
    "a number above its limit": ("run: {min_relevance: 11}", 1, "must be 10 or less"),
    "a share above one": ("prefilter:\n  keep: 50", 2, "prefilter.keep: must be 1 or less"),
    "a percentage": ("prefilter:\n  keep: 50%", 2, "write a share, like 0.5"),
    "a word for a number": ("llm:\n  batch: ten", 2, "llm.batch: must be a whole number"),
    "a fraction for a whole number": ("pages:\n  authors: 1.5", 2, "must be a whole number"),
    "a yes for true": ("search: yes", 1, "search: must be true or false"),
    "an on for true": ("fetch:\n  huggingface: on", 2, "fetch.huggingface: must be true or false"),
    "an on for a number": ("llm:\n  temperature: on", 2, "must be a number"),
    "an endpoint without a scheme": (
        "llm:\n  endpoint: localhost:11434/v1",
        2,
        "llm.endpoint is not an http(s) address",
    ),
    "an endpoint of another scheme": ("llm:\n  endpoint: ftp://x.edu/v1", 2, "llm.endpoint is not an http(s) address"),
    "an endpoint with a password": ("llm:\n  endpoint: https://u:p@x.edu/v1", 2, "has a password in it"),
    "nested brackets": (f"topics: {'[' * 3000}{']' * 3000}", 1, "nested more than 50 deep"),
    "brackets without an end": (f"topics: {'[' * 100_000}", 1, "nested more than 50 deep"),
    "nested sections": ("\n".join(f"{' ' * depth}a:" for depth in range(60)), 51, "nested more than 50 deep"),
    "a misspelt choice": ("paper_pages: tops", 1, "'tops' is not one of all, top, none: did you mean top?"),
    "a true for a choice": ("downloads: true", 1, "'true' is not one of all, years, none"),
    "a list for a text": ("mail: {name: [a]}", 1, "mail.name: must be a text"),
    "a category that is not there": ("fetch:\n  contact: a@uni.edu\n  arxiv:\n    categories: [cs.XX]", 4, "cs.XX"),
    "a misspelt category": (
        "fetch:\n  contact: a@uni.edu\n  arxiv:\n    categories:\n      - stat.ML\n      - cs.LGG",
        6,
        "'cs.LGG' is not a category of arXiv: did you mean cs.LG",
    ),
    "a category in lower case": (
        "fetch: {contact: a@uni.edu, arxiv: {categories: [cs.lg]}}",
        1,
        "did you mean cs.LG?",
    ),
    "an address without a scheme": ("feeds:\n  hub: hub.example", 2, "not an absolute http(s) address"),
    "a grade above ten": (
        "rubric2: 0\nrubric:\n  relevance:\n    - {low: 1, high: 11, name: A, description: B}",
        4,
        "rubric.relevance[0].high: must be 10 or less",
    ),
    "a variable of the environment": ("llm:\n  endpoint: ${LLM_ENDPOINT}", 2, "is not replaced"),
    "a variable in a list": ("follow:\n  authors: [$AUTHOR]", 2, "$AUTHOR is not replaced"),
    "a secret of a workflow": ('mail: {name: "${{ secrets.NAME }}"}', 1, "is not replaced"),
    "a tag": ("mail:\n  name: !ENV NAME", 2, "the tag !ENV is not read"),
    "a tag of Python": ("mail:\n  name: !!python/name:os.name", 2, "the tag !!python/name:os.name is not read"),
    "a merge key": ("x: &x {name: A}\nmail:\n  <<: *x", 3, "merge keys (<<) are not read"),
    "a tab": ("mail:\n\tname: A", 2, "a tab in the indent: indent with spaces"),
    "a wrong indent": ("mail:\n    name: A\n  reply_to: a@uni.edu", 3, "a wrong indent"),
    "a list out of line": ("follow:\n  authors:\n    - A\n   - B", 4, "not YAML"),
    "no space after a colon": ("mail:\n  name:A", 1, "mail: not a section"),
    "a colon in a text": ("mail:\n  name: Papers: new", 2, "quote a text with a colon"),
    "a percent sign": ("mail:\n  name: %papers", 2, "quote it"),
    "an at sign": ("mail:\n  name: @papers", 2, "quote it"),
    "an asterisk": ("negative_keywords: [*.md]", 1, "a text that begins with * or &: quote it"),
    "a backslash": ('mail:\n  name: "\\papers"', 2, "use single quotes"),
    "an open bracket": ("negative_keywords: [a, b", 1, "never closed"),
    "an open quote": ('mail:\n  name: "papers', 2, "a quote that is never closed"),
    "a second document": ("---\nsearch: true", 1, "a second document"),
    "an old name": ("twins: all", 1, "'twins' is now 'alternates': rename it"),
}
LINES = SOUND.count("\n")


def problems(
    root: Path, text: str, site: str = "site_name: A\nsite_url: https://papers.group.edu/\n"
) -> list[Diagnostic]:
    (root / "digest.yml").write_text(text, "utf-8")
    (root / "mkdocs.yml").write_text(site, "utf-8")
    return config.read(root)[1]


def without(section: str, text: str) -> str:
    """Return the settings without a section, so that a mistake in it is no second one."""
    parts = text.split(f"\n{section}:")
    rest = parts[-1].split("\n")
    end = next((n for n, line in enumerate(rest[1:], 1) if line and not line.startswith((" ", "#"))), len(rest))
    return text if len(parts) == 1 else "\n".join([parts[0], *[""] * end, *rest[end:]])


def test_the_settings_of_a_new_digest_have_no_mistake(tmp_path: Path) -> None:
    assert problems(tmp_path, SOUND) == []


@pytest.mark.parametrize("name", ERRORS)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, name: str) -> None:
    addition, number, words = ERRORS[name]
    text = without("rubric", SOUND) if "rubric" in addition else SOUND
    errors = problems(tmp_path, text + addition + "\n")
    expected = f"digest.yml:{text.count(chr(10)) + number}"
    assert [error for error in errors if error.location == expected and words in str(error)], errors
    assert not any(error.is_note for error in errors)
    assert all(map(has_row, errors)), "in the manual"
    assert not any(word in str(error) for error in errors for word in ("Expected", "`", "$."))
    with pytest.raises(DigestError):
        config.load(tmp_path)


@pytest.mark.parametrize("text", ["'null'", '"~"', "|\n    Null"])
def test_a_quoted_null_is_a_text(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, f"{SOUND}mail:\n  name: {text}\n", site=f"site_name: {text}\n") == []


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    text = "search: yes\npaper_pages: tops\ncategories: [cs.LG]\ncolour: red\ndownloads: true\n"
    found = problems(tmp_path, text, site="site_url: papers\n")
    places = [problem.location for problem in found]
    assert places == [
        "digest.yml:1",
        "digest.yml:2",
        "digest.yml:3",
        "digest.yml:4",
        "digest.yml:5",
        "mkdocs.yml:1",
    ]


GRADE = "{{low: {}, high: {}, name: A, description: B}}"
WARNINGS = {
    "no contact": ("fetch:\n  huggingface: true", 1, "fetch.contact is not set"),
    "a gap in the rubric": (
        f"rubric:\n  novelty: [{GRADE.format(6, 10)}, {GRADE.format(1, 4)}]",
        2,
        "rubric.novelty: no grade for 5",
    ),
    "grades that overlap": (
        f"rubric:\n  novelty:\n    - {GRADE.format(5, 10)}\n    - {GRADE.format(1, 5)}",
        4,
        "rubric.novelty[1]: 5 has a second grade",
    ),
    "no topics in the prompt": ("prompt: {user: 'Score {papers}'}", 1, "no {topics}"),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_a_doubtful_setting_is_a_warning(tmp_path: Path, name: str) -> None:
    text, number, words = WARNINGS[name]
    (warning,) = problems(tmp_path, text + "\n")
    assert (warning.is_note, warning.location) == (True, f"digest.yml:{number}")
    assert words in str(warning)
    assert has_row(warning), "in the manual"
    config.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("prompt:\n  user: 'Score these {topics}'", 2, "prompt.user: no {papers}"),
        (f"rubric:\n  novelty:\n    - {GRADE.format(7, 3)}", 3, "low 7 is above high 3: exchange them"),
        ("topics:\n  - {id: a, name: A, words: ['']}", 2, "has no letters"),
        ("topics:\n  - {id: a, name: A}\n  - {id: a, name: B}", 3, "is used twice"),
        ("topics:\n  - {id: a, nmae: A}", 2, "did you mean name?"),
        ("topics:\n  id: a\n  name: A", 1, "topics: not a list"),
        ("topics:\n  - pruning", 2, "topics[0]: not a section"),
    ],
)
def test_a_mistake_in_a_file_of_its_own(tmp_path: Path, text: str, line: int, words: str) -> None:
    assert [
        p for p in problems(tmp_path, text) if p.location == f"digest.yml:{line}" and words in str(p) and not p.is_note
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a, *a]",
        "a: &a [x, x]\n" + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghi")),
    ],
)
def test_aliases_that_repeat_themselves_are_a_mistake(tmp_path: Path, text: str) -> None:
    (problem,) = problems(tmp_path, f"search: true\n{text}")
    assert "aliases that repeat too much" in problem.message
    assert problem.location in ("digest.yml:2", "digest.yml:7")


@pytest.mark.parametrize(
    ("first", "second", "line", "words"),
    [
        ("id: a, name: LLM", "id: b, name: llm", 3, "topic 'b' has a name that stands for topic 'a' already: 'llm'"),
        ("id: a, name: X", "id: b, name: X ", 3, "topic 'b' has a name that stands for topic 'a'"),
        ("id: vision, name: Language", "id: language, name: LLM", 2, "stands for topic 'language' already: 'Language'"),
        ("id: language, name: LLM", "id: vision, name: Language", 3, "stands for topic 'language' already: 'Language'"),
    ],
)
def test_a_name_stands_for_one_topic(tmp_path: Path, first: str, second: str, line: int, words: str) -> None:
    (problem,) = problems(tmp_path, f"topics:\n  - {{{first}}}\n  - {{{second}}}\n")
    assert problem.location == f"digest.yml:{line}"
    assert words in problem.message


def test_a_topic_may_have_its_id_as_its_name(tmp_path: Path) -> None:
    assert problems(tmp_path, "topics: [{id: llm, name: LLM}, {id: agents, name: Agents}]\n") == []
