"""Texts as people write them: what they are lowered to is what torch returns for them."""

from __future__ import annotations

import pytest
import torch
from lowered import about, numbers_of, value_of

from derivcheck.autograd.shaped_program import compile_shaped
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.elements.lowering import lower
from derivcheck.language.parse import parse
from derivcheck.model import Mode
from derivcheck.numbers import DType

_GENERATOR = torch.Generator().manual_seed(15)


def normal(*shape: int) -> torch.Tensor:
    """Draw numbers from the normal distribution."""
    return torch.randn(shape, generator=_GENERATOR, dtype=torch.float64)


POINT = {
    "x": normal(3),
    "y": normal(3),
    "z": normal(2, 3),
    "A": normal(3, 3),
    "W": normal(4, 3),
    "b": normal(4),
    "c": normal(2, 3, 4),
    "s": normal(),
    "p": torch.softmax(normal(2, 3), 1),
    "v": normal(2, 3).abs() + 0.5,
    "t": torch.tensor([2, 0]),
    "k": torch.tensor(1),
}

TEXTS = """
sum(x**2)
x @ A @ x
h = tanh(W @ x + b); -log_softmax(h, 0)[k]
u = split(x, 1); u[0]*u[1] + u[2]
(x, y**2)

F.mse_loss(x, y)
mse_loss(x, y, reduction='none')
huber_loss(x, y, delta=0.5)
F.smooth_l1_loss(x, y, beta=2.0, reduction='sum')
F.binary_cross_entropy_with_logits(z, p, pos_weight=y**2)
F.binary_cross_entropy(p, p)
F.cross_entropy(z, t)
F.cross_entropy(z, 2 - t, weight=y**2, label_smoothing=0.1)
F.cross_entropy(z, softmax(c[:, :, 0], 1))
F.cross_entropy(z, [0, 2])
F.cross_entropy(z, p)
F.cross_entropy(z, 0.9*p + 1/30)
F.cross_entropy(z, [[0, 1, 0], [1, 0, 0]])
F.nll_loss(log_softmax(z, 1), (2*t)//2)
F.kl_div(log_softmax(z, -1), p, reduction='batchmean')
F.gaussian_nll_loss(z, p, v)
F.gaussian_nll_loss(z, p, 2.0)
F.margin_ranking_loss(x, y, [1, -1, 1])
F.cosine_similarity(x, y, dim=0)
torch.cdist(z, A)

F.layer_norm(z, [3], weight=x, bias=y)
F.layer_norm(z, (3,), x, y, 1e-3)
F.rms_norm(z, (3,), eps=1e-6)
F.group_norm(c, 3)
F.batch_norm(z, None, None, training=True)
F.batch_norm(z, x, y**2)
F.normalize(x, p=1, dim=0)
z.clamp(min=0)
clamp(z, max=0.5)
clamp(z, -1, x)

z.mean(axis=0, keepdims=True)
z.var(unbiased=False)
np.var(x, ddof=1)
c.sum((0, 2))
c.amax(dim=(0, 1))
z.max(dim=1).values
logsumexp(x)
norm(x, float('inf'))
torch.linalg.vector_norm(x, ord=3)
z.norm(dim=1)
x.cumsum(0)
torch.trapezoid(y, dx=0.5)
torch.corrcoef(z)

z.T @ z
c.permute(2, 0, 1)
c.transpose(1, 2)
z.reshape(-1)
x.view(1, 3)
x[None, :] * x[:, None]
x.repeat_interleave(2)
torch.roll(z, (1, 1), (0, 1))
torch.tril(A)
z[[0, 1], [2, 0]]
softmax(z, 1)[arange(2), t]
x[2 - t]
c[..., 1:, 0]
c[0, :, t]
stack([x, [1, 2, 3]])
torch.cat((z, z), dim=-1)
[x, y, 2*x]
[[1, 2], [3, s]]
torch.eye(3) @ x
x * (arange(3)/3)
sqrt(arange(3)) * x
linspace(0, 1, 3) * x
torch.full((3,), 2.0) * x
F.one_hot(t, 3) @ x
chunk(x, 3)[0]
where(z > 0, z, 0.1*z)
torch.where(t == 0, x[0], x[1])
t/2*s
max(x, y)
""".splitlines()


@pytest.mark.parametrize("text", [text for text in TEXTS if text])
def test_a_text_is_what_torch_makes_of_it(text: str) -> None:
    """By two ways that share the tree alone: numbers, exactly, and tensors."""
    expression = parse(text, list(POINT), has_shapes=True)
    point = {name: value_of(POINT[name]) for name in expression.variables}
    found = numbers_of(lower(expression, point, about(point)), point)
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    expected = compile_shaped(expression)([POINT[name] for name in expression.variables], setting.literal)
    assert [x.shape for x in expected] == [x.shape for x in found]
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs.to(torch.float64), rtol=1e-12, atol=1e-13)
