"""The template engine of the pages: what every template knows, and how a page becomes HTML."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from api.pages import labels, navigation, phrases, shapes, urls
from services import i18n
from services.errors import DomainError, FieldError
from services.models import new_id

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"


@dataclass(frozen=True)
class Viewer:
    """Who is looking: a name for the corner of the page, roles for the menu, the account acted for."""

    name: str
    roles: frozenset[str]
    account_name: str | None = None
    others: Sequence[shapes.Option] = ()
    """Further accounts this person may act for, to switch to."""


@dataclass(frozen=True)
class Flash:
    """What the last action did: a translated sentence, and positive, info, warning or negative."""

    text: str
    tone: str = "positive"


@dataclass(frozen=True)
class Helpdesk:
    """Where to get help, from the settings; empty lines are not shown."""

    phone: str = ""
    whatsapp: str = ""
    email: str = ""
    url: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Page:
    """What every page needs besides its own content. `now` is the application's clock.

    `clock_known` is False where the database could not be asked: then no clock is shown.
    """

    path: str
    now: datetime
    locale: str = i18n.SOURCE_LOCALE
    reader_zone: ZoneInfo = i18n.WIB
    nonce: str = ""
    csrf_token: str = ""
    viewer: Viewer | None = None
    flashes: Sequence[Flash] = ()
    unread: int = 0
    rehearsal: bool = False
    production: bool = True
    helpdesk: Helpdesk = Helpdesk()
    clock_known: bool = True
    form_key: str = field(default_factory=lambda: new_id().hex)
    """Names this rendering: a form of it that is sent twice is carried out once."""


@dataclass(frozen=True)
class Form:
    """What was typed, by field, and what is wrong with it. Typed text is shown again as it was typed."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()
    message: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    """Filled while the fields are rendered, in the order of the page, for the summary above them."""

    @classmethod
    def refused(cls, values: Mapping[str, Any], error: DomainError, words: i18n.Translator) -> "Form":
        """The form again after a refusal: its fields' errors, or its sentence when no field is to blame."""
        summary = "" if error.fields else words.gettext(error.message, **error.params)
        return cls(values, error.fields, summary)

    def value(self, name: str, default: Any = "") -> Any:
        """The typed value of a field; None counts as not typed."""
        typed = self.values.get(name)
        return default if typed is None else typed

    def all(self, name: str) -> list[Any]:
        """The typed values of a field that takes several."""
        typed = self.values.get(name) or []
        return list(typed) if isinstance(typed, list | tuple | set | frozenset) else [typed]

    def in_page_order(self) -> list[FieldError]:
        """The errors as their fields follow each other on the page; those of no field on it at the end."""
        places = {name: place for place, name in enumerate(self.labels)}
        return sorted(self.errors, key=lambda error: places.get(error.field, len(places)))

    def error(self, name: str) -> FieldError | None:
        """The first thing wrong with a field."""
        return next((error for error in self.errors if error.field == name), None)


def render(template: str, page: Page, /, **context: Any) -> str:
    """The HTML of `templates/pages/<template>` in the language of the page.

    Every template states its context in the comment at its top. A missing key raises.
    """
    engine = environment(page.locale)
    entries = navigation.menu(page.viewer.roles if page.viewer else None)
    return engine.get_template(f"pages/{template}").render(page=page, menu=entries, **context)


def labelled(cells: str, columns: Sequence[shapes.Column]) -> Markup:
    """The cells of a row, each with its column's label, which narrow screens show beside the value.

    The roles keep it a table for screen readers when a narrow screen lays it out as blocks.
    """
    labels_left = iter(columns)

    def label(_: re.Match[str]) -> str:
        return f'<td role="cell" data-label="{escape(next(labels_left).label)}"'

    return Markup(  # noqa: S704  (the cells come from a macro, escaped; the label is escaped here)
        re.sub(r"<td(?=[ >])", label, cells)
    )


@cache
def environment(locale: str) -> Environment:
    """The engine for one language: strict, escaping, with our words, formats and addresses."""
    words = i18n.translator(locale)
    engine = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    engine.globals.update(
        _=_gettext(words),
        ngettext=_ngettext(words),
        url=urls.url,
        static=urls.static,
        status_label=labels.status_label,
        is_officer=navigation.is_officer,
        LOCALES=i18n.LOCALES,
        Form=Form,
        Option=shapes.Option,
        Column=shapes.Column,
        Step=shapes.Step,
        Tab=shapes.Tab,
        Tile=shapes.Tile,
    )
    engine.filters.update(_filters(words))
    return engine


def _gettext(words: i18n.Translator) -> Any:
    def gettext(message: str, /, **params: object) -> Markup:
        """Translates, then escapes; a parameter that is markup (a link) stays markup."""
        return Markup.escape(words.gettext(message)).format(**words.written(params))

    return gettext


def _ngettext(words: i18n.Translator) -> Any:
    def ngettext(singular: str, plural: str, n: int, /, **params: object) -> Markup:
        return Markup.escape(words.ngettext(singular, plural, n, **params))

    return ngettext


def _filters(words: i18n.Translator) -> dict[str, Any]:
    locale = words.locale

    @pass_context
    def moment(context: Context, at: datetime, seconds: bool = True, style: str = "long") -> str:
        zone = context["page"].reader_zone
        return i18n.format_datetime(at, locale, reader_zone=zone, seconds=seconds, style=style)

    @pass_context
    def due(context: Context, due_before: datetime) -> str:
        return i18n.format_due(due_before, locale, reader_zone=context["page"].reader_zone)

    @pass_context
    def due_local(context: Context, due_before: datetime) -> str:
        return i18n.format_local(due_before - phrases.SECOND, context["page"].reader_zone, locale)

    @pass_context
    def local_clock(context: Context, at: datetime) -> str:
        zone = context["page"].reader_zone
        return i18n.format_time(at, zone, locale, seconds=at.second != 0) if i18n.differs(zone, at) else ""

    @pass_context
    def remaining(context: Context, due_before: datetime) -> phrases.Remaining:
        return phrases.remaining(due_before, context["page"].now, words)

    @pass_context
    def age(context: Context, since: datetime) -> str:
        return phrases.age(since, context["page"].now, words)

    return {
        "date": lambda day, style="long": i18n.format_date(day, locale, style=style),
        "stamp": lambda at: i18n.format_datetime(at, locale, seconds=False, style="medium"),
        "moment": moment,
        "due": due,
        "due_wib": lambda before: i18n.format_due(before, locale),
        "due_local": due_local,
        "day": lambda at: i18n.format_date(at.astimezone(i18n.WIB).date(), locale, style="medium"),
        "clock": lambda at: i18n.format_time(at, i18n.WIB, locale, seconds=at.second != 0),
        "local_clock": local_clock,
        "due_date": lambda before: i18n.format_date(i18n.due_day(before), locale, style="full"),
        "due_short": lambda before: i18n.format_date(i18n.due_day(before), locale, style="medium"),
        "remaining": remaining,
        "age": age,
        "iso": lambda at: at.isoformat(),
        "number": lambda value: i18n.format_number(value, locale),
        "rupiah": lambda amount: i18n.format_rupiah(amount, locale),
        "file_size": lambda size: phrases.file_size(size, locale),
        "labelled": labelled,
        "word": lambda code, group: words.gettext(labels.word(group, code)),
        "words": words.gettext,
    }
