"""The items about which gradients are asked for: for other upstream gradients, by some arguments, of some outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, islice

from torch import Tensor

from derivcheck.model import Severity, Status
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.comparison import Comparison, conclude, is_ours, report_error
from derivcheck.own_functions.tensors.comparison import compare_gradients, compare_values
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import further_places, given_places
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream

FACTORS = tuple(Fraction(text) for text in ("2", "4", "-2", "-1", "0.375", "0"))
"""What an upstream gradient is multiplied by: 1, 2 and -2 among them, so that linearity follows."""

EXTREMES = (Fraction(2) ** 24, Fraction(1, 2**24))
"""Factors as large and as small as a scaled loss makes them: a clamp in a backward pass shows."""

FEW_ARGUMENTS = 4
"""So many arguments ask for gradients in every combination; of more, each alone and all but each."""

_BITS_OF_WEIGHTS = 4
"""The weights of the dense upstream gradients are this long: what is longer by as much as a format is not held."""


def asked_places(subject: TensorSubject) -> tuple[Place, ...]:
    """Where gradients are asked for in many ways: at the points given, and at one more where the usual way is right.

    What is wrong there whatever the way is not for these items to tell.
    """
    return subject.remember("asked places", lambda: (*given_places(subject), *_one_more(subject)))


def _one_more(subject: TensorSubject) -> Iterator[Place]:
    yield from islice(filter(_is_right, further_places(subject)), 1)


def _is_right(place: Place) -> bool:
    """Whether value and gradients at a place are right where nothing special is asked for."""
    upstream = Upstream(DENSE[0])
    try:
        made = [*compare_values(place, place.run()[1]), *compare_gradients(place, place.pull_back(upstream), upstream)]
    except (Exception, SystemExit, GeneratorExit) as error:
        if is_ours(error):
            raise
        return False
    return all(comparison.verdict.status.severity is Severity.PASS for comparison in made)


# --- upstream --------------------------------------------------------------------------------------------------------


def check_upstreams(subject: TensorSubject) -> Iterator[Comparison]:
    """The gradient is linear in the upstream gradient: several dense ones, times several factors."""
    for place in asked_places(subject):
        for upstream in _upstreams(subject.dtype):
            yield from compare_gradients(place, place.pull_back(upstream), upstream)


def _upstreams(dtype: DType) -> Iterator[Upstream]:
    """The upstream gradients other than the fixed ones themselves."""
    first, second = DENSE
    for factor in FACTORS:
        yield Upstream(first).times(factor)
    yield Upstream(second).times(Fraction(-1))
    yield Upstream(ONES).times(_four_thirds(dtype.precision))
    yield Upstream(second).times(_four_thirds(dtype.precision - _BITS_OF_WEIGHTS))
    for factor in () if dtype is DType.FLOAT16 else EXTREMES:
        yield Upstream(first).times(factor)


def _four_thirds(bits: int) -> Fraction:
    """4/3 to so many bits: it needs all digits of a format, and a cast to a narrower one shows."""
    return Fraction(round(Fraction(4, 3) * 2 ** (bits - 1)), 2 ** (bits - 1))


# --- arguments -------------------------------------------------------------------------------------------------------


def check_arguments(subject: TensorSubject) -> Iterator[Comparison]:
    """The gradients by those arguments that ask for one, whatever the others ask for."""
    compared = False
    for place in asked_places(subject):
        for asking in _combinations(place.names):
            compared = True
            upstream = Upstream(DENSE[0])
            how = f"{_listed(asking)} {'alone asks' if len(asking) == 1 else 'ask'} for a gradient"
            yield from compare_asked(place, lambda: place.pull_back(upstream, asking), upstream, how)  # noqa: B023
    if not compared:
        yield conclude(Status.SKIPPED, "there is one argument")


def _combinations(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The combinations of arguments of which not all ask for a gradient."""
    sizes = range(1, len(names)) if len(names) <= FEW_ARGUMENTS else (1, len(names) - 1)
    for size in sizes:
        yield from combinations(names, size)


def compare_asked(
    place: Place, ask: Callable[[], Mapping[str, Tensor | None]], upstream: Upstream, how: str
) -> Iterator[Comparison]:
    """Compare gradients that are asked for in some way; what the function raises then is a mismatch.

    Args:
        place: where.
        ask: asks for them: the gradients by argument.
        upstream: for which upstream gradient.
        how: how they are asked for, in words.
    """
    try:
        found = ask()
    except Exception as error:  # the user's, whose code does not know this way
        if is_ours(error):
            raise
        yield report_error(Status.MISMATCH, error, place=", ".join(filter(None, [place.how, how])))
        return
    yield from compare_gradients(place, found, upstream, how=how)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


# --- outputs ---------------------------------------------------------------------------------------------------------


def check_outputs(subject: TensorSubject) -> Iterator[Comparison]:
    """The gradients of each output alone, while the others are unused, and while they are weighed with 0."""
    for place in asked_places(subject):
        outputs = len(place.outputs)
        if outputs == 1:
            yield conclude(Status.SKIPPED, "there is one output")
            return
        for output in range(outputs):
            for number in (DENSE[0], ONES):
                upstream = Upstream(number, output=output)
                yield from compare_asked(place, lambda: _pull_back_some(place, upstream), upstream, "the others unused")  # noqa: B023
            upstream = Upstream(DENSE[1], output=output)
            yield from compare_asked(place, lambda: place.pull_back(upstream), upstream, "the others weighed with 0")  # noqa: B023


def _pull_back_some(place: Place, upstream: Upstream) -> dict[str, Tensor | None]:
    """The gradients of one output alone, of which torch is told nothing of the others."""
    inputs, outputs = place.run()
    weights = upstream.tensors([tuple(output.shape) for output in outputs], place.subject.setting)
    assert upstream.output is not None
    only = slice(upstream.output, upstream.output + 1)
    found = place.subject.gradients(outputs[only], inputs, weights[only])
    return {
        name: gradient
        for name, tensor, gradient in zip(place.subject.args, inputs, found, strict=True)
        if tensor.requires_grad
    }
