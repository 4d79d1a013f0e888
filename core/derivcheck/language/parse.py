"""The parser's front door: a text in, an Expression out; the plain language first, and then what people write.

What is plain is read as it is, and never in another way. Only a text that the plain parser refuses is read as people
write formulas, `2x² sin x`, and only where that has one reading.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from derivcheck.errors import ParseError, Span, TooLargeError, TwoReadingsError
from derivcheck.language.argument_orders import refuse_other_orders
from derivcheck.language.arithmetic_parser import read_arithmetic
from derivcheck.language.comments import without_comments
from derivcheck.language.hints import shortened
from derivcheck.language.latex.written import LatexReading
from derivcheck.language.matrix_readings import Place, refuse_matrix_readings
from derivcheck.language.printing import to_text
from derivcheck.language.slips import RESERVED
from derivcheck.language.statements import SEPARATOR
from derivcheck.language.tokens import Tokens, tokenize
from derivcheck.model import OwnFunction
from derivcheck.model.constants import Constants, KeyedConstants
from derivcheck.model.expression import AsRead, Expression

MOST_AS_WRITTEN = 10_000
"""Characters of a text that is read although it is not plain."""


def parse(
    text: str,
    variables: Collection[str] | None = None,
    own: tuple[OwnFunction, ...] = (),
    has_shapes: bool = False,
    constants: Constants = (),
    *,
    strict: bool = False,
) -> Expression:
    """Read an expression.

    A text that is not plain, `2x² sin x`, is read as people write formulas, if it has one reading; the Expression says
    which. What is plain is never read in another way.

    Args:
        text: Python arithmetic over the functions of `derivcheck.language.table`; before it, statements that give
            names to parts of it; several outputs with commas between them.
        variables: the names that have a value; any other name must be a constant. None: every name that is not a
            constant is a variable.
        own: the user's own functions that may be called.
        has_shapes: whether one of the variables has a shape. Then max(x, 1) is refused, which may mean a reduction,
            and mse_loss(x, y) is the mean.
        constants: names that stand for plain values, with these: where one occurs, its value could stand as well.
        strict: whether a text that is not plain is refused.

    Returns:
        The Expression, whose nodes know their spans in `text`.

    Raises:
        ParseError: for anything that is not an expression, and for one beyond the bounds of this module.

    Example:
        >>> parse("2*x^3 + 1").variables
        ('x',)
        >>> parse("h = x @ W; sum(h**2, dim=-1)").variables
        ('x', 'W')
    """
    given = None if variables is None else frozenset(variables)
    if not strict:
        refuse_other_orders(text)
    if not own and not constants:
        read = read_arithmetic(text, given)
        if read is not None:
            return read
    # Most texts are arithmetic, and the modules that read the others take milliseconds to load.
    from derivcheck.language.plain_parser import PlainParser

    try:
        return PlainParser(text, given, own, has_shapes, constants).run()
    except ParseError as error:
        if strict or isinstance(error, TooLargeError) or not text.strip() or len(text) > MOST_AS_WRITTEN:
            raise
        refusal = error
    return _as_written(text, given, own, has_shapes, constants, refusal)


def _as_written(
    text: str,
    given: frozenset[str] | None,
    own: tuple[OwnFunction, ...],
    has_shapes: bool,
    constants: Constants,
    refusal: ParseError,
) -> Expression:
    """Read a text that is not plain; the plain language's error stands where nothing better is known."""
    # As above: most texts are plain.
    from derivcheck.language.as_written.written_formulas import read_as_written
    from derivcheck.language.latex.read_latex import looks_like_latex, read_latex
    from derivcheck.language.plain_parser import PlainParser, finished_tokens

    if looks_like_latex(text):
        return _from_latex(read_latex(text, given), text, given, own, has_shapes, constants)
    try:
        readings = read_as_written(without_comments(text), given, own, dict(constants), has_shapes=has_shapes)
    except ParseError as error:
        if error.hint is None or refusal.hint in RESERVED.values():
            raise refusal from None
        raise type(error)(error.message, text=text, span=error.span, hint=error.hint) from None
    found: list[Expression] = []
    errors: list[ParseError] = []
    for way in readings.ways:
        if not _is_changed(text, way.tokens):
            raise refusal
        try:
            read = PlainParser(
                text, given, own, has_shapes, constants, finished_tokens(way.tokens, text, given), way.text
            ).run()
        except ParseError as error:
            errors.append(error)
            continue
        if has_shapes:
            refuse_matrix_readings(text, _places(way.tokens), given or read.variables)
        if read not in found:
            plain = _plain_text(way.text, read, own, has_shapes, constants)
            found.append(replace(read, as_read=AsRead(plain, way.by, way.states)))
    if not found:
        raise errors[0]
    if len(readings.ways) > 1 and (errors or len(found) > 1):
        shown = text[readings.span.start : readings.span.end]
        ways = ", or ".join(f"`{each.as_read.text}`" for each in found if each.as_read is not None)
        message = f"`{shortened(shown)}` can be read in two ways"
        raise TwoReadingsError(message, text=text, span=readings.span, hint=f"write {ways}")
    return found[0]


def _from_latex(
    latex: LatexReading,
    text: str,
    given: frozenset[str] | None,
    own: tuple[OwnFunction, ...],
    has_shapes: bool,
    constants: Constants,
) -> Expression:
    """The Expression of a LaTeX text, once it is a text of the language; its nodes stand in the LaTeX."""
    try:
        read = parse(latex.text, given, own, has_shapes, constants)
    except ParseError as error:
        raise type(error)(error.message, text=text, span=latex.span(error.span), hint=error.hint) from None
    if has_shapes:
        places = [
            Place(place.text, span.start, span.end)
            for place in _places(tokenize(latex.text.replace("'", " ")))
            for span in [latex.span(Span(place.start, place.end))]
        ]
        refuse_matrix_readings(text, places, given or read.variables)
    spans = [latex.span(read.span(at)) for at in range(len(read))]
    as_read = read.as_read or AsRead(_plain_text(latex.text, read, own, has_shapes, constants))
    return replace(read, source=text, extents=tuple((span.start, span.end) for span in spans), as_read=as_read)


def _places(tokens: Tokens) -> list[Place]:
    """The tokens, and where they stand."""
    return [Place(each.text, *tokens.extent(at)) for at, each in enumerate(tokens.lexemes)]


def _plain_text(
    tokens: str, read: Expression, own: tuple[OwnFunction, ...], has_shapes: bool, constants: Constants
) -> str:
    """The plain text of a tree: as it is printed, where that reads back to the same tree, else token by token."""
    if SEPARATOR in tokens or "\n" in tokens:
        return tokens
    printed = to_text(read)
    try:
        again = parse(printed, read.variables, own, has_shapes, constants, strict=True)
    except ParseError:
        return tokens
    return printed if again == read else tokens


def _is_changed(text: str, tokens: Tokens) -> bool:
    """Whether the tokens are others than those of the text as it stands."""
    try:
        plain = tokenize(without_comments(text)).lexemes
    except ParseError:
        return True
    return [lexeme.text for lexeme in plain] != [lexeme.text for lexeme in tokens.lexemes]


@lru_cache(maxsize=256)
def constant_expression(text: str) -> Expression:
    """An expression without variables, such as an option's default; parsed once."""
    return parse(text, (), strict=True)


def definition(text: str, names: tuple[str, ...], constants: Constants = ()) -> Expression:
    """A composite's definition, or a formula of a user's own function, over the names of its arguments; parsed once."""
    return _definition(text, names, KeyedConstants(constants) if constants else None)


@lru_cache(maxsize=512)
def _definition(text: str, names: tuple[str, ...], keyed: KeyedConstants | None) -> Expression:
    return parse(text, names, constants=keyed.constants if keyed else ())
