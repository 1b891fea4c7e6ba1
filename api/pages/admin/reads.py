"""Who opened which company's data, when, and why."""

from typing import Annotated, Any, Final

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import SessionDep
from api.pages import shapes
from api.pages.frame import answer, page_for
from api.pages.officer import queue
from api.pages.urls import PATHS, url
from api.permissions import require
from services.i18n import N_, Translator, translator
from services.identity import people, purposes
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import Account, CaseFile, ReadLog
from services.timeline import actors

router = routers.pages()
PAGE: Final = 100
_NOBODY: Final = "nobody"

_VIEWS: Final = {
    "case": N_("perjalanan kasus"),
    "registration": N_("pendaftaran"),
    "licence": N_("perizinan"),
    "report": N_("laporan"),
    "document": N_("dokumen"),
    "account": N_("akun"),
    "purpose": N_("pernyataan keperluan"),
    "list:queue": N_("antrean"),
    "list:cases": N_("pencarian"),
}
# Stated purposes, and those that follow from the list that was opened.
_PURPOSES: Final = {**queue.TABS, **purposes.PURPOSES, "search": N_("Pencarian")}


@router.get(PATHS["reads"])
async def index(
    request: Request,
    session: SessionDep,
    _: Annotated[Principal, require(Permission.READ_AUDIT)],
    akun: int | None = None,
    petugas: str = "",
    before: int | None = None,
) -> Response:
    """The log, the newest first, for one account or one official or all."""
    page = await page_for(request, session)
    words = translator(page.locale)
    query = (
        select(ReadLog, CaseFile, Account)
        .outerjoin(CaseFile, col(CaseFile.id) == col(ReadLog.case_id))
        .outerjoin(Account, col(Account.id) == col(ReadLog.account_id))
        .order_by(col(ReadLog.id).desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(col(ReadLog.id) < before)
    if akun is not None:
        query = query.where(col(Account.number) == akun)
    if petugas.strip():
        query = query.where(col(ReadLog.reader) == await _reader(session, petugas))
    found = (await session.execute(query)).all()
    asked = {"akun": akun, "petugas": petugas}
    more = url("reads", query={**asked, "before": found[PAGE - 1][0].id}) if len(found) > PAGE else ""
    context: dict[str, Any] = {
        "reads": await _rows(session, found[:PAGE], words),
        "search": {"akun": akun or "", "petugas": petugas},
        "paging": shapes.Paging(min(len(found), PAGE), next=more),
    }
    return answer("admin/reads.html", page, **context)


async def _reader(session: AsyncSession, username: str) -> str:
    person = await people.by_username(session, username)
    return f"person:{person.id}" if person else _NOBODY


async def _rows(session: AsyncSession, found: Any, words: Translator) -> list[dict[str, Any]]:
    who = await actors.labels(
        session, {row.reader for row, _, _ in found}, account_id=None, for_company=False, speak=words
    )
    return [
        {
            "at": row.at,
            "reader": who[row.reader],
            "what": words.gettext(_VIEWS.get(row.what, row.what)),
            "purpose": _purpose(row.purpose, words),
            "title": account.name if account else case.title if case else "",
            "href": url("case", case=case.id)
            if case
            else url("account", account=account.id)
            if account
            else "",
        }
        for row, case, account in found
    ]


def _purpose(written: str, words: Translator) -> str:
    code, _, explained = written.partition(": ")
    label = words.gettext(_PURPOSES.get(code, code))
    return f"{label}: {explained}" if explained else label
