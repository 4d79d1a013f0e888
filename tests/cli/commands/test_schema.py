"""`derivcheck schema`."""

from __future__ import annotations

import json

import jsonschema
from command_line import run


def test_the_schema_accepts_what_derivcheck_writes() -> None:
    """It is a JSON Schema by itself, and a document and each of its lines are valid against it."""
    schema = json.loads(run("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    arguments = ["x**2", "--at", "x=2", "--format"]
    check.validate(json.loads(run(*arguments, "json").stdout))
    for line in run(*arguments, "jsonl").stdout.splitlines():
        check.validate(json.loads(line))
