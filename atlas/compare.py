"""What changed between two atlases: verdicts, counts, worst errors, operations that came and went.

python atlas/compare.py OLD.jsonl NEW.jsonl [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from atlas_rows import Row, read_atlas

FACTOR = 1.5
"""A worst error that became so many times as large, or as small, has changed; less is another hunt's luck."""

FEW_ULPS = 1.0
"""Errors below are rounding's own, and never a change."""


class What(Enum):
    """What a change is about, the weightiest first."""

    VERDICT = "verdict"
    WORST = "worst error"
    COUNTS = "counts"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Change:
    """A row that changed.

    Attributes:
        what: what the change is about.
        operation, format, mode, derivative, look: which row.
        before, after: the verdict, the counts, or the error in ulps; None for a row that was not there.
    """

    what: str
    operation: str
    format: str
    mode: str | None
    derivative: str
    look: str
    before: str | None
    after: str | None

    @property
    def text(self) -> str:
        """The change as a line."""
        asked = f"d/d{self.derivative} {self.mode}" if self.derivative else "value"
        return f"{self.what:<12}{self.operation:<36}{self.format:<10}{asked:<28}{self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two atlases.

    Attributes:
        old, new: the versions of torch.
        changes: the changes, the weightiest first.
    """

    old: str
    new: str
    changes: tuple[Change, ...]

    @property
    def text(self) -> str:
        """The changes, a line each."""
        head = f"torch {self.old} → {self.new}: {len(self.changes)} changes"
        return "\n".join([head, *(change.text for change in self.changes)])

    @property
    def json(self) -> str:
        """The changes as data."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def compare_rows(old: Sequence[Row], new: Sequence[Row]) -> Changes:
    """What changed from one atlas to the next."""
    before, after = ({row.key: row for row in rows} for rows in (old, new))
    found = list(_changes(before, after))
    order = [what.value for what in What]
    found.sort(key=lambda change: (order.index(change.what), change.operation, change.format, change.derivative))
    return Changes(_version(old), _version(new), tuple(found))


def _version(rows: Sequence[Row]) -> str:
    return rows[0].torch if rows else "none"


def _changes(before: Mapping[tuple[str, ...], Row], after: Mapping[tuple[str, ...], Row]) -> Iterator[Change]:
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            row = new or old
            assert row is not None
            what = What.GONE if new is None else What.NEW
            yield _change(what, row, None if old is None else old.verdict, None if new is None else new.verdict)
        elif old.verdict != new.verdict:
            yield _change(What.VERDICT, new, old.verdict, new.verdict)
        elif _differ(_ulps(old), _ulps(new)):
            yield _change(What.WORST, new, f"{_ulps(old):.3g} ulps", f"{_ulps(new):.3g} ulps")
        elif old.counts != new.counts and new.look == "enumeration":  # a hunt may look at other points
            yield _change(What.COUNTS, new, _counts(old), _counts(new))


def _change(what: What, row: Row, before: str | None, after: str | None) -> Change:
    return Change(what.value, row.operation, row.format, row.mode, row.derivative, row.look, before, after)


def _ulps(row: Row) -> float:
    return float((row.worst or {}).get("ulps", 0.0))


def _differ(old: float, new: float) -> bool:
    low, high = sorted((max(old, FEW_ULPS), max(new, FEW_ULPS)))
    return high > FACTOR * low


def _counts(row: Row) -> str:
    return ", ".join(f"{count} {status}" for status, count in row.counts.items())


def compare_files(old: Path, new: Path) -> Changes:
    """What changed between two files."""
    return compare_rows(read_atlas(old), read_atlas(new))


def latest_other(folder: Path, target: Path, device: str) -> Path | None:
    """The atlas of the latest other torch on a device; None where there is none."""
    name = device.replace(":", "-")
    found = [path for path in folder.glob(f"torch-*-{name}.jsonl") if path.name not in target.name]
    return max(found, key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)], default=None)


def main() -> None:
    """Print what changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the changes there as data, too")
    options = parser.parse_args()
    changes = compare_files(options.old, options.new)
    print(changes.text)
    if options.json:
        options.json.write_text(changes.json, "utf-8")


if __name__ == "__main__":
    main()
