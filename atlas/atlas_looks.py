"""How a job of the atlas becomes rows: by enumeration, by a hunt, at an example, or by torch's own samples."""

from __future__ import annotations

import math
import re
import shlex
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from atlas_jobs import SHAPED_POINT, Job, Look
from atlas_rows import RIGHT, UNDECIDED, UNSUPPORTED, Row, plain_counts, plain_ulps, thinned, verdict_of
from operation_samples import Sample, entries, samples
from opinfo import spread_out

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.checking.one_point import check_case
from derivcheck.errors import DerivcheckError, UnsupportedError
from derivcheck.gradchecking.gradcheck import examine, examine_twice
from derivcheck.gradchecking.lately_proven import forget
from derivcheck.gradchecking.reports import Report
from derivcheck.hunting.search import hunt
from derivcheck.model import Case, Mode, RefusalKind, Result, Status, Wrt
from derivcheck.model.hunt import ErrorCurve, Find, FindKind, HuntRequest, SearchRange
from derivcheck.numbers import DType

MODES = (Mode.REVERSE, Mode.FORWARD)

PATTERNS = 1 << 16
"""Bit patterns of 16 bits."""

_PROBES = ("0.5", "2", "-0.5")
"""Where a function is tried before it is enumerated: torch may have no kernel for the format."""

BUDGETS = {1: 5.0, 2: 4.0}
"""Seconds of a hunt for one variable, and for several."""

WHOLE = ("-inf", "inf")
"""The range of an enumeration."""

_NO_END = 1e6
"""Seconds of an enumeration: whoever runs the jobs gives up those that take too long."""

_QUICK_BUDGET = 0.3
_RANGES = {1: ("-1000", "1000"), 2: ("-20", "20"), 3: ("-20", "20")}
"""Where is hunted, by how many variables there are."""

EXAMPLES, SAMPLES = 8, 6
"""Points of an example, and samples of an entry, at most."""

MOST_INPUTS = 200
"""Samples with more numbers to differentiate by are left out."""

VERSION = torch.__version__.partition("+")[0]

Asked = tuple[Wrt, Mode | None]
VALUE: Asked = ((), None)


def rows_of(job: Job) -> list[Row]:
    """The rows of a job."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(_LOOKS[job.look](job))


# --- functions of numbers --------------------------------------------------------------------------------------------


def _case(job: Job, at: Sequence[dict[str, str]] = (), **more: Any) -> Case:
    return Case(job.expression, at=tuple(at), dtype=job.format, device=job.device, order=job.order, modes=MODES, **more)


def _enumerate(job: Job) -> Iterator[Row]:
    """Every finite number of a format with 16 bits."""
    (name,) = job.variables
    tried = [result for text in _PROBES for result in check_case(_case(job, [{name: text}]))]
    if all(map(is_refused, tried)):
        yield from _unsupported(job, tried)
        return
    whole = SearchRange(name, *WHOLE)
    found = hunt(HuntRequest(_case(job), (whole,), _NO_END, exhaustive=True), kinks=False)
    assert found.coverage is not None
    assert found.coverage.is_exhaustive
    numbers = found.curves[0].inputs
    finds = {one: [find for find in found.finds if (find.wrt, find.mode) == one] for one in found.counts}
    rows = [
        _row(job, asked, found.counts[asked], finds[asked], curve)
        for curve in found.curves
        for asked in [(curve.wrt, curve.mode)]
    ]
    for row in with_reasons(without_repetition(rows), tried):
        yield replace(row, range={name: [repr(numbers[0]), repr(numbers[-1])]}, not_asked=PATTERNS - len(numbers))


def _hunt(job: Job) -> Iterator[Row]:
    """A search for the worst."""
    count = len(job.variables)
    tried = list(check_case(_case(job, [dict.fromkeys(job.variables, "0.5")])))
    if all(map(is_refused, tried)):
        yield from _unsupported(job, tried)
        return
    low, high = _RANGES[count]
    budget = _QUICK_BUDGET if job.quick else BUDGETS[min(count, 2)]
    request = HuntRequest(
        _case(job, allow_unused=True), tuple([SearchRange(name, low, high) for name in job.variables]), budget=budget
    )
    found = hunt(request)
    curves = {(curve.wrt, curve.mode): curve for curve in found.curves}
    rows = [
        _row(job, asked, counts, [find for find in found.finds if (find.wrt, find.mode) == asked], curves.get(asked))
        for asked, counts in found.counts.items()
        if asked != VALUE or job.order == 1
    ]
    for row in with_reasons(without_repetition(rows), tried):
        yield replace(row, range={name: [low, high] for name in job.variables})


def with_reasons(rows: Iterable[Row], tried: Iterable[Result]) -> Iterator[Row]:
    """The rows, those of what torch does not have with torch's own reason and nothing else."""
    reasons = {
        (",".join(one.wrt), str(one.gradient.mode) if one.wrt else None): one.gradient.refusal.text
        for one in tried
        if one.gradient is not None and one.gradient.refusal is not None and is_refused(one)
    }
    for row in rows:
        if (asked := (row.derivative, row.mode)) in reasons:
            reason = _sentence(reasons[asked])
            yield replace(
                row, points=0, counts={}, worst=None, command=None, curve=None, verdict=UNSUPPORTED, reason=reason
            )
        else:
            yield row


LACKS = frozenset(
    {
        RefusalKind.UNSUPPORTED,
        RefusalKind.NO_KERNEL,
        RefusalKind.MIXED_FORMATS,
        RefusalKind.NO_DERIVATIVE,
        RefusalKind.OTHER_FORMAT,
        RefusalKind.ZERO_TANGENT,
        RefusalKind.NO_FORWARD_MODE,
        RefusalKind.NOT_IMPLEMENTED,
    }
)
"""Refusals by which torch says that it does not have what is asked for: an exception is no wrong number."""


def is_refused(result: Result) -> bool:
    """Whether torch says that it does not have what is asked for."""
    refusal = None if result.gradient is None else result.gradient.refusal
    return refusal is not None and refusal.kind in LACKS


def without_repetition(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, those of forward mode without a curve that is the same as the one of reverse mode."""
    seen: dict[str, object] = {}
    for row in rows:
        if row.curve is not None and row.curve == seen.setdefault(row.derivative, row.curve) and row.mode == "forward":
            yield replace(row, curve=None)
        else:
            yield row


def _row(job: Job, asked: Asked, counts: Mapping[Status, int], finds: Iterable[Find], curve: ErrorCurve | None) -> Row:
    """A row about a derivative in a mode, of which the worst point is known."""
    result = _worst(asked, finds)
    worst, command = (None, None) if result is None else (_told(result), command_of(result))
    verdict = verdict_of(counts)
    if verdict == RIGHT and worst is not None:
        worst, command = {name: worst[name] for name in ("at", "ulps") if name in worst}, None
    return replace(
        _blank(job, asked),
        points=sum(counts.values()),
        counts=plain_counts(counts),
        worst=worst,
        command=command,
        curve=None if curve is None else thinned(curve),
        verdict=verdict,
    )


_PREFERRED = (FindKind.FAILS, FindKind.LOSES_DIGITS, FindKind.WORST)


def _worst(asked: Asked, finds: Iterable[Find]) -> Result | None:
    """The Result of the find that matters most: one that fails, else one that loses digits, else the largest error."""
    known = [(find, result) for find in finds for result in find.results if _is_about(result, asked)]
    for kind in _PREFERRED:
        for find, result in known:
            if find.kind is kind:
                return result
    return None


def _is_about(result: Result, asked: Asked) -> bool:
    wrt, mode = asked
    if result.gradient is None or result.wrt != wrt:
        return False
    return mode is None or result.gradient.mode is mode


def _blank(job: Job, asked: Asked) -> Row:
    wrt, mode = asked
    return Row(
        operation=job.operation,
        source="opinfo" if job.look is Look.SAMPLES else "table",
        group=job.group,
        expression=job.expression or None,
        format=str(job.format),
        mode=None if mode is None else str(mode),
        derivative=",".join(wrt),
        order=len(wrt),
        device=job.device,
        torch=VERSION,
        look=Look.SAMPLES.value if job.look is Look.EXAMPLE else job.look.value,
        points=0,
        verdict=verdict_of({}),
    )


def _unsupported(job: Job, tried: Iterable[Result]) -> Iterator[Row]:
    """The rows of what torch has no kernel for, with its own reason."""
    seen: dict[Asked, Result] = {}
    for result in tried:
        if result.gradient is not None and (job.order == 1 or result.wrt):
            seen.setdefault((result.wrt, result.gradient.mode if result.wrt else None), result)
    for asked, result in seen.items():
        yield replace(_blank(job, asked), reason=_sentence(result.verdict.reason))


def _sentence(text: str | None) -> str | None:
    """The first line of a reason, shortened."""
    line = (text or "").strip().partition("\n")[0]
    return (line if len(line) <= _MOST_LETTERS else line[: _MOST_LETTERS - 1] + "…") or None


_MOST_LETTERS = 120


def _told(result: Result) -> dict[str, Any]:
    """A Result as the key `worst` has it."""
    truth, gradient = result.truth, result.gradient
    told = {
        "at": ", ".join(f"{name}={text}" for name, text in result.typed.items()),
        "ulps": plain_ulps(math.inf if result.status is Status.NONFINITE else result.verdict.ulps),
        "status": str(result.status),
        "returned": None if gradient is None or gradient.value is None else repr(gradient.value),
        "true": None if truth is None or truth.value is None else truth.value.decimal(12),
        "reason": None if result.status is Status.MATCH else _sentence(result.verdict.reason),
    }
    return {name: value for name, value in told.items() if value is not None}


def command_of(result: Result) -> str:
    """The command that checks the point of a Result again."""
    case, gradient = result.case, result.gradient
    at = "; ".join(f"{name}={text}" for name, text in result.typed.items())
    words = ["derivcheck", "check", case.expr, f"--at={at}", f"--dtype={case.dtype}"]
    if result.wrt:
        words.append(f"--wrt={','.join(result.wrt)}")
    if gradient is not None and result.wrt:
        words.append(f"--mode={gradient.mode}")
    if case.device not in {None, "cpu"}:
        words.append(f"--device={case.device}")
    if case.seed:
        words.append(f"--seed={case.seed}")
    return shlex.join(words)


# --- functions of shapes ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """What was seen of one derivative in one mode at several points."""

    counts: Counter[Status] = field(default_factory=Counter)
    worst: Result | None = None
    badness: tuple[int, float] = (-1, -1.0)

    def add(self, result: Result, dtype: DType) -> None:
        """Note a Result in a format."""
        status = Status.SKIPPED if is_refused(result) else result.status
        self.counts[status] += 1
        rank = 0 if status in _MILD else status.rank
        badness = (rank, size_of(result, dtype) or 0.0)
        if badness > self.badness:
            self.worst, self.badness = result, badness


_MILD = frozenset({Status.MATCH, Status.SKIPPED, Status.CONVENTION, Status.UNDEFINED})


def size_of(result: Result, dtype: DType) -> float | None:
    """The largest error in ulps among the elements of a Result.

    Where the true number is 0, or the difference of large ones, ulps have no meaning: the number is a match although
    fewer than half of its digits are those of the true one.
    """
    most = 2.0 ** (dtype.precision / 2 + 1)
    verdicts = [result.verdict] if result.elements is None else [element.verdict for element in result.elements]
    known = [
        verdict.ulps
        for verdict in verdicts
        if verdict.ulps is not None and not (verdict.status is Status.MATCH and verdict.ulps > most)
    ]
    return max(known, default=None)


def _try_example(job: Job) -> Iterator[Row]:
    """The example of a function of shapes, at points of several seeds."""
    tallies: dict[Asked, _Tally] = {}
    point = {name: SHAPED_POINT[name] for name in job.variables}
    refused: list[Result] = []
    for order in (1, 2):
        for seed in range(1 if job.quick else EXAMPLES):
            for result in check_case(replace(_case(job, [point], seed=seed), order=order)):
                if result.gradient is None:
                    refused.append(result)
                elif order == 1 or result.wrt:
                    wrt = result.wrt if len(job.variables) == 1 else INPUTS * len(result.wrt)
                    asked = (wrt, result.gradient.mode if wrt else None)
                    tallies.setdefault(asked, _Tally()).add(result, job.format)
    for asked, tally in tallies.items():
        yield _row_of(job, asked, tally, command_of)
    if not tallies and refused:
        yield replace(_blank(job, VALUE), verdict=UNDECIDED, reason=_sentence(refused[0].verdict.reason))


def _row_of(job: Job, asked: Asked, tally: _Tally, command: Callable[[Result], str]) -> Row:
    """The row of a tally."""
    row = replace(
        _blank(job, asked),
        points=sum(tally.counts.values()),
        counts=plain_counts(tally.counts),
        verdict=verdict_of(tally.counts),
    )
    worst = tally.worst
    if worst is None:
        return row
    if row.verdict == UNSUPPORTED:
        return replace(row, points=0, counts={}, reason=_sentence(worst.verdict.reason))
    told = _told(worst)
    told["ulps"] = plain_ulps(math.inf if worst.status is Status.NONFINITE else size_of(worst, job.format))
    told = {name: value for name, value in told.items() if value is not None}
    if row.verdict == RIGHT:
        ulps = {name: told[name] for name in ("ulps",) if name in told}
        return replace(row, worst=ulps or None)
    return replace(row, worst=told, command=command(worst))


# --- torch's own samples ---------------------------------------------------------------------------------------------

_NUMBERS_ALONE: dict[str, Any] = {
    "check_undefined_grad": False,
    "check_grad_dtypes": False,
    "check_batched_grad": False,
}

INPUTS = ("inputs",)

ITEMS: dict[str, Asked] = {
    "values": VALUE,
    "backward": (INPUTS, Mode.REVERSE),
    "forward mode": (INPUTS, Mode.FORWARD),
    "double backward": (INPUTS * 2, Mode.REVERSE),
}
"""The items of the exact gradcheck that are about numbers."""


def _sample(job: Job) -> Iterator[Row]:
    """Torch's own samples of an entry, by the exact gradcheck."""
    (op,) = [one for one in entries([job.operation]) if one.full_name == job.operation]
    dtype = TORCH_DTYPES[job.format]
    first: tuple[Asked, ...] = (VALUE, (INPUTS, Mode.REVERSE), (INPUTS, Mode.FORWARD), (INPUTS * 2, Mode.REVERSE))
    if dtype not in op.supported_backward_dtypes(job.device.partition(":")[0]):
        for asked in first[1:]:
            yield replace(_blank(job, asked), reason=f"torch has no backward pass of it for {job.format}")
        return
    tallies: dict[Asked, _Tally] = {}
    reasons: dict[Asked, str] = {}
    numbers: dict[int, Sample] = {}
    known = [one for one in samples(op, MOST_INPUTS, dtype, job.device) if one.size]
    for sample in spread_out(known, 1 if job.quick else SAMPLES):
        for asked, report in sample_reports(sample):
            if isinstance(report, Exception):
                reasons.setdefault(asked, _refusal(report))
                continue
            for result in report.results:
                item = ITEMS.get(result.item or "")
                if item == asked or (item == VALUE and asked == _FIRST):
                    numbers[id(result)] = sample
                    tallies.setdefault(item, _Tally()).add(result, job.format)
    for asked in first:
        if asked in tallies:
            row = _row_of(job, asked, tallies[asked], lambda result: _command_of_sample(job, numbers[id(result)]))
            worst = tallies[asked].worst
            if row.command is not None and row.worst is not None and worst is not None:
                row.worst["at"] = _sentence(with_shapes(numbers[id(worst)].summary))
            yield row
        elif asked in reasons:
            verdict = UNDECIDED if reasons[asked].startswith(_OURS) else UNSUPPORTED
            yield replace(_blank(job, asked), verdict=verdict, reason=_sentence(reasons[asked]))


def with_shapes(summary: str) -> str:
    """A sample as torch shows it, each tensor as its shape, without what its row says as well.

    Example:
        >>> with_shapes('SampleInput(input=Tensor[size=(5, 1), device="cpu"], args=(2), kwargs={})')
        'input=(5, 1), args=(2)'
    """
    shown = re.sub(r"Tensor\[size=(\([^)]*\))[^]]*\]", r"\1", summary).replace("TensorList", "").replace("'", "")
    return re.sub(r"^SampleInput\(|, broadcasts_input=.*|, kwargs=\{\}\)?", "", shown)


def sample_reports(sample: Sample) -> Iterator[tuple[Asked, Report | Exception]]:
    """What the exact gradcheck says of a sample: first derivatives in both modes, and second ones."""
    function, inputs = sample.function, sample.inputs
    forward = {"check_forward_ad": True, "check_backward_ad": False}
    looks: dict[Asked, Callable[[], Report]] = {
        _FIRST: lambda: examine(function, inputs, **_NUMBERS_ALONE),
        (INPUTS, Mode.FORWARD): lambda: examine(function, inputs, **forward, **_NUMBERS_ALONE),
        (INPUTS * 2, Mode.REVERSE): lambda: examine_twice(function, inputs, **_NUMBERS_ALONE),
    }
    forget()
    for asked, look in looks.items():
        torch.manual_seed(0)
        try:
            yield asked, look()
        except Exception as error:  # torch refuses with exceptions of many types, derivcheck with its own
            yield asked, error


_FIRST: Asked = (INPUTS, Mode.REVERSE)

_OURS = "derivcheck cannot"


def _refusal(error: Exception) -> str:
    """Why there is no report; torch's own reason in its own words."""
    if isinstance(error, UnsupportedError):
        return f"{_OURS} read it: {error.message}"
    if isinstance(error, DerivcheckError):
        return f"{_OURS} check it: {error}"
    return f"{type(error).__name__}: {error}"


def _command_of_sample(job: Job, sample: Sample) -> str:
    words = ["python", "atlas/one_sample.py", job.operation, str(sample.number), str(job.format)]
    return shlex.join(words + ([] if job.device == "cpu" else [job.device]))


_LOOKS: dict[Look, Callable[[Job], Iterator[Row]]] = {
    Look.ENUMERATION: _enumerate,
    Look.HUNT: _hunt,
    Look.EXAMPLE: _try_example,
    Look.SAMPLES: _sample,
}
