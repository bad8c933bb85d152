"""Nodes of running text."""

from typing import TypeAlias

import msgspec


class Text(msgspec.Struct, frozen=True):
    """Unescaped characters. Two line breaks in a row end a paragraph."""

    text: str


class Math(msgspec.Struct, frozen=True):
    """A formula: TeX without delimiters."""

    tex: str
    display: bool = False


class Styled(msgspec.Struct, frozen=True):
    """Nodes in ``em``, ``strong``, ``code``, ``sub`` or ``sup``."""

    element: str
    children: "tuple[Node, ...]"


class Link(msgspec.Struct, frozen=True):
    """Nodes that lead to `url`, which `safe_url` has approved."""

    url: str
    children: "tuple[Node, ...]"


Node: TypeAlias = Text | Math | Styled | Link
