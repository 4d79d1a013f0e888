"""How far the samples of a number lie from the unperturbed one: at one point as a Spread, at many as tensors."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from derivcheck.model import RangeLoss, Spread
from derivcheck.rounding.nominal import with_storage


def spread_of(outcome: Tensor, count: int, losses: tuple[RangeLoss, ...]) -> Spread:
    """The spread of a result's samples.

    Args:
        outcome: the samples, the unperturbed one first; or a single number, which nothing has perturbed.
        count: how many samples there are, the unperturbed one included.
        losses: where the range was left.
    """
    numbers = with_storage(outcome).reshape(-1).tolist()
    if len(numbers) != count:
        return Spread(0.0, 0.0, float(math.isfinite(numbers[0])), losses)
    nominal, samples = numbers[0], numbers[1:]
    if not math.isfinite(sum(numbers)):
        samples = [x for x in samples if math.isfinite(x)]
    finite = len(samples) / (count - 1)
    centre = nominal if math.isfinite(nominal) or not samples else samples[len(samples) // 2]
    known = [centre, *samples] if math.isfinite(centre) else samples
    scale = max(*known, -min(known)) if known else 0.0
    if scale == 0 or not samples:
        return Spread(0.0, 0.0, finite, losses)
    middle = centre / scale
    apart = [x / scale - middle for x in samples]
    relative = math.sqrt(sum([distance**2 for distance in apart]) / len(samples))
    return Spread(relative * scale, relative, finite, losses, max(*apart, -min(apart)) * scale)


def spreads_of(rows: Tensor) -> list[Spread]:
    """The spreads of many results, each as `spread_of` finds it where the range was not left.

    Args:
        rows: the samples of each, the unperturbed one first.
    """
    numbers = rows.double()
    scales = numbers.abs().amax(1)
    plain = (scales > 0) & scales.isfinite()
    scaled = numbers / scales.unsqueeze(1)
    apart = scaled[:, 1:] - scaled[:, :1]
    farthest = apart.abs().amax(1) * scales
    found = []
    for row, scale, far in zip(apart.tolist(), scales.tolist(), farthest.tolist(), strict=True):
        relative = math.sqrt(sum([distance**2 for distance in row]) / len(row))
        found.append(Spread(relative * scale, relative, 1.0, (), far))
    for place in (~plain).nonzero().squeeze(1).tolist():
        found[place] = spread_of(rows[place], rows.shape[1], ())
    return found


def distances(outcome: Tensor, points: int) -> tuple[Tensor, Tensor]:
    """The farthest sample from the unperturbed number at each point, and the root mean square of the distances.

    A sample that is not finite is set aside; both are 0 where the unperturbed number is not finite.

    Args:
        outcome: the samples along the first axis, the points along the second; of another shape: nothing is perturbed.
        points: how many there are.
    """
    samples = outcome.detach().double().cpu()
    if samples.dim() != 2:
        return torch.zeros(points, dtype=torch.float64), torch.zeros(points, dtype=torch.float64)
    apart = (samples[1:] - samples[0]).abs()
    finite = apart.isfinite()
    apart = torch.where(finite, apart, 0.0)
    farthest = apart.amax(0)
    scale = torch.where(farthest > 0, farthest, 1.0)
    mean = ((apart / scale).square().sum(0) / finite.sum(0).clamp(min=1)).sqrt() * scale
    known = samples[0].isfinite()
    return torch.where(known, farthest, 0.0).expand(points), torch.where(known, mean, 0.0).expand(points)
