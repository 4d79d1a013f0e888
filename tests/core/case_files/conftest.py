"""What the tests of case files share: a file to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_reading import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path."""

    def write_file(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write_file
