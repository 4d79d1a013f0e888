"""What a process costs: a single check, `--help`, and the first check in forward mode."""

from __future__ import annotations

import statistics

from aims import Aim, Table, process_seconds

FACTORS = "*".join(f"(x/{index} + 1)" for index in range(1, 1001))
SINES = "+".join(f"sin({index}*x)" for index in range(1, 5001))
"""Expressions whose derivatives are far too long to be shown, so that no time may go into the form that is."""

_OURS = ("-m", "derivcheck_cli")
PLAIN = (*_OURS, "x**2+2*x+1", "--at", "x=2")
IMPORTS = ("-c", "import torch, sympy")

COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Aim | None]] = {
    "derivcheck 'x**2+2*x+1' --at x=2  :  import torch, sympy": (PLAIN, IMPORTS, Aim(0.8)),
    "derivcheck --help  :  import torch, sympy": ((*_OURS, "--help"), IMPORTS, Aim(0.1)),
    "the first check in forward mode  :  in reverse mode": ((*PLAIN, "--mode", "forward"), PLAIN, Aim(1.5)),
    "1,000 factors (x/k + 1) at 0.3  :  import torch, sympy": ((*_OURS, FACTORS, "--at", "x=0.3"), IMPORTS, None),
    "1,000 factors (x/k + 1) at 1  :  import torch, sympy": ((*_OURS, FACTORS, "--at", "x=1"), IMPORTS, None),
    "5,000 sines sin(k*x) at 0.3  :  import torch, sympy": ((*_OURS, SINES, "--at", "x=0.3"), IMPORTS, None),
    "5,000 sines sin(k*x) at 1  :  import torch, sympy": ((*_OURS, SINES, "--at", "x=1"), IMPORTS, None),
}
"""What is measured: the command of ours, the other one, and what their ratio is to be."""


def measure_starts(table: Table, repeats: int) -> None:
    """The processor's seconds of each command and of the other one, in turns; the medians, and that of the ratios.

    Args:
        table: where the rows are printed.
        repeats: how often each command is run.
    """
    for what, (ours, other, aim) in COMMANDS.items():
        process_seconds(*ours)
        process_seconds(*other)
        taken = [(process_seconds(*ours)[0], process_seconds(*other)[0]) for _ in range(repeats)]
        one, two = (statistics.median(side) for side in zip(*taken, strict=True))
        ratio = statistics.median(first / second for first, second in taken)
        table.row(what, f"{one:.2f} s", f"{two:.2f} s", ratio, aim)
