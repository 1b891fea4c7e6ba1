"""Languages: the message catalogues, and how dates, times and amounts are written in each."""

import gettext
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = ("id", "en")
SOURCE_LOCALE = "id"
WIB = ZoneInfo("Asia/Jakarta")

_CATALOGUES = Path(__file__).resolve().parent.parent / "locale"
_FORMATS = {"id": Locale.parse("id_ID"), "en": Locale.parse("en_GB")}
# Keppres 41/1987 names the three zones; tz data only knows their cities.
_ZONE_NAMES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
_TIMES = {
    ("id", True): "HH.mm.ss",
    ("id", False): "HH.mm",
    ("en", True): "HH:mm:ss",
    ("en", False): "HH:mm",
}
_JOINED = {"id": "{day} pukul {time} {zone}", "en": "{day} at {time} {zone}"}


def N_(message: str) -> str:  # noqa: N802  (the name gettext tools know)
    """Marks an Indonesian source text for extraction where it is written; the edge translates it."""
    return message


class Translator:
    """Texts of one language. Placeholders are `{name}`; dates and times among them are written out."""

    def __init__(self, locale: str) -> None:
        self.locale = supported(locale)
        self._texts = _texts(self.locale)

    def gettext(self, message: str, /, **params: object) -> str:
        """The message in this language, or the Indonesian source when it has no translation."""
        text = self._texts.gettext(message) if message else ""
        return text.format(**self.written(params)) if params else text

    def ngettext(self, singular: str, plural: str, n: int, /, **params: object) -> str:
        """As `gettext`, in the form for the count `n`, which is also the placeholder `{n}`."""
        text = self._texts.ngettext(singular, plural, n)
        return text.format(**{"n": format_number(n, self.locale)} | self.written(params))

    def written(self, params: Mapping[str, object]) -> dict[str, object]:
        """Values as a message shows them. A ground is an instrument's name, or words of ours: those are translated."""
        ground = params.get("basis")
        said = {"basis": self._texts.gettext(ground)} if isinstance(ground, str) and ground else {}
        return {name: written(value, self.locale) for name, value in params.items()} | said


@lru_cache(maxsize=len(LOCALES))
def translator(locale: str) -> Translator:
    """The shared translator of a language; an unknown language gets the source language."""
    return Translator(locale)


def supported(locale: str | None) -> str:
    """The nearest language we have: "en-GB" is "en", anything unknown is the source language."""
    language = (locale or "").replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else SOURCE_LOCALE


@lru_cache(maxsize=4096)  # lists repeat few days, and writing one out takes a tenth of a millisecond
def format_date(day: date, locale: str = SOURCE_LOCALE, *, style: str = "long") -> str:
    """As "10 Januari 2027"; style "full" puts the weekday before it, "medium" shortens the month."""
    pattern = {"full": "EEEE, d MMMM y", "long": "d MMMM y", "medium": "d MMM y"}[style]
    return dates.format_date(day, pattern, locale=_FORMATS[supported(locale)])


def format_time(
    at: datetime, zone: ZoneInfo = WIB, locale: str = SOURCE_LOCALE, *, seconds: bool = True
) -> str:
    """As "23.59.59 WIB": the time of day of an aware instant in `zone`, with the zone's name."""
    clock = _TIMES[supported(locale), seconds]
    shown = dates.format_time(_local(at, zone), clock, locale=_FORMATS[supported(locale)])
    return f"{shown} {zone_name(zone, at)}"


def format_datetime(
    at: datetime,
    locale: str = SOURCE_LOCALE,
    *,
    reader_zone: ZoneInfo | None = None,
    seconds: bool = True,
    style: str = "long",
) -> str:
    """As "10 Januari 2027 pukul 23.59.59 WIB", with the reader's own zone in brackets where it differs."""
    shown = _in_zone(at, WIB, locale, seconds=seconds, style=style)
    if reader_zone is None or not differs(reader_zone, at):
        return shown
    if _local(at, reader_zone).date() == _local(at, WIB).date():
        return f"{shown} ({format_time(at, reader_zone, locale, seconds=seconds)})"
    return f"{shown} ({_in_zone(at, reader_zone, locale, seconds=seconds, style=style)})"


def format_due(
    due_before: datetime, locale: str = SOURCE_LOCALE, *, reader_zone: ZoneInfo | None = None
) -> str:
    """The last second of an exclusive deadline: before 11 January 00.00.00 is "10 Januari … 23.59.59"."""
    return format_datetime(due_before - timedelta(seconds=1), locale, reader_zone=reader_zone)


def format_local(at: datetime, zone: ZoneInfo, locale: str = SOURCE_LOCALE) -> str:
    """As "11 Januari 2027 pukul 00.59.59 WITA": an instant in the reader's zone; "" where that is WIB."""
    return _in_zone(at, zone, locale, seconds=True, style="long") if differs(zone, at) else ""


def differs(zone: ZoneInfo, at: datetime) -> bool:
    """Whether clocks in that zone show another time than WIB."""
    return _local(at, zone).utcoffset() != _local(at, WIB).utcoffset()


def due_day(due_before: datetime) -> date:
    """The day in WIB on which an exclusive deadline has its last second."""
    return (due_before - timedelta(seconds=1)).astimezone(WIB).date()


def format_number(value: float | Decimal, locale: str = SOURCE_LOCALE) -> str:
    """Grouped, with as many decimals as the value has: "1.234.567,89"."""
    return numbers.format_decimal(value, locale=_FORMATS[supported(locale)], decimal_quantization=False)


def format_rupiah(amount: int | Decimal, locale: str = SOURCE_LOCALE) -> str:
    """As "Rp3.000.000.000": whole rupiah, a minus sign in front of a negative amount."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{format_number(abs(int(amount)), locale)}"


def written(value: object, locale: str) -> object:
    """A value as a message shows it: dates, instants and decimals written out, anything else as it is."""
    # datetime first: it is a date too. Integers stay as they are, for a year must not read "2.027".
    if isinstance(value, datetime):
        return format_datetime(value, locale)
    if isinstance(value, date):
        return format_date(value, locale)
    return format_number(value, locale) if isinstance(value, Decimal) else value


def zone_name(zone: ZoneInfo, at: datetime) -> str:
    """WIB, WITA or WIT; elsewhere the abbreviation or offset of that zone at that instant."""
    return _ZONE_NAMES.get(zone.key) or _local(at, zone).strftime("%Z")


def _in_zone(at: datetime, zone: ZoneInfo, locale: str, *, seconds: bool, style: str) -> str:
    day = format_date(_local(at, zone).date(), locale, style=style)
    clock, name = format_time(at, zone, locale, seconds=seconds).rsplit(" ", 1)
    return _JOINED[supported(locale)].format(day=day, time=clock, zone=name)


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return at.astimezone(zone)


@lru_cache(maxsize=len(LOCALES))
def _texts(locale: str) -> gettext.NullTranslations:
    path = _CATALOGUES / locale / "LC_MESSAGES" / "tenggat.po"
    if not path.exists():  # the source language has none
        return gettext.NullTranslations()
    with path.open("rb") as lines:
        catalogue = read_po(lines, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
