"""The table of all settings. Options, environment variables, keys of pyproject.toml and docs are made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any

from derivcheck.case_files import FORMATS
from derivcheck.model import Mode
from derivcheck.numbers import DType
from derivcheck.running.limits import DEFAULT_TIMEOUT, read_jobs, read_memory, read_timeout
from derivcheck.running.selection import read_selection
from derivcheck.running.shards import Shard, read_shard
from derivcheck.settings import kinds
from derivcheck.settings.kinds import ValueKind
from derivcheck.settings.leave import Leave

PREFIX = "DERIVCHECK_"


class Format(StrEnum):
    """An output format."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    GITHUB = "github"


class Report(StrEnum):
    """A report that is written to a file; the setting of the same name holds the file's name."""

    JUNIT = "junit"
    SARIF = "sarif"
    HTML = "html"
    MARKDOWN = "markdown"


class Command(Enum):
    """The commands that take settings; pytest's plug-in counts as one."""

    CHECK = "check"
    BATCH = "batch"
    FUNCTION = "function"
    EXPLAIN = "explain"
    HUNT = "hunt"
    REPORT = "report"
    PYTEST = "pytest"

    def __str__(self) -> str:
        return self.value


_EVERY = (Command.CHECK, Command.BATCH, Command.FUNCTION, Command.EXPLAIN, Command.HUNT, Command.PYTEST)
_BATCH = (Command.BATCH,)
_KEPT = (Command.BATCH, Command.PYTEST)
_RUNS = (Command.BATCH, Command.REPORT)
_COMMAND_LINE = (Command.CHECK, Command.BATCH, Command.FUNCTION, Command.EXPLAIN, Command.HUNT, Command.REPORT)


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table.

    Attributes:
        name: the attribute of Settings.
        kind: how it is read.
        help: what it does, a sentence.
        commands: the commands that take it.
        metavar: the word for its value in the help; None for a flag.
        default: the default in words, for documentation; None where there is none.
        short: its option of one letter.
        of_case: whether case files have a key for it as well, which overrides that of a project.
        in_option, in_environment, in_project: where it may be given.
        excludes: the name of the setting that it turns off.
        has_negative: whether there is an option `--no-…` that turns it off, needed where another place may turn it on.
        sample: a valid value, for documentation and tests; a flag needs none.
        leave: when it needs the user's leave in a project's file.
        harm: the harm that it may do, for the message that asks for leave.
    """

    name: str
    kind: ValueKind
    help: str
    commands: frozenset[Command]
    metavar: str | None = None
    default: str | None = None
    short: str | None = None
    of_case: bool = False
    in_option: bool = True
    in_environment: bool = True
    in_project: bool = True
    excludes: str | None = None
    has_negative: bool = True
    sample: str | None = None
    leave: Leave = Leave.NEVER
    harm: str = ""

    @property
    def key(self) -> str:
        """The key in pyproject.toml; the option is the same behind two dashes."""
        return self.name.replace("_", "-")

    @property
    def option(self) -> str:
        """The option of the command line; for the arguments FILES, their name."""
        return f"--{self.key}" if self.in_option else str(self.metavar)

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"{PREFIX}{self.name.upper()}"


def _row(
    kind: ValueKind, text: str, *, on: tuple[Command, ...] = _COMMAND_LINE, value: object = None, **more: Any
) -> Any:
    """A field of Settings that is a row of the table."""
    return field(default=value, metadata={"kind": kind, "help": text, "commands": frozenset(on), **more})


_WRITTEN: dict[str, Any] = {
    "leave": Leave.OUTSIDE,
    "harm": "write a file outside of the project, or in a hidden folder",
}

_MODES = ", ".join(mode.value for mode in Mode)
_DTYPES = ", ".join(dtype.label for dtype in DType)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run, None where nothing was given. Its attributes are the rows of the table."""

    files: tuple[str, ...] = _row(
        kinds.PATTERNS,
        "Case files or patterns; - is standard input.",
        on=(Command.BATCH, Command.PYTEST),
        value=(),
        metavar="FILES",
        sample="cases/*.toml",
        in_option=False,
    )
    input_format: str | None = _row(
        kinds.one_of("input format", FORMATS),
        f"One of {', '.join(FORMATS)}.",
        on=_BATCH,
        metavar="NAME",
        default="by the file's suffix",
        sample="jsonl",
    )
    mode: tuple[Mode, ...] | None = _row(
        kinds.MODES,
        f"Any of {_MODES}, or all; repeatable.",
        on=(Command.CHECK, Command.BATCH, Command.HUNT, Command.PYTEST),
        metavar="NAME,…",
        default="reverse",
        sample="reverse,forward",
        of_case=True,
    )
    dtype: DType | None = _row(
        kinds.DTYPE, f"One of {_DTYPES}.", on=_EVERY, metavar="NAME", default="float64", sample="float32", of_case=True
    )
    device: str | None = _row(
        kinds.WORD,
        "cpu, cuda, cuda:1, mps, xpu or auto.",
        on=_EVERY,
        metavar="NAME",
        default="cpu",
        sample="auto",
        of_case=True,
    )
    const: tuple[str, ...] | None = _row(
        kinds.NAMES,
        "Variables that are held and not differentiated by.",
        on=(Command.CHECK,),
        metavar="NAME,…",
        sample="eps,t",
        of_case=True,
        in_environment=False,
        in_project=False,
    )
    seed: int | None = _row(
        kinds.SEED,
        "The seed of random values, such as x=randn(3), and of a hunt.",
        on=_EVERY,
        metavar="N",
        default="0",
        sample="3",
        of_case=True,
    )
    rtol: float | None = _row(
        kinds.BOUND,
        "A fixed relative tolerance, instead of rounding's own.",
        on=_EVERY,
        metavar="NUMBER",
        sample="1e-3",
        of_case=True,
    )
    atol: float | None = _row(
        kinds.BOUND, "A fixed absolute tolerance, likewise.", on=_EVERY, metavar="NUMBER", sample="1e-6", of_case=True
    )
    allow_code: bool = _row(
        kinds.FLAG,
        "Run the code that case files declare functions with.",
        on=_KEPT,
        value=False,
        leave=Leave.ALWAYS,
        harm="run the code that case files name",
    )
    strict_syntax: bool = _row(
        kinds.FLAG, "Refuse formulas that are not plain, such as 2x.", on=(Command.CHECK, *_KEPT), value=False
    )
    latex: bool = _row(kinds.FLAG, "Read formulas as LaTeX, even without a backslash.", on=_EVERY[:-1], value=False)
    explain: bool = _row(
        kinds.FLAG,
        "Say of what does not match which operation is to blame, and what helps.",
        on=(Command.CHECK, Command.BATCH, Command.FUNCTION),
        value=False,
    )
    jobs: str | None = _row(
        kinds.read_as(read_jobs, 'a whole number or "auto"', int, str),
        "Worker processes, a number or auto; 0 is none, and no limits.",
        on=_BATCH,
        metavar="N|auto",
        default="auto: the usable cores",
        short="-j",
        sample="4",
    )
    case_timeout: str | None = _row(
        kinds.read_as(read_timeout, 'a number of seconds or "none"', int, float, str),
        "Stop a case that takes longer: it is an error, and the others go on. Or none.",
        on=_BATCH,
        metavar="SECONDS",
        default=f"{DEFAULT_TIMEOUT:g}",
        sample="10",
    )
    case_memory: str | None = _row(
        kinds.read_as(read_memory, 'a number of bytes, a size such as "2GB", or "none"', int, str),
        "Stop a case that takes more memory, such as 500MB or 2GiB. Or none.",
        on=_BATCH,
        metavar="SIZE",
        default="4GB, or a core's share where that is less",
        sample="2GB",
    )
    cluster: str | None = _row(
        kinds.WORD,
        "Work on a Dask cluster, such as tcp://host:8786, instead of here.",
        on=_BATCH,
        metavar="ADDRESS",
        sample="tcp://127.0.0.1:8786",
        leave=Leave.ALWAYS,
        harm="connect to a scheduler, whose answers can run code here",
    )
    select: str | None = _row(
        kinds.read_as(read_selection),
        "Only the cases whose name, file or expression holds this: sin and not (slow or 'log(x)').",
        on=_BATCH,
        metavar="EXPRESSION",
        sample="sin and not slow",
        short="-k",
        in_project=False,
    )
    shard: Shard | None = _row(
        kinds.read_as(read_shard),
        "Only this part of the cases, of several that are disjoint and cover all: 2/8 is the second of eight.",
        on=_BATCH,
        metavar="I/N",
        sample="2/8",
        in_project=False,
    )
    fail_fast: bool = _row(kinds.FLAG, "End the run after the first failing case.", on=_BATCH, value=False)
    max_fail: int | None = _row(
        kinds.COUNT, "End the run after so many failing cases.", on=_BATCH, metavar="N", sample="10"
    )
    baseline: Path | None = _row(
        kinds.PATH,
        "A file of known failures, which pass until they get worse or are mended.",
        on=_RUNS,
        metavar="FILE",
        sample="baseline.toml",
        **_WRITTEN,
    )
    write_baseline: bool = _row(
        kinds.FLAG,
        "Write this run's failures to the baseline.",
        on=_RUNS,
        value=False,
        in_environment=False,
        in_project=False,
        has_negative=False,
    )
    only_failing: bool = _row(kinds.FLAG, "Show what fails, and nothing else.", on=_RUNS, value=False)
    statistics: bool = _row(
        kinds.FLAG,
        "Count results by function, mode and dtype, with percentiles of their errors.",
        on=_RUNS,
        value=False,
    )
    strict: bool = _row(
        kinds.FLAG, "Exit with 3 where nothing fails but something warns.", on=(*_EVERY, Command.REPORT), value=False
    )
    exit_zero: bool = _row(kinds.FLAG, "Exit with 0 in spite of failures and warnings.", value=False)
    output: str | None = _row(
        kinds.FILE,
        "Keep the results in a file, as JSON Lines.",
        on=_BATCH,
        metavar="FILE",
        sample="results.jsonl",
        **_WRITTEN,
    )
    resume: bool = _row(
        kinds.FLAG,
        "Go on with the results in that file; check only what is missing.",
        on=_BATCH,
        value=False,
        excludes="overwrite",
    )
    overwrite: bool = _row(
        kinds.FLAG,
        "Drop the results in that file; let a report replace a file that is none of ours.",
        on=(*_RUNS, Command.HUNT),
        value=False,
        excludes="resume",
    )
    junit: str | None = _row(
        kinds.FILE, "Write a JUnit XML report as well.", on=_RUNS, metavar="FILE", sample="reports/r.xml", **_WRITTEN
    )
    sarif: str | None = _row(
        kinds.FILE,
        "Write a SARIF 2.1.0 report as well.",
        on=_RUNS,
        metavar="FILE",
        sample="reports/r.sarif",
        **_WRITTEN,
    )
    html: str | None = _row(
        kinds.FILE,
        "Write an HTML report as well.",
        on=(*_RUNS, Command.HUNT),
        metavar="FILE",
        sample="reports/r.html",
        **_WRITTEN,
    )
    markdown: str | None = _row(
        kinds.FILE, "Write a Markdown report as well.", on=_RUNS, metavar="FILE", sample="reports/r.md", **_WRITTEN
    )
    format: tuple[Format, ...] = _row(
        kinds.some_of("format", Format),
        f"How the results are written to stdout: {', '.join(Format)}; text and github go together.",
        value=(Format.TEXT,),
        metavar="NAME,…",
        default="text",
        sample="json",
    )
    quiet: bool = _row(kinds.FLAG, "Only the summary.", value=False, short="-q", excludes="verbose")
    verbose: bool = _row(kinds.FLAG, "Every detail.", value=False, short="-v", excludes="quiet")
    color: bool | None = _row(
        kinds.FLAG, "Colours; NO_COLOR=1 turns them off, too.", default="where a terminal shows them"
    )
    config: Path | None = _row(
        kinds.PATH,
        "The file whose [tool.derivcheck] is read.",
        metavar="FILE",
        sample="own.toml",
        default="the nearest pyproject.toml that has one",
        in_project=False,
    )
    no_config: bool = _row(kinds.FLAG, "Read no such file.", value=False, in_project=False, has_negative=False)
    isolated: bool = _row(
        kinds.FLAG,
        "Ignore the project's settings altogether, also where a file of them is named.",
        value=False,
        in_project=False,
        has_negative=False,
    )
    show_settings: bool = _row(
        kinds.FLAG,
        "Show every setting, its value and where that comes from, and exit.",
        value=False,
        in_environment=False,
        in_project=False,
        has_negative=False,
    )


def rows(command: Command | None = None) -> Iterator[Setting]:
    """Yield the rows of the table, or those that a command takes."""
    for attribute in fields(Settings):
        row = Setting(attribute.name, **attribute.metadata)
        if command is None or command in row.commands:
            yield row


def default_of(row: Setting) -> Any:
    """Return the value of a setting that is not given."""
    return next(attribute.default for attribute in fields(Settings) if attribute.name == row.name)
