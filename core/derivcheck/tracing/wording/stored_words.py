"""Words beside the memory of tensors: a word for each view of a storage, until something is written into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from derivcheck.tracing.wording.word import Word

_View = tuple[torch.dtype, int, tuple[int, ...], tuple[int, ...]]


class _Stored(NamedTuple):
    """The words of the views of one storage; the storage is kept, so that no other gets its address."""

    storage: torch.UntypedStorage
    words: dict[_View, Word]


class StoredWords:
    """The words of all tensors of a run."""

    def __init__(self) -> None:
        self._known: dict[int, _Stored] = {}

    def __contains__(self, tensor: Tensor) -> bool:
        """Whether a tensor comes from the inputs, or shares memory with what does; its word may be unknown."""
        return tensor.layout is torch.strided and tensor.untyped_storage()._cdata in self._known

    def of(self, tensor: Tensor) -> Word | None:
        """The word of a tensor; None where it is unknown."""
        return self._known[tensor.untyped_storage()._cdata].words.get(_view(tensor)) if tensor in self else None

    def put(self, tensor: Tensor, word: Word | None) -> None:
        """Let a tensor have a word; None: it is unknown, unless it is a view that has one."""
        if tensor.layout is not torch.strided:
            return
        storage = tensor.untyped_storage()
        known = self._known.setdefault(storage._cdata, _Stored(storage, {}))
        if word is not None:
            known.words[_view(tensor)] = word

    def write(self, tensor: Tensor, word: Word | None) -> None:
        """Let a tensor that was written to have another word; what shares its memory is unknown from now on."""
        if tensor in self:
            self._known[tensor.untyped_storage()._cdata].words.clear()
        self.put(tensor, word)


def _view(tensor: Tensor) -> _View:
    return tensor.dtype, int(tensor.storage_offset()), tuple(tensor.shape), tuple(tensor.stride())


def tensors_in(value: object) -> Iterator[Tensor]:
    """The tensors of an argument, or of what a function returned, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from tensors_in(one)
    elif isinstance(value, dict):
        yield from tensors_in(tuple(value.values()))
    elif isinstance(value, slice):
        yield from tensors_in((value.start, value.stop, value.step))
