"""What the tests share. It imports gradcheck before any plug-in is configured."""

import functools

import pytest
import torch
from torch.autograd import gradcheck

check_loosely = functools.partial(gradcheck, eps=1e-6, atol=1e-4)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture
def loosely():
    return check_loosely
