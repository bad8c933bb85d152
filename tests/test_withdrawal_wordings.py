"""Notices of withdrawal in the many wordings of authors and administrators, and sentences that only look like one."""

import time

import pytest

from generator.ground.withdrawal import announces_withdrawal

NOTICES = [
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
    "Due to an error in Lemma 2, this paper has been withdrawn.",
    "We study cones. The authors withdraw this paper because of an error.",
    "This submission has been removed by arXiv administrators.",
]
OTHER_ABSTRACTS = [
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


@pytest.mark.parametrize(
    "text",
    ["due to " + "a " * 5000 + ", withdr", "since it, " * 1000 + "withdr", "this paper, x" * 800 + "withdr",
     "and so " * 1500 + "withdr", "this paper (1) (" * 700 + "withdr", "arXiv admin note: the " * 400 + "withdr",
     "the first author to to " * 500 + "withdr", "submission (withdrawn " * 400],
)  # fmt: skip
def test_long_nonsense_is_read_at_once(text: str) -> None:
    start = time.process_time()
    announces_withdrawal(text, text, text)
    assert time.process_time() - start < 1
