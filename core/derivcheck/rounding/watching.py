"""Watching: a dispatch mode that looks at every operation torch runs under it, as those of this room do."""

from __future__ import annotations

from torch.utils._python_dispatch import TorchDispatchMode


class Watching(TorchDispatchMode):
    """A dispatch mode that costs no import beyond torch's own."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch's own hook: otherwise the first dispatch imports all of torch._dynamo, which takes a second."""
        return False
