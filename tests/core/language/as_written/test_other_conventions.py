"""Texts that another language, a spreadsheet or a bad copy gives another value are refused with both readings."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("text", "names", "hints"),
    [
        ("lim x→0 sin(x)/x", "x", ["whose limit"]),
        ("x → 0", "x", ["whose limit"]),
        ("x^{(2)} + 2x", "x", ["^2", "x_2"]),
        ("=-A1^2", "A1", ["(-A1)^", "-(A1^"]),
        ("=EXP(-x^2)", "x", ["(-x)^", "-(x^"]),
        ("=2^x^2", "x", ["(2^x)^", "2^(x^"]),
        ("=ATAN2(x, 2)", "x", ["atan2(y, x)"]),
        ("ln (x+1)²", "x", ["ln((…)**2)", "ln(…)**2"]),
        ("=LOG(x)", "x", ["log10", "log("]),
        ("x.^2.^3", "x", ["(x^2)^", "x^(2^"]),
        ("2.^-x.^2", "x", ["(2^-x)^", "2^(-x^"]),
        ("x²^3", "x", ["(x^2)^", "x^(2^"]),
        ("sin^22x", "x", ["sin(x)^22", "sin(2x)^2"]),
        ("std::pow(x, 1/3)", "x", ["1.0/3", "`0`"]),
        ("Math.exp(x) + 3/2*2.0f", "x", ["3.0/2", "`1`"]),
        ("2x % 3", "x", ["remainder(x, y)", "fmod(x, y)"]),
        ("std::exp(x) % 2", "x", ["remainder(x, y)", "fmod(x, y)"]),
        ("2x // 3", "x", ["floor(x/y)", "x/y"]),
        ("ln x + log x", "x", ["log10", "ln"]),
        ("2e-x", "x", ["e^(-x)", "e - x"]),
        ("e−x²", "x", ["e^(-x", "e - x"]),
        ("[x y]", "x y", ["[x, y]", "(x*y)"]),
        ("[2x -y]", "x y", ["-y]", "x -y"]),
        ("d/dx x^2 + x", "x", ["d/dx (x^2 + x)", "d/dx x^2"]),
        ("d/dx (x^2) + x", "x", ["d/dx ((x^2) + x)"]),
        ("d/dx (x^2) x", "x", ["d/dx ((x^2) x)"]),
        ("PV = nRT", "P V n R T", ["equation"]),
        ("σ = 2x²", "x sigma", ["equation"]),
    ],
)
def test_what_another_language_reads_otherwise(text: str, names: str, hints: list[str]) -> None:
    """The error shows what to write for each reading."""
    with pytest.raises(ParseError) as caught:
        parse(text, names.split())
    assert all(hint in str(caught.value) for hint in hints), str(caught.value)


@pytest.mark.parametrize(
    ("text", "names", "plain"),
    [
        ("x -> 2x", "x", "2*x"),
        ("x → x²", "x", "x**2"),
        ("=2*A1^2", "A1", "2*A1**2"),
        ("=SQRT(x)-x^2", "x", "sqrt(x) - x**2"),
        ("e^-x²", "x", "E**-x**2"),
        ("exp(-x.^2)", "x", "exp(-x**2)"),
        ("sin^2 3x", "x", "sin(3*x)**2"),
        ("std::pow(x, 1.0/3)", "x", "x**(1.0/3)"),
        ("lambda x: 2x % 3", "x", "2*x % 3"),
        ("e^x - x e", "x", "E**x - x*e"),
        ("2 [x + 1]y", "x y", "2*(x + 1)*y"),
        ("d/dx (x+1)^2", "x", "(x + 1)**2"),
        ("d/dx -x² sin x", "x", "-x**2*sin(x)"),
        ("ln(x+1)²", "x", "log(x + 1)**2"),
        ("F = kx", "k x", "k*x"),
    ],
)
def test_what_has_one_reading(text: str, names: str, plain: str) -> None:
    """What is near these texts is read."""
    read = parse(text, names.split())
    assert read.as_read is not None
    assert parse(plain, names.split()) == read
