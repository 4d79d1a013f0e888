"""All that a worker needs, imported by the server from which workers are forked: a new one is there at once."""

from __future__ import annotations

import warnings

from derivcheck.system.collector import undisturbed

warnings.filterwarnings("ignore", message="Failed to initialize NumPy")  # torch's, where there is no NumPy

with undisturbed():
    # SymPy loads its tensors at the first sum, in a tenth of a second.
    import sympy.tensor.tensor  # noqa: F401
    import torch

    import derivcheck.checking.one_point
    import derivcheck.running.chunk_checking
    import derivcheck.symbolic.derivatives  # noqa: F401


def use_one_thread() -> None:
    """One thread for torch: the workers share the cores, and a sum over several threads has other last bits."""
    torch.set_num_threads(1)
