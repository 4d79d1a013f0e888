"""Sums in Einstein's notation: `einsum('ij,jk->ik', A, B)`, as torch reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from derivcheck.elements.lowerings.chains import sum_products, total
from derivcheck.elements.node_arrays import NodeArrays, Nodes

_Label = str | int
"""An index: its letter, or, of a dimension under the dots, how far it stands from the last of these."""


@dataclass(frozen=True, slots=True)
class _Labelled:
    """An array, and the index of each of its dimensions."""

    nodes: Nodes
    labels: tuple[_Label, ...]

    def sizes(self) -> Iterable[tuple[_Label, int]]:
        return zip(self.labels, self.nodes.shape, strict=True)

    def along(self, labels: Sequence[_Label]) -> Nodes:
        """The array with a dimension for each of these labels, of size 1 where it has none of its own."""
        order = [self.labels.index(label) for label in labels if label in self.labels]
        shape = iter(self.nodes.transpose(order).shape)
        return self.nodes.transpose(order).reshape([next(shape) if label in self.labels else 1 for label in labels])


def einsum(make: NodeArrays, equation: str, *operands: Nodes) -> Nodes:
    """The sum of the products of the operands over the indices that the result does not have.

    The operands are multiplied from left to right, and an index is summed over as soon as no later operand has it.
    """
    terms, result = _read(make, equation, operands)
    sizes: dict[_Label, int] = {}
    for term in terms:
        for label, size in term.sizes():
            known = sizes.setdefault(label, size)
            if size != known and 1 not in {size, known}:
                shapes = " and ".join(str(operand.shape) for operand in operands)
                index = label if isinstance(label, str) else "..."
                make.fail(
                    f"`einsum('{equation}')` has the sizes {known} and {size} for the index {index}, "
                    f"and the shapes are {shapes}",
                    "an index has one size",
                )
            sizes[label] = max(size, known) if 0 not in {size, known} else 0
    product = _summed(make, terms[0], [*result, *_labels(terms[1:])])
    for place, term in enumerate(terms[1:], 2):
        needed = {*result, *_labels(terms[place:])}
        product = _times(make, product, term, needed, sizes)
    shape = [sizes[label] for label in result]
    make.need(int(np.prod(shape, dtype=object)))
    return np.broadcast_to(product.along(result), shape)


def _read(make: NodeArrays, equation: str, operands: Sequence[Nodes]) -> tuple[list[_Labelled], list[_Label]]:
    """The operands with their indices, each index once, and the indices of the result."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    parts = left.split(",")
    if len(parts) != len(operands):
        make.fail(f"`einsum('{equation}')` is about {len(parts)} operands, and {len(operands)} are given")
    terms = [_labelled(make, equation, part, operand) for part, operand in zip(parts, operands, strict=True)]
    dots = max((-label for term in terms for label in term.labels if isinstance(label, int)), default=0)
    under_dots: list[_Label] = [*range(-dots, 0)]
    if not arrow:
        count = Counter(label for part in parts for label in part if label != ".")
        return terms, [*under_dots, *sorted(label for label, times in count.items() if times == 1)]
    before, has_dots, after = right.partition("...")
    letters = before + after
    if any(times > 1 for times in Counter(letters).values()) or not set(letters) <= set(left) - set(".,"):
        make.fail(f"`einsum('{equation}')`: each index of the result stands there once, and in an operand")
    return terms, [*before, *(under_dots if has_dots else []), *after]


def _labelled(make: NodeArrays, equation: str, part: str, operand: Nodes) -> _Labelled:
    """An operand with its indices; where one occurs twice, the diagonal."""
    before, has_dots, after = part.partition("...")
    letters = before + after
    spare = operand.ndim - len(letters)
    if (letters and not (letters.isascii() and letters.isalpha())) or spare < 0 or (spare and not has_dots):
        make.fail(
            f"`einsum('{equation}')`: the indices {part!r} do not go with the shape {operand.shape}",
            "each dimension has one letter, and `...` stands for any number of them",
        )
    labels: list[_Label] = [*before, *range(-spare, 0), *after]
    nodes = operand
    for label, times in Counter(labels).items():
        for _ in range(times - 1):
            first = labels.index(label)
            second = labels.index(label, first + 1)
            if nodes.shape[first] != nodes.shape[second]:
                make.fail(
                    f"`einsum('{equation}')` has the index {label} twice in the shape {operand.shape}",
                    "both sizes must be equal",
                )
            nodes = np.moveaxis(nodes.diagonal(axis1=first, axis2=second), -1, first)
            del labels[second]
    return _Labelled(nodes, tuple(labels))


def _labels(terms: Iterable[_Labelled]) -> list[_Label]:
    return [label for term in terms for label in term.labels]


def _summed(make: NodeArrays, term: _Labelled, needed: Sequence[_Label]) -> _Labelled:
    """An operand, summed over the indices that nothing else has."""
    kept = [label for label in term.labels if label in needed]
    spare = [label for label in term.labels if label not in needed]
    if not spare:
        return term
    nodes = term.along([*kept, *spare])
    shape = nodes.shape[: len(kept)]
    return _Labelled(total(make, nodes.reshape(*shape, _size(nodes.shape[len(kept) :]))), tuple(kept))


def _times(make: NodeArrays, x: _Labelled, y: _Labelled, needed: set[_Label], sizes: dict[_Label, int]) -> _Labelled:
    """The product of two operands, summed over the indices that nothing else needs."""
    labels = list(dict.fromkeys([*x.labels, *y.labels]))
    kept = [label for label in labels if label in needed]
    spare = [label for label in labels if label not in needed]
    make.need(2 * _size([sizes[label] for label in labels]))
    both = x.along([*kept, *spare]), y.along([*kept, *spare])
    inside = [sizes[label] for label in spare]
    rows = []
    for nodes in both:
        shape = nodes.shape[: len(kept)]
        rows.append(np.broadcast_to(nodes, (*shape, *inside)).reshape(*shape, _size(inside)))
    return _Labelled(sum_products(make, *rows), tuple(kept))


def _size(shape: Sequence[int]) -> int:
    return int(np.prod(shape, dtype=object))
