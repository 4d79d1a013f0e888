"""Operations element by element."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import Tensor

from derivcheck.elements.known_conditions import known_condition
from derivcheck.elements.node_arrays import Nodes
from derivcheck.tracing.operation import IGNORED, Handler, Operation


def _in_order(name: str) -> Handler:
    """The function of the table of that name, on the operation's arguments in order."""

    def run(op: Operation) -> Any:
        return op.call(name, *[op.as_nodes(value) for key, value in op.arguments.items() if key not in IGNORED])

    return run


_SAME = frozenset(  # one name a line would be a page
    """
    neg exp log log1p expm1 log2 log10 exp2 sqrt rsqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh
    atanh abs sign floor ceil trunc frac sigmoid erf erfc erfinv lgamma digamma square reciprocal relu
    silu mish hardsigmoid hardswish sinc deg2rad rad2deg positive i0 selu relu6 sgn maximum minimum fmax fmin
    atan2 hypot copysign fmod remainder logaddexp logaddexp2 xlogy heaviside lerp addcmul_ addcdiv_ leaky_relu
    hardtanh hardshrink softshrink threshold polygamma mvlgamma igamma igammac
    """.split()  # noqa: SIM905
)
"""Operations that are the function of the table of their own name, with the arguments in its order."""

_NAMED = {
    "special_i0e": "i0e",
    "special_i1": "i1",
    "special_i1e": "i1e",
    "special_entr": "entr",
    "special_erfcx": "erfcx",
    "special_ndtri": "ndtri",
    "special_log_ndtr": "log_ndtr",
    "special_xlog1py": "xlog1py",
    "special_zeta": "zeta",
    "igamma": "gammainc",
    "igammac": "gammaincc",
}
"""Operations that have another name in the table."""

_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")


def _scaled_sum(sign: str) -> Handler:
    return lambda op: (
        op.call({"+": "add", "-": "sub"}[sign], op.nodes("self"), op.nodes("other"))
        if op["alpha"] in {None, 1}
        else op.formula(f"x {sign} alpha*y", x=op.nodes("self"), y=op.nodes("other"), alpha=op["alpha"])
    )


def _divide(op: Operation) -> Nodes:
    mode = op["rounding_mode"]
    found: Nodes = op.call("div", op.nodes("self"), op.nodes("other"))
    if mode is not None:
        found = op.call(mode, found)
    return found


def _clamp(op: Operation) -> Nodes:
    found = op.nodes("self")
    for key, name in (("min", "Max"), ("max", "Min")):
        bound = op.maybe(key)
        if bound is not None:
            found = op.call(name, found, bound)
    return found


def _compare(name: str) -> Handler:
    def run(op: Operation) -> Nodes | None:
        other = op["other"]
        if isinstance(other, float) and not math.isfinite(other):
            return None  # what comes out is known: the numbers of the run are finite
        x, y = op.run.make.broadcast(op.nodes("self"), op.nodes("other"))
        found: Nodes = op.call(name, x, y)
        if name in {"eq", "ne"} and (x == y).any():  # `x != x` asks for nan, whatever x is
            is_nan = np.broadcast_to(np.isnan(_as_floats(op["self"])), x.shape)
            known = [op.run.nodes.condition(known=(name == "ne") is there) for there in (False, True)]
            found = np.where(x == y, np.where(is_nan, known[1], known[0]), found)
        return found

    return run


def _as_floats(value: Any) -> Any:
    return torch.as_tensor(value).detach().double().cpu().numpy()


def _choose(op: Operation) -> Nodes:
    return _chosen(op, "condition", op.nodes("self"), op.nodes("other"))


def _fill_masked(op: Operation) -> Nodes:
    return _chosen(op, "mask", op.nodes("value"), op.nodes("self"))


def _chosen(op: Operation, name: str, first: Nodes, second: Nodes) -> Nodes:
    """A choice by a condition, which is made at once where it is known, or where one of the two is infinite."""
    mask = torch.as_tensor(op[name])
    conditions, holds, first, second = op.run.make.broadcast(
        op.condition(name), mask.detach().cpu().numpy().astype(np.int64), first, second
    )
    op.run.make.need(conditions.size)
    graph = op.run.make.graph
    found = []
    for at, here, x, y in zip(*[one.ravel().tolist() for one in (conditions, holds, first, second)], strict=True):
        known = known_condition(graph, at)
        if known is None and min(x, y) < 0:
            op.run.note("which numbers a mask of the inputs hides by an infinite one")
            known = bool(here)
        found.append(graph.call("where", (at, x, y)) if known is None and x != y else x if known or x == y else y)
    return np.array(found, dtype=np.int64).reshape(conditions.shape)


def _of_bits(name: str, *keys: str) -> Handler:
    """An operation on bits: of conditions what it is called, of integers a constant of the run."""

    def run(op: Operation) -> Nodes | None:
        if any(isinstance(op[key], Tensor) and op[key].dtype is not torch.bool for key in keys):
            op.run.note(f"integers of the run (`{op.func.name()}`)")
            return None
        found: Nodes = op.call(name, *[op.condition(key) for key in keys])
        return found

    return run


def _rounded(op: Operation) -> Nodes:
    """round, to so many decimals."""
    decimals = op["decimals"] or 0
    found: Nodes = op.call("round", op.nodes("self"))
    if not decimals:
        return found
    scale = op.run.make.number(Fraction(10) ** decimals)
    whole: Nodes = op.call("round", op.call("mul", op.nodes("self"), scale))
    return op.run.make.call("div", whole, scale)


def _without_nan(op: Operation) -> Nodes:
    """nan_to_num: other numbers for what is nan or infinite in the run."""
    x, limits = op["self"].detach(), torch.finfo(op["self"].dtype)
    nan, most, least = (
        op.as_nodes(float(number) if op[key] is None else op[key])
        for key, number in (("nan", 0), ("posinf", limits.max), ("neginf", limits.min))
    )
    found = op.nodes("self")
    for is_there, number in ((torch.isnan(x), nan), (torch.isposinf(x), most), (torch.isneginf(x), least)):
        found = np.where(is_there.cpu().numpy(), number, found)
    return found


def _next_number(op: Operation) -> Callable[[Any], Nodes]:
    """nextafter: a number and a constant of the run, the way to the next one of the format."""
    x = op.nodes("self")

    def read(result: Any) -> Nodes:
        op.run.note("the way to the next number of the format (`aten::nextafter`)")
        ways = (result.double() - op["self"].double()).reshape(-1).tolist()
        steps = np.array([int(op.run.calls.number(way)) for way in ways], dtype=np.int64).reshape(tuple(result.shape))
        found: Nodes = op.call("add", x, steps)
        return found

    return read


def _split_in_powers(op: Operation) -> Callable[[Any], Any]:
    """frexp: a number over a power of 2, whose exponent is a constant of the run."""

    def read(result: Any) -> tuple[Nodes, None]:
        op.run.note("the exponents of `aten::frexp`")
        powers = [op.run.calls.number(2.0**exponent) for exponent in result[1].reshape(-1).tolist()]
        x = op.nodes("self")
        return op.call("div", x, np.array(powers, dtype=np.int64).reshape(x.shape)), None

    return read


def _softplus(op: Operation) -> Nodes:
    """softplus; beyond a threshold that is not torch's own, which hides rounding alone, it is meant to be x."""
    x, threshold = op.nodes("self"), op["threshold"]
    found: Nodes = op.call("softplus", x, op["beta"])
    if threshold == _SOFTPLUS_THRESHOLD:
        return found
    return op.formula("where(b*x > t, x, s)", x=x, b=op["beta"], t=threshold, s=found)


_SOFTPLUS_THRESHOLD = 20


OPERATIONS: Mapping[str, Handler] = {
    **{name: _in_order(name) for name in _SAME},
    **{name: _in_order(other) for name, other in _NAMED.items()},
    **{name: _compare(name) for name in _COMPARISONS},
    "add": _scaled_sum("+"),
    "sub": _scaled_sum("-"),
    "rsub": lambda op: op.formula("y - alpha*x", x=op.nodes("self"), y=op.nodes("other"), alpha=op["alpha"] or 1),
    "mul": lambda op: op.call("mul", op.nodes("self"), op.nodes("other")),
    "div": _divide,
    "pow": lambda op: op.call("pow", op.nodes("self"), op.nodes("exponent")),
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": _clamp,
    "where": _choose,
    "masked_fill": _fill_masked,
    "addcmul": lambda op: op.formula(
        "x + v*y*z", x=op.nodes("self"), y=op.nodes("tensor1"), z=op.nodes("tensor2"), v=op["value"]
    ),
    "addcdiv": lambda op: op.formula(
        "x + v*y/z", x=op.nodes("self"), y=op.nodes("tensor1"), z=op.nodes("tensor2"), v=op["value"]
    ),
    "gelu": lambda op: op.call("gelu" if op["approximate"] == "none" else "gelu_tanh", op.nodes("self")),
    "elu": lambda op: op.formula(
        "s*where(x > 0, x, a*expm1(i*x))", x=op.nodes("self"), a=op["alpha"], s=op["scale"], i=op["input_scale"]
    ),
    "_prelu_kernel": lambda op: op.formula("where(x > 0, x, w*x)", x=op.nodes("self"), w=op.nodes("weight")),
    "celu": lambda op: op.call("celu", op.nodes("self"), op["alpha"]),
    "softplus": _softplus,
    "log_sigmoid_forward": lambda op: (op.call("logsigmoid", op.nodes("self")), None),
    "log_sigmoid_backward": lambda op: op.formula("g*sigmoid(-x)", g=op.nodes("grad_output"), x=op.nodes("self")),
    "logit": lambda op: op.call("logit", _bounded(op)),
    "lerp": lambda op: op.call("lerp", op.nodes("self"), op.nodes("end"), op.nodes("weight")),
    "logical_not": lambda op: op.call("not", op.condition("self")),
    "logical_and": lambda op: op.call("and", op.condition("self"), op.condition("other")),
    "logical_or": lambda op: op.call("or", op.condition("self"), op.condition("other")),
    "bitwise_not": _of_bits("not", "self"),
    "bitwise_and": _of_bits("and", "self", "other"),
    "bitwise_or": _of_bits("or", "self", "other"),
    "round": _rounded,
    "nan_to_num": _without_nan,
    "frexp": _split_in_powers,
    "nextafter": _next_number,
    "angle": lambda op: op.formula("where(x < 0, pi, 0)", x=op.nodes("self")),
    "fill": lambda op: np.broadcast_to(op.nodes("value"), tuple(op["self"].shape)),
}


def _bounded(op: Operation) -> Nodes:
    x, eps = op.nodes("self"), op["eps"]
    return x if eps is None else op.formula("Min(Max(x, e), 1 - e)", x=x, e=eps)
