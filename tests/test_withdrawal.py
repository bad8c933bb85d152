"""Which comments, abstracts and titles say that a paper is withdrawn, and which only speak of withdrawing."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.edges.fetching.arxiv import is_withdrawn
from generator.ground.model import Paper
from generator.ground.withdrawal import announces_withdrawal, is_by_arxiv

NOTICES = [
    "This paper has been withdrawn",
    "this article is withdrawn, see below",
    "The manuscript was withdrawn by its authors.",
    "This papers has been withdrawn",
    "This preprint as been withdrawn",
    "This paper is being withdrawn as a proof is incomplete",
    "Hence, the present version is being withdrawn",
    "This note will be withdrawn",
    "The paper needs to be withdrawn",
    "This submission is hereby withdrawn",
    "Paper withdrawn",
    "paper temporarily withdrawn",
    "Withdrawn",
    "[WITHDRAWN]",
    "Withdrawn by the author(s), sign error",
    "Withdrawn due to a gap in Lemma 2",
    "Withdrawn for revision",
    "Withdrawn; superseded by arXiv:2504.01234",
    "Withdrawn from arXiv",
    "This work has been withdrawn from the arXiv by its authors",
    "Withdrawal due to a sign error",
    # In the active voice.
    "We withdraw this paper",
    "We are withdrawing this manuscript",
    "We have decided to withdraw our submission.",
    "The authors have withdrawn this paper since Lemma 2 fails",
    "The author withdrew the article",
    "All authors wish to withdraw this work",
    "I request the withdrawal of my paper",
    "Withdrew the paper; a new one is to come",
    # By others, with other verbs.
    "Retracted by the authors",
    "This paper has been retracted",
    "This article has been administratively withdrawn because of a dispute",
    "this version has been removed by arXiv administrators",
    "This submission was removed by the moderators",
    "arXiv admin note: This submission has been withdrawn by arXiv administrators due to its authorship",
    "arXiv admin note: this paper has been withdrawn by arXiv",
    "arXiv admin note: removed by arXiv administrators",
    # Behind something else.
    "12 pages; this paper has been withdrawn by the author",
    "12 pages. Withdrawn by the authors",
    "12 pages, withdrawn by the authors",
    "8 pages, 2 figures (this paper is withdrawn)",
    "9 pages; withdrawn",
    "v2: withdrawn, replaced by arXiv:2504.01234",
    "The earlier version had a gap; this paper has been withdrawn.",
    "3 figures. arXiv admin note: this article has been withdrawn by arXiv",
]
OTHERS = [
    "Withdrawn from journal X after major revision; 10 pages",
    "The article was withdrawn from the journal, v2 improved",
    "This paper was withdrawn by the authors from a special issue",
    "This paper has been withdrawn from the conference for lack of funds",
    "Withdrawn from submission to a workshop",
    "Withdrawn from consideration at a conference",
    "Accepted at a workshop; withdrawn from its proceedings",
    "We withdrew this paper from the workshop",
    "The authors have withdrawn the paper from the journal",
    "Retracted by the journal",
    "Withdrawn conference submission",
    "We withdraw the claim of Theorem 2",
    "We retract an earlier statement",
    "v3: the central claims of v2 are withdrawn",
    "v2: the coupling of v1 is forbidden and withdrawn; amplitude fixed",
    "Section 6 (on cones) is withdrawn. Lemma 2 is new.",
    "An earlier version of this paper was withdrawn",
    "The previous version was withdrawn for a gap; this one has none.",
    "Replaces the withdrawn paper arXiv:2504.01234",
    "Corrects arXiv:2504.01234, which has been withdrawn",
    "It could be withdrawn if accepted elsewhere",
    "This paper has not been withdrawn",
    "9 pages; typos removed",
    "Appendix removed by the publisher",
    "On the withdrawal of troops",
    "arXiv admin note: text overlap with arXiv:2504.01234",
    "12 pages",
    "",
]
ABSTRACTS = [
    "This paper has been withdrawn by the authors.",
    "[This paper has been withdrawn] We study cones.",
    "We study cones. This paper has been withdrawn by the author.",
    "arXiv admin note: This paper has been withdrawn by arXiv",
    "Withdrawn. Never submitted.",
    "- Paper withdrawn by the author - On cones",
    "The authors have withdrawn this paper. We study cones.",
]
OTHER_ABSTRACTS = [
    "Papers withdrawn from arXiv are a corpus of errors.",
    "Articles are retracted for many reasons, which we survey.",
    "Retracted papers are cited for years.",
    "Withdrawal due to opioids is common.",
    "We consider the withdrawal of a plate from a bath.",
    "Energy is withdrawn from the cavity.",
    "The work withdrawn from a battery is bounded.",
    "Many drugs have been withdrawn from the market.",
    "We show that when a submission has been withdrawn, reviewers learn.",
    "We ask whether a paper has been withdrawn by its authors.",
    "We retract the space onto a disk. The disk is removed.",
]


@pytest.mark.parametrize("comment", NOTICES)
def test_notices(comment: str) -> None:
    assert announces_withdrawal(comment, "We study cones.")
    assert announces_withdrawal(comment.upper(), None)
    assert announces_withdrawal("\n  ".join(comment.split(" ")), None)


@pytest.mark.parametrize("comment", OTHERS)
def test_other_comments(comment: str) -> None:
    assert not announces_withdrawal(comment, "We study cones.")


@pytest.mark.parametrize("abstract", ABSTRACTS)
def test_notices_in_the_place_of_an_abstract(abstract: str) -> None:
    assert announces_withdrawal(None, abstract)


@pytest.mark.parametrize("abstract", OTHER_ABSTRACTS)
def test_abstracts_about_withdrawing(abstract: str) -> None:
    assert not announces_withdrawal("12 pages", abstract)


def test_titles() -> None:
    notices = ("Withdrawn", "On cones (withdrawn)", "[Withdrawn] On cones", "This paper has been withdrawn")
    others = ("Withdrawn drugs", "On the withdrawal of troops", "Why papers are withdrawn", "Retracted cones")
    assert [is_withdrawn(Paper(arxiv_id="2504.01234", title=title)) for title in notices] == [True] * 4
    assert [is_withdrawn(Paper(arxiv_id="2504.01234", title=title)) for title in others] == [False] * 4


def test_arxiv_or_its_authors() -> None:
    by_arxiv = ("arXiv admin note: withdrawn", "Withdrawn by arXiv administrators", "administratively withdrawn")
    by_authors = ("Withdrawn by the authors", "This paper is withdrawn; see arXiv:2504.01234", "")
    assert [is_by_arxiv(comment) for comment in by_arxiv] == [True] * 3
    assert [is_by_arxiv(comment) for comment in by_authors] == [False] * 3


def test_arxivs_own_search_documents(corpus: Path) -> None:
    """Compare with ``is_withdrawn``, which arXiv's search has of its own."""
    documents = list(_documents(corpus / "arxiv" / "arxiv-search"))
    assert {document["is_withdrawn"] for document in documents} == {True, False}
    for document in documents:
        comment, abstract = document.get("comments"), document.get("abstract")
        assert announces_withdrawal(comment, abstract) == document["is_withdrawn"], document["id"]


def _documents(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.rglob("*.json")):
        try:
            document = json.loads(path.read_text())
        except ValueError:
            continue
        if isinstance(document, dict) and isinstance(document.get("is_withdrawn"), bool):
            yield document


@pytest.mark.parametrize(
    "text",
    ["this " * 3000, "the " * 3000 + "paper", "authors " * 2000,
     "we " + "to " * 3000 + "withdr", ", " * 5000 + "withdr",
     "(withdrawn" * 600, "the arxiv " + "current " * 3000 + "withdr", "withdrawn" + " " * 5000 + "x"],
)  # fmt: skip
def test_long_nonsense_is_read_at_once(text: str) -> None:
    start = time.process_time()
    announces_withdrawal(text, text, text)
    assert time.process_time() - start < 1
