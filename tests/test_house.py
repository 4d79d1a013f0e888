"""The rules of the house: how long a module may be, what it is called, what it may import, and which tests it has."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from derivcheck.language.table import CONSTANTS, FUNCTIONS, Constant, Function

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (ROOT / "core" / "derivcheck", ROOT / "cli" / "derivcheck_cli")
TESTS = {SOURCES[0]: ROOT / "tests" / "core", SOURCES[1]: ROOT / "tests" / "cli"}

MODULES = {file: source for source in SOURCES for file in sorted(source.rglob("*.py")) if file.name != "__init__.py"}

MOST_LINES = 400

NAMED_BY_KIND = {
    "derivcheck.balls.kernels",  # a module for each kind of function
    "derivcheck.elements.lowerings",  # a module for each kind of function
    "derivcheck.case_files",  # a module for each format of files: csv, text, toml
    "derivcheck.language.table",  # a module for each kind of function
    "derivcheck.own_functions.checks",  # the module of an item has the same name in either manner: element by element,
    "derivcheck.own_functions.tensors",  # and on tensors
    "derivcheck.tracing.operations",  # a module for each kind of operation
    "derivcheck_cli.commands",  # a module for each command, called as the user types it
    "derivcheck_cli.render",  # a module for each format of output: json, html, text
}
"""Packages whose modules are of one kind and are called by it; elsewhere a module's name occurs once."""

UNTESTED = {
    "derivcheck.language.latex.commands": "it is tables alone",
    "derivcheck.explaining.taped_run": "it is data alone",
    "derivcheck.model.explanation": "it is data alone",
    "derivcheck.model.gradient": "it is data alone",
    "derivcheck.model.hunt": "it is data alone",
    "derivcheck.model.hunt_map": "it is data alone",
    "derivcheck.model.light_records": "its doctest says all",
    "derivcheck.model.mode": "it is data alone",
    "derivcheck.model.search_range": "it is data alone",
    "derivcheck.model.spread": "it is data alone",
    "derivcheck.running.interface": "it is data and protocols",
    "derivcheck_cli.__main__": "test_packaging runs it",
    "derivcheck_cli.render.interface": "it is a protocol",
    "derivcheck_cli.render.spool": "its doctest says all",
}
"""Modules without tests of their own, and why."""


def dotted(file: Path) -> str:
    """The name by which a module or a package is imported."""
    source = next(source for source in SOURCES if file.is_relative_to(source))
    return ".".join(file.relative_to(source.parent).with_suffix("").parts)


def test_no_module_is_long() -> None:
    """A module of more than 400 lines has two thoughts."""
    assert [] == [dotted(file) for file in MODULES if len(file.read_text("utf-8").splitlines()) > MOST_LINES]


def test_no_two_modules_have_one_name() -> None:
    """But where a folder's modules are of one kind, which is their name."""
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for file in MODULES:
        if dotted(file.parent) not in NAMED_BY_KIND:
            folders[file.stem].append(dotted(file))
    assert [] == [modules for modules in folders.values() if len(modules) > 1]


def test_no_two_files_of_tests_have_one_name() -> None:
    """Pytest imports each by its name alone, and stops at a second one with the same name."""
    files: defaultdict[str, list[Path]] = defaultdict(list)
    for file in (ROOT / "tests").rglob("test_*.py"):
        files[file.name].append(file.relative_to(ROOT))
    assert [] == [same for same in files.values() if len(same) > 1]


def test_every_package_has_a_plan_of_its_imports() -> None:
    """import-linter then holds each of its modules to the place that it has there."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    planned = {
        container
        for contract in contracts
        if contract["type"] == "layers" and contract.get("exhaustive")
        for container in contract["containers"]
    }
    assert {dotted(file.parent) for source in SOURCES for file in source.rglob("__init__.py")} == planned


_WHY = re.compile(r"# (?!noqa|type: ignore)")
"""A comment that is not for a tool alone."""


def local_imports(file: Path) -> Iterator[tuple[int, bool]]:
    """The imports within functions: their lines, and whether a comment behind or above says why they stand there."""
    lines = file.read_text("utf-8").splitlines()
    found = {
        node.lineno
        for function in ast.walk(ast.parse("\n".join(lines)))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    is_explained = False
    for line in sorted(found):
        above = lines[line - 2].strip()
        goes_on = line - 1 in found and is_explained  # a comment is about the imports that follow one another below it
        is_explained = goes_on or _WHY.search(lines[line - 1]) is not None or above.startswith("#")
        yield line, is_explained


def test_an_import_within_a_function_says_why() -> None:
    """Imports stand at the head of a module, where everybody looks; what is loaded late has a reason."""
    unexplained = [f"{dotted(file)}:{line}" for file in MODULES for line, why in local_imports(file) if not why]
    assert not unexplained


# --- a function is named in its row ----------------------------------------------------------------------------------

KERNELS: dict[str, tuple[str, ...]] = {
    "derivcheck.balls.ball_code": ("line",),
    "derivcheck.balls.exact_steps": ("half_turns", "pi_power"),
    "derivcheck.double_words.word_sheet": ("word",),
    "derivcheck.elements.infinite_elements": ("at_infinity",),
    "derivcheck.explaining.rewriting.named_functions": ("algebra",),
    "derivcheck.graph.building": ("idle",),
    "derivcheck.graph.folding": ("exact",),
    "derivcheck.language.bounds": ("size",),
    "derivcheck.rounding.same_floats": ("digits",),
    "derivcheck.symbolic.tidying": ("tidy",),
    "derivcheck.own_functions.tensors.alterations_of_numbers": ("mistakes",),
    "derivcheck.reporting.presentation.mathml": ("layout",),
}
"""Rooms that look up code of theirs by what columns of the table name."""

OF_OTHERS = {
    "derivcheck.explaining.blaming.operation_traits",
    "derivcheck.explaining.tape_of_run",
    "derivcheck.language.latex.commands",
    "derivcheck.language.latex.latex_formulas",
    "derivcheck.rounding.exactness",
    "derivcheck.rounding.fused",
    "derivcheck.rounding.operations",
    "derivcheck.rounding.range_losses",
    "derivcheck.rounding.same_operations",
    "derivcheck.tracing.wording.spelling",
}
"""Rooms that know the names of another world: torch's operations, LaTeX's commands."""

OTHER_MEANINGS = {
    "derivcheck.elements.lowerings.attention": {"max"},  # a mode of embedding_bag
    "derivcheck.inputs.coordinates": {"nan"},  # how a number is typed
    "derivcheck.inputs.search_ranges": {"min", "sec"},  # minutes and seconds
    "derivcheck.inputs.plain_constants": {"nan"},
    "derivcheck.reporting.serialization.types": {"nan"},  # how a number is written in JSON
    "derivcheck.reporting.serialization.serialize": {"abs"},  # fields of JSON
    "derivcheck.reporting.serialization.row_template": {"abs"},  # likewise
    "derivcheck.reporting.presentation.cells": {"abs"},
    "derivcheck.reporting.outcomes.statistics": {"max"},
    "derivcheck.language.as_written.joining": {"I"},  # a letter that is an imaginary unit in `2i`
    "derivcheck.language.matrix_readings": {"abs"},  # what bars are read as
    "derivcheck.language.hints": {"e"},  # of `ex`, which may have been a power
    "derivcheck.language.as_written.signs": {"e"},  # of the exponent of a number
    "derivcheck.language.as_written.token_pieces": {"and", "or", "not"},  # words that have blanks around them
    "derivcheck.running.selection": {"and", "or", "not"},  # words of the language of selections
    "derivcheck_cli.render.html": {"where"},  # fields of what a page is filled with
    "derivcheck_cli.show_settings": {"where"},
}
"""Where a word that is a function's name means something else."""


def strings(node: ast.AST | None) -> Iterator[str]:
    """The strings that an expression is, or is a collection of."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for element in node.elts:
            yield from strings(element)


def told_apart(file: Path) -> Iterator[str]:
    """The strings by which a module tells things apart: what is compared, matched, a key, or a member of a set."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Compare(left=left, comparators=others):
                parts: list[ast.AST | None] = [left, *others]
            case ast.Dict(keys=keys):
                parts = [*keys]
            case ast.Set():
                parts = [node]
            case ast.Call(func=ast.Name(id="set" | "frozenset"), args=args):
                parts = [*args]
            case ast.MatchValue(value=value):
                parts = [value]
            case ast.comprehension(iter=source):
                parts = [source]
            case _:
                continue
        for part in parts:
            yield from strings(part)


OF_OTHER_LANGUAGES = {"argument_orders", "as_written.other_names", "as_written.forms_of_systems"}
"""Modules that know how functions are called elsewhere."""


def test_a_function_is_named_in_its_row_only() -> None:
    """What a room must know of a function is a column of the table, which the room reads: no room asks for a name."""
    rows: list[Function | Constant] = [*FUNCTIONS, *CONSTANTS]
    named = {name for row in rows for name in (row.name, *row.aliases)}
    kernels = {
        module: {getattr(row, column) for column in columns for row in FUNCTIONS} for module, columns in KERNELS.items()
    }
    found = {}
    for file in MODULES:
        module = dotted(file)
        if module.startswith(("derivcheck.language.table.", "derivcheck.tracing.operations.")):
            continue  # the rows themselves; and torch's operations, by the names that torch gives them
        if module in {f"derivcheck.language.{name}" for name in OF_OTHER_LANGUAGES}:
            continue  # what functions are called in other languages, and which names people write without brackets
        names = named.intersection(told_apart(file)) - kernels.get(module, set()) - OTHER_MEANINGS.get(module, set())
        if names and module not in OF_OTHERS:
            found[module] = names
    assert {} == found


def covered() -> Iterator[str]:
    """The modules that have tests: in a file of their name, where a longer name may say more, or in one that says so.

    The tests of `derivcheck.case_files.points` are tests/core/case_files/test_points.py, `test_points_at_once.py`
    beside it, or any file whose docstring says "Covers also: points." there, and "case_files.points." elsewhere.
    """
    names = set(map(dotted, MODULES))
    for source, folder in TESTS.items():
        for file in folder.rglob("test_*.py"):
            package = dotted(source / file.parent.relative_to(folder))
            words = file.stem.removeprefix("test_").split("_")
            longest_first = ("_".join(words[:count]) for count in range(len(words), 0, -1))
            yield next((f"{package}.{name}" for name in longest_first if f"{package}.{name}" in names), "")
            said = " ".join((ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").split())
            for word in said.partition("Covers also: ")[2].removesuffix(".").split(", "):
                found = {f"{package}.{word}", f"{source.name}.{word}", word} & names
                assert found or not word, f"{file.name} covers {word}, which is not there"
                yield from found


def test_every_module_has_a_file_of_tests() -> None:
    """In the same room, so that who changes a module knows which tests to run."""
    assert set(map(dotted, MODULES)) - set(covered()) == UNTESTED.keys()


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_the_page_about_the_house_names_what_is_there() -> None:
    """Every path on it exists."""
    paths = re.findall(r"`((?:core|cli|tests|benchmarks|docs|expressions)/[\w/.]+)`", CONTRIBUTING)
    assert len(paths) > 20
    assert [] == [path for path in paths if not (ROOT / path).exists()]


def test_the_picture_of_the_house_has_every_room() -> None:
    """From top to bottom, in the order of the import contract."""
    picture = CONTRIBUTING.partition("```text\n")[2].partition("```")[0].partition("core/derivcheck/")[2]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["derivcheck"])
    rooms = [room for layer in layers for room in layer.split(" | ")]
    assert rooms == re.findall(r"^   (\w+)/? ", picture, re.MULTILINE)


def test_the_walk_through_the_house_meets_functions_that_are_there() -> None:
    """Each `module.name` on the way of the case is defined in a module of that name."""
    walk = CONTRIBUTING.partition("### One case")[2].partition("```text\n")[2].partition("```")[0]
    steps = re.findall(r"^ \S+ +(?:│ )?((?:\w+/)*\w+)\.(\w+)(?:\.(\w+))?", walk, re.MULTILINE)
    assert len(steps) > 15
    for module, name, method in steps:
        texts = [file.read_text("utf-8") for file in MODULES if dotted(file).endswith(f".{module.replace('/', '.')}")]
        assert any(re.search(rf"^(?:def|class) {name}\b", text, re.MULTILINE) for text in texts), f"{module}.{name}"
        assert not method or any(f"    def {method}(" in text for text in texts), f"{module}.{name}.{method}"
