"""The dispatch mode from which those of rounding are made."""

from __future__ import annotations

import subprocess
import sys

_WATCHED = """
import sys, torch
from derivcheck.rounding.watching import Watching

class Counting(Watching):
    count = 0
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += 1
        return func(*args, **(kwargs or {}))

with Counting() as counting:
    torch.ones(3).exp()
print(counting.count, "torch._dynamo" in sys.modules)
"""


def test_watching_does_not_import_the_compiler() -> None:
    """Both operations of torch.ones(3).exp() are seen, and torch._dynamo, which takes a second, stays away."""
    run = subprocess.run([sys.executable, "-c", _WATCHED], capture_output=True, text=True, check=True)
    assert ["2", "False"] == run.stdout.split()
