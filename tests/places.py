"""Places: a function of somebody's own beside its formula at one point, for the tests of the check list on tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from derivcheck.autograd.user_functions import load_own
from derivcheck.model import Case, OwnFunction
from derivcheck.own_functions.preparing import prepare
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import given_places
from derivcheck.own_functions.tensors.subject import TensorSubject


def place_of(
    formula: str, at: Mapping[str, str], code: Callable[..., Tensor] = lambda *tensors: tensors[0], **declared: Any
) -> Place:
    """The place at a point, of a formula and the code that should compute it.

    Args:
        formula: the formula.
        at: the point; its names are the arguments.
        code: what torch runs.
        declared: further fields of the OwnFunction.
    """
    own = OwnFunction("f", tuple(at), formula, code, **declared)
    subject = prepare(Case(formula, (dict(at),), functions=(own,)), load_own(own))
    assert isinstance(subject, TensorSubject)
    return given_places(subject)[0]
