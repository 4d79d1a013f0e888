"""`derivcheck devices`: where torch can compute here."""

from __future__ import annotations

from derivcheck_cli.boundary import boundary
from derivcheck_cli.columns import aligned
from derivcheck_cli.options import NoColorOption, make_screen

EXAMPLES = """\b
Example:
  derivcheck devices
"""


def devices(no_color: NoColorOption = False) -> None:
    """List the devices of this machine and their formats."""
    screen = make_screen(no_color=no_color)
    with boundary(screen):
        from derivcheck.devices import available

        rows = [(info.name, info.description, ", ".join(map(str, info.dtypes))) for info in available()]
        for line in aligned([("device", "what it is", "dtypes"), *rows]):
            screen.line(line)
