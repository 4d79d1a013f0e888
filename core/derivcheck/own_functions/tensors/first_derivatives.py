"""The items that compare values and first derivatives of functions of tensors at the points given."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.model import Status
from derivcheck.own_functions.checks.comparison import Comparison, report_error
from derivcheck.own_functions.tensors.comparison import compare_gradients, compare_values
from derivcheck.own_functions.tensors.points import further_places, given_places
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream

MOST_ROWS = 64
"""Elements of the outputs up to which each is differentiated alone."""


def check_values(subject: TensorSubject) -> Iterator[Comparison]:
    """The value, at the points given and at others. One that raises at all of those given is not checked further."""
    for place in given_places(subject):
        try:
            _, outputs = place.run()
        except (Exception, SystemExit) as error:
            yield report_error(Status.ERROR, error)
            continue
        yield from compare_values(place, outputs)
    for place in further_places(subject):
        yield from compare_values(place, place.run()[1], lenient=True)


def check_first_derivatives(subject: TensorSubject) -> Iterator[Comparison]:
    """Every first derivative at the points given, for upstream gradients of different weights, and element by element.

    A small result is differentiated element by element as well: a wrong row is then told by its element.
    """
    for place in given_places(subject):
        rows = [Upstream(row=row) for row in range(place.count if 1 < place.count <= MOST_ROWS else 0)]
        every = [Upstream(number) for number in (*DENSE, ONES)]
        place.look_at([*every, *rows])
        for upstream in (*every, *rows):
            yield from compare_gradients(place, place.pull_back(upstream), upstream)
