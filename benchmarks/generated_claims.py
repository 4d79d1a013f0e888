"""Integral claims from a seed: sums of antiderivatives from a table written by hand, with their integrands.

    python benchmarks/generated_claims.py COUNT [--seed S] > claims.jsonl

They stand in for a table of integrals, so that anyone can run the benchmarks of claims. Neither SymPy nor derivcheck
takes part: an integrand is what the table says.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from random import Random
from typing import Any

ANTIDERIVATIVES = (
    ("sin({u})/d", "cos({u})"),
    ("-cos({u})/d", "sin({u})"),
    ("tan({u})/d - x", "tan({u})**2"),
    ("-log(cos({u}))/d", "tan({u})"),
    ("log(sec({u}) + tan({u}))/d", "sec({u})"),
    ("x/2 - sin(2*({u}))/(4*d)", "sin({u})**2"),
    ("x/2 + sin(2*({u}))/(4*d)", "cos({u})**2"),
    ("cos({u})**3/(3*d) - cos({u})/d", "sin({u})**3"),
    ("-cos({u})**{n1}/({n1}*d)", "cos({u})**{n}*sin({u})"),
    ("sin({u})/d**2 - x*cos({u})/d", "x*sin({u})"),
    ("cos({u})/d**2 + x*sin({u})/d", "x*cos({u})"),
    ("log(a + b*sin({u}))/(b*d)", "cos({u})/(a + b*sin({u}))"),
    ("log(cosh({u}))/d", "tanh({u})"),
    ("tanh({u})/d", "sech({u})**2"),
    ("sinh({u})**{n1}/({n1}*d)", "cosh({u})*sinh({u})**{n}"),
    ("x - log(1 + exp({u}))/d", "1/(1 + exp({u}))"),
    ("log({v})/b", "1/({v})"),
    ("({v})**{n1}/({n1}*b)", "({v})**{n}"),
    ("-1/({n}*b*({v})**{n})", "1/({v})**{n1}"),
    ("2*({v})**(3/2)/(3*b)", "sqrt({v})"),
    ("x/b - a*log({v})/b**2", "x/({v})"),
    ("log(x)/a - log({v})/a", "1/(x*({v}))"),
    ("2*(3*b*x - 2*a)*({v})**(3/2)/(15*b**2)", "x*sqrt({v})"),
    ("({v})*log({v})/b - x", "log({v})"),
    ("x**{n1}*log(x)/{n1} - x**{n1}/{n1}**2", "x**{n}*log(x)"),
    ("log(x)**{n1}/{n1}", "log(x)**{n}/x"),
    ("atan(b*x/a)/(a*b)", "1/({w})"),
    ("log({w})/(2*b**2)", "x/({w})"),
    ("asinh(b*x/a)/b", "1/sqrt({w})"),
    ("x*sqrt({w})/2 + a**2*asinh(b*x/a)/(2*b)", "sqrt({w})"),
    ("x*atan(b*x/a) - a*log({w})/(2*b)", "atan(b*x/a)"),
    ("x*asinh(x/a) - sqrt(a**2 + x**2)", "asinh(x/a)"),
    ("exp(a*x)*(a*cos(b*x) + b*sin(b*x))/(a**2 + b**2)", "exp(a*x)*cos(b*x)"),
    ("exp(a*x)*(a*sin(b*x) - b*cos(b*x))/(a**2 + b**2)", "exp(a*x)*sin(b*x)"),
    ("(x/a - 1/a**2)*exp(a*x)", "x*exp(a*x)"),
    ("(x**2/a - 2*x/a**2 + 2/a**3)*exp(a*x)", "x**2*exp(a*x)"),
    ("sqrt(pi)*erf(sqrt(a)*x)/(2*sqrt(a))", "exp(-a*x**2)"),
    ("x*erf(a*x) + exp(-a**2*x**2)/(a*sqrt(pi))", "erf(a*x)"),
)
"""Antiderivatives by x and their integrands, for positive a, b, c, d and x below 0.85; the braces are named below."""

PARTS = {"u": "c + d*x", "v": "a + b*x", "w": "a**2 + b**2*x**2"}
FACTORS = ("", "2*", "3*", "a*", "b*", "3*a/2*", "c/4*", "5/7*", "(a + b)*", "(c - 2*d)*")
TERMS = (1, 2, 2, 3, 3, 4)
"""How many antiderivatives a claim adds up, each as often as it stands here."""


def claim(random: Random, name: str) -> dict[str, Any]:
    """A case as a line of a JSON Lines file has it, with one true claim."""
    whole, integrand = "", ""
    for index in range(random.choice(TERMS)):
        sign = random.choice((" + ", " - ")) if index else ""
        factor, exponent = random.choice(FACTORS), random.randint(2, 5)
        filled = PARTS | {"n": str(exponent), "n1": str(exponent + 1)}
        one, two = (text.format_map(filled) for text in random.choice(ANTIDERIVATIVES))
        whole += f"{sign}{factor}({one})"
        integrand += f"{sign}{factor}({two})"
    at = {letter: round(random.uniform(0.2, 0.85), 3) for letter in "abcdx"}
    held = {letter: value for letter, value in at.items() if letter in _letters(whole)}
    return {"name": name, "expr": whole, "at": held, "wrt": ["x"], "derivative": {"x": integrand}}


def _letters(text: str) -> set[str]:
    """The variables of an expression, whose names are no part of the functions' names."""
    words = "".join(character if character.isalnum() else " " for character in text).split()
    return {word for word in words if len(word) == 1}


def claims(count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """So many claims; the same seed gives the same ones, and more of them begin like fewer."""
    random = Random(seed)
    for index in range(count):
        yield claim(random, f"generated:{seed}:{index}")


def main() -> None:
    """Write the claims as JSON Lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, help="how many claims")
    parser.add_argument("--seed", type=int, default=0, help="other claims")
    options = parser.parse_args()
    for case in claims(options.count, options.seed):
        print(json.dumps(case))


if __name__ == "__main__":
    main()
