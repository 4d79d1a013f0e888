"""`derivcheck devices`: where torch can compute here."""

from __future__ import annotations

from derivcheck_cli.alignment import align
from derivcheck_cli.boundary import boundary
from derivcheck_cli.options import ColorOption
from derivcheck_cli.screen import Screen

EXAMPLES = """\b
Example:
  derivcheck devices
"""


def devices(color: ColorOption = None) -> None:
    """List the devices of this machine and their formats."""
    screen = Screen(color=color)
    with boundary(screen):
        # It loads torch, for which --help must not wait.
        from derivcheck.autograd.devices import available

        rows = [(info.name, info.description, ", ".join(map(str, info.dtypes))) for info in available()]
        for line in align([("device", "what it is", "dtypes"), *rows]):
            screen.line(line)
