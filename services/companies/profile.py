"""Reading and saving company data, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.companies import changes, checks, operation, stored
from services.companies.changes import Letter
from services.companies.definition import ProfilePage, shipped
from services.companies.stored import Kept
from services.contacts import tasks
from services.deadlines.zones import WIB
from services.errors import Conflict, FieldError, InvalidInput, NotFound, StaleVersion
from services.i18n import N_
from services.models import Account, AccountStatus, CaseFile, CaseKind
from services.reference.kbli import Kbli
from services.reports.context import Values
from services.reports.numbers import Notation
from services.reports.validation import SectionResult
from services.unit_proposals import added

CHECK_FIELDS = N_("Periksa kembali isian yang ditandai.")


@dataclass(frozen=True)
class PageView:
    """One page as stored. `locked` says why the company cannot change it here."""

    page: ProfilePage
    values: Values
    version: int
    locked: str | None


@dataclass(frozen=True)
class CompanyProfile:
    """All company data. Name, NIB, NPWP, factory address and region are the account's own."""

    account: Account
    pages: tuple[PageView, ...]

    def values_of(self, section: str) -> Values:
        """The clean answers of a page; KeyError for one that does not exist."""
        return {view.page.id: view.values for view in self.pages}[section]


@dataclass(frozen=True)
class Saved:
    """What a save left: clean answers in plain notation, the version to save on next, remarks that block nothing."""

    section: str
    version: int
    values: Values
    warnings: list[FieldError]


async def get_profile(session: AsyncSession, account_id: UUID) -> CompanyProfile:
    """The company's data, every page, also the empty ones. NotFound without the account."""
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFound
    kept = await stored.read_all(session, account_id)
    pages = tuple(_view(page, kept.get(page.id, Kept())) for page in shipped().sections)
    return CompanyProfile(account, pages)


async def get_section(session: AsyncSession, account_id: UUID, section: str) -> PageView:
    """One page. NotFound when there is no such account or page."""
    profile = await get_profile(session, account_id)
    for view in profile.pages:
        if view.page.id == section:
            return view
    raise NotFound


async def save_section(
    session: AsyncSession,
    account_id: UUID,
    section: str,
    raw: Mapping[str, object],
    *,
    expected_version: int,
    actor: str,
    now: datetime,
    notation: Notation = Notation.INDONESIAN,
) -> Saved:
    """Save a whole page. A page is saved complete or not at all.

    StaleVersion when somebody saved in between; InvalidInput with every field that cannot be accepted; Conflict
    for a page that is entered only once, and for a void account. `notation` is how numbers in text are written.
    """
    page, before = await _open(session, account_id, section)
    kept = before.get(section, Kept())
    if kept.version != expected_version:
        raise StaleVersion(version=kept.version)
    judged = await _judge(session, account_id, page, raw, kbli_of(before), notation, now)
    if judged.errors:
        raise InvalidInput(CHECK_FIELDS, fields=judged.errors)
    clean, warnings = judged.values, judged.warnings
    locked = _locked(page, kept)
    if locked is not None:
        if dict(clean) != dict(kept.values):
            raise Conflict(locked)
        return Saved(section, kept.version, clean, warnings)
    return await _write(session, account_id, page, clean, warnings, actor=actor, now=now)


async def change_by_letter(
    session: AsyncSession,
    account_id: UUID,
    section: str,
    raw: Mapping[str, object],
    letter: Letter,
    *,
    expected_version: int,
    actor: str,
    now: datetime,
    notation: Notation = Notation.INDONESIAN,
) -> Saved:
    """An official changes a page that a company enters only once, on the strength of its letter; it is told.

    As `save_section`; InvalidInput also names what the letter lacks. Conflict for a page that was never entered,
    and when nothing would change.
    """
    page, before = await _open(session, account_id, section)
    if page.entered_once is None:
        raise InvalidInput(N_("Bagian ini diubah oleh perusahaan sendiri, tanpa surat."))
    kept = before.get(section, Kept())
    if not kept.values:
        raise Conflict(N_("Bagian ini belum pernah diisi; perusahaan mengisinya sendiri."))
    if kept.version != expected_version:
        raise StaleVersion(version=kept.version)
    judged = await _judge(session, account_id, page, raw, kbli_of(before), notation, now)
    checked, problems = changes.check(letter, on=now.astimezone(WIB).date())
    if checked is None or judged.errors:
        raise InvalidInput(CHECK_FIELDS, fields=[*judged.errors, *problems])
    if dict(judged.values) == dict(kept.values):
        raise Conflict(N_("Isian ini sama dengan yang tersimpan; tidak ada yang berubah."))
    saved = await _write(session, account_id, page, judged.values, judged.warnings, actor=actor, now=now)
    await changes.by_letter(
        session, account_id, page, kept.values, saved.values, checked, actor=actor, now=now
    )
    return saved


async def lock_account(session: AsyncSession, account_id: UUID) -> Account:
    """The account, kept from being voided or saved twice at once. NotFound; Conflict when it is void."""
    query = select(Account).where(col(Account.id) == account_id).with_for_update(key_share=True)
    account = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if account is None:
        raise NotFound
    if account.status == AccountStatus.VOID:
        raise Conflict(N_("Akun ini sudah dibatalkan."))
    return account


def kbli_of(kept: Mapping[str, Kept]) -> tuple[Kbli, ...]:
    """The business fields on the company's NIB, with their version."""
    rows = stored.rows_of(kept["business_fields"].values)
    return tuple(code for row in rows if (code := Kbli.parse(str(row["kbli"]))) is not None)


def _view(page: ProfilePage, kept: Kept) -> PageView:
    return PageView(page, kept.values, kept.version, _locked(page, kept))


def _locked(page: ProfilePage, kept: Kept) -> str | None:
    return page.entered_once if kept.values else None


async def _open(
    session: AsyncSession, account_id: UUID, section: str
) -> tuple[ProfilePage, Mapping[str, Kept]]:
    """The page, and everything that is stored, of an account that is now locked."""
    page = shipped().page(section)
    if page is None:
        raise NotFound
    await lock_account(session, account_id)
    return page, await stored.read_all(session, account_id)


async def _judge(
    session: AsyncSession,
    account_id: UUID,
    page: ProfilePage,
    raw: Mapping[str, object],
    business_fields: tuple[Kbli, ...],
    notation: Notation,
    now: datetime,
) -> SectionResult:
    result = await added.checked(session, page, checks.judge(page, raw, business_fields, notation))
    if not result.errors and page.id == "certificates":
        result.errors.extend(await checks.certificates_known(session, account_id, result.values, raw))
    if not result.errors and page.id == operation.PAGE:
        result.errors.extend(operation.not_yet(result.values, now.astimezone(WIB).date()))
    return result


async def _write(
    session: AsyncSession,
    account_id: UUID,
    page: ProfilePage,
    clean: Values,
    warnings: list[FieldError],
    *,
    actor: str,
    now: datetime,
) -> Saved:
    await stored.write(session, account_id, page.id, clean, actor=actor, now=now)
    if page.id == "business_fields":
        await _follow(session, account_id, clean)
    if page.id == operation.PAGE:
        await operation.follow(session, account_id, clean)
    if page.id == "contact_person" and clean.get("email"):
        await tasks.settle_for_address(session, account_id, str(clean["email"]), now=now)
    kept = (await stored.read_all(session, account_id))[page.id]
    return Saved(page.id, kept.version, kept.values, warnings)


async def _follow(session: AsyncSession, account_id: UUID, clean: Values) -> None:
    """Open reports are found and supervised by the company's business fields: they follow a change."""
    query = select(col(CaseFile.id)).where(
        col(CaseFile.account_id) == account_id,
        col(CaseFile.kind) == CaseKind.REPORT,
        col(CaseFile.closed_at).is_(None),
    )
    open_reports = await cases.lock_many(session, list((await session.execute(query)).scalars()))
    codes = sorted(str(row["kbli"]).partition(":")[2] for row in stored.rows_of(clean))
    await session.execute(
        text("UPDATE case_file SET kbli = :codes WHERE id = ANY(:ids)"),
        {"codes": codes, "ids": open_reports},
    )
