"""Processes that end with the one that started them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")

PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
child.stdout.readline()
print(child.pid, flush=True)
os._exit(0)
"""
CHILD = """
import os, sys, time
from derivcheck.system.orphans import end_with, outlive_parent
end_with(os.getppid())
{then}
print(flush=True)
time.sleep(30)
"""


def is_there(pid: int) -> bool:
    """Whether the process still runs two seconds later; one that nobody waited for runs no longer."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize(("then", "stays"), [("", False), ("outlive_parent()", True)])
def test_a_child_ends_with_its_parent_unless_that_is_taken_back(then: str, stays: bool, tmp_path: Path) -> None:
    """The parent ends by `os._exit`, after which it can tell nobody anything."""
    program = PARENT.format(child=CHILD.format(then=then))
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    pid = int(done.stdout)
    try:
        assert stays == is_there(pid)
    finally:
        if psutil.pid_exists(pid):
            psutil.Process(pid).kill()


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    """Between the start of a process and its first line, its parent may be killed."""
    program = "from derivcheck.system.orphans import end_with; end_with(1); print('goes on')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (1, "") == (done.returncode, done.stdout)
