"""One section of a report: shown, and saved as it was typed, right or wrong, with what is wrong beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import cookies, routers
from api.bodies import form_of
from api.csrf import FIELD
from api.deps import Now, SessionDep, locale_of
from api.pages import flash, forms, shapes
from api.pages.company import questions, report_frame, rows, ways_out
from api.pages.company.questions import Asking
from api.pages.company.report_frame import Writer, authorised
from api.pages.forms import Done
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from services.deadlines.periods import Period
from services.errors import DomainError, FieldError
from services.i18n import N_, WIB, Translator, format_number, format_rupiah, translator
from services.reports import company, drafting, reading
from services.reports import typed as typed_pairs
from services.reports.context import rows_of
from services.reports.definition import ACCOUNT, FieldsSection, RowsSection
from services.reports.drafting import Saved
from services.reports.reading import Page, ReportView
from services.unit_proposals import added

router = routers.pages()
_OWN: Final = frozenset({FIELD, forms.KEY, "version", "then", "row", "delete"})
_STAY: Final = "stay"


@dataclass(frozen=True)
class Typing:
    """What is in the inputs beyond what is stored: a row being written, a refusal and what it refused."""

    row: int | None = None
    values: Mapping[str, Any] | None = None
    errors: Sequence[FieldError] = field(default_factory=tuple)
    message: str = ""
    page: int = 1


@router.get(PATHS["report_section"])
async def show(
    request: Request,
    session: SessionDep,
    now: Now,
    report: UUID,
    section: str,
    user: Writer,
    row: int | None = None,
    halaman: int = 1,
) -> Response:
    """The section as it was last saved, with what is wrong with it."""
    await authorised(session, user, report)
    view = await reading.read(session, report, now=now)
    there = row if row is not None and 0 <= row < len(_rows(view.page(section))) else None
    number = halaman if there is None else rows.page_of(there)
    return await _render(request, session, view, section, now, Typing(there, page=number))


@router.post(PATHS["report_section"])
async def save(
    request: Request, session: SessionDep, now: Now, report: UUID, section: str, user: Writer
) -> Response:
    """Save the page, or one row of its table, or delete one. What cannot be understood stays as it was typed."""
    typed = await forms.typed(request)
    await authorised(session, user, report)
    before = (await reading.read(session, report, now=now)).page(section)
    raw = await _raw(request, before)
    outcome: list[tuple[Saved, int | None]] = []

    async def command() -> Done:
        await authorised(session, user, report, lock=True)
        change = rows.change(_rows(before), typed, raw) if isinstance(before.section, RowsSection) else None
        seen = forms.number(typed, "version")
        saved = await drafting.save_section(
            session, report, section, {"rows": change.rows} if change else raw,
            expected_version=-1 if seen is None else seen, actor=user.actor, now=now,
        )  # fmt: skip
        outcome.append((saved, change.place if change else None))
        view = await reading.read(session, report, now=now)
        to = _onward(view, section, typed, change.place if change else None)
        return Done(to=to, message=change.message if change else N_("Data telah tersimpan."))

    answer = await forms.attempt(session, lambda: forms.once(request, session, command))
    view = await reading.read(session, report, now=now)
    if isinstance(answer, DomainError):
        refused = report_frame.without_foreign_fields(answer)
        said = translator(locale_of(request)).gettext(refused.message, **refused.params)
        typing = Typing(forms.number(typed, "row"), raw, refused.fields, said)
        return await _render(request, session, view, section, now, typing, refused.status)
    saved, place = outcome[0] if outcome else (None, None)
    wrong = rows.of_row(saved.errors, place) if saved and place is not None else saved.errors if saved else []
    if not wrong or "delete" in typed:
        return answer
    cookies.clear_flash(request)  # this very page says how it went
    typing = Typing(place, raw, page=rows.page_of(place))
    return await _render(request, session, view, section, now, typing, 422)


async def _raw(request: Request, page: Page) -> dict[str, Any]:
    """The inputs of the page, or of the one row that is written."""
    form = await form_of(request)
    pairs = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    raw = typed_pairs.from_pairs(page.section, pairs, own=_OWN)
    if isinstance(page.section, RowsSection):
        raw.pop("rows", None)
    return raw


def _onward(view: ReportView, section: str, typed: Mapping[str, Any], place: int | None) -> str:
    here = url("report_section", report=view.case.id, section=section)
    if isinstance(view.page(section).section, RowsSection):
        number = rows.page_of(place)
        return f"{here}?halaman={number}#pemberitahuan" if number > 1 else f"{here}#pemberitahuan"
    stay = forms.text(typed, "then") == _STAY
    return here if stay else report_frame.following(view, section, _source())["href"]


def _source() -> Translator:
    return translator("id")


async def _render(
    request: Request,
    session: AsyncSession,
    view: ReportView,
    section: str,
    now: datetime,
    typing: Typing,
    status: int = 200,
) -> Response:
    words = translator(locale_of(request))
    page = view.page(section)
    asking = await _asking(session, view, page, now, words)
    form, remarks = _form(page, typing, words)
    if not view.editable:
        flash_once = N_("Laporan ini sudah dikirim dan hanya dapat dibaca.")
        flash.now(request, flash_once, "info")
    return await report_frame.render(
        request,
        session,
        "company/report_section.html",
        view,
        section,
        words,
        status=status,
        section=_facts(page, words),
        fields_shown=questions.arranged(
            questions.shown(page.section.fields, asking), page.section, asking.words
        ),
        form=form,
        version=view.report.content_version,
        class_message=report_frame.class_message(view, words) if section == "general_data" else "",
        warnings=remarks,
        totals=_totals(page, words),
        locked=not view.editable,
        next=report_frame.following(view, section, words),
        **_table(view, page, typing, words),
    )


async def _asking(
    session: AsyncSession, view: ReportView, page: Page, now: datetime, words: Translator
) -> Asking:
    facts = await company.facts(session, view.report.account_id, on=now.astimezone(WIB).date())
    answers = {one.section.id: one.values for one in view.pages}
    period = Period.parse(view.report.period)

    def elsewhere(reference: str) -> Any:
        section, _, name = reference.rpartition(".")
        return (facts.asked if section == ACCOUNT else answers.get(section, {})).get(name)

    given = {
        question.id: period.label(words.locale) if question.source == "period" else period.year
        for question in page.section.fields
        if question.type == "given"
    }
    units = await added.offered(session, page.section.fields)
    fell = ways_out.fell(page.section, page.errors)
    return Asking(
        words, facts.business_fields, facts.certificates, elsewhere, page.previous, given,
        added=units, fell=fell,
    )  # fmt: skip


def _form(page: Page, typing: Typing, words: Translator) -> tuple[Form, list[str]]:
    """The inputs with their errors, and all other remarks in words."""
    said = [*page.warnings]
    if isinstance(page.section, FieldsSection):
        known = page.section.by_id.keys()
        errors = typing.errors or [error for error in page.errors if error.field in known]
        said += [error for error in page.errors if error.field not in known]
        form = Form(page.boxes if typing.values is None else typing.values, errors, typing.message)
    else:
        stored = _rows(page)
        row = stored[typing.row] if typing.row is not None and typing.row < len(stored) else {}
        own = [e for e in typing.errors if "." not in e.field] or rows.of_row(page.errors, typing.row)
        said += rows.elsewhere(page.errors, typing.row)
        form = Form(row if typing.values is None else typing.values, own, typing.message)
    return form, [questions.spoken(page.section, error, words) for error in said]


def _facts(page: Page, words: Translator) -> dict[str, str]:
    section = page.section
    return {
        "id": section.id,
        "title": words.gettext(section.title),
        "help": words.gettext(section.help) if section.help else "",
        "kind": section.kind,
        "row_name": words.gettext(section.row) if isinstance(section, RowsSection) else "",
    }


def _table(view: ReportView, page: Page, typing: Typing, words: Translator) -> dict[str, Any]:
    section = page.section
    if not isinstance(section, RowsSection):
        return {"columns": [], "rows": [], "editing": "", "paging": None, "empty": ""}
    stored, clean = _rows(page), rows_of(page.values)
    here = url("report_section", report=view.case.id, section=section.id)
    part, paging = rows.paging(len(stored), typing.page, here)
    shown = [section.by_id[name] for name in section.columns]
    listed = [
        shapes.TableRow(
            str(number),
            [
                questions.cell(q, clean[number] if number < len(clean) else {}, stored[number], words)
                for q in shown
            ],
        )
        for number in range(*part.indices(len(stored)))
    ]
    return {
        "columns": questions.columns(section, words),
        "rows": listed,
        "editing": "" if typing.row is None else str(typing.row),
        "paging": paging,
        "empty": words.gettext(section.empty),
    }


def _rows(page: Page) -> list[dict[str, Any]]:
    """The rows as their inputs show them."""
    found = page.boxes.get("rows")
    return [dict(row) for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _totals(page: Page, words: Translator) -> list[tuple[str, str]]:
    totals = []
    for total in page.section.totals:
        value = page.computed.get(total.id)
        if value is None:
            continue
        number = float(str(value)) if "." in str(value) else int(str(value))
        written = (
            format_rupiah(int(number), words.locale)
            if total.unit == "Rp"
            else f"{format_number(number, words.locale)} {total.unit or ''}".strip()
        )
        totals.append((words.gettext(total.label), written))
    return totals
