"""Torch code of the user's own as an expression that calls it."""

from __future__ import annotations

from collections.abc import Sequence

from derivcheck.errors import CaseError
from derivcheck.inputs.declaration import declare, declare_gradients
from derivcheck.language import table
from derivcheck.language.builder import WRITTEN_OUT
from derivcheck.language.scripts import normalized
from derivcheck.model import OwnFunction
from derivcheck.model.constants import Constants


def call_of_code(
    name: str,
    code: object,
    formula: str | None,
    *,
    args: Sequence[str] = (),
    surrogate: str | None = None,
    constants: Constants = (),
    gradients: Sequence[tuple[str, str]] = (),
    is_linear: bool = True,
) -> tuple[OwnFunction, str]:
    """Declare code, and return the function with the expression that calls it.

    Args:
        name: its own name, or FILE.py:NAME.
        code: what torch runs; see `OwnFunction`.
        formula: what it computes. It cannot be read from one run here: the code may go another way elsewhere.
        args: as in `declare`, and so are the next two.
        surrogate: the expression whose derivative its backward pass is meant to have.
        constants: its arguments that are no tensors.
        gradients: what its backward pass is meant to return, by argument.
        is_linear: whether that is linear in the upstream gradient.

    Raises:
        CaseError: where there is no formula, and as in `declare`.
        ParseError: for a formula that is none.

    Example:
        >>> call_of_code("layers.py:Gelu", "layers.py:Gelu", "x*ndtr(x)")[1]
        'Gelu(x)'
    """
    if formula is None:
        hint = f"say what it computes: --formula; `derivcheck function {name} --at …` reads it from one forward pass"
        raise CaseError(f"a hunt over `{name}` needs its formula, which holds in the whole range", hint=hint)
    called = normalized(name.rpartition(":")[2].rpartition(".")[2])
    known = table.function(called)
    if (known is not None and not known.is_shaped) or table.constant(called) or called in WRITTEN_OUT:
        called = f"my_{called}"
    if not called.isidentifier():
        called = "own"
    own = declare(called, code, formula, args=args, surrogate=surrogate, constants=constants)
    own = declare_gradients(own, gradients, is_linear=is_linear)
    return own, f"{called}({', '.join(own.params)})"
