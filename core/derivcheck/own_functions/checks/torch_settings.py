"""Settings of torch that everyone in the process shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

SETTINGS: Mapping[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "the default dtype": (torch.get_default_dtype, torch.set_default_dtype),
    "whether gradients are recorded": (torch.is_grad_enabled, torch.set_grad_enabled),
    "whether anomalies are looked for": (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    "how many threads torch has": (torch.get_num_threads, torch.set_num_threads),
    "whether algorithms have to be deterministic": (
        torch.are_deterministic_algorithms_enabled,
        torch.use_deterministic_algorithms,
    ),
}
"""Each setting's name, how it is read, and how it is set."""


def read_settings() -> dict[str, Any]:
    """Each setting as it is."""
    return {name: read() for name, (read, _) in SETTINGS.items()}


def restore_settings(before: Mapping[str, Any]) -> None:
    """Set those that have changed back to what they were.

    To set one as it was costs a second: torch.use_deterministic_algorithms imports torch._inductor.
    """
    for name, (read, write) in SETTINGS.items():
        if read() != before[name]:
            write(before[name])
