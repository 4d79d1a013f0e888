"""Devices and formats: what there is, and what is said of what there is not."""

from __future__ import annotations

import pytest

from derivcheck.autograd.devices import DeviceInfo, available, choose_dtype, resolve
from derivcheck.errors import DeviceError
from derivcheck.numbers import DType


def test_the_cpu_is_always_there() -> None:
    """The first device is the CPU, with every format."""
    assert ("cpu", tuple(DType)) == (available()[0].name, available()[0].dtypes)


def test_an_absent_device_lists_what_there_is() -> None:
    """The error names the device and those that exist."""
    with pytest.raises(DeviceError, match="cpu") as caught:
        resolve("cuda:97")
    assert "cuda:97" in caught.value.message


def test_auto_is_some_device_that_exists() -> None:
    """Auto prefers an accelerator and falls back to the CPU."""
    names = [device.name for device in available()]
    assert resolve("auto").name == (names[1] if len(names) > 1 else "cpu")


def test_the_format_falls_back_where_there_is_no_float64() -> None:
    """Metal has no float64: without a wish it gets float32, with one an error."""
    metal = DeviceInfo("mps", "Apple Metal", (DType.FLOAT32, DType.FLOAT16))
    assert DType.FLOAT32 is choose_dtype(metal, None)
    with pytest.raises(DeviceError, match="float64"):
        choose_dtype(metal, DType.FLOAT64)
