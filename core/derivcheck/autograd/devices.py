"""The devices that torch offers on this machine, and the formats each one computes in."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from derivcheck.errors import DeviceError
from derivcheck.numbers import DType

TORCH_DTYPES: dict[DType, torch.dtype] = {
    DType.FLOAT64: torch.float64,
    DType.FLOAT32: torch.float32,
    DType.FLOAT16: torch.float16,
    DType.BFLOAT16: torch.bfloat16,
}


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A device: torch's name for it, what it is, and the formats it computes in, widest first."""

    name: str
    description: str
    dtypes: tuple[DType, ...]


_CPU = DeviceInfo("cpu", "CPU", tuple(DType))
"""The one that is always there, without a count of threads, which may change."""


def available() -> tuple[DeviceInfo, ...]:
    """The devices of this machine, the CPU first."""
    everything, single = tuple(DType), tuple(dtype for dtype in DType if dtype is not DType.FLOAT64)
    found = [DeviceInfo("cpu", f"CPU, {torch.get_num_threads()} threads", everything)]
    if torch.cuda.is_available():
        found += [
            DeviceInfo(f"cuda:{index}", torch.cuda.get_device_name(index), everything)
            for index in range(torch.cuda.device_count())
        ]
    if torch.backends.mps.is_available():
        found.append(DeviceInfo("mps", "Apple Metal", single))
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        found += [
            DeviceInfo(f"xpu:{index}", torch.xpu.get_device_name(index), everything)
            for index in range(torch.xpu.device_count())
        ]
    return tuple(found)


def resolve(name: str) -> DeviceInfo:
    """The device called `name`: `cpu`, `cuda` (the first), `cuda:1`, `mps`, `xpu`, or `auto` (the last kind found).

    Raises:
        DeviceError: where this machine has none of that name; the message lists what there is.
    """
    if name == "cpu":
        return _CPU
    found = available()
    if name == "auto":
        return next((device for device in found if device.name != "cpu"), found[0])
    for device in found:
        if name in {device.name, device.name.partition(":")[0]}:
            return device
    names = ", ".join(f"`{device.name}`" for device in found)
    raise DeviceError(f"there is no device `{name}` here; there is {names}", hint="`derivcheck devices` lists them")


def choose_dtype(device: DeviceInfo, wanted: DType | None) -> DType:
    """The format asked for; without one, float64 where the device has it and float32 elsewhere.

    Raises:
        DeviceError: where the device does not compute in the format asked for.
    """
    if wanted is None:
        return device.dtypes[0]
    if wanted not in device.dtypes:
        offered = ", ".join(f"`{dtype}`" for dtype in device.dtypes)
        raise DeviceError(f"`{device.name}` does not compute in {wanted}; it does in {offered}")
    return wanted
