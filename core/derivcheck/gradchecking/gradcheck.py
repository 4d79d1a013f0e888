"""Gradcheck and gradgradcheck with torch's signatures: exact derivatives of what the forward pass computes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from derivcheck.gradchecking.blocks import badness
from derivcheck.gradchecking.double_backward import (
    Twice,
    check_tangents_of_gradients,
    check_twice,
)
from derivcheck.gradchecking.exact_derivatives import ExactDerivatives
from derivcheck.gradchecking.forward_columns import check_forward
from derivcheck.gradchecking.posing import flattened, gradients_function, place_of, pose, upstreams_of
from derivcheck.gradchecking.reports import Report
from derivcheck.gradchecking.reverse_mode import (
    check_backward,
    check_values,
    dense_weights_of,
    find_chance,
    look_for_search,
)
from derivcheck.gradchecking.torchs_checks import TORCHS, Options, check_inputs, outputs_of_call, structural
from derivcheck.gradchecking.without_gradient import check_zero
from derivcheck.model import Result, Severity, What
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.reasons import ReasonsOfTensors
from derivcheck.system.collector import collecting_seldom

Inputs = Tensor | Sequence[Any]
"""A tensor, or a tuple or list of tensors and of what else the function takes."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Inputs,
    *,
    eps: float = 1e-6,  # noqa: ARG001
    atol: float = 1e-5,  # noqa: ARG001
    rtol: float = 1e-3,  # noqa: ARG001
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,  # noqa: ARG001
    masked: bool | None = None,
) -> bool:
    """Check the derivatives of a function against those of what its forward pass computes.

    It takes the place of torch.autograd.gradcheck. The forward pass is recorded, and its derivatives are proven where
    torch takes finite differences, so there is no step and no tolerance: `eps`, `atol`, `rtol` and `fast_mode` are
    accepted and not used. A number passes within 4 ulps of the true one, and beyond where rounding explains it. What is
    looked at: the values, the gradient of each of up to 64 elements of the outputs, dense upstream gradients, and in
    forward mode the tangent along each of up to 64 elements of the inputs, and dense ones.

    A wrong number fails, nan or inf in the place of one, and a number that has lost more than a quarter of its digits
    although rounding does not explain that. Nothing fails at a kink where torch returns one of the slopes there or one
    between them, where there is no derivative, where none could be proven, and where rounding explains what is lost:
    `derivcheck.gradchecking.gradcheck.examine` gives the report that tells these apart. `x.detach()` is a constant, as
    it is to autograd; finite differences would move it as well.

    Args:
        func: takes the inputs and returns a tensor, or a tuple or list of tensors.
        inputs: a tensor, or a tuple or list of tensors and of what else `func` takes; lists of tensors may be among
            them. It is differentiated by those that ask for a gradient, in float64, float32, float16 or bfloat16, real
            or complex.
        eps: not used.
        atol: not used.
        rtol: not used.
        raise_exception: whether a wrong derivative raises an exception; else the answer is False.
        nondet_tol: how far two backward passes that are given the same may be apart.
        check_undefined_grad: whether to check that undefined upstream gradients count as zeros.
        check_grad_dtypes: whether to check that gradients have the formats of the inputs.
        check_batched_grad: whether to check that the backward pass runs under vmap.
        check_batched_forward_grad: whether to check that the tangents do.
        check_forward_ad: whether to check the tangents of forward mode.
        check_backward_ad: whether to check the gradients of reverse mode.
        fast_mode: not used.
        masked: as torch has it, of sparse inputs.

    Returns:
        True where nothing is wrong.

    Raises:
        GradcheckError: torch's, where something is; its text is a table of what was compared.
        UnsupportedError: where the forward pass runs an operation that cannot be read.

    Example:
        >>> import torch
        >>> x = torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True)
        >>> gradcheck(torch.tanh, x)
        True
    """
    report = examine(
        func,
        inputs,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_batched_forward_grad=check_batched_forward_grad,
        check_forward_ad=check_forward_ad,
        check_backward_ad=check_backward_ad,
        masked=masked,
    )
    if raise_exception:
        report.raise_if_wrong()
    return not report.is_wrong


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Inputs,
    grad_outputs: Tensor | Sequence[Tensor] | None = None,
    *,
    eps: float = 1e-6,  # noqa: ARG001
    atol: float = 1e-5,  # noqa: ARG001
    rtol: float = 1e-3,  # noqa: ARG001
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,  # noqa: ARG001
    masked: bool = False,
) -> bool:
    """Check the second derivatives of a function against those of what its forward pass computes.

    It takes the place of torch.autograd.gradgradcheck; what is said of `gradcheck` holds here as well. The truth is
    that of the forward pass, so that a wrong backward pass does not vouch for its own derivative.

    Args:
        func: as in `gradcheck`.
        inputs: as in `gradcheck`.
        grad_outputs: the upstream gradient of each output that has a gradient; default: fixed numbers of many sizes
            and both signs.
        eps: not used.
        atol: not used.
        rtol: not used.
        gen_non_contig_grad_outputs: whether those that are made here have gaps in memory.
        raise_exception: as in `gradcheck`.
        nondet_tol: as in `gradcheck`.
        check_undefined_grad: as in `gradcheck`, of the second backward pass.
        check_grad_dtypes: as in `gradcheck`.
        check_batched_grad: as in `gradcheck`, of the second backward pass.
        check_fwd_over_rev: whether to check the tangents of the backward pass.
        check_rev_over_rev: whether to check its gradients.
        fast_mode: not used.
        masked: as in `gradcheck`.

    Returns:
        True where nothing is wrong.

    Raises:
        GradcheckError: as in `gradcheck`.
        UnsupportedError: as in `gradcheck`.

    Example:
        >>> import torch
        >>> x = torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True)
        >>> gradgradcheck(torch.tanh, x)
        True
    """
    report = examine_twice(
        func,
        inputs,
        grad_outputs,
        gen_non_contig_grad_outputs=gen_non_contig_grad_outputs,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_fwd_over_rev=check_fwd_over_rev,
        check_rev_over_rev=check_rev_over_rev,
        masked=masked,
    )
    if raise_exception:
        report.raise_if_wrong()
    return not report.is_wrong


_UNUSED = frozenset({"eps", "atol", "rtol", "fast_mode", "raise_exception"})


@collecting_seldom()
def examine(func: Callable[..., Any], inputs: Inputs, **options: Any) -> Report:
    """What `gradcheck` finds out, as a report; a wrong derivative raises nothing.

    Args:
        func: as in `gradcheck`.
        inputs: as in `gradcheck`.
        options: as in `gradcheck`.

    Raises:
        UnsupportedError: where the forward pass runs an operation that cannot be read.

    Example:
        >>> import torch
        >>> x = torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True)
        >>> [(result.item, str(result.status)) for result in examine(torch.tanh, x).results][:2]
        [('values', 'match'), ('backward', 'match')]
    """
    asked = Options(**{name: value for name, value in options.items() if name not in _UNUSED})
    asked.insist()

    def compare(call: _Call) -> Iterator[tuple[str, Comparison]]:
        exact = ExactDerivatives(call.place, dense_weights_of(call.place), func)
        # The backward pass comes first: it tells a search, of whose values nothing need be explained then.
        backward = list(check_backward(call.place, exact)) if asked.check_backward_ad else []
        yield from _named("values", check_values(call.place, exact))
        yield from _named("backward", backward)
        if asked.check_forward_ad:
            yield from _named("forward mode", check_forward(call.place, exact))
        exact.keep()
        yield from structural(call.function, call.inputs, call.outputs, asked)

    return _examined("gradcheck", func, inputs, asked, compare)


@collecting_seldom()
def examine_twice(
    func: Callable[..., Any],
    inputs: Inputs,
    grad_outputs: Tensor | Sequence[Tensor] | None = None,
    *,
    gen_non_contig_grad_outputs: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    **options: Any,
) -> Report:
    """What `gradgradcheck` finds out, as a report; a wrong derivative raises nothing.

    Args:
        func: as in `gradgradcheck`, and so are the others.
        inputs: what it is called with.
        grad_outputs: the upstream gradient of each output.
        gen_non_contig_grad_outputs: whether those that are made here have gaps in memory.
        check_fwd_over_rev: whether to check tangents.
        check_rev_over_rev: whether to check gradients.
        options: the others of `gradgradcheck`.

    Raises:
        UnsupportedError: where the forward pass runs an operation that cannot be read.
    """
    asked = Options(
        **{name: value for name, value in options.items() if name not in _UNUSED},
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
    )
    asked.insist_twice()

    def compare(call: _Call) -> Iterator[tuple[str, Comparison]]:
        upstreams = upstreams_of(call.outputs, grad_outputs, with_gaps=gen_non_contig_grad_outputs)
        twice = Twice(call.place, upstreams, func)
        yield from _named("values", check_values(call.place, twice.exact))
        second = list(check_twice(twice, only_once=not asked.check_backward_ad))
        if any(one.verdict.status.severity is Severity.FAIL for _, one in second):
            look_for_search(twice.exact)  # where the forward pass searches, nothing is wrong that can be known
        yield from second
        if asked.check_forward_ad:
            yield from _named("forward over reverse mode", check_tangents_of_gradients(twice))
        twice.exact.keep()
        doubled, doubled_inputs = gradients_function(call.function, call.inputs, upstreams), (*call.inputs, *upstreams)
        gradients = outputs_of_call(doubled(*doubled_inputs))
        yield from structural(doubled, doubled_inputs, gradients, asked)

    return _examined("gradgradcheck", func, inputs, asked, compare)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of the caller's function.

    Attributes:
        function: the function, of single tensors.
        inputs: what it was called with.
        outputs: those of its outputs that have a gradient.
        place: the call as the check list knows it.
    """

    function: Callable[..., Any]
    inputs: tuple[Any, ...]
    outputs: tuple[Tensor, ...]
    place: Place


def _examined(
    what: str,
    func: Callable[..., Any],
    inputs: Inputs,
    asked: Options,
    compare: Callable[[_Call], Iterator[tuple[str, Comparison]]],
) -> Report:
    """The report on a call: what is compared, unless it has no gradient or chance decides its values."""
    function, given = flattened(func, TORCHS._as_tuple(inputs))
    check_inputs(given)
    result = function(*given)
    outputs = outputs_of_call(result)
    subject = pose(function, given, result)
    if not outputs:
        place = Place(subject, subject.points[0])
        return _report(what, place, _named("no gradient", check_zero(place)), has_gradient=False)
    place = place_of(subject)
    if (chance := find_chance(place, outputs, asked.nondet_tol)) is not None:
        return _report(what, place, _named("values", [chance]), has_gradient=False)
    return _report(what, place, compare(_Call(function, given, outputs, place)))


def _named(item: str, comparisons: Iterable[Comparison]) -> Iterator[tuple[str, Comparison]]:
    return ((item, comparison) for comparison in comparisons)


def _report(what: str, place: Place, found: Iterable[tuple[str, Comparison]], *, has_gradient: bool = True) -> Report:
    """The report of what was compared, item by item."""
    items: dict[str, list[Comparison]] = {}
    for item, comparison in found:
        items.setdefault(item, []).append(comparison)
    reasons = ReasonsOfTensors(place.subject)
    results = tuple([_result(place, reasons, item, comparisons) for item, comparisons in items.items()])
    title = f"{what} of {place.subject.function.name}"
    if not has_gradient:
        return Report(title, results)
    return Report(title, results, place.recorded.constants, len(place.recorded.lowered.outputs))


def _result(place: Place, reasons: ReasonsOfTensors, item: str, comparisons: Sequence[Comparison]) -> Result:
    """The Result of an item: its worst comparison speaks for it."""
    worst = max(comparisons, key=badness)
    return Result(
        place.subject.case,
        What.DERIVATIVE if worst.wrt else What.VALUE,
        worst.wrt,
        replace(worst.verdict, reason=reasons.reason(item, worst, comparisons)),
        truth=worst.truth,
        gradient=worst.gradient,
        item=item,
        values=worst.values or place.point,
        elements=worst.elements,
    )
