"""The library's front door to hunts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from derivcheck.api import Formula, Name, Number, OwnCode, own_functions
from derivcheck.autograd.user_functions import as_user_function
from derivcheck.errors import CaseError
from derivcheck.hunting.search import hunt as search
from derivcheck.inputs import python_values
from derivcheck.inputs.calls_of_code import call_of_code
from derivcheck.inputs.case_fields import read_modes, read_order
from derivcheck.inputs.named_code import is_code
from derivcheck.inputs.python_constants import check_portable, read_constants
from derivcheck.inputs.python_values import declared_gradients, dtype_name, formula_text, number_text, points, what_by
from derivcheck.inputs.search_ranges import apart, check_search, ends_of, range_between, read_budget
from derivcheck.model import Case, Search, SearchRange
from derivcheck.model.hunt import HuntRequest
from derivcheck.model.search_range import default_budget
from derivcheck.numbers import DType
from derivcheck.reporting.hunted_results import Hunted
from derivcheck.running.hunted_rows import hunted_rows, require_searchable

_RANGES = 'write ranges={"x": (-50, 50)}'


def hunt(
    subject: object,
    formula: Formula | None = None,
    *,
    ranges: Mapping[Name, Sequence[Number] | str],
    at: Mapping[Name, Number] | None = None,
    wrt: Name | Sequence[Name] = (),
    order: int = 1,
    mode: str | Sequence[str] = "reverse",
    dtype: object = None,
    device: object = "cpu",
    const: Mapping[str, object] | Name | Sequence[Name] = (),
    args: Sequence[str] = (),
    surrogate: Formula | None = None,
    gradient: Mapping[Name, Formula] | None = None,
    linear: bool = True,
    functions: Mapping[str, OwnCode] | None = None,
    budget: float | str | None = None,
    seed: int = 0,
    exhaustive: bool = False,
    resume: str | Path | None = None,
) -> Hunted:
    """Hunt for the worst inputs in a range: where torch's gradient is wrong or loses digits, and by how much.

    Args:
        subject: an expression, as `check` takes it; or torch code of your own, or its name, FILE.py:NAME.
        formula: of code, what it computes, on the whole range.
        ranges: the range of each variable that is searched, two numbers; or of an element, `{"W[0, 2]": (-1, 1)}`.
            Both ends belong to it.
        at: the other variables, which are held, and the tensors whose elements are searched.
        wrt: what to differentiate by, as in `check`.
        order: where `wrt` is not given, every partial of this order.
        mode: torch's engine, as in `check`.
        dtype: "float64", "float32", "float16" or "bfloat16", or torch's own.
        device: torch's name of the device.
        const: of an expression, the variables that are held and not differentiated by; of code, its arguments that
            are no tensors, by name.
        args: of code, and so are the next three, as in `check_function`.
        surrogate: the formula whose derivative the backward pass is meant to have.
        gradient: what the backward pass is meant to return, by argument.
        linear: whether that is linear in the upstream gradient.
        functions: of an expression, functions of your own that it may call, as in `check`.
        budget: seconds after which the hunt stops, or a text such as "2min"; default 10, where it is exhaustive 120.
        seed: the seed of what is drawn.
        exhaustive: whether to look at every number of float16 or bfloat16, of one variable: a proof by enumeration.
        resume: a file that keeps what was looked at: a hunt that was cut short goes on from there.

    Returns:
        The Results of the points that were found, the worst first, with the map of the range: `finds`, `stretches`,
        `curves`, `coverage`, `plot()`. Ctrl-C ends the hunt, and what was found by then is returned.

    Raises:
        DerivcheckError: as in `check` and `check_function`, and for a range that cannot be searched.

    Example:
        >>> found = hunt("softplus(x)", ranges={"x": (19, 22)}, wrt="x,x", budget=1)
        >>> found.finds[0].kind.value, found.finds[0].wrt
        ('fails', ('x', 'x'))
    """
    point = points(at or {})[0] if at else {}
    is_exhaustive = python_values.truth(exhaustive, "exhaustive")
    seconds = default_budget(exhaustive=is_exhaustive) if budget is None else _budget(budget)
    limits = Search(_ranges(ranges), seconds, is_exhaustive)
    check_search(limits, (point,), given_by="at")
    asked: dict[str, Any] = {
        "wrt": () if wrt == () else what_by(wrt),
        "order": read_order(python_values.order(order)),
        "modes": read_modes(python_values.names(mode, "mode")),
        "dtype": None if dtype is None else DType.named(dtype_name(dtype)),
        "device": str(device),
        "seed": python_values.seed(seed),
        "allow_unused": False,
        "search": limits,
    }
    if not _is_of_code(subject):
        for name, value in (("formula", formula), ("args", args), ("surrogate", surrogate), ("gradient", gradient)):
            if value is not None and value != ():
                raise CaseError(f"{name} is for torch code of your own", hint="give the code itself, or FILE.py:NAME")
        held = python_values.constants(const)
        case = Case(formula_text(subject), (point,), const=held, functions=own_functions(functions), **asked)
    else:
        if functions:
            raise CaseError("functions are for an expression", hint="give one function as the subject")
        constants = read_constants(const, ())
        code = subject if isinstance(subject, str) else as_user_function(subject)
        named = code if isinstance(code, str) else code.name
        if isinstance(code, str):
            check_portable(constants.constants)
        own, call = call_of_code(
            named,
            subject,
            None if formula is None else formula_text(formula, "the formula"),
            args=python_values.names(args, "args"),
            surrogate=None if surrogate is None else formula_text(surrogate, "the surrogate"),
            constants=constants.constants,
            gradients=declared_gradients(gradient),
            is_linear=python_values.truth(linear, "linear"),
        )
        case = Case(call, (point,), named, const=constants.held, functions=(own,), **asked)
    require_searchable(case)
    found = search(HuntRequest.of(case), resume=None if resume is None else Path(resume))
    rows = hunted_rows(found, case)
    if not rows:
        raise KeyboardInterrupt  # nothing was found by then
    return Hunted(rows, found)


def _ranges(value: object) -> tuple[SearchRange, ...]:
    if not isinstance(value, Mapping) or not value:
        raise CaseError("ranges gives no variable a range", hint=_RANGES)
    return apart(range_between(_name(key), _ends(key, ends)) for key, ends in value.items())


def _name(key: object) -> str:
    return key if isinstance(key, str) else str(getattr(key, "name", key))


def _ends(key: object, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return ends_of(value)
    if not isinstance(value, Sequence) or len(value) != 2:
        raise CaseError(f"the range of `{_name(key)}` has not two ends", hint=_RANGES)
    return tuple(number_text(end, f"an end of the range of `{_name(key)}`") for end in value)


def _budget(value: object) -> float:
    return read_budget(value if isinstance(value, str) else number_text(value, "the budget"))


def _is_of_code(subject: object) -> bool:
    """Whether what is searched is code; SymPy's symbols can be called as well, and are none."""
    if isinstance(subject, str):
        return is_code(subject)
    return callable(subject) and type(subject).__module__.partition(".")[0] != "sympy"
