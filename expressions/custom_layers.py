"""Layers and losses with backward passes written by hand, as they stand in public repositories: all of them right.

docs/cookbook.md has the line that checks each.
"""

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class LayerNorm(Function):
    """Ba, Kiros, Hinton, https://arxiv.org/abs/1607.06450, along the last dimension."""

    @staticmethod
    def forward(ctx, x, gamma, beta, eps):
        centred = x - x.mean(-1, keepdim=True)
        rstd = torch.rsqrt(centred.square().mean(-1, keepdim=True) + eps)
        xhat = centred * rstd
        ctx.save_for_backward(xhat, rstd, gamma)
        return xhat * gamma + beta

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        xhat, rstd, gamma = ctx.saved_tensors
        rows = tuple(range(g.dim() - 1))
        d = g * gamma
        gx = rstd * (d - d.mean(-1, keepdim=True) - xhat * (d * xhat).mean(-1, keepdim=True))
        return gx, (g * xhat).sum(rows), g.sum(rows), None


class RMSNorm(Function):
    """Zhang, Sennrich, https://arxiv.org/abs/1910.07467."""

    @staticmethod
    def forward(ctx, x, weight, eps):
        rms = torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)
        ctx.save_for_backward(x, weight, rms)
        return x * rms * weight

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        x, weight, rms = ctx.saved_tensors
        d = g * weight
        gx = rms * d - x * rms**3 * (d * x).mean(-1, keepdim=True)
        return gx, (g * x * rms).sum(tuple(range(g.dim() - 1))), None


class BatchNorm(Function):
    """Ioffe, Szegedy, https://arxiv.org/abs/1502.03167, with the statistics of the batch."""

    @staticmethod
    def forward(ctx, x, gamma, beta, eps):
        mean = x.mean(0)
        std = torch.sqrt(x.var(0, unbiased=False) + eps)
        xhat = (x - mean) / std
        ctx.save_for_backward(xhat, std, gamma)
        return gamma * xhat + beta

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        xhat, std, gamma = ctx.saved_tensors
        n = g.shape[0]
        ggamma = (g * xhat).sum(0)
        gbeta = g.sum(0)
        gx = gamma / (n * std) * (n * g - gbeta - xhat * ggamma)
        return gx, ggamma, gbeta, None


class Softmax(Function):
    """softmax along a dimension."""

    @staticmethod
    def forward(ctx, x, dim):
        e = torch.exp(x - x.amax(dim, keepdim=True))
        y = e / e.sum(dim, keepdim=True)
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return y * (g - (y * g).sum(ctx.dim, keepdim=True)), None


class CrossEntropy(Function):
    """Cross-entropy of logits and class labels, with label smoothing and a reduction."""

    @staticmethod
    def forward(ctx, logits, target, smoothing, reduction):
        logp = torch.log_softmax(logits, -1)
        ctx.save_for_backward(logp, target)
        ctx.smoothing, ctx.reduction = smoothing, reduction
        picked = logp.gather(-1, target[:, None])[:, 0]
        loss = -(1 - smoothing) * picked - smoothing * logp.mean(-1)
        return {"mean": loss.mean, "sum": loss.sum, "none": lambda: loss}[reduction]()

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        logp, target = ctx.saved_tensors
        n, classes = logp.shape
        q = torch.full_like(logp, ctx.smoothing / classes)
        q.scatter_add_(1, target[:, None], torch.full_like(logp[:, :1], 1 - ctx.smoothing))
        d = logp.exp() - q
        if ctx.reduction == "mean":
            d = d / n
        return (g[:, None] if ctx.reduction == "none" else g) * d, None, None, None


class DiceLoss(Function):
    """Milletari, Navab, Ahmadi, https://arxiv.org/abs/1606.04797, with a smoothing term."""

    @staticmethod
    def forward(ctx, pred, mask, eps):
        overlap, total = (pred * mask).sum(), pred.sum() + mask.sum() + eps
        ctx.save_for_backward(mask, overlap, total)
        ctx.eps = eps
        return 1 - (2 * overlap + eps) / total

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        mask, overlap, total = ctx.saved_tensors
        return -g * (2 * mask * total - (2 * overlap + ctx.eps)) / total**2, None, None


class FocalLoss(Function):
    """Lin et al., https://arxiv.org/abs/1708.02002, of logits z and labels t in {0, 1}; the sum."""

    @staticmethod
    def forward(ctx, z, t, gamma):
        ctx.save_for_backward(z, t)
        ctx.gamma = gamma
        s = z * (2 * t - 1)
        return (torch.sigmoid(-s) ** gamma * -torch.nn.functional.logsigmoid(s)).sum()

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        z, t = ctx.saved_tensors
        sign = 2 * t - 1
        q = torch.sigmoid(-z * sign)
        slope = q**ctx.gamma * (ctx.gamma * (1 - q) * torch.nn.functional.logsigmoid(z * sign) - q)
        return g * sign * slope, None, None


class Linear(Function):
    """x @ weight.T + bias."""

    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x @ weight.t() + bias

    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        gx = gweight = gbias = None
        if ctx.needs_input_grad[0]:
            gx = g @ weight
        if ctx.needs_input_grad[1]:
            gweight = g.t() @ x
        if ctx.needs_input_grad[2]:
            gbias = g.sum(0)
        return gx, gweight, gbias


class Attention(Function):
    """Scaled dot-product attention, https://arxiv.org/abs/1706.03762."""

    @staticmethod
    def forward(ctx, q, k, v, scale):
        p = torch.softmax(scale * (q @ k.mT), -1)
        ctx.save_for_backward(q, k, v)
        ctx.scale = scale
        return p @ v

    @staticmethod
    def backward(ctx, g):
        q, k, v = ctx.saved_tensors
        p = torch.softmax(ctx.scale * (q @ k.mT), -1)
        gp = g @ v.mT
        gs = ctx.scale * p * (gp - (p * gp).sum(-1, keepdim=True))
        return gs @ k, gs.mT @ q, p.mT @ g, None


class Rotary(Function):
    """Rotary position embedding, https://arxiv.org/abs/2104.09864; cos and sin are given."""

    @staticmethod
    def forward(ctx, x, cos, sin):
        ctx.save_for_backward(cos, sin)
        a, b = x.chunk(2, -1)
        return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

    @staticmethod
    def backward(ctx, g):
        cos, sin = ctx.saved_tensors
        a, b = g.chunk(2, -1)
        return torch.cat((a * cos + b * sin, b * cos - a * sin), -1), None, None


class SwiGLU(Function):
    """Shazeer, https://arxiv.org/abs/2002.05202."""

    @staticmethod
    def forward(ctx, gate, value):
        ctx.save_for_backward(gate, value)
        return torch.nn.functional.silu(gate) * value

    @staticmethod
    def backward(ctx, g):
        gate, value = ctx.saved_tensors
        s = torch.sigmoid(gate)
        return g * value * s * (1 + gate * (1 - s)), g * gate * s


class Embedding(Function):
    """Rows of a table by their numbers."""

    @staticmethod
    def forward(ctx, ids, table):
        ctx.save_for_backward(ids)
        ctx.rows = table.shape[0]
        return table[ids]

    @staticmethod
    def backward(ctx, g):
        (ids,) = ctx.saved_tensors
        gtable = g.new_zeros(ctx.rows, g.shape[-1])
        return None, gtable.index_add(0, ids.reshape(-1), g.reshape(-1, g.shape[-1]))


class Conv1d(Function):
    """A convolution along the last dimension, written with unfold."""

    @staticmethod
    def forward(ctx, x, weight, padding):
        columns = torch.nn.functional.pad(x, (padding, padding)).unfold(2, weight.shape[2], 1)
        ctx.save_for_backward(x, weight)
        ctx.padding = padding
        return torch.einsum("nclk,ock->nol", columns, weight)

    @staticmethod
    def backward(ctx, g):
        x, weight = ctx.saved_tensors
        p, k = ctx.padding, weight.shape[2]
        columns = torch.nn.functional.pad(x, (p, p)).unfold(2, k, 1)
        wide = torch.nn.functional.pad(g, (k - 1, k - 1)).unfold(2, k, 1)
        gx = torch.einsum("nolk,ock->ncl", wide, weight.flip(2))
        return gx[:, :, p : p + x.shape[2]], torch.einsum("nol,nclk->ock", g, columns), None


class MaxOverTime(Function):
    """The largest element along the last dimension; of equal ones the first gets the gradient."""

    @staticmethod
    def forward(ctx, x):
        values, places = x.max(-1)
        ctx.save_for_backward(places)
        ctx.size = x.shape[-1]
        return values

    @staticmethod
    def backward(ctx, g):
        (places,) = ctx.saved_tensors
        gx = g.new_zeros(*g.shape, ctx.size)
        return gx.scatter(-1, places[..., None], g[..., None])


class CosineSimilarity(Function):
    """Of the rows of x and y."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return (x * y).sum(-1) / (x.norm(dim=-1) * y.norm(dim=-1))

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        nx, ny = x.norm(dim=-1, keepdim=True), y.norm(dim=-1, keepdim=True)
        cos = (x * y).sum(-1, keepdim=True) / (nx * ny)
        g = g[..., None]
        return g * (y / (nx * ny) - cos * x / nx**2), g * (x / (nx * ny) - cos * y / ny**2)


class InfoNCE(Function):
    """van den Oord, Li, Vinyals, https://arxiv.org/abs/1807.03748."""

    @staticmethod
    def forward(ctx, query, key, temperature):
        ctx.save_for_backward(query, key)
        ctx.temperature = temperature
        s = query @ key.t() / temperature
        return (torch.logsumexp(s, 1) - s.diagonal()).mean()

    @staticmethod
    def backward(ctx, g):
        query, key = ctx.saved_tensors
        n = query.shape[0]
        p = torch.softmax(query @ key.t() / ctx.temperature, 1)
        d = g * (p - torch.eye(n, dtype=p.dtype)) / (n * ctx.temperature)
        return d @ key, d.t() @ query, None


class Solve(Function):
    """The solution of a @ x = b."""

    @staticmethod
    def forward(ctx, a, b):
        x = torch.linalg.solve(a, b)
        ctx.save_for_backward(a, x)
        return x

    @staticmethod
    def backward(ctx, g):
        a, x = ctx.saved_tensors
        gb = torch.linalg.solve(a.mT, g)
        return -gb @ x.mT, gb


class LogDet(Function):
    """The logarithm of a determinant's absolute value."""

    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return torch.linalg.slogdet(a).logabsdet

    @staticmethod
    def backward(ctx, g):
        (a,) = ctx.saved_tensors
        return g * torch.linalg.inv(a).mT


class SegmentSum(Function):
    """The sums of the rows that have the same number, as graph networks take them."""

    @staticmethod
    def forward(ctx, x, segment, count):
        ctx.save_for_backward(segment)
        return x.new_zeros(count, x.shape[1]).index_add(0, segment, x)

    @staticmethod
    def backward(ctx, g):
        (segment,) = ctx.saved_tensors
        return g[segment], None, None


class GaussianKL(Function):
    """The Kullback-Leibler divergence of a diagonal Gaussian from the standard one; sigma is above 0."""

    @staticmethod
    def forward(ctx, mu, sigma):
        if (sigma <= 0).any():
            raise ValueError("sigma must be above 0")
        ctx.save_for_backward(mu, sigma)
        return (mu.square() + sigma.square() - 1).sum() / 2 - sigma.log().sum()

    @staticmethod
    def backward(ctx, g):
        mu, sigma = ctx.saved_tensors
        return g * mu, g * (sigma - 1 / sigma)


class MeanAndVariance(Function):
    """Two outputs: the mean and the variance along the last dimension."""

    @staticmethod
    def forward(ctx, x):
        mean = x.mean(-1)
        centred = x - mean[..., None]
        ctx.save_for_backward(x)
        return mean, centred.square().mean(-1)

    @staticmethod
    def backward(ctx, gmean, gvariance):
        (x,) = ctx.saved_tensors
        n = x.shape[-1]
        centred = x - x.mean(-1, keepdim=True)
        return (gmean[..., None] + 2 * gvariance[..., None] * centred) / n


class GradientReversal(Function):
    """Ganin, Lempitsky, https://arxiv.org/abs/1409.7495: nothing forward, -scale times the gradient backward."""

    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return -ctx.scale * g, None


class SignSTE(Function):
    """Courbariaux et al., https://arxiv.org/abs/1602.02830: sign, with the gradient of a hard tanh."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x.abs() <= 1)


class ClippedGradient(Function):
    """The identity; its gradient is clipped to [-limit, limit]."""

    @staticmethod
    def forward(ctx, x, limit):
        ctx.limit = limit
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        return g.clamp(-ctx.limit, ctx.limit), None


class FakeQuantize(Function):
    """LSQ, https://arxiv.org/abs/1902.08153: rounding to a grid of a learned step, straight through within its ends."""

    @staticmethod
    def forward(ctx, w, step, low, high):
        ctx.save_for_backward(w, step)
        ctx.ends = low, high
        return (w / step).round().clamp(low, high) * step

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        w, step = ctx.saved_tensors
        low, high = ctx.ends
        v = w / step
        inside = (v >= low) & (v <= high)
        slope = torch.where(inside, v.round() - v, v.clamp(low, high))
        return g * inside, (g * slope).sum(), None, None


class ScaleNorm(torch.nn.Module):
    """Nguyen, Salazar, https://arxiv.org/abs/1910.05895: a module, with a parameter of its own."""

    def __init__(self, eps=1e-5):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor(1.5))
        self.eps = eps

    def forward(self, x):
        return self.scale * x / x.norm(dim=-1, keepdim=True).clamp(min=self.eps)
