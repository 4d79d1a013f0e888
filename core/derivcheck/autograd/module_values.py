"""What an nn.Module holds, by the names that a formula has for it: its tensors, and its plain attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

import torch
from torch import Tensor

from derivcheck.model.constants import NamedType, PlainList, is_plain


@dataclass(frozen=True, slots=True)
class ModuleValues:
    """What a formula may name of a module; `layers.0.weight` is called `layers_0_weight` there.

    Attributes:
        paths: the path of each parameter and buffer, by its name in a formula.
        fixed: the names of those that are not differentiated by: buffers, and parameters that ask for no gradient.
        plain: the value of each plain attribute: `eps`, `p`, `training`, `layers_0_negative_slope`.
    """

    paths: dict[str, str] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    plain: dict[str, object] = field(default_factory=dict)


def values_of(module: torch.nn.Module | None) -> ModuleValues:
    """What a formula may name of a module.

    Example:
        >>> found = values_of(torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.LeakyReLU(0.25)))
        >>> found.paths, found.plain["_1_negative_slope"]
        ({'_0_weight': '0.weight', '_0_bias': '0.bias'}, 0.25)
    """
    if module is None:
        return ModuleValues()
    parameters = dict(module.named_parameters(remove_duplicate=False))
    paths = {name_in_formula(path): path for path in chain(parameters, dict(module.named_buffers()))}
    fixed = frozenset(
        name for name, path in paths.items() if path not in parameters or not parameters[path].requires_grad
    )
    plain = {
        name_in_formula(f"{path}.{name}" if path else name): as_plain(value)
        for path, part in module.named_modules()
        for name, value in vars(part).items()
        if not name.startswith("_") and is_plain(as_plain(value))
    }
    return ModuleValues(paths, fixed, plain)


def name_in_formula(path: str) -> str:
    """What a formula calls a parameter: dots are underscores, and no name begins with a digit.

    Example:
        >>> name_in_formula("layers.0.weight"), name_in_formula("0.bias")
        ('layers_0_weight', '_0_bias')
    """
    name = path.replace(".", "_")
    return f"_{name}" if name[:1].isdigit() else name


def tensor_at(module: torch.nn.Module, path: str) -> Tensor:
    """A parameter or buffer of a module."""
    owner, _, name = path.rpartition(".")
    found: Tensor = getattr(module.get_submodule(owner), name)
    return found


def as_plain(value: object) -> object:
    """A plain value without torch's own classes, a dtype by its name, a Size as a tuple; anything else as it is."""
    if isinstance(value, torch.dtype):
        return NamedType(str(value).removeprefix("torch."))
    if isinstance(value, list):
        return PlainList(map(as_plain, value))
    return tuple(map(as_plain, value)) if isinstance(value, tuple) else value
