"""The check of a chunk, in whatever process: a worker's, or the one that the user started."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.checking.late_formulas import as_plain, can_be_recalled
from derivcheck.checking.many_points.rows import Rows, check_points
from derivcheck.errors import DerivcheckError
from derivcheck.model import Case, Result, Severity, Status
from derivcheck.model.deferred import Deferred
from derivcheck.model.failures import crashed, failed
from derivcheck.reporting.outcomes.expect import Judge, Outcome
from derivcheck.reporting.serialization.serialize import is_left_out
from derivcheck.reporting.serialization.shaped_data import are_recorded
from derivcheck.running.chunks import Chunk, Portion
from derivcheck.running.interface import ROWS, Formulas, Matches, Piece, Wanted


def check_chunk(chunk: Chunk, *, wanted: Wanted = ROWS) -> Iterator[Piece]:
    """Check a chunk, and yield its pieces in order, each as soon as it is done.

    Args:
        chunk: what to check.
        wanted: what of the Results somebody will look at, so that it had better be made here.
    """
    for portion in chunk:
        if isinstance(portion.item, Unreadable):
            yield Piece(portion.item, (portion.item.result(),), last=True)
        else:
            yield _make_piece(portion, portion.item, check_safely(portion.item), wanted)


def _make_piece(portion: Portion, case: Case, results: Sequence[Result], wanted: Wanted) -> Piece:
    """Make the piece of a portion with the texts that somebody wants: SymPy may hang over one, and is watched here."""
    if wanted.rows or case.expect is not None:  # what was expected is held against every row
        rows, matches = tuple(results), Matches()
    elif wanted.filed:
        return _make_filed(portion, case, results, wanted)
    else:
        rows, matches = _without_matches(results, portion)
        if not rows:
            return Piece(case, rows, portion.is_last, matches)
    rows = _finished(case, rows, wanted)
    _make_formulas(rows, matches, case, portion, wanted)
    return Piece(case, rows, portion.is_last, matches)


def _make_filed(portion: Portion, case: Case, results: Sequence[Result], wanted: Wanted) -> Piece:
    """Make the piece of a portion whose rows are written to a file: here, where there are many points."""
    if not isinstance(results, Rows):
        rows = _finished(case, tuple(results), wanted)
        _make_formulas(rows, Matches(), case, portion, wanted)
        return Piece(case, rows, portion.is_last)
    # It writes rows as JSON, which runs without a file of results do not need.
    from derivcheck.running.written_rows import written_rows

    examples = _finished(case, tuple(results.examples), wanted)
    matches = Matches(results.passing, results.wrts if results.passing else ())
    lines = written_rows(results, examples, _with_plain_formulas)
    _make_formulas(examples, matches, case, portion, wanted)
    return Piece(case, examples, portion.is_last, matches, lines)


def _finished(case: Case, rows: tuple[Result, ...], wanted: Wanted) -> tuple[Result, ...]:
    """The Results as they are handed on: explained where somebody wants it, and with plain formulas."""
    if wanted.explained and any(row.status is not Status.MATCH for row in rows):
        # Few runs explain anything, and only where something does not match.
        from derivcheck.explaining.attaching import explain_results

        rows = explain_results(case, rows)
    return tuple(_with_plain_formulas(rows))


def _make_formulas(rows: tuple[Result, ...], matches: Matches, case: Case, portion: Portion, wanted: Wanted) -> None:
    """Write the formulas that somebody will look at."""
    written = [row for row in rows if not is_left_out(row)] if wanted.written else []
    for result in (*_choose_shown(rows, matches, case, portion, wanted.formulas), *written):
        _ = result.formula_text


def _with_plain_formulas(rows: Sequence[Result]) -> Iterator[Result]:
    """Yield the Results; where all numbers of a point are right, with formulas as SymPy's rules leave them.

    To collect and sort a formula as SymPy does takes several times as long as the check. Whoever looks for a mistake
    wants it so; the others are mostly recorded, and looked at by programs if at all. Records leave out those of rows
    that match.
    """
    formulas: dict[tuple[object, ...], Deferred] = {}
    for worst, result in _with_worst_at_point(rows):
        formula = result.formula
        if worst.rank >= Status.UNSTABLE.rank or not isinstance(formula, Deferred):
            yield result
            continue
        if result.values is not None:  # the formula of a tensor has one form only
            is_left_out = can_be_recalled(result) and are_recorded(result.values)
            yield replace(result, formula=formula.leaving_out()) if is_left_out else result
            continue
        key = formula.recipe[:2]  # of a piece's points, some may have other variables
        if key not in formulas:
            formulas[key] = as_plain(formula)
        plain = formulas[key]
        yield replace(result, formula=plain.leaving_out() if can_be_recalled(result) else plain)


def _with_worst_at_point(rows: Sequence[Result]) -> Iterator[tuple[Status, Result]]:
    """Yield the worst status at its point with each Result."""
    for _, group in groupby(rows, key=lambda result: id(result.place)):
        point = tuple(group)
        worst = max((row.status for row in point), key=lambda status: status.rank)
        for row in point:
            yield worst, row


def _without_matches(results: Sequence[Result], portion: Portion) -> tuple[tuple[Result, ...], Matches]:
    """Split the Results into those that somebody may look at, and the count of those that match."""
    if isinstance(results, Rows):
        rows, matches = tuple(results.examples), Matches(results.passing, results.wrts if results.passing else ())
    else:
        rows, matches = tuple(results), Matches()
    if portion.is_whole and all(row.status is Status.MATCH for row in rows):
        wrts = dict.fromkeys([*matches.wrts, *(row.wrt for row in rows)])
        return (), Matches(matches.count + len(rows), tuple(wrts))
    return rows, matches


def _choose_shown(
    rows: Sequence[Result], matches: Matches, case: Case, portion: Portion, formulas: Formulas
) -> Iterable[Result]:
    """Choose the Results whose formulas somebody will look at."""
    if formulas is Formulas.NONE:
        return ()
    if formulas is Formulas.ALL:
        return rows
    if portion.is_whole:  # else nobody knows here what the case comes to
        outcome = _judge_outcome(rows, matches, case)
        if formulas is Formulas.REMARKABLE:
            return () if outcome.status is Status.MATCH and outcome.severity is Severity.PASS else rows
        least = Severity.FAIL if formulas is Formulas.FAILURES else Severity.WARN
        if outcome.severity.rank < least.rank:
            return ()
    return rows if formulas is Formulas.REMARKABLE or case.expect is not None else _choose_findings(rows)


def _judge_outcome(rows: Sequence[Result], matches: Matches, case: Case) -> Outcome:
    jury = Judge(case)
    jury.add_matches(matches.wrts)
    for row in rows:
        jury.add(row)
    return jury.outcome()


def _choose_findings(results: Sequence[Result]) -> Iterator[Result]:
    """Choose the Results of the points at which something does not pass: a report shows such a point whole."""
    return (result for worst, result in _with_worst_at_point(results) if worst.severity is not Severity.PASS)


def check_safely(case: Case) -> Sequence[Result]:
    """Check a case, or run its check list; whatever goes wrong in our own code is a Result that keeps the traceback."""
    try:
        if case.search is not None:
            # Few runs hunt, and it loads torch.
            from derivcheck.running.hunted_rows import check_hunt

            return check_hunt(case)
        if case.checklist is None:
            return check_points(case)
        # Most runs have no check list; and this loads torch, which a run's parent process never does.
        from derivcheck.own_functions.checking import check_list

        return tuple(check_list(case))
    except DerivcheckError as error:
        return (failed(case, error),)
    except Exception as error:  # a batch goes on
        return (crashed(case, error),)
