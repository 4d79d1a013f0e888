"""Reads the arrays that stand in files: `@x.npy`, `@x.pt`, `@model.pt:layer.weight`, `@x.csv`.

Anybody may have written the file. No code of it is run, what it says of its size is not believed, and what is no
ordinary file is not opened: reading from a pipe would wait for ever.
"""

from __future__ import annotations

import csv
import io
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from math import isfinite, prod
from pathlib import Path
from types import MappingProxyType
from typing import Any

from derivcheck.errors import DerivcheckError, InfinitePointError, InputFileError, Location, NoNumberError
from derivcheck.inputs.arrays import Array, Piece, check_size, index_of
from derivcheck.inputs.coordinates import read_number
from derivcheck.inputs.named_files import named_file, path_beside
from derivcheck.model import Coordinate
from derivcheck.model.shaped_values import Shape, address
from derivcheck.numbers import DType

_EXAMPLES = "files of arrays are called .npy, .csv or .pt; x=@model.pt:layer.weight takes one tensor of a dict"

_MOST_BYTES = 16 * 2**20
"""Bytes of a file that is read as a whole: the elements that a value may have take a tenth of it."""

_MOST_BYTES_OF_TORCH = 2**30
"""Bytes of a file of torch's, of which only the tensor that is asked for is looked at."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file that a value names.

    Attributes:
        piece: the value.
        path: where the file is.
        keys: which tensor of a file of several, from the outermost dict inwards.
        dtype: the format of the numbers.
    """

    piece: Piece
    path: Path
    keys: tuple[str, ...]
    dtype: DType

    def error(self, message: str, *, hint: str | None = None, line: int | None = None) -> InputFileError:
        """The error about the file."""
        return InputFileError(message, hint=hint, location=Location(str(self.path), line))

    def bytes(self) -> bytes:
        """All that stands in the file, which must not be larger than what an array may need."""
        self.check(_MOST_BYTES)
        try:
            with self.path.open("rb") as stream:
                return stream.read(_MOST_BYTES)
        except OSError as error:
            raise self.error(f"the file cannot be read: {error.strerror or error}") from None

    def check(self, most_bytes: int) -> None:
        """Fail where there is no such file, or one that is no ordinary file, or too large."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            raise self.error("there is no such file") from None
        except (OSError, ValueError) as error:
            raise self.error(f"the file cannot be read: {getattr(error, 'strerror', None) or error}") from None
        if stat.S_ISDIR(found.st_mode):
            raise self.error("this is a directory, not a file")
        if not stat.S_ISREG(found.st_mode):
            raise self.error("this is no ordinary file", hint="write the array to a file, and name that")
        if found.st_size > most_bytes:
            raise self.error(f"the file has {found.st_size:,} bytes, more than {most_bytes:,}")

    def array(self, shape: Shape, numbers: Sequence[float | int], *, is_integer: bool) -> Array:
        """The Array of numbers of Python's."""
        name = self.piece.name
        elements = []
        for place, number in enumerate(numbers):
            if not isfinite(number):
                where = address(name, index_of(place, shape))
                raise InfinitePointError(f"`{where}` = {number} is no number at which a function has a derivative")
            value = Fraction(number)
            exact = value if is_integer else self.dtype.nearest(value)
            if exact is None:
                where = address(name, index_of(place, shape))
                raise InfinitePointError(f"`{where}` = {number!r} is beyond the largest {self.dtype}")
            elements.append(Coordinate(repr(number), value, exact))
        return Array(shape, elements, is_integer)


def read_file(piece: Piece, folder: Path | None, dtype: DType) -> Array:
    """Read the array that a value `@FILE` names.

    Args:
        piece: the value.
        folder: the folder of the case file, in or below which the file must lie; None: wherever the user says, from the
            working directory on.
        dtype: the format of the numbers.

    Raises:
        NoNumberError: for a value that names no file of a known kind.
        CaseError: for a file elsewhere than in the folder.
        InputFileError: for a file that cannot be read, or holds something else.
        PointError: for too many elements.
        InfinitePointError: for an element that is infinite or nan.
    """
    named = named_file(piece.text)
    if named is None:
        raise piece.error(f"`{piece.name}` names no file of an array", hint=_EXAMPLES)
    name, suffix, keys = named
    file = _File(piece, path_beside(name, folder, "the file"), keys, dtype)
    if keys and suffix not in _WITH_KEYS:
        raise piece.error(f"a file {suffix} holds one array, which has no name", hint=_EXAMPLES)
    try:
        return _READERS[suffix](file)
    except MemoryError:
        raise file.error("the file promises more than memory holds") from None


# --- NumPy's files ---------------------------------------------------------------------------------------------------

_FLOATS = frozenset({"float64", "float32", "float16", "bfloat16"})
_INTEGERS = frozenset({"bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))})


def _read_npy(file: _File) -> Array:
    # Reading the text of a point must not wait for NumPy, which most points have no need of.
    import numpy

    stream = io.BytesIO(file.bytes())
    try:
        array = numpy.lib.format.read_array(stream, allow_pickle=False)
    except MemoryError:
        raise
    except Exception as error:  # the header is read as Python's text is, with whatever error that has
        reason = str(error).partition("\n")[0]
        raise file.error(f"this is no array of NumPy's: {reason}", hint="numpy.save writes one") from None
    _check_dtype(file, array.dtype.name)
    check_size(array.shape, f"`{file.piece.name}`")
    numbers = [int(item) if array.dtype.kind == "b" else item for item in array.reshape(-1).tolist()]
    return file.array(array.shape, numbers, is_integer=array.dtype.name in _INTEGERS)


def _check_dtype(file: _File, name: str) -> None:
    if name not in _FLOATS | _INTEGERS:
        raise file.error(f"the elements are {name}", hint="they may be real numbers or integers")


# --- torch's files ---------------------------------------------------------------------------------------------------

_END_OF_ZIP = b"PK\x05\x06"
_MOST_RECORDS = 10_000
_MOST_BYTES_OF_PICKLE = 4 * 2**20


def _read_torch(file: _File) -> Array:
    """Read a tensor as torch itself does where only weights are allowed.

    The file is mapped into memory, so that nothing is copied but the tensor that is asked for, and torch finds out by
    itself where a tensor would reach beyond the file's end.
    """
    file.check(_MOST_BYTES_OF_TORCH)
    _check_records(file)
    # torch takes a second to load, and most points need none of it.
    import torch

    try:
        found = torch.load(file.path, map_location="cpu", weights_only=True, mmap=True)
    except Exception:  # its reader has no error of its own, and tells how to run the code
        hint = "torch.save(x.detach(), …), or a state_dict, writes such a file; code in it is never run"
        raise file.error("the file cannot be read as torch's tensors", hint=hint) from None
    tensor = _choose(file, found)
    if not isinstance(tensor, torch.Tensor) or tensor.layout is not torch.strided or tensor.is_quantized:
        raise file.error(f"this is {type(tensor).__name__}, and no plain tensor")
    name = str(tensor.dtype).removeprefix("torch.")
    _check_dtype(file, name)
    shape = tuple(tensor.shape)
    check_size(shape, f"`{file.piece.name}`")
    is_integer = name in _INTEGERS
    flat = tensor.detach().reshape(-1)
    return file.array(shape, (flat.long() if name == "bool" else flat).tolist(), is_integer=is_integer)


def _check_records(file: _File) -> None:
    """Look at the records of the zip file that torch writes: how many, and how large what is unpickled would get."""
    try:
        with file.path.open("rb") as stream:
            stream.seek(max(file.path.stat().st_size - 2**16, 0))
            tail = stream.read()
        at = tail.rfind(_END_OF_ZIP)
        if at < 0 or len(tail) < at + 22:
            message = "this is no file of torch's tensors, or one of a torch before 1.6"
            raise file.error(message, hint="torch.save writes one")
        if struct.unpack_from("<H", tail, at + 10)[0] > _MOST_RECORDS:
            raise file.error(f"the file has more than {_MOST_RECORDS:,} records")
        with zipfile.ZipFile(file.path) as archive:
            sizes = [record.file_size for record in archive.infolist() if record.filename.endswith(".pkl")]
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise file.error(f"the file cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if sum(sizes) > _MOST_BYTES_OF_PICKLE:
        raise file.error(f"what describes the tensors has more than {_MOST_BYTES_OF_PICKLE:,} bytes")


def _choose(file: _File, found: Any) -> Any:
    """The tensor that the keys name, where the file holds dicts of them."""
    for key in file.keys:
        if not isinstance(found, Mapping) or key not in found:
            raise file.error(f"the file has no `{key}`", hint=_instead(found, key))
        found = found[key]
    if isinstance(found, Mapping):
        raise file.error("the file holds several tensors", hint=_instead(found, ""))
    return found


_SHOWN = 5


def _instead(found: Any, key: str) -> str:
    """Which keys there are."""
    if not isinstance(found, Mapping):
        return "the file holds one tensor: leave out the name"
    names = [name for name in found if isinstance(name, str)]
    near = get_close_matches(key, names, n=1)
    listed = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"did you mean `{near[0]}`?" if near else f"name one of them, x=@file.pt:{listed}"


# --- CSV -------------------------------------------------------------------------------------------------------------


def _read_csv(file: _File) -> Array:
    """Read lines of numbers as a matrix, and one line or one column as a vector."""
    try:
        text = file.bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise file.error(f"byte {error.start + 1} is not UTF-8") from None
    rows: list[list[Coordinate]] = []
    reader = csv.reader(io.StringIO(text), strict=True, skipinitialspace=True)
    known: dict[str, Coordinate] = {}
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if rows and len(cells) != len(rows[0]):
                message = f"the line has {len(cells):,} numbers, and the first one {len(rows[0]):,}"
                raise file.error(message, line=reader.line_num)
            check_size((len(rows) + 1, len(cells)), f"`{file.piece.name}`")
            rows.append([_cell(file, cell.strip(), (len(rows), place), known) for place, cell in enumerate(cells)])
    except csv.Error as error:
        raise file.error(f"this is not CSV: {error}", line=reader.line_num) from None
    except DerivcheckError as error:
        if isinstance(error, NoNumberError) and not rows:
            error.hint = f"{error.hint}; a file of an array has no line of names"
        raise error.at(Location(str(file.path), reader.line_num)) from None
    if not rows:
        raise file.error("there is no number in the file")
    shape = (len(rows), len(rows[0]))
    return Array(shape if min(shape) > 1 else (prod(shape),), [element for row in rows for element in row])


def _cell(file: _File, text: str, index: tuple[int, int], known: dict[str, Coordinate]) -> Coordinate:
    if text not in known:
        known[text] = read_number(address(file.piece.name, index), text, file.dtype)
    return known[text]


_READERS: Mapping[str, Callable[[_File], Array]] = MappingProxyType(
    {".npy": _read_npy, ".pt": _read_torch, ".pth": _read_torch, ".csv": _read_csv}
)
_WITH_KEYS = frozenset({".pt", ".pth"})
