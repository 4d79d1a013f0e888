"""The library's front door: checks from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NotRequired, TypeAlias, TypedDict

from derivcheck.autograd.binding import Given
from derivcheck.autograd.user_functions import as_user_function, load_own
from derivcheck.checking.many_points.rows import check_points
from derivcheck.errors import CaseError, DerivcheckError
from derivcheck.inputs import python_values
from derivcheck.inputs.case_fields import all_give_the_same, read_modes, unknown
from derivcheck.inputs.declaration import declare, declare_gradients
from derivcheck.inputs.python_constants import check_portable, read_constants, with_tensors
from derivcheck.inputs.python_values import (
    claim_text,
    claims,
    declared_gradients,
    dtype_name,
    formula_text,
    points,
    what_by,
)
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.model import Case, Checklist, Mode, OwnFunction, Severity
from derivcheck.numbers import DType
from derivcheck.own_functions.checking import check_items
from derivcheck.own_functions.chosen import check_names, chosen_items
from derivcheck.own_functions.in_child import check_in_child
from derivcheck.own_functions.patience import DEFAULT_TIMEOUT
from derivcheck.own_functions.preparing import prepare
from derivcheck.reporting.presentation.checklist import as_text
from derivcheck.reporting.results import Results

Formula: TypeAlias = Any
"""A text in the expression language, a SymPy expression, a number; as a claim a list, an array or a tensor, too."""

Number: TypeAlias = Any
"""A number of Python, NumPy or SymPy, a text such as "1/3" or "randn(3)", a nested list, an array or a tensor."""

Name: TypeAlias = Any
"""A variable's name, or SymPy's symbol of that name."""

At: TypeAlias = Mapping[Name, Number] | Sequence[Mapping[Name, Number]]
"""A point, or several: a number or an array for each variable."""


class OwnCode(TypedDict):
    """A function of your own for `check`, with the keys of `[functions.NAME]` in case files.

    Attributes:
        torch: a torch.autograd.Function, a function of tensors or an nn.Module, or its name, FILE.py:NAME.
        formula: what it computes, on numbers or on tensors.
        args: the names of its arguments in the order in which it takes them, constants among them; default: each
            variable of the formula goes to the argument of its name, else they go in the order of the formula.
        surrogate: the expression whose derivative its backward pass is meant to have.
        const: the values of its arguments that are no tensors: a call in an expression does not give them.
        gradient: what its backward pass is meant to return, by argument, for the upstream gradient `g`.
        linear: whether that is linear in `g`.
    """

    torch: object
    formula: str
    args: NotRequired[Sequence[str]]
    surrogate: NotRequired[str]
    const: NotRequired[Mapping[str, object]]
    gradient: NotRequired[Mapping[str, str]]
    linear: NotRequired[bool]


def check(
    expr: Formula,
    *,
    at: At,
    wrt: Name | Sequence[Name] = (),
    order: int = 1,
    mode: str | Sequence[str] = "reverse",
    dtype: object = None,
    device: object = "cpu",
    value: Formula | None = None,
    derivative: Mapping[Name, Formula] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    const: Name | Sequence[Name] = (),
    seed: int = 0,
    functions: Mapping[str, OwnCode] | None = None,
) -> Results:
    """Check an expression's value and derivatives at one point or several.

    Args:
        expr: the expression: a text, a SymPy expression or a number. A function of tensors, such as a lambda, is
            recorded and checked as `check_function` does without a formula; then nothing else is given but the point,
            `const`, `dtype`, `device` and `seed`.
        at: the point, or several: numbers, texts such as "1/3" and "randn(2, 3)", nested lists, arrays or tensors.
            Those of an integer dtype are integers, such as labels, and nothing is differentiated by them. A tensor of
            one element is a number, unless another value of the point is an array. A name that neither the expression
            nor a claim uses is an error; several points may all give one, and then a note says so.
        wrt: what to differentiate by: "x", "x,x" for the second derivative, "x,y" for a mixed one; one or several.
            Default: each variable once.
        order: where `wrt` is not given, every partial of this order.
        mode: torch's engine: "reverse", "forward", "func", "forward-over-reverse",
            "reverse-over-forward" or "compile"; one, several, or "all".
        dtype: "float64", "float32", "float16" or "bfloat16", or torch's own; default float64 where the device has it.
        device: torch's name of the device.
        value: the value that you claim, a number, an array or a formula as `expr` and `at` take them; a float32 tensor,
            such as `x.grad`, to the six digits that it is good for.
        derivative: the derivatives that you claim, by what they are taken with respect to.
        rtol: with `atol`, a fixed tolerance instead of the proven criterion.
        atol: see `rtol`.
        const: the variables that are held and not differentiated by.
        seed: the seed of random values such as "randn(3)".
        functions: functions of your own that the expressions may call, by name: what torch runs and the formula that
            it computes, `{"sq": {"torch": SQ, "formula": "i**2"}}`; see `OwnCode`.

    Returns:
        The Results: for each point the value, each derivative in each mode, and each claim. Printed, or at the end of
        a notebook's cell, they are a table.

    Raises:
        DerivcheckError: for what is no formula, point, number or name, and a declaration of a function that is none.
        ValueError: for a mode or dtype that does not exist. What goes wrong in the check itself is a Result with the
            status `error`.

    Example:
        >>> [str(result.status) for result in check("x**2", at={"x": 2}, derivative={"x": "2*x"})]
        ['match', 'match', 'match']
        >>> import sympy
        >>> x = sympy.Symbol("x")
        >>> check(sympy.sin(x)**2, at={x: 0.5}, derivative={x: sympy.sin(2*x)}).status.label
        'match'
    """
    if python_values.is_code(expr):
        others = {
            "wrt": wrt,
            "derivative": derivative,
            "functions": functions,
            "value": value,
            "rtol": rtol,
            "atol": atol,
        }
        asked = [name for name, given in others.items() if given is not None and given != ()]
        asked += [name for name, given in {"order": order != 1, "mode": mode != "reverse"}.items() if given]
        if asked:
            hint = "give a formula, or call derivcheck.check_function, which says what goes with code"
            raise CaseError(f"`{asked[0]}` goes with a formula, and this is code of torch", hint=hint)
        return check_function(expr, at=at, held=const, dtype=dtype, device=device, seed=seed)
    texts = points(at)
    is_shaped = any(map(is_shaped_point, texts))
    case = Case(
        expr=formula_text(expr),
        at=texts,
        wrt=() if wrt == () else what_by(wrt),
        order=python_values.order(order),
        modes=_modes(python_values.names(mode, "mode")),
        dtype=None if dtype is None else DType.named(dtype_name(dtype)),
        device=str(device),
        value=None if value is None else claim_text(value, "the claimed value", is_shaped=is_shaped),
        derivative={} if derivative is None else claims(derivative, is_shaped=is_shaped),
        tolerance=python_values.tolerance(rtol, atol),
        allow_unused=all_give_the_same(texts),
        functions=own_functions(functions),
        const=python_values.constants(const),
        seed=python_values.seed(seed),
    )
    return Results(check_points(case))


def _modes(names: Sequence[str]) -> tuple[Mode, ...]:
    """Read the names of modes; ValueError, with the name that was probably meant, for an unknown one."""
    try:
        return read_modes(names)
    except CaseError as error:
        raise ValueError(f"{error.message}: {error.hint}") from None


def own_functions(functions: Mapping[str, OwnCode] | None) -> tuple[OwnFunction, ...]:
    """Read the declarations of functions that expressions may call, by name.

    Raises:
        DerivcheckError: for a declaration that is none.
    """
    return tuple(_declared(name, code) for name, code in (functions or {}).items())


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
    const = read_constants(code.get("const", {}))
    if const.held:
        hint = "give its value to an argument of its own: a call in an expression takes tensors"
        raise CaseError(f"`{const.held[0]}` is no constant of `{name}`, but a tensor", hint=hint)
    own = declare(
        name,
        runs,
        code["formula"],
        args=code.get("args", ()),
        surrogate=code.get("surrogate"),
        constants=const.constants,
    )
    is_linear = python_values.truth(code.get("linear", True), "linear")
    own = declare_gradients(own, declared_gradients(code.get("gradient")), is_linear=is_linear)
    load_own(own).bound(Given(own.params, own.constants, own.order))  # here, where an error is the caller's
    return own


def check_function(
    function: object,
    formula: Formula | None = None,
    *,
    at: At,
    args: Sequence[str] = (),
    const: Mapping[str, object] | Sequence[str] = (),
    held: str | Sequence[str] = (),
    surrogate: Formula | None = None,
    gradient: Mapping[Name, Formula] | None = None,
    linear: bool = True,
    domain: str | None = None,
    seed: int = 0,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    slow: bool = False,
    dtype: object = None,
    device: object = "cpu",
    timeout: float | None = None,
) -> Results:
    """Check a function of your own, forward and backward, against a formula.

    Args:
        function: a torch.autograd.Function, a function of tensors, an nn.Module or what makes one without arguments;
            or its name, FILE.py:NAME or package.module:NAME, and then it runs in a process of its own.
        formula: what the function computes, on numbers or on tensors; several outputs with commas between them.
        at: the point, or several, as in `check`. Parameters and buffers of a module are variables of the formula,
            `layers.0.weight` as `layers_0_weight`; where no point gives one, it is what the module holds.
        args: the arguments in the order in which the function takes them, constants among them; default: as the
            function names them, else as the formula has them.
        const: the arguments that are no tensors, by name: {"n": 3, "reduction": "mean"}. The formula may name them, and
            one that the function does not take stands in the formula alone. A tensor here is held.
        held: the names of tensors that are not differentiated by.
        surrogate: the formula whose derivative the backward pass is meant to have, where that is not the function's:
            "x" for a straight-through estimator, "-x" for a gradient reversal.
        gradient: what the backward pass is meant to return, by argument, where that is no formula's derivative: an
            expression with the upstream gradient `g`, {"x": "g*(abs(x) <= 1)"}.
        linear: whether that is linear in `g`, as a derivative is.
        domain: where the function is defined: "sigma > 0, abs(x) < 1".
        seed: the seed of random values such as "randn(3)".
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
        DerivcheckError: for a function that cannot be loaded, or does not take the arguments that are given, a formula
            that is none, an item that does not exist.
        ValueError: for a dtype that does not exist, and a timeout for a function that is not given by its name.

    Example:
        >>> import torch
        >>> [result.item for result in check_function(torch.square, "x**2", at={"x": 2}, only=["forward", "backward"])]
        ['forward', 'backward']
    """
    named = function if isinstance(function, str) else None
    subject = None if named is not None else as_user_function(function)
    text = None if formula is None else formula_text(formula, "the formula")
    constants = read_constants(const, held)
    case = Case(
        expr=text or "",
        name=named if subject is None else subject.name,
        at=points(with_tensors(at, constants.tensors)),
        dtype=None if dtype is None else DType.named(dtype_name(dtype)),
        device=str(device),
        const=constants.held,
        seed=python_values.seed(seed),
    )
    checklist = Checklist(python_values.names(only, "only"), python_values.names(skip, "skip"), slow)
    own = OwnFunction(
        str(case.name),
        python_values.names(args, "args"),
        text,
        function,
        None if surrogate is None else formula_text(surrogate, "the surrogate"),
        constants.constants,
        declared_gradients(gradient),
        python_values.truth(linear, "linear"),
        None if domain is None else formula_text(domain, "the domain"),
    )
    case = replace(case, functions=(own,), checklist=checklist)
    if subject is None:
        check_portable(own.constants)
        results = list(check_in_child(case, timeout=DEFAULT_TIMEOUT if timeout is None else timeout))
        for result in results:
            if result.error is not None:
                raise result.error
        return Results(results)
    if timeout is not None:
        raise ValueError("a timeout needs a process to kill: give the function by its name, FILE.py:NAME")
    check_names(checklist)
    prepared = prepare(case, subject)
    items = chosen_items(checklist, elementwise=prepared.is_elementwise)
    return Results(check_items(prepared, checklist, items))


def assert_derivatives(
    function: object,
    formula: Formula | None = None,
    *,
    at: At,
    args: Sequence[str] = (),
    const: Mapping[str, object] | Sequence[str] = (),
    held: str | Sequence[str] = (),
    surrogate: Formula | None = None,
    gradient: Mapping[Name, Formula] | None = None,
    linear: bool = True,
    domain: str | None = None,
    seed: int = 0,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    dtype: object = None,
    device: object = "cpu",
) -> None:
    """Fail unless a function of your own is, forward and backward, what a formula says: for tests.

    Args:
        function: as in `check_function`, and so are the others.
        formula: what the function computes.
        at: the point, or several.
        args: the arguments in the order in which the function takes them.
        const: the arguments that are no tensors, by name.
        held: the names of tensors that are not differentiated by.
        surrogate: the formula whose derivative the backward pass is meant to have.
        gradient: what the backward pass is meant to return, by argument.
        linear: whether that is linear in the upstream gradient.
        domain: where the function is defined.
        seed: the seed of random values.
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
    __tracebackhide__ = True  # pytest then ends the traceback at the test's own line
    try:
        results = check_function(
            function,
            formula,
            at=at,
            args=args,
            const=const,
            held=held,
            surrogate=surrogate,
            gradient=gradient,
            linear=linear,
            domain=domain,
            seed=seed,
            only=only,
            skip=skip,
            dtype=dtype,
            device=device,
        )
    except DerivcheckError as error:
        raise error.with_traceback(None) from None
    if any(result.status.severity in (Severity.FAIL, Severity.ERROR) for result in results):
        raise AssertionError(as_text(results))
