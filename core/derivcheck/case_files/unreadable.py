"""What stands in the stream of cases where one, or a whole file, could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from derivcheck.errors import DerivcheckError, Location
from derivcheck.model import Case, Result, Status, Verdict, What


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A case, a line or a file that could not be read.

    Attributes:
        location: where it stands.
        error: why, with its own location (the key as well, where one is at fault).
        name, expr: the case's name and expression, as far as they were read.
    """

    location: Location
    error: DerivcheckError
    name: str | None = None
    expr: str = ""

    def __post_init__(self) -> None:
        """Leave behind what led to the error: Dask pickles exceptions with all their frames, hundreds in a parser."""
        self.error.__traceback__ = self.error.__context__ = self.error.__cause__ = None

    def result(self) -> Result:
        """The `error` Result that the case comes to."""
        case = Case(expr=self.expr, name=self.name, location=self.location)
        verdict = Verdict(Status.ERROR, reason=self.error.message)
        return Result(case=case, what=What.VALUE, wrt=(), verdict=verdict, error=self.error)


def as_unreadable(error: DerivcheckError, file: str, line: int | None = None) -> Unreadable:
    """The value for an error at a line of a file, or in the file as a whole."""
    location = Location(file, line)
    return Unreadable(location, error.at(location))
