"""The whole mission at once, in whatever order people act and days pass: what must hold of every case, always.

Three companies and an office play on the real services and the real processes, moment by moment. After everything
that somebody does, and again after everything that follows from it by itself, the rows are asked whether a promise
was broken.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import accounts, cases, casework, rulebook
from services.data_requests import answers, receipt
from services.data_requests import decisions as data_decisions
from services.deadlines import extensions, recipes, undoing
from services.deadlines.extensions import ExtensionDraft
from services.deadlines.periods import Period
from services.deadlines.zones import WIB
from services.decrees import drafting
from services.decrees.drafting import DecreeDraft
from services.decrees.lines import RawLine
from services.extension_requests import asking, deciding
from services.extension_requests.asking import Asked as MoreTime
from services.models import (
    CaseFile,
    CaseKind,
    CorrectionAnswer,
    Deadline,
    DecreeLayer,
    Delivery,
    Derivation,
    ExtensionScope,
    LetterChannel,
    Message,
    MessageState,
    Report,
    ReportStatus,
    ReviewDesk,
    WarningLadder,
    new_id,
)
from services.periods import obligations, planning
from services.policies import changes
from services.policies.changes import Proposal
from services.queues import DESKS
from services.reports import opening, sending
from services.reviews import corrections
from services.reviews import decisions as review_decisions
from services.reviews.corrections import Note
from services.rollbacks import decisions as rollback_decisions
from services.rollbacks import requesting
from services.rollbacks.requesting import Asked
from services.service_proof import bounces
from services.service_proof.reports import Report as Bounce
from services.warnings import excuses, post, service
from tests.engine import Engine
from tests.factories import ACTOR, EARLY, PERIOD, fill_small_report, make_account, make_scan, sign
from tests.services import playing
from tests.services.data_requests import given
from tests.services.playing import Openings, Work
from tests.services.warnings import ladders

START: Final = datetime.fromisoformat("2027-01-04T09:00:00+07:00")
OFFICER: Final = "person:00000000-0000-7000-8000-00000000000a"
SECOND_OFFICER: Final = "person:00000000-0000-7000-8000-00000000000b"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
COMPANIES: Final = (("64.72", "small"), ("64.72", "large"), ("31.71", "small"))
MINISTRY: Final = ladders.officer("")
MOST_COMPANIES: Final = 5
SETTINGS: Final = (
    "deadlines.deadlines.report_due@PM13_2025.add.days",
    "deadlines.deadlines.report_correction_due.add.days",
    "deadlines.deadlines.data_request_due.add.days",
)
UNSENT: Final = (ReportStatus.UPCOMING, ReportStatus.NOT_STARTED, ReportStatus.DRAFT)
# The dates for which more time may be asked, and where their cases stand then.
MORE_TIME: Final = (
    *((planning.DUE, CaseKind.REPORT, status) for status in UNSENT),
    ("report_correction_due", CaseKind.REPORT, ReportStatus.RETURNED),
    ("data_request_due", CaseKind.DATA_REQUEST, "received"),
)

# Each finds what must never be: a row of it is a broken promise. At rest means: nothing is due that was not done.
BROKEN: Final = {
    "a letter out of its order, before the one before it was served, or within its month": """
        SELECT l.case_id, l.rung FROM warning_letter l
        LEFT JOIN warning_letter e ON e.case_id = l.case_id AND e.rung = l.rung - 1
        WHERE l.rung > 1 AND (l.letter_date <= (e.letter_date + interval '1 month')::date
              OR coalesce(e.served_at > l.approved_at, true) AND NOT EXISTS (
                  SELECT FROM case_event v WHERE v.case_id = l.case_id AND v.type = 'service_disproven'
                  AND v.data ->> 'letter' = e.rung::text AND v.recorded_at >= l.approved_at))""",
    "a letter after compliance": """
        SELECT l.case_id, l.rung FROM warning_letter l JOIN warning_ladder w ON w.case_id = l.case_id
        JOIN deadline d ON d.case_id = w.obligation_id AND d.name IN ('report_due', 'data_request_due')
        WHERE l.sent_at > d.met_at AND l.channel = 'email'""",
    "a warning on its way about what is not owed": """
        SELECT m.id FROM message m JOIN warning_ladder w ON w.case_id = m.case_id
        WHERE m.template = 'warning_letter' AND m.state IN ('queued', 'claimed')
          AND (w.ended_at IS NOT NULL OR w.suspended_at IS NOT NULL)""",
    "two open ladders about one duty": """
        SELECT obligation_id FROM warning_ladder WHERE ended_at IS NULL GROUP BY obligation_id HAVING count(*) > 1""",
    "a ladder that goes on although its duty is met, closed, held or extended": """
        SELECT w.case_id FROM warning_ladder w
        JOIN case_file c ON c.id = w.case_id JOIN case_file o ON o.id = w.obligation_id
        JOIN deadline d ON d.case_id = o.id AND d.name IN ('report_due', 'data_request_due')
        WHERE w.ended_at IS NULL AND w.suspended_at IS NULL
          AND (d.met_at IS NOT NULL OR o.closed_at IS NOT NULL OR o.held_at IS NOT NULL OR c.held_at IS NOT NULL
               OR coalesce(d.lenient_before, d.due_before) > app_now())""",
    "two granted corrections of one account and period": """
        SELECT account_id FROM rollback WHERE granted_at IS NOT NULL GROUP BY account_id, period HAVING count(*) > 1""",
    "events out of order": """
        SELECT case_id FROM (
            SELECT case_id, seq, recorded_at, row_number() OVER w AS place, lag(recorded_at) OVER w AS before
            FROM case_event WINDOW w AS (PARTITION BY case_id ORDER BY seq)) lines
        WHERE seq <> place OR recorded_at < before""",
    "a step taken in a held case": """
        SELECT s.case_id FROM case_step s JOIN case_file c ON c.id = s.case_id WHERE s.done_at > c.held_at""",
    "a date that is not the latest of its base and its extensions": """
        SELECT d.case_id, d.name FROM deadline d
        WHERE d.met_at IS NULL AND d.due_before <> greatest(d.base_before, (
            SELECT max(target_before) FROM extension_line x
            WHERE x.case_id = d.case_id AND x.deadline_name = d.name AND x.active))""",
    "a report without what was given to its whole period": """
        SELECT c.key, e.id FROM extension e JOIN case_file c ON c.kind = 'report' AND c.period = e.period
        JOIN deadline d ON d.case_id = c.id AND d.name = e.deadline_name
        WHERE e.status = 'applied' AND e.scope = 'period' AND c.closed_at IS NULL AND d.met_at IS NULL
          AND d.due_before < e.target_before""",
    "somebody made late at once by other rules": """
        SELECT case_id FROM case_event
        WHERE type = 'deadline_rederived' AND CAST(data ->> 'to' AS timestamptz) <= recorded_at""",
    "an open case that other rules for all of them left behind": """
        SELECT c.key FROM policy_change p JOIN policy_version v ON v.id = p.version_id
        JOIN case_file c ON c.closed_at IS NULL AND c.kind NOT IN ('policy-change', 'campaign', 'decree')
        JOIN policy_version own ON own.id = c.policy_version_id
        WHERE p.status = 'done' AND p.moves_open AND own.in_force_from < v.in_force_from""",
    "a stuck case": "SELECT id, stuck FROM case_file WHERE stuck IS NOT NULL",
}
ANY_BROKEN: Final = " UNION ALL ".join(
    f"SELECT '{promise}' AS promise, to_jsonb(one) AS row FROM ({query}) AS one"  # noqa: S608 -- our own constants
    for promise, query in BROKEN.items()
)
# Every open case has a next look; or it is held, lies on a desk, or waits for what is followed itself. A period whose
# moments are all over waits for nothing: whoever extends one of its dates wakes it. Nor does anybody wait for a report
# that its company begins by itself after its date.
FORGOTTEN: Final = """
    SELECT c.kind, c.status, c.key FROM case_file c
    WHERE c.closed_at IS NULL AND c.held_at IS NULL AND c.stuck IS NULL AND c.wake_at IS NULL
      AND NOT (c.kind || '/' || c.status = ANY(:desks)) AND (c.kind, c.status) <> ('period', 'closed')
      AND NOT EXISTS (SELECT FROM contact_task t WHERE t.case_id = c.id AND t.settled_at IS NULL)
      AND NOT EXISTS (SELECT FROM warning_letter l JOIN warning_ladder w ON w.case_id = l.case_id AND w.rung = l.rung
                      WHERE l.case_id = c.id AND l.channel = 'post' AND l.sent_at IS NULL)
      AND NOT EXISTS (SELECT FROM warning_ladder w WHERE w.case_id = c.id AND w.suspended_at IS NOT NULL)
      AND NOT EXISTS (SELECT FROM warning_ladder w WHERE w.obligation_id = c.id
                      AND (w.ended_at IS NULL OR EXISTS (SELECT FROM case_file e WHERE e.id = w.case_id
                                                         AND e.status IN ('excluded', 'decided'))))
      AND NOT EXISTS (SELECT FROM rollback r JOIN case_file x ON x.id = r.case_id
                      WHERE r.report_id = c.id AND x.closed_at IS NULL)
      AND NOT (c.kind = 'report' AND EXISTS (
          SELECT FROM deadline d WHERE d.case_id = c.id AND d.name = 'report_due' AND d.met_at IS NULL
            AND (d.due_before <= c.opened_at OR EXISTS (
                SELECT FROM case_file p
                WHERE p.kind = 'period' AND p.period = c.period AND p.wake_at IS NOT NULL))))"""
ON_A_DESK: Final = [f"{desk.kind}/{status}" for desk in DESKS if not desk.late_only for status in desk.status]


def _header(message: UUID) -> str:
    return f"<{message}@tenggat.example>"


Dates = dict[tuple[UUID, str], datetime]


def about(kind: CaseKind, *statuses: str) -> Callable[[Any], Any]:
    """Only while there is a case in one of these states."""
    return precondition(lambda game: any((kind, status) in game.open for status in statuses))


class AnyHistory(playing.Game):
    """Who does what is chosen by number among those about whom it could be done."""

    def __init__(self) -> None:
        super().__init__()
        self.companies: list[UUID] = self.office.do(_begun)
        self.open: set[tuple[str, str]] = set()
        self._rest()

    def _act(self, work: Work) -> Any:
        done = self.office.do(work)
        self._promises_hold()
        self._rest()
        return done

    def _rest(self) -> None:
        self.office.rest()
        rows = self.office.found("SELECT DISTINCT kind, status FROM case_file WHERE closed_at IS NULL")
        self.open = {(row.kind, row.status) for row in rows}

    def _one(self, which: int, kind: CaseKind, *statuses: str) -> UUID | None:
        """One of the open cases in these states."""
        query = """
            SELECT id FROM case_file WHERE kind = :kind AND closed_at IS NULL AND status = ANY(:statuses)
            ORDER BY key"""
        rows = self.office.found(query, kind=kind, statuses=list(statuses))
        return rows[which % len(rows)].id if rows else None

    @initialize(start=st.sampled_from(["sent", "returned", "overdue", "warned", "asked"]))
    def begin(self, start: str) -> None:
        """Most that can go wrong needs something to be under way."""
        if start in ("sent", "returned"):
            self.a_company_sends_its_report(0)
            if start == "returned":
                self.an_officer_examines(0, back=True)
        elif start in ("overdue", "warned"):
            self._to(START + 9 * DAY)
            if start == "warned":
                self.a_letter_and_its_month(1, served=True)
        else:
            self.an_officer_asks_for_data(0)
            self.a_company_reads_or_answers(0, answered=False)

    # Time.

    @rule(offset=st.sampled_from([-SECOND, 0 * SECOND, 61 * SECOND]), which=st.integers(0, 2))
    def time_passes_to_a_date(self, offset: timedelta, which: int) -> None:
        rows = self.office.found(
            "SELECT DISTINCT due_before FROM deadline WHERE met_at IS NULL AND due_before > app_now()"
            " AND paused_since IS NULL ORDER BY 1 LIMIT 3"
        )
        if rows:
            self._to(rows[which % len(rows)].due_before + offset)

    @rule(days=st.sampled_from([1, 3, 8, 33]))
    def days_pass(self, days: int) -> None:
        self._to(self.office.now + days * DAY)

    def _to(self, moment: datetime) -> None:
        self.office.to(moment)
        self._rest()

    # The company.

    @about(CaseKind.REPORT, *UNSENT)
    @rule(which=st.integers(0, 5))
    def a_company_sends_its_report(self, which: int) -> None:
        found = self._one(which, CaseKind.REPORT, *UNSENT)

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            report = await session.get_one(Report, found)
            await fill_small_report(session, report, now=now)
            await self._send(session, report, now)

        if found:
            self._act(work)

    @about(CaseKind.REPORT, ReportStatus.RETURNED, ReportStatus.REOPENED)
    @rule(which=st.integers(0, 5))
    def a_company_sends_again(self, which: int) -> None:
        found = self._one(which, CaseKind.REPORT, ReportStatus.RETURNED, ReportStatus.REOPENED)

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            for note in await corrections.of_report(session, found):
                if note.answer is None:
                    await corrections.answer(
                        session, found, note.id, CorrectionAnswer.FIXED, "", actor=ACTOR, now=now
                    )
            report = await session.get_one(Report, found, populate_existing=True)
            await sign(session, report, now=now)
            await self._send(session, report, now)

        if found:
            self._act(work)

    async def _send(self, session: AsyncSession, report: Report, now: datetime) -> None:
        await sending.send(
            session, report.case_id, command_id=str(new_id()), expected_version=report.content_version,
            actor=ACTOR, now=now,
        )  # fmt: skip

    @about(CaseKind.REPORT, *requesting.IN_REVIEW)
    @rule(which=st.integers(0, 5))
    def a_company_asks_for_a_correction(self, which: int) -> None:
        found = self._one(which, CaseKind.REPORT, *requesting.IN_REVIEW)
        if found:
            asked = Asked("Nilai produksi tertukar.", ["production"])
            self._act(lambda session, now: requesting.request(session, found, asked, actor=ACTOR, now=now))

    @about(CaseKind.DATA_REQUEST, "sent", "received")
    @rule(which=st.integers(0, 5), answered=st.booleans())
    def a_company_reads_or_answers(self, which: int, answered: bool) -> None:
        found = self._one(which, CaseKind.DATA_REQUEST, "sent", "received")

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            if answered:
                await answers.send(session, found, "Mesin rusak.", sent_at=now, actor=ACTOR, now=now)
            else:
                await receipt.read_by_company(session, found, actor=ACTOR, now=now)

        if found:
            self._act(work)

    @precondition(lambda game: any(about[1:] in game.open for about in MORE_TIME))
    @rule(which=st.integers(0, 5), days=st.integers(1, 14))
    def a_company_asks_for_more_time(self, which: int, days: int) -> None:
        """For its report, for a correction or for an answer: also of a second return, of a second question."""
        open_ = [about for about in MORE_TIME if about[1:] in self.open]
        name, kind, status = open_[which % len(open_)]
        found = self._one(which, kind, status)

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            company = (await session.get_one(CaseFile, found)).account_id
            assert company is not None
            proof = await make_scan(session, company, kind="extension_evidence", now=now)
            await asking.ask(session, found, MoreTime(name, days, "Banjir."), proof, actor=ACTOR, now=now)

        if found:
            self._act(work)

    # The office.

    @about(CaseKind.REPORT, *requesting.IN_REVIEW)
    @rule(which=st.integers(0, 5), back=st.booleans())
    def an_officer_examines(self, which: int, back: bool) -> None:
        found = self._one(which, CaseKind.REPORT, *requesting.IN_REVIEW)

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            case = await cases.lock(session, found)
            at = (await session.get_one(Report, found)).submission
            verifying = case.status == ReportStatus.SENT
            who: dict[str, Any] = {"submission": at, "actor": OFFICER, "now": now}
            if back:
                desk = ReviewDesk.VERIFICATION if verifying else ReviewDesk.VALIDATION
                where = None if verifying else "ikma"
                notes = [Note("production", "Satuan kursi salah.")]
                await review_decisions.give_back(session, found, desk, notes, directorate=where, **who)
            elif verifying:
                await review_decisions.verify(session, found, **who)
            else:
                await review_decisions.approve(session, found, "ikma", **who)

        if found:
            self._act(work)

    @about(CaseKind.ROLLBACK, "requested")
    @rule(which=st.integers(0, 5), grants=st.booleans())
    def an_officer_decides_a_correction(self, which: int, grants: bool) -> None:
        found = self._one(which, CaseKind.ROLLBACK, "requested")

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            if grants:
                await rollback_decisions.grant(session, found, actor=OFFICER, now=now)
            else:
                await rollback_decisions.refuse(session, found, "Sudah benar.", actor=OFFICER, now=now)

        if found:
            self._act(work)

    @about(CaseKind.EXTENSION_REQUEST, "submitted")
    @rule(which=st.integers(0, 5), grants=st.booleans())
    def an_officer_decides_about_more_time(self, which: int, grants: bool) -> None:
        found = self._one(which, CaseKind.EXTENSION_REQUEST, "submitted")
        if found:
            verdict = deciding.Verdict.GRANT if grants else deciding.Verdict.REFUSE
            decision = deciding.Decision(verdict, reason="Sesuai bukti.")
            self._later(
                lambda: self._act(
                    lambda session, now: deciding.decide(session, found, decision, actor=OFFICER, now=now)
                )
            )

    @rule(which=st.integers(0, 2))
    def an_officer_asks_for_data(self, which: int) -> None:
        async def work(session: AsyncSession, now: datetime) -> None:
            account = await accounts.get(session, self.companies[which])
            await given.ask(session, [account], now=now)

        self._act(work)

    @about(CaseKind.WARNING, "issued")
    @rule()
    def mails_leave(self) -> None:
        """The post office has every letter accepted that is ready."""

        async def work(session: AsyncSession, now: datetime) -> None:
            ready = select(Message).where(
                col(Message.template) == "warning_letter", col(Message.state) == MessageState.QUEUED
            )
            for mail in (await session.execute(ready)).scalars():
                mail.state, mail.done_at = MessageState.DONE, now
                session.add(Delivery(message_id=mail.id, message_header_id=_header(mail.id), state="sent"))

        self._act(work)

    @about(CaseKind.WARNING, "proposed", "issued", "deciding")
    @rule(which=st.integers(0, 5))
    def a_letter_comes_back(self, which: int) -> None:
        """However late: also when its service was presumed, and when the next letter has left."""
        rows = self.office.found(
            "SELECT m.id, m.recipient FROM message m JOIN warning_letter l ON l.message_id = m.id"
            " WHERE m.state = 'done' AND m.state_reason IS DISTINCT FROM 'bounced' ORDER BY m.id"
        )
        if rows:
            mail = rows[which % len(rows)]
            back = Bounce(str(mail.id), mail.recipient, "failed", "5.1.1", "no such user", _header(mail.id))
            self._act(lambda session, now: bounces.apply(session, back, now=now))

    @about(CaseKind.DATA_REQUEST, "answered")
    @rule(which=st.integers(0, 5), enough=st.booleans())
    def an_officer_decides_an_answer(self, which: int, enough: bool) -> None:
        found = self._one(which, CaseKind.DATA_REQUEST, "answered")

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            if enough:
                await data_decisions.accept(session, found, actor=OFFICER, now=now)
            else:
                await data_decisions.ask_again(session, found, "Yang mana?", actor=OFFICER, now=now)

        if found:
            self._act(work)

    @about(CaseKind.WARNING, "proposed")
    @rule(
        which=st.integers(0, 5),
        channel=st.sampled_from([LetterChannel.EMAIL, LetterChannel.EMAIL, LetterChannel.POST]),
    )
    def an_officer_approves_a_warning(self, which: int, channel: LetterChannel | None) -> None:
        found = self._one(which, CaseKind.WARNING, "proposed")

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            await ladders.approve(session, found, now=now, by=MINISTRY, channel=channel)

        if found:
            self._act(work)

    @about(CaseKind.WARNING, "issued")
    @rule(which=st.integers(0, 5))
    def a_letter_is_opened_in_the_portal(self, which: int) -> None:
        found = self._one(which, CaseKind.WARNING, "issued")

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            ladder = await session.get_one(WarningLadder, found)
            await service.opened(session, found, ladder.rung, actor=ACTOR, now=now)

        if found:
            self._act(work)

    @about(CaseKind.WARNING, "proposed")
    @rule(which=st.integers(0, 5), served=st.booleans(), accepted=st.booleans())
    def a_letter_and_its_month(self, which: int, served: bool, accepted: bool = False) -> None:
        """What usually happens, so that the later rungs are reached: opened, or only accepted and so presumed."""
        self.an_officer_approves_a_warning(which, LetterChannel.EMAIL)
        if accepted:
            self.mails_leave()
        if served:
            self.a_letter_is_opened_in_the_portal(0)
        self.days_pass(33)

    @about(CaseKind.WARNING, "issued")
    @rule(which=st.integers(0, 5))
    def a_letter_goes_by_post_instead(self, which: int) -> None:
        found = self._one(which, CaseKind.WARNING, "issued")
        if found:
            self._act(lambda session, now: post.by_post_instead(session, found, actor=OFFICER, now=now))

    @about(CaseKind.WARNING, "issued")
    @rule()
    def papers_are_posted(self) -> None:
        async def work(session: AsyncSession, now: datetime) -> None:
            batch = await post.take(session, "ministry", actor=OFFICER, now=now)
            await post.posted(session, batch.id, actor=OFFICER, now=now)

        self._act(work)

    @about(CaseKind.WARNING, "proposed", "issued", "deciding")
    @rule(which=st.integers(0, 5))
    def an_excuse_is_accepted(self, which: int) -> None:
        found = self._one(which, CaseKind.WARNING, "proposed", "issued", "deciding")

        async def work(session: AsyncSession, now: datetime) -> None:
            assert found is not None
            account = (await session.get_one(WarningLadder, found)).account_id
            letter = await ladders.scanned(session, account, now=now)
            await excuses.accept(session, found, document=letter, reason="Sah.", actor=OFFICER, now=now)

        if found:
            self._act(work)

    @rule(which=st.integers(0, 20))
    def a_case_is_held_or_goes_on(self, which: int) -> None:
        rows = self.office.found(
            "SELECT id, held_at FROM case_file WHERE closed_at IS NULL AND account_id IS NOT NULL ORDER BY key"
        )
        if rows:
            row = rows[which % len(rows)]
            if row.held_at is None:
                self._act(
                    lambda session, now: casework.hold(
                        session, row.id, reason="Keberatan.", actor=OFFICER, now=now
                    )
                )
            else:
                self._act(lambda session, now: casework.release(session, row.id, actor=OFFICER, now=now))

    @rule(which=st.integers(0, 2))
    def an_account_is_void(self, which: int) -> None:
        account = self.companies[which]
        if which == 2:
            self._act(
                lambda session, now: accounts.void(session, account, reason="Uji.", actor=OFFICER, now=now)
            )

    @rule(region=st.sampled_from(["64.72", "31.71"]), old=st.booleans())
    def a_company_joins(self, region: str, old: bool) -> None:
        """In mid-period; an old one owes what has ended too, and begins it by itself where that is over."""

        async def work(session: AsyncSession, now: datetime) -> UUID:
            since = EARLY if old else now
            account = await make_account(session, region=region, licence_scale="small", created_at=since)
            if not await obligations.open_for_account(session, account, now=now) and old:
                await opening.open_draft(session, account.id, PERIOD, "production", actor=ACTOR, now=now)
            return account.id

        if len(self.companies) < MOST_COMPANIES:
            self.companies.append(self._act(work))

    # Dates that move.

    @rule(
        days=st.integers(1, 20),
        scope=st.sampled_from(["period", "region", "account", "case"]),
        which=st.integers(0, 5),
    )
    def an_extension_is_given(self, days: int, scope: str, which: int) -> None:
        one = self._one(which, CaseKind.REPORT, *UNSENT)
        today = self.office.now.astimezone(WIB).date()
        if one is None:
            return
        (case,) = self.office.found("SELECT account_id, period FROM case_file WHERE id = :id", id=one)
        draft = self._draft(scope, today + days * DAY, one, case)

        async def work(session: AsyncSession, now: datetime) -> UUID:
            extension = await extensions.draft(session, draft, actor=OFFICER, now=now)
            await session.flush()
            await extensions.dry_run(session, extension.id, actor=OFFICER, now=now)
            await extensions.approve(session, extension.id, actor=SECOND_OFFICER, now=now)
            return extension.id

        given_ = self._later(lambda: self._act(work))
        if given_ is not None:
            self._reached_everyone(given_)

    def _draft(self, scope: str, target: date, one: UUID, case: Any) -> ExtensionDraft:
        narrowed: dict[str, dict[str, Any]] = {
            "period": {"scope": ExtensionScope.PERIOD, "period": case.period},
            "region": {"scope": ExtensionScope.REGION, "period": case.period, "region": "64"},
            "account": {
                "scope": ExtensionScope.ACCOUNTS,
                "period": case.period,
                "account_ids": (case.account_id,),
            },
            "case": {"scope": ExtensionScope.CASE, "case_id": one},
        }
        return ExtensionDraft(target=target, instrument="SE Contoh", reason="Banjir.", **narrowed[scope])

    def _reached_everyone(self, extension_id: UUID) -> None:
        missed = """
            SELECT c.key FROM extension e JOIN case_file c ON c.kind = 'report' AND c.closed_at IS NULL
            JOIN deadline d ON d.case_id = c.id AND d.name = 'report_due' AND d.met_at IS NULL
            WHERE e.id = :id AND d.due_before < e.target_before
              AND (e.target_case_id IS NULL OR c.id = e.target_case_id)
              AND (e.period IS NULL OR e.period = c.period)
              AND (e.region_prefix IS NULL OR c.region_code LIKE e.region_prefix || '%')
              AND (e.account_ids = '[]' OR e.account_ids @> to_jsonb(c.account_id::text))"""
        assert self.office.found(missed, id=extension_id) == []

    @about(CaseKind.CAMPAIGN, "applied")
    @rule(which=st.integers(0, 3))
    def an_extension_is_taken_back(self, which: int) -> None:
        rows = self.office.found("SELECT id FROM extension WHERE status = 'applied' ORDER BY id")
        if rows:
            one = rows[which % len(rows)].id
            self._act(lambda session, now: undoing.order_undo(session, one, actor=OFFICER, now=now))

    @rule(
        ahead=st.lists(st.integers(1, 14), min_size=1, max_size=3, unique=True),
        kind=st.sampled_from(["holiday", "joint_leave", "working"]),
        layer=st.sampled_from([DecreeLayer.DECREE, *DecreeLayer]),
        which=st.integers(0, 2),
    )
    def a_decree_is_approved(
        self, ahead: list[int], kind: str, layer: DecreeLayer = DecreeLayer.DECREE, which: int = 0
    ) -> None:
        """For the whole country, for the region of a company, or by that company for itself."""
        today = self.office.now.astimezone(WIB).date()
        raw = tuple(
            RawLine(n, (today + day * DAY).isoformat(), kind, "Contoh") for n, day in enumerate(ahead, 1)
        )

        async def work(session: AsyncSession, now: datetime) -> None:
            account = await accounts.get(session, self.companies[which])
            scopes = {
                DecreeLayer.REGION: account.region_code[:2],
                DecreeLayer.ORGANISATION: account.nib or "",
            }
            given = DecreeDraft("SKB Contoh", "uji", raw, layer, scopes.get(layer, ""))
            decree = await drafting.draft(session, given, actor=OFFICER, now=now)
            await drafting.dry_run(session, decree.case_id, actor=OFFICER, now=now)
            await drafting.approve(session, decree.case_id, actor=SECOND_OFFICER, now=now)

        self._act(work)

    @about(CaseKind.DECREE, "applied")
    @rule(which=st.integers(0, 3))
    def a_decree_is_taken_back(self, which: int) -> None:
        found = self._one(which, CaseKind.DECREE, "applied")
        if found:
            self._act(lambda session, now: drafting.order_undo(session, found, actor=OFFICER, now=now))

    @rule(
        setting=st.sampled_from(SETTINGS),
        days=st.integers(1, 16),
        ahead=st.integers(1, 3),
        moves=st.booleans(),
    )
    def the_rules_change(self, setting: str, days: int, ahead: int, moves: bool) -> None:
        """Also to fewer days, and for open cases or only for what begins then."""
        today = self.office.now.astimezone(WIB).date()
        wanted = Proposal({setting: days}, today + ahead * DAY, "Permenperin contoh", "uji", moves)

        async def work(session: AsyncSession, now: datetime) -> None:
            change = await changes.propose(session, wanted, actor=OFFICER, now=now)
            await changes.try_out(session, change.case_id, actor=OFFICER, now=now)
            await changes.approve(session, change.case_id, actor=SECOND_OFFICER, now=now)

        self._act(work)

    @about(CaseKind.POLICY_CHANGE, "approved")
    @rule(which=st.integers(0, 3))
    def a_change_of_the_rules_is_withdrawn(self, which: int) -> None:
        found = self._one(which, CaseKind.POLICY_CHANGE, "approved")
        if found:
            self._act(lambda session, now: changes.withdraw(session, found, actor=SECOND_OFFICER, now=now))

    # What must hold.

    def _later(self, act: Callable[[], Any]) -> Any:
        """More time, whoever gives it, never brings a report's date forward."""
        before = self._due()
        done = act()
        after = self._due()
        assert all(after[key] >= before[key] for key in before)
        return done

    def _due(self) -> Dates:
        rows = self.office.found("SELECT case_id, name, due_before FROM deadline WHERE name = 'report_due'")
        return {(row.case_id, row.name): row.due_before for row in rows}

    @invariant()
    def nothing_is_broken(self) -> None:
        self._promises_hold()
        self.every_open_case_is_looked_at()
        self.every_date_is_what_its_calendar_says()

    def _promises_hold(self) -> None:
        assert self.office.found(ANY_BROKEN) == []

    def every_open_case_is_looked_at(self) -> None:
        assert self.office.found(FORGOTTEN, desks=ON_A_DESK) == []

    def every_date_is_what_its_calendar_says(self) -> None:
        """A decree reaches every date that lies ahead."""

        async def differing(session: AsyncSession, now: datetime) -> list[tuple[str, datetime, datetime]]:
            rules = await rulebook.current(session, now=now)
            query = (
                select(Deadline, Derivation)
                .join(Derivation, col(Derivation.id) == col(Deadline.derivation_id))
                .join(CaseFile, col(CaseFile.id) == col(Deadline.case_id))
                .where(col(CaseFile.closed_at).is_(None), col(Deadline.met_at).is_(None))
                .where(col(Deadline.base_before) > now)
            )
            wrong = []
            for deadline, derivation in (await session.execute(query)).all():
                if derivation.recipe is not None:
                    again = recipes.again(derivation.recipe, rules.calendars).due_before
                    if again != deadline.base_before:
                        wrong.append((deadline.name, deadline.base_before, again))
            return wrong

        assert self.office.do(differing) == []


async def _begun(session: AsyncSession, now: datetime) -> list[UUID]:
    """The companies, and a period that has ended and is due in days."""
    found = [
        await make_account(session, region=region, licence_scale=scale, name=f"PT Contoh {number}")
        for number, (region, scale) in enumerate(COMPANIES)
    ]
    await planning.plan(session, Period.parse(PERIOD), await rulebook.current(session, now=now), now=now)
    await planning.ensure_planned(session, now=now)
    return [account.id for account in found]


@pytest.fixture
def openings(pg: Engine, tmp_path: Path) -> Iterator[Openings]:
    with playing.openings(pg, tmp_path, START) as opened:
        yield opened


def test_no_promise_is_broken_in_any_history(openings: Openings) -> None:
    happened = playing.play(AnyHistory, openings, games=7, acts=18)
    reached = {"sent", "became_overdue", "warning_proposed"}
    assert reached <= happened.keys(), "the games have to get somewhere"


def test_a_decree_taken_back_ends_however_often_its_process_begins_anew(
    openings: Openings,
) -> None:
    game = cast(AnyHistory, playing.of(AnyHistory, openings)())
    game.a_decree_is_approved([3], "joint_leave")
    game.a_decree_is_taken_back(0)
    game._to(START + timedelta(minutes=5))
    (row,) = game.office.found("SELECT status FROM case_file WHERE kind = 'decree'")
    assert row.status == "undone"
    game.teardown()
