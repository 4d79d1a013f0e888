"""The documentation: every example in README.md and docs/ prints what stands there.

After a change of the output, `python tests/test_readme.py` writes what the examples print now into the pages. Look at
the difference before you commit it.
"""

from __future__ import annotations

import doctest
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import test_shared_files
import typer

from derivcheck.language.table import SHAPED_FUNCTIONS
from derivcheck.model import Status
from derivcheck.reporting.outcomes.exit_codes import ExitCode
from derivcheck.reporting.serialization.serialize import json_schema
from derivcheck.settings import Command, Setting, rows
from derivcheck_cli.app import app, main

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = [README, *(page for folder in ("docs", "docs/guides") for page in sorted((ROOT / folder).glob("*.md")))]
TERMINAL = {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
"""What the examples are printed on: a hundred columns without colour."""

_BINARIES = [Path(sys.executable).parent]
"""Where a shell finds derivcheck and pytest; the tests put the ones before it that have imported torch already."""

_AT_HOME = {name: value for name, value in os.environ.items() if name not in {"CI", "BUILD_NUMBER", "PYTEST_ADDOPTS"}}
"""The environment without what lets pytest print longer lines, as in a CI."""


def _keys(name: str) -> Iterator[str]:
    """The rows of a table of keys, as the JSON Schema describes them."""
    properties = json.loads(json_schema())["$defs"][name]["properties"]
    return (f"| `{key}` | {value['description']} |\n" for key, value in properties.items())


def setting_cells(row: Setting) -> tuple[str, ...]:
    """A row of the table of settings, as Markdown."""

    def code(text: str, *, holds: bool = True) -> str:
        return f"`{text}`" if holds else "—"

    option = " ".join(filter(None, (row.short, row.option, row.metavar if not row.kind.flag else None)))
    return (
        code(row.key),
        code(option if row.in_option else f"{row.metavar}…"),
        code(row.variable, holds=row.in_environment),
        "yes" if row.in_project else "—",
        ", ".join(command.value for command in Command if command in row.commands),
        row.default or ("no" if row.kind.flag else "—"),
        row.help,
    )


def _functions_of_shapes() -> Iterator[str]:
    """A row for each group of functions of shapes, which names them as one writes them."""
    for group, members in groupby(SHAPED_FUNCTIONS, key=lambda row: row.group):
        names = [next((alias for alias in row.aliases if row.name.endswith(f"_{alias}")), row.name) for row in members]
        yield f"| {group} | {', '.join(f'`{name}`' for name in names)} |\n"


_SETTINGS = "| setting | option | variable | pyproject | of | default | what it does |\n|---|---|---|---|---|---|---|\n"
TABLES: Mapping[str, Callable[[], Iterator[str]]] = {
    "| status | meaning | severity |\n|---|---|---|\n": lambda: (
        f"| `{status.label}` | {status.meaning} | {status.severity.value} |\n" for status in Status
    ),
    "| exit code | meaning |\n|---|---|\n": lambda: (f"| {code.value} | {code.meaning} |\n" for code in ExitCode),
    **{
        f"| key of {what} | what it holds |\n|---|---|\n": partial(_keys, name)
        for what, name in {
            "a document": "document",
            "the summary": "summary",
            "a row": "result",
            "a truth": "truth",
            "an element": "worst",
            "the elements": "elements",
            "a tensor": "tensor",
            "an error": "stopped",
            "a place in the run": "run",
            "an explanation": "explanation",
            "a tensor of a run": "tape_tensor",
            "numbers beside exact ones": "beside_exact",
            "what is to blame": "blame",
            "a rewrite": "rewrite",
            "a hunt": "hunt",
            "a range": "hunt_range",
            "a point": "hunt_point",
            "a stretch": "hunt_stretch",
            "a curve": "hunt_curve",
            "a count": "hunt_count",
            "what was looked at": "hunt_coverage",
        }.items()
    },
    "| functions of shapes | |\n|---|---|\n": _functions_of_shapes,
    _SETTINGS: lambda: ("| " + " | ".join(cells) + " |\n" for cells in map(setting_cells, rows())),
}
"""The tables that the code has as well: their headings, and their rows."""

EXCERPTS: Mapping[str, Callable[[Path], str]] = {
    "xml": lambda folder: (folder / "r.xml").read_text(encoding="utf-8"),
    "json": lambda folder: _first_result(folder / "r.sarif"),
    "markdown": lambda folder: (folder / "r.md").read_text(encoding="utf-8"),
}
"""What docs/reports.md shows of the files that its commands write, by the language of the block."""

OPERATIONS = "derivcheck batch expressions/torch_operations.toml --allow-code --quiet"
"""The one command that is held elsewhere: tests/test_expressions.py checks these cases in any case, for 15 seconds."""

REPORTS = ROOT / "docs" / "reports.md"
_EXCERPT = re.compile(r"(?<=^````)(?P<language>\w+)\n(?P<body>.*?)(?=^````$)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"(?<=^```)(?P<language>\w+)\n(?P<body>.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (?P<name>\w+\.(?:toml|csv|jsonl|txt|py))\n")
_ROWS = r"(?:\|.*\n)*"
_END = "\N{INFORMATION SEPARATOR TWO}"

_SECONDS = re.compile(r"\b\d+\.\d\d ?s\b(?: \(\d+:\d\d:\d\d\))?")
_RULE = re.compile(r"={3,}")

_PLAIN = re.compile(r"derivcheck ([^\"&|;<>]|\"[^\"$]*\")*|echo \$\?")

# --- the pages --------------------------------------------------------------------------------------------------------


def blocks(page: str, language: str) -> list[str]:
    """The bodies of a page's code blocks in a language."""
    return [match["body"] for match in _BLOCK.finditer(page) if match["language"] == language]


def name_of(page: Path) -> str:
    """A page's name as test ids show it."""
    return page.relative_to(ROOT).as_posix()


def workshop(page: str, folder: Path) -> Path:
    """A folder in which a page's commands can run: with the files that it shows, and the shipped case files."""
    for match in _BLOCK.finditer(page):
        file = _FILE.match(match["body"])
        if file:
            (folder / file["name"]).write_text(match["body"], encoding="utf-8")
    (folder / "expressions").symlink_to(ROOT / "expressions")
    return folder


# --- console blocks ---------------------------------------------------------------------------------------------------


def in_bash(commands: Sequence[str], folder: Path) -> list[str]:
    """What each of some command lines prints, when a shell runs them one after another in a folder."""
    script = "".join(f"{command}\n_last=$?; printf '{_END}'; (exit $_last)\n" for command in commands)
    path = os.pathsep.join([*map(str, _BINARIES), os.environ.get("PATH", "")])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**_AT_HOME, **TERMINAL, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout.split(_END)[:-1]


def in_process(commands: Sequence[str], folder: Path) -> list[str]:
    """The same for `derivcheck …` and `echo $?`, without a shell and so without loading torch each time."""
    printed: list[str] = []
    last: int | str | None = 0
    for command in commands:
        if command == "echo $?":
            printed.append(f"{int(last or 0)}\n")
            continue
        program, *arguments = shlex.split(command)
        assert program == "derivcheck", command
        stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        before = Path.cwd()
        os.chdir(folder)
        try:
            with (
                patch.object(sys, "argv", ["derivcheck", *arguments]),
                patch.dict(os.environ, TERMINAL),
                redirect_stdout(stream),
                redirect_stderr(stream),
            ):
                main()
            last = 0
        except SystemExit as exit_:
            last = exit_.code
        finally:
            os.chdir(before)
        assert isinstance(stream.buffer, io.BytesIO)
        printed.append(stream.buffer.getvalue().decode())
    return printed


def timeless(text: str) -> str:
    """A text without what differs from run to run: seconds, and the rules beside them that fill a line."""
    return _RULE.sub("===", _SECONDS.sub("0.00s", text))


def session(body: str, folder: Path) -> str:
    """A console block as it looks when its commands run now: in a shell if they need one."""
    commands = [line[2:] for line in body.splitlines() if line.startswith("$ ")]
    outputs = (in_process if all(map(_PLAIN.fullmatch, commands)) else in_bash)(commands, folder)
    assert len(outputs) == len(commands)
    lines = "".join(f"$ {command}\n{output}" for command, output in zip(commands, outputs, strict=True)).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _first_result(file: Path) -> str:
    """The first result of a SARIF log."""
    log = json.loads(file.read_text(encoding="utf-8"))
    return json.dumps(log["runs"][0]["results"][0], indent=2, ensure_ascii=False) + "\n"


# --- Python blocks ----------------------------------------------------------------------------------------------------


class _Recorder(doctest.DocTestRunner):
    """Runs the examples of a block and keeps what they print."""

    def __init__(self) -> None:
        super().__init__(verbose=False)
        self.printed: list[str] = []

    def report_success(self, *report: Any) -> None:
        """Keep what was printed, the last of the arguments."""
        self.printed.append(report[-1])

    def report_failure(self, *report: Any) -> None:
        """Likewise: whether it is what was wanted shows in the comparison of the whole block."""
        self.printed.append(report[-1])

    def report_unexpected_exception(self, *report: Any) -> None:
        """Pass the exception on."""
        raise report[-1][1]


def dialogue(body: str, namespace: dict[str, Any]) -> str:
    """A Python block as it looks when its examples run now, in a namespace that later blocks share."""
    test = doctest.DocTestParser().get_doctest(body, {}, "example", None, 0)
    test.globs = namespace
    recorder = _Recorder()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        recorder.run(test, clear_globs=False)
    return "".join(
        _prompted(example.source) + printed for example, printed in zip(test.examples, recorder.printed, strict=True)
    )


def _prompted(source: str) -> str:
    first, *others = source.splitlines()
    return "".join([f">>> {first}\n", *(f"... {line}".rstrip() + "\n" for line in others)])


# --- the tests --------------------------------------------------------------------------------------------------------

CONSOLE = [
    pytest.param(page, index, id=f"{name_of(page)}-{index + 1}")
    for page in PAGES
    for index, body in enumerate(blocks(page.read_text(encoding="utf-8"), "console"))
    if OPERATIONS not in body
]


@pytest.fixture(scope="module", autouse=True)
def warm_shells(warm_commands: Path) -> Iterator[None]:
    """Let shells run programs that have imported torch already."""
    _BINARIES.insert(0, warm_commands)
    yield
    _BINARIES.pop(0)


class _Pages:
    """The console blocks of the pages as they print now: those of a page run in one folder, from top to bottom."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self.factory = factory
        self.folders: dict[Path, Path] = {}
        self.printed: dict[Path, list[str]] = {}

    def block(self, page: Path, index: int) -> str:
        """A block, once those before it have run: a later one may read the files that an earlier one wrote."""
        text = page.read_text(encoding="utf-8")
        if page not in self.folders:
            self.folders[page] = workshop(text, self.factory.mktemp("page"))
        printed = self.printed.setdefault(page, [])
        for body in blocks(text, "console")[len(printed) : index + 1]:
            printed.append("" if OPERATIONS in body else session(body, self.folders[page]))
        return printed[index]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> _Pages:
    """The pages, of which nothing has run."""
    return _Pages(tmp_path_factory)


@pytest.mark.usefixtures("warm")  # but for what needs a shell, which starts its own processes
@pytest.mark.parametrize(("page", "index"), CONSOLE)
def test_console_example(page: Path, index: int, pages: _Pages) -> None:
    """The commands of a console block print exactly what stands there."""
    assert timeless(pages.block(page, index)) == timeless(blocks(page.read_text(encoding="utf-8"), "console")[index])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_examples(page: Path) -> None:
    """The Python of a page, run from top to bottom, prints exactly what stands there."""
    namespace: dict[str, Any] = {}
    for body in blocks(page.read_text(encoding="utf-8"), "pycon"):
        assert dialogue(body, namespace) == body


def test_excerpts_of_reports(tmp_path: Path) -> None:
    """The reports that docs/reports.md shows are what its commands write."""
    page = REPORTS.read_text(encoding="utf-8")
    folder = workshop(page, tmp_path)
    for body in blocks(page, "console"):
        session(body, folder)
    shown = {match["language"]: match["body"] for match in _EXCERPT.finditer(page)}
    assert shown == {language: excerpt(folder) for language, excerpt in EXCERPTS.items()}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_is_not_run_names_commands_and_options_that_exist(page: Path) -> None:
    """The blocks for a shell, whose files nobody has; and the Python for one is Python."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    text = page.read_text(encoding="utf-8")
    for body in [*blocks(text, "sh"), *blocks(text, "bash")]:
        for name, options in re.findall(r"\bderivcheck ([a-z]+)([^|;>\n#]*)", body):
            known = {option for parameter in commands[name].params for option in parameter.opts}
            assert set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", options)) <= known
    for body in blocks(text, "python"):
        compile(body, name_of(page), "exec")


@pytest.mark.parametrize("heading", TABLES, ids=lambda heading: heading.split("|")[1].strip())
def test_table(heading: str) -> None:
    """The tables of statuses, exit codes, settings and keys of JSON are the code's."""
    pages = [page.read_text(encoding="utf-8") for page in PAGES]
    assert [1] == [(heading + "".join(TABLES[heading]()) in page) for page in pages if heading in page]


def test_the_readme_begins_with_what_it_promises() -> None:
    """The first two commands for a shell set up and run, and run every test; at least five examples follow."""
    page = README.read_text(encoding="utf-8")
    assert [line.split("#")[0].strip() for line in blocks(page, "sh")[0].splitlines()] == ["make run", "make test"]
    assert len(blocks(page, "console")) >= 5


@pytest.mark.parametrize(
    "page", [*PAGES, *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"))], ids=name_of
)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link, and every path in backticks that looks like one of ours, exists."""
    text = page.read_text(encoding="utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", text)]
    assert [target for target in targets if not (page.parent / target).exists()] == []
    named = re.findall(r"`((?:core|cli|tests|docs|expressions|benchmarks)/[\w./]+)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


# --- the updater ------------------------------------------------------------------------------------------------------


def updated(page: Path, folder: Path) -> str:
    """A page as it should be now."""
    text = page.read_text(encoding="utf-8")
    for heading, lines in TABLES.items():
        table = heading + "".join(lines())
        text = re.sub(re.escape(heading) + _ROWS, table.replace("\\", r"\\"), text)
    workshop(text, folder)
    namespace: dict[str, Any] = {}

    def run(match: re.Match[str]) -> str:
        body = match["body"]
        if match["language"] == "console":
            printed = session(body, folder)
            body = body if timeless(printed) == timeless(body) else printed
        elif match["language"] == "pycon":
            body = dialogue(body, namespace)
        return f"{match['language']}\n{body}"

    text = _BLOCK.sub(run, text)
    return _EXCERPT.sub(lambda match: f"{match['language']}\n{EXCERPTS[match['language']](folder)}", text)


def update() -> None:
    """Write what the examples print now into every page."""
    for page in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            text = updated(page, Path(folder))
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8")
            print(f"updated {name_of(page)}")  # noqa: T201 - a script's report
    test_shared_files.update()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        update()
