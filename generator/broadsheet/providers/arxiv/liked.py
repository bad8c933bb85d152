"""The fetcher of liked papers by id, from arXiv's API."""

from collections.abc import Iterator, Sequence

from broadsheet.http.client import HttpClient
from broadsheet.model import arxiv_id
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.liked_paper import LikedPaper
from broadsheet.providers.arxiv.services import ArxivServices
from broadsheet.providers.liked import ANY_DAY, LikedPapers, unique
from broadsheet.settings.fetch import Fetch


def fetch_liked(ids: Sequence[str], settings: Fetch, web: HttpClient) -> LikedPapers:
    """Return the papers with these ids, which may be in any form, in their order.

    Raises DigestError if none can be used, or if arXiv does not answer.
    """
    problems: list[Diagnostic] = []
    wanted = list(dict.fromkeys(_usable(ids, problems)))
    papers: dict[str, LikedPaper] = {}
    for result in ArxivServices(web, settings.endpoints).details(wanted, ANY_DAY):
        problems += result.problems
        for row in result.rows:
            paper = row.paper
            papers[paper.arxiv_id] = LikedPaper(
                arxiv_id=paper.arxiv_id, title=paper.title, abstract=paper.abstract or ""
            )
    for paper_id in wanted:
        if paper_id not in papers:
            problems.append(Diagnostic(paper_id, "arXiv has no paper with this id", "correct the id"))
    if not papers:
        raise DigestError(problems)
    return LikedPapers(unique(papers[paper_id] for paper_id in wanted if paper_id in papers), tuple(problems))


def _usable(ids: Sequence[str], problems: list[Diagnostic]) -> Iterator[str]:
    for text in ids:
        parsed = arxiv_id.parse(text)
        if parsed and parsed.resolvable:
            yield parsed.id
        else:
            what, hint = f"{text!r} is not an arXiv id", "write it as 2505.18313, hep-th/9901001 or an address of arXiv"
            problems.append(Diagnostic("--papers", what, hint))
