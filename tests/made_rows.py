"""Hand-made rows of the atlas."""

from __future__ import annotations

from atlas_rows import Row


def row(**known: object) -> Row:
    """A row of exp."""
    told: dict[str, object] = {
        "operation": "exp",
        "source": "table",
        "group": "g",
        "format": "float16",
        "derivative": "x",
        "order": 1,
        "device": "cpu",
        "torch": "2.13.0",
        "look": "hunt",
        "points": 5,
        "verdict": "right",
    }
    return Row(**{**told, **known})  # type: ignore[arg-type]
