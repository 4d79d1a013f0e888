"""Text case files: `EXPR @ x=2, y=3`, one a line, with `#` comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import BinaryIO

from derivcheck.case_files.fields import Base, read_case
from derivcheck.case_files.lines import read_lines
from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import Location
from derivcheck.model import Case

_POINT = re.compile(r"@(?=\s*(?:@|[^\W\d]\w*\s*=(?!=)))")
"""The sign before a point. An assignment, or a file of points, stands behind it; behind that of a product, a factor."""


def read(stream: BinaryIO, file: str, base: Base = MappingProxyType({})) -> Iterator[Case | Unreadable]:
    """Read the cases of a text file, one a line; `#` does not occur in an expression."""
    for line in read_lines(stream, file):
        if isinstance(line, Unreadable):
            yield line
            continue
        number, text = line
        case = text.partition("#")[0]
        sign = _POINT.search(case)
        expr, at = (case[: sign.start()], case[sign.end() :]) if sign else case.partition("@")[::2]
        if expr.strip() or at.strip():
            yield read_case({"expr": expr.strip(), "at": at.strip()}, Location(file, number), base=base)
