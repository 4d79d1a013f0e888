"""The hunt: landmarks, a sample of every binade, a screen by torch alone, climbs, boundaries, kinks and poles."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from derivcheck.errors import UnsupportedError
from derivcheck.hunting.batched_numbers import BatchedNumbers
from derivcheck.hunting.climbing import climb, error_at
from derivcheck.hunting.hunted import finish
from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.landmarks import landmarks
from derivcheck.hunting.proven_errors import ProvenErrors
from derivcheck.hunting.sampling import in_passes, sample
from derivcheck.hunting.saved_hunts import SavedHunt, load, save
from derivcheck.hunting.screening import screen, stripes
from derivcheck.hunting.searched import Place, Searched, read_request
from derivcheck.hunting.singular_places import SingularPlaces
from derivcheck.hunting.stretches import Allowance, decide_runs, refine
from derivcheck.hunting.watch import BudgetSpent, Watch
from derivcheck.hunting.worst_points import worst_points
from derivcheck.model.hunt import Coverage, Ended, Find, Hunt, HuntRequest

_SAMPLED = 2000
"""Points a second of the budget that are held against enclosures; of those that go the ordinary way, a fortieth."""

_LANDMARKS = 100
"""Landmarks a second of the budget, of several variables."""

_SAVED = 16_384
"""An exhaustive search is saved whenever so many numbers were looked at."""

_SCREENED = 4_000_000
"""Points a second of the budget that torch alone is run on."""

_CHECKED = 12
"""Points a second of the budget that are checked the ordinary way for the map."""

_EXPLAINED = 100
"""Points a second of the budget for which it is asked what rounding explains."""

_MOST_JUMPS = 40
"""Places a second of the budget that the screen may propose."""

_BOUNDARIES = 8
"""So many boundaries of each column are sought to the last bit."""


def hunt(
    request: HuntRequest,
    *,
    progress: Callable[[Coverage], None] | None = None,
    resume: Path | None = None,
    kinks: bool = True,
) -> Hunt:
    """Search ranges of numbers for the points at which torch's gradient is wrong, or loses most digits.

    What it finds depends on the request alone, unless the budget cuts it short.

    Args:
        request: what to hunt for.
        progress: told a few times a second what was looked at until now.
        resume: a file that keeps what a hunt has looked at: one that was cut short goes on from there.
        kinks: whether an exhaustive hunt seeks the kinks and poles too, which for gamma takes longer than all the rest.

    Raises:
        DerivcheckError: for a case that cannot be read, and for a range that is none.

    Example:
        >>> from derivcheck.model import Case
        >>> from derivcheck.model.hunt import SearchRange
        >>> from derivcheck.numbers import DType
        >>> case = Case("sqrt(x)", dtype=DType.FLOAT16)
        >>> found = hunt(HuntRequest(case, (SearchRange("x", "1", "1.0625"),), budget=60, exhaustive=True))
        >>> found.coverage.proven, found.coverage.is_exhaustive, [str(find.kind) for find in found.finds]
        (65, True, ['worst', 'worst'])
    """
    searched = read_request(request)
    batched, errors = _evaluators(searched)
    watch = Watch(request.budget, request.seed, searched.numbers, progress)
    chase = _Chase(searched, batched, errors, watch, resume)
    ended = Ended.DONE
    try:
        chase.run(kinks=kinks)
        ended = Ended.BUDGET if watch.was_cut else Ended.DONE
    except BudgetSpent:
        ended = Ended.BUDGET
    except KeyboardInterrupt:
        ended = Ended.INTERRUPTED
    chase.save()
    return finish(request, chase.known, chase.kinks, watch.coverage(ended, is_exhaustive=chase.is_exhaustive))


def _evaluators(searched: Searched) -> tuple[BatchedNumbers | None, ProvenErrors | None]:
    """What looks at many points at once; None where every point has to go the ordinary way."""
    if searched.has_shapes:
        return None, None
    try:
        batched = BatchedNumbers(searched)
    except UnsupportedError:
        return None, None
    try:
        return batched, ProvenErrors(searched, batched)
    except (UnsupportedError, OverflowError):
        return batched, None


class _Chase:
    """One hunt, phase by phase."""

    def __init__(
        self,
        searched: Searched,
        batched: BatchedNumbers | None,
        errors: ProvenErrors | None,
        watch: Watch,
        file: Path | None,
    ) -> None:
        self.searched, self.batched, self.watch, self.file = searched, batched, watch, file
        self.known = KnownPoints(searched, watch, errors)
        self.draw = random.Random(searched.request.seed)
        self.allowance = Allowance(int(_CHECKED * searched.request.budget))
        self.kinks: list[Find] = []
        self.is_exhaustive = False
        self.saved = SavedHunt() if file is None else load(file, searched.request, self.known)
        watch.goes_on(self.saved.seconds, self.saved.proven, self.saved.screened)

    def save(self) -> None:
        """Write what is known into the file, where there is one."""
        if self.file is not None:
            watch = self.watch
            self.saved.seconds, self.saved.proven, self.saved.screened = watch.seconds, watch.proven, watch.screened
            save(self.file, self.searched.request, self.known, self.saved)

    def run(self, *, kinks: bool) -> None:
        """All phases."""
        known, watch = self.known, self.watch
        known.confirm(self.searched.lows)
        known.confirm(self.searched.highs)
        if self.searched.request.exhaustive:
            self.exhaust()
            if kinks:
                self.kinks = SingularPlaces(known).find(())
            return
        with watch.until(0.2):
            known.look_at(self.landmarks(), explained=True)
        with watch.until(0.4):
            known.look_at(self.sampled())
        self.save()
        self.confirm_worst()
        if len(self.searched.names) == 1:
            with watch.until(0.7):
                self.screen()
            self.save()
        with watch.until(0.8):
            self.climb()
            self.explain()
        self.confirm_worst()
        with watch.until(0.95):
            decide_runs(known, self.allowance)
            if len(self.searched.names) == 1:
                for column in range(len(self.searched.columns)):
                    refine(known, column, _BOUNDARIES, self.allowance)
        self.confirm_worst()
        if len(self.searched.names) == 1 and not self.searched.has_shapes:
            self.kinks = SingularPlaces(known).find(self.saved.jumps)

    def landmarks(self) -> list[Place]:
        """The landmarks; of several variables each at landmarks of its own, with ties among them."""
        each = [landmarks(self.searched, index) for index in range(len(self.searched.names))]
        if not self.known.errors:  # each costs as much as a hundred do otherwise
            each = [places[:: max(1, len(places) // max(self.count(_SAMPLED), 1))] for places in each]
        if len(each) == 1:
            return [(place,) for place in each[0]]
        found = [tuple(self.draw.choice(places) for places in each) for _ in range(self.count(_LANDMARKS))]
        ties = sorted(set.intersection(*map(set, each)))
        return [*((place,) * len(each) for place in ties[:: max(1, len(ties) // 64)]), *found]

    def sampled(self) -> list[Place]:
        """A sample of every binade; of several variables each is drawn by itself."""
        count = self.count(_SAMPLED)
        each = [sample(self.searched, index, count, self.draw) for index in range(len(self.searched.names))]
        if len(each) == 1:
            return [(place,) for place in each[0]]
        return [tuple(self.draw.choice(places) for places in each) for _ in range(count)]

    def count(self, each_second: int) -> int:
        """How many points the budget has; far fewer where every one goes the ordinary way."""
        return int(each_second * self.searched.request.budget) // (1 if self.known.errors else 40)

    def screen(self) -> None:
        """Let torch alone run over millions of points, and look closely where its numbers jump."""
        if self.batched is None or self.known.errors is None:
            return
        budget = self.searched.request.budget
        lines = stripes(self.searched, int(_SCREENED * budget), self.draw)
        for done, found in screen(lines, self.saved.screened_lines, self.batched, self.searched, self.watch):
            self.saved.screened_lines = done
            self.saved.jumps += found
        jumps = sorted(self.saved.jumps, key=lambda jump: -jump.size)
        for jump in jumps[: int(_MOST_JUMPS * budget)]:
            step = max(1, (jump.after - jump.before) // 4)
            self.known.look_at((jump.before + step * at,) for at in range(5))

    def climb(self) -> None:
        """Climb from the worst points of each column."""
        for column in range(len(self.searched.columns)):
            starts = sorted(self.known.looks, key=lambda place: -error_at(self.known, place, column))
            for start in starts[: self.searched.request.keep if self.known.errors else 1]:
                climb(self.known, start, column, self.draw)

    def explain(self) -> None:
        """Find out of some of the points whose status is open what rounding explains there."""
        open_ = [
            place for place, looks in sorted(self.known.looks.items()) if any(look.status is None for look in looks)
        ]
        count = int(_EXPLAINED * self.searched.request.budget)
        stride = max(1, len(open_) // count)
        self.known.explain(open_[::stride])

    def confirm_worst(self) -> None:
        """Check the worst points of each column the ordinary way: of each kind, and of those whose status is open."""
        keep = self.searched.request.keep
        for column in range(len(self.searched.columns)):
            worst = max(self.known.looks, key=lambda place: error_at(self.known, place, column))
            self.known.confirm(worst)
            for places in worst_points(self.known, column, keep).values():
                for place in places:
                    self.known.confirm(place)

    def exhaust(self) -> None:
        """Look at every number of the range; those whose status is not plain go the ordinary way."""
        low, high = self.searched.lows[0], self.searched.highs[0]
        every: list[Place] = [(place,) for place in in_passes(list(range(low, high + 1)))]
        self.known.look_at(every, explained=True)
        self.save()
        for number, place in enumerate(every):
            if any(look.status is None for look in self.known.looks[place]):
                self.known.confirm(place)
            if number % _SAVED == _SAVED - 1:
                self.save()
        self.is_exhaustive = True
        self.confirm_worst()
