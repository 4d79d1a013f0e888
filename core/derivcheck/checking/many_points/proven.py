"""Proven matches: at which points of one case every row is one, found for all of them at once.

torch runs once on all points. Arb evaluates f and SymPy's derivatives in straight-line code on the ball around each
point, and f once more beside it: the referee. A point counts as passed only if everything that the ordinary way would
ask is answered yes; whatever is not plain is left to the ordinary way, which alone can find fault.
"""

from __future__ import annotations

import math
import random
import re
from array import array
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from flint import arb
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.balls.ball import precision
from derivcheck.balls.ball_code import BallCode
from derivcheck.checking.many_points.columns import BLOCK, Columns
from derivcheck.double_words.certified import CertifiedFloats
from derivcheck.errors import DerivcheckError, UnsupportedError
from derivcheck.inputs.coordinates import read_coordinate
from derivcheck.model import Mode, Wrt
from derivcheck.numbers import DType
from derivcheck.readings import Readings
from derivcheck.rounding.explanation_at_points import looks
from derivcheck.truth.runs import BALL_EXPONENT
from derivcheck.truth.values import AGREED_BITS, DECIDED_BITS
from derivcheck.verdict.criterion import CRITERION

BITS = 256
"""The working precision: what the quotient cancels, and more than enough for the rest."""

BALL = arb(0, arb((1, -BALL_EXPONENT)))
"""The ball around 0 with the radius that the truth takes."""

STEP_BITS = 112
"""The referee looks 2**-112 beside the point, relative to coordinates below 1."""

SHARE_BITS = 20
"""Each partial's share in that derivative is at least 2**-20, so that more than 60 bits of it are confirmed."""

_LEAST_CERTIFIED = 256
"""Of fewer points double words are slower than Arb: each of their steps calls NumPy twenty times."""

PLAIN = re.compile(r"[+-]?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:e[+-]?\d{1,3})?")
"""Decimals that Python's `float`, which rounds correctly, reads as the parser does."""

_LEAST, _MOST = 1e-200, 1e200
"""Magnitudes between which floats tell ulps without a thought of the range's ends."""


def matches(
    texts: Sequence[Mapping[str, str]],
    made: Readings,
    wrts: Sequence[Wrt],
    modes: Sequence[Mode],
    device: str,
    dtype: DType,
) -> Columns | None:
    """The columns of some points; None where this case is none for the fast way.

    Args:
        texts: each point's coordinates as typed, all of the same variables.
        made: the readings of the expression.
        wrts: the derivatives asked for.
        modes: torch's engines.
        device: where torch computes.
        dtype: in which format.
    """
    names = made.expression.variables
    if not names or Mode.COMPILE in modes or not all(len(wrt) == 1 and wrt[0] in names for wrt in wrts):
        return None
    try:
        code, beside, program = made.line_code(tuple(wrts), BITS)
    except (OverflowError, UnsupportedError):
        return None
    asked: tuple[Wrt, ...] = ((), *wrts)
    whole = Columns.none(asked, tuple(modes))
    for first in range(0, len(texts), BLOCK):
        points = _floats(texts[first : first + BLOCK], names, dtype)
        certified = made.certified_floats(tuple(wrts)) if len(points) >= _LEAST_CERTIFIED else None
        part = _block(points, code, beside, certified, program, asked, modes, device, dtype)
        if part is None:
            return None
        whole.add(part)
    return whole


def _block(
    points: Sequence[tuple[float, ...] | None],
    code: BallCode,
    beside: BallCode,
    certified: CertifiedFloats | None,
    program: TorchProgram,
    asked: Sequence[Wrt],
    modes: Sequence[Mode],
    device: str,
    dtype: DType,
) -> Columns | None:
    """The columns of points that torch takes in one go; None where it cannot."""
    known = [index for index, point in enumerate(points) if point is not None]
    places = [point for point in points if point is not None]
    if not places:
        nothing = {mode: [torch.zeros(0, dtype=torch.float64)] * len(asked) for mode in modes}
        return _spread_out(points, known, asked, torch.zeros(0, dtype=torch.bool), nothing, nothing)
    inputs = tuple(
        torch.tensor(column, dtype=TORCH_DTYPES[dtype], device=device) for column in zip(*places, strict=True)
    )
    found: dict[Mode, list[Tensor]] = {}
    for mode in modes:
        outcomes = _gradients(program, inputs, asked, TorchSetting(device, dtype, mode))
        if outcomes is None:
            return None
        found[mode] = outcomes
    moved = [program.variables.index(wrt[0]) for wrt in asked[1:]]
    truths = torch.full((len(places), len(asked)), math.nan, dtype=torch.float64)
    if certified is not None:
        truths = _certified_truths(certified, places, moved)
    left = truths[:, 0].isnan().nonzero().squeeze(1)
    if len(left):
        truths[left] = _truths(code, beside, [places[index] for index in left.tolist()], moved)
    passed, reach = _judged(program, inputs, asked, found, truths, device, dtype)
    return _spread_out(points, known, asked, passed, found, reach)


def _spread_out(
    points: Sequence[tuple[float, ...] | None],
    known: list[int],
    asked: Sequence[Wrt],
    passed: Tensor,
    found: Mapping[Mode, Sequence[Tensor]],
    reach: Mapping[Mode, Sequence[Tensor]],
) -> Columns:
    """The columns of all points, those included that could not be read."""
    count, places = len(points), torch.tensor(known, dtype=torch.int64)

    def column(values: Tensor) -> array[float]:
        whole = torch.zeros(count, dtype=torch.float64)
        whole[places] = values
        return array("d", whole.tolist())

    whole = torch.zeros(count, dtype=torch.bool)
    whole[places] = passed
    return Columns(
        tuple(asked),
        tuple(found),
        bytes(whole.tolist()),
        {mode: tuple(map(column, outcomes)) for mode, outcomes in found.items()},
        {mode: tuple(map(column, outcomes)) for mode, outcomes in reach.items()},
        list(points),
    )


def _floats(texts: Sequence[Mapping[str, str]], names: Sequence[str], dtype: DType) -> list[tuple[float, ...] | None]:
    """The points as the format holds them; None of one about which the ordinary way has something to say."""
    columns = [[point[name] for point in texts] for name in names]
    if dtype is DType.FLOAT64 and all(all(map(PLAIN.fullmatch, column)) for column in columns):
        numbers = [list(map(float, column)) for column in columns]
        sizes = torch.tensor(numbers, dtype=torch.float64).abs()
        if bool(((sizes > _LEAST) & (sizes < _MOST)).all()):
            return list(zip(*numbers, strict=True))
    return [_point(names, point, dtype) for point in zip(*columns, strict=True)]


def _point(names: Sequence[str], texts: Sequence[str], dtype: DType) -> tuple[float, ...] | None:
    try:
        return tuple(float(read_coordinate(name, text, dtype).exact) for name, text in zip(names, texts, strict=True))
    except (DerivcheckError, OverflowError):
        return None


# --- torch -----------------------------------------------------------------------------------------------------------


def _gradients(
    program: TorchProgram, inputs: tuple[Tensor, ...], asked: Sequence[Wrt], setting: TorchSetting
) -> list[Tensor] | None:
    """torch's numbers at all points, as float64 on the CPU; None where it has none, or none for each point."""
    outcomes = derivatives(lambda xs: program(xs, setting.literal), program.variables, inputs, asked, setting.mode)
    found: list[Tensor] = []
    for outcome in outcomes:
        if not isinstance(outcome, Tensor) or outcome.dtype is not TORCH_DTYPES[setting.dtype]:
            return None
        if outcome.dim() and outcome.shape != inputs[0].shape:
            return None
        found.append(outcome.detach().double().cpu().expand(inputs[0].shape))
    return found


# --- Arb -------------------------------------------------------------------------------------------------------------


def _certified_truths(certified: CertifiedFloats, places: Sequence[tuple[float, ...]], moved: Sequence[int]) -> Tensor:
    """The same as `_truths` gives, by double words, nan where these do not know it; the others are left to Arb.

    Where the referee cannot weigh the derivatives against one another they are left to it as well, so that the same
    points pass; and a few more, which lie too near to a pole, or too far out, for the referee's step.
    """
    found = torch.from_numpy(certified.at(list(np.array(places).T)))
    _, can_be_weighed = _weighed(_lengths(places, moved)[0], found)
    return torch.where(can_be_weighed.unsqueeze(1), found, math.nan)


def _truths(code: BallCode, beside: BallCode, places: Sequence[tuple[float, ...]], moved: Sequence[int]) -> Tensor:
    """The value and the derivatives as the nearest floats, a row for each point; nan where something is not proven.

    The referee looks at f a small step away, in all variables at once, and whether it is there what SymPy's derivatives
    say. The step's lengths in the variables are random, so that two wrong derivatives do not make up for one another,
    and each one has a share in the difference that lets its own error show.

    Args:
        code: f and SymPy's derivatives.
        beside: f alone.
        places: the points.
        moved: for each derivative the position of its variable.
    """
    lengths, exponents = _lengths(places, moved)
    steps = _steps(exponents, moved)
    nothing = [math.nan] * (len(moved) + 1)
    truths: list[list[float]] = []
    gaps: list[float] = []
    run, accuracy, run_beside = code.run, arb.rel_accuracy_bits, beside.run
    with precision(BITS):
        for place, step in zip(places, steps, strict=True):
            exact = list(map(arb, place))
            values = run(*[x + BALL for x in exact])
            if min(map(accuracy, values)) < DECIDED_BITS and not all(map(_is_narrow, values)):
                truths.append(nothing)
                gaps.append(math.nan)
                continue
            expected = values[0]
            for row, (index, by) in enumerate(step, 1):
                exact[index] += by
                expected += by * values[row]
            gaps.append(float((run_beside(*exact)[0] - expected).abs_upper()))
            truths.append(list(map(float, values)))
    found = torch.tensor(truths, dtype=torch.float64)
    total, can_be_weighed = _weighed(lengths, found)
    agrees = can_be_weighed & (torch.tensor(gaps, dtype=torch.float64) < total * _AGREED)
    return torch.where(agrees.unsqueeze(1), found, math.nan)


def _weighed(lengths: Tensor, found: Tensor) -> tuple[Tensor, Tensor]:
    """The sum of the derivatives' shares at each point, and whether each of them shows in it."""
    share = (lengths * found[:, 1:]).abs()
    total, least = share.sum(1), share.amin(1)
    return total, (total > _LEAST) & (total < _MOST) & (least * (1 << SHARE_BITS) >= total)


def _is_narrow(value: arb) -> bool:
    return bool(value.is_exact()) or value.rel_accuracy_bits() >= DECIDED_BITS


_AGREED = (1 - 2.0**-40) * 2.0 ** -(AGREED_BITS + STEP_BITS)

Step = tuple[tuple[int, arb], ...]
"""How far the referee goes: for each derivative the position of its variable, and the step in it."""


def _lengths(places: Sequence[tuple[float, ...]], moved: Sequence[int]) -> tuple[Tensor, Tensor]:
    """The lengths of the referee's step at each point in units of 2**-STEP_BITS, and their exponents.

    A length is relative to the power of 2 above the coordinate, where that is below 1.
    """
    _, exponents = torch.frexp(torch.tensor(places, dtype=torch.float64)[:, list(moved)])
    exponents = exponents.clamp(max=0)
    drawn = torch.tensor(_drawn(len(moved)), dtype=torch.float64)
    return torch.ldexp(drawn.expand(exponents.shape), exponents), exponents


def _drawn(count: int) -> list[float]:
    """Random lengths between 1 and 2."""
    draw = random.Random(CRITERION.seed)
    return [1 + draw.randrange(1, 1 << 20, 2) / (1 << 20) for _ in range(count)]


def _steps(exponents: Tensor, moved: Sequence[int]) -> list[Step]:
    """The referee's step at each point."""
    known = [_Steps(index, length) for index, length in zip(moved, _drawn(len(moved)), strict=True)]
    return [tuple([of[exponent] for of, exponent in zip(known, row, strict=True)]) for row in exponents.tolist()]


class _Steps(dict[int, tuple[int, arb]]):
    """The position of a variable, and the step in it for coordinates below a power of 2, by that one's exponent."""

    def __init__(self, index: int, length: float) -> None:
        super().__init__()
        self.index, self.length = index, length

    def __missing__(self, exponent: int) -> tuple[int, arb]:
        step = self[exponent] = self.index, arb(math.ldexp(self.length, exponent)) * arb((1, -STEP_BITS))
        return step


# --- the verdict -----------------------------------------------------------------------------------------------------


def _judged(
    program: TorchProgram,
    inputs: tuple[Tensor, ...],
    asked: Sequence[Wrt],
    found: dict[Mode, list[Tensor]],
    truths: Tensor,
    device: str,
    dtype: DType,
) -> tuple[Tensor, dict[Mode, list[Tensor]]]:
    """At which points all rows are matches, and what rounding was seen to explain there."""
    true = truths.T
    ulps = [_ulp(row, dtype) for row in true]
    size = true.abs()
    zero = size == 0
    passed = (zero | ((size > max(_LEAST, _smallest(dtype))) & (size < min(_MOST, _largest(dtype))))).all(0)
    reach: dict[Mode, list[Tensor]] = {}
    for mode, rows in found.items():
        errors = [(row - truth).abs() + _slack(ulp, dtype) for row, truth, ulp in zip(rows, true, ulps, strict=True)]
        plain = [
            torch.where(zero[index], row == 0, error <= CRITERION.ulps * ulp)
            for index, (row, error, ulp) in enumerate(zip(rows, errors, ulps, strict=True))
        ]
        reach[mode] = [torch.zeros_like(row) for row in rows]
        setting = TorchSetting(device, dtype, mode)
        for look in looks(mode):
            all_plain = torch.stack(plain).all(0)
            open_ = (passed & ~all_plain).nonzero().squeeze(1)
            if not len(open_):
                break
            at = tuple(tensor[open_.to(tensor.device)] for tensor in inputs)
            for index, far in enumerate(look(program, at, asked, setting)):
                if far is None:
                    continue
                error, digits = errors[index][open_], size[index][open_] * _HALF[dtype]
                explained = (error <= far) & (error <= digits) & ~zero[index][open_]
                reach[mode][index][open_] = torch.where(explained, far, reach[mode][index][open_])
                plain[index][open_] |= explained
        passed &= torch.stack(plain).all(0)
    return passed, reach


def _ulp(truth: Tensor, dtype: DType) -> Tensor:
    """The unit in the last place at a number, of which only the nearest float is known: that just below."""
    below = torch.nextafter(truth.abs(), torch.zeros_like(truth))
    _, exponent = torch.frexp(below)
    return torch.exp2((exponent - dtype.precision).double())


def _slack(ulp: Tensor, dtype: DType) -> Tensor:
    """How far the float that stands for a true number may be from it: an ulp of float64."""
    return ulp * 2.0 ** (dtype.precision - DType.FLOAT64.precision)


def _smallest(dtype: DType) -> float:
    return 2.0**dtype.min_exponent


def _largest(dtype: DType) -> float:
    return float(dtype.largest)


_HALF = {dtype: 0.99 * 10 ** (-dtype.digits / 2) for dtype in DType}
"""The relative errors that leave half of a format's digits."""
