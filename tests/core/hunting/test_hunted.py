"""The Hunt that is made of what is known."""

from __future__ import annotations

from searched_ranges import known_for, request_of

from derivcheck.hunting.bit_patterns import place_of
from derivcheck.hunting.hunted import finish
from derivcheck.model import Mode, Status
from derivcheck.model.hunt import Ended, FindKind
from derivcheck.numbers import DType


def test_only_what_the_ordinary_way_confirmed_is_a_find() -> None:
    """The map, the curve and the counts hold all points whose status is known."""
    request = request_of("softplus(x)", "x=0..100", wrt=(("x", "x"),))
    known = known_for(request)
    right, open_, wrong = ((place_of(number, DType.FLOAT64),) for number in (1.0, 30.0, 60.0))
    known.look_at([right, open_, wrong])
    known.confirm(wrong)
    hunt = finish(request, known, (), known.watch.coverage(Ended.DONE))
    second = (("x", "x"), Mode.REVERSE)
    assert [FindKind.FAILS] == [find.kind for find in hunt.finds if find.wrt]
    assert {"x": "60"} == hunt.finds[0].at
    assert hunt.finds[0].results[0].case.at == ({"x": "60"},)
    assert {Status.MATCH: 1, Status.MISMATCH: 1} == hunt.counts[second]
    curve = next(curve for curve in hunt.curves if curve.wrt)
    assert (1.0, 30.0, 60.0) == curve.inputs
    assert (Status.MATCH, None, Status.MISMATCH) == curve.statuses


def test_several_variables_have_no_map() -> None:
    """There is no order in which a map could go."""
    request = request_of("x*y", "x=0..1", "y=0..1")
    known = known_for(request)
    known.confirm((place_of(0.5, DType.FLOAT64), place_of(0.25, DType.FLOAT64)))
    hunt = finish(request, known, (), known.watch.coverage(Ended.DONE))
    assert ((), ()) == (hunt.stretches, hunt.curves)
    assert {"x": "0.5", "y": "0.25"} == hunt.finds[0].at
