"""Segments of the search index: what is written can be read back, and joined months are as if built at once."""

import datetime as dt
import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search import dictionary
from broadsheet.search.document import Facets, SearchDocument
from broadsheet.search.files import files, segment_of
from broadsheet.search.numbers import decode, encode
from broadsheet.search.people import people_lists
from broadsheet.search.segment import Segment, append, from_documents, join
from broadsheet.search.texts import PHRASES, Chunks, head

WORDS = "grebe coot heron 注意力机制 dive dives the lake naïve 3.5 of".split()


def documents(first: int, number: int) -> list[SearchDocument]:
    """Return documents of made-up words, each with some of them often."""
    return [document(place) for place in range(first, first + number)]


def document(place: int) -> SearchDocument:
    title = " ".join(WORDS[(place * 7 + i) % len(WORDS)] for i in range(place % 5 + 1))
    text = " ".join(WORDS[(place * i + i) % len(WORDS)] for i in range(place % 300))
    date = (dt.date(2025, 1, 1) + dt.timedelta(days=place)).isoformat()
    card = json.dumps([f"papers/{place}/", str(place), title, "", "", text], ensure_ascii=False).encode()
    facets = Facets(("t",), (), ("arxiv",), (date[:4],), date, 15.0 if place % 2 else None, None, place)
    return SearchDocument((title, "Ada", text), card, facets, (f"2501.{place:05}", f"10.1/{place}"), f"papers/{place}/")


@given(st.lists(st.integers(0, 2**31 - 1)))
def test_numbers_are_read_back(values: list[int]) -> None:
    data, lengths = encode(np.array(values, np.int64))
    read, ends = decode(data)
    assert read.tolist() == values
    assert ends.tolist() == np.cumsum(lengths).tolist()


@pytest.mark.parametrize("number", [1, 8, 9, 700])
def test_files_are_read_back_and_written_the_same(number: int) -> None:
    segment = from_documents(documents(0, number))
    written = files(segment)
    back = segment_of(written.__getitem__)
    assert files(back) == written
    assert back.rows == segment.rows
    assert back.ids == segment.ids
    assert [card for texts in back.texts for card in cards(texts)] == [d.card for d in documents(0, number)]
    assert postings(back) == postings(segment)


def cards(chunks: Chunks) -> list[bytes]:
    """Return the cards of a month, as a browser reads them."""
    decompressed = (zlib.decompressobj(-zlib.MAX_WBITS).decompress(head() + chunk) for chunk in chunks)
    return b"".join(data.removeprefix(PHRASES) for data in decompressed).splitlines()


def test_joined_months_are_the_same_whether_read_or_made() -> None:
    months = [from_documents(documents(start, number)) for start, number in ((0, 30), (30, 1), (31, 200))]
    joined = join(months)
    whole = from_documents(documents(0, 231))
    assert files(join([segment_of(files(month).__getitem__) for month in months])) == files(joined)
    assert postings(joined) == postings(whole)
    assert joined.spellings == whole.spellings
    assert joined.rows == whole.rows
    assert joined.parts == (30, 1, 200)
    assert postings(segment_of(files(joined).__getitem__)) == postings(whole)


@pytest.mark.parametrize(("first", "second"), [(30, 5), (31, 6), (31, 1), (1, 1), (7, 0), (600, 100)])
def test_a_segment_with_a_day_added_is_that_of_all_its_documents(first: int, second: int) -> None:
    earlier = segment_of(files(from_documents(documents(0, first))).__getitem__)
    assert files(append(earlier, from_documents(documents(first, second)))) == files(
        from_documents(documents(0, first + second))
    )


def postings(segment: Segment) -> set[tuple[str, int, int, bool]]:
    """Return every place of a term."""
    o = segment.occurrences
    in_title = {
        (term, doc)
        for term, doc, title in zip(o.term.tolist(), o.doc.tolist(), o.in_title.tolist(), strict=True)
        if title
    }
    return {
        (segment.terms[term], doc, position, (term, doc) in in_title)
        for term, doc, position in zip(o.term.tolist(), o.doc.tolist(), o.position.tolist(), strict=True)
    }


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", categories=["Ll", "Nd", "Lo"]), min_size=1), st.integers(1, 10**6)
    )
)
def test_a_dictionary_is_read_back(counts: dict[str, int]) -> None:
    assert dictionary.decode(dictionary.encode(counts)) == counts


def test_the_common_words_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "COMMON_WORDS", 2)
    lists = dictionary.for_browser({"ab": 9, "abc": 8, "a": 1, "é": 1})
    assert {initial: json.loads(words) for initial, words in lists.items()} == {
        "": ["AabCc", "66"],
        "?*": ["Aé", "0"],
        "*?": ["Aé", "0"],
        "a*": ["Aa", "0"],
        "*a": ["Aa", "0"],
    }


def test_people_are_in_the_lists_of_all_their_words() -> None:
    (people,) = map(json.loads, people_lists({"authors/jose-nunez/": "José Núñez"}))
    assert people == {"jose": [["José Núñez", "authors/jose-nunez/"]], "nunez": [["José Núñez", "authors/jose-nunez/"]]}
