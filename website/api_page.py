"""The page of the Python API: what `import derivcheck` gives, in an order in which one can read it."""

from __future__ import annotations

import derivcheck

PLACE = "api.md"

FIRST = ("check", "check_function", "OwnCode", "assert_derivatives", "explain", "hunt", "gradcheck", "gradgradcheck")
"""What one calls; the classes of the answers follow."""

_HEAD = """# Python

```python
import derivcheck
```

Importing derivcheck loads neither torch nor SymPy; the first check does. Everything else in the package is not public:
it may change without notice. What a status means is [told here](verdicts.md#the-statuses), and
[the tutorial](tutorial.md) uses most of this page.

"""


def api_page() -> str:
    """The Markdown of the page, which mkdocstrings fills from the docstrings."""
    others = [name for name in derivcheck.__all__ if name not in FIRST]
    return _HEAD + "".join(f"::: derivcheck.{name}\n\n" for name in (*FIRST, *others))
