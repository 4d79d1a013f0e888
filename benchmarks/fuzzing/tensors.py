"""The fuzz of tensors: values, derivatives and verdicts of expressions with shapes, against difference quotients."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

import mpmath
import torch
from mpmath import mp, mpf

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Kind, Mode, Result, Status, Truth
from derivcheck.model.element_results import ElementResult
from derivcheck.numbers import DType, Enclosure
from fuzzing.tally import Judged, Outcome
from fuzzing.taylor import Number
from fuzzing.tensor_draws import Draws, Shaped
from fuzzing.tensor_families import FAMILIES
from fuzzing.tensor_functions import Array, array
from fuzzing.truths import is_at, spelled

_BITS = 1400
"""The precision of the quotients."""

_STEP = mpf(2) ** -400
"""The step of the quotients: what is smooth differs from its tangent by less than a double sees, twice over."""

_EQUAL = mpf(2) ** -100
"""How far off, in relation, quotients of one slope may be."""

Slopes = tuple[Number, Number, bool]
"""The slope on the left, that on the right, and whether they are sure."""

_NOTHING = mpf(2) ** -350
"""Below it, a slope is the rest of a quotient."""

SMOOTH = " (smooth)"
"""What is said of equal slopes on both sides."""

SUSPECT = frozenset({Status.MISMATCH, Status.NONFINITE, Status.INACCURATE, Status.WRONG_FORMULA, Status.ERROR})
"""The statuses that accuse torch, SymPy or the expression."""

DEFECTS: Mapping[str, str] = {
    "scatter_reduce": "ties",
    "cdist": "jacrev loses its upstream gradients",
    "prod": "a product out of range",
    "logcumsumexp": "far apart",
    "binary_cross_entropy_with_logits": "a sure prediction",
    "soft_margin_loss": "a badly wrong prediction",
    "cosine_similarity": "a short vector",
    "det": "a singular matrix",
    "erf": "bfloat16",
    "tanh": "tails",
    "sigmoid": "tails",
    "log_softmax": "a sure prediction",
    "cross_entropy": "a sure prediction",
}
"""Functions of which docs/torch_findings.md says that torch's kernel is wrong somewhere: they are not accused."""

FORMATS = (DType.FLOAT64, DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16)
MODES = (Mode.REVERSE, Mode.REVERSE, Mode.FORWARD, Mode.FUNC)
SHAPES = (
    (),
    (1,),
    (2,),
    (3,),
    (4,),
    (0,),
    (2, 2),
    (3, 3),
    (2, 3),
    (1, 3),
    (3, 1),
    (2, 0),
    (1, 2, 3),
    (2, 1, 2),
    (2, 2, 3),
)
KINDS = ("ordinary", "ordinary", "ordinary", "integers", "ties", "zeros", "huge", "tiny")


def draw_numbers(random: Random, kind: str, count: int) -> list[float]:
    """So many numbers of a kind."""
    draws = {
        "ordinary": lambda: random.randint(-24, 24) / 8,
        "integers": lambda: float(random.randint(-3, 3)),
        "ties": lambda: random.choice((0.5, 0.5, -1.5)),
        "zeros": lambda: random.choice((0.0, 0.0, 1.25)),
        "huge": lambda: random.choice((1e30, -3e4, 2.5, 7e29)),
        "tiny": lambda: random.choice((1e-30, -3e-5, 0.5, 7e-8)),
    }
    return [draws[kind]() for _ in range(count)]


@dataclass(frozen=True, slots=True)
class TensorRow:
    """One question: an expression, its point, and how it is run.

    Attributes:
        found: the expression, with what evaluates it.
        texts: the point as it is typed.
        point: the point exactly.
        dtype, mode: how it is run.
    """

    found: Shaped
    texts: Mapping[str, str]
    point: Mapping[str, Array]
    dtype: DType
    mode: Mode

    @property
    def is_far(self) -> bool:
        """Whether a number of the point is so large or small that its square is in no narrow format."""
        return any(one and not 1e-4 < abs(one) < 1e4 for numbers in self.point.values() for one in numbers.ravel())

    def command(self) -> str:
        """The command line that asks the same."""
        at = " ".join(f"--at '{name}={text}'" for name, text in self.texts.items())
        return f'derivcheck "{self.found.text}" {at} --dtype {self.dtype} --mode {self.mode}'


def draw_row(random: Random) -> TensorRow:
    """A row; the same for the same seed."""
    dtype, mode = random.choice(FORMATS), random.choice(MODES)
    texts: dict[str, str] = {}
    point: dict[str, Array] = {}

    def variable(shape: tuple[int, ...]) -> Shaped:
        name = "xyzuvwabcdpqrs"[len(texts)] if len(texts) < 14 else f"t{len(texts)}"
        count = 1
        for size in shape:
            count *= size
        held = torch.tensor(draw_numbers(random, random.choice(KINDS), count), dtype=getattr(torch, str(dtype)))
        written = held.reshape(shape).to(torch.float64)
        texts[name] = repr(written.tolist()) if count else f"zeros({', '.join(map(str, shape))})"
        point[name] = array(written.numpy().astype(object))
        return Shaped(name, lambda values: values[name], point[name])

    draws = Draws(random, [variable(random.choice(SHAPES)) for _ in range(random.randint(1, 2))], variable)
    found = draws.grow(FAMILIES, random.randint(1, 6))
    used = [name for name in texts if re.search(rf"\b{name}\b", found.text)]
    return TensorRow(found, {name: texts[name] for name in used}, {name: point[name] for name in used}, dtype, mode)


def judge_row(row: TensorRow) -> Iterator[Judged]:
    """The verdicts on a row, and the truths of its elements.

    Where a kink is met, torch's conventions for several functions need not make one for all: sort puts equal numbers in
    the order in which they come. So nobody is accused there.
    """
    case = Case(row.found.text, (dict(row.texts),), dtype=row.dtype, modes=(row.mode,))
    for result in check_case(case):
        about = ",".join(result.wrt) or "value"
        found: list[Judged] = []
        if result.elements is not None:
            with mpmath.workprec(_BITS):
                found = list(judge_elements(row, result, about))
            yield from found
        if result.status in SUSPECT:
            known = [what for name, what in DEFECTS.items() if name in row.found.text]
            if result.status is not Status.ERROR and row.is_far and row.dtype is not DType.FLOAT64:
                known.append("out of range")
            if any(one.known.count(" | ") and not one.known.endswith(SMOOTH) for one in found):
                known.append("a kink")
            why = str(result.error or result.verdict.reason)
            yield Judged(Outcome.EXCUSED if known else Outcome.WRONG, about, f"{result.status}: {why}", str(known))


def judge_elements(row: TensorRow, result: Result, about: str) -> Iterator[Judged]:
    """The truth of each element of a result."""
    elements = list(result.elements or ())
    values = row.found.evaluate(row.point).ravel()
    if not result.wrt:
        pairs = zip(elements, [(one, one, True) for one in values], strict=True)
        columns: Sequence[list[tuple[ElementResult, Slopes]]] = [list(pairs)]
    else:
        count = row.point[result.wrt[0]].size
        columns = [
            list(zip(islice(elements, k, None, count), quotients(row, result.wrt[0], k, values), strict=True))
            for k in range(count)
        ]
    for column in columns:
        for element, known in column:
            outcome = compare(element.truth, known)
            where = f"{about}{list(element.index)}"
            sides = " | ".join(mpmath.nstr(one, 20) for one in known[:2])
            yield Judged(outcome, where, spelled(element.truth), sides + (SMOOTH if is_near(*known[:2]) else ""))


def quotients(row: TensorRow, name: str, place: int, values: Array) -> list[Slopes]:
    """The slope on the left and on the right of each output by one element, and whether that is known."""
    found = []
    sides = []
    for step in (-_STEP, _STEP, -_STEP / 2, _STEP / 2):
        try:
            with mp.workprec(_BITS):
                moved = row.point[name].copy()
                moved.reshape(-1)[place] += step
                sides.append((row.found.evaluate({**row.point, name: moved}).ravel() - values) / step)
        except (ZeroDivisionError, ValueError, TypeError):
            return [(mpf(0), mpf(0), False)] * len(values)
    for left, right, nearer_left, nearer_right in zip(*sides, strict=True):
        sure = is_near(left, nearer_left) and is_near(right, nearer_right)
        found.append((left, right, sure))
    return found


def is_near(x: Number, y: Number) -> bool:
    """Whether two quotients are of one slope."""
    return bool(abs(x - y) <= _EQUAL * (abs(x) + abs(y)) + _NOTHING)


def compare(truth: Truth, known: Slopes) -> Outcome:
    """Whether a truth is wrong."""
    left, right, sure = known
    if truth.kind is Kind.UNDECIDED:
        return Outcome.UNDECIDED
    if not sure:
        return Outcome.UNKNOWN
    if is_near(left, right):
        is_right = truth.value is not None and is_known(truth.value, (left + right) / 2)
        return Outcome.RIGHT if is_right else Outcome.WRONG
    if truth.kind is Kind.VALUE:
        return Outcome.WRONG
    pairs = ((truth.left, left), (truth.right, right))
    fine = all(is_known(side, number) for side, number in pairs if isinstance(side, Enclosure))
    return Outcome.RIGHT if fine else Outcome.WRONG


def is_known(enclosure: Enclosure, slope: Number) -> bool:
    """Whether an enclosure holds a slope, or 0 where the slope is the rest of a quotient."""
    return is_at(enclosure, slope) or (abs(slope) <= _NOTHING and is_at(enclosure, mpf(0)))
