"""The items that compare values and first derivatives of functions of tensors at the points given."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.model import Status
from derivcheck.own_functions.checks.comparison import Comparison, report_error
from derivcheck.own_functions.tensors.comparison import compare_gradients, compare_values
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream

MOST_ROWS = 64
"""Elements of the outputs up to which each is differentiated alone."""


def places_given(subject: TensorSubject) -> list[Place]:
    """The points given."""
    return [Place(subject, point) for point in subject.points]


def check_values(subject: TensorSubject) -> Iterator[Comparison]:
    """The value, at the points given. A function that raises at all of them is not checked any further."""
    for place in places_given(subject):
        try:
            _, outputs = place.run()
        except (Exception, SystemExit) as error:
            yield report_error(Status.ERROR, error)
            continue
        yield from compare_values(place, outputs)


def check_first_derivatives(subject: TensorSubject) -> Iterator[Comparison]:
    """Every first derivative at the points given, for upstream gradients of different weights, and element by element.

    A small result is differentiated element by element as well: a wrong row is then told by its element.
    """
    for place in places_given(subject):
        for number in (*DENSE, ONES):
            upstream = Upstream(number)
            yield from compare_gradients(place, place.pull_back(upstream), upstream)
        for row in range(place.count if 1 < place.count <= MOST_ROWS else 0):
            upstream = Upstream(row=row)
            yield from compare_gradients(place, place.pull_back(upstream), upstream)
