"""The format beside the one that a list is for, and why a function cannot be checked in it."""

from __future__ import annotations

from derivcheck.autograd.devices import TORCH_DTYPES, DeviceInfo
from derivcheck.autograd.user_functions import UserFunction
from derivcheck.numbers import DType


def other_format(dtype: DType) -> DType:
    """The format that is checked as well: float64 beside float32, float32 beside every other one.

    Example:
        >>> str(other_format(DType.FLOAT64)), str(other_format(DType.FLOAT32))
        ('float32', 'float64')
    """
    return DType.FLOAT64 if dtype is DType.FLOAT32 else DType.FLOAT32


def lacks_format(function: UserFunction, device: DeviceInfo, dtype: DType) -> str | None:
    """Why a function cannot be checked in the other format, in words; None where it can.

    Args:
        function: the function; a module that exists has its numbers in one format.
        device: where it runs.
        dtype: the format that the list is for.
    """
    other = other_format(dtype)
    if other not in device.dtypes:
        return f"{device.name} does not compute in {other}"
    if function.format is TORCH_DTYPES[dtype]:
        return f"the module's numbers are {dtype}: name what makes it to check both formats"
    return None
