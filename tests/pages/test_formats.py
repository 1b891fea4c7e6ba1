"""Dates, times and amounts as each language writes them, and the words around time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from api.pages import phrases
from services import i18n
from services.i18n import N_, WIB, translator

WITA, WIT = ZoneInfo("Asia/Makassar"), ZoneInfo("Asia/Jayapura")
DUE = datetime(2027, 1, 10, 17, tzinfo=UTC)  # 11 January 00.00 WIB, exclusive


def test_an_exclusive_deadline_is_shown_by_its_last_second() -> None:
    assert i18n.format_due(DUE) == "10 Januari 2027 pukul 23.59.59 WIB"
    assert i18n.format_due(DUE, "en") == "10 January 2027 at 23:59:59 WIB"


def test_the_readers_own_zone_stands_beside_wib_only_where_it_differs() -> None:
    noon = datetime(2027, 1, 10, 5, tzinfo=UTC)
    assert i18n.format_datetime(noon, reader_zone=WIT) == "10 Januari 2027 pukul 12.00.00 WIB (14.00.00 WIT)"
    assert "(" not in i18n.format_datetime(noon, reader_zone=ZoneInfo("Asia/Pontianak"))
    shown = i18n.format_due(DUE, reader_zone=WITA)
    assert shown == "10 Januari 2027 pukul 23.59.59 WIB (11 Januari 2027 pukul 00.59.59 WITA)"
    assert i18n.format_local(DUE, WIB) == ""


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        i18n.format_datetime(datetime(2027, 1, 10))  # noqa: DTZ001  (the point of the test)


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (3_000_000_000, "3.000.000.000", "3,000,000,000"),
        (Decimal("1234.50"), "1.234,5", "1,234.5"),
        (0, "0", "0"),
        (Decimal("0.000125"), "0,000125", "0.000125"),
    ],
)
def test_numbers_are_grouped_and_keep_their_decimals(value: Decimal, indonesian: str, english: str) -> None:
    assert i18n.format_number(value) == indonesian
    assert i18n.format_number(value, "en") == english


def test_rupiah_are_whole() -> None:
    assert i18n.format_rupiah(3_000_000_000) == "Rp3.000.000.000"
    assert i18n.format_rupiah(-5, "en") == "-Rp5"


def test_a_ground_that_is_no_instrument_is_named_in_the_readers_language() -> None:
    limit = "Isi 1 sampai {most} hari ({basis})."
    english = translator("en")
    assert (
        english.gettext(limit, most=14, basis="kebijakan layanan")
        == "Enter 1 to 14 days (policy of this service)."
    )
    assert "(Permenperin 13/2025)" in english.gettext(limit, most=14, basis="Permenperin 13/2025")
    assert "(kebijakan layanan)" in translator("id").gettext(limit, most=14, basis="kebijakan layanan")


def test_dates_in_messages_are_written_out_and_years_are_not_grouped() -> None:
    texts = translator("id")
    assert texts.gettext("Sejak {day}, tahun {year}", day=date(2027, 1, 10), year=2027) == (
        "Sejak 10 Januari 2027, tahun 2027"
    )


def test_braces_in_a_message_without_parameters_are_left_alone() -> None:
    assert translator("id").gettext("a {b}") == "a {b}"


def test_an_unknown_language_is_the_source_language() -> None:
    assert i18n.supported("fr") == "id"
    assert i18n.supported("en-GB") == i18n.supported("en_US") == "en"
    assert i18n.supported(None) == "id"
    assert N_("x") == "x"


def test_plural_forms_follow_the_language() -> None:
    words = translator("en")
    one = words.ngettext("{n} hari lagi", "{n} hari lagi", 1)
    many = words.ngettext("{n} hari lagi", "{n} hari lagi", 1200)
    assert (one, many) == ("1 day left", "1,200 days left")


@pytest.mark.parametrize(
    ("before_due", "text", "tone"),
    [
        (timedelta(days=5, hours=1), "5 hari lagi", "info"),
        (timedelta(days=3, hours=1), "3 hari lagi", "warning"),
        (timedelta(days=1, hours=1), "besok", "warning"),
        (timedelta(seconds=1), "hari ini", "warning"),
        (timedelta(0), "terlambat 1 hari", "negative"),
        (timedelta(days=-87), "terlambat 88 hari", "negative"),
    ],
)
def test_what_is_left_counts_days_of_wib(before_due: timedelta, text: str, tone: str) -> None:
    assert phrases.remaining(DUE, DUE - before_due, translator("id")) == (text, tone)


def test_a_deadline_within_a_day_is_late_from_its_minute() -> None:
    due = datetime(2027, 1, 11, 3, tzinfo=UTC)
    assert phrases.remaining(due, due, translator("id")) == ("terlambat", "negative")


def test_waiting_times_and_sizes_are_rounded_down_to_their_unit() -> None:
    words = translator("id")
    assert phrases.age(DUE - timedelta(minutes=59), DUE, words) == "59 menit"
    assert phrases.age(DUE - timedelta(hours=47), DUE, words) == "47 jam"
    assert phrases.age(DUE - timedelta(days=9), DUE, words) == "9 hari"
    assert [phrases.file_size(n, "id") for n in (900, 1_482_113, 64 << 20)] == ["900 B", "1,4 MB", "64 MB"]
