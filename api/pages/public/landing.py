"""The front door, the language, what works right now, and the check of a printed document."""

from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from api import cookies, routers
from api.deps import Now, PartsDep, SessionDep
from api.pages import forms
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import Csrf, public
from api.principals import ClientAddress
from services import condition
from services.documents import registry
from services.documents.letters import LetterKind
from services.documents.registry import PublicFacts
from services.errors import NotFound
from services.i18n import LOCALES, N_, WIB, Translator, format_date, translator
from services.identity import ratelimit
from services.identity.ratelimit import CHECK_PAGE_ADDRESS, Try
from services.periods import outlook

router = routers.pages()

TITLES: Final = {
    LetterKind.REGISTRATION_RECEIPT: N_("Bukti Pendaftaran Akun"),
    LetterKind.ACCOUNT_OWNERSHIP_PROOF: N_("Bukti Kepemilikan Akun"),
    LetterKind.STATEMENT_LETTER: N_("Surat Pernyataan"),
    LetterKind.REPORT_RECEIPT: N_("Bukti Laporan"),
    LetterKind.DEADLINE_EXPLANATION: N_("Penjelasan Batas Waktu"),
    LetterKind.DATA_REQUEST_LETTER: N_("Surat Permintaan Data"),
    LetterKind.REPRIMAND_LETTER: N_("Surat Teguran"),
    LetterKind.WARNING_LETTER: N_("Surat Peringatan"),
}
LONGEST_CODE: Final = 80
_PROOF_VOID: Final = N_("Akun perusahaan ini dinyatakan batal demi hukum.")
_LETTER_VOID: Final = N_("Dokumen ini telah diganti atau dibatalkan.")


@router.get(PATHS["landing"], dependencies=[public()])
async def landing(request: Request, session: SessionDep, now: Now) -> Response:
    """Who we are, where to go, and the next due date for everyone."""
    page = await page_for(request, session)
    ahead = await outlook.next_due(session, now=now)
    period = {"label": ahead.period.label(page.locale), "due_before": ahead.due_before} if ahead else None
    return answer("public/home.html", page, period=period)


@router.post(PATHS["language"], dependencies=[public(Csrf.FORM)])
async def language(request: Request) -> RedirectResponse:
    """Read on in another language, on the same page."""
    typed = await forms.typed(request)
    chosen = forms.text(typed, "locale")
    if chosen in LOCALES:
        cookies.set_language(request, chosen)
    return RedirectResponse(forms.local(forms.text(typed, "next"), url("landing")), 303)


@router.get(PATHS["status"], dependencies=[public()])
async def status(request: Request, session: SessionDep, now: Now) -> Response:
    """What works right now. That this page is there means that reports are received."""
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await condition.condition(session, now=now)
    delayed = N_("tertunda lebih dari sepuluh menit; tidak ada yang hilang")
    parts_up: list[dict[str, Any]] = [
        _part(words, N_("Penerimaan laporan dan pendaftaran"), True, ""),
        _part(words, N_("Pengiriman surat elektronik"), found.mail_flows, delayed),
        _part(words, N_("Proses pemeriksaan dan pengingat"), found.processes_run, delayed),
    ]
    return answer("public/status.html", page, parts_up=parts_up, notices=[])


@router.get(PATHS["check_form"], dependencies=[public()])
async def check_form(
    request: Request, session: SessionDep, kode: Annotated[str, Query(max_length=LONGEST_CODE)] = ""
) -> Response:
    """Where the code of a printed document is typed."""
    if kode.strip():
        return RedirectResponse(url("check", code=kode.strip()), 303)
    page = await page_for(request, session)
    return answer("public/check.html", page, code="", result=None)


@router.get(PATHS["check"], dependencies=[public()])
async def check(
    request: Request, session: SessionDep, parts: PartsDep, address: ClientAddress, code: str
) -> Response:
    """Whether the document with this code is ours and still holds. Codes cannot be tried out by the thousand."""
    await ratelimit.hit(parts.sessions, Try(CHECK_PAGE_ADDRESS, address))
    page = await page_for(request, session)
    code = code[:LONGEST_CODE]
    try:
        found = await registry.check(session, code)
    except NotFound:
        return answer("public/check.html", page, status=404, code=code, result=None)
    shown = registry.normalise(code)
    return answer("public/check.html", page, code=shown, result=_result(found, translator(page.locale)))


def _part(words: Translator, label: str, works: bool, otherwise: str) -> dict[str, Any]:
    return {
        "label": words.gettext(label),
        "state": "ok" if works else "degraded",
        "detail": "" if works else words.gettext(otherwise),
    }


def _result(found: PublicFacts, words: Translator) -> dict[str, Any]:
    issued = format_date(found.issued_at.astimezone(WIB).date(), words.locale)
    facts = [(words.gettext(N_("Nomor")), found.number), (words.gettext(N_("Tanggal terbit")), issued)]
    if found.company is not None:
        facts += [
            (words.gettext(N_("Nama perusahaan")), found.company.name),
            (words.gettext(N_("NIB")), found.company.nib or ""),
            (words.gettext(N_("Alamat")), found.company.address),
        ]
    reason = _PROOF_VOID if found.kind is LetterKind.ACCOUNT_OWNERSHIP_PROOF else _LETTER_VOID
    return {
        "valid": found.valid,
        "title": words.gettext(TITLES[found.kind]),
        "facts": facts,
        "void_reason": "" if found.valid else words.gettext(reason),
    }
