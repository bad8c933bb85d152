"""The entry types of BibTeX and their fields, by BibLaTeX's data model (section 2.1 of its manual).

A style rejects an entry without a required field, and no style prints a field that its type does not have.
"""

from broadsheet.model import vocabulary
from broadsheet.model.publication import Publication

# LibreCat exports some types as "misc", though BibTeX has a type with a field for their host publication.
_TYPES = vocabulary.BIBTEX_TYPES | {
    "encyclopedia_article": "inbook",
    "newspaper_article": "article",
    "review": "article",
    "translation": "book",
    "translation_chapter": "inbook",
}
# The fields of the host publication and of the publisher, by entry type; the usual ones are not here.
HOST_FIELDS = {"article": "journal", "inbook": "booktitle", "inproceedings": "booktitle"}
PUBLISHER_FIELDS = {"phdthesis": "school", "techreport": "institution", "misc": "organization"}
_FORBIDDEN = {
    kind: frozenset(fields.split())
    for kind, fields in {
        "article": "address eventtitle isbn publisher venue",
        "book": "eventtitle howpublished issn venue",
        "inbook": "eventtitle issn venue",
        "inproceedings": "issn",
        "misc": "eid eventtitle isbn issn number pages series translator venue volume",
        "patent": "address editor eid eventtitle howpublished isbn issn organization pages publisher series translator"
        " venue volume",
        "phdthesis": "editor eventtitle howpublished isbn issn number series venue volume",
        "proceedings": "author howpublished issn",
        "techreport": "editor eventtitle howpublished isbn issn series venue volume",
        "unpublished": "editor isbn issn number pages publisher series volume",
    }.items()
}


def entry_type(publication: Publication) -> str:
    """Return the entry type: LibreCat's, or ``misc`` if the record lacks what that type requires."""
    kind = _TYPES.get(publication.type, "misc")
    if publication.type == "patent" and publication.patent_number:
        return "patent"
    event = publication.conference
    required = {
        "article": publication.venue,
        "inbook": publication.venue,
        "inproceedings": publication.venue or publication.series or (event and event.name),
        "phdthesis": publication.publisher,
        "techreport": publication.publisher,
    }
    return kind if required.get(kind, True) else "misc"


def allowed_fields(kind: str, fields: dict[str, str]) -> dict[str, str]:
    """Return the fields that an entry of this type may have."""
    forbidden = _FORBIDDEN.get(kind, frozenset())
    return {name: value for name, value in fields.items() if name not in forbidden}
