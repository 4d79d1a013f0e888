"""The library's front door to explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derivcheck.api import At, Formula, Name, OwnCode, own_functions
from derivcheck.autograd.user_functions import as_user_function
from derivcheck.checking.one_point import check_case
from derivcheck.errors import CaseError
from derivcheck.explaining.attaching import explain_results
from derivcheck.explaining.explained_in_child import FIRST_ITEMS, explain_in_child
from derivcheck.inputs import python_values
from derivcheck.inputs.named_code import is_code
from derivcheck.inputs.python_constants import check_portable, read_constants, with_tensors
from derivcheck.inputs.python_values import declared_gradients, dtype_name, formula_text, points, what_by
from derivcheck.model import Case, OwnFunction
from derivcheck.numbers import DType
from derivcheck.own_functions.checking import check_items
from derivcheck.own_functions.chosen import chosen_items
from derivcheck.own_functions.patience import DEFAULT_TIMEOUT
from derivcheck.own_functions.preparing import prepare
from derivcheck.reporting.explained_results import Explained


def explain(
    subject: object,
    formula: Formula | None = None,
    *,
    at: At,
    wrt: Name | Sequence[Name] = (),
    const: Mapping[str, object] | Name | Sequence[Name] = (),
    held: str | Sequence[str] = (),
    args: Sequence[str] = (),
    surrogate: Formula | None = None,
    gradient: Mapping[Name, Formula] | None = None,
    linear: bool = True,
    domain: str | None = None,
    functions: Mapping[str, OwnCode] | None = None,
    seed: int = 0,
    dtype: object = None,
    device: object = "cpu",
    timeout: float | None = None,
) -> Explained:
    """Explain a gradient: which operation is to blame, and what helps.

    Args:
        subject: an expression, as `check` takes it; or torch code of your own, as `check_function` takes it: a
            torch.autograd.Function, a function of tensors, an nn.Module, or its name, FILE.py:NAME.
        formula: of code, what it computes; default: read from its forward pass.
        at: the point, as `check` takes it. One point is explained at a time.
        wrt: of an expression, what to differentiate by; default: each variable.
        const: of an expression, the variables that are held; of code, its arguments that are no tensors, by name.
        held: of code, the names of tensors that are not differentiated by.
        args: of code, and so are the next four, as in `check_function`.
        surrogate: the formula whose derivative the backward pass is meant to have.
        gradient: what the backward pass is meant to return, by argument.
        linear: whether that is linear in the upstream gradient.
        domain: where the function is defined.
        functions: of an expression, functions of your own that it may call, as in `check`.
        seed: the seed of random values such as "randn(3)".
        dtype: "float64", "float32", "float16" or "bfloat16", or torch's own.
        device: torch's name of the device.
        timeout: seconds that the check of an item may take; only for code given by its name.

    Returns:
        The Results, of a function those of the first items of its check list, with the explanation: `blame` says which
        operation is to blame, `rewrites` what helps, `tape` holds every tensor of the run beside the exact numbers.

    Raises:
        DerivcheckError: as in `check` and `check_function`.
        ValueError: for a dtype that does not exist, and a timeout for code that is not given by its name.

    Example:
        >>> found = explain("x**2 + 2*x + 1", at={"x": 2})
        >>> found.blame is None, [(tensor.grad_fn, tensor.is_leaf) for tensor in found.tape if tensor.name]
        (True, [(None, True)])
    """
    texts_of_dtype = None if dtype is None else DType.named(dtype_name(dtype))
    if not _is_of_code(subject):
        _refuse(formula=formula, held=held, args=args, surrogate=surrogate, gradient=gradient, domain=domain)
        case = Case(
            formula_text(subject),
            _one_point(points(at)),
            wrt=() if wrt == () else what_by(wrt),
            dtype=texts_of_dtype,
            device=str(device),
            allow_unused=False,
            functions=own_functions(functions),
            const=python_values.constants(const),
            seed=python_values.seed(seed),
        )
        _no_timeout(timeout)
        return Explained(explain_results(case, tuple(check_case(case)), always=True))
    if wrt != () or functions:
        raise CaseError("wrt and functions are for an expression", hint='held=["w"] leaves an argument out')
    named = subject if isinstance(subject, str) else None
    loaded = None if named is not None else as_user_function(subject)
    text = None if formula is None else formula_text(formula, "the formula")
    constants = read_constants(const, held)
    name = str(named) if loaded is None else loaded.name
    own = OwnFunction(
        name,
        python_values.names(args, "args"),
        text,
        subject,
        None if surrogate is None else formula_text(surrogate, "the surrogate"),
        constants.constants,
        declared_gradients(gradient),
        python_values.truth(linear, "linear"),
        None if domain is None else formula_text(domain, "the domain"),
    )
    case = Case(
        text or "",
        _one_point(points(with_tensors(at, constants.tensors))),
        name,
        dtype=texts_of_dtype,
        device=str(device),
        functions=(own,),
        const=constants.held,
        seed=python_values.seed(seed),
        checklist=FIRST_ITEMS,
    )
    if loaded is None:
        check_portable(own.constants)
        results = list(explain_in_child(case, timeout=DEFAULT_TIMEOUT if timeout is None else timeout))
        for result in results:
            if result.error is not None:
                raise result.error
        return Explained(results)
    _no_timeout(timeout)
    prepared = prepare(case, loaded)
    items = chosen_items(FIRST_ITEMS, elementwise=prepared.is_elementwise)
    return Explained(explain_results(case, tuple(check_items(prepared, FIRST_ITEMS, items)), always=True))


def _is_of_code(subject: object) -> bool:
    """Whether what is to be explained is code; SymPy's symbols can be called as well, and are none."""
    if isinstance(subject, str):
        return is_code(subject)
    return callable(subject) and type(subject).__module__.partition(".")[0] != "sympy"


def _one_point(texts: Sequence[dict[str, str]]) -> Sequence[dict[str, str]]:
    if len(texts) != 1:
        raise CaseError("one point is explained at a time", hint='at={"x": 2}')
    return texts


def _refuse(**given: object) -> None:
    """Raise a CaseError for an argument that is about code, where an expression is explained."""
    for name, value in given.items():
        if value is not None and value != ():
            raise CaseError(f"{name} is for torch code of your own", hint="give the code itself, or FILE.py:NAME")


def _no_timeout(timeout: float | None) -> None:
    if timeout is not None:
        raise ValueError("a timeout needs a process to kill: give the function by its name, FILE.py:NAME")
