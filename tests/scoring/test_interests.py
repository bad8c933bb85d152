"""Followed authors and institutions, and negative keywords: matches and their reasons."""

from pathlib import Path

import pytest

from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.scoring.interests import Interests
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.interests import Follow
from tests.example import make_digest


def paper(title: str = "A Title", **fields: object) -> Paper:
    return Paper(arxiv_id="2501.00001", title=title, **fields)  # type: ignore[arg-type]


def reasons(settings: Settings, source: Paper) -> tuple[str, ...]:
    (applied,) = Interests(settings).apply([source])
    return applied.reasons


@pytest.mark.parametrize(
    ("followed", "author", "reason"),
    [
        ("Ada Lovelace", "Ada Lovelace", "Ada Lovelace"),
        ("Ada Lovelace", "ada lovelace", "Ada Lovelace"),
        ("Ada Lovelace", "Ada K. Lovelace", "Ada Lovelace (as Ada K. Lovelace)"),
        ("Ada Lovelace", "A. Lovelace", "Ada Lovelace (as A. Lovelace)"),
        ("Lovelace, Ada", "Ada Lovelace", "Lovelace, Ada (as Ada Lovelace)"),
        ("Ada K. Lovelace", "Ada Lovelace", "Ada K. Lovelace (as Ada Lovelace)"),
        ("Paul Erdos", "Paul Erdős", "Paul Erdos"),
        ("Łukasz Kaiser", "Lukasz Kaiser", "Łukasz Kaiser"),
        ("Jean-Pierre Serre", "J.-P. Serre", "Jean-Pierre Serre (as J.-P. Serre)"),
        ("DeepSeek-AI", "DeepSeek-AI", "DeepSeek-AI"),
        ("Ada Lovelace", "Ada M Lovelacer", None),
        ("Ada Lovelace", "Anna Lovelace", None),
        ("Ada K. Lovelace", "Ada M. Lovelace", None),
        ("Ada Lovelace", "Lovelace", None),
        ("SLAM", "SLAM Labs", None),
    ],
)
def test_a_followed_author_matches_the_signed_name(followed: str, author: str, reason: str | None) -> None:
    settings = Settings(follow=Follow(authors=(followed,)))
    result = reasons(settings, paper("On Lovelace", authors=("Grace Hopper", author)))
    assert result == (() if reason is None else (f"Followed author: {reason}",))


def test_an_institution_is_looked_for_in_affiliations_and_teams() -> None:
    settings = Settings(follow=Follow(institutions=("ISTA", "Université de Genève")))
    places = ["ISTA, Klosterneuburg", "Univ. of Vienna"]
    assert reasons(settings, paper(extra={"affiliations": places})) == ("Followed institution: ISTA",)
    assert reasons(settings, paper(authors=("ISTA Robotics Team",))) == ("Followed institution: ISTA",)
    french = paper(extra={"affiliations": ["Dept. of Physics, UNIVERSITE DE GENEVE"]})
    assert reasons(settings, french) == ("Followed institution: Université de Genève",)
    assert reasons(settings, paper("ISTA", extra={"affiliations": ["Distance Inc.", 7]})) == ()
    assert reasons(settings, paper(extra={"affiliations": {"ISTA": 1}})) == ()


def test_a_negative_keyword_lowers_the_relevance_once_with_a_reason() -> None:
    settings = Settings(negative_keywords=("survey", "medical image"))
    (applied,) = Interests(settings).apply([paper("Surveys of medical-image nets", relevance=8, novelty=5)])
    assert (applied.relevance, applied.novelty) == (5, 5)
    assert applied.reasons == ("Negative keyword: survey, medical image (relevance 8 → 5)",)
    (low,) = Interests(settings).apply([paper("A", abstract="a survey", relevance=2, novelty=5)])
    assert (low.relevance, low.reasons) == (1, ("Negative keyword: survey (relevance 2 → 1)",))
    (unscored,) = Interests(settings).apply([paper("A survey")])
    assert (unscored.relevance, unscored.reasons) == (None, ("Negative keyword: survey",))
    assert reasons(settings, paper("Surveyed: medical and image", abstract="image. medical")) == ()
    assert reasons(settings, paper("Ends in medical", abstract="image first")) == ()


def test_reasons_of_an_earlier_run_are_replaced() -> None:
    assert reasons(Settings(), paper(reasons=("Followed author: X",))) == ()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("prefilter: {keep: half}", "digest.yml:1: prefilter.keep: must be a number: correct it"),
        ("prefilter:\n  keep: 0", "digest.yml:2: prefilter.keep: must be more than 0: correct it"),
        ("prefilter: {keep: 1.1}", "digest.yml:1: prefilter.keep: must be 1 or less: correct it"),
        ("prefilter: {keep: 0.5, recall: 0.9}", "digest.yml:1: prefilter has both keep and recall: leave one of them"),
        ("prefilter: {recall: 1}", "digest.yml:1: prefilter.recall: must be less than 1: correct it"),
        ("prefilter: {near_misses: -1}", "digest.yml:1: prefilter.near_misses: must be 0 or more: correct it"),
        ("follow:\n  authors:\n    - Ada\n    - '-'", "digest.yml:4: follow.authors: '-' has no letters: write a name"),
        ("negative_keywords: ['']", "digest.yml:1: negative_keywords: '' has no letters: write a name or a word"),
        ("follow: {people: [Ada]}", "digest.yml:1: follow.people: no such setting: correct it"),
    ],
)
def test_wrong_settings_are_named_with_their_line(tmp_path: Path, lines: str, message: str) -> None:
    with pytest.raises(DigestError) as caught:
        config.load(make_digest(tmp_path, settings=lines + "\n"))
    assert str(caught.value).startswith(message)


def test_settings_as_people_write_them(tmp_path: Path) -> None:
    lines = ("prefilter: {keep: 0.5, near_misses: 5}", "follow: {authors: [Ada Lovelace]}", "negative_keywords: [No]")
    settings = config.load(make_digest(tmp_path, settings="\n".join(lines)))
    assert (settings.prefilter.keep, settings.prefilter.near_misses) == (0.5, 5)
    assert (settings.follow.authors, settings.negative_keywords) == (("Ada Lovelace",), ("No",))
