"""Puts this folder and the benchmarks on the path: `results` holds hand-made Results for the tests of both packages."""

import sys
from pathlib import Path

pytest_plugins = ["pytester"]

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
