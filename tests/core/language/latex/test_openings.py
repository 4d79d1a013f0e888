"""How a formula in LaTeX may begin."""

from __future__ import annotations

import pytest

from derivcheck.language.latex.read_latex import read_latex


@pytest.mark.parametrize(
    ("latex", "names", "read"),
    [
        (r"f(x) = 2x", ["x"], "f(x) = 2*x"),
        (r"y = x^2", ["x"], "y = x^2"),
        (r"f'(x) = 2x", ["x"], "f'(x) = 2*x"),
        (r"f^{\prime}(x) = 2x", ["x"], "f'(x) = 2*x"),
        (r"f(x, \theta_0) = x\theta_0", ["x", "theta_0"], "f(x, theta_0) = x*theta_0"),
        (r"\frac{d}{dx} x^2", ["x"], "d/dx x^2"),
        (r"\frac{dy}{dx} = 2x", ["x"], "dy/dx = 2*x"),
        (r"\frac{\partial f}{\partial x} = 2x", ["x"], "∂f/∂x = 2*x"),
        (r"\frac{d^2}{dx^2}\left[ x^3 \right]", ["x"], "d^2/dx^2 (x^3)"),
        (r"\frac{\partial^2 f}{\partial x \partial y} = 1", ["x", "y"], "∂^2f/∂x∂y = 1"),
        (r"\frac{d}{dx} + 1", ["x", "d"], "(d/(d*x)) + 1"),
        (r"f(x + 1) + 1", ["x", "f"], "f*(x + 1) + 1"),
    ],
)
def test_openings(latex: str, names: list[str], read: str) -> None:
    """A definition, a derivative that is claimed, one to be taken; a name that has a value is none of them."""
    assert read == read_latex(latex, names).text
