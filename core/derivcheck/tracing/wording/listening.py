"""Listening: while torch code is recorded, the functions of torch that it calls give each tensor a word.

A function mode of torch sees the calls as the user wrote them, those within a torch.autograd.Function's forward pass
included. Each word is checked where it is made: the expression language makes the same nodes of it that recording made
of the operations below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import _disable_current_modes

from derivcheck.elements.calling import Calling
from derivcheck.elements.node_arrays import Integers, Nodes
from derivcheck.errors import DerivcheckError
from derivcheck.graph.inlining import written_out
from derivcheck.language.parse import parse
from derivcheck.model.expression import Expression
from derivcheck.tracing.nodes_of_run import NodesOfRun
from derivcheck.tracing.wording.called import Called, NotWritten, is_bookkeeping, own_tensor
from derivcheck.tracing.wording.pieces import Piece, Pieces
from derivcheck.tracing.wording.placing import Region, mask_of, masked, region_of, values_in
from derivcheck.tracing.wording.recognizing import recognized
from derivcheck.tracing.wording.spelling import shortened, spellings
from derivcheck.tracing.wording.stored_words import StoredWords, tensors_in
from derivcheck.tracing.wording.word import Word

_MARK = re.compile("⟨([0-9]+)⟩")

_CLOSE = 1e-9
"""Two estimates of one number differ by less."""


class _Operand(NamedTuple):
    """A tensor of the run in a call: its word, and what it is there, before the call writes over it."""

    tensor: Tensor
    word: Word
    value: Nodes | Integers


class _Heard(NamedTuple):
    """A call before it is run.

    Attributes:
        call: the call.
        operands: the tensors of the run in it.
        target: the tensor that it writes into.
        is_known: whether all of these have words.
    """

    call: Called
    operands: list[_Operand]
    target: Tensor | None
    is_known: bool


class Listening(TorchFunctionMode):
    """Gives each tensor of a run a word.

    Args:
        run: the run that is recorded at the same time.

    Attributes:
        words: the words.
        branches: whether the code was told a number of a tensor: on another point it may compute something else.
        unknown: the name of the first function that has no word.
        integers: the inputs that are converted to integers.
    """

    def __init__(self, run: NodesOfRun) -> None:
        super().__init__()
        self.run = run
        self.words = StoredWords()
        self.branches = False
        self.unknown = ""
        self.integers: set[str] = set()
        self._values: dict[Word, Nodes] = {}
        self._pieces: dict[Word, Pieces] = {}
        self._conditions: dict[Word, tuple[str, list[_Operand]]] = {}

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run a function, and give its results words."""
        kwargs = dict(kwargs or {})
        if isinstance(func, OpOverload) or is_bookkeeping(func):
            return func(*args, **kwargs)  # recording calls these
        with _disable_current_modes():  # what is looked up here is no part of the run
            heard = self._hear(func, args, kwargs)
        result = func(*args, **kwargs)
        if heard is not None:
            with _disable_current_modes():
                self._name_results(heard, result)
        return result

    def output(self, tensor: Tensor) -> Word | None:
        """The word of an output; one that does not depend on the inputs is a number, or a list of them."""
        if tensor in self.words or tensor in self.run.nodes:
            found = self._operand(tensor)
            return None if found is None else found.word
        try:
            return Word((own_tensor(tensor, is_wide=tensor.ndim > 0),), is_name=True)
        except NotWritten:
            return None

    def gives(self, text: str, inputs: Mapping[str, Tensor], outputs: Sequence[Tensor]) -> bool:
        """Whether a whole text gives the outputs: the check of what was put together from parts."""
        values = {
            name: self.run.nodes.arrays(one) if one in self.run.nodes else self._constant(one)
            for name, one in inputs.items()
        }
        try:
            expression = written_out(parse(text, frozenset(values), has_shapes=True, strict=True), ())
            found = _Emitting(self.run.make).emit(expression, values)[-1]
        except DerivcheckError:
            return False
        several = found if isinstance(found, tuple) else (found,)
        return len(several) == len(outputs) and all(
            self._same(one, output, exactly=False) for one, output in zip(several, outputs, strict=True)
        )

    # --- before the call -----------------------------------------------------------------------------------------

    def _hear(self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> _Heard | None:
        tensors = list(tensors_in((tuple(args), kwargs)))
        tracked = [one for one in tensors if one in self.words or one in self.run.nodes]
        if not tracked:
            return None
        operands: list[_Operand] = []
        known: dict[int, int | None] = {}
        is_known = True
        for tensor in tracked:
            if id(tensor) in known:
                continue
            operand = self._operand(tensor)
            is_known = is_known and operand is not None
            if operand is not None:
                known[id(tensor)] = len(operands)
                operands.append(operand)
        call = Called.of(func, args, kwargs, lambda tensor: known.get(id(tensor)))
        self.branches = self.branches or call.tells
        target = args[0] if call.writes and args and isinstance(args[0], Tensor) else None
        if target is not None and id(target) not in known:
            call.before[id(target)] = target.detach().clone()
        return _Heard(call, operands, target, is_known)

    def _operand(self, tensor: Tensor) -> _Operand | None:
        word = self.words.of(tensor)
        if word is None:
            return None
        if tensor not in self.run.nodes:
            return _Operand(tensor, word, self._constant(tensor))
        nodes = self.run.read(tensor)
        if not np.array_equal(nodes.numpy(), self.run.nodes.arrays(tensor)):  # it was detached
            word = Word(("detach(", word, ")"), is_name=True)
        self._values[word] = nodes.numpy().copy()
        return _Operand(tensor, word, self._values[word])

    def _constant(self, tensor: Tensor) -> Nodes | Integers:
        """What a tensor that has no nodes is: integers, conditions among known numbers, or known numbers."""
        if tensor.dtype is torch.bool:
            numbers = self.run.make.numbers(tensor.detach().numpy().astype(np.int64))
            found: Nodes = self.run.calls("ne", numbers, 0)
            return found
        if not tensor.is_floating_point():
            return Integers(tensor.detach().numpy().astype(np.int64))
        return self.run.nodes.arrays(tensor).copy()

    # --- after it ------------------------------------------------------------------------------------------------

    def _name_results(self, heard: _Heard, result: Any) -> None:
        if heard.target is not None:
            self._name_written(heard, heard.target)
            return
        several = isinstance(result, tuple | list)
        self._note_integers(heard, result)
        for place, output in enumerate(result if several else (result,)):
            if not isinstance(output, Tensor) or self._is_argument(heard, output):
                continue
            word = self._find(heard, output, place if several else None)
            if word is not None:
                self.words.put(output, word)
            elif output in self.run.nodes or self._depends(heard):
                self._forget(heard, output)

    def _note_integers(self, heard: _Heard, result: Any) -> None:
        """Note an input that becomes one of integers: a label that was given as a number."""
        if not isinstance(result, Tensor) or result.is_floating_point() or result.dtype is torch.bool:
            return
        first = heard.operands[0] if heard.operands else None
        if heard.call.name in {"to", "type", "long", "int", "short"} and first and first.tensor.is_floating_point():
            (name, *more) = first.word.parts
            if isinstance(name, str) and not more and name.isidentifier():
                self.integers.add(name)

    def _forget(self, heard: _Heard, output: Tensor) -> None:
        self.unknown = self.unknown or (heard.call.name.split(" ")[-1] if heard.is_known else "")
        self.words.put(output, None)

    @staticmethod
    def _depends(heard: _Heard) -> bool:
        """Whether the results have something to do with the numbers of the operands, and not their shapes alone."""
        return not heard.call.name.startswith(("zeros", "ones", "full", "empty", "new_", "rand"))

    @staticmethod
    def _is_argument(heard: _Heard, output: Tensor) -> bool:
        return any(output is operand.tensor for operand in heard.operands)

    def _name_written(self, heard: _Heard, target: Tensor) -> None:
        """Name what a tensor is once something has been written into it."""
        word = None
        if heard.is_known:
            word = self._placed(heard, target) if heard.call.name == "setitem" else self._find(heard, target, None)
        if word is None and heard.operands:
            self.unknown = self.unknown or heard.call.name
        self.words.write(target, word)

    def _placed(self, heard: _Heard, target: Tensor) -> Word | None:
        """Name a tensor into a part of which something was written."""
        call = heard.call
        call.is_wide = True
        try:
            mask = mask_of(call)
            if mask is not None:
                return next((word for text in masked(call, mask) if (word := self._checked(heard, text, target))), None)
            region = region_of(call)
            part = region.of(target)
            texts = values_in(call, region.shape)
            value = next((word for text in texts if (word := self._valued(heard, text, part))), None)
        except NotWritten:
            return None
        if value is None:
            return None
        known = self._pieces_before(heard, target, region)
        if known is None:
            return None
        pieces = known.with_part(region, value)
        word = pieces.word
        self._pieces[word] = pieces
        return word

    def _valued(self, heard: _Heard, text: str, part: Tensor) -> Word | None:
        """The word of what was written into a part; of plain numbers it is their text."""
        if _MARK.search(text):
            return self._checked(heard, text, part)
        return Word((text,), is_name=True)

    def _pieces_before(self, heard: _Heard, target: Tensor, region: Region) -> Pieces | None:
        """The pieces of a tensor before a part of it was written."""
        size = target.shape[region.dim]
        if id(target) in heard.call.before:
            return Pieces(region.dim, (Piece(0, size, heard.call.before[id(target)]),))
        word = next((one.word for one in heard.operands if one.tensor is target), None)
        known = None if word is None else self._pieces.get(word)
        if known is not None and known.dim == region.dim:
            return known
        return None if word is None else Pieces(region.dim, (Piece(0, size, word),))

    def _find(self, heard: _Heard, output: Tensor, place: int | None) -> Word | None:
        """The first spelling of a call that makes the nodes of a result."""
        if not heard.is_known:
            return None
        for is_wide in (False, True):
            heard.call.is_wide = is_wide
            for exactly, texts in ((False, spellings), (True, shortened)):
                with suppress(NotWritten):
                    for text in texts(heard.call):
                        forms = (text,) if place is None else (f"({text})[{place}]", text, f"{text}[{place}]")
                        for form in forms:
                            word = self._checked(heard, form, output, exactly=exactly)
                            if word is not None:
                                return word
        return None

    # --- the check -----------------------------------------------------------------------------------------------

    def _checked(self, heard: _Heard, text: str, output: Tensor, *, exactly: bool = False) -> Word | None:
        """The word of a text, if the language makes the nodes of the output of it, or such as have the same values."""
        plain, used = self._written_out(text, heard.operands)
        is_condition = output.dtype is torch.bool
        try:
            if not used:
                return None
            names = {f"operand_{at}": operand.value for at, operand in enumerate(used)}
            expression = parse(
                f"where({plain}, 1, 0)" if is_condition else plain, frozenset(names), has_shapes=True, strict=True
            )
            found = _Emitting(self.run.make).emit(expression, names)[-1]
        except DerivcheckError:
            return None
        if not self._same(found, output, exactly=exactly):
            return None
        pieces = _MARK.split(text)
        parts = [heard.operands[int(one)].word if at % 2 else one for at, one in enumerate(pieces) if one]
        if len(parts) == 1 and isinstance(parts[0], Word):
            word = parts[0]
        else:
            word = self._short(Word(tuple(parts), is_name=_is_name(text)), output)
        if is_condition:
            self._conditions.setdefault(word, (text, heard.operands))
        return word

    def _short(self, word: Word, output: Tensor) -> Word:
        """The word of the function that a word is the steps of, if it is one, and has the same values."""
        short = recognized(word)
        inner = None if short is None else next(iter(short.arguments))
        if short is None or inner is None or inner not in self._values:
            return word
        text = "".join([part if isinstance(part, str) else "operand_0" for part in short.parts])
        try:
            names = {"operand_0": self._values[inner]}
            found = _Emitting(self.run.make).emit(parse(text, frozenset(names), has_shapes=True, strict=True), names)[
                -1
            ]
        except DerivcheckError:
            return word
        return short if self._same(found, output, exactly=False) else word

    def _written_out(self, text: str, operands: Sequence[_Operand]) -> tuple[str, list[_Operand]]:
        """A text with names for its operands, and these; of a condition, which no name can be, its own operands."""
        used: list[_Operand] = []

        def name(found: re.Match[str], operands: Sequence[_Operand]) -> str:
            operand = operands[int(found[1])]
            if operand.word in self._conditions:
                inner, of_it = self._conditions[operand.word]
                return f"({_MARK.sub(lambda one: name(one, of_it), inner)})"
            place = next((at for at, one in enumerate(used) if one is operand), len(used))
            if place == len(used):
                used.append(operand)
            return f"operand_{place}"

        return _MARK.sub(lambda one: name(one, operands), text), used

    def _same(self, found: Any, output: Tensor, *, exactly: bool) -> bool:
        """Whether what the language makes is what recording has made."""
        if isinstance(found, Integers):
            found = self.run.make.numbers(found.values)
        if not isinstance(found, np.ndarray) or tuple(found.shape) != tuple(output.shape):
            return False
        if output not in self.run.nodes:
            numbers = output.detach().numpy().astype(np.float64)
            return are_close(self.run.make.estimate(found), numbers)
        wanted = self.run.read(output).numpy()
        if output.dtype is torch.bool:
            wanted = self.run.calls("where", wanted, 1, 0)
        if np.array_equal(found, wanted):
            return True
        return not exactly and are_close(self.run.make.estimate(found), self.run.make.estimate(wanted))


def are_close(first: Any, second: Any) -> bool:
    """Whether two arrays of estimates are those of the same numbers."""
    with np.errstate(all="ignore"):
        gap = np.abs(first - second) <= _CLOSE * np.maximum(np.abs(first), np.abs(second))
    return bool(np.all(gap | (first == second) | (np.isnan(first) & np.isnan(second))))


def _is_name(text: str) -> bool:
    """Whether a text needs no brackets: a call, an index behind an operand, an attribute."""
    return re.fullmatch(r"(⟨[0-9]+⟩|[A-Za-z_][A-Za-z_0-9.]*)([.\[(].*[\])]|\.[A-Za-z]+)?", text) is not None and (
        _closes_at_end(text)
    )


def _closes_at_end(text: str) -> bool:
    """Whether the first bracket of a text is closed by its last character, so that nothing stands outside of it."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter in ")]" and not depth and place < len(text) - 1:
            return False
    return True


class _Emitting(Calling):
    """Makes nodes of an Expression whose variables are nodes already."""

    def begin(self, expression: Expression, position: int) -> None:
        """Note nothing: an Expression that cannot be emitted is left for the next one."""
