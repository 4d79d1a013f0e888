"""The tree of a text with indices: slices, sizes, and the values to which a statement gives names at once."""

from __future__ import annotations

from collections.abc import Sequence

from derivcheck.language import table
from derivcheck.language.builder import Call
from derivcheck.language.plain_texts import integers_only
from derivcheck.language.plain_values import ELLIPSIS
from derivcheck.language.shaped_builder import ShapedBuilder
from derivcheck.language.static_sizes import INDEX, LIST, SHAPE, SIZE, UNPACKED, is_size
from derivcheck.language.table import Sort
from derivcheck.model.expression import CALL, SETTING, SLICE, Extent, Node

_NONE = "None"
_SHORT = 40


class IndexingBuilder(ShapedBuilder):
    """A ShapedBuilder that knows what square brackets behind an operand mean, and several names before a `=`."""

    # --- an index ------------------------------------------------------------------------------------------------

    def indexed(self, operand: int, items: Sequence[int], extent: Extent) -> int:
        """`x[0, 1:, …]`: each item a slice, an integer, `None` or `...`."""
        if operand in self.pairs and self.outer[operand] == self.extents[operand]:
            text = self.plain_text(items[0]) if len(items) == 1 and operand in self.torch_pairs else None
            if text in {"0", "1"}:
                return self.bracketed(operand, extent) if text == "0" else self.indices(operand, extent)
            text = self.text[slice(*self.extents[operand])]
            hint = f"leave the index out; an element is ({text})[…]" if len(text) < _SHORT else "leave the index out"
            self.fail(f"`{self.nodes[operand].name}` gives the values alone here, without their indices", extent, hint)
        if operand in self.shapes:
            return self.size(operand, items, extent)
        operand = self.as_due_sort(operand, Sort.REAL, "what an index stands behind")
        due = [self.as_item(item) for item in items]
        self.in_order = False
        return self.add(Node(CALL, INDEX, (operand, *due)), extent)

    def chosen(self, operand: int, place: int, extent: Extent) -> int:
        """One of the several values that a function gives: `qr(A).Q`."""
        self.in_order = False
        return self.add(Node(CALL, INDEX, (operand, self.setting(str(place), extent, "an index"))), extent)

    def size(self, shape: int, items: Sequence[int], extent: Extent) -> int:
        """One of the sizes of a shape."""
        text = self.setting_text(items[0])
        node = self.nodes[items[0]]
        is_slice = (node.kind is SETTING and ":" in node.name) or node.name == SLICE
        if len(items) == 1 and is_slice:
            return self.marked_shape(self.add(Node(CALL, INDEX, (shape, items[0])), extent))
        if len(items) > 1 or text is None or not integers_only(text) or items[0] in self.items:
            self.fail("sizes are taken one by one", extent, "write x.shape[0]")
        if self.nodes[shape].name != SHAPE:  # a part of a shape: x.shape[1:][0]
            place = self.setting(text, self.outer[items[0]], "a setting")
            return self.add(Node(CALL, INDEX, (shape, place)), extent)
        row = table.function_of_shapes(SIZE)
        assert row is not None
        (operand,) = self.nodes[shape].args
        return self.shaped_call(row, Call(SIZE, extent, [operand, items[0]], {}), extent)

    def as_item(self, item: int) -> int:
        """An item of an index."""
        if item in self.conditions:
            hint = "a shape cannot depend on a condition: write where(condition, x, 0)"
            self.fail("an index is no condition", self.outer[item], hint)
        node = self.nodes[item]
        if node.kind is CALL and node.name == SLICE:
            return item
        if node.kind is SETTING and (node.name in {_NONE, ELLIPSIS} or ":" in node.name):
            return item
        if item in self.plain and not self.is_list(item):
            self.fail(f"an index is an integer or a slice, not {self.plain[item]}", self.outer[item])
        return self.as_integers(item, "an index", is_setting=True)

    def sliced(self, parts: Sequence[int | None], extent: Extent) -> int:
        """A slice of its start, its stop and its step, None for what is left out."""
        if any(part is not None and is_size(self.nodes, part) for part in parts[:2]):
            return self.sliced_by_sizes(parts, extent)
        texts = []
        for part in parts:
            text = "" if part is None else self.setting_text(part)
            if text is None or not (text in {"", _NONE} or integers_only(text)):
                assert part is not None
                self.fail(
                    "a slice has integers that are written out",
                    self.outer[part],
                    "a shape cannot depend on a variable; a single element can: x[t]",
                )
            texts.append("" if text == _NONE else text)
        if len(texts) == 3 and texts[2] and int(texts[2]) < 1:
            hint = "write flip(x, 0)" if texts[2] == "-1" else None
            self.fail("torch has no slices with a step below 1", extent, hint)
        return self.setting(":".join(texts), extent, "a slice")

    def sliced_by_sizes(self, parts: Sequence[int | None], extent: Extent) -> int:
        """A slice whose start or stop is computed from sizes: `x[:, : x.shape[1] // 2]`."""
        bounds = []
        for part in [*parts, None][:3]:
            text = _NONE if part is None else self.setting_text(part)
            if part is not None and text is None and is_size(self.nodes, part) and part not in self.shapes:
                bounds.append(part)
            elif text is not None and (text == _NONE or integers_only(text)):
                bounds.append(self.setting(text, extent, "a bound"))
            else:
                assert part is not None
                self.fail("a slice has integers, or what is computed from sizes", self.outer[part])
        position = self.add(Node(CALL, SLICE, tuple(bounds)), extent)
        self.in_order = False
        self.plain[position] = "a slice"
        return position

    # --- several names -------------------------------------------------------------------------------------------

    def unpacked(self, value: int, place: int, count: int, extent: Extent) -> int:
        """One of the values that a statement gives names to at once: `a, b = chunk(x, 2)`."""
        target = self.references.get(value, value)
        items = self.items.get(target)
        if items is not None:
            if len(items) != count:
                self.fail(f"{count} names stand before the `=`, and {len(items)} values behind it", extent)
            return items[place]
        if target in self.pairs:
            if count != 2:
                self.fail(f"{count} names stand before the `=`, and 2 values behind it", extent)
            return self.indices(target, extent) if place else target
        if target in self.shapes:
            if self.nodes[target].name == SHAPE:
                return self.size(target, [self.setting(str(place), extent, "a setting")], extent)
        else:
            value = self.as_due_sort(value, Sort.REAL, "what is unpacked")
        self.in_order = False
        if self.nodes[target].args:
            self.shared |= {target}  # it is computed once
        settings = [self.setting(str(number), extent, "a setting") for number in (place, count)]
        return self.add(Node(CALL, UNPACKED, (value, *settings)), extent)

    def indices(self, pair: int, extent: Extent) -> int:
        """The indices that torch gives beside the values, which must not be used."""
        position = self.add(Node(CALL, LIST, (pair,)), extent)
        self.in_order = False
        self.plain[position] = f"the indices of `{self.nodes[pair].name}`, which have no derivative"
        return position
