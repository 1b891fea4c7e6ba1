"""Texts of mails: one sandboxed Jinja environment, Indonesian first and English beneath in the same mail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined, Template, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from services.deadlines.periods import Period
from services.i18n import WIB, due_day, format_date, format_datetime, format_number
from services.messages.catalogue import NOTICES, RESERVED, TEMPLATES
from settings import Helpdesk

ENGLISH_TITLE: Final = "subject.en.txt"
"""What a notice is called in the portal in English; the mail itself has one subject, in Indonesian."""
EMAILS: Final = Path(__file__).resolve().parent.parent.parent / "templates" / "emails"

# Only these may hold several lines; in a name or a number a line break is an attack or a slip.
_LONG: Final = frozenset({"reason", "note"})
_CONTROL: Final = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]"
)
# Where the two things stand that differ from mail to mail of a wave. Nobody can type these: see above.
_COMPANY: Final = "\ue000"
_LINK: Final = "\ue001"
_STAGES: Final = {
    "id": {
        "construction": "Tahap Pembangunan",
        "production": "Tahap Produksi",
        "commercial": "Tahap Komersial",
    },
    "en": {
        "construction": "construction stage",
        "production": "production stage",
        "commercial": "commercial stage",
    },
}

# What a date is about, in the words of a sentence.
_MATTERS: Final = {
    "id": {
        "report_due": "penyampaian laporan",
        "report_correction_due": "perbaikan laporan",
        "rollback_resend_due": "pengiriman ulang laporan",
        "rollback_window": "permohonan perbaikan data",
        "data_request_due": "jawaban permintaan data",
        "registration_correction_due": "perbaikan pendaftaran",
        "other": "kewajiban Anda",
    },
    "en": {
        "report_due": "sending the report",
        "report_correction_due": "correcting the report",
        "rollback_resend_due": "sending the report again",
        "rollback_window": "asking to correct data",
        "data_request_due": "answering a request for data",
        "registration_correction_due": "correcting the registration",
        "other": "one of your duties",
    },
}


@dataclass(frozen=True)
class Rendered:
    """One mail in words: a subject of one line, a plain text and an HTML text."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Subject:
    """What the rows know and a link or a text may need, beside the context."""

    case_id: UUID | None = None
    account_id: UUID | None = None


class Renderer:
    """Compiles every template once; rendering is a pure function of context and `now`.

    A wave writes the same text a hundred thousand times: it is rendered once per batch with two marks in it, and
    company and link, escaped, take their places.
    """

    def __init__(self, public_url: str, helpdesk: Helpdesk, directory: Path = EMAILS) -> None:
        self._public_url = public_url.rstrip("/")
        self.environment = _environment(directory)
        self.environment.globals["helpdesk"] = helpdesk
        self.environment.globals["home"] = self._public_url
        self._parts = {name: self._compile(name) for name in TEMPLATES}
        self._english = {name: self.environment.get_template(f"{name}/{ENGLISH_TITLE}") for name in NOTICES}
        self._marked = lru_cache(maxsize=64)(self._render_marked)

    def render(
        self, template: str, context: Mapping[str, Any], *, now: datetime, about: Subject = Subject()
    ) -> Rendered:
        """The mail in words. KeyError for a declared key that is missing (not a token: once used it goes)."""
        marked, company = self._filled(template, context, now)
        link = self._link(template, context, about)
        html = marked.html.replace(_COMPANY, escape(company)).replace(_LINK, escape(link))
        text = marked.text.replace(_COMPANY, company).replace(_LINK, link)
        return Rendered(marked.subject.replace(_COMPANY, company), text, html)

    def subject(self, template: str, context: Mapping[str, Any], *, now: datetime) -> str:
        """Its subject line alone, which needs no link: also of a mail whose token is gone. KeyError as `render`."""
        marked, company = self._filled(template, context, now)
        return marked.subject.replace(_COMPANY, company)

    def title(self, template: str, context: Mapping[str, Any], *, now: datetime, locale: str) -> str:
        """What a notice is called in the portal: its subject line, in the reader's language. KeyError as `render`."""
        if locale != "en" or template not in self._english:
            return self.subject(template, context, now=now)
        _require(template, context)
        values = {**_values(template, context), "now": now}
        return " ".join(self._english[template].render(values).split())

    def _filled(self, template: str, context: Mapping[str, Any], now: datetime) -> tuple[Rendered, str]:
        """The words with marks for company and link, and the company's name."""
        _require(template, context)
        shared = frozenset(item for item in context.items() if item[0] not in ("company", "token"))
        marked = self._marked(template, shared, "company" in context, now)
        return marked, str(_value("company", context.get("company", "")))

    def _render_marked(
        self, template: str, shared: frozenset[tuple[str, Any]], has_company: bool, now: datetime
    ) -> Rendered:
        values = {**_values(template, dict(shared)), "link": _LINK, "now": now}
        if has_company:
            values["company"] = _COMPANY
        subject, text, html = (part.render(values) for part in self._parts[template])
        return Rendered(" ".join(subject.split()), _tidy(text), html)

    def _compile(self, name: str) -> tuple[Template, Template, Template]:
        parts = ("subject.txt", "body.txt", "body.html")
        subject, text, html = (self.environment.get_template(f"{name}/{part}") for part in parts)
        return subject, text, html

    def _link(self, template: str, context: Mapping[str, Any], about: Subject) -> str:
        known = {"case_id": about.case_id, "account_id": about.account_id, **context}
        path = TEMPLATES[template].path
        filled = re.sub(r"{(\w+)}", lambda part: quote(str(known[part[1]]), safe=""), path)
        if "token" in context and "{token}" not in path:
            filled += f"?token={quote(str(context['token']), safe='')}"
        return self._public_url + filled


def _environment(directory: Path) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(directory),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters |= {
        "due": _due,
        "moment": _moment,
        "day": _day,
        "due_clock": lambda due_before, locale, zone: _clock(_last_second(due_before), locale, zone),
        "local_day": lambda at, locale: format_date(at.astimezone(WIB).date(), locale, style="full"),
        "clock": _clock,
        "period": lambda code, locale: Period.parse(code).label(locale),
        "stage": lambda stage, locale: _STAGES[locale][stage],
        "days_left": lambda due_before, now: (due_day(due_before) - now.astimezone(WIB).date()).days,
        "number": format_number,
        "matter": lambda name, locale: _MATTERS[locale].get(name, _MATTERS[locale]["other"]),
    }
    return environment


def _require(template: str, context: Mapping[str, Any]) -> None:
    missing = TEMPLATES[template].keys - context.keys() - {"token"}
    if missing:
        raise KeyError(f"{template} needs {sorted(missing)}")


def _values(template: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """Every declared name; absent optional ones are None. Instants become datetimes, text is cleaned."""
    known = TEMPLATES[template]
    values: dict[str, Any] = dict.fromkeys(known.optional)
    for name, value in context.items():
        values[name] = _value(name, value) if name in known.keys | known.optional | RESERVED else value
    values["zone"] = ZoneInfo(str(context.get("zone", "Asia/Jakarta")))
    return values


def _value(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if name.endswith(("_at", "_before")):
        return _instant(value)
    clean = _CONTROL.sub(" ", value).strip()
    return clean if name in _LONG else " ".join(clean.split())


def _tidy(text: str) -> str:
    """At most one empty line between paragraphs, none at the ends."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


# A wave writes the same few dates a hundred thousand times; writing one out takes longer than all the rest.
@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@lru_cache(maxsize=4096)
def _due(due_before: datetime, locale: str, zone: ZoneInfo) -> str:
    """The last second of an exclusive deadline, with weekday: Minggu, 10 Januari 2027 pukul 23.59.59 WIB."""
    return format_datetime(_last_second(due_before), locale, reader_zone=zone, style="full")


@lru_cache(maxsize=4096)
def _moment(at: datetime, locale: str, zone: ZoneInfo) -> str:
    return format_datetime(at, locale, reader_zone=zone, seconds=False, style="full")


@lru_cache(maxsize=4096)
def _clock(at: datetime, locale: str, zone: ZoneInfo) -> str:
    """The time in WIB, and in the reader's zone (with the day, when it is another one there). No seconds of :00."""
    whole = format_datetime(at, locale, reader_zone=zone, seconds=at.second != 0, style="full")
    return whole.partition(" pukul " if locale == "id" else " at ")[2]


@lru_cache(maxsize=4096)
def _day(due_before: datetime, locale: str, style: str = "full") -> str:
    """The day in WIB of an exclusive deadline's last second."""
    return format_date(due_day(due_before), locale, style=style)


def _last_second(due_before: datetime) -> datetime:
    return due_before - timedelta(seconds=1)
