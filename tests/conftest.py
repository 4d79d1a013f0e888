"""Puts this folder on the path: `results` holds hand-made Results for the tests of both packages."""

pytest_plugins = ["pytester"]
