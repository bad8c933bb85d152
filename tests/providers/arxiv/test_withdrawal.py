"""Comments, abstracts and titles with and without a notice of withdrawal."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadsheet.model.paper import Paper
from broadsheet.providers.arxiv.fetcher import is_withdrawn
from broadsheet.providers.arxiv.withdrawal import announces_withdrawal, is_by_arxiv

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
    # arXiv's administrators.
    "arXiv admin note: submission has been removed due to a copyright claim",
    "arXiv admin note: this version has been removed as the submitter had no right to license it",
    "arXiv admin note: removed because of a dispute over its authors",
    "7 pages. arXiv admin note: article has been taken down at the request of a third party",
    "This version withdrawn by arXiv administrators because its authorship is disputed",
    "This submission has been removed due to a complaint",
    "Submission removed by arXiv admin",
    "The moderators have withdrawn this paper",
    # Requests.
    "Please withdraw this paper",
    "Please remove this submission from arXiv.",
    "5 pages. Kindly retract this manuscript, it has an error",
    "Withdrawal requested by the authors",
    "Withdrawal of this paper for a gap in Lemma 3",
    "The author requests the withdrawal of this article",
    # Authors, with other verbs and tenses.
    "This manuscript has been pulled from arXiv by the authors",
    "We pulled this paper from arXiv",
    "The corresponding author withdraws this paper",
    "We are forced to withdraw our paper because of an error in the data",
    "The authors therefore retract this article.",
    "Withdrawing this paper since Theorem 1 is wrong",
    "This paper has been permanently withdrawn",
    "The paper is thus withdrawn",
    "This paper withdrawn due to a sign error",
    "This paper (math/0309136) has been withdrawn",
    "This article, arXiv:2501.01234, is withdrawn by its authors",
    "This paper has been withdrawn by Ada Lovelace",
    "This paper has been withdrawn on 3 May",
    "This paper was withdrawn at the author's request",
    "This paper was withdrawn without a comment",
    "This paper was withdrawn from public view",
    "The submission is withdrawn with our apologies",
    "Author has withdrawn paper",
    # Behind a reason.
    "Due to a mistake in Lemma 2 the proof fails, paper withdrawn.",
    "There is a gap in Section 3 and this paper is withdrawn",
    "Theorem 1 is false, so we withdraw the paper",
    "We saw a gap and hence withdraw the paper",
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
    # From a conference or a journal.
    "We withdrew our submission to NeurIPS; extended version",
    "We withdrew this paper to ICLR after the reviews",
    "This paper was withdrawn at ICLR 2025, and its reviews are public",
    "Submitted to ICLR 2025 (withdrawn)",
    "Under review at TMLR; submission to ICML: withdrawn",
    "ICLR 2025 [withdrawn], 12 pages",
    "Our submission to a workshop was withdrawn",
    "The authors withdrew this article by agreement from a journal",
    "The paper was retracted by the publisher; this is the corrected one",
    # Parts of it, and versions.
    "Large figures removed from arXiv version",
    "12 pages; removed from the arXiv version: Appendix B",
    "Two figures deleted from the archive version due to their size",
    "v2: a section was removed at the request of a referee",
    "arXiv admin note: figures removed due to their size",
    "arXiv admin note: title removed from the abstract",
    "We withdraw the first version of this paper's Lemma 2",
    "Please remove the cover page before printing",
    "Withdrawal of funds is the subject of this paper",
    "We removed this paper from the list of references",
    "Replaces a paper that has been pulled by its authors",
]
ABSTRACTS = [
    "This paper has been withdrawn by the authors.",
    "[This paper has been withdrawn] We study cones.",
    "We study cones. This paper has been withdrawn by the author.",
    "arXiv admin note: This paper has been withdrawn by arXiv",
    "Withdrawn. Never submitted.",
    "- Paper withdrawn by the author - On cones",
    "The authors have withdrawn this paper. We study cones.",
    "Due to an error in Lemma 2, this paper has been withdrawn.",
    "We study cones. The authors withdraw this paper because of an error.",
    "This submission has been removed by arXiv administrators.",
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
    "This work is retracted along the fibre.",
    "We retract this version of the bundle onto its core.",
    "We retract this work to the boundary of the disk.",
    "This work is retracted by a homotopy.",
    "The paper is withdrawn slowly from a tray of ink.",
    "The work is withdrawn along the cycle.",
    "This work is withdrawn by a demon that measures the gas.",
    "The papers were pulled from arXiv and labelled.",
    "The articles were removed from arXiv and kept elsewhere.",
    "The document is removed because it stands twice.",
    "The document is deleted from the archive by a user.",
    "The note is removed by an author who edits the wiki.",
    "This note is deleted because it is out of tune.",
    "A paper withdrawn by its authors is still cited.",
    "The paper withdrawn by its authors in 2010 is still cited.",
    "We pulled the sheet of paper from the tray.",
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
     "(withdrawn" * 600, "the arxiv " + "current " * 3000 + "withdr", "withdrawn" + " " * 5000 + "x",
     "due to " + "a " * 5000 + ", withdr", "since it, " * 1000 + "withdr", "this paper, x" * 800 + "withdr",
     "and so " * 1500 + "withdr", "this paper (1) (" * 700 + "withdr", "arXiv admin note: the " * 400 + "withdr",
     "the first author to to " * 500 + "withdr", "submission (withdrawn " * 400],
)  # fmt: skip
def test_long_nonsense_is_read_at_once(text: str) -> None:
    start = time.process_time()
    announces_withdrawal(text, text, text)
    assert time.process_time() - start < 1
