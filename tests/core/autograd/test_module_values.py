"""What a formula may name of a module."""

from __future__ import annotations

import torch

from derivcheck.autograd.module_values import ModuleValues, tensor_at, values_of
from derivcheck.model.constants import NamedType


class Gated(torch.nn.Module):
    """A module with a bit of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.nn.ModuleDict({"gate": torch.nn.Linear(2, 2), "norm": torch.nn.LayerNorm(2)})
        self.tied = self.inner["gate"].weight
        self.frozen = torch.nn.Parameter(torch.ones(1), requires_grad=False)
        self.register_buffer("mean", torch.zeros(2))
        self.dtype = torch.float32
        self.activation = torch.sin


def test_tensors_have_their_paths_and_those_that_are_fixed_are_known() -> None:
    """Buffers, and parameters that ask for no gradient; a tied parameter has both of its names."""
    module = Gated()
    found = values_of(module)
    assert "inner.gate.weight" == found.paths["inner_gate_weight"]
    assert "tied" == found.paths["tied"]
    assert {"frozen", "mean"} == found.fixed
    assert tensor_at(module, "inner.gate.weight") is module.tied


def test_plain_attributes_are_constants_and_nothing_else_is() -> None:
    """Numbers, words, sizes and dtypes; no function, and nothing that begins with an underscore."""
    plain = values_of(Gated()).plain
    assert (1e-5, (2,)) == (plain["inner_norm_eps"], plain["inner_norm_normalized_shape"])
    assert (NamedType("float32"), True) == (plain["dtype"], plain["training"])
    assert not [name for name in plain if "activation" in name or "_parameters" in name]


def test_what_is_no_module_holds_nothing() -> None:
    """A plain function."""
    assert ModuleValues() == values_of(None)
