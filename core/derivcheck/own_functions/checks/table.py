"""The table of the check list: each item's name, what it proves, and how it is run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from derivcheck.own_functions.checks.comparison import Comparison


class Listed(Protocol):
    """What the list is about: a subject of either kind."""

    is_elementwise: ClassVar[bool]


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Attributes:
        name: what `--only` and `--skip` call it.
        proves: what holds where it passes.
        code: the module in this room, and the function in it, that make the item's comparisons for a function that
            works element by element. It is a text, so that the parent process, which only needs the names, does not
            load torch. None: such a function has no such item.
        of_tensors: the same for a function of tensors, in the room `own_functions.tensors`.
        slow: whether it is run only when it is asked for.
        of_backward: whether it compares the value, or what the backward pass returns: what fails in one such item by
            an argument fails in most of the others as well.
    """

    name: str
    proves: str
    code: str | None = None
    of_tensors: str | None = None
    slow: bool = False
    of_backward: bool = False

    def run(self, subject: Listed) -> Iterator[Comparison]:
        """Make the item's comparisons; what this raises is the function's fault."""
        room, code = (_ELEMENTWISE, self.code) if subject.is_elementwise else (_OF_TENSORS, self.of_tensors)
        assert code is not None
        module, _, name = code.partition(".")
        found: Iterator[Comparison] = getattr(import_module(f"{room}.{module}"), name)(subject)
        return found

    def is_for(self, *, elementwise: bool) -> bool:
        """Whether functions that work element by element, or those of tensors, have such an item."""
        return (self.code if elementwise else self.of_tensors) is not None


_ELEMENTWISE = "derivcheck.own_functions.checks"
_OF_TENSORS = "derivcheck.own_functions.tensors"


FORWARD = "forward"
"""The item that runs no backward pass."""

ITEMS: tuple[Item, ...] = (
    Item(
        FORWARD,
        "the value is the formula's, at the points given and at others",
        "first_derivatives.check_values",
        "first_derivatives.check_values",
        of_backward=True,
    ),
    Item(
        "backward",
        "every first derivative is right at the points given, with upstream gradient 1",
        "first_derivatives.check_first_derivatives",
        "first_derivatives.check_first_derivatives",
        of_backward=True,
    ),
    Item(
        "upstream",
        "the gradient is linear in the upstream gradient: g, 2g, -g, 0, 4/3, huge, tiny, a vector",
        "ways_of_asking.check_upstreams",
        "ways_of_asking.check_upstreams",
        of_backward=True,
    ),
    Item(
        "arguments",
        "each argument's gradient is right where others do not ask for one",
        "ways_of_asking.check_arguments",
        "ways_of_asking.check_arguments",
        of_backward=True,
    ),
    Item(
        "outputs",
        "the gradients of each output alone are right, whether the others are unused or weighed with 0",
        of_tensors="ways_of_asking.check_outputs",
        of_backward=True,
    ),
    Item(
        "points",
        "the first derivatives are right at further points, of both signs, at 0 and -0.0",
        "first_derivatives.check_further_points",
        "other_points.check_further_points",
        of_backward=True,
    ),
    Item(
        "ties",
        "where elements are equal, they share the gradient that max, sort or median give to one of them",
        of_tensors="ties.check_ties",
        of_backward=True,
    ),
    Item(
        "far",
        "thresholds are in their places: values and first derivatives are right up to 760 and -760",
        "first_derivatives.check_far_points",
        "far_points.check_far_points",
        of_backward=True,
    ),
    Item(
        "near",
        "values and first derivatives are right close beside 0, poles, thresholds, kinks and the ends of the domain",
        "first_derivatives.check_near_points",
        "near_points.check_near_points",
        of_backward=True,
    ),
    Item(
        "kinks",
        "at a kink the gradient is one between the one-sided ones, times any upstream gradient",
        "first_derivatives.check_kinks",
        "kinks.check_kinks",
        of_backward=True,
    ),
    Item(
        "indices",
        "integers that repeat, at both ends and in another order give the right gradients, or are refused",
        of_tensors="indices.check_indices",
        of_backward=True,
    ),
    Item(
        "shapes",
        "batches of any shape, size and layout work alike, those without a number too",
        "shapes.check_shapes",
        "other_shapes.check_shapes",
        of_backward=True,
    ),
    Item(
        "broadcast",
        "an argument that is expanded gets the sum of its gradients, or is refused",
        "shapes.check_broadcasting",
        "other_shapes.check_broadcasting",
        of_backward=True,
    ),
    Item(
        "batch",
        "what the formula keeps apart is so in the function: alone, in company, in another order, beside huge numbers",
        of_tensors="companions.check_companions",
        of_backward=True,
    ),
    Item(
        "reductions",
        "with other constants that the formula names, value and gradients are the formula's: mean for sum, another dim",
        of_tensors="other_constants.check_constants",
        of_backward=True,
    ),
    Item(
        "second",
        "second derivatives through create_graph are right, or refused loudly",
        "second_derivatives.check_second_derivatives",
        "second_derivatives.check_second_derivatives",
        of_backward=True,
    ),
    Item(
        "forward-mode",
        "jvp is right, with tangents other than 1",
        "other_engines.check_forward_mode",
        "forward_mode.check_forward_mode",
    ),
    Item(
        "mixed-modes",
        "second derivatives are right, or refused loudly, where one of the two is taken in forward mode",
        "mixed_modes.check_mixed_modes",
        "forward_mode.check_mixed_modes",
    ),
    Item(
        "vmap",
        "torch.vmap and batched gradients are right",
        "other_engines.check_vmap",
        "batching.check_vmap",
        of_backward=True,
    ),
    Item(
        "compile",
        "torch.compile changes nothing",
        "other_engines.check_compiled",
        "compiling.check_compiled",
        slow=True,
    ),
    Item(
        "same-tensor",
        "one tensor as every argument gets the sum of the partial derivatives",
        "ways_of_asking.check_same_tensor",
        "same_tensor.check_same_tensor",
        of_backward=True,
    ),
    Item(
        "undefined-upstream",
        "an undefined upstream gradient means 0",
        "side_effects.check_undefined_upstream",
        "side_effects.check_undefined_upstream",
    ),
    Item(
        "in-place",
        "neither inputs nor upstream gradient are written to",
        "side_effects.check_in_place_writes",
        "side_effects.check_in_place_writes",
    ),
    Item(
        "overwritten",
        "an argument or result that is overwritten does no harm, or raises",
        "side_effects.check_overwriting",
        "side_effects.check_overwriting",
    ),
    Item(
        "repeat",
        "the same call gives the same bits, as does a second backward pass, or one after another call",
        "side_effects.check_repetition",
        "side_effects.check_repetition",
    ),
    Item(
        "global-state",
        "torch's settings and random numbers are left alone",
        "side_effects.check_global_state",
        "side_effects.check_global_state",
    ),
    Item(
        "format",
        "result and gradients have the input's dtype, shape and device",
        "shapes.check_formats",
        "result_formats.check_formats",
    ),
    Item(
        "other-format",
        "value and derivatives are right in float32 as well (from float32: in float64)",
        "ways_of_asking.check_other_format",
        "other_format.check_other_format",
        of_backward=True,
    ),
    Item("memory", "no graph outlives its last user", "side_effects.check_memory", "side_effects.check_memory"),
)

BY_NAME = {item.name: item for item in ITEMS}
