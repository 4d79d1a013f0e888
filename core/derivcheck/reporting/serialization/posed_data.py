"""How a user's own function was posed, as data for JSON: what its check list was given besides formula and point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derivcheck.inputs.plain_constants import read_value
from derivcheck.model import Case, OwnFunction


def posed_data(case: Case) -> dict[str, Any]:
    """What a row of a check list says of the function; no key where there is nothing to say.

    A constant stands as Python writes it: `{"n": "3", "reduction": "'mean'", "dtype": "torch.float32"}`.

    Example:
        >>> own = OwnFunction("f", (), "x**n", "f.py:f", constants=(("n", 3),))
        >>> posed_data(Case("x**n", functions=(own,)))
        {'function': {'const': {'n': '3'}}}
    """
    if len(case.functions) != 1:
        return {}
    (own,) = case.functions
    told = {
        "formula_read": True if own.is_read else None,
        "const": {name: repr(value) for name, value in own.constants},
        "held": list(case.const),
        "surrogate": own.surrogate,
        "gradient": dict(own.gradients),
        "linear": False if own.gradients and not own.is_linear else None,
        "domain": own.domain,
    }
    found = {key: value for key, value in told.items() if value not in (None, {}, [])}
    return {"function": found} if found else {}


def read_posed(case: str, expr: str, data: Mapping[str, Any] | None) -> tuple[tuple[OwnFunction, ...], tuple[str, ...]]:
    """The function, and the names of what is held, that `posed_data` has written.

    Raises:
        DerivcheckError: for a constant that is none.
    """
    if data is None:
        return (), ()
    own = OwnFunction(
        case,
        (),
        None if data.get("formula_read") and not expr else expr,
        case,
        data.get("surrogate"),
        tuple((str(name), read_value(text)) for name, text in data.get("const", {}).items()),
        tuple((str(name), str(text)) for name, text in data.get("gradient", {}).items()),
        data.get("linear", True),
        data.get("domain"),
        is_read=data.get("formula_read") is True,
    )
    return (own,), tuple(map(str, data.get("held", ())))
