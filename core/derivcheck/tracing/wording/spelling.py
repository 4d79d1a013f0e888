"""How calls of torch are spelled in the expression language, where that is not the call itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from derivcheck.tracing.wording.called import Called, NotWritten, number_text

Spelling = Callable[[Called], Iterator[str]]
"""The texts that a call may have, the best one first; the first that gives the same numbers is taken."""


def _infix(symbol: str, *, turned: bool = False) -> Spelling:
    def spell(call: Called) -> Iterator[str]:
        first, second = (call[1], call[0]) if turned else (call[0], call[1])
        alpha = call.kwargs.get("alpha", 1)
        mode = call.kwargs.get("rounding_mode")
        if mode is not None:
            yield f"{ {'floor': 'floor', 'trunc': 'trunc'}[mode] }({first}/{second})"
        elif alpha != 1:
            yield f"{first} {symbol} {number_text(alpha)}*{second}"
        else:
            yield f"{first} {symbol} {second}"

    return spell


def _written(text: str) -> Spelling:
    """A text with `{0}` for the first argument."""

    def spell(call: Called) -> Iterator[str]:
        yield text.format(*[call[place] for place in range(len(call.args))])

    return spell


def _scaled(text: str, scaled: str) -> Spelling:
    """A sum with a product, of torch's addmm and its like, where each may have a factor."""

    def spell(call: Called) -> Iterator[str]:
        beta, alpha = call.kwargs.get("beta", 1), call.kwargs.get("alpha", call.kwargs.get("value", 1))
        form = text if alpha == beta == 1 else scaled
        yield form.format(*[call[place] for place in range(3)], a=number_text(alpha), b=number_text(beta))

    return spell


def _index(call: Called) -> Iterator[str]:
    yield f"{call[0]}[{index_text(call, call.args[1])}]"


def index_text(call: Called, index: Any) -> str:
    """An index as it stands in square brackets."""
    parts = index if isinstance(index, tuple) else (index,)
    return ", ".join([_index_part(call, part) for part in parts])


def _index_part(call: Called, part: Any) -> str:
    if isinstance(part, Tensor) and part.dtype is torch.bool:
        raise NotWritten  # an index by a condition has a shape that depends on the point
    if isinstance(part, list | range):
        return f"[{', '.join([_index_part(call, one) for one in part])}]"
    text = call.text(part)
    return text.strip("()") if isinstance(part, int) else text


def _same(call: Called) -> Iterator[str]:
    """What changes how numbers are stored, and none of them."""
    yield call[0]


def _same_or_itself(call: Called) -> Iterator[str]:
    """What changes nothing but the shape, and here not even that, or else the call itself."""
    yield call[0]
    yield call.call()


def _converted(call: Called) -> Iterator[str]:
    """A copy in another format; of integers and conditions among floats it is another number, which is then checked."""
    yield call[0]
    if isinstance(call.args[0], Tensor) and call.args[0].dtype is torch.bool:
        yield f"where({call[0]}, 1, 0)"


def _masked_fill(call: Called) -> Iterator[str]:
    yield f"where({call[1]}, {call[2]}, {call[0]})"
    yield call.call()


def _attribute(call: Called) -> Iterator[str]:
    name = call.name.split(" ")[-1]
    yield call[0] if name in {"data", "real"} else f"{call[0]}.{name}"


def _power(call: Called) -> Iterator[str]:
    yield f"{call[0]}**{call[1]}"


def _clamp(call: Called) -> Iterator[str]:
    low = call.args[1] if len(call.args) > 1 else call.kwargs.get("min")
    high = call.args[2] if len(call.args) > 2 else call.kwargs.get("max")
    text = call[0]
    if low is not None and high is not None:
        yield f"clamp({text}, {call.text(low)}, {call.text(high)})"
        text = f"Max({text}, {call.text(low)})"
    elif low is not None:
        text = f"Max({text}, {call.text(low)})"
    yield text if high is None else f"Min({text}, {call.text(high)})"


def _larger(name: str) -> Spelling:
    """max and min: of two tensors, or along dims."""

    def spell(call: Called) -> Iterator[str]:
        other = call.args[1] if len(call.args) > 1 else call.kwargs.get("other")
        if isinstance(other, Tensor):
            yield f"{'Max' if name == 'max' else 'Min'}({call[0]}, {call.text(other)})"
        else:
            yield call.call()

    return spell


def _where(call: Called) -> Iterator[str]:
    """torch.where(condition, x, y), and the method x.where(condition, y)."""
    order = (1, 0, 2) if call.is_method else (0, 1, 2)
    yield f"where({', '.join([call[place] for place in order])})"


def _created(call: Called) -> Iterator[str]:
    """What has the shape of an argument and none of its numbers is written where it is used."""
    yield from ()
    raise NotWritten(call.name)


def _copied(call: Called) -> Iterator[str]:
    yield call[1]
    target = call.args[0]
    yield f"({call[1]}).expand({', '.join(map(str, target.shape))})"


def _filled(call: Called) -> Iterator[str]:
    target = call.args[0]
    value = call[1] if len(call.args) > 1 else "0"
    yield f"full(({', '.join(map(str, target.shape))},), {value})" if target.ndim else value


def _linear(call: Called) -> Iterator[str]:
    bias = call.args[2] if len(call.args) > 2 else call.kwargs.get("bias")
    product = f"{call[0]} @ {call[1]}.T"
    yield product if bias is None else f"{product} + {call.text(bias)}"


def _softplus(call: Called) -> Iterator[str]:
    x, beta, threshold = (
        call.args[at] if len(call.args) > at else call.kwargs.get(key, default)
        for at, key, default in ((0, "input", None), (1, "beta", 1), (2, "threshold", 20))
    )
    text = call.text(x) if beta == 1 else f"{call.text(x)}, beta={number_text(beta)}"
    if threshold == 20:
        yield f"softplus({text})"
    else:
        scaled = call.text(x) if beta == 1 else f"{number_text(beta)}*{call.text(x)}"
        yield f"where({scaled} > {number_text(threshold)}, {call.text(x)}, softplus({text}))"


_SAME = """
    clone contiguous detach requires_grad alias positive pos view_as_real resolve_conj resolve_neg cpu cuda retain_grad
    lift_fresh
"""
_SHAPED = "view view_as reshape reshape_as expand expand_as flatten squeeze broadcast_to sum_to_size"
_CONVERTED = "to float double half bfloat16 type type_as long int short"
_CREATED = """
    zeros_like ones_like full_like empty_like new_zeros new_ones new_full new_empty new_tensor rand_like randn_like
    randint_like zeros ones full empty eye arange linspace tensor as_tensor rand randn bernoulli dropout
"""

SPELLINGS: Mapping[str, Spelling] = {
    **dict.fromkeys(("add", "radd"), _infix("+")),
    **dict.fromkeys(("sub", "subtract"), _infix("-")),
    "rsub": _infix("-", turned=True),
    **dict.fromkeys(("mul", "multiply", "rmul"), _infix("*")),
    **dict.fromkeys(("div", "divide", "true_divide", "truediv"), _infix("/")),
    **dict.fromkeys(("rdiv", "rtruediv"), _infix("/", turned=True)),
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot", "inner_product", "vdot"), _infix("@")),
    "rmatmul": _infix("@", turned=True),
    **dict.fromkeys(("lt", "less"), _infix("<")),
    **dict.fromkeys(("le", "less_equal"), _infix("<=")),
    **dict.fromkeys(("gt", "greater"), _infix(">")),
    **dict.fromkeys(("ge", "greater_equal"), _infix(">=")),
    "eq": _infix("=="),
    **dict.fromkeys(("ne", "not_equal"), _infix("!=")),
    **dict.fromkeys(("pow", "float_power"), _power),
    "rpow": _infix("**", turned=True),
    **dict.fromkeys(("neg", "negative"), _written("-{0}")),
    **dict.fromkeys(("abs", "absolute"), _written("abs({0})")),
    "square": _written("{0}**2"),
    "reciprocal": _written("1/{0}"),
    **dict.fromkeys(("and", "logical_and", "bitwise_and"), _written("({0}) & ({1})")),
    **dict.fromkeys(("or", "logical_or", "bitwise_or"), _written("({0}) | ({1})")),
    **dict.fromkeys(("invert", "logical_not", "bitwise_not"), _written("~({0})")),
    **dict.fromkeys(("floordiv", "floor_divide"), _written("floor({0}/{1})")),
    "remainder": _written("{0} % {1}"),
    "mod": _written("{0} % {1}"),
    "bool": _written("({0} != 0)"),
    "getitem": _index,
    "masked_fill": _masked_fill,
    "where": _where,
    **dict.fromkeys(("clamp", "clip"), _clamp),
    "clamp_min": _written("Max({0}, {1})"),
    "clamp_max": _written("Min({0}, {1})"),
    "maximum": _written("Max({0}, {1})"),
    "minimum": _written("Min({0}, {1})"),
    "max": _larger("max"),
    "min": _larger("min"),
    "addmm": _scaled("{0} + {1} @ {2}", "{b}*{0} + {a}*({1} @ {2})"),
    "addmv": _scaled("{0} + {1} @ {2}", "{b}*{0} + {a}*({1} @ {2})"),
    "baddbmm": _scaled("{0} + {1} @ {2}", "{b}*{0} + {a}*({1} @ {2})"),
    "addr": _scaled("{0} + outer({1}, {2})", "{b}*{0} + {a}*outer({1}, {2})"),
    "addcmul": _scaled("{0} + {1}*{2}", "{0} + {a}*{1}*{2}"),
    "addcdiv": _scaled("{0} + {1}/{2}", "{0} + {a}*{1}/{2}"),
    "linear": _linear,
    "copy": _copied,
    "softplus": _softplus,
    **dict.fromkeys(("fill", "zero"), _filled),
    **dict.fromkeys(_SAME.split(), _same),
    **dict.fromkeys(_SHAPED.split(), _same_or_itself),
    **dict.fromkeys(_CONVERTED.split(), _converted),
    **dict.fromkeys(_CREATED.split(), _created),
}
"""By the name of the function; of others the call itself is the text."""


def spellings(call: Called) -> Iterator[str]:
    """The texts that a call may have."""
    if " " in call.name:
        yield from _attribute(call)
        return
    spelling = SPELLINGS.get(call.name)
    if spelling is not None:
        yield from spelling(call)
        return
    yield call.call()
    if call.is_method:  # `x.norm()` as `norm(x)`
        yield f"{call.name}({', '.join(map(call.text, call.args))})"


def shortened(call: Called) -> Iterator[str]:
    """A call without its last arguments, which may say nothing about numbers: `inplace`, the threshold of softplus."""
    if call.name in SPELLINGS or " " in call.name:
        return
    for count in range(len(call.args) - 1, 0, -1):
        if isinstance(call.args[count], Tensor):
            return
        yield replace(call, args=call.args[:count], kwargs={}).call()
