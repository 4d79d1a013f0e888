"""What the tests of recorded runs share: small pieces, and the file of a whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from recorded_runs import CASES, MAX_POINTS, run

from derivcheck.running import chunks
from derivcheck.running.recording.results_file import Existing


@pytest.fixture(scope="module")
def small_pieces() -> Iterator[None]:
    """Pieces of few points, and no wait for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        for most in ("MAX_POINTS", "BLOCK"):
            patch.setattr(chunks, most, MAX_POINTS)
        patch.setattr(os, "fsync", lambda _: None)  # a thousand files need not outlive a power cut
        yield


@pytest.fixture(scope="module")
def whole(small_pieces: None, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a run that nothing interrupted."""
    path = tmp_path_factory.mktemp("whole") / "r.jsonl"
    run(path, CASES, existing=Existing.REFUSE)
    return path.read_bytes()
