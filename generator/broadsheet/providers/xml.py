"""XML in, and the text out of its elements."""

import re
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from broadsheet.providers.parse_result import rejected

LINE = " line"  # no XML attribute can be called that
_WITH_LINE = frozenset({"item", "entry", "record"})
_DEEPEST = 100


def parse_xml(data: bytes, where: str) -> Element:
    """The root of an XML text in UTF-8, names without prefixes; items, entries and records carry their line in `LINE`.

    Raises DigestError. No entity is ever expanded, since no DOCTYPE is let in.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True

    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
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
    """The first child of that name."""
    return None if parent is None else parent.find(name)


def child_text(parent: Element | None, name: str) -> str | None:
    """The text of the first child of that name, stripped; None if there is none or it is empty."""
    found = child(parent, name)
    return None if found is None else "".join(found.itertext()).strip() or None


def child_texts(parent: Element | None, name: str) -> list[str]:
    """The texts of all children of that name that have one."""
    found = [] if parent is None else parent.findall(name)
    return [text for element in found if (text := "".join(element.itertext()).strip())]
