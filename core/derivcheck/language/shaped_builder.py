"""The tree of a text with functions of shapes: settings, lists, indices, and nodes that a statement gives a name."""

from __future__ import annotations

from derivcheck.language import table
from derivcheck.language.bounds import MAX_DIMENSIONS
from derivcheck.language.builder import TRUTH_VALUES, Builder, Call
from derivcheck.language.keywords import UNBIASED, canonical, names_of
from derivcheck.language.plain_texts import default_text, integers_only, plain_text
from derivcheck.language.setting_kinds import unfit_phrase
from derivcheck.language.static_sizes import LIST, SHAPE, SIZE, UNPACKED, integer_of, is_size
from derivcheck.language.table import Function, Option, Sort
from derivcheck.model.expression import CALL, CONSTANT, NUMBER, SETTING, TUPLE, VARIABLE, Extent, Node

_OF_SHAPES = frozenset({"len", "prod", UNPACKED})
"""The functions that a shape itself may be the argument of."""

_OF_TORCH = frozenset({"topk", "kthvalue", "cummax", "cummin"})
"""The pairs of torch's that NumPy has no function of the same name for."""

_TORCH_KEYWORDS = frozenset({"dim", "keepdim", "descending", "stable"})
"""What NumPy calls otherwise, or does not have."""

_NONE = "None"
_SHORT = 40


class ShapedBuilder(Builder):
    """A Builder that knows what is not a number either: plain values, several values, names for nodes.

    Attributes:
        pairs: the calls that are a pair in torch, of values and their indices, and the values alone here.
        torch_pairs: those of them that are torch's by their spelling: [0] behind them is the values.
        shapes: the operands that are a shape, of which an index takes one size.
    """

    pairs: frozenset[int] = frozenset()
    torch_pairs: frozenset[int] = frozenset()
    shapes: frozenset[int] = frozenset()

    # --- what is no number ---------------------------------------------------------------------------------------

    def setting(self, text: str, extent: Extent, what: str) -> int:
        """A plain value, which a message calls `what`."""
        position = self.add(Node(SETTING, text), extent)
        self.plain[position] = what
        return position

    def listed(self, items: list[int], extent: Extent) -> int:
        """A list: an array, unless it turns out to be a setting."""
        if not items:
            self.fail("a list has at least one item", extent, "an empty array is a variable of the point")
        items = [self.as_number(item) if self.compares(item) else item for item in items]
        shapes = {self.shape_of_list(item) for item in items} - {None}
        if len(shapes) > 1:
            self.fail("the lists within a list must be of one length", extent)
        position = self.add(Node(CALL, LIST, tuple(items)), extent)
        self.in_order = False
        self.hold(position, items)
        if any(item in self.plain or item in self.conditions for item in items):
            self.plain[position] = "a list of settings"
        return position

    def compares(self, operand: int) -> bool:
        """Whether an operand is a condition, and neither True nor False."""
        return operand in self.conditions and self.nodes[operand].kind is not CONSTANT

    def hold(self, position: int, items: list[int]) -> None:
        """Note what stands in a list or a tuple, which may stand in others by way of names."""
        self.items[position] = items
        self.depths[position] = 1 + max([self.depths.get(item, 0) for item in items])
        if self.depths[position] > MAX_DIMENSIONS:
            self.fail(f"lists are nested more than {MAX_DIMENSIONS} deep", self.extents[position])

    def is_list(self, operand: int) -> bool:
        """Whether an operand is written as a list."""
        return operand in self.items and self.nodes[operand].name == LIST

    def shape_of_list(self, item: int) -> tuple[int, ...] | None:
        """The shape of what is written as a list; None of what is not."""
        if not self.is_list(item):
            return () if self.nodes[item].kind is NUMBER else None
        inner = self.shape_of_list(self.items[item][0])
        return None if inner is None else (len(self.items[item]), *inner)

    def shape(self, operand: int, extent: Extent) -> int:
        """The shape of an operand, which must not stand for itself: `x.shape`, of which `x.shape[0]` is a number."""
        operand = self.as_due_sort(operand, Sort.REAL, "what has a shape")
        return self.marked_shape(self.add(Node(CALL, SHAPE, (operand,)), extent))

    def marked_shape(self, position: int) -> int:
        """A node that is a shape, or a part of one."""
        self.in_order = False
        self.plain[position] = "a shape: write x.shape[0] for a size"
        self.shapes |= {position}
        return position

    def tupled(self, items: list[int], extent: Extent) -> int:
        """A tuple: several values, or a setting."""
        position = self.add(Node(CALL, TUPLE, tuple(items)), extent)
        self.in_order = False
        self.hold(position, items)
        self.plain[position] = "a tuple"
        return position

    def reference(self, target: int, extent: Extent) -> int:
        """An operand that stands for a node that has a name."""
        target = self.references.get(target, target)
        position = self.add(self.nodes[target], extent)
        self.references[position] = target
        self.in_order = False
        if target in self.conditions:
            self.conditions.add(position)
        if target in self.items:
            self.items[position] = self.items[target]
            self.depths[position] = self.depths[target]
        if target in self.plain:
            self.plain[position] = self.plain[target]
        if target in self.shapes:
            self.shapes |= {position}
        return position

    # --- calls ---------------------------------------------------------------------------------------------------

    def of_shapes(self, row: Function, called: Call) -> Function | None:
        """The function of shapes that a call means; None where it means the function of numbers in `row`."""
        if row.group == table.OWN:  # the user's own function is the one that is meant
            return None
        shaped = row if row.is_shaped else table.function_of_shapes(called.name)
        if shaped is None or row.is_shaped:
            return shaped
        if any(canonical(shaped, keyword) is None for keyword in called.keywords):
            return None
        if not self.takes(row, called):
            return shaped
        if not self.fits(shaped, called):
            return None
        at = self.first_setting(shaped, called)
        if at is None:
            return shaped if self.has_shapes else None
        if called.is_method:
            return shaped
        if not self.has_shapes:
            return None
        name, text = names_of(shaped)[at], self.plain_text(called.arguments[at])
        first = self.text[slice(*self.outer[called.arguments[0]])]
        return self.fail(
            f"`{called.name}` may mean two functions here",
            called.callee,
            f"`{called.name}({first}, {name}={text})` reduces, `{row.name}({first}, {text})` is element by element",
        )

    def meant_by_settings(self, row: Function, called: Call) -> Call | None:
        """The call of another function of numbers that a call means: clamp_min for clamp(x, min=0)."""
        by_count = dict(row.by_count).get(len(called.arguments))
        if by_count is not None and not called.keywords:
            return Call(by_count, called.callee, called.arguments, {}, called.is_method)
        for keyword, operand in called.keywords.items():
            meant = dict(row.variants).get(f"{keyword}={self.plain_text(operand)}")
            if meant is not None:
                others = {other: value for other, value in called.keywords.items() if other != keyword}
                return Call(meant, called.callee, called.arguments, others, called.is_method)
        given = {**dict(zip(row.params, called.arguments, strict=False)), **called.keywords}
        absent = [name for name in row.params if name not in given or self.plain_text(given[name]) == _NONE]
        meant = dict(row.lacking).get(absent[0]) if len(absent) == 1 and given.keys() <= set(row.params) else None
        if meant is None or len(called.arguments) > len(row.params):
            return None
        present = [given[name] for name in row.params if name not in absent]
        return Call(meant, called.callee, present, {}, called.is_method)

    def fits(self, row: Function, called: Call) -> bool:
        """Whether a function of shapes takes these arguments: plain values where it has settings."""
        names = names_of(row)
        given = set(names[: len(called.arguments)]) | {canonical(row, keyword) for keyword in called.keywords}
        return (
            len(called.arguments) <= len(names)
            and given <= set(names)
            and given >= set(row.params)
            and all(
                name not in row.settings or self.plain_text(operand) is not None or self.is_computed(called, operand)
                for name, operand in zip(names, called.arguments, strict=False)
            )
        )

    def is_computed(self, called: Call, operand: int) -> bool:
        """Whether an argument of a method of a value with a shape is computed as settings are: x.max(dim - 1)."""
        if not called.is_method or not self.has_shapes:
            return False
        return self.setting_text(operand) is not None or is_size(self.nodes, operand)

    def first_setting(self, row: Function, called: Call) -> int | None:
        """Which of the arguments without a name is the first that is a setting."""
        names = names_of(row)[: len(called.arguments)]
        return next((at for at, name in enumerate(names) if name in row.settings), None)

    def shaped_call(self, row: Function, called: Call, extent: Extent) -> int:
        """A call of a function of shapes, complete: in the order of the signature, with all defaults."""
        if row.name == LIST and len(called.arguments) == 1 and not called.keywords:
            return self.bracketed(called.arguments[0], extent)  # torch.tensor([1, 2]) is the list
        if len(called.arguments) == 1 and not called.keywords and row.name in {SIZE, SHAPE}:
            return self.shape(called.arguments[0], extent)  # x.size() is x.shape
        self.in_order = False
        options = {option.name: option for option in row.options}
        arguments = []
        for index, (name, operand) in enumerate(self.arranged(row, called)):
            if operand is None:
                arguments.append(self.default(row, options[name], called.callee))
            else:
                arguments.append(self.as_due(row, index, name, operand, called.name))
        position = self.add(Node(CALL, row.name, tuple(arguments)), extent)
        if called.name in row.has_indices and all(self.nodes[arg].name != _NONE for arg in arguments[1:2]):
            self.pairs |= {position}
            if called.name in _OF_TORCH or not _TORCH_KEYWORDS.isdisjoint(called.keywords):
                self.torch_pairs |= {position}
        return position

    def arranged(self, row: Function, called: Call) -> list[tuple[str, int | None]]:
        """The arguments with their names, in order; None for one that is left out."""
        names = names_of(row)
        operands: list[int | None] = [*called.arguments]
        if row.variadic:
            by_name = {canonical(row, keyword): operand for keyword, operand in called.keywords.items()}
            operands += [by_name[name] for name in row.params[len(operands) :] if name in by_name]
            if len(operands) < len(row.params):
                self.need_count(called, row)
            return [(names[min(index, len(names) - 1)], operand) for index, operand in enumerate(operands)]
        if len(operands) > len(names) > 1 and not row.options and names[-1] in row.settings:
            # x.permute(0, 2, 1) is permute(x, (0, 2, 1))
            rest = called.arguments[len(names) - 1 :]
            operands[len(names) - 1 :] = [self.tupled(rest, (self.outer[rest[0]][0], self.outer[rest[-1]][1]))]
        if len(operands) > len(names):
            self.need_count(called, row)
        operands += [None] * (len(names) - len(operands))
        for keyword, operand in called.keywords.items():
            name = canonical(row, keyword)
            assert name is not None, keyword
            if operands[names.index(name)] is not None:
                self.fail(f"`{name}` is given twice", self.outer[operand])
            operands[names.index(name)] = self.corrected(operand) if keyword == UNBIASED else operand
        for name, found in zip(row.params, operands, strict=False):
            if found is None:
                self.fail(f"`{called.name}` lacks the argument `{name}`", called.callee, row.signature)
        return list(zip(names, operands, strict=True))

    def corrected(self, operand: int) -> int:
        """The correction that `unbiased=True` or `False` stands for."""
        text = {"True": "1", "False": "0"}.get(self.plain_text(operand) or "")
        if text is None:
            self.fail(f"`{UNBIASED}` is True or False", self.outer[operand])
        return self.setting(text, self.outer[operand], "a setting")

    def default(self, row: Function, option: Option, extent: Extent) -> int:
        """What an option is that is left out."""
        if option.name in row.settings or option.default == _NONE:
            return self.setting(default_text(option.default), extent, "a setting")
        return self.graft(option.default, extent)

    def as_due(self, row: Function, index: int, name: str, operand: int, called: str) -> int:
        """An argument as the function takes it: as a setting, as integers, as several values or as a number."""
        what = f"`{name}` of `{called}`"
        sort = row.sort_of(index)
        if name in row.settings and sort is not Sort.INTEGER:
            return self.as_setting(operand, what, row, name)
        if self.plain_text(operand) == _NONE and any(each.name == name for each in row.options):
            return operand
        if operand in self.shapes and row.name in _OF_SHAPES:
            return operand
        if sort is Sort.INTEGER:
            return self.as_integers(operand, what, name in row.settings)
        if sort is Sort.TENSORS:
            return self.as_tensors(operand, what)
        if sort is Sort.LABELS:
            self.need_sort(operand, Sort.REAL, what)
            return operand
        if sort is Sort.MASK:
            sort = Sort.BOOL if operand in self.conditions else Sort.REAL
        return self.as_due_sort(operand, sort, what)

    def plain_text(self, operand: int) -> str | None:
        """The text of the plain value that an operand is, if it is one."""
        return plain_text(self.nodes, self.items, operand)

    def varies(self, operand: int) -> bool:
        """Whether a variable stands in an operand."""
        pending, seen = [operand], {operand}
        while pending:
            node = self.nodes[pending.pop()]
            if node.kind is VARIABLE:
                return True
            new = [arg for arg in node.args if arg not in seen]
            seen.update(new)
            pending.extend(new)
        return False

    def as_setting(self, operand: int, what: str, row: Function, name: str) -> int:
        """A setting, of what was read as an operand."""
        text = self.setting_text(operand)
        if text in TRUTH_VALUES and name == canonical(row, UNBIASED):
            return self.corrected(operand)  # torch's older signature: x.var(0, False)
        if text is None and is_size(self.nodes, operand):
            return self.as_sizes(operand, what, row, name)
        if text is None:
            reason = "cannot depend on a variable" if self.varies(operand) else "is not computed"
            hint = "write a number, True, False, None, a word in quotes, or a tuple of them"
            self.fail(f"{what} is a setting and {reason}", self.outer[operand], hint)
        default = next((option.default for option in row.options if option.name == name), None)
        phrase = unfit_phrase(name, text, default)
        if phrase is not None:
            self.fail(f"{what} must be {phrase}", self.outer[operand], row.signature)
        return self.setting(text, self.outer[operand], "a setting")

    def setting_text(self, operand: int) -> str | None:
        """The text of the plain value that an operand is, or that integers compute: `dim - 1`."""
        return self.plain_text(operand) or plain_text(self.nodes, self.items, operand, integer_of)

    def as_sizes(self, operand: int, what: str, row: Function, name: str) -> int:
        """A setting that is computed from sizes, and known once shapes are: `x.shape[1] // 2`."""
        default = next((option.default for option in row.options if option.name == name), None)
        is_several = operand in self.items or operand in self.shapes
        phrase = unfit_phrase(name, "(1,)" if is_several else "1", default)
        if phrase is not None:
            self.fail(f"{what} must be {phrase}", self.outer[operand], row.signature)
        if operand not in self.items:
            return operand
        return self.add(Node(CALL, TUPLE, tuple(self.items[operand])), self.outer[operand])

    def as_tensors(self, operand: int, what: str) -> int:
        """Several values, of a list or a tuple."""
        items = self.items.get(operand)
        if items is None:
            self.fail(f"{what} is a list", self.outer[operand], "for example cat([x, y], dim=0)")
        due = [self.as_due_sort(item, Sort.REAL, f"an item of {what}") for item in items]
        return self.add(Node(CALL, TUPLE, tuple(due)), self.outer[operand])

    def as_integers(self, operand: int, what: str, is_setting: bool) -> int:
        """Integers that stay integers; one that is written out is a plain value where that is a setting."""
        text = self.setting_text(operand) if is_setting else self.plain_text(operand)
        if text is not None and not integers_only(text):
            self.fail(f"{what} must be an integer", self.outer[operand])
        if text is not None and is_setting and operand not in self.items:
            return self.setting(text, self.outer[operand], "a setting")
        self.need_sort(operand, Sort.REAL, what)
        return operand
