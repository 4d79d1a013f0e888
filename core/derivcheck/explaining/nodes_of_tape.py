"""The nodes of a taped run, which tells the tape of each torch.autograd.Function that the code applies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from torch.utils._mode_utils import no_dispatch

from derivcheck.elements.node_arrays import NodeArrays
from derivcheck.explaining.leaves_of_views import LeavesOfViews
from derivcheck.explaining.replays import Replay
from derivcheck.explaining.taped_run import StatedNodes
from derivcheck.tracing.nodes_of_run import NodesOfRun
from derivcheck.tracing.spectrum import Precise

Formulas = Mapping[Any, Callable[[NodesOfRun, Sequence[Any]], StatedNodes]]
"""For a torch.autograd.Function, what says of the arguments of a call what it should compute."""


class FunctionTape(Protocol):
    """What is told of the Functions: `taping.Taping` is one."""

    formulas: Formulas

    def settle(self) -> None:
        """Note what autograd says of the tensors that were made last."""

    def replay_of(self, run: Callable[..., Any], tensors: Sequence[Any]) -> Replay:
        """What runs an operation again."""

    def put_function(self, name: str, results: Any, replay: Replay | None) -> None:
        """Put one on the tape, which was recorded."""

    def put_stated(
        self, name: str, results: Any, replay: Replay, arguments: Sequence[Any], stated: StatedNodes
    ) -> None:
        """Put one on the tape of which a formula says what it computes."""


class NodesOfTape(NodesOfRun):
    """The nodes of the run, which tells the tape of Functions."""

    def __init__(self, make: NodeArrays, precise: Precise | None, tape: FunctionTape, nodes: LeavesOfViews) -> None:
        super().__init__(make, precise)
        self.nodes = nodes
        self._tape = tape
        self._copies: Replay | None = None

    @contextmanager
    def function(self, arguments: Sequence[object], function: Any) -> Iterator[None]:
        """As before; what it was given is copied, for it may write into it.

        A forward pass of which a formula is given runs unseen.
        """
        if self.is_in_function or self.below:
            with super().function(arguments, function):
                yield
            return
        self._tape.settle()
        self._copies = self._tape.replay_of(function.apply, arguments)
        if function in self._tape.formulas:
            self.below += 1
            try:
                with no_dispatch():
                    yield
            finally:
                self.below -= 1
        else:
            with super().function(arguments, function):
                yield

    def applied(self, function: Any, arguments: Sequence[Any], result: Any) -> None:
        """Put a Function that the code itself applied on the tape."""
        if self.is_in_function or self.below or self._copies is None:
            return
        formula = self._tape.formulas.get(function)
        if formula is None:
            self._tape.put_function(function.__name__, result, self._copies)
        else:
            with no_dispatch():
                self._tape.put_stated(function.__name__, result, self._copies, arguments, formula(self, arguments))
        self.follow(result)
