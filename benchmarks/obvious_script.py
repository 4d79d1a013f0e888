"""The script that one would write to check claimed derivatives, which `speed.py` measures derivcheck against.

python benchmarks/obvious_script.py CLAIMS.jsonl
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import sympy
import torch


def agrees(expr: str, at: Mapping[str, str], claims: Mapping[tuple[str, ...], str]) -> bool:
    """sympify, diff, evalf and compare, then lambdify to torch, backward, and compare again: whether both agree."""
    symbols = {name: sympy.Symbol(name) for name in at}
    values = {symbols[name]: sympy.sympify(text).evalf() for name, text in at.items()}
    expression = sympy.sympify(expr, locals=symbols)
    function = sympy.lambdify(list(symbols.values()), expression, modules="torch")
    agree = True
    for wrt, claim in claims.items():
        derivative = sympy.diff(expression, *(symbols[name] for name in wrt)).evalf(subs=values)
        claimed = sympy.sympify(claim, locals=symbols).evalf(subs=values)
        inputs = [torch.tensor(float(value), dtype=torch.float64, requires_grad=True) for value in values.values()]
        result = function(*inputs)
        for name in wrt:
            gradients = torch.autograd.grad(result, inputs, create_graph=True, allow_unused=True)
            found = gradients[list(symbols).index(name)]
            result = torch.zeros(()) if found is None else found
        agree &= abs(float(claimed) - float(derivative)) <= 1e-9 * max(1.0, abs(float(derivative)))
        agree &= abs(float(result.detach()) - float(derivative)) <= 1e-9 * max(1.0, abs(float(derivative)))
    return agree


def main() -> None:
    """Check every claim of a file, one after the other, and say how many agree."""
    torch.set_num_threads(1)
    right = wrong = stopped = 0
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        at = {name: str(value) for name, value in case["at"].items()}
        claims = {tuple(wrt.split(",")): claim for wrt, claim in case["derivative"].items()}
        try:
            agree = agrees(case["expr"], at, claims)
        except Exception:  # whatever stops the script
            stopped += 1
            continue
        right += agree
        wrong += not agree
    print(f"{right} agree, {wrong} do not, {stopped} could not be checked")


if __name__ == "__main__":
    main()
