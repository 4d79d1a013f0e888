"""A user's own function: found by its name, and called so that whatever it returns is known to be one tensor."""

from __future__ import annotations

import copy
import difflib
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import zip_longest
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.binding import Binding, Given, bind
from derivcheck.autograd.module_values import ModuleValues, values_of
from derivcheck.autograd.signatures import Signature, name_of, signature_of
from derivcheck.errors import UserFunctionError
from derivcheck.model import OwnFunction

_FORM = "write FILE.py:NAME or package.module:NAME"
_KINDS = (
    "it should be a torch.autograd.Function, a function of tensors, an nn.Module, or what makes one without arguments"
)


@dataclass(slots=True)
class Calls:
    """How often functions of the user's have been called in this process."""

    begun: int = 0


CALLS = Calls()
"""Those of this process: where it grows, none of them hangs."""


@dataclass(frozen=True, slots=True)
class UserFunction:
    """What is checked.

    Attributes:
        name: what to call it.
        call: takes a tensor an argument.
        written: the torch.autograd.Function behind it, None where it is something else or cannot be seen.
        module: the nn.Module behind it, None likewise.
        make: what makes such a module; made where its format is torch's default, 0.1 is what that format has of it.
        lifts: whether single numbers are given to it in the shape (1,), for it takes no 0-d tensors.
        binding: how it is called with its tensors and constants; None: with the tensors by place.
    """

    name: str
    call: Callable[..., Any]
    written: type[torch.autograd.Function] | None = None
    module: torch.nn.Module | None = None
    make: Callable[[], Any] | None = None
    lifts: bool = False
    binding: Binding | None = None

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor:
        """The function's result.

        Raises:
            UserFunctionError: where that is not one tensor of the inputs' common shape.
        """
        if self.lifts and not any(tensor.dim() for tensor in inputs):
            lifted: Tensor = self._called([tensor.reshape(1) for tensor in inputs])
            return lifted.reshape(())
        return self._called(inputs)

    def on_tensors(self, inputs: Sequence[Tensor]) -> Tensor:
        """The result of a function of tensors, which may have any shape.

        Raises:
            UserFunctionError: where it is not one tensor.
        """
        result = self.run(*inputs)
        if not isinstance(result, Tensor):
            hint = "return a tensor, not what NumPy or float() make of it: autograd sees tensors only"
            if isinstance(result, tuple | list):
                hint = "check one output at a time: wrap it in a function that returns that one"
            raise UserFunctionError(f"the function returned {_type_name(result)}, not a tensor", hint=hint)
        insist_on_numbers(result)
        return result

    def _called(self, inputs: Sequence[Tensor]) -> Tensor:
        result = self.on_tensors(inputs)
        shape = _common_shape(inputs)
        if result.shape != shape:
            raise UserFunctionError(
                f"the function returned the shape {tuple(result.shape)} for inputs of the shape {tuple(shape)}",
                hint="only functions that work element by element are checked",
            )
        return result

    def run(self, *tensors: Tensor) -> Any:
        """Whatever it returns for its tensors."""
        CALLS.begun += 1
        return self.call(*tensors) if self.binding is None else self.binding.call(self.call, tensors)

    def bound(self, given: Given) -> UserFunction:
        """The same, called with these tensors and constants.

        Raises:
            CaseError: where they do not fit what it takes.
        """
        return replace(self, binding=bind(self.signature, given, self.values))

    def on(self, dtype: torch.dtype, device: str) -> UserFunction:
        """The same with a module's parameters in another format, and somewhere else; the module itself stays."""
        if self.module is None:
            return self
        fresh = copy.deepcopy(self.module) if self.make is None else _made_in(dtype, self.make)
        module = fresh.to(dtype=dtype, device=device)
        if self.binding is not None and self.binding.training is not None:
            module.train(self.binding.training)
        return UserFunction(self.name, module, module=module, lifts=self.lifts, binding=self.binding)

    @property
    def values(self) -> ModuleValues:
        """What a formula may name of the module behind it."""
        return values_of(self.module)

    @property
    def is_training(self) -> bool:
        """Whether it is a module in training mode, or is set to it."""
        mode = None if self.binding is None else self.binding.training
        return self.module is not None and (self.module.training if mode is None else mode)

    @property
    def format(self) -> torch.dtype | None:
        """The only format that it is right in: that of a module's numbers, which another one has digits more of."""
        if self.module is None or self.make is not None:
            return None
        numbers = [*self.module.parameters(), *self.module.buffers()]
        found = {tensor.dtype for tensor in numbers if tensor.is_floating_point()}
        return found.pop() if len(found) == 1 else None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its arguments as its author wrote them, in order; none where they cannot be seen."""
        return tuple(map(name_of, self.signature.placed))

    @property
    def signature(self) -> Signature:
        """What it takes, as its author wrote it."""
        if self.written is not None:
            has_context = self.written.setup_context is torch.autograd.Function.setup_context
            return signature_of(self.written.forward, leave_out=int(has_context), is_by_place=True)
        return signature_of(self.call if self.module is None else self.module.forward)

    @property
    def has_jvp(self) -> bool:
        """Whether it is a Function that says how tangents go through it."""
        return self.written is not None and self.written.jvp is not torch.autograd.Function.jvp


def load(target: str) -> UserFunction:
    """The function called `FILE.py:NAME` or `package.module:NAME`; its file is run.

    Raises:
        UserFunctionError: where there is no such file, module or name, where running it raises, and where what it
            names is no function of tensors.
    """
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name or (os.sep in name or name.endswith(".py")):
        raise UserFunctionError(f"{target!r} does not name a function", hint=_FORM)
    module = _run_file(Path(place)) if place.endswith(".py") or os.sep in place else _import(place)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            names = [
                key
                for key, value in getattr(found, "__dict__", {}).items()
                if callable(value) and not key.startswith("_")
            ]
            near = difflib.get_close_matches(part, names, n=1, cutoff=0.5)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(names[:12]) or 'no functions'}"
            raise UserFunctionError(f"{place} has no `{part}`", hint=hint)
        found = getattr(found, part)
    return as_user_function(found, target)


def as_user_function(found: object, name: str | None = None) -> UserFunction:
    """What is checked, from an object.

    Raises:
        UserFunctionError: for an object that is no function of tensors, nor makes one without arguments.
    """
    name = name or _name(found)
    if isinstance(found, UserFunction):
        return found
    if isinstance(found, type) and issubclass(found, torch.autograd.Function):
        return UserFunction(name, found.apply, written=found)
    owner = getattr(found, "__self__", None)
    if isinstance(owner, type) and issubclass(owner, torch.autograd.Function) and found == owner.apply:
        return UserFunction(name, owner.apply, written=owner)
    if isinstance(found, torch.nn.Module):
        return UserFunction(name, found, module=found)
    if callable(found) and _takes_nothing(found):
        try:
            made = found()
        except (Exception, SystemExit) as error:
            raise UserFunctionError(f"{name}() raised {_describe_error(error)}", hint=_KINDS) from error
        if isinstance(made, type) or not callable(made):
            raise UserFunctionError(f"{name}() returned {_type_name(made)}, no function", hint=_KINDS)
        function = as_user_function(made, name)
        return function if function.module is None else replace(function, make=found)
    if isinstance(found, type):
        hint = "write a function without arguments that makes one, and name that"
        raise UserFunctionError(f"{name} is a class that cannot be made without arguments", hint=hint)
    if not callable(found):
        raise UserFunctionError(f"{name} is {_type_name(found)}, no function", hint=_KINDS)
    return UserFunction(name, found)


def insist_on_numbers(result: Tensor) -> None:
    """Fail for a result whose elements are no real numbers that lie in memory one by one.

    Raises:
        UserFunctionError: where they are complex or quantized, where the tensor is sparse or nested, and where it has
            no numbers at all.
    """
    kinds = (
        (result.is_complex(), "complex numbers", "return the real part and the imaginary part as two outputs"),
        (result.is_quantized, "quantized numbers", "return .dequantize()"),
        (result.is_nested, "a nested tensor", "return .to_padded_tensor(0.0)"),
        (result.layout is not torch.strided, "a sparse tensor", "return .to_dense()"),
        (result.is_meta, "a tensor without numbers (device meta)", "compute it on the device that it is given"),
    )
    for applies, what, hint in kinds:
        if applies:
            raise UserFunctionError(f"the function returned {what}: {hint}", hint=hint)


def load_own(own: OwnFunction) -> UserFunction:
    """A declared function, ready to be called; its file is run unless the same version of it has been.

    Raises:
        UserFunctionError: as `load` and `as_user_function` do.
    """
    if not isinstance(own.code, str):
        return as_user_function(own.code, own.name)
    return _loaded(own.code, version_of(own.code))


def version_of(code: object) -> object:
    """What changes when the code's file does."""
    path = Path(code.rpartition(":")[0]) if isinstance(code, str) else None
    if path is None or path.suffix != ".py" or not path.is_file():
        return ()
    found = path.stat()
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=256)
def _loaded(target: str, version: object) -> UserFunction:  # noqa: ARG001
    return load(target)


def _common_shape(inputs: Sequence[Tensor]) -> torch.Size:
    """The shape that the inputs are broadcast to; torch.broadcast_shapes first imports torch.fx, for 0.15 s."""
    first = inputs[0].shape
    if all(tensor.shape == first for tensor in inputs):
        return first
    sizes = zip_longest(*(reversed(tensor.shape) for tensor in inputs), fillvalue=1)
    return torch.Size([next((size for size in dim if size != 1), 1) for dim in sizes][::-1])


def _name(found: object) -> str:
    """What an object is called; torch's own functions are methods of a class that nobody knows."""
    if isinstance(found, partial):
        return f"partial({_name(found.func)})"
    name = getattr(found, "__name__", None) if inspect.isbuiltin(found) else getattr(found, "__qualname__", None)
    return str(name).rpartition("<locals>.")[2] if name else type(found).__name__


def _made_in(dtype: torch.dtype, make: Callable[[], Any]) -> torch.nn.Module:
    """A module whose numbers are made in a format; those of another device or format are moved later."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        module: torch.nn.Module = make()
    finally:
        torch.set_default_dtype(before)
    return module


def _run_file(path: Path) -> ModuleType:
    """The module that a file defines."""
    if not path.is_file():
        raise UserFunctionError(f"there is no file {path}", hint=_FORM)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UserFunctionError(f"{path} is no Python file", hint=_FORM)
    module = importlib.util.module_from_spec(spec)
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)  # it may import its neighbours, and must not hide torch
    sys.modules.setdefault(path.stem, module)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise UserFunctionError(
            f"running {path} raised {_describe_error(error)}", hint="mend the file first"
        ) from error
    return module


def _import(name: str) -> ModuleType:
    """The module of a dotted name, from the working directory as `python -m` finds it, or installed."""
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise UserFunctionError(f"there is no module {name}", hint=f"{_FORM}; a file ends in .py") from error
        raise UserFunctionError(
            f"importing {name} raised {_describe_error(error)}", hint="install what it needs"
        ) from error
    except (Exception, SystemExit) as error:
        raise UserFunctionError(
            f"importing {name} raised {_describe_error(error)}", hint="mend the module first"
        ) from error


def _takes_nothing(found: Callable[..., Any]) -> bool:
    """Whether a callable takes no positional argument, or is a class of modules that needs none."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)]
    if isinstance(found, type):
        return all(p.default is not p.empty or p.kind is p.VAR_POSITIONAL for p in positional)
    return not positional


def _describe_error(error: BaseException) -> str:
    """An exception in one line."""
    line = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _type_name(value: object) -> str:
    name = type(value).__name__
    home = type(value).__module__
    return f"a {name}" if home == "builtins" else f"a {home}.{name}"
