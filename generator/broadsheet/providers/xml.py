"""An XML parser without entities, and accessors of text in its elements."""

import re
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from broadsheet.providers.parse_result import rejected

LINE = " line"  # not a possible name of an XML attribute
_WITH_LINE = frozenset({"item", "entry", "record"})
_MAX_DEPTH = 100


def parse_xml(data: bytes, where: str) -> Element:
    """Return the root of an XML text in UTF-8, with names without prefixes. Items, entries and records have a `LINE`.

    Raises DigestError, also for a DOCTYPE. So no entity is ever expanded.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True

    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise rejected(where, "nested too deeply to be records", "leave the file out")
        element = builder.start(tag.rpartition(":")[2], attributes)
        if element.tag in _WITH_LINE:
            element.set(LINE, str(parser.CurrentLineNumber))

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition(":")[2])

    def doctype(*_: object) -> None:
        raise rejected(where, "XML with a DOCTYPE, which no feed has", "fetch the feed itself")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(re.sub(rb"^(\s*)<\?xml[^>]{0,200}\?>", rb"\1", data, count=1), True)
        return builder.close()
    except expat.ExpatError as error:
        what = f"not XML: {expat.errors.messages[error.code]}, column {error.offset + 1}"
        raise rejected(f"{where}:{error.lineno}", what, "fetch or copy the file again") from error


def child(parent: Element | None, name: str) -> Element | None:
    """Return the first child of that name."""
    return None if parent is None else parent.find(name)


def child_text(parent: Element | None, name: str) -> str | None:
    """Return the stripped text of the first child of that name; None for a missing or empty one."""
    element = child(parent, name)
    return None if element is None else "".join(element.itertext()).strip() or None


def child_texts(parent: Element | None, name: str) -> list[str]:
    """Return the non-empty texts of all children of that name."""
    elements = [] if parent is None else parent.findall(name)
    return [text for element in elements if (text := "".join(element.itertext()).strip())]
