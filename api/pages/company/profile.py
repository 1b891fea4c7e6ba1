"""Data Perusahaan: what a company says about itself once, before any report; its proof of ownership."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import letters, routers
from api.bodies import form_of
from api.csrf import FIELD
from api.deps import Arrival, PartsDep, SessionDep, locale_of
from api.pages import forms, keeping, shapes
from api.pages.acting import ActingAccount
from api.pages.company import questions, rows, softcopies, successors
from api.pages.company.questions import Asking
from api.pages.company.rows import Change
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import accounts, proofs
from services.companies import completeness, profile
from services.companies.definition import ProfilePage, ProfileRows, shipped
from services.companies.profile import CompanyProfile, PageView
from services.companies.stored import rows_of
from services.documents.uploads import Accepted
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import AccountStatus
from services.proofs import Proof
from services.reference.kbli import Kbli
from services.reports import typed as typed_pairs
from services.unit_proposals import added

router = routers.pages()
Editor = Annotated[Principal, require(Permission.EDIT_PROFILE)]
_OWN: Final = frozenset({FIELD, forms.KEY, "version", "then", "row", "delete", keeping.TOKEN})
_UNSEEN: Final = frozenset({"id", "document"})
"""What links a row to others: kept with it, never typed."""


@router.get(PATHS["profile"])
async def overview(
    request: Request, session: SessionDep, account_id: ActingAccount, user: Editor
) -> Response:
    """Every page, and whether it is complete."""
    await _allowed(session, user, account_id)
    page = await page_for(request, session, account_id=account_id)
    account = await accounts.get(session, account_id)
    listed = await checks(session, account_id, translator(page.locale))
    return answer(
        "company/profile_overview.html",
        page,
        account=account,
        sections=[check for check, _ in listed],
        ownership_proof=url("ownership_proof") if account.status == AccountStatus.ACTIVE else "",
    )


@router.get(PATHS["ownership_proof"])
async def proof(parts: PartsDep, now: Arrival, account_id: ActingAccount, user: Editor) -> StreamingResponse:
    """Bukti Kepemilikan Akun as PDF."""

    async def find(session: AsyncSession) -> Proof:
        await _allowed(session, user, account_id)
        return await proofs.ownership(
            session, await accounts.get(session, account_id), public_url=parts.settings.public_url, now=now,
            specimen=parts.specimen,
        )  # fmt: skip

    return await letters.kept(parts, user, find)


@router.get(PATHS["profile_section"])
async def show(
    request: Request,
    session: SessionDep,
    account_id: ActingAccount,
    user: Editor,
    section: str,
    row: int | None = None,
    kbli: str | None = None,
) -> Response:
    """One page as it is stored; `kbli` opens a row with the code that its own would be replaced by."""
    await _allowed(session, user, account_id)
    company = await profile.get_profile(session, account_id)
    stored = _boxes(_page(company, section))
    there = row if row is not None and isinstance(stored, list) and 0 <= row < len(stored) else None
    values = stored if isinstance(stored, dict) else stored[there] if there is not None else {}
    if kbli and values and section == successors.SECTION and Kbli.parse(kbli):
        values = values | {"kbli": kbli}
    return await _render(request, session, company, section, Form(values), there)


@router.post(PATHS["profile_section"], max_body_size=keeping.MAX_FORM_BODY)
async def save(
    request: Request, session: SessionDep, now: Arrival, account_id: ActingAccount, user: Editor, section: str
) -> Response:
    """Save the page whole, or one row of its table with the scan behind it, or delete one."""
    typed = await forms.typed(request)
    accepted, problems = await softcopies.tried(
        request, typed, shipped().page(section), lambda early: _allowed(early, user, account_id)
    )
    await _allowed(session, user, account_id)
    view = _page(await profile.get_profile(session, account_id), section)
    raw = await _raw(request, view.page)
    changes: list[Change] = []

    async def command() -> Done:
        stored = _boxes(view)
        values: Mapping[str, object] = raw
        if isinstance(stored, list):
            changes.append(rows.change(stored, typed, _kept_with(stored, typed, raw)))
            await softcopies.put_behind(
                session, changes[0], accepted, problems, account_id=account_id, actor=user.actor, now=now
            )
            values = {"rows": changes[0].rows}
        seen = forms.number(typed, "version")
        await profile.save_section(
            session, account_id, section, values,
            expected_version=-1 if seen is None else seen, actor=user.actor, now=now,
        )  # fmt: skip
        message = changes[0].message if changes else N_("Data telah tersimpan.")
        return Done(to=_onward(view, typed), message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    place = changes[0].place if changes else None
    refused = _at_the_row(outcome, view.page, place, translator(locale_of(request)))
    company = await profile.get_profile(session, account_id)
    form, place = Form({**typed, **raw}, *refused), forms.number(typed, "row")
    return await _render(request, session, company, section, form, place, accepted, outcome.status)


async def checks(
    session: AsyncSession, account_id: UUID, words: Translator
) -> list[tuple[shapes.Check, bool]]:
    """Every page and document of company data with whether it is done, and whether reports wait for it."""
    listed = []
    for item in await completeness.overview(session, account_id):
        document = item.section == completeness.LICENCES
        href = url("licences") if document else url("profile_section", section=item.section)
        hint = words.gettext(item.message, **(item.params or {})) if item.message else ""
        if not item.required and not item.done:
            hint = f"{hint} ({words.gettext(N_('boleh kosong'))})".strip()
        listed.append((shapes.Check(_title(item, words), item.done, href, hint), item.required))
    return listed


def _title(item: completeness.Item, words: Translator) -> str:
    document = (item.params or {}).get("document")
    return (
        f"{words.gettext(item.title)}: {words.gettext(document)}" if document else words.gettext(item.title)
    )


async def _allowed(session: AsyncSession, user: Principal, account_id: UUID) -> None:
    policy.authorise(user, Permission.EDIT_PROFILE, await policy.account_target(session, account_id))


def _page(company: CompanyProfile, section: str) -> PageView:
    for view in company.pages:
        if view.page.id == section:
            return view
    raise NotFound


def _boxes(view: PageView) -> dict[str, Any] | list[dict[str, Any]]:
    """What the inputs show: of a page, or of each row of a table."""
    if isinstance(view.page, ProfileRows):
        return [questions.boxes(view.page.fields, row) for row in rows_of(view.values)]
    return questions.boxes(view.page.fields, view.values)


async def _raw(request: Request, page: ProfilePage) -> dict[str, Any]:
    form = await form_of(request)
    pairs = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    raw = typed_pairs.from_pairs(page, pairs, own=_OWN | _UNSEEN)
    if isinstance(page, ProfileRows):
        raw.pop("rows", None)
    return raw


def _kept_with(
    stored: list[dict[str, Any]], typed: Mapping[str, Any], raw: Mapping[str, Any]
) -> dict[str, Any]:
    place = forms.number(typed, "row")
    before = stored[place] if place is not None and place < len(stored) else {}
    return {name: value for name, value in before.items() if name in _UNSEEN} | dict(raw)


def _onward(view: PageView, typed: Mapping[str, Any]) -> str:
    if isinstance(view.page, ProfileRows):
        return url("profile_section", section=view.page.id) + "#pemberitahuan"
    following = _following(view.page.id) if forms.text(typed, "then") == "next" else None
    return url("profile_section", section=following.id) if following else url("profile")


def _following(section: str) -> ProfilePage | None:
    pages = shipped().sections
    place = next(number for number, page in enumerate(pages) if page.id == section) + 1
    return pages[place] if place < len(pages) else None


def _at_the_row(
    refused: DomainError, page: ProfilePage, place: int | None, words: Translator
) -> tuple[list[FieldError], str]:
    """Errors at the inputs of the row that was typed; those of the rest of the table in a sentence."""
    said = "" if refused.fields else words.gettext(refused.message, **refused.params)
    if not isinstance(page, ProfileRows):
        return list(refused.fields), said
    own = rows.of_row(refused.fields, place) if isinstance(refused, InvalidInput) else []
    others = rows.elsewhere(refused.fields, place)
    return own, " ".join([said, *(questions.spoken(page, error, words) for error in others)]).strip()


async def _render(
    request: Request,
    session: AsyncSession,
    company: CompanyProfile,
    section: str,
    form: Form,
    row: int | None,
    accepted: Accepted | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session, account_id=company.account.id)
    words = translator(page.locale)
    view = _page(company, section)
    units = await added.offered(session, view.page.fields)
    asking = Asking(words, _kbli(company), hidden=_UNSEEN, added=units)
    following = _following(section)
    context: dict[str, Any] = {
        "section": {
            "id": section,
            "title": words.gettext(view.page.title),
            "help": words.gettext(view.page.help) if view.page.help else "",
        },
        "fields_shown": questions.shown(view.page.fields, asking),
        "form": form,
        "version": view.version,
    }
    if isinstance(view.page, ProfileRows):
        context["section"]["row_name"] = words.gettext(view.page.row)
        table = _table(view.page, view, words)
        editing = "" if row is None else str(row)
        if softcopies.asked(view.page):
            behind = rows_of(view.values)[row] if row is not None and row < len(rows_of(view.values)) else {}
            context["fields_shown"].append(await softcopies.field(session, behind, accepted, words))
        if section == successors.SECTION:
            context["successors"] = successors.proposed(rows_of(view.values), words)
        token = forms.text(form.values, keeping.TOKEN) if accepted else ""
        return answer(
            "company/profile_rows.html", page, status=status, editing=editing, document_token=token,
            **table, **context,
        )  # fmt: skip
    locked = words.gettext(view.locked) if view.locked else ""
    onward = (
        {"label": words.gettext(following.title), "href": url("profile_section", section=following.id)}
        if following
        else None
    )
    return answer("company/profile_section.html", page, status=status, locked=locked, next=onward, **context)


def _table(page: ProfileRows, view: PageView, words: Translator) -> dict[str, Any]:
    shown = [page.by_id[name] for name in page.columns]
    listed = [
        shapes.TableRow(str(number), [questions.cell(q, row, {}, words) for q in shown])
        for number, row in enumerate(rows_of(view.values))
    ]
    columns = questions.columns(page, words)
    if not softcopies.asked(page):
        return {"columns": columns, "rows": listed}
    scans = [softcopies.cell(row, words) for row in rows_of(view.values)]
    listed = [replace(row, cells=[*row.cells, scan]) for row, scan in zip(listed, scans, strict=True)]
    return {"columns": [*columns, softcopies.column(words)], "rows": listed}


def _kbli(company: CompanyProfile) -> list[Kbli]:
    listed = rows_of(company.values_of("business_fields"))
    return [code for row in listed if (code := Kbli.parse(str(row["kbli"]))) is not None]
