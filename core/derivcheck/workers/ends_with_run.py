"""Ends the server that forks workers when its run is killed. The server imports this first."""

from __future__ import annotations

import os

from derivcheck.system.orphans import end_with

RUN = "DERIVCHECK_RUN_PROCESS"
"""The variable in which a run tells its server the number of its process: the run may end before the server can ask."""

# The server imports for seconds before it looks by itself whether its run goes on.
end_with(int(os.environ.pop(RUN, os.getppid())))
