"""Functions none of whose outputs asks for a gradient: as torch has it, all derivatives should be 0 then."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.balls.estimates import Estimates
from derivcheck.gradchecking.exact_derivatives import MOST_PARTIALS
from derivcheck.model import Kind, Status, Truth
from derivcheck.model.shaped_values import addresses
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.tensors.place import Place
from derivcheck.tracing.recording import record
from derivcheck.truth.partials_of_elements import ElementTruths

_EXPECTED = "Numerical gradient for function expected to be zero"
"""Torch's own words."""


def check_zero(place: Place) -> Iterator[Comparison]:
    """The derivatives of what the function computes, what is detached included.

    Autograd gives none, and so they should be 0: those of a comparison are, and those of `x.detach()` are not.
    """
    if not place.subject.raw(place.inputs()):
        yield conclude(Status.MATCH, "no output holds numbers that could be differentiated")
        return
    leaves = dict(zip(place.subject.args, place.inputs(), strict=True))
    recorded = record(lambda *tensors: place.subject(tensors), leaves, Estimates, holds=False)
    elements = recorded.lowered.elements
    truths = ElementTruths(elements, place.exact)
    names = [at for name in place.names for at in addresses(name, place.point[name].shape)]
    roots = range(min(len(elements.roots), max(1, MOST_PARTIALS // max(1, len(names)))))
    for root, row in zip(roots, truths.jacobian(roots, names), strict=True):
        for name, found in zip(names, row, strict=True):
            if _is_other_than_zero(found.truth):
                value = found.truth.value.decimal(12) if found.truth.value else str(found.truth.kind)
                text = (
                    f"{_EXPECTED}: no output asks for a gradient, and element {root} of them has one by {name}: {value}"
                )
                yield conclude(Status.MISMATCH, text)
                return
    yield conclude(Status.MATCH, "no output asks for a gradient, and all derivatives are 0")


def _is_other_than_zero(truth: Truth) -> bool:
    return truth.kind is Kind.VALUE and truth.value is not None and bool(truth.value.mid.man)
