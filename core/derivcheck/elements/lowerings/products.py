"""Products of vectors and matrices, from the dot product to those of a layer."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from derivcheck.elements.lowerings.chains import sum_products, total
from derivcheck.elements.node_arrays import NodeArrays, Nodes


def matmul(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """x @ y: vectors, matrices, and stacks of matrices whose leading dimensions broadcast."""
    if not x.ndim or not y.ndim:
        make.fail(_shapes("`matmul` multiplies vectors and matrices, not numbers:", x, y), "a number times x is `c*x`")
    rows = y.shape[-2] if y.ndim > 1 else y.shape[0]
    if x.shape[-1] != rows:
        make.fail(_shapes("`matmul` cannot multiply", x, y), f"the inner sizes {x.shape[-1]} and {rows} must be equal")
    left = x[..., None, :] if x.ndim > 1 else x
    right = y.swapaxes(-1, -2) if y.ndim > 1 else y
    if x.ndim > 1 and y.ndim > 1:
        right = right[..., None, :, :]
        _broadcast(make, "matmul", x, y, x.shape[:-2], y.shape[:-2])
    elif y.ndim == 1:
        left = x
    return sum_products(make, left, right)


def dot(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """The dot product of two vectors."""
    if x.ndim != 1 or y.ndim != 1:
        make.fail(_shapes("`dot` multiplies two vectors, not", x, y), "products of matrices are written `A @ B`")
    if x.shape != y.shape:
        make.fail(_shapes("`dot` cannot multiply", x, y), "the vectors must be equally long")
    return sum_products(make, x, y)


def inner(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """The dot products of the rows of x and those of y; of a number and anything the plain product."""
    if not x.ndim or not y.ndim:
        return make.call("mul", x, y)
    if x.shape[-1] != y.shape[-1]:
        make.fail(_shapes("`inner` cannot multiply", x, y), "the last sizes must be equal")
    left = x.reshape(*x.shape[:-1], *[1] * (y.ndim - 1), x.shape[-1])
    return sum_products(make, left, y)


def outer(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """The products of each element of one vector with each of another."""
    if x.ndim != 1 or y.ndim != 1:
        make.fail(_shapes("`outer` multiplies two vectors, not", x, y))
    return make.call("mul", x[:, None], y)


def mv(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """A matrix times a vector."""
    _dimensions(make, "mv", (x, y), (2, 1), "a matrix and a vector")
    return matmul(make, x, y)


def mm(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """A matrix times a matrix."""
    _dimensions(make, "mm", (x, y), (2, 2), "two matrices")
    return matmul(make, x, y)


def bmm(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """A stack of matrices times another one, which has as many."""
    _dimensions(make, "bmm", (x, y), (3, 3), "two stacks of matrices")
    if x.shape[0] != y.shape[0]:
        make.fail(_shapes("`bmm` cannot multiply", x, y), "both stacks must have the same number of matrices")
    return matmul(make, x, y)


def addmm(make: NodeArrays, x: Nodes, left: Nodes, right: Nodes, beta: Nodes, alpha: Nodes) -> Nodes:
    """beta*x + alpha*(left @ right), of two matrices."""
    return _add_scaled(make, x, mm(make, left, right), beta, alpha)


def addmv(make: NodeArrays, x: Nodes, left: Nodes, right: Nodes, beta: Nodes, alpha: Nodes) -> Nodes:
    """beta*x + alpha*(left @ right), of a matrix and a vector."""
    return _add_scaled(make, x, mv(make, left, right), beta, alpha)


def addr(make: NodeArrays, x: Nodes, left: Nodes, right: Nodes, beta: Nodes, alpha: Nodes) -> Nodes:
    """beta*x + alpha*outer(left, right), of two vectors."""
    return _add_scaled(make, x, outer(make, left, right), beta, alpha)


def baddbmm(make: NodeArrays, x: Nodes, left: Nodes, right: Nodes, beta: Nodes, alpha: Nodes) -> Nodes:
    """beta*x + alpha*(left @ right), of two stacks of matrices."""
    return _add_scaled(make, x, bmm(make, left, right), beta, alpha)


def linear(make: NodeArrays, x: Nodes, weight: Nodes, bias: Nodes | None) -> Nodes:
    """x @ weight.T + bias."""
    if not 1 <= weight.ndim <= 2 or not x.ndim or x.shape[-1] != weight.shape[-1]:
        make.fail(
            _shapes("`linear` cannot multiply an input and a weight of", x, weight),
            "the weight is (outputs, inputs), and the last size of the input is the number of inputs",
        )
    product = matmul(make, x, weight.T)
    return product if bias is None else make.call("add", product, bias)


def bilinear(make: NodeArrays, x: Nodes, y: Nodes, weight: Nodes, bias: Nodes | None) -> Nodes:
    """x @ weight[o] @ y for each output o."""
    if weight.ndim != 3 or x.shape[:-1] != y.shape[:-1] or (*x.shape[-1:], *y.shape[-1:]) != weight.shape[1:]:
        make.fail(
            f"`bilinear` cannot multiply the shapes {x.shape} and {y.shape} by a weight of the shape {weight.shape}",
            "the weight is (outputs, last size of the first, last size of the second)",
        )
    halfway = sum_products(make, x[..., None, None, :], weight.swapaxes(-1, -2))
    product = sum_products(make, halfway, y[..., None, :])
    return product if bias is None else make.call("add", product, bias)


def kron(make: NodeArrays, x: Nodes, y: Nodes) -> Nodes:
    """The Kronecker product: each element of x times all of y."""
    ndim = max(x.ndim, y.ndim)
    left = x.reshape([*[1] * (ndim - x.ndim), *x.shape])
    right = y.reshape([*[1] * (ndim - y.ndim), *y.shape])
    sizes = [a * b for a, b in zip(left.shape, right.shape, strict=True)]
    spread = left.reshape([size for a in left.shape for size in (a, 1)])
    return make.call("mul", spread, right.reshape([size for b in right.shape for size in (1, b)])).reshape(sizes)


def vecdot(make: NodeArrays, x: Nodes, y: Nodes, dim: int) -> Nodes:
    """The dot products along a dimension; the others broadcast."""
    shape = make.common_shape(x.shape, y.shape)
    axis = make.axis(dim, shape)
    if not shape:
        return make.call("mul", x, y)
    make.need(2 * _size(shape))
    return sum_products(make, *[np.moveaxis(np.broadcast_to(each, shape), axis, -1) for each in (x, y)])


def cross(make: NodeArrays, x: Nodes, y: Nodes, dim: int | None) -> Nodes:
    """The cross product of vectors of three elements along a dimension.

    Where none is given there must be one only: torch.cross would take the first of several, torch.linalg.cross and
    NumPy the last dimension.
    """
    if dim is None:
        places = [axis for axis, size in enumerate(x.shape) if size == 3 and y.shape[axis : axis + 1] == (3,)]
        if len(places) > 1:
            make.fail(_shapes("`cross` needs a dim for", x, y), "torch.cross means dim=0, torch.linalg.cross dim=-1")
        dim = places[0] if places else -1
    if (
        x.ndim != y.ndim
        or not isinstance(dim, int)
        or not -x.ndim <= dim < x.ndim
        or not x.shape[dim] == y.shape[dim] == 3
    ):
        make.fail(_shapes(f"`cross` cannot multiply along dim {dim}", x, y), "both sizes there must be 3")
    _broadcast(make, "cross", x, y, x.shape, y.shape)
    a, b = np.moveaxis(x, dim, 0), np.moveaxis(y, dim, 0)
    parts = [
        make.call("sub", make.call("mul", a[i], b[j]), make.call("mul", a[j], b[i]))
        for i, j in ((1, 2), (2, 0), (0, 1))
    ]
    return np.moveaxis(np.stack(parts), 0, dim)


def trace(make: NodeArrays, x: Nodes) -> Nodes:
    """The sum of the diagonal of a matrix."""
    if x.ndim != 2:
        make.fail(f"`trace` is that of a matrix, and the shape is {x.shape}")
    return total(make, x.diagonal())


def multi_dot(make: NodeArrays, factors: tuple[Nodes, ...]) -> Nodes:
    """The product of a chain of matrices, in the order that takes the fewest operations; its ends may be vectors."""
    for place, factor in enumerate(factors):
        is_end = place in {0, len(factors) - 1}
        if factor.ndim != 2 and not (is_end and factor.ndim == 1):
            make.fail(
                f"`multi_dot` multiplies matrices, and an operand has the shape {factor.shape}",
                "only the first and the last may be vectors",
            )
    for left, right in pairwise(factors):
        if left.shape[-1] != right.shape[0]:
            make.fail(_shapes("`multi_dot` cannot multiply", left, right), "the inner sizes must be equal")
    if len(factors) < 2:
        make.fail("`multi_dot` multiplies two matrices or more", "write multi_dot([A, B])")
    return _in_best_order(make, factors)


def tensordot(make: NodeArrays, x: Nodes, y: Nodes, dims: int | tuple[tuple[int, ...], tuple[int, ...]]) -> Nodes:
    """The sum of the products over the last dims of x and the first of y, or over pairs of dims."""
    if isinstance(dims, int) or len(dims) != 2:
        if not isinstance(dims, int) or not 0 <= dims <= min(x.ndim, y.ndim):
            make.fail(_shapes(f"`tensordot` cannot sum over {dims} dimensions of", x, y))
        pairs = (tuple(range(x.ndim - dims, x.ndim)), tuple(range(dims)))
    else:
        pairs = _dims(dims[0]), _dims(dims[1])
    ours, theirs = _within(make, x, pairs[0]), _within(make, y, pairs[1])
    if [x.shape[dim] for dim in ours] != [y.shape[dim] for dim in theirs]:
        make.fail(
            _shapes(f"`tensordot` cannot sum over dims {dims} of", x, y), "the sizes there must be equal in pairs"
        )
    kept = [dim for dim in range(x.ndim) if dim not in ours], [dim for dim in range(y.ndim) if dim not in theirs]
    left, right = x.transpose(*kept[0], *ours), y.transpose(*kept[1], *theirs)
    shapes = left.shape[: len(kept[0])], right.shape[: len(kept[1])]
    rows = left.reshape(_size(shapes[0]), _size(left.shape[len(kept[0]) :]))
    columns = right.reshape(_size(shapes[1]), _size(right.shape[len(kept[1]) :]))
    return sum_products(make, rows[:, None, :], columns).reshape((*shapes[0], *shapes[1]))


def _in_best_order(make: NodeArrays, factors: tuple[Nodes, ...]) -> Nodes:
    """The product of a chain of two factors or more, by the known recurrence of the cheapest split."""
    sizes = [factors[0].shape[0] if factors[0].ndim == 2 else 1, *[factor.shape[-1] for factor in factors]]
    if factors[-1].ndim == 1:
        sizes[-1] = 1
    count = len(factors)
    cost = {(i, i): 0 for i in range(count)}
    split: dict[tuple[int, int], int] = {}
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            j = i + length - 1
            ways = [(cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)]
            cost[i, j], split[i, j] = min(ways)

    def product(i: int, j: int) -> Nodes:
        if i == j:
            return factors[i]
        return matmul(make, product(i, split[i, j]), product(split[i, j] + 1, j))

    return product(0, count - 1)


def _add_scaled(make: NodeArrays, x: Nodes, product: Nodes, beta: Nodes, alpha: Nodes) -> Nodes:
    one = int(make.number(1))
    terms = [
        term if factor.ndim == 0 and int(factor) == one else make.call("mul", factor, term)
        for factor, term in ((beta, x), (alpha, product))
    ]
    found = make.call("add", *terms)
    if found.shape != product.shape:
        make.fail(_shapes("the sum does not have the shape of the product:", x, product))
    return found


def _dimensions(make: NodeArrays, name: str, arrays: tuple[Nodes, ...], ndims: tuple[int, ...], due: str) -> None:
    if tuple(array.ndim for array in arrays) != ndims:
        make.fail(_shapes(f"`{name}` multiplies {due}, not", *arrays), "`A @ B` takes any of them")


def _broadcast(make: NodeArrays, name: str, x: Nodes, y: Nodes, ours: tuple[int, ...], theirs: tuple[int, ...]) -> None:
    """Fail where leading dimensions do not broadcast."""
    try:
        np.broadcast_shapes(ours, theirs)
    except ValueError:
        make.fail(_shapes(f"`{name}` cannot multiply", x, y), "the leading sizes must be equal, or one of them 1")


def _shapes(what: str, x: Nodes, y: Nodes) -> str:
    return f"{what} the shapes {x.shape} and {y.shape}"


def _dims(dims: int | tuple[int, ...]) -> tuple[int, ...]:
    return (dims,) if isinstance(dims, int) else tuple(dims)


def _within(make: NodeArrays, x: Nodes, dims: tuple[int, ...]) -> list[int]:
    """Dims counted from the front, each once."""
    if any(not -x.ndim <= dim < x.ndim for dim in dims) or len({dim % x.ndim for dim in dims}) < len(dims):
        make.fail(f"the shape {x.shape} does not have each of the dims {dims} once")
    return [dim % x.ndim for dim in dims]


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=object))
