"""The exact gradcheck beside torch's own, on torch's own table of operations with torch's own sample inputs.

    python benchmarks/opinfo.py [ENTRY …] [--part reverse|forward|second|planted …] [--quick] [--json FILE]

Every entry that is differentiable on the CPU in float64, each sample of at most 400 numbers to differentiate by: first
derivatives in reverse mode, in forward mode, second ones in reverse mode, with the keywords that torch's own suite
gives to gradcheck, the slow one. Then defects are planted into the backward pass of each sample that both find right.
Both sides take turns, in one process, on one thread, warm: one sample of the entry was checked before, so that both
have loaded what they load once. Seconds are the processor's. What the check of one part has proven of a sample serves
its next part here, as where first and second derivatives of a function are checked one after the other; for a part by
itself ask for it alone.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import IO, Any

import torch
from operation_samples import PARTS, Sample, calls_of_gradcheck, entries, parts_of, samples
from planted_defects import defects, hidden_by_rounding

from derivcheck.errors import UnsupportedError
from derivcheck.gradchecking.gradcheck import examine, examine_twice
from derivcheck.gradchecking.lately_proven import forget
from derivcheck.gradchecking.reports import Report
from derivcheck.model import Status

PLANTED = "planted"

MOST_INPUTS = 400
"""The numbers that a sample is differentiated by, at most."""

QUICK = 4
"""The samples of each entry with --quick, from the first to the last."""

OPEN = {Status.UNDECIDED, Status.UNDEFINED, Status.ERROR}


class Outcome(Enum):
    """What became of a sample; the first three are decided."""

    RIGHT = "right"
    """A match, what rounding explains, or a conventional subgradient."""
    INACCURATE = "inaccurate"
    """Less accurate than rounding explains, by so little that the call of gradcheck passes."""
    ACCUSED = "accused"
    """The call fails."""
    UNDECIDED = "undecided"
    UNREAD = "unread"
    """An operation that cannot be read."""
    FAILED = "failed"
    """An exception."""
    TIMED_OUT = "timed out"


DECIDED = {Outcome.RIGHT.value, Outcome.INACCURATE.value, Outcome.ACCUSED.value}


@dataclass(frozen=True, slots=True)
class Checked:
    """A sample on both sides.

    Attributes:
        entry: the entry's name, with its variant.
        sample: the place of the sample.
        summary: its arguments.
        part: what was checked.
        outcome: what became of it here.
        statuses: how many results had which status.
        reason: of the worst result, or why there is none.
        seconds: of our side.
        torch: what gradcheck says: "" where it passes.
        torch_seconds: of gradcheck.
    """

    entry: str
    sample: int
    summary: str
    part: str
    outcome: str
    statuses: dict[str, int]
    reason: str
    seconds: float
    torch: str
    torch_seconds: float


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted defect on both sides.

    Attributes:
        entry, sample, summary: as in `Checked`.
        defect: what was planted.
        input: the input whose gradient it is in.
        found: whether it is found here; None where rounding hides it.
        by_torch: whether gradcheck finds it; None where gradcheck finds the right one wrong.
        reason: what stands in the place of an accusation, where it is not found.
    """

    entry: str
    sample: int
    summary: str
    defect: str
    input: int
    found: bool | None
    by_torch: bool | None
    reason: str


@dataclass(slots=True)
class Row:
    """An entry's row."""

    entry: str
    checked: list[Checked] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)

    @property
    def samples(self) -> int:
        """How many samples it has."""
        return len({one.sample for one in self.checked} | {one.sample for one in self.planted})

    def having(self, outcome: Outcome) -> list[Checked]:
        """The samples with an outcome, one for each part."""
        return [one for one in self.checked if one.outcome == outcome.value]

    @property
    def is_decided(self) -> bool:
        """Whether all samples are decided, in all parts."""
        return all(one.outcome in DECIDED for one in self.checked)

    @property
    def reasons(self) -> list[str]:
        """Why not: each reason once, with how many samples have it."""
        counted: Counter[tuple[str, str, str]] = Counter()
        first: dict[tuple[str, str, str], Checked] = {}
        for one in self.checked:
            if one.outcome == Outcome.RIGHT.value:
                continue
            key = (one.part, one.outcome, one.reason if one.outcome == Outcome.UNREAD.value else "")
            counted[key] += 1
            first.setdefault(key, one)
        return [
            f"{key[0]}: {count} {key[1]}, sample {first[key].sample}: {first[key].reason}"
            + (f" (gradcheck: {first[key].torch})" if first[key].torch else "")
            for key, count in counted.items()
        ]


class TimeUp(BaseException):
    """A side has taken longer than it may; no Exception, so that nobody takes it for one of the function's."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TimeUp within, after so many seconds, and again each second after."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def reports_on(op: Any, sample: Sample, part: str) -> list[Report]:
    """Our side of a sample."""
    look = examine_twice if part == "second" else examine
    torch.manual_seed(0)
    return [look(sample.function, sample.inputs, **call) for call in calls_of_gradcheck(op, part)]


def check_by_torch(op: Any, sample: Sample, part: str) -> None:
    """Torch's side of it."""
    check = torch.autograd.gradgradcheck if part == "second" else torch.autograd.gradcheck
    torch.manual_seed(0)
    for call in calls_of_gradcheck(op, part):
        check(sample.function, sample.inputs, **call)


def outcome_of(reports: Sequence[Report]) -> tuple[Outcome, dict[str, int], str]:
    """The outcome that several reports make, with the statuses of all results, and the reason of the worst one."""
    results = [result for report in reports for result in report.results]
    statuses = {str(status): count for status, count in Counter(result.status for result in results).items()}
    outcome, told = Outcome.RIGHT, [result for report in reports for result in report.failing]
    if told:
        outcome = Outcome.ACCUSED
    elif told := [result for result in results if result.status in OPEN]:
        outcome = Outcome.UNDECIDED
    elif told := [result for result in results if result.status is Status.INACCURATE]:
        outcome = Outcome.INACCURATE
    if not told:
        return outcome, statuses, ""
    worst = max(told, key=lambda result: result.status.rank)
    return outcome, statuses, f"{worst.item}: {worst.status}: {worst.verdict.reason}"


def by_us(look: Callable[[], Sequence[Report]], limit: float) -> tuple[Outcome, dict[str, int], str, float]:
    """What our side says, and its seconds."""
    started = time.process_time()
    try:
        with at_most(limit):
            found = outcome_of(look())
    except UnsupportedError as error:
        found = (Outcome.UNREAD, {}, error.message)
    except TimeUp:
        found = (Outcome.TIMED_OUT, {}, f"more than {limit:g} s")
    except Exception as error:  # ours or torch's: the row says so, and the run goes on
        found = (Outcome.FAILED, {}, f"{type(error).__name__}: {_first_line(error)}")
    return *found, time.process_time() - started


def by_torch(check: Callable[[], object], limit: float) -> tuple[str, float]:
    """What gradcheck says, "" where it passes, and its seconds."""
    started = time.process_time()
    said = ""
    try:
        with at_most(limit):
            check()
    except TimeUp:
        said = f"more than {limit:g} s"
    except Exception as error:  # GradcheckError, and what an operation refuses
        said = f"{type(error).__name__}: {_first_line(error)}"
    return said, time.process_time() - started


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[0][:200]


def check(op: Any, sample: Sample, part: str, limit: float) -> Checked:
    """A sample on both sides, which take turns at being the first."""
    theirs: tuple[str, float] | None = None
    if sample.number % 2:
        theirs = by_torch(lambda: check_by_torch(op, sample, part), limit)
    outcome, statuses, reason, seconds = by_us(lambda: reports_on(op, sample, part), limit)
    if theirs is None:
        theirs = by_torch(lambda: check_by_torch(op, sample, part), limit)
    return Checked(op.full_name, sample.number, sample.summary, part, outcome.value, statuses, reason, seconds, *theirs)


def plant(op: Any, sample: Sample, limit: float) -> Iterator[Planted]:
    """The defects of a sample whose right function is decided here."""

    def look(one: Sample) -> tuple[Outcome, str]:
        outcome, _, reason, _ = by_us(lambda: [examine(one.function, one.inputs, **_PLAIN)], limit)
        return outcome, reason

    def gradcheck(one: Sample) -> str:
        return by_torch(lambda: torch.autograd.gradcheck(one.function, one.inputs, **_PLAIN), limit)[0]

    if look(sample)[0] not in {Outcome.RIGHT, Outcome.INACCURATE}:
        return
    passes = not gradcheck(sample)
    for defect in defects(sample):
        outcome, reason = look(defect.sample)
        found: bool | None = outcome is Outcome.ACCUSED
        if not found and defect.is_small and hidden_by_rounding(sample, defect):
            found = None
        yield Planted(
            op.full_name,
            sample.number,
            sample.summary,
            defect.name,
            defect.at,
            found,
            bool(gradcheck(defect.sample)) if passes else None,
            "" if found else f"elements {defect.elements[:4]}: {outcome.value} {reason}",
        )


_PLAIN = {"check_undefined_grad": False, "check_grad_dtypes": False, "check_batched_grad": False}
"""The keywords for planted defects: the numbers alone."""


def run(op: Any, parts: Sequence[str], *, most: int, limit: float, keep: Callable[[Checked | Planted], None]) -> Row:
    """Check an entry, one sample of it first for nothing but what is loaded on the way."""
    row = Row(op.full_name)
    found = samples(op, MOST_INPUTS)
    if not found:
        return row
    measured = [part for part in parts_of(op) if part in parts]
    for part in measured:
        by_us(lambda part=part: reports_on(op, found[-1], part), limit)  # type: ignore[misc]
        by_torch(lambda part=part: check_by_torch(op, found[-1], part), limit)  # type: ignore[misc]
    for sample in spread_out(found, most):
        forget()
        for part in measured:
            row.checked.append(check(op, sample, part, limit))
            keep(row.checked[-1])
        if PLANTED in parts:
            for planted in plant(op, sample, limit):
                row.planted.append(planted)
                keep(planted)
    return row


def spread_out(every: Sequence[Sample], most: int) -> list[Sample]:
    """So many of them at most, the first and the last among them."""
    if len(every) <= most:
        return list(every)
    return [every[place * (len(every) - 1) // max(1, most - 1)] for place in range(most)]


def show(row: Row) -> None:
    """Print an entry's row, and below it what is not decided, and what is missed."""
    ours, theirs = sum(one.seconds for one in row.checked), sum(one.torch_seconds for one in row.checked)
    counted = " ".join(f"{len(row.having(outcome)) or '–':>8}" for outcome in _COLUMNS)
    timed_out = len(row.having(Outcome.FAILED)) + len(row.having(Outcome.TIMED_OUT))
    print(
        f"{row.entry:<48}{row.samples:>8} {counted} {timed_out or '–':>8} {_planted_columns(row.planted)}"
        f"{ours:>8.2f}{theirs:>8.2f}{_ratio(ours, theirs):>7}",
        flush=True,
    )
    for reason in row.reasons:
        print(f"    {reason}")
    for one in row.planted:
        if one.found is False:
            print(f"    missed: {one.defect}, sample {one.sample}, input {one.input}: {one.reason}")


_COLUMNS = (Outcome.RIGHT, Outcome.INACCURATE, Outcome.ACCUSED, Outcome.UNDECIDED, Outcome.UNREAD)

_HEAD = (
    f"{'operation':<48}{'samples':>8} {'right':>8} {'inacc.':>8} {'accused':>8} {'open':>8} {'unread':>8} "
    f"{'failed':>8} {'planted':>8}{'found':>7}{'torch':>7}{'hidden':>7}{'ours s':>8}{'torch s':>8}{'ratio':>7}"
)


def _planted_columns(planted: Sequence[Planted]) -> str:
    count = sum(one.found is not None for one in planted)
    found, theirs = sum(one.found is True for one in planted), sum(one.by_torch is True for one in planted)
    hidden = sum(one.found is None for one in planted)
    return f"{count or '–':>8}{found or '–':>7}{theirs or '–':>7}{hidden or '–':>7}"


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "–"


def show_totals(rows: Sequence[Row], parts: Sequence[str]) -> None:
    """Print the sums."""
    rows = [row for row in rows if row.checked or row.planted]
    print(f"\n{len(rows)} entries, {sum(row.samples for row in rows)} samples")
    decided = sum(row.is_decided for row in rows)
    if any(row.checked for row in rows):
        print(f"  decided on all samples: {decided} of {len(rows)}, {decided / len(rows):.1%}")
    for outcome in Outcome:
        having = [row for row in rows if row.having(outcome)]
        if outcome is not Outcome.RIGHT and having:
            print(f"  {outcome.value}: {len(having)}, {sum(len(row.having(outcome)) for row in having)} checks")
    for part in [one for one in PARTS if one in parts]:
        found = [one for row in rows for one in row.checked if one.part == part]
        ours, theirs = sum(one.seconds for one in found), sum(one.torch_seconds for one in found)
        decided = sum(one.outcome in DECIDED for one in found)
        rejected = sum(bool(one.torch) for one in found)
        print(
            f"  {part:<8} {len(found)} samples, {decided} decided here, {rejected} rejected by torch; {ours:.1f} s and "
            f"{theirs:.1f} s, ratio {_ratio(ours, theirs)}; a sample {1e3 * ours / max(len(found), 1):.1f} ms and "
            f"{1e3 * theirs / max(len(found), 1):.1f} ms"
        )
    checked = [one for row in rows for one in row.checked]
    ours, theirs = sum(one.seconds for one in checked), sum(one.torch_seconds for one in checked)
    if checked:
        print(f"  all      {len(checked)} checks; {ours:.1f} s and {theirs:.1f} s, ratio {_ratio(ours, theirs)}")
    planted = [one for row in rows for one in row.planted]
    for kind in dict.fromkeys(one.defect for one in planted):
        those = [one for one in planted if one.defect == kind]
        count = sum(one.found is not None for one in those)
        print(
            f"  planted: {kind:<28} {count}, found {sum(one.found is True for one in those)}, by gradcheck "
            f"{sum(one.by_torch is True for one in those if one.found is not None)}; hidden by rounding "
            f"{len(those) - count}"
        )


def _keep_in(file: IO[str] | None) -> Callable[[Checked | Planted], None]:
    def keep(one: Checked | Planted) -> None:
        if file is not None:
            file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
            file.flush()

    return keep


def main() -> None:
    """Print a row an entry, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", nargs="*", help="operations, as torch's table calls them; default: all")
    parser.add_argument("--part", action="append", choices=[*PARTS, PLANTED], help="one part; default: all")
    parser.add_argument("--most", type=int, default=10_000, metavar="N", help="so many samples of each entry at most")
    parser.add_argument("--quick", action="store_true", help=f"the same as --most {QUICK}")
    parser.add_argument("--limit", type=float, default=60.0, metavar="SECONDS", help="for one sample on one side")
    parser.add_argument("--json", type=Path, metavar="FILE", help="a line for each sample, part and planted defect")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    chosen = entries(options.entry)
    parts = options.part or [*PARTS, PLANTED]
    rows = []
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(options.json.open("w", encoding="utf-8")) if options.json else None
        print(_HEAD, flush=True)
        for op in chosen:
            rows.append(
                run(op, parts, most=QUICK if options.quick else options.most, limit=options.limit, keep=_keep_in(file))
            )
            show(rows[-1])
    show_totals(rows, parts)


if __name__ == "__main__":
    main()
