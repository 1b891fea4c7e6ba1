"""Writing down an extension: for whom, until when, on which instrument. Its answer is the dry run."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import Arrival, SessionDep, locale_of
from api.pages import forms, keeping, labels, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.clock import app_now
from services.deadlines import extensions
from services.deadlines.extensions import NAME, ExtensionDraft
from services.documents import records
from services.errors import DomainError, FieldError, InvalidInput
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import Account, CaseFile, ExtensionScope, PeriodStatus, ReportingPeriod
from services.periods import obligations

router = routers.pages()
Drafter = Annotated[Principal, require(Permission.DRAFT_EXTENSION)]

MAX_ACCOUNTS: Final = 10_000
_DOCUMENT: Final = "document"
_SHOWN: Final = 5
CHECK = N_("Periksa kembali isian yang ditandai.")
# What the service names differently from the form.
_FIELDS: Final = {"account_ids": "accounts", "case_id": "case"}


@router.get(PATHS["extension_new"])
async def show(
    request: Request, session: SessionDep, user: Drafter, kasus: UUID | None = None, batas: str = NAME
) -> Response:
    """An empty form; from the page of a case, for that case alone."""
    values = {"scope": "case", "case": str(kasus), "deadline": batas} if kasus else await _likely(session)
    return await _render(request, session, user, Form(values))


async def _likely(session: AsyncSession) -> dict[str, str]:
    """Most extensions are of the period that is due next."""
    now = await app_now(session)
    soon = await obligations.open_periods(session, now)
    return {"scope": "period", "period": soon[0][1].code if soon else ""}


@router.post(PATHS["extension_new"], max_body_size=keeping.MAX_FORM_BODY)
async def draft(request: Request, session: SessionDep, now: Arrival, user: Drafter) -> Response:
    """Write it down and try it out at once; nothing moves yet."""
    typed = await forms.typed(request)
    typed.setdefault("notify", "")  # an empty box is not sent, and must not come back ticked

    accepted, problems = await keeping.tried(request, typed, _DOCUMENT)

    async def command() -> Done:
        if problems:
            raise InvalidInput(CHECK, fields=problems)
        wanted = await _wanted(session, typed)
        policy.authorise(user, Permission.DRAFT_EXTENSION, await _concerned(session, wanted))
        extension = await extensions.draft(session, wanted, actor=user.actor, now=now)
        await session.flush()
        if accepted is not None:
            row = await records.add(session, accepted, kind="instrument", uploaded_by=user.actor, now=now)
            await extensions.attach(session, extension.id, row, actor=user.actor, now=now)
        await extensions.dry_run(session, extension.id, actor=user.actor, now=now)
        return Done(
            to=url("extension", extension=extension.id),
            message=N_("Belum ada yang berubah. Periksa hasil uji coba ini, lalu setujui."),
            tone="info",
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = Form.refused(typed, _named_as_typed(outcome), translator(locale_of(request)))
    return await _render(request, session, user, form, outcome.status, keeping.shown(accepted))


async def _wanted(session: AsyncSession, typed: dict[str, Any]) -> ExtensionDraft:
    """The draft of what was typed; fields that belong to another scope than the chosen one do not count."""
    problems: list[FieldError] = []
    chosen = forms.text(typed, "scope")
    if chosen not in list(ExtensionScope):
        problems.append(FieldError("scope", N_("Pilih untuk siapa.")))
    target = _day(forms.text(typed, "target_date"), problems)
    accounts: tuple[UUID, ...] = ()
    if chosen == ExtensionScope.ACCOUNTS:
        accounts = await _accounts(session, forms.text(typed, "accounts"), problems)
    kbli = forms.text(typed, "kbli").strip()
    if (
        chosen == ExtensionScope.KBLI
        and kbli
        and not (kbli.isascii() and kbli.isdigit() and 2 <= len(kbli) <= 5)
    ):
        problems.append(FieldError("kbli", N_("Awalan KBLI terdiri atas dua sampai lima angka.")))
    problems += [
        FieldError(name, N_("Wajib diisi."))
        for name in ("instrument", "reason")
        if problems and not forms.text(typed, name).strip()
    ]
    if problems or target is None:
        raise InvalidInput(CHECK, fields=problems)
    return ExtensionDraft(
        scope=ExtensionScope(chosen),
        target=target,
        instrument=forms.text(typed, "instrument"),
        reason=forms.text(typed, "reason"),
        period=_only(typed, "period", chosen, "everyone", "case", present=False),
        stage=_only(typed, "stage", chosen, "case", present=False),
        region=_only(typed, "region", chosen, "region"),
        kbli=_only(typed, "kbli", chosen, "kbli"),
        account_ids=accounts,
        case_id=_case_id(typed, chosen),
        notify=bool(forms.text(typed, "notify")),
        deadline=(forms.text(typed, "deadline") or NAME) if chosen == ExtensionScope.CASE else NAME,
    )


def _only(typed: dict[str, Any], name: str, chosen: str, *scopes: str, present: bool = True) -> str | None:
    """A field's text in these scopes alone (or, not `present`, in all others)."""
    return (forms.text(typed, name).strip() or None) if (chosen in scopes) is present else None


def _case_id(typed: dict[str, Any], chosen: str) -> UUID | None:
    if chosen != ExtensionScope.CASE:
        return None
    try:
        return UUID(forms.text(typed, "case"))
    except ValueError:
        return None


def _day(written: str, problems: list[FieldError]) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        message = N_("“{typed}” bukan tanggal.") if written else N_("Wajib diisi.")
        problems.append(FieldError("target_date", message, {"typed": written[:20]} if written else {}))
        return None


async def _accounts(session: AsyncSession, written: str, problems: list[FieldError]) -> tuple[UUID, ...]:
    """The accounts of the numbers that were typed, in any arrangement."""
    numbers = list(dict.fromkeys(written.replace(",", " ").replace(";", " ").replace("#", " ").split()))
    if len(numbers) > MAX_ACCOUNTS:
        longest = N_("Paling banyak {most} nomor akun sekaligus.")
        problems.append(FieldError("accounts", longest, {"most": MAX_ACCOUNTS}))
        return ()
    wanted = {int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 10}
    query = select(col(Account.number), col(Account.id)).where(col(Account.number).in_(wanted))
    found = {row.number: row.id for row in await session.execute(query)}
    unknown = [number for number in numbers if not number.isdigit() or int(number) not in found]
    if unknown:
        shown = ", ".join(number[:20] for number in unknown[:_SHOWN])
        problems.append(
            FieldError(
                "accounts",
                N_("Nomor akun tidak dikenal ({count}): {numbers}"),
                {"count": len(unknown), "numbers": shown + (" …" if len(unknown) > _SHOWN else "")},
            )
        )
        return ()
    return tuple(found.values())


async def _concerned(session: AsyncSession, wanted: ExtensionDraft) -> Target:
    """What the one who drafts must reach: the case, the region, or (for everyone) the whole country."""
    if wanted.case_id is not None:
        case = await session.get(CaseFile, wanted.case_id)
        if case is not None:
            return Target.of_case(case)
    return Target(region_code=wanted.region, kbli=(), individual=False)


def _named_as_typed(refused: DomainError) -> DomainError:
    if not refused.fields:
        return refused
    fields = [
        FieldError(_FIELDS.get(error.field, error.field), error.message, error.params)
        for error in refused.fields
    ]
    return InvalidInput(refused.message, fields=fields, **refused.params)


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    form: Form,
    status: int = 200,
    kept: shapes.StoredFile | None = None,
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    context = {
        "form": form,
        "periods": await _periods(session, page.locale),
        "stages": [shapes.Option(code, words.gettext(text)) for code, text in labels.STAGES.items()],
        "regions": views.region_options(),
        "scopes": [
            shapes.Option(code, words.gettext(text)) for code, text in labels.SCOPES.items() if code != "case"
        ],
        "kept": kept,
        "document_token": forms.text(form.values, keeping.TOKEN),
        "case_title": await _case_title(session, user, form, page.locale),
    }
    return answer("admin/extension_new.html", page, status=status, **context)


async def _periods(session: AsyncSession, locale: str) -> Sequence[shapes.Option]:
    query = (
        select(col(ReportingPeriod.code))
        .join(CaseFile, col(CaseFile.id) == col(ReportingPeriod.case_id))
        .where(col(CaseFile.status) != PeriodStatus.PLANNED)
        .order_by(col(ReportingPeriod.due_before).desc())
    )
    words = translator(locale)
    return [
        shapes.Option(code, views.period_name(code, words))
        for code in (await session.execute(query)).scalars()
    ]


async def _case_title(session: AsyncSession, user: Principal, form: Form, locale: str) -> str:
    if form.value("scope") != ExtensionScope.CASE:
        return ""
    case_id = _case_id(dict(form.values), ExtensionScope.CASE)
    case = await session.get(CaseFile, case_id) if case_id else None
    if case is None or not policy.can(user, Permission.READ_CASE, Target.of_case(case)):
        return ""
    words = translator(locale)
    stage = words.gettext(labels.word("stage", case.stage))
    return " · ".join(part for part in (case.title, views.period_name(case.period, words), stage) if part)
