"""The item that compares first derivatives at points that nobody gave: further ones, and such with zeros."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.model import Status
from derivcheck.own_functions.checks.comparison import Comparison, conclude, describe_error
from derivcheck.own_functions.tensors.leniency import compare_leniently
from derivcheck.own_functions.tensors.points import (
    first_refused,
    further_places,
    given_places,
    is_smooth,
    zero_places,
)
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream


def check_further_points(subject: TensorSubject) -> Iterator[Comparison]:
    """The first derivatives at further points in the same shapes, where elements are 0, and with -0.0 for 0."""
    places, zeros = further_places(subject), zero_places(subject)
    note = _points_left_out(subject)
    if not places:
        reason = "at none of the further points the formula is smooth and the function has a value"
        yield conclude(Status.SKIPPED, reason, note=note)
    for place in places:
        yield from compare_leniently(place, [Upstream(number) for number in DENSE])
    for place in zeros:
        yield from compare_leniently(place, [Upstream(DENSE[0])])
    smooth = [place for place in given_places(subject) if place.has_zeros and is_smooth(place)]
    for place in [*smooth, *zeros]:
        yield from compare_leniently(place.with_negative_zeros(), [Upstream(DENSE[0])])
    if note:
        yield conclude(Status.MATCH, note=note)


def _points_left_out(subject: TensorSubject) -> str:
    """That points were left out, since the function raises there, and what to do; empty where none were."""
    found = first_refused(subject)
    if found is None:
        return ""
    place, error = found
    given = subject.points[0]
    changed = [f"{name} = {value.text}" for name, value in place.point.items() if value.text != given[name].text]
    text = f"not where the function refuses its arguments, as at {', '.join(changed)}: {describe_error(error)}"
    is_declared = subject.domain is not None and subject.domain.text
    return text if is_declared else f"{text}; --domain declares where it is defined"
