"""Terms: the nodes of an expression under rewriting, of which equal ones are one object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from derivcheck.explaining.rewriting.named_functions import ADD, MUL, NEG, POSITIVE, POW, POWERS, PRODUCTS, SUB, SUMS
from derivcheck.explaining.rewriting.normal_forms import Form, NormalForms
from derivcheck.model.expression import CALL, NUMBER, VARIABLE, Expression, NodeKind


class Term:
    """A node with the nodes below it. Of equal ones there is one object, so that `is` compares whole trees.

    Attributes:
        kind, name, value: those of the node.
        args: the terms that it is a function of.
        form: its normal form: two terms that differ in the order of a sum or a product alone have the same.
        varies: whether a variable occurs in it.
        size: how many nodes it has, each counted as often as it is written.
        calls: the functions that are called in it.
    """

    __slots__ = ("args", "calls", "form", "kept_factors", "kept_pieces", "kind", "name", "size", "value", "varies")

    def __init__(self, kind: NodeKind, name: str, args: tuple[Term, ...], value: Fraction | None, form: Form) -> None:
        self.kind = kind
        self.name = name
        self.args = args
        self.value = value
        self.form = form
        self.varies: bool = kind is VARIABLE or any(arg.varies for arg in args)
        self.calls: frozenset[str] = frozenset([name] if kind is CALL else ()).union(*[arg.calls for arg in args])
        self.kept_pieces: list[Piece] | None = None
        self.kept_factors: tuple[Fraction, list[Factor]] | None = None
        self.size: int = 1 + sum([arg.size for arg in args])

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.args))})" if self.args else self.name

    @property
    def number(self) -> Fraction | None:
        """The number that it is; None where a variable occurs in it, and for an irrational one."""
        return self.form.factor if self.form.core == NormalForms.ONE and not self.varies else None


class Factor(NamedTuple):
    """A factor of a product: a base and its exponent, which is rational."""

    exponent: Fraction
    base: Term


class Piece(NamedTuple):
    """A term of a sum, with the sign before it: 1 or -1."""

    sign: int
    term: Term


Rebuilt = Callable[["Terms", Term, tuple[Term, ...]], Term]
"""What makes a term with other arguments."""

_ONE = Fraction(1)


class Terms:
    """All terms of one search.

    Attributes:
        names: the terms to which a statement gave a name, with their names; what becomes of one keeps the name.
        made: what each rule makes of a term, by the rule's name and the term.
    """

    def __init__(self) -> None:
        self.names: dict[Term, str] = {}
        self.made: dict[tuple[str, Term], list[Term]] = {}
        self._known: dict[tuple[NodeKind, str, Fraction | None, tuple[int, ...]], Term] = {}
        self._forms = NormalForms()

    def make(self, kind: NodeKind, name: str, args: tuple[Term, ...] = (), value: Fraction | None = None) -> Term:
        """The term of a node."""
        key = (kind, name, value, tuple(map(id, args)))
        found = self._known.get(key)
        if found is None:
            form = self._forms.of(kind, name, [arg.form for arg in args], value)
            found = self._known[key] = Term(kind, name, args, value, form)
        return found

    def call(self, name: str, *args: Term) -> Term:
        """The term of a call."""
        return self.make(CALL, name, args)

    def plain(self, value: Fraction) -> Term:
        """The term of a number; a negative one is the negation of a positive one, as the parser makes it."""
        size = self.make(NUMBER, _spelled(abs(value)), (), abs(value))
        return size if value >= 0 else self.call(NEG, size)

    def read(self, expression: Expression) -> list[Term]:
        """The terms of all nodes of an expression, in their order."""
        found: list[Term] = []
        for node in expression.nodes:
            found.append(self.make(node.kind, node.name, tuple([found[arg] for arg in node.args]), node.value))
        return found

    def replaced(self, root: Term, old: Term, new: Term, rebuilt: Rebuilt | None = None) -> Term:
        """A term with one of those below it replaced by another, wherever it stands.

        Args:
            root: the term.
            old: what is replaced.
            new: by what.
            rebuilt: what makes a term whose arguments have changed; None: `signed`.
        """
        make = rebuilt or Terms.signed
        made: dict[Term, Term] = {old: new}
        for term in ordered([root]):
            if term not in made:
                args = tuple([made[arg] for arg in term.args])
                same = all(mine is theirs for mine, theirs in zip(args, term.args, strict=True))
                made[term] = term if same else make(self, term, args)
        for term, name in tuple(self.names.items()):
            if term in made:
                self.names.setdefault(made[term], name)
        return made[root]

    def signed(self, term: Term, args: tuple[Term, ...]) -> Term:
        """A term with other arguments, without a factor 1; a sign moves outwards: x + -y is x - y."""
        if term.name == MUL and args[1].number == 1:
            return args[0]
        if term.name == MUL and args[0].number == 1:
            return args[1]
        if term.kind is not CALL or not any(arg.kind is CALL and arg.name == NEG for arg in args):
            return self.make(term.kind, term.name, args, term.value)
        if term.name == NEG:
            return args[0].args[0]
        if term.name in SUMS and args[1].name == NEG:
            return self.call(SUB if term.name == ADD else ADD, args[0], args[1].args[0])
        if term.name in PRODUCTS:
            signs = [arg for arg in args if arg.name == NEG]
            bare = self.call(term.name, *[arg.args[0] if arg in signs else arg for arg in args])
            return bare if len(signs) == 2 else self.call(NEG, bare)
        return self.call(term.name, *args)


def ordered(roots: Iterable[Term]) -> list[Term]:
    """All terms that are needed for some of them, each once and after its arguments."""
    found: dict[Term, None] = {}
    stack: list[tuple[Term, bool]] = [(root, False) for root in reversed(list(roots))]
    while stack:
        term, is_done = stack.pop()
        if is_done:
            found.setdefault(term)
        elif term not in found:
            stack.append((term, True))
            stack.extend([(arg, False) for arg in reversed(term.args)])
    return list(found)


def pieces(term: Term) -> list[Piece]:
    """The terms of a sum, in the order in which they are written; of what is no sum, itself alone."""
    if term.kept_pieces is None:
        term.kept_pieces = _pieces(term)
    return term.kept_pieces


def _pieces(term: Term) -> list[Piece]:
    found: list[Piece] = []
    stack = [Piece(1, term)]
    while stack:
        sign, part = stack.pop()
        if part.kind is not CALL:
            found.append(Piece(sign, part))
        elif part.name in SUMS:
            left, right = part.args
            stack.append(Piece(sign if part.name == ADD else -sign, right))
            stack.append(Piece(sign, left))
        elif part.name == NEG:
            stack.append(Piece(-sign, part.args[0]))
        elif part.name == POSITIVE:
            stack.append(Piece(sign, part.args[0]))
        else:
            found.append(Piece(sign, part))
    return found


def factors(term: Term) -> tuple[Fraction, list[Factor]]:
    """The numbers of a product multiplied together, and its other factors in the order in which they are written."""
    if term.kept_factors is None:
        term.kept_factors = _factors(term)
    return term.kept_factors


def _factors(term: Term) -> tuple[Fraction, list[Factor]]:
    number, found = _ONE, []
    stack = [Factor(_ONE, term)]
    while stack:
        exponent, part = stack.pop()
        value = part.number
        if value is not None and exponent.denominator == 1 and (value or exponent > 0) and _is_moderate(exponent):
            number *= value**exponent.numerator
        elif part.kind is CALL and exponent.denominator == 1 and part.name in PRODUCTS:
            left, right = part.args
            stack.append(Factor(exponent if part.name == MUL else -exponent, right))
            stack.append(Factor(exponent, left))
        elif part.kind is CALL and exponent.denominator == 1 and part.name == NEG:
            number *= Fraction(-1) ** exponent.numerator
            stack.append(Factor(exponent, part.args[0]))
        elif (power := power_of(part)) is not None and exponent.denominator == 1:
            stack.append(Factor(exponent * power.exponent, power.base))
        else:
            found.append(Factor(exponent, part))
    return number, found


def powers_together(parts: Sequence[Factor]) -> list[Factor]:
    """The factors with equal bases as one; a root of a base that is squared is none any more."""
    found: dict[Form, Factor] = {}
    for exponent, base in parts:
        known = found.get(base.form)
        found[base.form] = Factor(exponent if known is None else known.exponent + exponent, base)
    return [part for part in found.values() if part.exponent]


def power_of(term: Term) -> Factor | None:
    """The base and the exponent of a power whose exponent is rational; None for any other term."""
    if term.kind is not CALL:
        return None
    if term.name in POWERS:
        return Factor(POWERS[term.name], term.args[0])
    if term.name == POW and term.args[1].number is not None:
        return Factor(term.args[1].number, term.args[0])
    return None


_MOST_POWER = 64


def _is_moderate(exponent: Fraction) -> bool:
    return abs(exponent) <= _MOST_POWER


def _spelled(value: Fraction) -> str:
    """A number that is not negative as a literal: an integer, a short decimal, or a quotient."""
    if value.denominator == 1:
        return _shortest(value, str(value.numerator))
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        return _shortest(value, str(value))
    return str(value)


def _shortest(value: Fraction, plain: str) -> str:
    """A number as a decimal, where that is exact and no longer than it is as a fraction, or written out: 2.5e+31."""
    try:
        text = repr(float(value))
    except OverflowError:
        return plain
    is_exact = Fraction(text) == value
    return text if is_exact and (value.denominator != 1 or len(text) < len(plain)) else plain
