"""The fuzz of verdicts: torch's own kernels in four formats, where no fault is to be found but torch's known ones."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

import mpmath

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Mode, Result, Status
from derivcheck.numbers import DType
from fuzzing.composites import expanded
from fuzzing.evaluator import as_mpf, magnitude
from fuzzing.oracle import TINY, Answer, Kind, Oracle
from fuzzing.rows import Row
from fuzzing.tally import Judged, Outcome
from fuzzing.trees import Tree, subtrees

SUSPECT = frozenset({Status.MISMATCH, Status.NONFINITE, Status.INACCURATE, Status.WRONG_FORMULA})
"""The statuses that accuse torch, or SymPy."""

FORMATS = tuple(DType)
MODES = (*[Mode.REVERSE] * 8, Mode.FORWARD, Mode.FUNC)
"""The reverse mode mostly, which everyone uses."""

DEFECTS: dict[str, str] = {
    "softplus": "its threshold of 20",
    "logsigmoid": "tails",
    "binary_cross_entropy_with_logits": "a sure prediction",
    "gelu": "its tail",
    "gelu_tanh": "its tail, and nan far out",
    "ndtr": "its tail",
    "log_ndtr": "far out",
    "i0": "higher derivatives at 0",
    "i1": "higher derivatives at 0, float32",
    "i0e": "higher derivatives at 0",
    "i1e": "higher derivatives at 0",
    "besseli": "higher derivatives at 0",
    "atan2": "near the origin",
    "hypot": "nan at the origin",
    "fmod": "where the quotient is nearly whole",
    "remainder": "where the quotient is nearly whole",
    "floor_divide": "where the quotient is nearly whole",
    "ldexp": "a tangent of another dtype",
    "celu": "an alpha that float32 does not hold",
    "clamp": "min equal to max",
    "pow": "the mixed derivative at exponent 0, nan at base 0",
    "sinc": "near 0, whole numbers and second derivatives at 0",
    "addcdiv": "by a small number",
    "logaddexp": "far apart",
    "logaddexp2": "at its zeros",
    "logit": "at its zeros",
    "gammainc": "nan at 0",
    "gammaincc": "a tiny first argument",
    "zeta": "a huge second argument",
    "erf": "bfloat16",
    "xlogy": "by y at the origin",
    "xlog1py": "by y at the origin",
    "mish": "far out",
    "silu": "tails",
    "hardsigmoid": "a float32 constant",
    "trigamma": "nine digits",
    "polygamma": "nine digits",
    "digamma": "near its poles and zeros",
    "lgamma": "digamma is its slope",
    "gamma": "digamma is its slope",
    "factorial": "digamma is its slope",
    "erfcx": "negative numbers",
    "asinh": "far out",
    "acosh": "far out",
    "sigmoid": "tails",
    "tanh": "tails",
}
"""Functions of which docs/torch_findings.md says that torch's kernel is wrong somewhere: their rows are not judged."""


def judge_row(row: Row, random: Random) -> Iterator[Judged]:
    """The value and the derivatives of a row in one format."""
    dtype, mode = random.choice(FORMATS), random.choice(MODES)
    case = Case(row.tree.written, (row.texts,), wrt=row.wrts, dtype=dtype, modes=(mode,))
    oracle: Oracle | None = None
    for result in check_case(case):
        if oracle is None and result.point is not None:
            oracle = Oracle(row.tree, {name: coordinate.exact for name, coordinate in result.point.items()})
        answer = oracle.derivative(result.wrt) if oracle else Answer(Kind.UNKNOWN)
        known = sorted(defects_in(row.tree))
        said = f"{result.status}: {result.verdict.reason}"
        returned = result.gradient.value if result.gradient else None
        about = f"{','.join(result.wrt) or 'value'}, --dtype {dtype} --mode {mode}"
        yield Judged(
            judged(result, answer, row.tree, bool(known)), about, said, f"{answer}; torch {returned} {', '.join(known)}"
        )


def judged(result: Result, answer: Answer, tree: Tree, has_defects: bool) -> Outcome:
    """Whether a verdict is suspect.

    At a kink, and at a guarded pole, torch's conventions and nans are no rounding: where the oracle has another number
    than torch there, the verdict is right. The same holds where the literals, once rounded, put torch on a kink. Where
    everything is smooth, what accuses torch of no known defect is shown.
    """
    if result.status is Status.ERROR:
        return Outcome.WRONG if result.trace else Outcome.UNKNOWN
    if result.status in SUSPECT:
        if answer.kind is Kind.UNDEFINED:
            return Outcome.WRONG
        at_kink = answer.kind is Kind.SIDES or answer.how == "both sides"
        if at_kink and result.status in {Status.MISMATCH, Status.NONFINITE}:
            refuted = is_refuted(result, answer) or is_refuted_in_float64(result, answer)
            return Outcome.RIGHT if refuted else Outcome.WRONG
        if is_refuted_as_held(result, tree):
            return Outcome.RIGHT
        excused = has_defects or answer.kind is Kind.UNKNOWN or is_guarded(result, tree)
        return Outcome.EXCUSED if excused else Outcome.WRONG
    if result.status is Status.UNDECIDED:
        return Outcome.UNDECIDED
    returned = result.gradient.value if result.gradient else None
    if result.status is not Status.MATCH or answer.kind is not Kind.VALUE or returned is None:
        return Outcome.UNKNOWN if result.status is Status.SKIPPED else Outcome.RIGHT
    assert result.gradient is not None
    is_nothing = magnitude(answer.value) < TINY  # a true 0 has no digits of which half could be right
    return Outcome.RIGHT if is_nothing or is_near(returned, answer, result.gradient.dtype) else Outcome.WRONG


def is_refuted_as_held(result: Result, tree: Tree) -> bool:
    """Whether torch stands on a kink, with its literals as the format holds them, and its number is wrong there too.

    abs(x - c) is smooth where c rounds to x, but torch has a kink there; if that cancels, its 0 is no convention.
    """
    if result.point is None or result.gradient is None or result.gradient.value is None:
        return False
    held = as_held(tree, result.gradient.dtype)
    point = {name: coordinate.exact for name, coordinate in result.point.items()}
    answer = Oracle(held, point).derivative(result.wrt)
    return answer.kind is Kind.VALUE and answer.how == "both sides" and is_refuted(result, answer)


def is_refuted_in_float64(result: Result, answer: Answer) -> bool:
    """Whether torch's number is wrong in float64 at the same point: in bfloat16, 2 beside 114 is half of the digits."""
    if result.point is None:
        return False
    held = {name: str(coordinate.exact) for name, coordinate in result.point.items()}
    case = replace(result.case, at=(held,), dtype=DType.FLOAT64)
    same = (other for other in check_case(case) if (other.what, other.wrt) == (result.what, result.wrt))
    return any(is_refuted(other, answer) for other in same)


def as_held(tree: Tree, dtype: DType) -> Tree:
    """The tree with each literal rounded to the format."""
    if tree.op != "num":
        return Tree(tree.op, tuple(as_held(arg, dtype) for arg in tree.args), tree.text)
    number = dtype.nearest(Fraction(tree.text))
    return tree if number is None else number_tree(number)


def number_tree(number: Fraction) -> Tree:
    """A rational number as a tree of integers."""
    above, below = (Tree("num", text=str(part)) for part in number.as_integer_ratio())
    return above if number.denominator == 1 else Tree("div", (above, below))


def is_guarded(result: Result, tree: Tree) -> bool:
    """Whether torch's nan may come from a branch of a `where` that is not taken: 0 times infinity."""
    if result.point is None or result.status is not Status.NONFINITE:
        return False
    point = {name: coordinate.exact for name, coordinate in result.point.items()}
    branches = [branch for node in subtrees(expanded(tree)) if node.op == "where" for branch in node.args[1:]]
    return any(
        Oracle(branch, point).derivative((name,)).kind is not Kind.VALUE for branch in branches for name in point
    )


def is_refuted(result: Result, answer: Answer) -> bool:
    """Whether torch's number is neither the oracle's nor between its sides."""
    returned = result.gradient.value if result.gradient else None
    if returned is None or math.isnan(returned):
        return True
    assert result.gradient is not None
    if answer.kind is Kind.VALUE:
        return not is_near(returned, answer, result.gradient.dtype)
    with mpmath.workprec(300):
        ends = [mpmath.mpf(side) for side in (answer.left, answer.right) if side != "domain"]
        slack = mpmath.mpf(2) ** (2 - result.gradient.dtype.precision)
        low, high = min(ends), max(ends)
        return bool(returned < low - slack * abs(low) or returned > high + slack * abs(high))


def is_near(returned: float, answer: Answer, dtype: DType) -> bool:
    """Whether torch's number has at least half of the digits, or lies where the format has none."""
    with mpmath.workprec(300):
        largest, smallest = as_mpf(dtype.largest), mpmath.mpf(2) ** dtype.min_exponent
        if not math.isfinite(returned):
            return bool(math.isinf(returned) and abs(answer.value) > largest / 2)
        error = abs(as_mpf(Fraction(returned)) - answer.value)
        allowed = max(abs(answer.value) * mpmath.mpf(2) ** (1 - dtype.precision / 2), smallest)
        return bool(error <= allowed)


def defects_in(tree: Tree) -> frozenset[str]:
    """The functions in a tree that torch is known to have wrong somewhere."""
    return frozenset(node.op for node in subtrees(tree)) & frozenset(DEFECTS)
