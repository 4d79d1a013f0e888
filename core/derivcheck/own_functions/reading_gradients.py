"""Declared gradients as they are written, read: expressions over the arguments and the upstream gradient."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from derivcheck.errors import CaseError, MissingValueError
from derivcheck.graph.inlining import detaches, with_held
from derivcheck.language.parse import parse
from derivcheck.model import OwnFunction
from derivcheck.model.expression import TUPLE, Expression, NodeKind
from derivcheck.model.upstream_names import upstream_names


def read_gradients(
    own: OwnFunction, value: Expression | None, args: Collection[str]
) -> tuple[dict[str, Expression], tuple[str, ...]]:
    """Read the gradients that are declared of a function.

    Args:
        own: the function.
        value: its formula; None where there is no text of it, and then it has one output.
        args: its arguments that are tensors.

    Returns:
        The gradient by each argument that has one, and the name that these have for the upstream gradient of each
        output: `g` of a single one; of several `g1`, `g2`, ….

    Raises:
        CaseError: for a gradient by what is no argument, or by one argument twice.
        ParseError: for one that cannot be read.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> own = OwnFunction("f", ("x",), "sign(x)", "f.py:f", gradients=(("x", "grad_output*(abs(x) <= 1)"),))
        >>> found, upstreams = read_gradients(own, parse("sign(x)"), ("x",))
        >>> found["x"].variables, upstreams
        (('g', 'x'), ('g',))
    """
    found: dict[str, Expression] = {}
    root = None if value is None else value.nodes[value.root]
    count = len(root.args) if root is not None and root.kind is NodeKind.CALL and root.name == TUPLE else 1
    taken = {*args, *[name for name, _ in own.constants]}
    meant = upstream_names(count, taken)
    for name, text in own.gradients:
        if name in found:
            raise CaseError(f"two gradients by `{name}` are declared", hint="declare one")
        if name not in args:
            listed = ", ".join(f"`{arg}`" for arg in sorted(args))
            raise CaseError(
                f"a gradient by `{name}` is declared, which is no argument that is a tensor",
                hint=f"there are {listed}" if listed else None,
            )
        found[name] = _read(text, own, args, meant)
    return found, tuple([spellings[0] for spellings in meant])


def _read(text: str, own: OwnFunction, names: Collection[str], meant: Sequence[Sequence[str]]) -> Expression:
    canonical = {spelling: spellings[0] for spellings in meant for spelling in spellings}
    try:
        read = parse(text, frozenset((*names, *canonical)), has_shapes=True, constants=own.constants)
    except MissingValueError as error:
        message = f"{error.message}, and a declared gradient knows no such name"
        raise type(error)(message, text=error.text, span=error.span, hint=_hint(error, names, meant)) from None
    nodes = [
        replace(node, name=canonical[node.name]) if node.kind is NodeKind.VARIABLE and node.name in canonical else node
        for node in read.nodes
    ]
    variables = tuple(dict.fromkeys(canonical.get(name, name) for name in read.variables))
    read = replace(read, nodes=tuple(nodes), variables=variables)
    return with_held(read) if detaches(read) else read


def _hint(error: MissingValueError, names: Collection[str], meant: Sequence[Sequence[str]]) -> str:
    """What the names are; of the upstream gradient alone, where one like it was written."""
    written = error.text[error.span.start : error.span.end] if error.text else ""
    spelled = {spelling for count in (1, 2) for spellings in upstream_names(count, ()) for spelling in spellings}
    listed = ", ".join(f"`{spellings[0]}`" for spellings in meant)
    outputs = "the only output" if len(meant) == 1 else f"each of the {len(meant)} outputs"
    if written.rstrip("0123456789") in {spelling.rstrip("12") for spelling in spelled}:
        return f"the upstream gradient of {outputs} is called {listed}"
    known = ", ".join(f"`{name}`" for name in sorted(names))
    return f"it has the arguments, {known}, and the upstream gradient, {listed}; name other parts: y = exp(x); g*y"
