"""What mkdocstrings is told of our docstrings: their `Example:` is what it knows as `Examples:`."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object

_EXAMPLE = re.compile(r"^(\s*)Example:$", re.MULTILINE)


class Examples(Extension):
    """Renames the section, so that what a docstring runs is shown as code."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Change the docstring of an object that was found."""
        if obj.docstring is not None:
            obj.docstring.value = _EXAMPLE.sub(r"\1Examples:", obj.docstring.value)
