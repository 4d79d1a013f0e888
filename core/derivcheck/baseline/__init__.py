"""The baseline: known failures, which stay silent until they get worse or are mended."""

from derivcheck.baseline.baseline import Baseline
from derivcheck.baseline.faults import Faults
from derivcheck.baseline.file import check_writable, read_baseline, write_baseline
from derivcheck.baseline.known import Known

__all__ = ["Baseline", "Faults", "Known", "check_writable", "read_baseline", "write_baseline"]
