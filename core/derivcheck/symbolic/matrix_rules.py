"""The rules of differentiation in matrix notation: what an operation on vectors and matrices passes back.

Each rule takes an operation and the adjoint of its result, and gives the adjoint of each argument, None of one that has
none. The rules are for showing a formula alone: whoever shows it holds its numbers against the truth before.
Source: K. B. Petersen, M. S. Pedersen, The Matrix Cookbook (2012), §2; M. B. Giles, Collected matrix derivative results
for forward and reverse mode algorithmic differentiation (2008).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from derivcheck.language.plain_values import PlainValue
from derivcheck.model.shaped_values import Shape
from derivcheck.symbolic.matrix_terms import (
    NoShortFormError,
    Term,
    call,
    divide,
    fill,
    matrix_product,
    multiply,
    negate,
    outer,
    subtract,
    sum_to,
    transpose,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """A call of a function of shapes.

    Attributes:
        result: how the call itself is written.
        arguments: how its arguments are written; None of a setting.
        shapes: the shapes of the arguments, () of a setting.
        settings: what the arguments are that are settings, None of the others.
        names: the names of the arguments.
    """

    result: Term
    arguments: Sequence[Term | None]
    shapes: Sequence[Shape]
    settings: Sequence[PlainValue]
    names: Sequence[str]

    def argument(self, index: int) -> Term:
        """An argument that is no setting."""
        found = self.arguments[index]
        if found is None:
            raise NoShortFormError
        return found

    def dims(self, index: int) -> tuple[int, ...]:
        """The dims of the first argument that a setting names, all of them where it is None."""
        dim, count = self.settings[index], len(self.shapes[0])
        if dim is None:
            return tuple(range(count))
        named = dim if isinstance(dim, tuple) else (dim,)
        if not count or not all(isinstance(at, int) for at in named):  # a number has a dim to torch, and no shape
            raise NoShortFormError
        return tuple(at % count for at in named if isinstance(at, int))


Rule = Callable[[Operation, Term], Sequence[Term | None]]


def transposed(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of X' it is g'."""
    return [transpose(fill(g, operation.result.shape))]


def product(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of AB it is gB' and A'g; of products with vectors an outer product takes the place of one."""
    a, b = operation.argument(0), operation.argument(1)
    g = fill(g, operation.result.shape)
    dims = (len(a.shape), len(b.shape))
    if dims == (1, 1):
        return [multiply(g, b), multiply(g, a)]
    if dims == (2, 1):
        return [outer(g, b), matrix_product(transpose(a), g)]
    if dims == (1, 2):
        return [matrix_product(b, g), outer(a, g)]
    if dims == (2, 2):
        return [matrix_product(g, transpose(b)), matrix_product(transpose(a), g)]
    raise NoShortFormError


def outer_product(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of ab' it is gb and g'a."""
    a, b = operation.argument(0), operation.argument(1)
    g = fill(g, operation.result.shape)
    return [matrix_product(g, b), matrix_product(transpose(g), a)]


def trace_of(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of the trace it is the identity."""
    size = operation.shapes[0][0]
    return [multiply(g, call("eye", str(size), shape=(size, size)))]


def determinant(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of det X it is det X times X^-T (C. G. J. Jacobi, 1841)."""
    return [multiply(g, multiply(operation.result, _inverse_transposed(operation.argument(0))))]


def log_determinant(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of log det X it is X^-T."""
    return [multiply(g, _inverse_transposed(operation.argument(0)))]


def inverse(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of X^-1 it is -X^-T g X^-T."""
    inverted = _inverse_transposed(operation.argument(0))
    return [negate(matrix_product(matrix_product(inverted, fill(g, operation.result.shape)), inverted))]


def solution(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of A^-1 b it is s = A^-T g by b, and -s x' by A."""
    a = operation.argument(0)
    passed = call("solve", transpose(a), fill(g, operation.result.shape), shape=operation.shapes[1])
    if len(passed.shape) == 1:
        return [negate(outer(passed, operation.result)), passed]
    return [negate(matrix_product(passed, transpose(operation.result))), passed]


def total(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of a sum it is the adjoint of the result, repeated."""
    return [_spread(operation, g, 1, 2), None, None]


def average(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of a mean it is that, divided by the number of elements."""
    count = prod(operation.shapes[0][at] for at in operation.dims(1))
    return [divide(_spread(operation, g, 1, 2), Term(str(count), ())), None, None]


def softmax_along(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of s = softmax z it is s (g - sum of g s) (C. M. Bishop, Pattern Recognition and Machine Learning, (4.106))."""
    s = operation.result
    weighed = _sum_along(operation, multiply(g, s))
    return [multiply(s, subtract(g, weighed)), None]


def log_softmax_along(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of log softmax z it is g - softmax z times the sum of g."""
    z = operation.argument(0)
    s = _softmax(z, operation.settings[1])
    return [subtract(g, multiply(s, _sum_along(operation, g))), None]


def log_sum(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of logsumexp z it is softmax z."""
    z, dims = operation.argument(0), operation.dims(1)
    if len(dims) != 1:
        raise NoShortFormError
    return [multiply(_spread(operation, g, 1, 2), _softmax(z, dims[0])), None, None]


def length(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of the Euclidean norm it is x divided by that."""
    if operation.settings[1] not in {2, None} or operation.result.shape != ():
        raise NoShortFormError
    x = operation.argument(0)
    return [multiply(g, divide(x, operation.result)), *[None] * (len(operation.arguments) - 1)]


def pick(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of one element of a vector it is g at that place, and 0 elsewhere."""
    if len(operation.shapes[0]) != 1 or operation.result.shape != () or len(operation.arguments) != 2:
        raise NoShortFormError
    size = operation.shapes[0][0]
    setting = operation.settings[1]
    where = str(setting % size) if isinstance(setting, int) else operation.argument(1).text
    return [multiply(g, call("one_hot", where, str(size), shape=(size,))), None]


def cross_entropy_of_classes(operation: Operation, g: Term) -> Sequence[Term | None]:
    """Of the cross-entropy it is softmax z less the one-hot target, divided by the number of rows."""
    z, target = operation.argument(0), operation.argument(1)
    given = dict(zip(operation.names, operation.arguments, strict=False))
    settings = dict(zip(operation.names, operation.settings, strict=False))
    smoothing = given.get("label_smoothing")
    is_plain = given.get("weight") is None and settings.get("reduction") == "mean" and len(z.shape) <= 2
    if not is_plain or (smoothing is not None and smoothing.text not in {"0", "0.0"}):
        raise NoShortFormError
    if operation.shapes[1] != z.shape[:-1]:
        raise NoShortFormError
    difference = subtract(_softmax(z, -1), call("one_hot", target, str(z.shape[-1]), shape=z.shape))
    rows = prod(z.shape[:-1])
    found = difference if rows == 1 else divide(difference, Term(str(rows), ()))
    return [multiply(g, found), *[None] * (len(operation.arguments) - 1)]


def _softmax(z: Term, dim: object) -> Term:
    """The softmax along a dim, which needs no name where there is one."""
    return call("softmax", z, *[] if len(z.shape) == 1 else [f"dim={dim}"], shape=z.shape)


def _inverse_transposed(x: Term) -> Term:
    return transpose(call("inv", x, shape=x.shape))


def _spread(operation: Operation, g: Term, dim: int, keepdim: int) -> Term:
    """The adjoint of a reduction, so that it broadcasts against the argument."""
    dims, count = operation.dims(dim), len(operation.shapes[0])
    if g.shape == () or operation.settings[keepdim] or dims == tuple(range(len(dims))):
        return g
    if len(dims) == count:
        return g
    index = ", ".join("None" if at in dims else ":" for at in range(count))
    shape = tuple(1 if at in dims else size for at, size in enumerate(operation.shapes[0]))
    return Term(f"{g.bracketed(20)}[{index}]", shape)


def _sum_along(operation: Operation, term: Term) -> Term:
    """The sum along the dim of a softmax, which stays as a dim of size 1 where there are others."""
    dims, shape = operation.dims(1), operation.shapes[0]
    if len(dims) == len(shape) == 1:
        return sum_to(term, shape, ())
    if len(dims) != 1 or term.shape != shape:
        raise NoShortFormError
    kept = tuple(1 if at in dims else size for at, size in enumerate(shape))
    return call("sum", term, f"dim={operation.settings[1]}", "keepdim=True", shape=kept)


RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        average,
        cross_entropy_of_classes,
        determinant,
        inverse,
        length,
        log_determinant,
        log_softmax_along,
        log_sum,
        outer_product,
        pick,
        product,
        softmax_along,
        solution,
        total,
        trace_of,
        transposed,
    )
}
"""By name: what the column `matrix_rule` of the function table names."""
