"""The fork server of a run: what it imports, and its start."""

from __future__ import annotations

from typing import Any

from derivcheck.workers.fork_server import start_server

PRELOADED = ("derivcheck.running.pool.preloaded", "derivcheck.running.pool.worker")
"""All that a worker needs."""


def start() -> Any:
    """Start the server, unless it runs already: it imports for seconds, and had better begin early."""
    return start_server(PRELOADED)
