"""How a Python is started that imports nothing from the working directory.

`python -c` and `python -m` look for modules in the working directory first: a `torch.py` or `signal.py` of a hostile
checkout would run.
"""

from __future__ import annotations

import os

FLAG = "-P"
"""The flag of Python that keeps the working directory out of `sys.path`."""

VARIABLE = "PYTHONSAFEPATH"
"""The variable of the environment that says the same to every Python that is started below this process."""


def use_for_descendants() -> None:
    """Let no Python that is started from here on, by whomever, import from the working directory."""
    os.environ[VARIABLE] = "1"
