"""The baseline: known failures, which stay silent until they get worse or are mended."""

from derivcheck.reporting.baseline.baseline import Baseline
from derivcheck.reporting.baseline.faults import Faults
from derivcheck.reporting.baseline.file import check_writable, read_baseline, write_baseline
from derivcheck.reporting.baseline.known import KnownFailure

__all__ = ["Baseline", "Faults", "KnownFailure", "check_writable", "read_baseline", "write_baseline"]
