"""GitHub's expressions, as far as the workflows use them.

The rules: https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Functions = Mapping[str, Callable[..., Any]]
STATUS = ("success", "failure", "always", "cancelled")
_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*)|(&&|\|\||==|!=|[!().,]))")


def interpolate(text: str, contexts: Mapping[str, Any], functions: Functions) -> str:
    """Return a text with the values of its expressions."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda match: to_text(evaluate(match[1], contexts, functions)), text)


def condition(text: str, contexts: Mapping[str, Any], functions: Functions) -> bool:
    """Return the value of an ``if``. Without a status function, it also needs success."""
    expression = text.strip().removeprefix("${{").removesuffix("}}")
    if not re.search(rf"\b(?:{'|'.join(STATUS)})\(\)", expression):
        expression = f"success() && ({expression})"
    return bool(evaluate(expression, contexts, functions))


def evaluate(expression: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """Return the value of an expression. Raises ValueError."""
    parser = _Parser(expression, contexts, functions)
    value = parser.alternatives()
    if parser.tokens:
        raise ValueError(f"{expression!r}: unexpected {parser.tokens[0]!r}")
    return value


def to_text(value: Any) -> str:
    """Return a value as text."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


class _Parser:
    def __init__(self, expression: str, contexts: Mapping[str, Any], functions: Functions) -> None:
        self.tokens: list[str] = []
        self.contexts, self.functions = contexts, functions
        position, end = 0, len(expression.rstrip())
        while position < end:
            match = _TOKEN.match(expression, position)
            if not match:
                raise ValueError(f"{expression!r}: cannot read {expression[position:]!r}")
            self.tokens.append(match[0].strip())
            position = match.end()

    def accepts(self, token: str) -> bool:
        if self.tokens[:1] != [token]:
            return False
        self.tokens.pop(0)
        return True

    def alternatives(self) -> Any:
        value = self.conjunction()
        while self.accepts("||"):
            other = self.conjunction()
            value = value or other
        return value

    def conjunction(self) -> Any:
        value = self.comparison()
        while self.accepts("&&"):
            other = self.comparison()
            value = value and other
        return value

    def comparison(self) -> Any:
        value = self.negation()
        if self.accepts("=="):
            return _equal(value, self.negation())
        if self.accepts("!="):
            return not _equal(value, self.negation())
        return value

    def negation(self) -> Any:
        return not self.negation() if self.accepts("!") else self.operand()

    def operand(self) -> Any:
        if self.accepts("("):
            value = self.alternatives()
            self.expect(")")
            return value
        token = self.tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token[0].isdigit() or token[0] == "-":
            return float(token)
        if token in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[token]
        return self.call(token) if self.accepts("(") else self.member(self.contexts[token])

    def call(self, name: str) -> Any:
        arguments: list[Any] = []
        while not self.accepts(")"):
            arguments.append(self.alternatives())
            self.accepts(",")
        return self.functions[name](*arguments)

    def member(self, value: Any) -> Any:
        while self.accepts("."):
            name = self.tokens.pop(0)
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def expect(self, token: str) -> None:
        if not self.accepts(token):
            raise ValueError(f"no {token!r} before {self.tokens}")


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return _number(left) == _number(right) if type(left) is not type(right) else bool(left == right)


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except ValueError:
        return float("nan")
