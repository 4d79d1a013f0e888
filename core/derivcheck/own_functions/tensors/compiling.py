"""The item about torch.compile, which should change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from warnings import catch_warnings

from derivcheck.autograd.compiled import compiled_afresh
from derivcheck.autograd.exceptions import refusal_of
from derivcheck.model import Status
from derivcheck.own_functions.checks.comparison import Comparison, conclude, is_ours
from derivcheck.own_functions.tensors.comparison import compare_gradients, compare_values
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream
from derivcheck.own_functions.tensors.ways_of_asking import asked_places

_COMPILED = "torch.compile"


def check_compiled(subject: TensorSubject) -> Iterator[Comparison]:
    """Values and gradients under torch.compile."""
    function = compiled_afresh(subject)
    for place in asked_places(subject):
        for number in (*DENSE, ONES):
            upstream = Upstream(number)
            inputs = place.inputs()
            try:
                with catch_warnings(action="ignore"):  # the compiler's, which show lines of ours
                    outputs = function(inputs)
                    weights = upstream.tensors([tuple(output.shape) for output in outputs], subject.setting)
                    found = subject.gradients(outputs, inputs, weights)
            except Exception as error:  # what the compiler refuses, it raises
                if is_ours(error):
                    raise
                yield conclude(Status.SKIPPED, f"torch.compile does not work here: {refusal_of(error).text}")
                return
            yield from compare_values(place, outputs, how=_COMPILED)
            named = zip(subject.args, inputs, found, strict=True)
            gradients = {name: gradient for name, leaf, gradient in named if leaf.requires_grad}
            yield from compare_gradients(place, gradients, upstream, how=_COMPILED)
