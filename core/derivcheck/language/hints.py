"""What somebody may have meant by a name that the expression language does not know."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

from derivcheck.language import functions
from derivcheck.model import OwnFunction

_DEFINITION = re.compile(r"\s*(\w+\s*\([^()]*\)\s*=)(?!=)")
_INFINITIES = frozenset({"oo", "zoo", "inf", "infinity", "Infinity"})
_SHOWN = 60


def instead_of_function(name: str, text: str, given: Collection[str], own: Collection[OwnFunction] = ()) -> str:
    """What to write instead of a function that does not exist.

    Args:
        name: the name that a bracket follows.
        text: the whole expression.
        given: the variables that have a value.
        own: the user's own functions.

    Example:
        >>> instead_of_function("xsin", "xsin(x)", ["x"])
        'did you mean `x*sin(…)`?'
    """
    definition = _DEFINITION.match(text)
    if definition and definition[1].startswith(name):
        return f"leave out `{shortened(definition[1])}`: write the right side only"
    if name in given:
        return f"`{name}` is a variable: did you mean `{name}*(…)`?"
    for left, right in _halves(name):
        if left in given and functions.function(right):
            return f"did you mean `{left}*{right}(…)`?"
    mine = difflib.get_close_matches(name, [function.name for function in own], n=1)
    near = mine[0] if mine else functions.suggest(name)
    if near:
        return f"did you mean `{near}`?"
    product = f"did you mean `{name}*(…)`? " if len(name) == 1 else ""
    return f"{product}`derivcheck functions` lists what there is"


def instead_of_variable(name: str, given: Collection[str]) -> str | None:
    """What to write instead of a name that has no value, or None where nothing comes to mind.

    Example:
        >>> instead_of_variable("sinx", ["x"])
        'did you mean `sin(x)`?'
    """
    if functions.function(name):
        return f"`{name}` is a function: write `{name}(…)`"
    if name in _INFINITIES:
        return f"`{name}` is no number to compute with"
    if name == "π":
        return "did you mean `pi`?"
    for other in (name.lower(), name.upper()):
        if other in given:
            return f"did you mean `{other}`?"
    for left, right in _halves(name):
        if right in given and functions.function(left):
            return f"did you mean `{left}({right})`?"
        if right in given and (left in given or functions.constant(left)):
            return f"did you mean `{left}*{right}`?"
    return None


def shortened(text: str) -> str:
    """A text that is quoted in a message, cut where it is long."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _halves(name: str) -> list[tuple[str, str]]:
    """The ways to read a name as two that somebody forgot to separate."""
    return [(name[:at], name[at:]) for at in range(1, len(name))]
