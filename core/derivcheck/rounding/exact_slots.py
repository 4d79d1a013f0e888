"""The exact results of a formula's steps, as balls: what the looks at the exact reading start from."""

from __future__ import annotations

from derivcheck.balls.ball import Ball, exact_ball
from derivcheck.balls.program import Program
from derivcheck.truth.runs import ExactPoint

PRECISIONS = (128, 1280, 5120)
"""Working precisions in bits, tried in turn until every step is clear: 2**x at 1e160 takes a thousand."""

MAX_STEPS = 300
"""The longest formula that is looked at step by step, for which it runs again for each step or each sample."""


def exact_slots(program: Program, point: ExactPoint) -> list[Ball]:
    """What is in each slot at the point, computed with the precision that is set."""
    return program.trace({name: exact_ball(point[name]) for name in program.variables})
