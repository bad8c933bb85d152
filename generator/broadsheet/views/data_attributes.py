"""The data attributes by which the script sorts and filters a list of papers, no more than the list needs."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from broadsheet.index.days import Entry
from broadsheet.model.arxiv_categories import distinct
from broadsheet.text import rendering
from broadsheet.text.sanitize import escaped

# These are attributes only in lists whose papers differ in them.
FACTS: dict[str, Callable[[Entry], str]] = {
    "categories": lambda entry: " ".join(distinct(entry.paper.categories)),
    "sources": lambda entry: " ".join(entry.sources),
    "upvotes": lambda entry: "" if entry.paper.upvotes is None else str(entry.paper.upvotes),
    "date": lambda entry: entry.date,
    "published": lambda entry: (entry.paper.published or "")[:10],
}


def has_several_sources(entries: Sequence[Entry]) -> bool:
    """Return whether the papers come from more than one source."""
    return len({source for entry in entries for source in entry.sources}) > 1


def scores_and_topics(entry: Entry) -> str:
    """Return the attributes that every paper has: relevance, novelty and topics."""
    relevance, novelty = ("" if score is None else score for score in (entry.paper.relevance, entry.paper.novelty))
    topics = escaped(" ".join(entry.topics))
    return f'data-relevance="{relevance}" data-novelty="{novelty}" data-topics="{topics}"'


class DataAttributes:
    """The data attributes of the papers of one list."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        varying = {name for name, fact in FACTS.items() if len(set(map(fact, entries))) > 1}
        if "date" in varying:  # a list of several days is sorted by day
            varying.discard("published")
        self._facts = [(name, fact) for name, fact in FACTS.items() if name in varying]

    def __call__(self, entry: Entry) -> Markup:
        """Return the attributes of a paper. Relevance, novelty and topics are always among them."""
        paper = entry.paper
        attributes = scores_and_topics(entry)
        for name, fact in self._facts:
            if value := fact(entry):
                attributes += f' data-{name}="{escaped(value)}"'
        if "$" in paper.title or "\\" in paper.title:  # scripts cannot read formulas as plain text from the page
            attributes += f' data-title="{escaped(rendering.plain(paper.title))}"'
        return Markup(attributes)
