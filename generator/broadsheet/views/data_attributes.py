"""What the reader's script filters and sorts a list of papers by: data attributes, no more than the list needs."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from broadsheet.index.days import Entry
from broadsheet.model.arxiv_categories import distinct
from broadsheet.text import rendering
from broadsheet.text.sanitize import escaped

# What most lists have only one of: an attribute where a list's papers differ in it.
FACTS: dict[str, Callable[[Entry], str]] = {
    "categories": lambda it: " ".join(distinct(it.paper.categories)),
    "sources": lambda it: " ".join(it.sources),
    "upvotes": lambda it: "" if it.paper.upvotes is None else str(it.paper.upvotes),
    "date": lambda it: it.date,
    "published": lambda it: (it.paper.published or "")[:10],
}


def several_sources(entries: Sequence[Entry]) -> bool:
    """Whether it is worth saying which source a paper is from."""
    return len({source for entry in entries for source in entry.sources}) > 1


class DataAttributes:
    """The data attributes of the papers of one list."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        varying = {name for name, fact in FACTS.items() if len(set(map(fact, entries))) > 1}
        if "date" in varying:  # a list of several days goes by its days
            varying.discard("published")
        self._facts = [(name, fact) for name, fact in FACTS.items() if name in varying]

    def __call__(self, entry: Entry) -> Markup:
        """Relevance, novelty and topics always: they are part of what a page promises."""
        it = entry.paper
        relevance, novelty = ("" if score is None else score for score in (it.relevance, it.novelty))
        topics = escaped(" ".join(entry.topics))
        said = f'data-relevance="{relevance}" data-novelty="{novelty}" data-topics="{topics}"'
        for name, fact in self._facts:
            if value := fact(entry):
                said += f' data-{name}="{escaped(value)}"'
        if "$" in it.title or "\\" in it.title:  # what its formulas say as plain characters cannot be read off the page
            said += f' data-title="{escaped(rendering.plain(it.title))}"'
        return Markup(said)
