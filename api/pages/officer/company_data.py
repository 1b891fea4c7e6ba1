"""What officials may change of a company, on its account's page: head office, whose matter it is; what was changed."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import forms, keeping, shapes
from api.pages.company import questions
from api.pages.company.questions import Asking
from api.pages.rendering import Form
from api.pages.urls import url
from services import rulebook
from services.clock import app_now
from services.companies import changes, profile
from services.companies.definition import ProfilePage, shipped
from services.i18n import N_, Translator, format_date
from services.licences import determination
from services.models import Account, AccountChange, AccountType, CaseKind, LicenceScale
from services.reports.context import Values
from services.timeline import actors
from services.warnings.competence import office_at
from services.warnings.wording import office_name

HEAD_OFFICE: Final = "head_office"
MARK: Final = "determination_"
"""Before the names of this form's fields: other forms of the page ask for a reason too."""


async def head_office(
    session: AsyncSession,
    account_id: UUID,
    words: Translator,
    *,
    may: bool,
    form: Form | None,
    kept: shapes.StoredFile | None,
) -> dict[str, Any]:
    """The card: fields to change it for who may, once the company has entered it. `form`: as it was refused."""
    view = await profile.get_section(session, account_id, HEAD_OFFICE)
    asked = view.page.fields if may and view.values else ()
    return {
        "title": words.gettext(view.page.title),
        "address": _told(view.page, view.values, words),
        "fields": questions.shown(asked, Asking(words)),
        "version": view.version,
        "form": form or Form(questions.boxes(view.page.fields, view.values)),
        "kept": kept,
        "token": forms.text(form.values, keeping.TOKEN) if form else "",
        "open": form is not None,
    }


async def supervision(
    session: AsyncSession, account: Account, words: Translator, *, may: bool, form: Form | None
) -> dict[str, Any]:
    """The card of what decides whose matter the company is; a form for who may. `form`: as it was refused."""
    known = determination.of_account(account)
    facts = {"licence_scale": known.scale, "cross_region": known.cross_region}
    shown = form or Form({f"{MARK}scale": known.scale or ""})
    return {
        "facts": _supervised(facts, words),
        "office": await _office(session, account, words),
        "scales": [shapes.Option(code, words.gettext(text)) for code, text in determination.SCALES.items()],
        "crossing": known.cross_region and form is None,
        "may": may,
        "form": shown,
        "open": form is not None,
    }


async def _office(session: AsyncSession, account: Account, words: Translator) -> str:
    """Whose office warns about reports; empty where an officer has to say."""
    rules = (await rulebook.current(session, now=await app_now(session))).policies.competences
    known = determination.of_account(account)
    rule = rules.rule_for(CaseKind.REPORT, AccountType(account.type), known.scale, known.cross_region)
    if rule is None:
        return ""
    return office_name(office_at(rule.authority, account.region_code), words.locale)


def _supervised(facts: Values, words: Translator) -> list[tuple[str, str]]:
    scale = facts["licence_scale"]
    said = words.gettext(determination.SCALES[LicenceScale(str(scale))] if scale else N_("belum diketahui"))
    crossing = words.gettext(N_("Ya") if facts["cross_region"] else N_("Tidak"))
    return [
        (words.gettext(N_("Skala usaha menurut perizinan")), said),
        (words.gettext(N_("Kegiatan usaha lintas wilayah")), crossing),
    ]


async def changed(session: AsyncSession, account_id: UUID, words: Translator) -> list[dict[str, Any]]:
    """What officials changed, the newest first: only what differs, with its ground."""
    found = await changes.of_account(session, account_id)
    made_by = [one.made_by for one in found]
    who = await actors.labels(session, made_by, account_id=account_id, for_company=False, speak=words)
    return [_change(one, who[one.made_by], words) for one in found]


def _change(one: AccountChange, by: str, words: Translator) -> dict[str, Any]:
    page = shipped().page(one.part)
    before, after = (dict(_of_part(page, values, words)) for values in (one.before, one.after))
    names = [label for label, _ in _of_part(page, one.before | one.after, words)]
    return {
        "part": words.gettext(page.title if page else N_("Instansi yang berwenang")),
        "differences": [
            (name, before.get(name, ""), after.get(name, ""))
            for name in names
            if before.get(name) != after.get(name)
        ],
        "letter": one.letter_number or "",
        "letter_date": format_date(one.letter_date, words.locale) if one.letter_date else "",
        "href": url("document", document=one.document_id) if one.document_id else "",
        "reason": one.reason or "",
        "at": one.made_at,
        "by": by,
    }


def _of_part(page: ProfilePage | None, values: Values, words: Translator) -> list[tuple[str, str]]:
    return _told(page, values, words) if page else _supervised(values, words)


def _told(page: ProfilePage, values: Values, words: Translator) -> list[tuple[str, str]]:
    return [
        (words.gettext(question.label), questions.cell(question, values, {}, words))
        for question in page.fields
        if question.id in values
    ]
