"""Builds the site once, for all tests that look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

SETTINGS = {
    "NO_MKDOCS_2_WARNING": "1",
    "DERIVCHECK_SITE_OPERATIONS": "12",  # of several hundred, which tests/atlas looks at
}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site: a dead link, or a page outside of the navigation, is an error here."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as environment:  # the other tests of this process are run without these
        for name, value in SETTINGS.items():
            environment.setenv(name, value)
        # They are only needed here, and take a second to load.
        from mkdocs.commands.build import build
        from mkdocs.config import load_config

        build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), site_url=""))
    return folder
