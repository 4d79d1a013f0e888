"""Case files: TOML, JSON Lines, CSV and text, read as a stream of cases in which a broken one is a value."""

from derivcheck.case_files.names import Names
from derivcheck.case_files.sources import FORMATS, STDIN, STDIN_LABEL, SUFFIXES, count_cases, expand, read_cases
from derivcheck.case_files.unreadable import Unreadable

__all__ = ["FORMATS", "STDIN", "STDIN_LABEL", "SUFFIXES", "Names", "Unreadable", "count_cases", "expand", "read_cases"]
