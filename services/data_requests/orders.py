"""Whom an order asks what: judged as a form, tried out, and only then given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.contacts import health
from services.data_requests.kinds import MAILED
from services.errors import FieldError, InvalidInput
from services.i18n import N_
from services.models import (
    Account,
    AccountStatus,
    AccountType,
    BusinessField,
    Report,
    RequestChannel,
    RequestKind,
)
from services.reference import regions

CHECK_FIELDS: Final = N_("Periksa kembali isian yang ditandai.")
MAX_QUESTION: Final = 8000
MAX_MANDATE: Final = 300
SAMPLE: Final = 50
# Data Lain is owed by industrial companies and industrial estates (Permenperin 13/2025).
DUTY_HOLDERS: Final = (AccountType.INDUSTRY, AccountType.ESTATE)


@dataclass(frozen=True)
class Order:
    """What an officer wants to ask, and of whom: companies named one by one, or all of a region, KBLI or type.

    `mandate` names the minister's instruction the officer acts on. A clarification may point at a report and a
    section of it; then it asks that report's company alone.
    """

    kinds: tuple[RequestKind, ...]
    channel: RequestChannel
    question: str
    mandate: str
    companies: tuple[str, ...] = ()
    everyone: bool = False
    region: str | None = None
    kbli: str | None = None
    type: AccountType | None = None
    report_id: UUID | None = None
    section: str | None = None

    def scope(self) -> dict[str, Any]:
        """Whom it asks, as it is stored."""
        wanted = {
            "companies": list(self.companies),
            "everyone": self.everyone,
            "region": self.region,
            "kbli": self.kbli,
            "type": self.type,
        }
        return {name: value for name, value in wanted.items() if value}


@dataclass(frozen=True)
class Chosen:
    """The companies an order reaches, and those it names that it does not, with why."""

    accounts: Sequence[Account]
    left_out: Sequence[tuple[str, str]] = ()
    by_post: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Preview:
    """What an order would do. `by_post`: mail to their address comes back, so a letter goes instead."""

    count: int
    by_post: int
    regions: list[tuple[str, int]] = field(default_factory=list)
    sample: list[Account] = field(default_factory=list)
    left_out: Sequence[tuple[str, str]] = ()


async def dry_run(
    session: AsyncSession, order: Order, allowed: ColumnElement[bool], *, now: datetime
) -> Preview:
    """Say who would be asked; writes nothing. InvalidInput as `choose`."""
    chosen = await choose(session, order, allowed, now=now)
    counts: dict[str, int] = {}
    for account in chosen.accounts:
        counts[account.region_code[:2]] = counts.get(account.region_code[:2], 0) + 1
    return Preview(
        count=len(chosen.accounts),
        by_post=len(chosen.by_post),
        regions=sorted(counts.items()),
        sample=list(chosen.accounts[:SAMPLE]),
        left_out=chosen.left_out,
    )


async def choose(
    session: AsyncSession, order: Order, allowed: ColumnElement[bool], *, now: datetime
) -> Chosen:
    """The companies of an order, of those the officer may ask (`allowed`, over accounts).

    InvalidInput names every field that cannot be accepted, also when nobody is left to ask or too many are.
    """
    problems = _problems(order)
    if problems:
        raise InvalidInput(CHECK_FIELDS, fields=problems)
    left_out: list[tuple[str, str]] = []
    if order.report_id is not None:
        found = await _of_report(session, order.report_id, allowed)
    elif order.companies:
        found, left_out = await _named(session, order.companies, allowed)
    else:
        found = await _within(session, order, allowed)
    policy = (await rulebook.current(session, now=now)).policies.data_request
    if len(found) > policy.most_at_once:
        text = N_("Paling banyak {most} perusahaan sekali minta ({basis}); persempit wilayah atau KBLI.")
        limit = {"most": policy.most_at_once, "basis": policy.basis}
        raise InvalidInput(CHECK_FIELDS, fields=[FieldError("companies", text, limit)])
    if not found:
        text = N_(
            "Tidak ada perusahaan industri atau kawasan industri yang cocok dan boleh Anda mintai data."
        )
        raise InvalidInput(CHECK_FIELDS, fields=[FieldError("companies", text)])
    by_post: frozenset[UUID] = frozenset()
    if order.channel in MAILED:
        by_post = frozenset(await health.unreachable(session, [account.id for account in found]))
    return Chosen(found, left_out, by_post)


def _problems(order: Order) -> list[FieldError]:
    problems = []
    if not order.kinds:
        problems.append(FieldError("kinds", N_("Pilih paling sedikit satu jenis permintaan.")))
    for name, value, longest in (
        ("question", order.question, MAX_QUESTION),
        ("mandate", order.mandate, MAX_MANDATE),
    ):
        if not value.strip():
            problems.append(FieldError(name, N_("Wajib diisi.")))
        if len(value) > longest:
            problems.append(FieldError(name, N_("Paling banyak {longest} karakter."), {"longest": longest}))
    if order.region and regions.find(order.region) is None:
        unknown = N_("Kode wilayah {code} tidak dikenal.")
        problems.append(FieldError("region", unknown, {"code": order.region[:20]}))
    if order.kbli and not (order.kbli.isascii() and order.kbli.isdigit() and len(order.kbli) <= 5):
        problems.append(FieldError("kbli", N_("KBLI ditulis dengan dua sampai lima angka.")))
    narrowed = (
        order.everyone or order.companies or order.region or order.kbli or order.type or order.report_id
    )
    if not narrowed:
        problems.append(FieldError("companies", N_("Sebutkan perusahaan, wilayah, KBLI, atau pilih semua.")))
    if order.report_id and RequestKind.CLARIFICATION not in order.kinds:
        problems.append(FieldError("kinds", N_("Permintaan tentang sebuah laporan adalah klarifikasi data.")))
    return problems


def _base(allowed: ColumnElement[bool]) -> Select[Account]:
    return select(Account).where(
        col(Account.status) == AccountStatus.ACTIVE, col(Account.type).in_(DUTY_HOLDERS), allowed
    )


async def _within(session: AsyncSession, order: Order, allowed: ColumnElement[bool]) -> list[Account]:
    query = _base(allowed)
    if order.region:
        region = col(Account.region_code)
        within = region.startswith(f"{order.region}.", autoescape=True)
        query = query.where(or_(region == order.region, within))
    if order.type:
        query = query.where(col(Account.type) == order.type)
    if order.kbli:
        listed = select(1).where(
            col(BusinessField.account_id) == col(Account.id),
            col(BusinessField.kbli).startswith(order.kbli, autoescape=True),
        )
        query = query.where(listed.exists())
    return list((await session.execute(query.order_by(col(Account.number)))).scalars())


async def _named(
    session: AsyncSession, companies: Sequence[str], allowed: ColumnElement[bool]
) -> tuple[list[Account], list[tuple[str, str]]]:
    """Companies by number, username, NIB or id. A NIB names all factories of the company."""
    wanted = {name.strip().removeprefix("#").lower(): name.strip() for name in companies if name.strip()}
    numbers = [int(name) for name in wanted if name.isascii() and name.isdigit() and len(name) < 10]
    named = or_(
        col(Account.number).in_(numbers),
        col(Account.username).in_(wanted),
        col(Account.nib).in_(wanted),
        cast(col(Account.id), Text).in_(wanted),
    )
    asked = (await session.execute(_base(allowed).where(named).order_by(col(Account.number)))).scalars().all()
    known = (await session.execute(select(Account).where(named, allowed))).scalars().all()
    reached = {name for account in asked for name in _names(account)}
    existing = {name for account in known for name in _names(account)}
    left_out = [
        (typed, N_("bukan perusahaan industri atau kawasan industri yang aktif"))
        if name in existing
        else (typed, N_("tidak dikenal, atau di luar wilayah Anda"))
        for name, typed in wanted.items()
        if name not in reached
    ]
    return list(asked), left_out


def _names(account: Account) -> set[str]:
    return {str(account.number), account.username.lower(), account.nib or "", str(account.id)}


async def _of_report(session: AsyncSession, report_id: UUID, allowed: ColumnElement[bool]) -> list[Account]:
    report = select(col(Report.account_id)).where(col(Report.case_id) == report_id)
    query = _base(allowed).where(col(Account.id).in_(report))
    return list((await session.execute(query)).scalars())
