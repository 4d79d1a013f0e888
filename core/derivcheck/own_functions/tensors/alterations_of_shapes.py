"""The mistakes in steps on whole tensors: an index that assigns, a sum along another dim, a matrix not transposed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from derivcheck.own_functions.tensors.step_at import Alteration, StepAt


def _last_of_repeated(step: StepAt) -> Tensor | None:
    """What an index hands back if it assigns instead of accumulating."""
    return _assigned(step, reverse=False)


def _first_of_repeated(step: StepAt) -> Tensor | None:
    return _assigned(step, reverse=True)


def _places(step: StepAt) -> Tensor:
    """Where each element of the result of an index comes from, as a flat place in the argument."""
    local, kernel = step.tape.locals[step.index], step.tape.program.steps[step.index].run
    assert local is not None
    given = [one.detach() if isinstance(one, Tensor) else one for one in local.leaves]
    numbers = torch.arange(step.x.numel(), dtype=step.x.dtype).reshape(step.x.shape)
    found: Tensor = kernel(*given[: step.at], numbers, *given[step.at + 1 :])
    return found.reshape(-1).long()


def _assigned(step: StepAt, *, reverse: bool) -> Tensor | None:
    places = _places(step)
    if len(places) != step.y.numel():
        return None
    flat = step.g.reshape(-1)
    made = torch.zeros(step.x.numel(), dtype=flat.dtype)
    order = range(len(places) - 1, -1, -1) if reverse else range(len(places))
    for at in order:
        made[places[at]] = flat[at]
    return made.reshape(step.x.shape)


def _averaged(step: StepAt) -> Tensor | None:
    places = _places(step)
    count = torch.zeros(step.x.numel(), dtype=step.g.dtype).index_add_(0, places, torch.ones_like(step.g.reshape(-1)))
    part = step.sweep.part((step.index, step.at))
    return None if part is None else part / count.clamp_min(1).reshape(part.shape)


_INDEXED = (
    Alteration(
        "of a repeated index only the last gradient arrives: assignment instead of accumulation (index_add_, "
        "scatter_add_)",
        _last_of_repeated,
    ),
    Alteration("of a repeated index only the first gradient arrives", _first_of_repeated),
    Alteration("the gradients of a repeated index are averaged instead of summed", _averaged),
)


def _running(step: StepAt) -> int:
    dim = step.option("dim")
    return dim if isinstance(dim, int) else 0


def _pulled(step: StepAt, cotangent: Tensor) -> Tensor | None:
    """What the step hands to the argument if something else arrives."""
    return next((one for at, _, one in step.tape.pull_step(step.index, cotangent) if at == step.at), None)


def _flipped(step: StepAt, *dims: int) -> Tensor | None:
    """What the step hands to the argument, both before and after it turned around."""
    made = _pulled(step, step.g.flip(dims))
    return None if made is None else made.flip(dims)


def _transposed_operand(step: StepAt) -> Tensor | None:
    """A product with the other matrix itself, in the place of its transpose."""
    return step.g @ step.other if step.at == 0 else step.other @ step.g


def _conv_not_flipped(step: StepAt) -> Tensor | None:
    """What a convolution hands to its input if the kernel is turned around once too often."""
    local = step.tape.locals[step.index]
    assert local is not None
    dims = tuple(range(2, step.operand(1).ndim))
    given = [one.detach() for one in local.leaves]
    given[1] = given[1].flip(dims)
    x = step.x.clone().requires_grad_()
    given[step.at] = x if step.at == 0 else given[step.at]
    with torch.enable_grad():
        y = step.tape.program.steps[step.index].run(*given)
    return torch.autograd.grad(y, x, step.g)[0] if step.at == 0 else None


def _kernel_flipped(step: StepAt) -> Tensor | None:
    part = step.sweep.part((step.index, step.at))
    return None if part is None or part.ndim < 3 else part.flip(tuple(range(2, part.ndim)))


def _along(step: StepAt) -> tuple[int, ...]:
    """The dims along which the step works."""
    dim = step.option("dim")
    if isinstance(dim, int):
        return (dim % max(step.x.ndim, 1),)
    return tuple(one % step.x.ndim for one in dim) if isinstance(dim, tuple) else tuple(range(step.x.ndim))


def _wide(step: StepAt, small: Tensor) -> Tensor:
    """What belongs to each result of a reduction, as wide as the argument."""
    if small.ndim < step.x.ndim:
        for dim in sorted(_along(step)):
            small = small.unsqueeze(dim)
    return small.expand(step.x.shape)


def _other_dim(step: StepAt, function: Callable[[Tensor, int], Tensor]) -> Tensor | None:
    """softmax along the other one of two dims."""
    if step.x.ndim != 2 or len(_along(step)) != 1:
        return None
    return function(step.x, 1 - _along(step)[0])


def _logsumexp_of_other_dim(step: StepAt) -> Tensor | None:
    weights = _other_dim(step, torch.softmax)
    return None if weights is None else _wide(step, step.g) * weights


def _softmax_of_other_dim(step: StepAt) -> Tensor | None:
    """Along a dim of size 1 it is the diagonal of the Jacobian alone, which has a name of its own."""
    if step.x.ndim != 2:
        return None
    dim = 1 - _along(step)[0] % 2
    return step.y * (step.g - (step.g * step.y).sum(dim, keepdim=True)) if step.x.shape[dim] > 1 else None


def _summed(step: StepAt, values: Tensor) -> Tensor:
    return values.sum(_along(step), keepdim=True)


def _is_extreme(step: StepAt, extreme: Callable[..., Tensor]) -> Tensor:
    """Where the extreme along the dims stands."""
    return (step.x == extreme(step.x, _along(step), keepdim=True)).to(step.g.dtype)


_EVERYWHERE = "the gradient arrives at all elements, and not only at the one that {y} chooses"

_CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")
OF_FUNCTIONS_OF_SHAPES: dict[tuple[str, int | None], tuple[Alteration, ...]] = {
    ("index", 0): _INDEXED,
    ("gather", 0): _INDEXED,
    ("index_select", 0): _INDEXED,
    ("embedding", 1): _INDEXED,
    ("softmax", 0): (
        Alteration(
            "the sum in softmax's rank-one term runs over all elements, not along its dim",
            lambda s: s.y * (s.g - (s.g * s.y).sum()),
        ),
        Alteration("the sum in softmax's rank-one term runs along another dim", _softmax_of_other_dim),
        Alteration(
            "softmax's derivative is computed from the input instead of the output",
            lambda s: s.x * (s.g - _summed(s, s.g * s.x)),
        ),
        Alteration("log_softmax's derivative in the place of softmax's", lambda s: s.g - s.y * _summed(s, s.g)),
        Alteration("softmax's rank-one term lacks softmax in its sum", lambda s: s.y * (s.g - _summed(s, s.g))),
        Alteration("softmax's rank-one term is not multiplied by softmax", lambda s: s.y * s.g - _summed(s, s.g * s.y)),
    ),
    ("log_softmax", 0): (
        Alteration(
            "the sum in log_softmax's rank-one term is weighted by softmax, as only that of softmax's derivative is",
            lambda s: s.g - s.y.exp() * _summed(s, s.g * s.y.exp()),
        ),
        Alteration(
            "softmax's derivative in the place of log_softmax's",
            lambda s: s.y.exp() * (s.g - _summed(s, s.g * s.y.exp())),
        ),
        Alteration(
            "log_softmax stands in the place of softmax in the rank-one term", lambda s: s.g - s.y * _summed(s, s.g)
        ),
        Alteration(
            "the sum in log_softmax's rank-one term runs over all elements, not along its dim",
            lambda s: s.g - s.y.exp() * s.g.sum(),
        ),
    ),
    ("logsumexp", 0): (
        Alteration("exp in the place of softmax: not normalized", lambda s: _wide(s, s.g) * s.x.exp()),
        Alteration("the weights (softmax) are missing", lambda s: _wide(s, s.g)),
        Alteration("log_softmax stands in the place of softmax", lambda s: _wide(s, s.g) * (s.x - _wide(s, s.y))),
        Alteration("softmax along another dim", _logsumexp_of_other_dim),
    ),
    ("amax", 0): (
        Alteration(_EVERYWHERE, lambda s: _wide(s, s.g)),
        Alteration(
            "the gradient arrives at the smallest element", lambda s: _wide(s, s.g) * _is_extreme(s, torch.amin)
        ),
    ),
    ("amin", 0): (
        Alteration(_EVERYWHERE, lambda s: _wide(s, s.g)),
        Alteration("the gradient arrives at the largest element", lambda s: _wide(s, s.g) * _is_extreme(s, torch.amax)),
    ),
    ("cumsum", 0): (
        Alteration("the sum in the backward pass runs forwards: it is not reversed", lambda s: s.g.cumsum(_running(s))),
        Alteration("the running sum is missing in the backward pass", lambda s: s.g),
    ),
    ("cumprod", 0): (
        Alteration(
            "the sum in the backward pass runs forwards: it is not reversed",
            lambda s: (s.g * s.y).cumsum(_running(s)) / s.x,
        ),
        Alteration("the running sum is missing in the backward pass", lambda s: s.g * s.y / s.x),
        Alteration(
            "the factor {y} is missing", lambda s: s.g.flip(_running(s)).cumsum(_running(s)).flip(_running(s)) / s.x
        ),
        Alteration("not divided by {x}", lambda s: (s.g * s.y).flip(_running(s)).cumsum(_running(s)).flip(_running(s))),
    ),
    ("prod", 0): (
        Alteration("the product is not divided by the element itself", lambda s: (_pulled(s, s.g) or s.g) * s.x),
    ),
    ("matmul", None): (Alteration("{other} is not transposed", _transposed_operand),),
    ("inv", 0): (
        Alteration("the inverse is not transposed", lambda s: -s.y @ s.g @ s.y),
        Alteration("only one of the two inverses is there (on the left)", lambda s: -s.y.mT @ s.g),
        Alteration("only one of the two inverses is there (on the right)", lambda s: -s.g @ s.y.mT),
    ),
    ("solve", 1): (
        Alteration("solved with {other} instead of its transpose", lambda s: torch.linalg.solve(s.operand(0), s.g)),
        Alteration("multiplied by the transpose of {other} instead of solved", lambda s: s.operand(0).mT @ s.g),
    ),
    ("solve", 0): (
        Alteration("solved with {x} instead of its transpose", lambda s: -torch.linalg.solve(s.x, s.g) @ s.y.mT),
        Alteration(
            "{other} stands in the place of the solution",
            lambda s: -torch.linalg.solve(s.x.mT, s.g) @ s.operand(1).mT,
        ),
    ),
}
OF_FUNCTIONS_OF_SHAPES |= {
    (name, at): (
        Alteration("the kernel is turned around (flip) where it should not be, or the other way round", alter),
    )
    for name in _CONVOLUTIONS
    for at, alter in ((0, _conv_not_flipped), (1, _kernel_flipped))
}


def _transposed(step: StepAt) -> Tensor | None:
    part = step.sweep.part((step.index, step.at))
    is_square = part is not None and part.ndim > 1 and part.shape[-1] == part.shape[-2]
    return part.mT if part is not None and is_square else None


def _diagonal(step: StepAt) -> Tensor | None:
    """The product with the diagonal of the Jacobian alone."""
    if step.y.shape != step.x.shape or step.x.numel() > _MOST_OF_A_DIAGONAL or step.x.numel() < 2:
        return None
    diagonal = torch.zeros(step.x.numel(), dtype=step.g.dtype)
    for at in range(len(diagonal)):
        unit = torch.zeros_like(diagonal)
        unit[at] = 1
        made = _pulled(step, unit.reshape(step.y.shape))
        diagonal[at] = 0 if made is None else made.reshape(-1)[at]
    return step.g * diagonal.reshape(step.g.shape)


_MOST_OF_A_DIAGONAL = 128


def _passed_on(step: StepAt) -> Tensor | None:
    return step.g if step.y.shape == step.x.shape else None


OF_SHAPES = (
    Alteration("the derivative of {y} is missing: the gradient is passed on as it is", _passed_on),
    Alteration("only the diagonal of the Jacobian of {y}", _diagonal),
    Alteration("the gradient is transposed in the term through {y}", _transposed),
)

ANY = (Alteration("grad_output is ignored in the term through {y}", lambda s: _pulled(s, torch.ones_like(s.g))),)
