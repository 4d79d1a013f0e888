"""How a user's own function is called: which tensor and which constant goes where, by place or by keyword."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from inspect import Parameter
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.module_values import ModuleValues
from derivcheck.autograd.signatures import Signature, is_required, name_of
from derivcheck.errors import CaseError
from derivcheck.model.constants import Constants, NamedType, PlainList

_TRAINING = "training"
"""The constant that sets the mode of a module."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What is passed in one place: the tensor of that name, or a constant.

    Attributes:
        name: the tensor's name; None of a constant.
        value: the constant.
    """

    name: str | None = None
    value: object = None


@dataclass(frozen=True, slots=True)
class Binding:
    """How a function is called.

    Attributes:
        args: the names of the tensors, in the order in which `call` takes them.
        by_place: what is passed by place.
        by_keyword: what is passed by keyword.
        of_module: those of `args` that are parameters and buffers of the module, each with its path in it.
        training: the mode that the module is set to; None: the one that it has.
        notes: what the user should know of it: a constant that the function does not take.
    """

    args: tuple[str, ...]
    by_place: tuple[Passed, ...] = ()
    by_keyword: tuple[tuple[str, Passed], ...] = ()
    of_module: tuple[tuple[str, str], ...] = ()
    training: bool | None = None
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The arguments of the call, as one would write them: `x, n=3`."""
        return ", ".join([*map(_written, self.by_place), *(f"{name}={_written(one)}" for name, one in self.by_keyword)])

    def call(self, code: Callable[..., Any], tensors: Sequence[Tensor]) -> Any:
        """What the function returns for a tensor for each of `args`."""
        given = dict(zip(self.args, tensors, strict=True))
        places = tuple(_passed(one, given) for one in self.by_place)
        keywords = {name: _passed(one, given) for name, one in self.by_keyword}
        if not self.of_module:
            return code(*places, **keywords)
        assert isinstance(code, torch.nn.Module)
        inner = {path: given[name] for name, path in self.of_module}
        return torch.func.functional_call(code, inner, places, keywords)


@dataclass(frozen=True, slots=True)
class Given:
    """What a function is to be called with.

    Attributes:
        tensors: the names of the tensors, in the order in which the formula names them.
        constants: the constants, likewise.
        order: the names as the function takes them by place, of tensors and of constants; (): nobody has said.
    """

    tensors: tuple[str, ...]
    constants: Constants = ()
    order: tuple[str, ...] = ()


def bind(signature: Signature, given: Given, module: ModuleValues | None = None) -> Binding:
    """How a function is called with what is given.

    Where `given.order` says nothing, a parameter takes what has its name. What has no parameter's name is the tensor of
    a module, if it is called so, else it goes to the parameters that are left, in the order of the formula. A constant
    for which none is left stands in the formula alone.

    Args:
        signature: what the function takes.
        given: what there is.
        module: the values of the module behind it; None of any other function.

    Raises:
        CaseError: for an argument that the function does not take, and for one that it takes and nobody gave.

    Example:
        >>> from derivcheck.autograd.signatures import signature_of
        >>> def power(base, *, exponent, scale=1): ...
        >>> made = bind(signature_of(power), Given(("x",), (("exponent", 3),)))
        >>> made.args, made.by_place, made.by_keyword
        (('x',), (Passed(name='x', value=None),), (('exponent', Passed(name=None, value=3)),))
    """
    return _Binder(signature, given, module or ModuleValues()).bound()


class _Binder:
    """One function and what there is for it, on the way to a Binding."""

    def __init__(self, signature: Signature, given: Given, module: ModuleValues) -> None:
        self.signature, self.given, self.module = signature, given, module
        self.constants = dict(given.constants)
        sets_mode = bool(module.plain) and _TRAINING in self.constants and _TRAINING not in signature.named
        self.training = bool(self.constants[_TRAINING]) if sets_mode else None
        self.takes: dict[str, str] = {}  # which of the given names a parameter takes, by the parameter's name
        self.further: list[str] = []  # what is passed by place to *args
        self.inner: dict[str, str] = {}
        self.is_guessed = False  # whether the order of the formula decided which is a constant

    def bound(self) -> Binding:
        names = [*self.given.tensors, *(name for name in self.constants if self.training is None or name != _TRAINING)]
        if self.given.order:
            left = self.take_in_order(names)
        else:
            left = self.take_by_name(names)
            left = self.take_any(left) if self.has_no_end else self.take_what_is_left(left)
        self.check_complete()
        unused = [name for name in left if name in self.given.tensors]
        if unused:
            self.refuse(unused)
        by_place, by_keyword = self.laid_out()
        args = [one.name for one in (*by_place, *(one for _, one in by_keyword)) if one.name is not None]
        note = (f"the function does not take {_listed(left)}: this stands in the formula alone",) if left else ()
        made = Binding((*args, *self.inner), by_place, by_keyword, tuple(self.inner.items()), self.training, note)
        if not self.is_guessed:
            return made
        guess = f"it is called with ({made.text}), in the order of the formula: --args says another one"
        return replace(made, notes=(*note, guess))

    @property
    def has_no_end(self) -> bool:
        """Whether one cannot see how many arguments it takes."""
        return not self.signature.is_known or self.signature.takes_any_number

    # --- who takes what ------------------------------------------------------------------------------------------

    def take_in_order(self, names: Sequence[str]) -> list[str]:
        """Pass what `--args` names by place, the rest by its name; return what is left over."""
        order, placed = self.given.order, self.signature.placed
        self.check_order(names)
        by_name = [name for name in order if self.is_keyword_only(name) or self.is_of_module(name)]
        for at, name in enumerate(name for name in order if name not in by_name):
            if at < len(placed):
                self.takes[name_of(placed[at])] = name
            elif self.has_no_end:
                self.further.append(name)
            else:
                taken = _listed([name_of(one) for one in placed]) or "nothing"
                hint = (
                    "name those that it takes, in their order; a constant that stands in the formula alone is not named"
                )
                raise CaseError(f"there are {len(order)} arguments, and by place the function takes {taken}", hint=hint)
        return self.take_by_name([name for name in names if name not in order or name in by_name])

    def take_by_name(self, names: Sequence[str]) -> list[str]:
        """Pass to each parameter, and to the module, what has its name; return what is left over."""
        left = []
        for name in names:
            if name in self.signature.named and name not in self.takes:
                self.takes[name] = name
            elif self.is_of_module(name):
                self.inner[name] = self.module.paths[name]
            else:
                left.append(name)
        return left

    def take_any(self, left: Sequence[str]) -> list[str]:
        """Pass what is left to a function that takes any number: tensors by place, constants by keyword."""
        self.further += [name for name in left if name in self.given.tensors]
        return self.take_keywords([name for name in left if name not in self.given.tensors])

    def take_what_is_left(self, left: Sequence[str]) -> list[str]:
        """Pass what is left to the parameters that are left, in the order of the formula.

        Where the parameters that must be passed are as many as the tensors, the constants are bound in the function
        already; where they are as many as the tensors and the constants, it takes all.
        """
        tensors = [name for name in left if name in self.given.tensors]
        free = [one for one in self.signature.placed if name_of(one) not in self.takes]
        due = [one for one in free if is_required(one)]
        if len(tensors) < len(due) < len(left):
            hint = f"name those that it takes, in their order: --args {','.join([*self.takes.values(), *left])}"
            message = f"the function takes {_listed([name_of(one) for one in due])}"
            raise CaseError(f"{message}: which of {_listed(left)} these are, nobody has said", hint=hint)
        takers = tensors if len(due) <= len(tensors) else list(left)
        spare = [one for one in free if not is_required(one)][: max(len(takers) - len(due), 0)]
        slots = [one for one in free if one in due or one in spare]
        self.is_guessed = len(takers) > len(tensors) > 0
        self.takes |= {name_of(parameter): name for parameter, name in zip(slots, takers, strict=False)}
        return self.take_keywords([name for name in left if name not in takers[: len(slots)]])

    def take_keywords(self, left: Sequence[str]) -> list[str]:
        """Pass constants by keyword where the function takes any; return what is left over."""
        if self.signature.is_by_place or (self.signature.is_known and not self.signature.takes_any_keyword):
            return list(left)
        self.takes |= {name: name for name in left if name in self.constants}
        return [name for name in left if name not in self.constants]

    def is_of_module(self, name: str) -> bool:
        return name in self.given.tensors and name in self.module.paths and name not in self.signature.named

    def is_keyword_only(self, name: str) -> bool:
        found = self.signature.named.get(name)
        return found is not None and found.kind is Parameter.KEYWORD_ONLY

    # --- where it goes -------------------------------------------------------------------------------------------

    def laid_out(self) -> tuple[tuple[Passed, ...], tuple[tuple[str, Passed], ...]]:
        """What is passed by place and by keyword.

        Behind a parameter that is left alone, the others go by keyword; where they cannot, it is passed its default.
        """
        takes = dict(self.takes)
        placed = self.signature.placed
        last = max((at for at, one in enumerate(placed) if name_of(one) in takes), default=-1)
        by_place: list[Passed] = []
        further = list(self.further)
        for at, parameter in enumerate(placed[: last + 1]):
            name = name_of(parameter)
            must_stand = self.signature.is_by_place or self.further or placed[last].kind is Parameter.POSITIONAL_ONLY
            if name in takes:
                by_place.append(self.passed(takes.pop(name)))
            elif further:
                by_place.append(self.passed(further.pop(0)))
            elif must_stand or any(one.kind is Parameter.POSITIONAL_ONLY for one in placed[at:]):
                by_place.append(Passed(None, parameter.default))
            else:
                break
        by_place += map(self.passed, further)
        written = {name_of(one): one.name for one in self.signature.parameters}
        return tuple(by_place), tuple((written.get(name, name), self.passed(one)) for name, one in takes.items())

    def passed(self, name: str) -> Passed:
        return Passed(name) if name in self.given.tensors else Passed(None, _as_called(self.constants[name]))

    # --- what does not fit ---------------------------------------------------------------------------------------

    def check_order(self, names: Sequence[str]) -> None:
        order = self.given.order
        if len(set(order)) < len(order):
            raise CaseError(f"an argument is named twice: {', '.join(order)}")
        for name in order:
            if name not in names:
                hint = f"write --at {name}=2, or --const {name}=2 for what is no tensor"
                raise CaseError(f"nothing is given for the argument `{name}`", hint=hint)

    def check_complete(self) -> None:
        """Fail where a parameter must be passed and takes nothing."""
        by_place = [one for one in self.signature.placed if is_required(one) and name_of(one) not in self.takes]
        by_keyword = [name for name in self.signature.named if self.is_keyword_only(name) and name not in self.takes]
        lacking = [name_of(one) for one in by_place[len(self.further) :]]
        lacking += [name for name in by_keyword if is_required(self.signature.named[name])]
        if not lacking:
            return
        first = lacking[0]
        hint = f"write --const {first}=… for what is no tensor, --at {first}=… for a tensor"
        given = [*self.given.tensors, *self.constants]
        if given:
            hint += f"; or the formula calls it otherwise: --args says in which order it takes {', '.join(given)}"
        raise CaseError(f"the function takes {_listed(lacking)}, which nobody gave", hint=hint)

    def refuse(self, unused: Sequence[str]) -> None:
        """Fail for tensors that the function does not take."""
        taken = _listed([name_of(one) for one in self.signature.parameters]) or "no arguments"
        if self.module.paths:
            taken += f", and its module has {_listed(list(self.module.paths)[:_SHOWN])}"
        hint = f"it takes {taken}; --args names its arguments in their order"
        raise CaseError(f"the function has no argument `{unused[0]}`", hint=hint)


_SHOWN = 12
"""Names of a module's tensors that a hint lists."""


def _as_called(value: object) -> object:
    """A constant as the function gets it."""
    if isinstance(value, NamedType):
        return getattr(torch, value.name)
    if isinstance(value, PlainList):
        return [_as_called(item) for item in value]
    if type(value) is tuple:
        return tuple(map(_as_called, value))
    return value


def _written(one: Passed) -> str:
    return repr(one.value) if one.name is None else one.name


def _passed(one: Passed, given: dict[str, Tensor]) -> object:
    return one.value if one.name is None else given[one.name]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
