"""Lists of people with a page, by each word of their names."""

from collections.abc import Mapping

import msgspec

from broadsheet.search.ids import text_hash
from broadsheet.search.words import words

PEOPLE_PER_LIST = 200


def people_lists(people: Mapping[str, str]) -> list[bytes]:
    """Return lists as JSON: a word, whose `text_hash` is the number of its list, to names with their addresses.

    `people` has names by address.
    """
    count = max(1, len(people) // PEOPLE_PER_LIST)
    lists: list[dict[str, list[tuple[str, str]]]] = [{} for _ in range(count if people else 0)]
    for address, name in sorted(people.items()):
        for word in dict.fromkeys(words(name)):
            lists[text_hash(word) % count].setdefault(word, []).append((name, address))
    return [msgspec.json.encode(entries) for entries in lists]
