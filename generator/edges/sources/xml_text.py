"""Reading text out of XML elements that `payload.xml_root` made."""

from xml.etree.ElementTree import Element


def child(parent: Element | None, name: str) -> Element | None:
    """The first child of that name."""
    return None if parent is None else parent.find(name)


def one(parent: Element | None, name: str) -> str | None:
    """The text of the first child of that name, stripped; None if there is none or it is empty."""
    found = child(parent, name)
    return None if found is None else "".join(found.itertext()).strip() or None


def several(parent: Element | None, name: str) -> list[str]:
    """The texts of all children of that name that have one."""
    found = [] if parent is None else parent.findall(name)
    return [text for element in found if (text := "".join(element.itertext()).strip())]
