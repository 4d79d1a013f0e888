"""A function of 0-d tensors and what is asked of it, and how it runs without torch's compiler."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor

from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Wrt


class Asked(NamedTuple):
    """What is asked: the arguments of `differentiate`.

    Attributes:
        function: what to differentiate.
        variables: the names of its arguments, in order.
        inputs: a 0-d tensor for each.
        wrts: the derivatives; the empty one is the value.
        setting: device, format and mode.
    """

    function: TensorFunction
    variables: Sequence[str]
    inputs: tuple[Tensor, ...]
    wrts: Sequence[Wrt]
    setting: TorchSetting


@contextmanager
def uncompiled() -> Iterator[None]:
    """What the function compiles runs as it is written: torch would compile the tape along with it, warning of that.

    Where nothing has loaded torch's compiler, which takes seconds, there is nothing to hold off.
    """
    if "torch._dynamo" not in sys.modules:
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield
