"""Products of vectors and matrices."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.elements.node_arrays import Nodes
from derivcheck.tracing.operation import Handler, Operation


def _product(*keys: str) -> Handler:
    """A product, by the names of its two factors."""
    return lambda op: op.call("matmul", *[op.nodes(key) for key in keys])


def _sum_of_product(first: str, second: str, *, summed: bool = False) -> Handler:
    def run(op: Operation) -> Nodes:
        product = op.call("matmul", op.nodes(first), op.nodes(second))
        if summed:
            product = op.run.make.sum(product, (0,))
        if op["beta"] == 1 and op["alpha"] == 1:
            found: Nodes = op.call("add", op.nodes("self"), product)
            return found
        return op.formula("b*x + a*p", x=op.nodes("self"), p=product, a=op["alpha"], b=op["beta"])

    return run


OPERATIONS: Mapping[str, Handler] = {
    "mm": _product("self", "mat2"),
    "bmm": _product("self", "mat2"),
    "mv": _product("self", "vec"),
    "dot": _product("self", "tensor"),
    "vdot": _product("self", "other"),
    "addmm": _sum_of_product("mat1", "mat2"),
    "_sparse_addmm": _sum_of_product("mat1", "mat2"),
    "addmv": _sum_of_product("mat", "vec"),
    "baddbmm": _sum_of_product("batch1", "batch2"),
    "addbmm": _sum_of_product("batch1", "batch2", summed=True),
    "addr": lambda op: op.formula(
        "b*x + a*p",
        x=op.nodes("self"),
        p=op.call("outer", op.nodes("vec1"), op.nodes("vec2")),
        a=op["alpha"],
        b=op["beta"],
    ),
}
