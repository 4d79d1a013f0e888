"""Operations whose results are constants of the run: places and shapes."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.errors import UnsupportedError
from derivcheck.tracing.operation import Handler, Operation


def _nothing(_: Operation) -> None:
    """Nothing is recorded: what comes out are no numbers that depend on the inputs, or the same memory as before."""


def _places(op: Operation) -> None:
    """Integers that depend on the inputs, such as the place of the largest."""
    op.run.note(f"the places that `{op.func.name()}` finds")


_NOTHING = frozenset(  # one name a line would be a page
    """
    zeros_like ones_like empty_like full_like new_zeros new_ones new_empty new_full new_empty_strided empty_strided
    t transpose squeeze unsqueeze swapaxes swapdims detach set isnan isinf isfinite isposinf isneginf signbit
    """.split()  # noqa: SIM905
)

_PLACES = frozenset(
    "argmax argmin argsort nonzero nonzero_static bincount searchsorted bucketize histc count_nonzero".split()  # noqa: SIM905
)


def _resized(op: Operation) -> None:
    """Memory of another size, which holds no numbers yet."""
    if op["self"] in op.run.nodes:
        raise UnsupportedError(f"the operation `{op.func.name()}` resizes a tensor with numbers of the run")


OPERATIONS: Mapping[str, Handler] = {
    **dict.fromkeys(_NOTHING, _nothing),
    **dict.fromkeys(_PLACES, _places),
    **dict.fromkeys(("resize", "resize_as"), _resized),
}
