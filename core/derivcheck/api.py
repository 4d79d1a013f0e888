"""The library's front door: checks from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from derivcheck.autograd.user_functions import as_user_function, load_own
from derivcheck.errors import CaseError
from derivcheck.inputs.case_fields import all_give_the_same, unknown
from derivcheck.many_points.rows import check_points
from derivcheck.model import Case, DType, Mode, OwnFunction, Severity, Tolerance, Wrt
from derivcheck.own_functions.case import FunctionCase
from derivcheck.own_functions.checking import check_items, prepare
from derivcheck.own_functions.chosen import chosen_items
from derivcheck.own_functions.declared import declare
from derivcheck.own_functions.process import DEFAULT_TIMEOUT, check_in_process
from derivcheck.presentation.checklist import as_text
from derivcheck.results import Results

Number = int | float | str


class OwnCode(TypedDict):
    """A function of your own for `check`, with the keys of `[functions.NAME]` in case files.

    Attributes:
        torch: a torch.autograd.Function, a function of tensors or an nn.Module, or its name, FILE.py:NAME.
        formula: what it computes, element by element.
        args: the names of its arguments, in order; default: the formula's variables.
        surrogate: the expression whose derivative its backward pass is meant to have.
    """

    torch: object
    formula: str
    args: NotRequired[Sequence[str]]
    surrogate: NotRequired[str]


def check(
    expr: str,
    *,
    at: Mapping[str, Number] | Sequence[Mapping[str, Number]],
    wrt: str | Sequence[str] = (),
    order: int = 1,
    mode: str | Sequence[str] = "reverse",
    dtype: str | None = None,
    device: str = "cpu",
    value: Number | None = None,
    derivative: Mapping[str, Number] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    functions: Mapping[str, OwnCode] | None = None,
) -> Results:
    """Check an expression's value and derivatives at one point or several.

    Args:
        expr: the expression.
        at: the point, or several; numbers, or texts such as "1/3" and "pi/4". A name that neither the expression nor a
            claim uses is an error; several points may all give one, and then a note says so.
        wrt: what to differentiate by: "x", "x,x" for the second derivative, "x,y" for a mixed one; one or several.
            Default: each variable once.
        order: where `wrt` is not given, every partial of this order.
        mode: torch's engine: "reverse", "forward", "func", "forward-over-reverse",
            "reverse-over-forward" or "compile"; one or several.
        dtype: "float64", "float32", "float16" or "bfloat16"; default float64 where the device has it.
        device: torch's name of the device.
        value: the value that you claim, a number or a formula.
        derivative: the derivatives that you claim, by what they are taken with respect to.
        rtol: with `atol`, a fixed tolerance instead of the proven criterion.
        atol: see `rtol`.
        functions: functions of your own that the expressions may call, by name: what torch runs and the formula that
            it computes, `{"sq": {"torch": SQ, "formula": "i**2"}}`; see `OwnCode`.

    Returns:
        The Results: for each point the value, each derivative in each mode, and each claim. Printed, or at the end of
        a notebook's cell, they are a table.

    Raises:
        DerivcheckError: for a declaration of a function that is none.
        ValueError: for a mode or dtype that does not exist. What goes wrong in the check itself is a Result with the
            status `error`.

    Example:
        >>> [str(result.status) for result in check("x**2", at={"x": 2}, derivative={"x": "2*x"})]
        ['match', 'match', 'match']
    """
    points = [at] if isinstance(at, Mapping) else list(at)
    case = Case(
        expr=expr,
        at=tuple({name: str(number) for name, number in point.items()} for point in points),
        wrt=tuple(_wrt(text) for text in ([wrt] if isinstance(wrt, str) else wrt)),
        order=order,
        modes=tuple(Mode(name) for name in ([mode] if isinstance(mode, str) else mode)),
        dtype=None if dtype is None else DType.named(dtype),
        device=device,
        value=None if value is None else str(value),
        derivative={_wrt(names): str(claim) for names, claim in (derivative or {}).items()},
        tolerance=None if rtol is None and atol is None else Tolerance(rtol or 0.0, atol or 0.0),
        allow_unused=all_give_the_same(points),
        functions=tuple(_declared(name, code) for name, code in (functions or {}).items()),
    )
    return Results(check_points(case))


def _declared(name: str, code: OwnCode) -> OwnFunction:
    if not isinstance(code, Mapping):
        hint = f'functions={{"{name}": {{"torch": SQ, "formula": "i**2"}}}}'
        raise CaseError(f"the function `{name}` is declared by its code and its formula", hint=hint)
    for key in ("torch", "formula"):
        if key not in code:
            raise CaseError(f"the function `{name}` has no {key}", hint='{"torch": SQ, "formula": "i**2"}')
    for key in code:
        if key not in OwnCode.__annotations__:
            raise unknown("key", key, OwnCode.__annotations__)
    runs = code["torch"]
    own = declare(name, runs, code["formula"], args=code.get("args", ()), surrogate=code.get("surrogate"))
    load_own(own)  # here, where an error is the caller's
    return own


def _wrt(text: str) -> Wrt:
    return tuple(name.strip() for name in text.split(","))


def check_function(
    function: object,
    formula: str,
    *,
    at: Mapping[str, Number] | Sequence[Mapping[str, Number]],
    args: Sequence[str] = (),
    surrogate: str | None = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    slow: bool = False,
    dtype: str | None = None,
    device: str = "cpu",
    timeout: float | None = None,
) -> Results:
    """Check a function of your own, forward and backward, against a formula.

    Args:
        function: a torch.autograd.Function, a function of tensors, an nn.Module or what makes one without arguments;
            or its name, FILE.py:NAME or package.module:NAME, and then it runs in a process of its own.
        formula: what the function computes, element by element.
        at: the point, or several, as in `check`.
        args: the variables in the order of the function's arguments; default: as the function names them, else that of
            the formula.
        surrogate: the formula whose derivative the backward pass is meant to have, where that is not the function's:
            "x" for a straight-through estimator, "-x" for a gradient reversal.
        only: the items of the check list to run; default: all that are not slow.
        skip: the items to leave out.
        slow: whether to run the slow items too (torch.compile).
        dtype: "float64", "float32", "float16" or "bfloat16"; default float64 where the device has it.
        device: torch's name of the device.
        timeout: seconds that an item may take; only for a function given by its name.

    Returns:
        The Results, one for each item; `item` is its name, `diagnosis` the mistake's where one fits at every point.
        Printed, or at the end of a notebook's cell, they are a table.

    Raises:
        DerivcheckError: for a function that cannot be loaded, a formula that is none, an item that does not exist.
        ValueError: for a dtype that does not exist, and a timeout for a function that is not given by its name.

    Example:
        >>> import torch
        >>> [result.item for result in check_function(torch.square, "x**2", at={"x": 2}, only=["forward", "backward"])]
        ['forward', 'backward']
    """
    points = [at] if isinstance(at, Mapping) else list(at)
    named = function if isinstance(function, str) else None
    subject = None if named is not None else as_user_function(function)
    case = Case(
        expr=formula,
        name=named if subject is None else subject.name,
        at=tuple({name: str(number) for name, number in point.items()} for point in points),
        dtype=None if dtype is None else DType.named(dtype),
        device=device,
    )
    request = FunctionCase(case, tuple(args), surrogate, tuple(only), tuple(skip), slow)
    if subject is None:
        results = list(check_in_process(request, timeout=DEFAULT_TIMEOUT if timeout is None else timeout))
        for result in results:
            if result.error is not None:
                raise result.error
        return Results(results)
    if timeout is not None:
        raise ValueError("a timeout needs a process to kill: give the function by its name, FILE.py:NAME")
    items = chosen_items(request)
    return Results(check_items(prepare(request, subject), request, items))


def assert_derivatives(
    function: object,
    formula: str,
    *,
    at: Mapping[str, Number] | Sequence[Mapping[str, Number]],
    args: Sequence[str] = (),
    surrogate: str | None = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    dtype: str | None = None,
    device: str = "cpu",
) -> None:
    """Fail unless a function of your own is, forward and backward, what a formula says: for tests.

    Args:
        function: as in `check_function`, and so are the others.
        formula: what the function computes.
        at: the point, or several.
        args: the variables in the order of the function's arguments.
        surrogate: the formula whose derivative the backward pass is meant to have.
        only: the items to run.
        skip: the items to leave out.
        dtype: the format.
        device: the device.

    Raises:
        AssertionError: where an item fails or cannot be run; its text is the check list, and the mistake's name.
        DerivcheckError: as in `check_function`.

    Example:
        >>> import torch
        >>> assert_derivatives(torch.nn.functional.silu, "x/(1 + exp(-x))", at={"x": 0.5})
    """
    results = check_function(
        function,
        formula,
        at=at,
        args=args,
        surrogate=surrogate,
        only=only,
        skip=skip,
        dtype=dtype,
        device=device,
    )
    if any(result.status.severity in (Severity.FAIL, Severity.ERROR) for result in results):
        raise AssertionError(as_text(results))
