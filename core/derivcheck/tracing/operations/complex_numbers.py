"""Operations on complex numbers, and those that make them of real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from derivcheck.elements.node_arrays import Nodes
from derivcheck.tracing.complex_functions import FUNCTIONS, ComplexFunctions
from derivcheck.tracing.operation import Handler, Operation
from derivcheck.tracing.operations import of_the_run, reductions
from derivcheck.tracing.pairs import Pair, stacked

BY_PARTS = frozenset(  # one name a line would be a page
    """
    clone cat stack index gather index_select flip roll repeat tril triu diag_embed index_put scatter
    masked_scatter masked_select take put select_scatter slice_scatter diagonal_scatter as_strided_scatter
    lift_fresh_copy lift_fresh _unsafe_view repeat_interleave rot90 _reshape_copy view_copy expand_copy permute_copy
    unsqueeze_copy squeeze_copy slice_copy select_copy t_copy transpose_copy split_copy split_with_sizes_copy
    unbind_copy diagonal_copy as_strided_copy unfold_copy alias_copy narrow_copy index_copy block_diag detach_copy
    zero constant_pad_nd _index_put_impl _unsafe_index_put scatter_add index_add
    sum mean cumsum trace positive where masked_fill fill
    """.split()  # noqa: SIM905
)
"""Operations that treat real and imaginary parts alike, and apart: those that move numbers, sums, choices."""


def _of_one(function: Callable[[ComplexFunctions, Pair], Any]) -> Handler:
    return lambda op: function(ComplexFunctions(op.run.make), op.pair("self"))


def _of_two(name: str, first: str = "self", second: str = "other") -> Handler:
    def run(op: Operation) -> Pair:
        x, y = op.pair(first), op.pair(second)
        if op["alpha"] not in {None, 1}:
            y = op.complexes.mul(op.pair("alpha"), y)
        found: Pair = getattr(op.complexes, name)(x, y)
        return found

    return run


def _reversed_difference(op: Operation) -> Pair:
    return op.complexes.sub(op.pair("other"), op.complexes.mul(op.as_pair(op["alpha"] or 1), op.pair("self")))


def _power(op: Operation) -> Pair:
    functions = ComplexFunctions(op.run.make)
    exponent = op.pair("exponent")
    base = op.pair("self")
    if not exponent.ndim:
        return functions.power(base, exponent)
    shape = np.broadcast_shapes(base.shape, exponent.shape)
    bases, exponents = [one.moved(lambda nodes: np.broadcast_to(nodes, shape)) for one in (base, exponent)]
    found = [functions.power(bases[at], exponents[at]) for at in np.ndindex(shape)]
    return stacked(found).moved(lambda nodes: nodes.reshape(shape)) if found else bases


def _is_equal(op: Operation) -> Nodes:
    x, y = op.pair("self"), op.pair("other")
    found: Nodes = op.call("and", op.call("eq", x.real, y.real), op.call("eq", x.imag, y.imag))
    return found


def _added(name: str) -> Handler:
    """self plus a value times the product, or the quotient, of two."""

    def run(op: Operation) -> Pair:
        make = op.complexes
        term = getattr(make, name)(op.pair("tensor1"), op.pair("tensor2"))
        return make.add(op.pair("self"), make.mul(op.pair("value"), term))

    return run


def _between(op: Operation) -> Pair:
    make = op.complexes
    return make.add(op.pair("self"), make.mul(op.pair("weight"), make.sub(op.pair("end"), op.pair("self"))))


def _converted(op: Operation) -> Any:
    """A copy in another format, whose numbers stay what they are; a real format takes the real parts."""
    dtype = op["dtype"]
    x = op.pair("self")
    if dtype is None or dtype.is_complex:
        return x
    return x.real.copy() if dtype.is_floating_point else None


# --- along dims ----------------------------------------------------------------------------------------------------


def _columns(op: Operation, x: Pair) -> tuple[Pair, Callable[[Pair], Pair]]:
    """The numbers along a dim, or all, last; and what puts a result of the rest into the shape that is asked for."""
    dim = op["dim"]
    if dim is None:
        return x.moved(np.ravel), lambda found: found
    axis = dim % max(x.ndim, 1)
    keeps = bool(op["keepdim"]) and x.ndim
    columns = x.moved(lambda nodes: np.moveaxis(nodes, axis, -1) if x.ndim else nodes[None])
    return columns, lambda found: found.moved(lambda nodes: np.expand_dims(nodes, axis)) if keeps else found


def _product(op: Operation) -> Pair:
    columns, shaped = _columns(op, op.pair("self"))
    return shaped(op.complexes.product(columns))


def _running_product(op: Operation) -> Pair:
    x, make = op.pair("self"), op.complexes
    if not x.ndim or 0 in x.shape:
        return x
    columns = x.moved(lambda nodes: np.moveaxis(nodes, op["dim"], 0))
    found = [columns[0]]
    for at in range(1, columns.shape[0]):
        found.append(make.mul(found[-1], columns[at]))
    return stacked(found, 0).moved(lambda nodes: np.moveaxis(nodes, 0, op["dim"]))


def _variance(op: Operation) -> Nodes:
    """The sum of the variances of both parts."""
    found: Nodes = op.call("add", *[reductions.OPERATIONS["var"](op.of_part(part)) for part in (0, 1)])
    return found


def _norm(op: Operation) -> Any:
    """A norm of the sizes; the Euclidean one without their roots, which have a kink at 0."""
    x, key = op.pair("self"), "ord" if "ord" in op.arguments else "p"
    if op[key] is None or op[key] == 2:
        dim = op["dim"]
        axes = range(x.ndim) if dim in (None, []) else [one % max(x.ndim, 1) for one in dim]
        total = op.run.make.sum(op.complexes.squares(x), tuple(axes) if x.ndim else (), keepdim=bool(op["keepdim"]))
        return op.call("sqrt", total)
    sizes = ComplexFunctions(op.run.make).abs(x)
    handler = reductions.OPERATIONS["linalg_vector_norm" if key == "ord" else "norm"]
    return handler(replace(op, arguments={**op.arguments, "self": sizes}))


# --- products ------------------------------------------------------------------------------------------------------


def _matrices(x: Pair, y: Pair) -> tuple[Pair, Pair, Callable[[Nodes], Nodes]]:
    """Vectors as matrices of a row and a column; and what takes those sizes of 1 away from their product."""
    left = x[None, :] if x.ndim == 1 else x
    right = y[:, None] if y.ndim == 1 else y
    ones = [axis for axis, one in ((-1, y), (-2, x)) if one.ndim == 1]
    return left, right, lambda nodes: np.squeeze(nodes, tuple(ones)) if ones else nodes


def _matmul(first: str, second: str, *, is_conjugate: bool = False) -> Handler:
    def run(op: Operation) -> Pair:
        x = op.complexes.conj(op.pair(first)) if is_conjugate else op.pair(first)
        left, right, squeezed = _matrices(x, op.pair(second))
        return op.complexes.matmul(left, right).moved(squeezed)

    return run


def _added_product(first: str, second: str, *, is_summed: bool = False, is_outer: bool = False) -> Handler:
    def run(op: Operation) -> Pair:
        make, x, y = op.complexes, op.pair(first), op.pair(second)
        left, right, squeezed = (x[:, None], y[None, :], np.asarray) if is_outer else _matrices(x, y)
        product = make.matmul(left, right).moved(squeezed)
        if is_summed:
            product = make.sum(product.moved(lambda nodes: np.moveaxis(nodes, 0, -1)))
        terms = make.mul(op.pair("beta"), op.pair("self")), make.mul(op.pair("alpha"), product)
        return make.add(*terms) if op["beta"] else terms[1]

    return run


COMPLEX: Mapping[str, Handler] = {
    **{name: _of_one(function) for name, function in FUNCTIONS.items()},
    "abs": _of_one(ComplexFunctions.abs),
    "angle": _of_one(ComplexFunctions.angle),
    "conj_physical": _of_one(ComplexFunctions.conj),
    "_conj_physical": _of_one(ComplexFunctions.conj),
    "add": _of_two("add"),
    "sub": _of_two("sub"),
    "rsub": _reversed_difference,
    "mul": _of_two("mul"),
    "div": _of_two("div"),
    "pow": _power,
    "addcmul": _added("mul"),
    "addcdiv": _added("div"),
    "lerp": _between,
    "eq": _is_equal,
    "ne": lambda op: op.call("not", _is_equal(op)),
    "_to_copy": _converted,
    "copy": lambda op: op.pair("src"),
    "prod": _product,
    "cumprod": _running_product,
    "var": _variance,
    "std": lambda op: op.call("sqrt", _variance(op)),
    "linalg_vector_norm": _norm,
    "norm": _norm,
    "mm": _matmul("self", "mat2"),
    "bmm": _matmul("self", "mat2"),
    "mv": _matmul("self", "vec"),
    "dot": _matmul("self", "tensor"),
    "vdot": _matmul("self", "other", is_conjugate=True),
    "addmm": _added_product("mat1", "mat2"),
    "addmv": _added_product("mat", "vec"),
    "baddbmm": _added_product("batch1", "batch2"),
    "addbmm": _added_product("batch1", "batch2", is_summed=True),
    "addr": _added_product("vec1", "vec2", is_outer=True),
    "view_as_real_copy": lambda op: op.pair("self").as_stored(),
    **of_the_run.OPERATIONS,
}
"""Those of which an argument is complex, and that do not treat its parts alike."""


OPERATIONS: Mapping[str, Handler] = {
    "complex": lambda op: Pair(*np.broadcast_arrays(op.nodes("real"), op.nodes("imag"))),
    "polar": lambda op: ComplexFunctions(op.run.make).polar(*np.broadcast_arrays(op.nodes("abs"), op.nodes("angle"))),
    "view_as_complex_copy": lambda op: Pair.stored(op.read(op["self"])),
    "angle": lambda op: op.formula("where(x < 0, pi, 0)", x=op.nodes("self")),
    "conj_physical": lambda op: op.nodes("self").copy(),
    "_conj_physical": lambda op: op.nodes("self").copy(),
}
"""Those whose arguments are real, and whose results are complex, or would be of complex ones."""
