"""Spoils a formula: one mistake of the kinds that people make."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from fuzzing.trees import Tree, call, num, replaced, subtrees

SWAPPED = {
    "sin": "cos",
    "cos": "sin",
    "sinh": "cosh",
    "cosh": "sinh",
    "exp": "expm1",
    "log": "log1p",
    "tanh": "sigmoid",
    "atan": "tanh",
    "erf": "erfc",
    "erfc": "erf",
    "max": "min",
    "min": "max",
    "floor": "ceil",
    "sign": "abs",
    "add": "sub",
    "sub": "add",
    "mul": "div",
    "div": "mul",
}
"""What one may write for another."""


def mutated(tree: Tree, random: Random) -> Tree:
    """The tree with a mistake, which may happen to make no difference."""
    kind = random.choice(_KINDS)
    return kind(tree, random)


def _at_a_node(change: Callable[[Tree, Random], Tree | None]) -> Callable[[Tree, Random], Tree]:
    """Changes a node that can be changed."""

    def changed(tree: Tree, random: Random) -> Tree:
        nodes = subtrees(tree)
        random.shuffle(nodes)
        for node in nodes:
            new = change(node, random)
            if new is not None:
                return replaced(tree, node, new)
        return tree * 2

    return changed


def _sign(node: Tree, random: Random) -> Tree | None:
    del random
    return node.args[0] if node.op == "neg" else -node if node.op in {"mul", "div", "pow"} else None


def _dropped(node: Tree, random: Random) -> Tree | None:
    return random.choice(node.args) if node.op in {"add", "sub", "mul", "div"} else None


def _branch(node: Tree, random: Random) -> Tree | None:
    if node.op == "where":
        condition, x, y = node.args
        return random.choice((x, y, call("where", condition, y, x)))
    return random.choice((num(1), num(-1), num(0))) if node.op == "sign" else None


def _function(node: Tree, random: Random) -> Tree | None:
    del random
    other = SWAPPED.get(node.op)
    return None if other is None else Tree(other, node.args, node.text)


def _constant(node: Tree, random: Random) -> Tree | None:
    if node.op != "num":
        return None
    return node * num(random.choice(("1.001", "0.999", "2", "0.5", "1.000001")))


def _exponent(node: Tree, random: Random) -> Tree | None:
    return node.args[0] ** (node.args[1] + random.choice((1, -1))) if node.op == "pow" else None


def _factor(tree: Tree, random: Random) -> Tree:
    return tree * num(random.choice(("1.001", "0.999", "2", "0.5", "-1", "1.000001", "1.0000000001", "3")))


def _summand(tree: Tree, random: Random) -> Tree:
    return tree + num(random.choice(("1e-3", "1e-9", "1", "-1", "0.5", "1e-14")))


def _number(tree: Tree, random: Random) -> Tree:
    del tree
    return num(random.choice(("0", "1", "-1", "0.5", "2", "7", "1/3", "1/7", "-2", "0.25")))


_KINDS: tuple[Callable[[Tree, Random], Tree], ...] = (
    _at_a_node(_sign),
    _at_a_node(_dropped),
    _at_a_node(_branch),
    _at_a_node(_branch),
    _at_a_node(_function),
    _at_a_node(_constant),
    _at_a_node(_exponent),
    _factor,
    _factor,
    _summand,
    _number,
)
