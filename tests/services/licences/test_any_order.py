"""However documents are uploaded, found valid or not, replaced and outlived: what a company may follows what stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy.ext.asyncio import AsyncSession

from services import accounts
from services.licences import dates, decisions, reading
from services.models import Account, Licence, StandardCertificateStatus
from services.periods import obligations
from services.reports import company
from tests.engine import Engine
from tests.factories import make_account
from tests.services import playing
from tests.services.licences import standing
from tests.services.licences.uploads import UPP, find, upload
from tests.services.playing import Openings, Work

START: Final = datetime.fromisoformat("2027-01-04T09:00:00+07:00")
DAY: Final = timedelta(days=1)
KBLI: Final = ("31012", "16291")
UNVERIFIED: Final = ("medium_high", "high")


@dataclass
class Paper:
    """A document as the company and the UPP know it, in words of their own."""

    id: UUID
    kbli: str
    risk: str
    expires_on: date | None
    replaces: "Paper | None"
    found_valid: bool | None = None
    verified: bool = False
    replaced: bool = False

    def stands(self, today: date) -> bool:
        """The UPP found it valid, nothing has taken its place, and its last day is not over."""
        return bool(self.found_valid) and not self.replaced and not self.outlived(today)

    def outlived(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on < today

    @property
    def lets_produce(self) -> bool:
        return self.risk not in UNVERIFIED or self.verified


class AnyOrder(playing.Game):
    """One company and its UPP; expiry and reminders come by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.account: UUID = self.office.do(_unlicensed)
        self.papers: list[Paper] = []
        self.today = dates.today(START)
        self.office.rest()

    def _act(self, work: Work) -> Any:
        done = self.office.do(work)
        self.office.rest()
        return done

    @rule(days=st.sampled_from([1, 2, 5, 40]))
    def days_pass(self, days: int) -> None:
        self.office.to(self.office.now + days * DAY)
        self.today += days * DAY

    @rule(
        which=st.integers(-2, 3),
        kbli=st.sampled_from(KBLI),
        risk=st.sampled_from(["low", "medium_high"]),
        lasts=st.sampled_from([None, 0, 1, 4, 30]),
        found=st.sampled_from([None, True, False]),
    )
    def a_document_is_uploaded(
        self, which: int, kbli: str, risk: str, lasts: int | None, found: bool | None
    ) -> None:
        """As one more, or in the place of another; often the UPP decides at once."""
        earlier = self.papers[which % len(self.papers)] if self.papers and which >= 0 else None
        expires_on = None if lasts is None else self.today + lasts * DAY

        async def work(session: AsyncSession, now: datetime) -> UUID:
            account = await session.get_one(Account, self.account)
            replaced = await session.get_one(Licence, earlier.id) if earlier else None
            typed: dict[str, Any] = {"kbli": (kbli,), "risk_level": risk}
            if expires_on is not None:
                typed["expires_on"] = f"{expires_on:%d-%m-%Y}"
            return (await upload(session, account, now=now, replaces=replaced, **typed)).id

        made = self._act(work)
        if made is not None:
            self.papers.append(Paper(made, kbli, risk, expires_on, earlier))
            if earlier is not None and not earlier.found_valid:
                earlier.replaced = True
            if found is not None:
                self.the_upp_decides(len(self.papers) - 1, found)

    @rule(which=st.integers(0, 5), valid=st.booleans())
    def the_upp_decides(self, which: int, valid: bool) -> None:
        """First, or another way after it."""
        if not self.papers:
            return
        paper = self.papers[which % len(self.papers)]

        async def work(session: AsyncSession, now: datetime) -> object:
            return await find(session, await session.get_one(Licence, paper.id), valid=valid, now=now)

        if self._act(work) is None:
            return
        assert not paper.replaced, "what was replaced is not decided about any more"
        assert not (valid and paper.outlived(self.today)), "nothing is found valid after its last day"
        paper.found_valid, earlier = valid, paper.replaces
        while valid and earlier is not None:
            earlier.replaced, earlier = True, earlier.replaces

    @rule(which=st.integers(0, 5), verified=st.booleans())
    def its_standard_certificate_is_looked_up(self, which: int, verified: bool) -> None:
        if not self.papers:
            return
        paper = self.papers[which % len(self.papers)]
        known = StandardCertificateStatus.VERIFIED if verified else StandardCertificateStatus.UNVERIFIED

        async def work(session: AsyncSession, now: datetime) -> object:
            return await decisions.record_verification(
                session, paper.id, known, evidence="OSS 17/2027", actor=UPP, now=now
            )

        if self._act(work) is not None:
            paper.verified = verified

    @invariant()
    def reports_may_be_sent_for_what_stands(self) -> None:
        expected = {paper.kbli for paper in self._standing()}

        async def licensed(session: AsyncSession, _: datetime) -> set[str]:
            sent_for = (await company.facts(session, self.account, on=self.today)).licensed
            assert sent_for == await standing.licensed_kblis(session, self.account, self.today)
            return set(sent_for)

        assert self.office.do(licensed) == expected

    @invariant()
    def the_stage_is_that_of_what_stands(self) -> None:
        """Without any, the NIB is the licence of a low-risk business."""
        standing = self._standing()
        produces = not standing or any(paper.lets_produce for paper in standing)
        asked = any(not paper.lets_produce for paper in standing)

        async def decided(session: AsyncSession, now: datetime) -> tuple[list[str], bool]:
            account = await accounts.get(session, self.account)
            duties = await obligations.duties_of(session, account, now=now)
            return [duty.stage for duty in duties], await obligations.questioned(session, account, now=now)

        assert self.office.do(decided) == (["production" if produces else "construction"], asked)

    @invariant()
    def every_document_reads_as_what_became_of_it(self) -> None:
        async def read(session: AsyncSession, _: datetime) -> dict[UUID, str]:
            listed = await reading.of_account(session, self.account)
            return {row.id: reading.status(row) for row in listed if row.case_id}

        assert self.office.do(read) == {paper.id: self._reads(paper) for paper in self.papers}

    def _reads(self, paper: Paper) -> str:
        if paper.found_valid and paper.outlived(self.today):
            return "expired"
        if paper.replaced:
            return "replaced"
        return {None: "pending", True: "valid", False: "invalid"}[paper.found_valid]

    def _standing(self) -> list[Paper]:
        return [paper for paper in self.papers if paper.stands(self.today)]


async def _unlicensed(session: AsyncSession, _: datetime) -> UUID:
    return (await make_account(session, kbli=KBLI, licensed=())).id


@pytest.fixture
def openings(pg: Engine, tmp_path: Path) -> Iterator[Openings]:
    with playing.openings(pg, tmp_path, START) as opened:
        yield opened


def test_what_a_company_may_follows_what_stands(openings: Openings) -> None:
    happened = playing.play(AnyOrder, openings, games=6, acts=18)
    assert {"licence_valid", "licence_invalid", "licence_replaced", "licence_expired"} <= happened.keys()
