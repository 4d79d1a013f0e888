"""All ball kernels for tests, by their names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from derivcheck.balls.kernels.lookup import HOMES

kernels: Any = SimpleNamespace(**{name: found for home in HOMES for name, found in vars(home).items()})
