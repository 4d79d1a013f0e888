"""Operations whose results are constants of the run: places, shapes, random numbers, branches."""

from __future__ import annotations

from collections.abc import Mapping

from derivcheck.tracing.operation import Handler, Operation


def _constant(words: str) -> Handler:
    def run(op: Operation) -> None:
        op.run.note(words.format(op.func.name()))

    return run


def _nothing(_: Operation) -> None:
    """Nothing is recorded: what comes out are no numbers that depend on the inputs, or the same memory as before."""


OPERATIONS: Mapping[str, Handler] = {
    **dict.fromkeys(("argmax", "argmin", "argsort", "nonzero", "bincount", "searchsorted", "bucketize"), _nothing),
    **dict.fromkeys(
        ("zeros_like", "ones_like", "empty_like", "full_like", "new_zeros", "new_ones", "new_empty"), _nothing
    ),
    **dict.fromkeys(
        ("new_full", "new_empty_strided", "empty_strided", "rand_like", "randn_like", "randint_like"), _nothing
    ),
    **dict.fromkeys(
        ("t", "transpose", "squeeze", "unsqueeze", "detach", "isnan", "isinf", "isfinite", "all", "any"), _nothing
    ),
    **dict.fromkeys(
        ("_local_scalar_dense", "item", "equal", "is_nonzero", "allclose"),
        _constant("a branch on a number of the run ({})"),
    ),
    **dict.fromkeys(
        ("bernoulli", "multinomial", "poisson", "normal", "native_dropout"), _constant("random numbers ({})")
    ),
}
