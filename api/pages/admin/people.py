"""Officials and their roles: found, invited, given and taken roles, disabled, sent a new link."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import flash, forms, labels, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.errors import DomainError, InvalidInput
from services.i18n import N_, Translator, translator
from services.identity import officials, people, recovery
from services.identity.officials import Official
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import Role, RoleGrant

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_PEOPLE)]
Manager = Annotated[Principal, require(Permission.MANAGE_PEOPLE, recent=True)]


@router.get(PATHS["people"])
async def index(
    request: Request, session: SessionDep, user: Reader, q: str = "", after: str = ""
) -> Response:
    """All officials, by username."""
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await officials.find(session, q=q, after=after, limit=officials.PAGE + 1)
    shown = found[: officials.PAGE]
    more = ""
    if len(found) > len(shown):
        more = url("people", query={"q": q, "after": shown[-1].person.username})
    context: dict[str, Any] = {
        "people": [_row(official, words) for official in shown],
        "q": q,
        "may_manage": _manages(user),
        "paging": shapes.Paging(len(shown), next=more),
    }
    return answer("admin/people.html", page, **context)


@router.get(PATHS["person_new"])
async def new(request: Request, session: SessionDep, _: Manager) -> Response:
    """An empty invitation."""
    return await _invitation(request, session, Form())


@router.post(PATHS["person_new"])
async def invite(request: Request, session: SessionDep, now: Now, user: Manager) -> Response:
    """Make the person, give the role, and mail a link to choose a password."""
    typed = await forms.typed(request)

    async def command() -> Done:
        person = await officials.invite(
            session,
            user,
            username=forms.text(typed, "username"),
            name=forms.text(typed, "name"),
            email=forms.text(typed, "email"),
            role=forms.text(typed, "role"),
            region=forms.text(typed, "region"),
            kbli_divisions=_divisions(typed),
            now=now,
        )
        params: dict[str, str | int] = {"email": person.email}
        return Done(
            to=url("person", person=person.id), message=N_("Undangan dikirim ke {email}."), params=params
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = Form.refused(typed, outcome, translator(locale_of(request)))
    return await _invitation(request, session, form, outcome.status)


@router.get(PATHS["person"])
async def show(request: Request, session: SessionDep, person: UUID, user: Reader) -> Response:
    """One official: roles, where they reach, whether they may sign in."""
    return await _render(request, session, user, person, Form())


@router.post(PATHS["person_role"])
async def grant(request: Request, session: SessionDep, person: UUID, user: Manager) -> Response:
    """Give a role; their sessions end."""
    typed = await forms.typed(request)

    async def work() -> str:
        await officials.grant(
            session,
            user,
            person,
            role=forms.text(typed, "role"),
            region=forms.text(typed, "region"),
            kbli_divisions=_divisions(typed),
        )
        return N_("Peran diberikan. Orang ini perlu masuk kembali.")

    return await _carry_out(request, session, user, person, typed, work)


@router.post(PATHS["person_role_end"])
async def revoke(request: Request, session: SessionDep, person: UUID, grant: UUID, user: Manager) -> Response:
    """Take a role back; their sessions end."""

    async def work() -> str:
        await officials.revoke(session, user, person, grant)
        return N_("Peran dicabut.")

    return await _carry_out(request, session, user, person, {}, work)


@router.post(PATHS["person_access"])
async def access(request: Request, session: SessionDep, now: Now, person: UUID, user: Manager) -> Response:
    """Disable, enable, mail a new link, or remove a lost second factor."""
    chosen = forms.text(await forms.typed(request), "choice")

    async def work() -> str:
        if chosen == "disable":
            await officials.disable(session, user, person)
            return N_("Akses dihentikan; semua sesinya berakhir.")
        if chosen == "enable":
            await officials.enable(session, user, person)
            return N_("Akses dipulihkan.")
        await officials.get(session, person)
        if chosen == "link":
            await recovery.mail_link_to_person(session, person, now=now)
            return N_("Tautan kata sandi dikirim.")
        if chosen == "second_factor":
            await people.remove_second_factor(session, person, by=user.actor)
            return N_("Faktor kedua dihapus; didaftarkan lagi saat masuk berikutnya.")
        raise InvalidInput(N_("Pilih salah satu keputusan."))

    return await _carry_out(request, session, user, person, {}, work)


async def _carry_out(
    request: Request,
    session: AsyncSession,
    user: Principal,
    person_id: UUID,
    typed: dict[str, Any],
    work: Callable[[], Awaitable[str]],
) -> Response:
    async def command() -> Done:
        return Done(to=url("person", person=person_id), message=await work())

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    if not typed or not outcome.fields:
        flash.now(request, outcome.message, "negative", **outcome.params)
    form = Form.refused(typed, outcome, translator(locale_of(request))) if typed else Form()
    return await _render(request, session, user, person_id, form, outcome.status)


def _divisions(typed: dict[str, Any]) -> list[str]:
    return forms.text(typed, "kbli_divisions").replace(",", " ").split()


def _manages(user: Principal) -> bool:
    return bool(user.grants_with(Permission.MANAGE_PEOPLE))


def _row(official: Official, words: Translator) -> dict[str, Any]:
    person = official.person
    return {
        "id": person.id,
        "username": person.username,
        "name": person.name,
        "email": person.email,
        "status": person.status,
        "roles": [_written(grant, words) for grant in official.grants],
    }


def _written(grant: RoleGrant, words: Translator) -> str:
    scope = [
        views.region_name(grant.region_prefix),
        *(f"KBLI {division}" for division in grant.kbli_divisions),
    ]
    reach = ", ".join(part for part in scope if part)
    role = words.gettext(labels.word("role", grant.role))
    return f"{role} ({reach})" if reach else role


async def _invitation(request: Request, session: AsyncSession, form: Form, status: int = 200) -> Response:
    page = await page_for(request, session)
    context = {"form": form, "roles": _roles(translator(page.locale)), "regions": views.region_options()}
    return answer("admin/person_new.html", page, status=status, **context)


def _roles(words: Translator) -> list[shapes.Option]:
    return [
        shapes.Option(code, words.gettext(text))
        for code, text in labels.ROLES.items()
        if code != Role.COMPANY_USER
    ]


async def _render(
    request: Request, session: AsyncSession, user: Principal, person_id: UUID, form: Form, status: int = 200
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    official = await officials.get(session, person_id)
    person = official.person
    context: dict[str, Any] = {
        "person": _row(official, words)
        | {
            "created_at": person.created_at,
            "second_factor": person.totp_confirmed_at,
            "password_set_at": person.password_set_at,
        },
        "grants": [
            {"id": grant.id, "label": _written(grant, words), "granted_at": grant.granted_at}
            for grant in official.grants
        ],
        "may_manage": _manages(user),
        "oneself": user.person_id == person_id,
        "form": form,
        "roles": _roles(words),
        "regions": views.region_options(),
    }
    return answer("admin/person.html", page, status=status, **context)
