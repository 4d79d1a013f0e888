"""Names: what each name of a text stands for, and an error with a hint where it stands for nothing."""

from __future__ import annotations

from numbers import Real
from typing import NoReturn

from derivcheck.errors import MissingValueError, Span
from derivcheck.language import table
from derivcheck.language.builder import WRITTEN_OUT, Call
from derivcheck.language.hints import (
    both_readings,
    instead_of_attribute,
    instead_of_function,
    instead_of_method,
    instead_of_variable,
)
from derivcheck.language.indexing_builder import IndexingBuilder
from derivcheck.language.keywords import canonical, instead_of_keyword
from derivcheck.language.literals import TRUTH_WORDS
from derivcheck.language.named_constants import add_constant
from derivcheck.language.slips import ATTRIBUTE_HINTS, METHOD_HINTS
from derivcheck.language.statements import TOGETHER
from derivcheck.language.static_sizes import SHAPE
from derivcheck.language.table import Sort
from derivcheck.language.tokens import TokenKind, Tokens
from derivcheck.model import OwnFunction
from derivcheck.model.constants import Constants
from derivcheck.model.expression import CONSTANT, VARIABLE, Extent, Node

_LISTED = 8
"""How many names without a value a message lists."""


class Names:
    """The names of one text.

    Args:
        text: the text.
        given: the variables that have a value; None where every name that is not a constant is a variable.
        own: the user's own functions that may be called.
        tokens: the text's tokens.
        tree: where the nodes go.
        constants: the names that stand for plain values, with these.
        left_out: the names in branches that constants leave out: a statement may be used there alone.

    Attributes:
        variables: the variables, in order of appearance.
        defined: the operands to which statements gave names.
    """

    def __init__(
        self,
        text: str,
        given: frozenset[str] | None,
        own: tuple[OwnFunction, ...],
        tokens: Tokens,
        tree: IndexingBuilder,
        constants: Constants = (),
        left_out: frozenset[str] = frozenset(),
    ) -> None:
        self.text = text
        self.constants = dict(constants)
        self.left_out = left_out
        self.given = given
        self.own = own
        self.tokens = tokens
        self.tree = tree
        self.variables: dict[str, None] = {}
        self.defined: dict[str, int] = {}
        self._unused: dict[int, list[str]] = {}
        self._statement: dict[str, int] = {}
        self._leaves: dict[str, Node] = {}
        self._missing: dict[str, Extent] = {}

    def is_variable(self, name: str) -> bool:
        """Whether the point gives a name a value."""
        return self.given is not None and name in self.given

    # --- without a bracket ---------------------------------------------------------------------------------------

    def leaf(self, name: str, index: int) -> int:
        """What a name that no bracket follows stands for: a variable if it has a value, else a constant."""
        extent = self.tokens.extent(index)
        leaf = self._leaves.get(name)
        if leaf is None:
            if name in self.defined:
                self._unused.pop(self._statement[name], None)
                return self.tree.reference(self.defined[name], extent)
            if name in self.constants:
                return add_constant(self.tree, name, self.constants[name], extent)
            is_given = self.given is not None and name in self.given
            if not is_given and name in TRUTH_WORDS:
                return self.tree.truth_value(TRUTH_WORDS[name], extent)
            row = None if is_given else table.constant(name)
            leaf = Node(VARIABLE, name) if row is None else Node(CONSTANT, row.name)
            if row is None:
                self.variables[name] = None
            if is_given or row is not None:
                self._leaves[name] = leaf
            else:
                self._without_value(name, index)
        return self.tree.add(leaf, extent)

    def _without_value(self, name: str, index: int) -> None:
        """Take note of a name that is neither given nor a constant; fail for a function whose bracket is missing."""
        following = self.tokens.lexemes[index + 1]
        is_operand = following.kind in {TokenKind.NAME, TokenKind.NUMBER}
        extent = self.tokens.extent(index)
        if is_operand and table.function(name, self.own) is not None:
            self._fail(f"`{name}` is a function", extent, f"did you mean `{name}({following.text})`?")
        if self.given is not None:
            called = next((each for each in (name, name.lower()) if table.function(each, self.own)), None)
            if following.text == "[" and called is not None:
                hint = f"a function has round brackets: `{called}(…)`"
                self._fail(f"`{name}` is a function", extent, hint)
            self._missing.setdefault(name, extent)

    def check_values(self) -> None:
        """Raise MissingValueError if there are names that have no value, listing all of them."""
        if not self._missing:
            return
        names = list(self._missing)
        listed = ", ".join(f"`{name}`" for name in names[:_LISTED])
        if len(names) > _LISTED:
            listed += f" and {len(names) - _LISTED} more"
        hint = f"--at {','.join(f'{name}=…' for name in names[:_LISTED])} (`at` in a file)"
        given = (self.given or frozenset()).union(self.constants)
        meants = (instead_of_variable(name, given, given.difference(self.variables)) for name in names)
        meant = next(filter(None, meants), None)
        if meant:
            hint = (
                f"{meant} Or give it a value: {hint}" if meant.endswith("?") else f"{meant}, or give it a value: {hint}"
            )
        span = Span(*self._missing[names[0]])
        raise MissingValueError(f"the point has no value for {listed}", text=self.text, span=span, hint=hint)

    # --- with a bracket ----------------------------------------------------------------------------------------------

    def check_function(self, name: str, index: int) -> None:
        """Fail unless a name that a bracket follows is a function's."""
        if name in self.defined:
            hint = f"for the product write `{name}*(…)`; for the function choose another name in the statement"
            self._fail(f"`{name}` is what a statement defines, and no function", self.tokens.extent(index), hint)
        if table.function(name, self.own) is None and name not in WRITTEN_OUT:
            hint = instead_of_function(name, self.text, {*(self.given or ()), *self.constants}, self.own)
            self._fail(f"no function is called `{name}`", self.tokens.extent(index), hint)

    def check_no_product(self, called: Call) -> None:
        """Fail for a call that may be meant as a product: gamma(t), where the point gives `gamma` a value.

        Nobody can tell which of the two is meant. With several arguments, as in beta(a, b), it is the function.
        """
        name = called.name
        is_number = isinstance(self.constants.get(name), Real)
        is_given = self.given is not None and name in self.given
        if not (is_number or is_given) or len(called.arguments) != 1 or called.keywords:
            return
        if called.is_method:
            return
        whose = "a function of your own" if any(mine.name == name for mine in self.own) else "a function"
        if is_number:
            hint = f"for the product write `{name}*(…)`; for the function the constant needs another name"
            self._fail(f"`{name}` is a constant, and {whose}", called.callee, hint)
        hint = both_readings(self.text, self.tokens, name, self.given or ())
        self._fail(f"`{name}` is a variable of the point, and {whose}", called.callee, hint)

    def check_keyword(self, name: str, keyword: str, index: int, position: int | None) -> None:
        """Fail unless a function that is being called has an argument of this name.

        Args:
            name: the function.
            keyword: the name before a `=`.
            index: the index of its token.
            position: which argument it would be if it had no name; None behind one that has a name.
        """
        row = table.function(name, self.own)
        shaped = None if row is not None and row.group == table.OWN else table.function_of_shapes(name)
        if shaped is not None and canonical(shaped, keyword) is not None:
            return
        if shaped is not None and (row is None or row.variadic):
            hint = instead_of_keyword(shaped, keyword)
            self._fail(f"`{name}` has no argument `{keyword}`", self.tokens.extent(index), hint)
        if row is None or row.variadic:
            self._fail(f"the arguments of `{name}` have no names", self.tokens.extent(index), "did you mean `==`?")
        wants_condition = position is not None and row.sort_of(position) is Sort.BOOL
        if wants_condition and keyword not in row.params[:1]:
            self._fail("`=` is no comparison", self.tokens.extent(index), f"did you mean `{keyword} == …`?")
        is_variant = any(variant.startswith(f"{keyword}=") for variant, _ in row.variants)
        if not is_variant and keyword not in {*row.params, *(option.name for option in row.options)}:
            hint = row.signature if shaped is None else instead_of_keyword(shaped, keyword)
            self._fail(f"`{name}` has no argument `{keyword}`", self.tokens.extent(index), hint)

    # --- behind a dot --------------------------------------------------------------------------------------------

    def check_method(self, name: str, index: int) -> None:
        """Fail unless a name behind a dot, which a bracket follows, is a function's."""
        row = table.function(name)
        if row is None or not row.params:
            hint = METHOD_HINTS.get(name) or ATTRIBUTE_HINTS.get(name) or instead_of_method(name)
            self._fail(f"no method is called `{name}`", self.tokens.extent(index), hint)

    def attribute(self, operand: int, name: str, index: int) -> int:
        """An operand with a name behind its dot, which no bracket follows."""
        extent = self.tokens.extent(index)
        row = table.function_of_shapes(name)
        whole = (self.tree.outer[operand][0], extent[1])
        if name == SHAPE:
            return self.tree.shape(operand, whole)
        if row is not None and row.is_attribute:
            return self.tree.shaped_call(row, Call(name, extent, [operand], {}), whole)
        if name == "values" and operand in self.tree.pairs:
            return self.tree.bracketed(operand, whole)
        called = table.function_of_shapes(self.tree.nodes[operand].name)
        if called is not None and name in called.results:
            return self.tree.chosen(operand, called.results.index(name), whole)
        hint = ATTRIBUTE_HINTS.get(name) or METHOD_HINTS.get(name) or instead_of_attribute(name)
        return self._fail(f"no attribute is called `{name}`", extent, hint)

    # --- statements ----------------------------------------------------------------------------------------------

    def check_definition(self, name: str, index: int) -> None:
        """Fail for a statement that gives a name which has a value already."""
        extent = self.tokens.extent(index)
        if TOGETHER in name:
            for each in name.split(TOGETHER):
                self.check_definition(each, index)
            return
        if name in (self.given or self.variables):
            self._fail(f"`{name}` is a variable, and a statement cannot change it", extent, "choose another name")
        if name in self.constants:
            self._fail(f"`{name}` is a constant, and a statement cannot change it", extent, "choose another name")
        if name in TRUTH_WORDS:
            self._fail(f"`{name}` is a condition", extent, "choose another name")

    def define(self, index: int, value: int) -> None:
        """Give an operand the name that stands at the token `index`."""
        names = self.tokens.lexemes[index].text.split(TOGETHER)
        for place, name in enumerate(names):
            self.check_used(name)
            whole = (
                value if len(names) == 1 else self.tree.unpacked(value, place, len(names), self.tokens.extent(index))
            )
            self.defined[name] = whole
            self._statement[name] = index
        if self.left_out.intersection(names):
            self.tree.in_order = False  # the nodes of its value may be used by nothing
        else:
            self._unused[index] = names

    def check_used(self, name: str | None = None) -> None:
        """Fail for a statement whose name, or that of any, has not been used."""
        for index, unused in self._unused.items():
            if name is None or unused == [name]:
                self._fail(f"`{', '.join(unused)}` is not used", self.tokens.extent(index), "leave the statement out")

    def _fail(self, message: str, extent: Extent, hint: str | None = None) -> NoReturn:
        self.tree.fail(message, extent, hint)
