"""Elements of tensors that a hunt searches: from their addresses to the texts of the tensors that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derivcheck.errors import CaseError
from derivcheck.inputs.named_files import folder_of
from derivcheck.inputs.shape_texts import has_shape
from derivcheck.inputs.shaped_points import read_shaped_point
from derivcheck.model import Case, ShapedValue
from derivcheck.model.hunt import SearchRange
from derivcheck.model.shaped_values import addresses, variable_of
from derivcheck.numbers import DType

MOST_SEARCHED = 64
"""A tensor of more elements is searched by single elements."""


@dataclass(frozen=True, slots=True)
class SearchedElements:
    """The tensors of a point some of whose elements are searched.

    Attributes:
        tensors: these tensors, as the case has them.
    """

    tensors: Mapping[str, ShapedValue]

    def texts(self, numbers: Mapping[str, str]) -> dict[str, str]:
        """A point as it is typed.

        Args:
            numbers: the text of each variable and of each address that is searched.
        """
        found = {name: text for name, text in numbers.items() if variable_of(name) not in self.tensors}
        for name, value in self.tensors.items():
            elements = [
                numbers.get(at, element.text)
                for at, element in zip(addresses(name, value.shape), value.elements, strict=True)
            ]
            found[name] = _nested(elements, value.shape)
        return found


def read_elements(
    ranges: Sequence[SearchRange], held: Mapping[str, str], case: Case, dtype: DType
) -> tuple[SearchedElements, tuple[SearchRange, ...]]:
    """The tensors that ranges name, and the ranges: that of a whole tensor becomes one of each of its elements.

    Args:
        ranges: the ranges.
        held: the variables that have a value, these tensors among them.
        case: the case.
        dtype: the format.

    Raises:
        CaseError: for an address of no element, and for a tensor with too many to search all of them.
        DerivcheckError: for a value that cannot be read.
    """
    searched = {variable_of(one.name) for one in ranges}
    named = {name: text for name, text in held.items() if name in searched and has_shape(text)}
    tensors = {
        name: value
        for name, value in read_shaped_point(named, dtype, seed=case.seed, folder=folder_of(case.location)).items()
        if value.shape
    }
    found: list[SearchRange] = []
    for one in ranges:
        name = variable_of(one.name)
        tensor = tensors.get(name)
        if tensor is None and name != one.name:
            hint = f"give the tensor, whose other elements are held: at {name}=[1, 2, 3]"
            raise CaseError(f"`{name}` is no tensor, and `{one.name}` no element", hint=hint)
        if tensor is None:
            found.append(one)
            continue
        if tensor.is_integer:
            raise CaseError(f"`{name}` holds integers, which are not searched", hint="search another variable")
        each = addresses(name, tensor.shape)
        if one.name != name and one.name not in each:
            raise CaseError(f"there is no element `{one.name}`", hint=f"the last one is `{each[-1]}`")
        if one.name == name and len(each) > MOST_SEARCHED:
            hint = f"give ranges for some elements: {each[0]}={one.low}..{one.high}"
            raise CaseError(f"`{name}` has {len(each)} elements, too many to search all of them", hint=hint)
        found += [SearchRange(at, one.low, one.high) for at in (each if one.name == name else (one.name,))]
    return SearchedElements(tensors), tuple(found)


def _nested(elements: Sequence[str], shape: Sequence[int]) -> str:
    """The text of a nested list."""
    if not shape:
        return elements[0]
    each = len(elements) // shape[0] if shape[0] else 0
    return "[" + ", ".join(_nested(elements[at * each : (at + 1) * each], shape[1:]) for at in range(shape[0])) + "]"
