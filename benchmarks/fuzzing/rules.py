"""Differentiation by the fuzz's own rules, tree to tree: where claims come from before they are spoilt."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from fuzzing.composites import PI, expanded
from fuzzing.trees import Tree, call, num

ZERO, ONE, TWO = num(0), num(1), num(2)


class NoRuleError(Exception):
    """There is no rule for a function, or none by this argument."""


def derivative(tree: Tree, wrt: tuple[str, ...]) -> Tree:
    """The derivative by these variables, one after the other."""
    found = expanded(tree)
    for name in wrt:
        found = _derivative(found, name)
    return found


def added(x: Tree, y: Tree) -> Tree:
    """x + y, without zeros."""
    return y if x == ZERO else x if y == ZERO else x + y


def times(x: Tree, y: Tree) -> Tree:
    """x*y, without zeros and ones."""
    if ZERO in (x, y):
        return ZERO
    return y if x == ONE else x if y == ONE else x * y


def over(x: Tree, y: Tree) -> Tree:
    """x/y, without zeros and ones."""
    return ZERO if x == ZERO else x if y == ONE else x / y


def minus(x: Tree) -> Tree:
    """-x, without zeros."""
    return ZERO if x == ZERO else x.args[0] if x.op == "neg" else -x


def _sqrt(x: Tree) -> Tree:
    return call("sqrt", x)


def _exp(x: Tree) -> Tree:
    return call("exp", x)


SLOPES: dict[str, Callable[[Tree], Tree]] = {
    "exp": _exp,
    "log": lambda x: ONE / x,
    "sqrt": lambda x: ONE / (TWO * _sqrt(x)),
    "sin": lambda x: call("cos", x),
    "cos": lambda x: -call("sin", x),
    "sinh": lambda x: call("cosh", x),
    "cosh": lambda x: call("sinh", x),
    "tanh": lambda x: ONE / call("cosh", x) ** 2,
    "asin": lambda x: ONE / _sqrt(ONE - x**2),
    "acos": lambda x: -(ONE / _sqrt(ONE - x**2)),
    "atan": lambda x: ONE / (ONE + x**2),
    "asinh": lambda x: ONE / _sqrt(x**2 + 1),
    "acosh": lambda x: ONE / (_sqrt(x - 1) * _sqrt(x + 1)),
    "atanh": lambda x: ONE / (ONE - x**2),
    "erf": lambda x: TWO / _sqrt(PI) * _exp(-(x**2)),
    "erfc": lambda x: -(TWO / _sqrt(PI) * _exp(-(x**2))),
    "erfi": lambda x: TWO / _sqrt(PI) * _exp(x**2),
    "erfinv": lambda x: _sqrt(PI) / 2 * _exp(call("erfinv", x) ** 2),
    "LambertW": lambda x: ONE / (_exp(call("LambertW", x)) * (ONE + call("LambertW", x))),
    "gamma": lambda x: call("gamma", x) * call("digamma", x),
    "lgamma": lambda x: call("digamma", x),
    "digamma": lambda x: call("polygamma", ONE, x),
    "Si": lambda x: call("sinc_unnormalized", x),
    "Ci": lambda x: call("cos", x) / x,
    "Shi": lambda x: call("sinh", x) / x,
    "Chi": lambda x: call("cosh", x) / x,
    "Ei": lambda x: _exp(x) / x,
    "li": lambda x: ONE / call("log", x),
    "fresnels": lambda x: call("sin", PI * x**2 / 2),
    "fresnelc": lambda x: call("cos", PI * x**2 / 2),
    "airyai": lambda x: call("airyaiprime", x),
    "airybi": lambda x: call("airybiprime", x),
    "airyaiprime": lambda x: x * call("airyai", x),
    "airybiprime": lambda x: x * call("airybi", x),
    "abs": lambda x: call("sign", x),
    **dict.fromkeys(("sign", "floor", "ceil", "trunc", "round"), lambda _: ZERO),
}
"""The derivative of each function of one argument at that argument."""


@lru_cache(maxsize=4096)
def _derivative(tree: Tree, name: str) -> Tree:
    if name not in tree.variables:
        return ZERO
    if tree.op == "var":
        return ONE
    if tree.op == "where":
        condition, x, y = tree.args
        dx, dy = _derivative(x, name), _derivative(y, name)
        return dx if dx == dy else call("where", condition, dx, dy)
    slopes = tuple(_derivative(arg, name) for arg in tree.args)
    if tree.op == "log" and len(tree.args) == 2:
        return over(slopes[0], tree.args[0] * call("log", tree.args[1]))
    if tree.op in SLOPES:
        return times(SLOPES[tree.op](tree.args[0]), slopes[0])
    two_sided = _TWO_SIDED.get(tree.op)
    if two_sided is not None and len(tree.args) == 2:
        return two_sided(*tree.args, *slopes)
    if tree.op == "neg":
        return minus(slopes[0])
    parametric = _PARAMETRIC.get(tree.op)
    if parametric is None or slopes[0] != ZERO:
        raise NoRuleError(tree.op)
    return times(parametric(*tree.args), slopes[1])


def _of_power(x: Tree, y: Tree, dx: Tree, dy: Tree) -> Tree:
    found = ZERO if dx == ZERO else times(times(y, x ** (y - 1)), dx)
    return added(found, ZERO if dy == ZERO else times(x**y * call("log", x), dy))


def _of_angle(y: Tree, x: Tree, dy: Tree, dx: Tree) -> Tree:
    return over(added(times(x, dy), minus(times(y, dx))), x**2 + y**2)


_TWO_SIDED: dict[str, Callable[[Tree, Tree, Tree, Tree], Tree]] = {
    "add": lambda _x, _y, dx, dy: added(dx, dy),
    "sub": lambda _x, _y, dx, dy: added(dx, minus(dy)),
    "mul": lambda x, y, dx, dy: added(times(dx, y), times(x, dy)),
    "div": lambda x, y, dx, dy: added(over(dx, y), minus(over(times(x, dy), y**2))),
    "pow": _of_power,
    "max": lambda x, y, dx, dy: call("where", call("ge", x, y), dx, dy),
    "min": lambda x, y, dx, dy: call("where", call("le", x, y), dx, dy),
    "xlogy": lambda x, y, dx, dy: added(times(call("log", y), dx), over(times(x, dy), y)),
    "atan2": _of_angle,
}

_PARAMETRIC: dict[str, Callable[[Tree, Tree], Tree]] = {
    "polygamma": lambda n, x: call("polygamma", n + 1, x),
    "zeta": lambda s, x: -(s * call("zeta", s + 1, x)),
    "gammainc": lambda a, x: x ** (a - 1) * _exp(-x) / call("gamma", a),
    "gammaincc": lambda a, x: -(x ** (a - 1) * _exp(-x) / call("gamma", a)),
    "besselj": lambda n, x: (call("besselj", n - 1, x) - call("besselj", n + 1, x)) / 2,
    "bessely": lambda n, x: (call("bessely", n - 1, x) - call("bessely", n + 1, x)) / 2,
    "besseli": lambda n, x: (call("besseli", n - 1, x) + call("besseli", n + 1, x)) / 2,
    "besselk": lambda n, x: -((call("besselk", n - 1, x) + call("besselk", n + 1, x)) / 2),
    "expint": lambda n, x: -call("expint", n - 1, x),
}
