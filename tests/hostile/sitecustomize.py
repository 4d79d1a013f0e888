"""Plants the hostile cases of `hostile_cases` in the workers of a run that has this folder on its PYTHONPATH."""

import sys

if any("forkserver" in argument for argument in sys.orig_argv):
    import hostile_cases

    hostile_cases.plant()
