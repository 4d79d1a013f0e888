"""The operations of the atlas, each with its rows and its findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from atlas_rows import LOSES, RIGHT, UNDECIDED, UNSUPPORTED, VERDICTS, WRONG, Row, read_atlas
from findings import Finding

from derivcheck.numbers import DType

FOLDER = Path(__file__).parent

FORMATS = tuple(dtype.label for dtype in (DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16))

WORST_FIRST = tuple(verdict for verdict, _ in VERDICTS)

LOOKS: dict[str, tuple[str, str, str]] = {
    WRONG: ("✗", "fail", "x"),
    LOSES: ("!", "warn", "l"),
    UNDECIDED: ("?", "notes", "u"),
    RIGHT: ("✓", "pass", "r"),
    UNSUPPORTED: ("–", "notes", "n"),
}
"""How a verdict looks: its mark, its class, and its letter in the data of the front table."""

ELSEWHERE = {"gelu_tanh": "nn.functional.gelu", "trigamma": "polygamma", "square": "square"}
"""Functions of derivcheck's table that are a case of an operation with another name."""


@dataclass(slots=True)
class Operation:
    """An operation.

    Attributes:
        name: torch's name without `torch.`, or that of the table of functions.
        group: the heading under which it stands.
        rows: what was looked at.
        findings: what is wrong, by three lines.
    """

    name: str
    group: str
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Its page, from the folder of the atlas."""
        return f"operations/{self.name}.md"

    @property
    def verdict(self) -> str:
        """The worst verdict of its rows."""
        return worst(row.verdict for row in self.rows)

    @property
    def ulps(self) -> float | None:
        """Its largest error; None where no row has one."""
        found = [float(row.worst["ulps"]) for row in self.rows if row.worst and row.worst.get("ulps") is not None]
        return max(found, default=None)


def worst(verdicts: Iterable[str]) -> str:
    """The worst of some verdicts; not supported where there are none."""
    return min(verdicts, key=WORST_FIRST.index, default=UNSUPPORTED)


def short(name: str) -> str:
    """The last word of a name: `det` of `linalg.det`."""
    return name.rpartition(".")[2]


def by_operation(rows: Sequence[Row], findings: Sequence[Finding]) -> list[Operation]:
    """The operations of some rows and findings, in the order of the alphabet.

    A function of the table goes to torch's operation of the same name, and a finding to all whose name it has: what is
    called `linalg.det` there may be `det` here.
    """
    names = {row.operation: row.group for row in rows if row.source == "opinfo"}
    endings: dict[str, list[str]] = defaultdict(list)
    for name in names:
        endings[short(name.partition(" ")[0])].append(name)
    found = {name: Operation(name, group) for name, group in names.items()}
    for row in rows:
        name = row.operation
        if row.source != "opinfo" and name not in found:
            alike = [ELSEWHERE[name]] if ELSEWHERE.get(name) in names else endings[name]
            name = alike[0] if len(alike) == 1 else name
            found.setdefault(name, Operation(name, row.group))
        found[name].rows.append(row)
    for finding in findings:
        for name in finding.operations:
            exact = (
                [found[name]] if name in found else [one for one in found.values() if short(one.name) == short(name)]
            )
            if not exact:
                found[name] = Operation(name, name.rpartition(".")[0] or "torch")
                exact = [found[name]]
            for operation in exact:
                operation.findings.append(finding)
    return sorted(found.values(), key=lambda operation: (short(operation.name).lower().strip("_"), operation.name))


def latest(folder: Path = FOLDER) -> list[Path]:
    """The atlas of the latest torch, a file for each device; of none, nothing."""

    def version(path: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in path.name.split("-")[1].split(".") if part.isdecimal())

    files = sorted(folder.glob("torch-*-*.jsonl"))
    newest = max(map(version, files), default=())
    return [file for file in files if version(file) == newest]


def rows_of(files: Sequence[Path]) -> list[Row]:
    """The rows of some files."""
    return [row for file in files for row in read_atlas(file)]
