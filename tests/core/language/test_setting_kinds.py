"""What settings may be."""

from __future__ import annotations

import pytest
from parsing import error_of, underlined

from derivcheck.language.keywords import names_of
from derivcheck.language.parse import parse
from derivcheck.language.setting_kinds import KINDS, unfit_phrase
from derivcheck.language.table import SHAPED_FUNCTIONS, Function, Sort


@pytest.mark.parametrize("row", SHAPED_FUNCTIONS, ids=lambda row: row.name)
def test_every_setting_has_a_kind_and_a_default_of_it(row: Function) -> None:
    """Found by its name, which means the same in every function."""
    defaults = {option.name: option.default for option in row.options}
    for name in row.settings:
        if row.sort_of(names_of(row).index(name)) is Sort.INTEGER:
            continue
        assert name in KINDS
        if name in defaults:
            assert unfit_phrase(name, defaults[name], defaults[name]) is None


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("sum(x, keepdim=3)", "`keepdim` of `sum` must be True or False", "3"),
        ("sum(x, dim=1.5)", "`dim` of `sum` must be an integer or a tuple of integers, or None", "1.5"),
        ("sum(x, dim=True)", "`dim` of `sum` must be an integer or a tuple of integers, or None", "True"),
        ("softmax(x, 'a')", "`dim` of `softmax` must be an integer or a tuple of integers, or None", "'a'"),
        ("x.topk(None)", "`k` of `topk` must be an integer", "None"),
        ("norm(x, (1, 2))", "`p` of `norm` must be a number, inf or a word in quotes", "(1, 2)"),
        ("mse_loss(x, y, reduction=1)", "`reduction` of `mse_loss` must be a word in quotes", "1"),
        ("einsum(1, x)", "`equation` of `einsum` must be a word in quotes", "1"),
        ("var(x, correction=None)", "`correction` of `var` must be a number", "None"),
    ],
)
def test_a_setting_of_another_kind_is_an_error(text: str, message: str, at: str) -> None:
    """With what it must be, and the signature."""
    error = error_of(text)

    assert message == error.message
    assert at == underlined(error)
    assert error.hint is not None


def test_torchs_older_signature_of_a_variance() -> None:
    """`x.var(0, False)` is without a correction."""
    assert parse("x.var(0, False)") == parse("var(x, 0, correction=0)")
