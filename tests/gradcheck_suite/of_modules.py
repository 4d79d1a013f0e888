"""Gradchecks of modules, in the manner of unittest."""

import unittest

import layers
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck


class TestBlock(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)
        self.block = layers.Block(3).double()
        self.x = torch.randn(1, 3, dtype=torch.double, requires_grad=True)

    def test_input(self):
        self.assertTrue(gradcheck(self.block, (self.x,), eps=1e-6, atol=1e-4))

    def test_parameters(self):
        names, parameters = zip(*self.block.named_parameters())

        def call(x, *given):
            return torch.func.functional_call(self.block, dict(zip(names, given)), (x,))

        self.assertTrue(gradcheck(call, (self.x, *parameters)))

    def test_twice(self):
        self.assertTrue(gradgradcheck(self.block, [self.x]))

    def test_both_gelus_missed(self):
        for function in (nn.functional.gelu, layers.Gelu.apply):
            with self.subTest(function=str(function)):
                self.assertTrue(gradcheck(function, (self.x,)))


class TestDropout(unittest.TestCase):
    def test_with_a_seed(self):
        def call(x):
            torch.manual_seed(3)
            return nn.functional.dropout(x, 0.5)

        x = torch.randn(6, dtype=torch.double, requires_grad=True)
        self.assertTrue(gradcheck(call, (x,)))
