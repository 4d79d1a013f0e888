"""The arguments that a callable takes, as its author wrote them."""

from __future__ import annotations

import inspect
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

_BY_PLACE = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)

_PLAIN_TYPES = frozenset({name for kind in (int, float, bool, str, tuple, list) for name in (kind, kind.__name__)})


@dataclass(frozen=True, slots=True)
class Signature:
    """What a callable takes.

    Attributes:
        parameters: its parameters in order.
        is_known: whether they could be seen; a function that is written in C may have none to look at.
        is_by_place: whether all that it takes is passed by place, as `Function.apply` wants it.
    """

    parameters: tuple[Parameter, ...] = ()
    is_known: bool = True
    is_by_place: bool = False

    @property
    def placed(self) -> tuple[Parameter, ...]:
        """The parameters that can be passed by place."""
        return tuple(parameter for parameter in self.parameters if parameter.kind in _BY_PLACE)

    @property
    def named(self) -> dict[str, Parameter]:
        """The parameters that have names of their own, by these."""
        starred = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
        return {name_of(one): one for one in self.parameters if one.kind not in starred}

    @property
    def takes_any_number(self) -> bool:
        """Whether it takes any number of arguments by place: `*args`."""
        return any(parameter.kind is Parameter.VAR_POSITIONAL for parameter in self.parameters)

    @property
    def takes_any_keyword(self) -> bool:
        """Whether it takes any argument by keyword: `**options`."""
        return any(parameter.kind is Parameter.VAR_KEYWORD for parameter in self.parameters)

    @property
    def plain(self) -> dict[str, str]:
        """Its parameters that are annotated as no tensors, with their types: `n` as `int`."""
        return {
            name_of(one): _type_name(one.annotation)
            for one in self.parameters
            if (one.annotation if isinstance(one.annotation, type | str) else None) in _PLAIN_TYPES
        }


def signature_of(code: Callable[..., Any], *, leave_out: int = 0, is_by_place: bool = False) -> Signature:
    """The signature of a callable.

    Args:
        code: the callable.
        leave_out: how many of its first parameters nobody passes: `ctx`.
        is_by_place: as in `Signature`.

    Example:
        >>> def scale(x, alpha: float, *, bias=None): ...
        >>> signature = signature_of(scale)
        >>> list(signature.named), [one.name for one in signature.placed], signature.plain
        (['x', 'alpha', 'bias'], ['x', 'alpha'], {'alpha': 'float'})
    """
    try:
        found = list(inspect.signature(code).parameters.values())
    except (TypeError, ValueError):
        return Signature(is_known=False, is_by_place=is_by_place)
    return Signature(tuple(found[leave_out:]), is_by_place=is_by_place)


def is_required(parameter: Parameter) -> bool:
    """Whether a parameter must be passed."""
    return parameter.default is Parameter.empty


def name_of(parameter: Parameter) -> str:
    """A parameter's name in Unicode's NFKC form, in which the parser reads names."""
    return unicodedata.normalize("NFKC", parameter.name)


def _type_name(annotation: object) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
