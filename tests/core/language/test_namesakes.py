"""Functions of other libraries that are not torch's of the same name are no silent misreading."""

from __future__ import annotations

import pytest
from parsing import error_of, underlined

from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        ("1 + np.var(x)", "np.var", "write var(x, correction=0)"),
        ("numpy.std(x, axis=0)", "numpy.std", "write std(x, correction=0)"),
        ("np.split(x, 3)[0]", "np.split", "write chunk(x, 3), or split(x, 2) with the size of a part"),
        ("jnp.repeat(x, 2)", "jnp.repeat", "write repeat_interleave(x, 2)"),
        ("np.median(x)", "np.median", "write quantile(x, 0.5)"),
        ("np.linalg.norm(A, 2)", "np.linalg.norm", "write vector_norm(x, ord=1) or matrix_norm(A, ord=1)"),
        (
            "torch.linalg.norm(A @ (B + C), ord=1)",
            "torch.linalg.norm",
            "write vector_norm(x, ord=1) or matrix_norm(A, ord=1)",
        ),
    ],
)
def test_a_function_that_is_another_one_in_torch(text: str, marked: str, hint: str) -> None:
    """NumPy's variance divides by n, torch's by n - 1: the error says what to write."""
    error = error_of(text)
    assert (marked, hint) == (underlined(error), error.hint)


@pytest.mark.parametrize(
    "text",
    [
        "np.var(x, ddof=1)",
        "np.var(sum(x, axis=0), ddof=0)",
        "torch.var(x)",
        "torch.split(x, 3)",
        "np.linalg.norm(x)",
        "torch.linalg.norm(x, dim=0, keepdim=True)",
        "np.linalg.norm(A @ (B + C))",
        "np.mean(x)",
    ],
)
def test_what_is_the_same_is_read(text: str) -> None:
    """Where it is torch's function, or an argument says which variance is meant."""
    assert parse(text, ["x", "A", "B", "C"]).nodes
