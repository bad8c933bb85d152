"""LibreCat's controlled vocabulary and its labels: types, licences, relations, languages, access levels.

Source: LibreCat's ``config/lists.yml``, ``config/schemas.yml`` and ``fixes/lookup/*.csv``, ISO 639-2. A repository's
own word is its own label (`label`).
"""

from collections.abc import Mapping

from broadsheet.translations import gettext, gettext_noop

TYPES = {
    "bi_dissertation": gettext_noop("Dissertation"),
    "book": gettext_noop("Book"),
    "book_chapter": gettext_noop("Book chapter"),
    "book_editor": gettext_noop("Book (editor)"),
    "conference": gettext_noop("Conference paper"),
    "conference_abstract": gettext_noop("Conference abstract"),
    "conference_editor": gettext_noop("Conference proceedings (editor)"),
    "dissertation": gettext_noop("Dissertation"),
    "encyclopedia_article": gettext_noop("Encyclopedia article"),
    "journal_article": gettext_noop("Journal article"),
    "journal_editor": gettext_noop("Journal issue (editor)"),
    "newspaper_article": gettext_noop("Newspaper article"),
    "patent": gettext_noop("Patent"),
    "preprint": gettext_noop("Preprint"),
    "report": gettext_noop("Report"),
    "research_data": gettext_noop("Research data"),
    "review": gettext_noop("Review"),
    "software": gettext_noop("Software"),
    "translation": gettext_noop("Translation"),
    "translation_chapter": gettext_noop("Translated chapter"),
    "working_paper": gettext_noop("Working paper"),
}

# fixes/lookup/bibtex_types.csv; a type that is not in it is "misc" (fixes/to_bibtex.fix).
BIBTEX_TYPES = {
    "book": "book",
    "book_chapter": "inbook",
    "book_editor": "book",
    "conference_abstract": "inproceedings",
    "conference_editor": "proceedings",
    "conference": "inproceedings",
    "dissertation": "phdthesis",
    "bi_dissertation": "phdthesis",
    "journal_article": "article",
    "preprint": "unpublished",
    "report": "techreport",
    "working_paper": "techreport",
}

# fixes/lookup/csl_types.csv has only "article" and "chapter". CSL 1.0.2 has the exact words, without which reference
# managers take a journal article for a preprint; if it has none, LibreCat's word is used. Default: "article".
CSL_TYPES = {
    "bi_dissertation": "thesis",
    "book": "book",
    "book_chapter": "chapter",
    "book_editor": "book",
    "conference": "paper-conference",
    "conference_abstract": "paper-conference",
    "conference_editor": "book",
    "dissertation": "thesis",
    "encyclopedia_article": "entry-encyclopedia",
    "journal_article": "article-journal",
    "journal_editor": "periodical",
    "newspaper_article": "article-newspaper",
    "patent": "patent",
    "preprint": "article",
    "report": "report",
    "research_data": "dataset",
    "review": "review",
    "software": "software",
    "translation": "book",
    "translation_chapter": "chapter",
    "working_paper": "report",
}

_CC = "https://creativecommons.org/licenses/"
_OSI = "https://opensource.org/licenses/"
_ODC = "https://opendatacommons.org/licenses/"

# Code: (short name, address), from fixes/lookup/license_label.csv and license_uri.csv.
LICENSES = {
    "cc_0_1_0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "cc_by_4_0": ("CC BY 4.0", f"{_CC}by/4.0/"),
    "cc_by_sa_4_0": ("CC BY-SA 4.0", f"{_CC}by-sa/4.0/"),
    "cc_by_nd_4_0": ("CC BY-ND 4.0", f"{_CC}by-nd/4.0/"),
    "cc_by_nc_4_0": ("CC BY-NC 4.0", f"{_CC}by-nc/4.0/"),
    "cc_by_nc_sa_4_0": ("CC BY-NC-SA 4.0", f"{_CC}by-nc-sa/4.0/"),
    "cc_by_nc_nd_4_0": ("CC BY-NC-ND 4.0", f"{_CC}by-nc-nd/4.0/"),
    "cc_by_3_0": ("CC BY 3.0", f"{_CC}by/3.0/"),
    "cc_by_sa_3_0": ("CC BY-SA 3.0", f"{_CC}by-sa/3.0/"),
    "cc_by_nd_3_0": ("CC BY-ND 3.0", f"{_CC}by-nd/3.0/"),
    "cc_by_nc_3_0": ("CC BY-NC 3.0", f"{_CC}by-nc/3.0/"),
    "cc_by_nc_sa_3_0": ("CC BY-NC-SA 3.0", f"{_CC}by-nc-sa/3.0/"),
    "cc_by_nc_nd_3_0": ("CC BY-NC-ND 3.0", f"{_CC}by-nc-nd/3.0/"),
    "pddl_1_0": ("PDDL 1.0", f"{_ODC}pddl/summary/index.html"),
    "odc-by_1_0": ("ODC-By 1.0", f"{_ODC}by/summary/index.html"),
    "odbl_1_0": ("ODbL 1.0", f"{_ODC}odbl/summary/index.html"),
    "apache_2_0": ("Apache 2.0", f"{_OSI}Apache-2.0"),
    "bsd-3-clause": ("BSD 3-Clause", f"{_OSI}BSD-3-Clause"),
    "bsd-2-clause": ("BSD 2-Clause", f"{_OSI}BSD-2-Clause"),
    "gpl_3_0": ("GPL 3.0", f"{_OSI}GPL-3.0"),
    "lgpl_3_0": ("LGPL 3.0", f"{_OSI}LGPL-3.0"),
    "mit": ("MIT", f"{_OSI}MIT"),
    "mpl_2_0": ("MPL 2.0", f"{_OSI}MPL-2.0"),
}

# The relation of a related item to this record.
RELATIONS = {
    "cites": gettext_noop("Cites"),
    "confirmation": gettext_noop("Confirmation"),
    "contains": gettext_noop("Contains"),
    "continues": gettext_noop("Continues"),
    "dissertation_contains": gettext_noop("Part of this dissertation"),
    "earlier_version": gettext_noop("Earlier version"),
    "erratum": gettext_noop("Erratum"),
    "is_cited_by": gettext_noop("Cited by"),
    "is_continued_by": gettext_noop("Continued by"),
    "later_version": gettext_noop("Later version"),
    "main_file": gettext_noop("Full text"),
    "new_edition": gettext_noop("New edition"),
    "old_edition": gettext_noop("Old edition"),
    "original": gettext_noop("Original"),
    "other": gettext_noop("Related"),
    "part_of_dissertation": gettext_noop("Part of the dissertation"),
    "popular_science": gettext_noop("Popular science"),
    "poster": gettext_noop("Poster"),
    "press_release": gettext_noop("Press release"),
    "published_in": gettext_noop("Published in"),
    "research_data": gettext_noop("Research data"),
    "research_paper": gettext_noop("Research paper"),
    "slides": gettext_noop("Slides"),
    "software": gettext_noop("Software"),
    "supplementary_material": gettext_noop("Supplementary material"),
    "table_of_contents": gettext_noop("Table of contents"),
    "translation": gettext_noop("Translation"),
    "used_in_publication": gettext_noop("Used in the publication"),
}

# relations_record of config/lists.yml: the relation of this record to the other.
OPPOSITES = {
    "cites": "is_cited_by",
    "contains": "published_in",
    "continues": "is_continued_by",
    "dissertation_contains": "part_of_dissertation",
    "earlier_version": "later_version",
    "is_cited_by": "cites",
    "is_continued_by": "continues",
    "later_version": "earlier_version",
    "new_edition": "old_edition",
    "old_edition": "new_edition",
    "original": "translation",
    "part_of_dissertation": "dissertation_contains",
    "popular_science": "research_paper",
    "published_in": "contains",
    "research_data": "used_in_publication",
    "research_paper": "popular_science",
    "translation": "original",
    "used_in_publication": "research_data",
}

# ISO 639-2/B as LibreCat writes it: (name, BCP 47 tag), the languages of config/lists.yml.
LANGUAGES = {
    "ara": (gettext_noop("Arabic"), "ar"),
    "chi": (gettext_noop("Chinese"), "zh"),
    "cze": (gettext_noop("Czech"), "cs"),
    "dan": (gettext_noop("Danish"), "da"),
    "dut": (gettext_noop("Dutch"), "nl"),
    "eng": (gettext_noop("English"), "en"),
    "fin": (gettext_noop("Finnish"), "fi"),
    "fre": (gettext_noop("French"), "fr"),
    "ger": (gettext_noop("German"), "de"),
    "gre": (gettext_noop("Greek"), "el"),
    "heb": (gettext_noop("Hebrew"), "he"),
    "hrv": (gettext_noop("Croatian"), "hr"),
    "hun": (gettext_noop("Hungarian"), "hu"),
    "ice": (gettext_noop("Icelandic"), "is"),
    "ita": (gettext_noop("Italian"), "it"),
    "jpn": (gettext_noop("Japanese"), "ja"),
    "kor": (gettext_noop("Korean"), "ko"),
    "lat": (gettext_noop("Latin"), "la"),
    "lav": (gettext_noop("Latvian"), "lv"),
    "mon": (gettext_noop("Mongolian"), "mn"),
    "nor": (gettext_noop("Norwegian"), "no"),
    "pol": (gettext_noop("Polish"), "pl"),
    "por": (gettext_noop("Portuguese"), "pt"),
    "rum": (gettext_noop("Romanian"), "ro"),
    "rus": (gettext_noop("Russian"), "ru"),
    "spa": (gettext_noop("Spanish"), "es"),
    "srp": (gettext_noop("Serbian"), "sr"),
    "swe": (gettext_noop("Swedish"), "sv"),
    "tur": (gettext_noop("Turkish"), "tr"),
}

ACCESS = {
    "closed": gettext_noop("closed"),
    "local": gettext_noop("only on the institution's network"),
    "open_access": gettext_noop("open access"),
    "request": gettext_noop("on request"),
}

OPEN_ACCESS = {
    "diamond": gettext_noop("Diamond open access"),
    "gold": gettext_noop("Gold open access"),
    "green": gettext_noop("Green open access"),
    "hybrid": gettext_noop("Hybrid open access"),
    "bronze": gettext_noop("Bronze open access"),
    "open": gettext_noop("Open access"),
    "closed": gettext_noop("Not open access"),
}

VERSIONS = {
    "accepted version": gettext_noop("accepted version"),
    "preprint": gettext_noop("preprint"),
    "published version": gettext_noop("published version"),
    "submitted version": gettext_noop("submitted version"),
    "updated version": gettext_noop("updated version"),
}

STATUSES = {
    "accepted": gettext_noop("Accepted"),
    "draft": gettext_noop("Draft"),
    "epub_ahead": gettext_noop("Published ahead of print"),
    "inpress": gettext_noop("In press"),
    "published": gettext_noop("Published"),
    "submitted": gettext_noop("Submitted"),
    "unpublished": gettext_noop("Unpublished"),
}

STYLES = {
    "ama": "AMA",
    "apa": "APA",
    "aps": "APS",
    "chicago": "Chicago",
    "default": gettext_noop("House style"),
    "harvard1": "Harvard",
    "ieee": "IEEE",
    "ista": "ISTA",
    "lncs": "LNCS",
    "mla": "MLA",
    "short": gettext_noop("Short"),
}

IDENTIFIERS = {
    "inspire": "INSPIRE",
    "scoap3": "SCOAP3",
    "doi": "DOI",
    "arxiv": "arXiv",
    "urn": "URN",
    "opac": "OPAC",
    "ipn": gettext_noop("Patent number"),
    "application_number": gettext_noop("Application number"),
    "ipc": gettext_noop("Patent classification"),
}


def label(words: Mapping[str, str], word: str) -> str:
    """Return the label of `word` in a vocabulary; an unlisted word is its own label, ``blog_post`` ``Blog post``."""
    if word in words:
        return gettext(words[word])
    plain = word.replace("_", " ")
    return plain[:1].upper() + plain[1:]


def open_access(kind: str) -> str:
    """Return the label of a publication's kind of open access."""
    return gettext(OPEN_ACCESS[kind])


def version(word: str) -> str:
    """Return the label of the version of an open file, within a line; an unlisted word is its own label."""
    plain = word.lower()
    return gettext(VERSIONS[plain]) if plain in VERSIONS else plain


def language(code: str) -> str:
    """Return ``eng`` as ``English``, and an unlisted code unchanged."""
    return gettext(LANGUAGES[code][0]) if code in LANGUAGES else code


def language_tag(code: str | None) -> str | None:
    """Return ``eng`` as ``en``, for the ``lang`` attribute; None for an unlisted code."""
    return LANGUAGES[code][1] if code in LANGUAGES else None
