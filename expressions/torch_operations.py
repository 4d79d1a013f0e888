"""The functions of torch_operations.toml: operations of torch on matrices and vectors, as functions of one number."""

import torch
from torch.nn import functional


def matrix(*rows):
    return torch.stack([torch.stack(row) for row in rows])


def zero(t):
    return torch.zeros_like(t)


def one(t):
    return torch.ones_like(t)


# --- matrices: the formula of each is its entry or its determinant, written out by hand


def det(t):
    return torch.linalg.det(matrix([t, t], [-one(t), t]))


def det_of_equal_singular_values(t):
    return torch.linalg.det(matrix([t, zero(t)], [zero(t), t]))


def log_det(t):
    return torch.linalg.slogdet(matrix([t, zero(t)], [zero(t), 2 * one(t)]))[1]


def solve(t):
    return torch.linalg.solve(t.reshape(1, 1), one(t).reshape(1, 1))[0, 0]


def householder_product(t):
    return torch.linalg.householder_product(torch.stack([one(t), t]).reshape(2, 1), (t * t).reshape(1))[1, 0]


def cholesky_inverse(t):
    return torch.cholesky_inverse(matrix([t, zero(t)], [one(t), 2 * t]))[0, 0]


def cholesky_solve(t):
    factors = torch.stack([matrix([t, zero(t)], [one(t), 2 * t])] * 2)
    return torch.cholesky_solve(torch.tensor([[1, 2], [-1, 3]], dtype=t.dtype), factors)[0, 0, 0]


def exp_by_eigenvectors(t):
    values, vectors = torch.linalg.eigh(matrix([t, zero(t)], [zero(t), t * t]))
    return (vectors @ torch.diag(torch.exp(values)) @ vectors.mT)[0, 0]


def by_singular_vectors(t):
    left, values, right = torch.linalg.svd(matrix([t, zero(t)], [zero(t), t * t]))
    return (left @ torch.diag(values) @ right)[0, 0]


def exp_of_a_rotation(t):
    return torch.linalg.matrix_exp(matrix([zero(t), t], [-t, zero(t)]))[0, 1]


def exp_of_one_number(t):
    return torch.linalg.matrix_exp(t.reshape(1, 1))[0, 0]


# --- vectors: t, 0 and 1 normalized, products, sums of exponentials


def three(t):
    return torch.stack([t, zero(t), one(t)])


def layer_norm(t):
    return functional.layer_norm(three(t), (3,))[0]


def batch_norm(t):
    return functional.batch_norm(three(t).reshape(3, 1), None, None, training=True)[0, 0]


def instance_norm(t):
    return functional.instance_norm(three(t).reshape(1, 1, 3))[0, 0, 0]


def group_norm(t):
    return functional.group_norm(three(t).reshape(1, 1, 3), 1)[0, 0, 0]


def cumprod(t):
    return torch.cumprod(torch.stack([t, t + 2, t + 3]), 0)[2]


def prod(t):
    return torch.prod(torch.stack([t, t + 2, t + 3]))


def product_by_scatter(t):
    return torch.ones(1, dtype=t.dtype).scatter_reduce(0, torch.tensor([0, 0]), torch.stack([t, t + 1]), "prod")[0]


def norm_squared(t):
    return torch.linalg.vector_norm(t.reshape(1)) ** 2


def logcumsumexp(t):
    return torch.logcumsumexp(torch.stack([t, zero(t)]), 0)[1]


def logcumsumexp_of_one(t):
    return torch.logcumsumexp(torch.stack([t, t + 1000]), 0)[0]


def polar(t):
    return torch.polar(t, zero(t)).real


def cross_entropy(t):
    return functional.cross_entropy(torch.stack([t, zero(t)]), torch.tensor(0))


def attention(t):
    query, keys, values = t, torch.stack([t, zero(t)]), torch.stack([t, one(t)])
    shaped = (tensor.reshape(1, 1, -1, 1) for tensor in (query, keys, values))
    return functional.scaled_dot_product_attention(*shaped).reshape(())


# --- 70,000 equal numbers, more than float16 can count


def amax_of_equals(t):
    return t.expand(70_000, 2).amax(0)[0]


def logsumexp_of_equals(t):
    return torch.logsumexp(t.expand(70_000), 0)


def log_softmax_of_equals(t):
    return torch.log_softmax(t.expand(70_000), 0)[0]
