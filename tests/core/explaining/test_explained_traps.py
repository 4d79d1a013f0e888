"""Tests of the blame in gradients that users reported, on the torch that is installed."""

from __future__ import annotations

import pytest
from traps import FIRST_ORDER, SECOND_ORDER, Trap

from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.model import Case, OwnFunction
from derivcheck.model.explanation import Explanation
from derivcheck.numbers import DType


def explain(trap: Trap) -> Explanation:
    """What is said of a trap: of its code as a function of the user's own, else of its formula."""
    own = () if trap.code is None else (OwnFunction("f", tuple(trap.at), trap.formula, trap.code),)
    text = trap.formula if trap.code is None else f"f({', '.join(trap.at)})"
    return explain_expression(
        Case(
            text,
            at=({name: str(value) for name, value in trap.at.items()},),
            wrt=(tuple(trap.wrt.split(",")),) if trap.wrt else (),
            dtype=DType.named(trap.dtype),
            functions=own,
            modes=(trap.mode,),
        )
    )


@pytest.mark.parametrize("trap", [*FIRST_ORDER, *SECOND_ORDER], ids=lambda trap: trap.name)
def test_the_right_operation_is_blamed(trap: Trap) -> None:
    """With the reason that stands in the table."""
    explanation = explain(trap)
    blame = explanation.blame
    assert blame is not None, explanation.notes
    assert blame.kind in trap.kinds, blame.sentence
    assert explanation.tape[blame.tensor].operation in trap.operations, blame.sentence
