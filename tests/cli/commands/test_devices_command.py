"""`derivcheck devices`."""

from __future__ import annotations

from command_line import run


def test_the_devices_are_listed() -> None:
    """The CPU is always there."""
    assert any(line.split()[0] == "cpu" and "bfloat16" in line for line in run("devices").stdout.splitlines())
