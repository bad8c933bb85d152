"""``python -m tests.structure [FOLDER]``: print a table of what the program's structure measures.

Bindings are names that are assigned, bound by a loop, an import or a parameter, once a function. Cognitive complexity
is complexipy's, after https://www.sonarsource.com/docs/CognitiveComplexity.pdf.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

from complexipy import file_complexity

PROGRAM = Path(__file__).resolve().parent.parent / "generator" / "broadsheet"
BANNED = frozenset("found kept told said given known made shown listed it one this".split())
RELATIVE = re.compile(r"(?:what|whether|where|how|which|whose|who|when)\b", re.IGNORECASE)
MAX_COMPLEXITY = 15
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.Lambda)
_CACHE = re.compile(r"@(?:functools\.)?(?:lru_cache|cache|cached_property)\b")


class Module(NamedTuple):
    """A module's dotted name within the program, its text and its syntax tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module


class Metrics(NamedTuple):
    """What a program measures. Lists name the places that are wrong."""

    modules: int
    lines: int
    functions: list[int]
    too_complex: list[str]
    cycles: list[list[str]]
    repeated_classes: list[str]
    banned_bindings: Counter[str]
    relative_docstrings: list[str]
    lazy_imports: int
    caches: int
    fast_paths: int

    def rows(self) -> Iterator[tuple[str, object]]:
        """Yield the rows of the table."""
        yield "modules", self.modules
        yield "lines", self.lines
        yield "functions", len(self.functions)
        yield "lines of a function, median", median(self.functions)
        yield "lines of a function, largest", max(self.functions)
        yield f"functions of cognitive complexity over {MAX_COMPLEXITY}", len(self.too_complex)
        yield "import cycles, lazy imports included", len(self.cycles)
        yield "class names that are not unique", len(self.repeated_classes)
        yield "bindings named by a banned word", self.banned_bindings.total()
        yield "docstrings that begin with a relative word", len(self.relative_docstrings)
        yield "noqa: PLC0415", self.lazy_imports
        yield "caches", self.caches
        yield "fast paths", self.fast_paths


def read(folder: Path) -> list[Module]:
    """Return the modules in `folder`."""
    modules = []
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        text = path.read_text("utf-8")
        modules.append(Module(name, path, text, ast.parse(text)))
    return modules


def measure(modules: list[Module], package: str) -> Metrics:
    """Measure the `modules` of `package`."""
    functions = [(module, node) for module in modules for node in ast.walk(module.tree) if isinstance(node, _FUNCTIONS)]
    classes = Counter(
        node.name for module in modules for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)
    )
    text = "\n".join(module.text for module in modules)
    return Metrics(
        modules=len(modules),
        lines=text.count("\n") + 1,
        functions=[(node.end_lineno or 0) - node.lineno + 1 for _, node in functions],
        too_complex=[place for module in modules for place in _too_complex(module)],
        cycles=cycles(imports(modules, package)),
        repeated_classes=sorted(name for name, number in classes.items() if number > 1),
        banned_bindings=Counter(name for module in modules for name in _bindings(module.tree) if name in BANNED),
        relative_docstrings=[place for module in modules for place in _relative_docstrings(module)],
        lazy_imports=text.count("noqa: PLC0415"),
        caches=len(_CACHE.findall(text)),
        fast_paths=len(re.findall(r"\bfast path", text, re.IGNORECASE)),
    )


def _too_complex(module: Module) -> Iterator[str]:
    for function in file_complexity(str(module.path)).functions:
        if function.complexity > MAX_COMPLEXITY:
            yield f"{module.name}.{function.name}: {function.complexity}"


def _bindings(tree: ast.AST) -> Iterator[str]:
    """Yield the names that each scope binds."""
    names: set[str] = set()
    pending: list[ast.AST] = list(ast.iter_child_nodes(tree))
    while pending:
        node = pending.pop()
        if isinstance(node, _SCOPES):
            yield from _bindings(node)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
        pending += ast.iter_child_nodes(node)
    yield from names


def _relative_docstrings(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text and RELATIVE.match(text):
                yield f"{module.name}.{getattr(node, 'name', '')}: {text.splitlines()[0]}"


def imports(modules: list[Module], package: str) -> dict[str, set[str]]:
    """Return which module imports which, inside functions too; what only type checkers import does not count."""
    names = {module.name for module in modules}
    graph: dict[str, set[str]] = {}
    for module in modules:
        targets = graph[module.name] = set()
        for node in _imports(module.tree):
            base = (node.module or "").removeprefix(package).lstrip(".") if node.module else ""
            if not (node.module or "").startswith(package):
                continue
            for alias in node.names:
                whole = f"{base}.{alias.name}".lstrip(".")
                targets.add(whole if whole in names else base)
        targets.discard(module.name)
    return graph


def _imports(tree: ast.AST) -> Iterator[ast.ImportFrom]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.ImportFrom):
            yield node
        yield from _imports(node)


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, by Tarjan's algorithm."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in sorted(graph.get(name, ())):
            if target not in index:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            start = stack.index(name)
            group = stack[start:]
            del stack[start:]
            if len(group) > 1:
                groups.append(sorted(group))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return groups


def main() -> int:
    """Print the table, and with ``--places`` every place that is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.structure", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=PROGRAM)
    parser.add_argument("--places", action="store_true")
    options = parser.parse_args()
    metrics = measure(read(options.folder), options.folder.name)
    for name, value in metrics.rows():
        print(f"{name:50} {value:>8,}" if isinstance(value, int) else f"{name:50} {value!s:>8}")
    if options.places:
        places = [*metrics.too_complex, *map(" ".join, metrics.cycles), *metrics.repeated_classes]
        places += [f"{name}: {number}" for name, number in metrics.banned_bindings.most_common()]
        print(*places, *metrics.relative_docstrings, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
