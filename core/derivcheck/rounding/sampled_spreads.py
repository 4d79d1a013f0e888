"""What samples show: how far rounding can move each element of a request, as far as samples were drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from derivcheck.model import RangeLoss, Spread
from derivcheck.numbers import DType
from derivcheck.verdict.criterion import CRITERION

FEWEST = 12
"""So many samples a function gets however large it is, where they run side by side; and where they run one by one."""

_FAR = 4
"""How many times as far as samples that run side by side the few bring a number that run one by one, at most."""


@dataclass(frozen=True, slots=True)
class Spreads:
    """How far rounding can move the elements of a request, as far as the passes were made that these need.

    Attributes:
        nominal: the elements as the tape computes them where nothing is moved.
        samples: the moved ones, a row for each sample.
        losses: where the unperturbed run left the range.
        reached: of each element, whether it depends on what left the range.
    """

    nominal: Tensor
    samples: Tensor
    losses: tuple[RangeLoss, ...]
    reached: Tensor

    def comes_to(self, number: float, place: int, spread: Spread, dtype: DType) -> bool:
        """Whether an element is the number that torch returned, as far as rounding goes."""
        nominal = float(self.nominal[place])
        if not math.isfinite(number) or not math.isfinite(nominal):
            return math.isfinite(number) == math.isfinite(nominal)
        return abs(number - nominal) <= _reach(spread, number, dtype)

    def is_far_from(self, number: float, place: int, dtype: DType) -> bool:
        """Whether an element is another number than torch returned, by far more than other samples would reach."""
        nominal, spread = float(self.nominal[place]), self.of(place)
        if not math.isfinite(number) or not math.isfinite(nominal) or spread.finite < 1:
            return False
        return abs(number - nominal) > _FAR * _reach(spread, number, dtype)

    def suffice(self, places: Sequence[int], returned: Sequence[float], errors: Sequence[float], dtype: DType) -> bool:
        """Whether the samples explain errors already, so that no further ones need be drawn.

        What one sample reaches explains whatever the others do. The root mean square of a few is left to chance; so
        less of it counts, as of the forward pass alone: half of `CRITERION.spreads`.

        Args:
            places: some elements.
            returned: what torch returned for each.
            errors: how far off each is; inf where more is asked than whether an error is explained.
            dtype: their format.
        """
        at = list(places)
        nominal, samples = _as_floats(self.nominal)[at], _as_floats(self.samples)[:, at]
        if not (np.isfinite(nominal).all() and np.isfinite(samples).all()):
            return False
        scale = np.maximum(np.abs(nominal), np.abs(samples).max(0, initial=0.0))
        scale[scale == 0] = 1.0
        apart = np.abs(samples / scale - nominal / scale)
        explained = apart.max(0, initial=0.0) * scale
        if len(samples) >= FEWEST:
            few = CRITERION.forward_spreads * np.sqrt(np.square(apart).mean(0)) * scale
            explained = np.maximum(explained, few)
        numbers, off = np.array(returned, dtype=np.float64), np.array(errors, dtype=np.float64)
        few_ulps = CRITERION.ulps * 2.0**-dtype.precision * np.abs(numbers)
        comes = np.abs(numbers - nominal) <= explained + few_ulps
        return bool((comes & (off <= explained)).all())

    def of(self, place: int) -> Spread:
        """The spread of one element."""
        numbers = [float(number) for number in self.samples[:, place].tolist() if math.isfinite(number)]
        nominal = float(self.nominal[place])
        finite = len(numbers) / len(self.samples)
        losses = self.losses if bool(self.reached[place]) else ()
        centre = nominal if math.isfinite(nominal) or not numbers else sorted(numbers)[len(numbers) // 2]
        scale = max((abs(number) for number in (centre, *numbers) if math.isfinite(number)), default=0.0)
        if scale == 0 or not numbers:
            return Spread(0.0, 0.0, finite, losses)
        apart = [abs(number / scale - centre / scale) for number in numbers]
        relative = math.sqrt(sum(distance**2 for distance in apart) / len(apart))
        return Spread(relative * scale, relative, finite, losses, max(apart) * scale)


def _as_floats(tensor: Tensor) -> NDArray[np.float64]:
    """Its numbers as NumPy has them: on a few of them its operations take a fraction of the time of torch's."""
    floats: NDArray[np.float64] = tensor.detach().double().cpu().numpy()
    return floats


def _reach(spread: Spread, number: float, dtype: DType) -> float:
    """How far from an element a number lies at most that comes to it."""
    allowed = max(CRITERION.spreads * spread.absolute, spread.farthest)
    return allowed + CRITERION.ulps * float(dtype.ulp(Fraction(number)))


class Sampling:
    """What the tape has shown of a program so far in one way of running it.

    Args:
        more: the spreads, each time of more samples.

    Attributes:
        spreads: the latest of them; None where torch raised.
        is_cut_short: whether there were further samples, which nobody can run any more.
    """

    def __init__(self, more: Iterator[Spreads]) -> None:
        self._more: Iterator[Spreads] | None = more
        self.spreads: Spreads | None = None
        self.is_cut_short = False

    def grow(self) -> bool:
        """Run further samples; False where there are none."""
        if self._more is None:
            return False
        try:
            self.spreads = next(self._more)
        except StopIteration:
            self._more = None
        except Exception:  # torch.vmap refuses more than torch does
            self._more = self.spreads = None
        return self._more is not None

    def cut_short(self) -> None:
        """Let go of the function, which further samples would run."""
        if self._more is not None:
            self._more, self.is_cut_short = None, True


Tapes = dict[tuple[object, ...], Sampling]
"""What the tape has shown of a program, by request and way of running it."""
