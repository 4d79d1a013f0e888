"""A filled template is the line that the serializer writes."""

from __future__ import annotations

import json

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case
from derivcheck.reporting.serialization.row_template import RowTemplate
from derivcheck.reporting.serialization.serialize import line_data


def test_it_is_what_the_serializer_writes() -> None:
    """Also where texts hold what the template might take for its own, and where rounding was looked at."""
    case = Case("sin(x)*0.1 + x**3", ({"x": "0.7"}, {"x": "2.3"}), 'a "%s" \\ é', why="100 %")
    first, second = (list(check_case(case))[index::2] for index in range(2))
    for kind in (first, second):
        template = RowTemplate(kind[0])
        for result in kind:
            data = json.loads(json.dumps(line_data(result)))
            assert result.truth is not None
            assert result.truth.value is not None
            assert result.gradient is not None
            assert result.gradient.value is not None
            exact = json.dumps(data["point_exact"])
            filled = template.fill(
                json.dumps(data["point"]), exact, result.truth.value, result.gradient.value, result.verdict
            )
            assert filled == json.dumps(line_data(result))
