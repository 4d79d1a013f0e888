"""Imported first by the server that forks workers: a run that is killed meanwhile takes it along."""

from __future__ import annotations

import os

from derivcheck.system.orphans import end_with

RUN = "DERIVCHECK_RUN_PROCESS"
"""The variable in which a run tells its server who it is: it may be gone before the server can ask."""

# It imports for seconds before it looks whether anybody is still there.
end_with(int(os.environ.pop(RUN, os.getppid())))
