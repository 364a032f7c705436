"""The import rules of docs/architecture.md hold, and no files or folders import each other in a circle."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "architecture.md"
SOURCES = ("detector", "jobs", "services", "bench", "deploy")
EXCEPTIONS: Mapping[tuple[str, str], str] = {}
"""Imports that are known to break a rule, each with its reason. The aim is none."""

Graph = Mapping[str, set[str]]


@dataclass(slots=True)
class Module:
    """One file: `imports` has everything that it names anywhere, `at_import` what importing it loads."""

    name: str
    is_package: bool
    imports: set[str] = field(default_factory=set)
    at_import: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: rooms that `room` may import, and libraries that it must not load."""

    room: str
    may_import: frozenset[str]
    never: frozenset[str]


def _module_files() -> Iterator[tuple[str, Path]]:
    for top in SOURCES:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "node_modules" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def _modules() -> dict[str, Module]:
    files = dict(_module_files())
    return {name: _parse(name, path, files) for name, path in files.items()}


def _parse(name: str, path: Path, known: Iterable[str]) -> Module:
    module = Module(name, path.name == "__init__.py")
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        module.imports |= _named(node, known)
    for node in _run_at_import(tree.body):
        module.at_import |= _named(node, known)
    return module


def _run_at_import(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Statements outside functions and outside `if TYPE_CHECKING`."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from _run_at_import(node.orelse)
            continue
        yield node
        yield from _run_at_import(ast.iter_child_nodes(node))


def _named(node: ast.AST, known: Iterable[str]) -> set[str]:
    """Modules that one import statement names; of `from a import b` it is `a.b` where that is a module."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        full = {f"{node.module}.{alias.name}" for alias in node.names}
        return {name if name in known else str(node.module) for name in full}
    return set()


def _rules() -> dict[str, Rule]:
    """The table of docs/architecture.md: three columns, of which only what is in backticks counts."""
    lines = TABLE.read_text("utf-8").split("## Who may import whom", 1)[1].split("\n## ", 1)[0].splitlines()
    rows = [[_code(cell) for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    return {room: Rule(room, frozenset(may), frozenset(never)) for (room, *_), may, never in rows}


def _code(cell: str) -> list[str]:
    return cell.split("`")[1::2]


def _room(name: str, rooms: Iterable[str]) -> str | None:
    """The innermost room of the table that a module is in."""
    return max((room for room in rooms if _is_in(name, room)), key=len, default=None)


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _excused(importer: str, imported: str) -> bool:
    return (importer, imported) in EXCEPTIONS


def _loaded_by(name: str, modules: Mapping[str, Module]) -> set[str]:
    """Everything that importing a module loads, and on the way the packages that it and they are in."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        if "." in current:
            waiting.append(current.rpartition(".")[0])
        if current in modules:
            waiting += modules[current].at_import
    return seen


def _circles(graph: Graph) -> list[list[str]]:
    """Groups of two or more nodes that reach one another."""
    reach = {node: _reachable(node, graph) for node in graph}
    groups = {frozenset(n for n in reach[node] if node in reach.get(n, ())) for node in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reachable(start: str, graph: Graph) -> set[str]:
    seen: set[str] = set()
    waiting = [*graph[start]]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += graph.get(node, ())
    return seen


def _inside(package: str, modules: Mapping[str, Module]) -> Graph:
    """The files and folders directly in `package`, and which of them import which; "" is the root."""
    prefix = f"{package}." if package else ""
    graph: dict[str, set[str]] = {}
    for module in modules.values():
        importer = _child(module.name, prefix)
        if importer is None:
            continue
        targets = {
            _child(name, prefix)
            for name in module.imports
            if name in modules and not _excused(module.name, name)
        }
        graph.setdefault(importer, set()).update(
            target for target in targets if target not in (None, importer)
        )
    return graph


def _child(name: str, prefix: str) -> str | None:
    return name.removeprefix(prefix).partition(".")[0] if name.startswith(prefix) else None


@pytest.fixture(scope="module")
def modules() -> dict[str, Module]:
    return _modules()


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    return _rules()


def test_the_table_has_every_package_of_the_product(
    modules: Mapping[str, Module], rules: Mapping[str, Rule]
) -> None:
    product = [name for name in modules if name.split(".")[0] in ("detector", "jobs", "services")]
    outside = [n for n in product if _room(n, rules) is None and n not in ("jobs", "services")]
    assert len(product) > 200
    assert outside == []


def test_rooms_import_only_what_the_table_allows(
    modules: Mapping[str, Module], rules: Mapping[str, Rule]
) -> None:
    forbidden = [
        f"{module.name} imports {name}"
        for module in modules.values()
        if (room := _room(module.name, rules))
        for name in module.imports
        if name in modules and not _excused(module.name, name)
        if not any(_is_in(name, allowed) for allowed in {room, *rules[room].may_import})
    ]
    assert sorted(forbidden) == []


def test_rooms_do_not_load_the_libraries_that_the_table_forbids(
    modules: Mapping[str, Module], rules: Mapping[str, Rule]
) -> None:
    forbidden = [
        f"{module.name} loads {library}"
        for module in modules.values()
        if (room := _room(module.name, rules))
        for library in rules[room].never
        if any(_is_in(name, library) for name in module.imports | _loaded_by(module.name, modules))
    ]
    assert sorted(forbidden) == []


def test_no_files_import_each_other_in_a_circle(modules: Mapping[str, Module]) -> None:
    graph = {
        module.name: {n for n in module.imports if n in modules and not _excused(module.name, n)}
        - {module.name}
        for module in modules.values()
    }
    assert _circles(graph) == []


def test_no_folders_import_each_other_in_a_circle(modules: Mapping[str, Module]) -> None:
    packages = ["", *(module.name for module in modules.values() if module.is_package)]
    circles = {package: found for package in packages if (found := _circles(_inside(package, modules)))}
    assert circles == {}


def test_every_exception_is_still_needed(modules: Mapping[str, Module]) -> None:
    gone = [pair for pair in EXCEPTIONS if pair[0] not in modules or pair[1] not in modules[pair[0]].imports]
    assert gone == []


def test_libraries_in_the_table_are_spelled_as_they_are_imported(
    modules: Mapping[str, Module], rules: Mapping[str, Rule]
) -> None:
    imported = {
        n.split(".")[0] for module in modules.values() for n in module.imports
    } - sys.stdlib_module_names
    named = {library for rule in rules.values() for library in rule.never}
    assert named - imported - set(rules) == set()
