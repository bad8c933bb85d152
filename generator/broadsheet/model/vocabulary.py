"""LibreCat's controlled vocabulary and its labels: types, licences, relations, languages, access levels.

Source: LibreCat's ``config/lists.yml``, ``config/schemas.yml`` and ``fixes/lookup/*.csv``, ISO 639-2. A repository's
own word is its own label (`label`).
"""

from collections.abc import Mapping

TYPES = {
    "bi_dissertation": "Dissertation",
    "book": "Book",
    "book_chapter": "Book chapter",
    "book_editor": "Book (editor)",
    "conference": "Conference paper",
    "conference_abstract": "Conference abstract",
    "conference_editor": "Conference proceedings (editor)",
    "dissertation": "Dissertation",
    "encyclopedia_article": "Encyclopedia article",
    "journal_article": "Journal article",
    "journal_editor": "Journal issue (editor)",
    "newspaper_article": "Newspaper article",
    "patent": "Patent",
    "preprint": "Preprint",
    "report": "Report",
    "research_data": "Research data",
    "review": "Review",
    "software": "Software",
    "translation": "Translation",
    "translation_chapter": "Translated chapter",
    "working_paper": "Working paper",
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
    "cites": "Cites",
    "confirmation": "Confirmation",
    "contains": "Contains",
    "continues": "Continues",
    "dissertation_contains": "Part of this dissertation",
    "earlier_version": "Earlier version",
    "erratum": "Erratum",
    "is_cited_by": "Cited by",
    "is_continued_by": "Continued by",
    "later_version": "Later version",
    "main_file": "Full text",
    "new_edition": "New edition",
    "old_edition": "Old edition",
    "original": "Original",
    "other": "Related",
    "part_of_dissertation": "Part of the dissertation",
    "popular_science": "Popular science",
    "poster": "Poster",
    "press_release": "Press release",
    "published_in": "Published in",
    "research_data": "Research data",
    "research_paper": "Research paper",
    "slides": "Slides",
    "software": "Software",
    "supplementary_material": "Supplementary material",
    "table_of_contents": "Table of contents",
    "translation": "Translation",
    "used_in_publication": "Used in the publication",
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
    "ara": ("Arabic", "ar"),
    "chi": ("Chinese", "zh"),
    "cze": ("Czech", "cs"),
    "dan": ("Danish", "da"),
    "dut": ("Dutch", "nl"),
    "eng": ("English", "en"),
    "fin": ("Finnish", "fi"),
    "fre": ("French", "fr"),
    "ger": ("German", "de"),
    "gre": ("Greek", "el"),
    "heb": ("Hebrew", "he"),
    "hrv": ("Croatian", "hr"),
    "hun": ("Hungarian", "hu"),
    "ice": ("Icelandic", "is"),
    "ita": ("Italian", "it"),
    "jpn": ("Japanese", "ja"),
    "kor": ("Korean", "ko"),
    "lat": ("Latin", "la"),
    "lav": ("Latvian", "lv"),
    "mon": ("Mongolian", "mn"),
    "nor": ("Norwegian", "no"),
    "pol": ("Polish", "pl"),
    "por": ("Portuguese", "pt"),
    "rum": ("Romanian", "ro"),
    "rus": ("Russian", "ru"),
    "spa": ("Spanish", "es"),
    "srp": ("Serbian", "sr"),
    "swe": ("Swedish", "sv"),
    "tur": ("Turkish", "tr"),
}

ACCESS = {
    "closed": "closed",
    "local": "only on the institution's network",
    "open_access": "open access",
    "request": "on request",
}

OPEN_ACCESS = {
    "diamond": "Diamond open access",
    "gold": "Gold open access",
    "green": "Green open access",
    "hybrid": "Hybrid open access",
    "bronze": "Bronze open access",
    "open": "Open access",
    "closed": "Not open access",
}

STATUSES = {
    "accepted": "Accepted",
    "draft": "Draft",
    "epub_ahead": "Published ahead of print",
    "inpress": "In press",
    "published": "Published",
    "submitted": "Submitted",
    "unpublished": "Unpublished",
}

STYLES = {
    "ama": "AMA",
    "apa": "APA",
    "aps": "APS",
    "chicago": "Chicago",
    "default": "House style",
    "harvard1": "Harvard",
    "ieee": "IEEE",
    "ista": "ISTA",
    "lncs": "LNCS",
    "mla": "MLA",
    "short": "Short",
}

IDENTIFIERS = {
    "inspire": "INSPIRE",
    "scoap3": "SCOAP3",
    "doi": "DOI",
    "arxiv": "arXiv",
    "urn": "URN",
    "opac": "OPAC",
    "ipn": "Patent number",
    "application_number": "Application number",
    "ipc": "Patent classification",
}


def label(words: Mapping[str, str], word: str) -> str:
    """Return the label of `word` in a vocabulary; an unlisted word is its own label, ``blog_post`` ``Blog post``."""
    plain = word.replace("_", " ")
    return words.get(word) or plain[:1].upper() + plain[1:]


def language(code: str) -> str:
    """Return ``eng`` as ``English``, and an unlisted code unchanged."""
    return LANGUAGES.get(code, (code,))[0]


def language_tag(code: str | None) -> str | None:
    """Return ``eng`` as ``en``, for the ``lang`` attribute; None for an unlisted code."""
    return LANGUAGES[code][1] if code in LANGUAGES else None
