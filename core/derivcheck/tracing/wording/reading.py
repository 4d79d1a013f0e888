"""Reading the formula of torch code: it is run once, and its result is written in the expression language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.errors import ParseError
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.model.expression import CALL, TUPLE
from derivcheck.tracing import custom_functions
from derivcheck.tracing.recording import Recording
from derivcheck.tracing.second_look import EstimateAt
from derivcheck.tracing.wording.listening import Listening
from derivcheck.tracing.wording.word import Word, text_of


@dataclass(frozen=True, slots=True)
class Written:
    """What torch code computes, as a text.

    Attributes:
        text: the formula, in the expression language; None where there is no text.
        constants: what of the run was taken for a constant although it depends on the inputs, or on chance.
        branches: whether the code was told numbers of its tensors, so that it may compute something else elsewhere.
        unknown: the first function of torch that has no text; "" where all have one.
        integers: the inputs that the code makes integers of.
    """

    text: str | None
    constants: tuple[str, ...] = ()
    branches: bool = False
    unknown: str = ""
    integers: frozenset[str] = frozenset()

    @property
    def holds_elsewhere(self) -> bool:
        """Whether the text is what the code computes at other points as well.

        It is no harm to the text that places, such as those that a mask or a sort chooses, are constants of the run:
        the text has the mask, or the sort.
        """
        return self.text is not None and not self.branches and not any(map(_is_no_place, self.constants))


def _is_no_place(constant: str) -> bool:
    """Whether a note about a constant of the run is about a number itself: one that was drawn, or looked at."""
    return constant.startswith(("random numbers", "a number of the run"))


def write_out(function: Callable[..., Any], inputs: Mapping[str, Tensor], estimate: EstimateAt) -> Written:
    """Run a function once, and write what it computes.

    Args:
        function: takes the tensors of `inputs` by position; its outputs are the tensors in what it returns.
        inputs: tensors by name; those of numbers ask for a gradient.
        estimate: about what nodes are at these numbers.

    Raises:
        UnsupportedError: for an operation that cannot be read.

    Example:
        >>> from derivcheck.balls.estimates import Estimates
        >>> x = torch.tensor([3.0, 4.0], requires_grad=True)
        >>> point = Estimates({"x[0]": 3, "x[1]": 4})
        >>> write_out(lambda x: torch.nn.functional.softmax(x * 2, dim=-1), {"x": x}, point).text
        'softmax(x*2, dim=-1)'
    """
    recording = Recording(NodeArrays("", estimate), estimate)
    listening = Listening(recording.run)
    for name, tensor in inputs.items():
        if tensor.is_floating_point():
            recording.declare(name, tensor)
        listening.words.put(tensor, Word((name,), is_name=True))
    with torch.enable_grad(), custom_functions.listening(recording.run), recording, listening:
        outputs = [one for one in tree_leaves(function(*inputs.values())) if isinstance(one, Tensor)]
    with torch.enable_grad():
        words = [listening.output(one) for one in outputs]
        known = [word for word in words if word is not None]
        text = None
        if words and len(known) == len(words):
            text = _tidy(text_of(known, inputs), inputs)
            text = text if text is not None and listening.gives(text, inputs, outputs) else None
    constants = tuple(recording.run.constants)
    unknown = listening.unknown if text is None else ""
    return Written(text, constants, listening.branches, unknown, frozenset(listening.integers))


def _tidy(text: str, names: Mapping[str, Tensor]) -> str | None:
    """The text without needless brackets, as the language prints it."""
    try:
        expression = parse(text, frozenset(names), has_shapes=True, strict=True)
    except ParseError:
        return None
    found = to_text(expression)
    root = expression.nodes[expression.root]
    return found[1:-1] if root.kind is CALL and root.name == TUPLE and found.startswith("(") else found
