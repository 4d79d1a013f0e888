"""Names for the factor by which a gradient, or a term of it, is off: a number, a size, a constant of the formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isclose, isfinite

from torch import Tensor

from derivcheck.model.expression import LITERAL
from derivcheck.own_functions.ratios import name_ratio
from derivcheck.own_functions.tensors.evidence import Sight
from derivcheck.own_functions.tensors.formula_steps import FormulaProgram

_EQUAL = 1e-9

_MEANS = frozenset({"mean"})
_PLAIN = (-1.0, 2.0, 0.5)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of which a factor may be made.

    Attributes:
        label: what it is, in words.
        values: what it is at each point.
        is_averaged: whether the formula divides by it, as a mean does.
    """

    label: str
    values: tuple[float, ...]
    is_averaged: bool = False

    @property
    def varies(self) -> bool:
        """Whether it is not the same everywhere."""
        return not all(isclose(one, self.values[0], rel_tol=_EQUAL) for one in self.values)


def name_factor(factors: Sequence[float], sights: Sequence[Sight]) -> str | None:
    """The name of the factor by which something is off, one for each point; None where it has none.

    Args:
        factors: how many times too large it is at each point.
        sights: the points.
    """
    if not factors or not all(map(isfinite, factors)):
        return None
    sizes = list(_list_sizes(sights))
    if _is_one(factors, factors[0]):
        return _name_constant(factors[0], sights[0].tape.program, sizes)
    varying = [size for size in sizes if size.varies]
    named = (_name_by_size(factors, size) for size in sorted(varying, key=lambda size: not size.is_averaged))
    plain = next(filter(None, named), None)
    if plain is None or plain.startswith("multiplied"):
        plain = _name_by_quotient(factors, sizes) or plain
    return plain or _name_by_slot(factors, sights)


def _is_one(factors: Sequence[float], one: float) -> bool:
    return all(isclose(factor, one, rel_tol=_EQUAL, abs_tol=_EQUAL) for factor in factors)


def _are(factors: Sequence[float], values: Sequence[float]) -> bool:
    return all(isclose(factor, value, rel_tol=_EQUAL) for factor, value in zip(factors, values, strict=True))


# --- sizes -----------------------------------------------------------------------------------------------------------


def _list_sizes(sights: Sequence[Sight]) -> Iterator[Quantity]:
    """The sizes of dims, the numbers of elements, and over how many elements the formula reduces, each once."""
    found: dict[tuple[float, ...], Quantity] = {}

    def add(label: str, values: Sequence[float], *, is_averaged: bool = False) -> None:
        key = tuple(values)
        if len(key) == len(sights) and min(key) > 0 and max(key) > 1:
            known = found.get(key)
            found[key] = Quantity(
                known.label if known else label, key, is_averaged or (known is not None and known.is_averaged)
            )

    first = sights[0]
    for name, value in first.point.items():
        shapes = [sight.point[name].shape for sight in sights]
        for at in range(len(value.shape)):
            what = f"the batch size (dim {at} of `{name}`)" if not at and len(value.shape) > 1 else ""
            add(what or f"the size of dim {at} of `{name}`", [shape[at] for shape in shapes])
        if len(value.shape) > 1:
            add(f"the number of elements of `{name}`", [len(sight.point[name].elements) for sight in sights])
    program = first.tape.program
    for index, step in enumerate(program.steps):
        counts = [_reduced(sight, index) for sight in sights]
        if all(count is not None for count in counts):
            label = f"the number of elements that `{step.text}` takes together"
            add(label, [count or 0.0 for count in counts], is_averaged=step.function in _MEANS)
    for at in range(len(first.tape.outputs)):
        add("the number of elements of the result", [float(sight.tape.outputs[at].numel()) for sight in sights])
    yield from found.values()


def _reduced(sight: Sight, index: int) -> float | None:
    """How many elements a step reduces to one."""
    step, tape = sight.tape.program.steps[index], sight.tape
    result = tape.values[tape.program.slot(index)]
    if step.function not in {"mean", "sum"} or not isinstance(result, Tensor) or not result.numel():
        return None
    count = tape.values[step.args[0]].numel() / result.numel()
    return float(count) if count > 1 else None


def _name_by_size(factors: Sequence[float], size: Quantity) -> str | None:
    n = size.values
    label, averaged = size.label, size.is_averaged
    for values, name in (
        ([1 / one for one in n], f"divided by n twice, n = {label}" if averaged else f"divided by n = {label}"),
        (n, f"not divided by n = {label}" if averaged else f"multiplied by n = {label}"),
        ([-one for one in n], f"not divided by n = {label}, and sign flipped" if averaged else ""),
        ([1 / one**2 for one in n], f"divided by the square of n = {label}" if not averaged else ""),
        ([one**0.5 for one in n], f"multiplied by the root of n = {label}"),
        ([one**-0.5 for one in n], f"divided by the root of n = {label}"),
        ([one - 1 for one in n], f"not divided by n - 1, n = {label}"),
        ([(one - 1) / one for one in n], f"divided by n instead of n - 1, n = {label}"),
        ([one / (one - 1) if one > 1 else 0.0 for one in n], f"divided by n - 1 instead of n, n = {label}"),
    ):
        if name and _are(factors, values):
            return name
    return None


def _name_by_quotient(factors: Sequence[float], sizes: Sequence[Quantity]) -> str | None:
    """Say that a mean is taken over another number than that of its elements."""
    for mean in sizes:
        for other in sizes:
            quotients = [n / one for n, one in zip(mean.values, other.values, strict=True)]
            if mean.is_averaged and other is not mean and _are(factors, quotients):
                return f"divided by {other.label} instead of {mean.label}"
    return None


# --- constants -------------------------------------------------------------------------------------------------------


def _name_constant(factor: float, program: FormulaProgram, sizes: Sequence[Quantity]) -> str:
    """The name of a factor that is the same everywhere: that of a constant of the formula, where it has a name."""
    ratio = name_ratio(factor)
    fixed = [
        size.label
        for size in sizes
        if not size.varies and (isclose(factor, size.values[0]) or isclose(factor, 1 / size.values[0]))
    ]
    constant = _name_by_constant(factor, program)
    if constant is not None and (constant[1] or not any(isclose(factor, one) for one in _PLAIN)) and not fixed:
        return f"{ratio}: {constant[0]}" if any(isclose(factor, one) for one in _PLAIN) else constant[0]
    if fixed:
        number = factor if factor > 1 else 1 / factor
        return f"{ratio} ({number:.4g} is {fixed[0]})"
    return ratio


def _name_by_constant(factor: float, program: FormulaProgram) -> tuple[str, bool] | None:
    """What a factor says of a constant of the formula, and whether that constant has a name there."""
    for index, step in enumerate(program.steps):
        if step.function != LITERAL:
            continue
        value, text = float(step.run()), step.text
        if value in {0.0, 1.0} or not text:
            continue
        slot = program.slot(index)
        divides = any(one.mistakes == "quotient" and one.args[1:2] == (slot,) for one in program.steps)
        for power, name in (
            (1, f"not divided by `{text}`" if divides else f"the factor `{text}` is there once too often"),
            (-1, f"divided by `{text}` twice" if divides else f"the factor `{text}` is missing"),
            (2, f"multiplied by `{text}` instead of divided by it" if divides else ""),
            (-2, "" if divides else f"divided by `{text}` instead of multiplied by it"),
        ):
            if name and isclose(factor, value**power, rel_tol=_EQUAL):
                return name, text.isidentifier()
    return None


def _name_by_slot(factors: Sequence[float], sights: Sequence[Sight]) -> str | None:
    """What a factor says of a number that the formula takes or computes, such as a temperature."""
    program = sights[0].tape.program
    for slot in range(program.slot(len(program.steps))):
        values = [sight.tape.values[slot] for sight in sights]
        if not all(isinstance(one, Tensor) and one.numel() == 1 and one.is_floating_point() for one in values):
            continue
        numbers = [float(one) for one in values]
        if 0.0 in numbers:
            continue
        for power in (1, -1, 2, -2):
            if _are(factors, [number**power for number in numbers]):
                return name_power(program, slot, power)
    return None


def name_power(program: FormulaProgram, slot: int, power: int) -> str:
    """The name of a factor that is a power of what a slot holds."""
    what, divides = program.quote(slot), program.is_divisor(slot)
    return _POWERS[power, divides is True].format(what)


_POWERS = {
    (1, True): "a division by {} is missing",
    (1, False): "the factor {} is there once too often",
    (-1, True): "divided by {} once too often",
    (-1, False): "the factor {} is missing",
    (2, True): "multiplied by {} instead of divided by it",
    (2, False): "the factor {} is there twice too often",
    (-2, True): "divided by {} twice too often",
    (-2, False): "divided by {} instead of multiplied by it",
}
"""The names of powers, each of something that is a divisor in the formula, or not."""
