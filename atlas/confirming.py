"""Whether a finding holds: its lines are run, and mpmath tells what is true.

    python atlas/confirming.py [--write]

With --write what the lines show, what is true, and the formats and modes in which it holds, are written into
findings.toml. Neither SymPy nor Arb takes part: the truth is a closed form or a series, evaluated by mpmath with 80
digits at the very numbers that the tensors hold.
"""

from __future__ import annotations

import argparse
import ast
import math
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import mpmath
import torch
from findings import PRELUDE, Finding, Kind, read, write
from torch import Tensor
from torch.autograd import grad
from torch.func import grad as gradient
from torch.func import jvp

from derivcheck.numbers import DType

FORMATS = {
    DType.FLOAT64: torch.float64,
    DType.FLOAT32: torch.float32,
    DType.BFLOAT16: torch.bfloat16,
    DType.FLOAT16: torch.float16,
}

CLEARLY_OFF = 8
"""The ulps that are more than rounding, in the format of the lines; each finding was judged by derivcheck, too."""

CLEARLY_OFF_ELSEWHERE = 64
"""Likewise where the point is not chosen for the format: in float16 that is one digit, in bfloat16 none."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the lines of a finding come to.

    Attributes:
        text: what the last line shows.
        numbers: its numbers.
        true: the true ones, as texts.
        is_off: whether they are wrong.
    """

    text: str
    numbers: tuple[float, ...]
    true: tuple[str, ...]
    is_off: bool


# --- torch ------------------------------------------------------------------------------------------------------------


def _namespace(dtype: torch.dtype) -> dict[str, Any]:
    """The names of the prelude, with numbers of a format."""
    names: dict[str, Any] = {}
    exec(PRELUDE.replace("dtype=torch.float64", f"dtype={dtype}", 1), names)
    return names


def run(lines: Sequence[str], dtype: torch.dtype = torch.float64) -> tuple[Any, dict[str, Any]]:
    """What the last of some lines comes to, or the message of the exception that it raises; and the names after it."""
    names = _namespace(dtype)
    tree = ast.parse("\n".join(lines))
    *before, last = tree.body
    assert isinstance(last, ast.Expr), "the last line shows something"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(ast.Module(before, []), "lines", "exec"), names)
        try:
            return eval(compile(ast.Expression(last.value), "lines", "eval"), names), names
        except (RuntimeError, NotImplementedError) as error:
            return str(error).splitlines()[0], names


def in_mode(finding: Finding, mode: str, dtype: torch.dtype) -> float:
    """The number of a finding's function that torch returns in a mode, be it that of its lines or another."""
    names = _namespace(dtype)
    xs = [names["number"](float(value)).detach() for _, value in finding.point]
    f: Callable[..., Any] = eval(f"lambda {', '.join(finding.names)}: {finding.function}", names)
    places = [finding.names.index(name) for name in finding.by.split(",") if name]
    if mode == "reverse":
        xs = [x.requires_grad_() for x in xs]
        y = f(*xs)
        for place in places:
            (y,) = grad(y, xs[place], create_graph=True)
        return float(y.item())
    for index, place in enumerate(places):
        is_forward = mode in {"forward", "forward-over-reverse" if index else "reverse-over-forward"}
        f = _tangent(f, place) if is_forward else gradient(f, argnums=place)
    return float(f(*xs).item())


def _tangent(f: Callable[..., Tensor], place: int) -> Callable[..., Tensor]:
    """The derivative of a function by one of its arguments, in forward mode."""

    def along(*xs: Tensor) -> Tensor:
        x = xs[place]
        slope: Tensor = jvp(lambda x: f(*xs[:place], x, *xs[place + 1 :]), (x,), (torch.ones_like(x),))[1]
        return slope

    return along


# --- the truth --------------------------------------------------------------------------------------------------------


def _exact(value: Any) -> Any:
    """The numbers that a tensor holds, exactly."""
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return mpmath.mpf(value)


def true_numbers(finding: Finding, names: dict[str, Any]) -> list[Any]:
    """The true numbers, of mpmath, where a finding has them."""
    if not finding.truth:
        return []
    known = {
        name: _exact(value.detach().double().tolist())
        for name, value in names.items()
        if isinstance(value, Tensor) and not value.is_complex() and re.search(rf"\b{name}\b", finding.truth)
    }
    with mpmath.workdps(80):
        found = eval(finding.truth, {**vars(mpmath), "mpf": mpmath.mpf, **known})
        return [mpmath.mpf(number) for number in (found if isinstance(found, list) else [found])]


def is_off(number: float, truth: Any, dtype: DType, ulps: float) -> bool:
    """Whether a number is not the true one: more than so many ulps away, or none at all.

    Where the true number is beyond the format nothing is called wrong.
    """
    if not mpmath.isfinite(truth) or abs(truth) > mpmath.mpf(dtype.largest.numerator):
        return False
    smallest = mpmath.ldexp(1, dtype.min_exponent)
    if truth == 0:
        return not math.isfinite(number) or abs(number) >= smallest
    if abs(truth) < smallest:  # fewer digits there: only what has none of them right
        ulps = CLEARLY_OFF_ELSEWHERE
    if not math.isfinite(number):
        return True
    sign, mantissa, exponent, _ = truth._mpf_
    exact = Fraction(mantissa) * Fraction(2) ** exponent * (-1 if sign else 1)
    return bool(abs(Fraction(number) - exact) > ulps * dtype.ulp(exact))


def _flat(value: Any) -> Iterator[float]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield float(value)


def decimal(truth: Any) -> str:
    """A true number with 17 digits, without zeros at its end."""
    with mpmath.workdps(80):
        text: str = mpmath.nstr(truth, 17, min_fixed=-5, max_fixed=17)
    return text.removesuffix(".0").replace(".0e", "e")


# --- a finding --------------------------------------------------------------------------------------------------------


def shown(finding: Finding, dtype: DType) -> Shown:
    """What the lines of a finding come to, in the format in which they are shown."""
    value, names = run(finding.reproduction)
    if finding.kind is Kind.MISSING or not finding.truth:
        numbers: list[float] = []
        truths: list[Any] = []
        wrong = isinstance(value, str) if finding.kind is Kind.MISSING else True
    else:
        numbers, truths = list(_flat(value)), true_numbers(finding, names)
        pairs = zip(numbers, truths, strict=True)
        wrong = any(is_off(number, truth, dtype, CLEARLY_OFF) for number, truth in pairs)
    return Shown(value if isinstance(value, str) else repr(value), tuple(numbers), tuple(map(decimal, truths)), wrong)


def holds(finding: Finding, dtype: DType, mode: str) -> bool:
    """Whether a finding that has a function holds in a format and a mode, in which torch can compute it."""
    ulps = CLEARLY_OFF if dtype.label == finding.formats[0] else CLEARLY_OFF_ELSEWHERE
    names = _namespace(FORMATS[dtype])
    held = {name: names["number"](float(value)) for name, value in finding.point}
    if not all(_is_held(float(value), held[name].item(), dtype) for name, value in finding.point):
        return False
    try:
        (truth,) = true_numbers(finding, held)
        return is_off(in_mode(finding, mode, FORMATS[dtype]), truth, dtype, ulps)
    except (RuntimeError, NotImplementedError, ValueError, ZeroDivisionError):  # no such derivative, or no such truth
        return False


def _is_held(value: float, held: float, dtype: DType) -> bool:
    """Whether a format holds a number but for a rounding: 1e20 in float16 is inf, and 1e-30 is 0."""
    return math.isfinite(held) and abs(held - value) <= abs(value) * dtype.unit_roundoff


def is_confirmed(finding: Finding) -> bool:
    """Whether a finding is what it says: what is true, about what torch shows, and in which formats and modes."""
    first, *others = map(DType.named, finding.formats)
    found = shown(finding, first)
    if not found.is_off or (found.true and finding.true != ", ".join(found.true)):
        return False
    if found.true and not _is_about(found, _numbers_in(finding.shown)):
        return False
    if not found.true and found.text != finding.shown:
        return False
    mode, *more = finding.modes
    return all(holds(finding, dtype, mode) for dtype in others) and all(holds(finding, first, mode) for mode in more)


def _is_about(found: Shown, before: Sequence[float]) -> bool:
    """Whether numbers that are wrong are those of before, as far as kernels for other processors may differ."""
    for now, then, true in zip(found.numbers, before, map(float, found.true), strict=True):
        is_same = now == then or (math.isnan(now) and math.isnan(then))
        if not is_same and not abs(now - then) <= abs(then - true) / 2:
            return False
    return True


def _numbers_in(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?(?:nan|inf|\d+(?:\.\d*)?(?:e[-+]?\d+)?)", text)]


def modes_of(finding: Finding) -> tuple[str, ...]:
    """The modes in which what a finding is about may be asked for."""
    match len(finding.by.split(",")) if finding.by else 0:
        case 0:
            return ("reverse",)
        case 1:
            return ("reverse", "forward", "func")
        case 2:
            return ("reverse", "forward", "func", "forward-over-reverse", "reverse-over-forward")
        case _:
            return ("reverse", "forward", "func")


def confirmed(finding: Finding) -> Finding:
    """A finding with what its lines show, what is true, and where it holds.

    Raises:
        AssertionError: where it does not hold.
    """
    own = DType.named(finding.formats[0]) if finding.formats else DType.FLOAT64
    finding = replace(finding, formats=finding.formats or (own.label,), modes=finding.modes or ("reverse",))
    found = shown(finding, own)
    assert found.is_off, f"{finding.id}: torch shows {found.text}, which is right: {', '.join(found.true)}"
    finding = replace(finding, shown=found.text, true=", ".join(found.true) or finding.true)
    if not finding.function or not finding.truth:
        return finding
    first = finding.modes[0]
    formats = [own, *(dtype for dtype in FORMATS if dtype is not own and holds(finding, dtype, first))]
    modes = [first, *(mode for mode in modes_of(finding) if mode != first and holds(finding, own, mode))]
    return replace(finding, formats=tuple(dtype.label for dtype in formats), modes=tuple(modes))


def main() -> None:
    """Confirm them all, and tell which are not as they stand."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="fill in what the lines show and where they hold")
    options = parser.parse_args()
    torch.set_num_threads(1)
    findings = read()
    now: list[Finding] = []
    for finding in findings:
        try:
            now.append(confirmed(finding))
        except Exception as error:  # whatever it is, the others are still looked at
            print(f"{finding.id}: {type(error).__name__}: {error}")
            now.append(finding)
    for before, after in zip(findings, now, strict=True):
        if before != after:
            print(f"{after.id}: {after.shown} for {after.true}; {', '.join(after.formats)}; {', '.join(after.modes)}")
    if options.write:
        write(now)


if __name__ == "__main__":
    main()
