"""Arrays in files, of which anybody may have written any."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from derivcheck.errors import DerivcheckError, InfinitePointError, InputFileError, NoNumberError, PointError
from derivcheck.inputs.array_texts import Source, read_array
from derivcheck.inputs.arrays import Array
from derivcheck.numbers import DType


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(text: str, dtype: DType = DType.FLOAT64) -> Array:
    """Read a value."""
    return read_array("x", text, Source(dtype))


def numbers(array: Array) -> list[float]:
    """The numbers that a tensor holds."""
    return [float(element.exact) for element in array.elements]


def error(text: str) -> DerivcheckError:
    """The error about a value, which comes within a second."""
    start = time.process_time()
    with pytest.raises(DerivcheckError) as caught:
        read(text)
    assert time.process_time() - start < 1
    return caught.value


@pytest.mark.parametrize("array", [np.array([[1.5, 2], [3, 4]]), np.asfortranarray([[1.5, 2], [3, 4]])])
def test_an_npy_keeps_its_shape(array: Any) -> None:
    """In the order of C, whichever order the file has."""
    np.save("x.npy", array)
    assert ((2, 2), [1.5, 2, 3, 4]) == (read("@x.npy").shape, numbers(read("@ x.npy")))


@pytest.mark.parametrize("shape", [(), (1,), (0, 3)])
def test_an_npy_may_have_any_shape(shape: tuple[int, ...]) -> None:
    """That of a number, and those without elements, too."""
    np.save("x.npy", np.zeros(shape))
    assert shape == read("@x.npy").shape


@pytest.mark.parametrize("dtype", ["int64", "int8", "uint16", "bool", "float64", "float32", "float16"])
def test_integers_stay_integers(dtype: str) -> None:
    """A mask of True and False is one of 1 and 0."""
    np.save("x.npy", np.array([1, 0], dtype=dtype))
    torch.save(torch.from_numpy(np.array([1, 0], dtype=dtype)), "x.pt")
    for name in ("@x.npy", "@x.pt"):
        array = read(name)
        assert ([1, 0], not dtype.startswith("float")) == (numbers(array), array.is_integer)


def test_each_number_is_the_very_one_that_the_file_holds() -> None:
    """A float32 and a bfloat16 are exact in float64, and a float64 is rounded once to float32."""
    tenth = 0.1
    np.save("x.npy", np.array([tenth], dtype=np.float32))
    assert [float(np.float32(tenth))] == numbers(read("@x.npy"))
    torch.save(torch.tensor([tenth], dtype=torch.bfloat16), "x.pt")
    assert [torch.tensor(tenth, dtype=torch.bfloat16).item()] == numbers(read("@x.pt"))
    np.save("y.npy", np.array([tenth]))
    assert [float(np.float32(tenth))] == numbers(read("@y.npy", DType.FLOAT32))


def test_a_pt_holds_a_tensor_or_a_dict_of_them() -> None:
    """A state_dict's tensors go by their names, and a checkpoint's by the names on the way to them."""
    torch.save(torch.arange(6.0).reshape(2, 3).T, "t.pt")
    assert ((3, 2), [0, 3, 1, 4, 2, 5]) == (read("@t.pt").shape, numbers(read("@t.pt")))
    layer = torch.nn.Linear(2, 1)
    torch.save({"epoch": 3, "model": layer.state_dict()}, "checkpoint.pth")
    assert layer.weight.flatten().tolist() == numbers(read("@checkpoint.pth:model:weight"))
    torch.save(layer.weight, "parameter.pt")
    assert layer.weight.flatten().tolist() == numbers(read("@parameter.pt"))


def test_a_wrong_name_of_a_tensor_comes_with_the_right_ones() -> None:
    """The nearest of them, or the first few."""
    torch.save({"fc.weight": torch.ones(1), "fc.bias": torch.ones(1)}, "d.pt")
    assert "did you mean `fc.bias`?" == error("@d.pt:fc.bia").hint
    assert "name one of them, x=@file.pt:fc.weight, fc.bias" == error("@d.pt").hint
    torch.save(torch.ones(1), "t.pt")
    assert "the file holds one tensor: leave out the name" == error("@t.pt:w").hint
    assert "the file has no `w`" == error("@t.pt:w").message


def test_a_csv_is_a_matrix_and_a_line_or_a_column_of_it_a_vector() -> None:
    """Its cells are numbers as they are typed anywhere."""
    Path("m.csv").write_text("1,2\n\n3, pi/4\n")
    assert ((2, 2), "pi/4") == (read("@m.csv").shape, read("@m.csv").elements[3].text)
    Path("row.csv").write_text("\ufeff1,2,1/3")
    Path("column.csv").write_text("1\n2\n3\n")
    assert [(3,), (3,)] == [read(name).shape for name in ("@row.csv", "@column.csv")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("1,2\n3\n", "x.csv:2: the line has 1 numbers, and the first one 2"),
        ("a,b\n1,2\n", "x.csv:1: the value of `x[0, 0]` is no number: it refers to `a`"),
        ("1\n\ninf\n", "x.csv:3: `x[1, 0]` = inf is no number"),
        ("\n", "x.csv: there is no number in the file"),
        ('"1', "x.csv:1: this is not CSV: unexpected end of data"),
        ("1,\n", "x.csv:1: the value of `x[0, 1]` is no number"),
        ("1," * 300_000, "x.csv:1: `x` has 300,001 elements; 200,000 are allowed"),
    ],
)
def test_a_wrong_csv_is_an_error_with_its_line(content: str, told: str) -> None:
    """And with what is wrong there."""
    Path("x.csv").write_text(content)
    assert str(error("@x.csv")).startswith(told)


def test_a_csv_with_names_says_that_they_do_not_belong_there() -> None:
    """As most tables have them."""
    Path("x.csv").write_text("height,width\n1,2\n")
    assert str(error("@x.csv").hint).endswith("a file of an array has no line of names")


def test_an_infinite_element_is_named() -> None:
    """There is nothing to check at such a point."""
    np.save("x.npy", np.array([[1, 2], [np.nan, 3]]))
    found = error("@x.npy")
    assert isinstance(found, InfinitePointError)
    assert found.message.startswith("`x[1, 0]` = nan is no number")
    np.save("y.npy", np.array([1e300]))
    with pytest.raises(InfinitePointError, match=r"`x\[0\]` = 1e\+300 is beyond the largest float32"):
        read("@y.npy", DType.FLOAT32)


# --- hostile files ---------------------------------------------------------------------------------------------------


def npy(shape: tuple[int, ...], data: bytes = b"1" * 16, descr: str = "<f8") -> bytes:
    """A file whose header says what it likes."""
    stream = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue() + data


@pytest.mark.parametrize(
    "content",
    [
        npy((1000,)),
        npy((10**9,)),
        npy((10**12,)),
        npy((10**40,)),
        npy((-5,)),
        npy((1,), descr="|V1000000000"),
        npy((2,), descr="<U1"),
        npy((1,), descr="<c16"),
        npy((1,), descr="|O"),
        b"hello",
        b"",
        b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 20,
        b"PK\x03\x04",
    ],
)
def test_an_npy_that_is_none_is_an_error(content: bytes) -> None:
    """Promises of more than there is, pickles, texts, complex numbers, broken headers."""
    Path("x.npy").write_bytes(content)
    found = error("@x.npy")
    assert isinstance(found, InputFileError)
    assert str(found).startswith("x.npy: ")


class Evil:
    """What runs a command where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch ran",)


def test_no_file_runs_code() -> None:
    """Neither a pickle of NumPy's, nor one of torch's, also where another tensor of it is asked for."""
    np.save("x.npy", np.array([Evil()], dtype=object), allow_pickle=True)
    torch.save(Evil(), "x.pt")
    torch.save({"w": torch.ones(1), "evil": Evil()}, "y.pt")
    for text in ("@x.npy", "@x.pt", "@y.pt:w"):
        assert isinstance(error(text), InputFileError)
    assert not Path("ran").exists()


def rewritten(change: Callable[[bytes], bytes]) -> None:
    """Save a tensor with another description of it."""
    torch.save({"w": torch.arange(4.0)}, "good.pt")
    with zipfile.ZipFile("good.pt") as good, zipfile.ZipFile("x.pt", "w") as bad:
        for record in good.infolist():
            content = good.read(record)
            bad.writestr(record.filename, change(content) if record.filename.endswith("data.pkl") else content)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"K\x04tq\x07QK\x00K\x04\x85", b"J\x00\x00\x01\x00tq\x07QK\x00J\x00\x00\x01\x00\x85"),  # a longer storage
        (b"K\x04tq\x07QK\x00K\x04\x85", b"K\x04tq\x07QK\x00J\x00\x00\x01\x00\x85"),  # a longer view of it
    ],
)
def test_a_pt_that_promises_more_than_there_is_is_an_error(old: bytes, new: bytes) -> None:
    """What lies behind the file's numbers in memory is not read."""
    rewritten(lambda content: content)
    assert [0, 1, 2, 3] == numbers(read("@x.pt:w"))
    rewritten(lambda content: content.replace(old, new))
    assert "the file cannot be read as torch's tensors" == error("@x.pt:w").message


def test_a_pt_beyond_the_bounds_is_an_error() -> None:
    """A description that grows when it is unpacked, many records, a tensor that is large by repetition."""
    with zipfile.ZipFile("bomb.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", b"\0" * 20_000_000)
    with zipfile.ZipFile("many.pt", "w") as archive:
        for record in range(10_001):
            archive.writestr(str(record), b"")
    torch.save(torch.ones(1).expand(100_000, 100_000), "wide.pt")
    assert "what describes the tensors has more than 4,194,304 bytes" == error("@bomb.pt").message
    assert "the file has more than 10,000 records" == error("@many.pt").message
    assert isinstance(error("@wide.pt"), PointError)


@pytest.mark.parametrize("tensor", [torch.ones(2).to_sparse(), torch.ones(1, dtype=torch.complex64)])
def test_a_tensor_of_another_kind_is_an_error(tensor: torch.Tensor) -> None:
    """Sparse ones and complex ones."""
    torch.save(tensor, "x.pt")
    assert isinstance(error("@x.pt"), InputFileError)


def test_a_pt_of_an_old_torch_is_an_error() -> None:
    """It is no zip file, and its storages are as large as it says."""
    torch.save(torch.ones(2), "x.pt", _use_new_zipfile_serialization=False)
    assert error("@x.pt").message.endswith("or one of a torch before 1.6")


@pytest.mark.parametrize("suffix", ["npy", "pt", "csv"])
def test_what_is_no_ordinary_file_is_not_opened(suffix: str) -> None:
    """Reading from a pipe would wait for ever."""
    os.mkfifo(f"pipe.{suffix}")
    Path(f"folder.{suffix}").mkdir()
    assert "this is no ordinary file" == error(f"@pipe.{suffix}").message
    assert "this is a directory, not a file" == error(f"@folder.{suffix}").message
    assert "there is no such file" == error(f"@nowhere.{suffix}").message
    assert error(f"@\0.{suffix}").message.startswith("the file cannot be read")


def test_a_large_file_is_not_read() -> None:
    """A gigabyte that takes no room on the disk."""
    for name in ("x.csv", "x.npy", "x.pt"):
        with Path(name).open("wb") as stream:
            stream.truncate(2**30 + 1)
        assert "1,073,741,825 bytes" in error(f"@{name}").message


def test_no_hostile_value_takes_much_memory() -> None:
    """At most 200 MB more than a process that reads `[1]`."""
    Path("x.csv").write_text("1," * 8_000_000)
    Path("x.npy").write_bytes(npy((2 * 10**9,)))
    with zipfile.ZipFile("x.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data.pkl", b"\0" * 300_000_000)
    program = """
import resource
from derivcheck.errors import DerivcheckError
from derivcheck.inputs.array_texts import Source, read_array
from derivcheck.numbers import DType
import numpy, torch
def used(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
read_array("x", "[1]", Source(DType.FLOAT64))
before = used()
long = "[" + "1," * 500_000 + "]"
for text in ("@x.csv", "@x.npy", "@x.pt", "randn(100000, 100000)", "ones(10**9)", long, "[" * 10**6):
    try:
        read_array("x", text, Source(DType.FLOAT64))
    except DerivcheckError:
        continue
    raise AssertionError(text)
print(used() - before)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert int(found.stdout) < 200


def test_two_kinds_of_file_have_no_names_within() -> None:
    """`@x.csv:w` is a slip."""
    assert isinstance(error("@x.csv:w"), NoNumberError)
