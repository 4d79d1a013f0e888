"""The mistakes in a whole gradient: its upstream gradient, its sign, its scale, whose gradient it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations

import torch
from torch import Tensor

from derivcheck.own_functions.tensors.evidence import Evidence, Row
from derivcheck.own_functions.tensors.scales import name_factor

Gradients = Mapping[str, Tensor]
Guess = Callable[[Row], "Gradients | None"]
"""What a mistake would make of the gradients in a row; None where it cannot be said."""

_PERMUTED = 4


def fits(rows: Sequence[Row], names: Sequence[str], guess: Guess) -> bool:
    """Whether a guess explains all rows."""
    for row in rows:
        found = guess(row)
        if found is None or not row.fits(found, names):
            return False
    return True


def name_zero(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """The name of a gradient that is 0 everywhere: torch may have none at all."""
    if any(bool((row.returned[name] != 0).any()) for row in rows for name in names):
        return None
    listed = ", ".join(f"`{name}`" for name in names)
    if all(row.is_cut_off for row in rows):
        return "the result is cut off from the graph (.detach(), .data, NumPy or no_grad): it has no gradient"
    if all(name in row.missing for row in rows for name in names):
        return f"None is returned for {listed}, or nothing leads there: there is no gradient"
    return f"the gradient by {listed} is 0: the backward pass returns zeros"


def name_of_whole(evidence: Evidence, rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """The name of a mistake in the upstream gradient, in a factor of the whole, or in which gradient is whose."""
    swept = set(names) <= evidence.known
    for words, change in (*_UPSTREAMS, *_of_one_output(rows[0])) if swept else ():
        if fits(rows, names, lambda row, change=change: _swept(row, change)):  # type: ignore[misc]
            return words
    factors = find_factors(rows, names, [row.true for row in rows], [row.returned for row in rows])
    if factors is not None:
        sights = [sight for sight in evidence.sights if id(sight) in factors]
        name = name_factor([factors[id(sight)] for sight in sights], sights)
        if name is not None:
            return name
    return _name_exchange(evidence, rows, names) or _name_turned(rows, names) or _name_clip(rows, names)


def _name_clip(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """Say that the gradient is clipped element by element, if it is, and many elements have the same limit."""
    limit = max(float(row.returned[name].abs().max()) for row in rows for name in names if row.returned[name].numel())
    cut = sum(int((row.returned[name].abs() == limit).sum()) for row in rows for name in names)
    if cut < _LEAST_CUT or not fits(
        rows, names, lambda row: {name: row.true[name].clamp(-limit, limit) for name in names}
    ):
        return None
    return f"the gradient is clipped: no element of it is beyond {limit:.6g}"


_LEAST_CUT = 3
"""So many elements at least are at the limit of a gradient that is clipped."""


def _ones(upstream: Sequence[Tensor]) -> list[Tensor]:
    return [torch.ones_like(g) for g in upstream]


_UPSTREAMS: tuple[tuple[str, Callable[[Sequence[Tensor]], list[Tensor]]], ...] = (
    ("ignores grad_output", _ones),
    ("ignores grad_output, and sign flipped", lambda upstream: [-torch.ones_like(g) for g in upstream]),
    ("multiplies by grad_output twice", lambda upstream: [g * g for g in upstream]),
    ("takes the sum of grad_output", lambda upstream: [g.sum().expand(g.shape) for g in upstream]),
    ("takes the mean of grad_output", lambda upstream: [g.mean().expand(g.shape) for g in upstream]),
    ("takes the absolute value of grad_output", lambda upstream: [g.abs() for g in upstream]),
    ("takes the sign of grad_output", lambda upstream: [g.sign() for g in upstream]),
    ("takes the first element of grad_output", lambda upstream: [_first(g).expand(g.shape) for g in upstream]),
    ("grad_output is transposed", lambda upstream: [g.mT if _is_square(g) else g for g in upstream]),
)
"""What mistakes make of the upstream gradient."""


def _of_one_output(row: Row) -> Iterator[tuple[str, Callable[[Sequence[Tensor]], list[Tensor]]]]:
    """What mistakes make of the upstream gradient of one of several outputs."""
    for at in range(len(row.upstream) if len(row.upstream) > 1 else 0):
        for words, make in (("ignored: the term is missing", torch.zeros_like), ("taken as 1", torch.ones_like)):

            def change(upstream: Sequence[Tensor], at: int = at, make=make) -> list[Tensor]:  # type: ignore[no-untyped-def]
                return [make(g) if at == place else g for place, g in enumerate(upstream)]

            yield f"the upstream gradient of output {at} is {words}", change


def _first(g: Tensor) -> Tensor:
    return g.reshape(-1)[0] if g.numel() else g.sum()


def _is_square(g: Tensor) -> bool:
    return g.ndim > 1 and g.shape[-1] == g.shape[-2]


def _swept(row: Row, change: Callable[[Sequence[Tensor]], list[Tensor]]) -> Gradients:
    sweep = row.sweeps[1]
    return sweep.tape.pull(sweep.started(change(row.upstream)))


def forgets_upstream(rows: Sequence[Row], names: Sequence[str]) -> bool:
    """Whether the gradients are the same for all upstream gradients at a point."""
    first: dict[int, Row] = {}
    for row in rows:
        known = first.setdefault(id(row.sight), row)
        if not known.fits(row.returned, names):
            return False
    return len(first) < len(rows)


def find_factors(
    rows: Sequence[Row], names: Sequence[str], parts: Sequence[Gradients], wanted: Sequence[Gradients]
) -> dict[int, float] | None:
    """The factor of a part at each point that makes it what is wanted, in all rows; None where there is none."""
    found: dict[int, float] = {}
    for row, part, goal in zip(rows, parts, wanted, strict=True):
        square = sum(float((part[name] ** 2).sum()) for name in names)
        factor = sum(float((part[name] * goal[name]).sum()) for name in names) / square if square else 0.0
        if not all(bool(((factor * part[name] - goal[name]).abs() <= row.slack[name]).all()) for name in names):
            return None
        if all(bool((part[name].abs() <= row.slack[name]).all()) for name in names):
            continue  # nothing is told of a factor of 0
        known = found.setdefault(id(row.sight), factor)
        if abs(known - factor) > 1e-7 * max(abs(known), abs(factor)):
            return None
    return found or None


def _name_exchange(evidence: Evidence, rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """Say that the gradients of some arguments are exchanged, or that one is that of another argument."""
    everyone = evidence.names
    if 1 < len(names) <= _PERMUTED:
        for order in permutations(names):
            if all(a != b for a, b in zip(names, order, strict=True)) and fits(
                rows,
                names,
                lambda row, order=order: _taken(row, dict(zip(names, order, strict=True))),  # type: ignore[misc]
            ):
                listed = " and ".join(f"`{name}`" for name in names)
                return f"the gradients of {listed} are exchanged"
    if len(names) == 1:
        for other in everyone:
            if other != names[0] and fits(rows, names, lambda row, other=other: _taken(row, {names[0]: other})):  # type: ignore[misc]
                return f"the gradient of `{other}` is returned for `{names[0]}`"
    return None


def _taken(row: Row, whose: Mapping[str, str]) -> Gradients | None:
    """The gradients of other arguments, where they have the right shapes."""
    if any(row.true[name].shape != row.true[other].shape for name, other in whose.items()):
        return None
    return {name: row.true[other] for name, other in whose.items()}


def _name_turned(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """Say that a gradient is transposed, or turned around along a dim."""
    if all(_is_square(row.true[name]) for row in rows[:1] for name in names) and fits(
        rows, names, lambda row: {name: row.true[name].mT for name in names} if _all_square(row, names) else None
    ):
        return "transposed"
    for at in range(max(row.true[name].ndim for row in rows[:1] for name in names)):
        if fits(
            rows,
            names,
            lambda row, at=at: (
                {name: row.true[name].flip(at) for name in names if row.true[name].ndim > at}  # type: ignore[misc]
                if all(row.true[name].ndim > at for name in names)
                else None
            ),
        ):
            return f"turned around along dim {at}"
    return None


def _all_square(row: Row, names: Sequence[str]) -> bool:
    return all(_is_square(row.true[name]) for name in names)


def name_narrow(rows: Sequence[Row], names: Sequence[str]) -> str | None:
    """Say that the gradients were computed in float32, if they are numbers of float32 that are right to its digits."""
    largest = 0.0
    for row in rows:
        for name in names:
            size = float(row.true[name].abs().max())
            off = float((row.returned[name] - row.true[name]).abs().max())
            if off > 1e-5 * size:
                return None
            largest = max(largest, off / size if size else 0.0)
    if largest < 1e-10:
        return None
    if all(
        bool((row.returned[name].float().double() == row.returned[name]).all()) for row in rows[:1] for name in names
    ):
        return f"computed in float32 (relative error up to {largest:.0e})"
    return None
