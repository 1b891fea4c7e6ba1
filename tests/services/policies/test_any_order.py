"""However changes of the rules are proposed, tried out, approved, dropped or withdrawn: one version at any moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.deadlines.zones import WIB
from services.policies import changes
from services.policies.changes import Proposal
from tests.engine import Engine
from tests.factories import make_report
from tests.services import playing
from tests.services.playing import Openings, Work

START: Final = datetime.fromisoformat("2027-01-04T09:00:00+07:00")
DAY: Final = timedelta(days=1)
PEOPLE: Final = ("person:1", "person:2", "person:3")
DUE: Final = "deadlines.deadlines.report_due@PM13_2025.add.days"
CORRECTION: Final = "deadlines.deadlines.report_correction_due.add.days"


class AnyOrder(playing.Game):
    """Three administrators and one open report. What is in force is told apart from the rows by a list of our own."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.proposed: list[tuple[UUID, str]] = []
        self.approved: list[UUID] = []
        self.shipped: UUID = self.office.do(_begun)
        self.in_force: list[tuple[datetime, UUID]] = [(START, self.shipped)]

    def _act(self, work: Work) -> Any:
        done = self.office.do(work)
        self.office.rest()
        return done

    def _one(self, which: int) -> tuple[UUID, str] | None:
        return self.proposed[which % len(self.proposed)] if self.proposed else None

    @rule(hours=st.sampled_from([1, 15, 30, 72]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.office.to(self.now)

    @rule(
        who=st.sampled_from(PEOPLE),
        setting=st.sampled_from([DUE, CORRECTION]),
        days=st.integers(5, 20),
        ahead=st.integers(0, 3),
        moves=st.booleans(),
        far=st.integers(0, 2),
    )
    def somebody_proposes(self, who: str, setting: str, days: int, ahead: int, moves: bool, far: int) -> None:
        """And often it goes on at once: tried out, and approved by another."""
        valid_from = self.now.astimezone(WIB).date() + ahead * DAY
        wanted = Proposal({setting: days}, valid_from, "Permenperin contoh", "uji", moves)

        async def work(session: AsyncSession, now: datetime) -> UUID:
            return (await changes.propose(session, wanted, actor=who, now=now)).case_id

        made = self._act(work)
        assert made is None or ahead > 0, "nothing comes into force in hindsight"
        if made is not None:
            self.proposed.insert(0, (made, who))
            for act in (self.somebody_tries_it_out, self.somebody_approves)[:far]:
                act(0, next(other for other in PEOPLE if other != who))

    @rule(which=st.integers(0, 2), who=st.sampled_from(PEOPLE))
    def somebody_tries_it_out(self, which: int, who: str) -> None:
        if one := self._one(which):
            self._act(lambda session, now: changes.try_out(session, one[0], actor=who, now=now))

    @rule(which=st.integers(0, 2), who=st.sampled_from(PEOPLE))
    def somebody_approves(self, which: int, who: str) -> None:
        if one := self._one(which):
            change = self._act(lambda session, now: changes.approve(session, one[0], actor=who, now=now))
            if change is not None:
                assert who != one[1], "somebody else approves"
                assert change.base_id == self.in_force[-1][1], "no change overtakes another"
                assert change.valid_from > self.now
                self.in_force.append((change.valid_from, change.version_id))
                self.approved.append(one[0])

    @rule(which=st.integers(0, 2), who=st.sampled_from(PEOPLE))
    def somebody_drops_it(self, which: int, who: str) -> None:
        if one := self._one(which):
            self._act(lambda session, now: changes.cancel(session, one[0], actor=who, now=now))

    @precondition(lambda game: game.approved)
    @rule(who=st.sampled_from(PEOPLE))
    def somebody_withdraws_the_last(self, who: str) -> None:
        last = self.approved[-1]
        change = self._act(lambda session, now: changes.withdraw(session, last, actor=who, now=now))
        if change is not None:
            assert self.in_force[-1][0] > self.now, "what is in force is not withdrawn"
            self.in_force.remove((change.valid_from, change.version_id))
            self.approved.pop()

    @invariant()
    def at_every_moment_one_version_is_in_force(self) -> None:
        """At each beginning, a moment before it, now, and in a year: the latest that has begun."""
        begins = [at for at, _ in self.in_force]
        moments = [*begins, *(at - timedelta(seconds=1) for at in begins[1:]), self.now, self.now + 365 * DAY]

        async def found(session: AsyncSession, _: datetime) -> list[UUID]:
            return [(await rulebook.current(session, now=at)).version_id for at in moments]

        expected = [max(one for one in self.in_force if one[0] <= at)[1] for at in moments]
        assert self.office.do(found) == expected

    @invariant()
    def what_is_in_force_was_approved_by_another_and_no_two_begin_at_once(self) -> None:
        odd = """
            SELECT v.id FROM policy_version v LEFT JOIN policy_change p ON p.version_id = v.id
            WHERE v.in_force_from IS NOT NULL AND v.note <> 'shipped'
              AND (p.status NOT IN ('approved', 'in_force', 'done') OR v.approved_by IS NULL
                   OR v.approved_by = v.proposed_by OR v.in_force_from <> p.valid_from)"""
        assert self.office.found(odd) == []
        twice = "SELECT in_force_from FROM policy_version GROUP BY 1 HAVING count(in_force_from) > 1"
        assert self.office.found(twice) == []

    @invariant()
    def the_open_report_goes_on_under_the_last_version_that_moved_it(self) -> None:
        moved = """
            SELECT p.version_id FROM policy_change p
            WHERE p.status = 'done' AND p.moves_open ORDER BY p.valid_from DESC LIMIT 1"""
        [row] = self.office.found("SELECT policy_version_id FROM case_file WHERE kind = 'report'")
        last = [change.version_id for change in self.office.found(moved)]
        assert [row.policy_version_id] == (last or [self.shipped])


async def _begun(session: AsyncSession, now: datetime) -> UUID:
    """The rules as shipped, and a report that is owed under them."""
    await make_report(session, now=now)
    return (await rulebook.current(session, now=now)).version_id


@pytest.fixture
def openings(pg: Engine, tmp_path: Path) -> Iterator[Openings]:
    with playing.openings(pg, tmp_path, START) as opened:
        yield opened


def test_one_version_of_the_rules_is_in_force_at_every_moment(openings: Openings) -> None:
    happened = playing.play(AnyOrder, openings, games=7, acts=20)
    assert {"policy_in_force", "policy_withdrawn", "cancelled", "rules_changed"} <= happened.keys()
