"""Where torch's kernel of a function has no number although the function has one."""

from __future__ import annotations

from flint import arb

from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program, live_slots
from derivcheck.language import table
from derivcheck.language.parse import definition
from derivcheck.model.expression import Expression, NodeKind
from derivcheck.truth.runs import ExactPoint

_BITS = 128


def outside_torch(expression: Expression, program: Program, point: ExactPoint) -> str | None:
    """Why torch has no number for an expression at a point, one sentence; None where nothing speaks against one.

    Branches that are not taken do not count: a nan that comes out of one is torch's.

    Args:
        expression: the expression.
        program: its ball program.
        point: the exact value of each variable.
    """
    limited = [
        (node, row)
        for node in expression.nodes
        if node.kind is NodeKind.CALL and (row := table.function(node.name)) is not None and row.torch_domain
    ]
    if not limited:
        return None
    with precision(_BITS):
        slots = program.trace({name: exact_ball(point[name]) for name in program.variables})
        live = live_slots(program, slots)
        for node, row in limited:
            assert row.torch_domain is not None
            args = [program.outer[arg] for arg in node.args]
            balls = {name: slots[slot] for name, slot in zip(row.params, args, strict=True)}
            if not live.issuperset(args) or not all(isinstance(ball, arb) for ball in balls.values()):
                continue
            inside = compile_balls(definition(f"where({row.torch_domain}, 1, 0)", row.params)).run(balls)
            if isinstance(inside, arb) and inside.is_zero():
                return f"torch has `{row.name}` for {row.torch_domain} only"
    return None
