"""Example contexts of the pages about help."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from api.pages.examples import NOW, deadline
from api.pages.rendering import Form
from api.pages.shapes import Option
from tests.pages import example_officer

TOPICS = [Option("hs_code", "Kode HS tidak diketahui"), Option("other", "Lainnya")]
WAYS = [
    Option("video", "Pertemuan video"),
    Option("telephone", "Telepon"),
    Option("office", "Tatap muka di kantor"),
]
SLOTS = [
    Option(
        "",
        "Selasa, 5 Januari 2027",
        options=[Option("siinas|1", "09.00 WIB (10.00 WITA)"), Option("siinas|2", "09.30 WIB (10.30 WITA)")],
    ),
    Option("", "Rabu, 6 Januari 2027", options=[Option("siinas|3", "08.30 WIB")]),
]  # fmt: skip
BEGINS = NOW + timedelta(days=1)


def ticket(**facts: Any) -> dict[str, Any]:
    return {
        "number": 1001,
        "status": "asked",
        "topic": "Kode HS tidak diketahui",
        "question": "Kode HS mana untuk kursi rotan?\nBahan penolongnya kami impor sendiri.",
        "origin": "Portal",
        "asked_at": NOW,
        "starts_at": None,
        "ends_at": None,
        "way": "",
        "place": "",
        "note": "",
        "closed_at": None,
        "satisfaction": None,
        "open": True,
        "helped": False,
    } | facts


def booked(**facts: Any) -> dict[str, Any]:
    session = {"status": "booked", "starts_at": BEGINS, "ends_at": BEGINS + timedelta(minutes=30)}
    return ticket(**(session | {"way": "Pertemuan video"} | facts))


def ended() -> dict[str, Any]:
    said = {"note": "Kode 9401.53 dipilih.", "closed_at": NOW, "open": False, "helped": True}
    return booked(status="held", place="https://rapat.example/3", **said)


def listed() -> dict[str, Any]:
    hours = ["Senin – Jumat: 08.30–15.00 WIB"]
    return {
        "tickets": [booked(href="#"), ticket(href="#", status="answered", open=False)],
        "desks": [{"label": "Helpdesk SIINas", "lines": hours, "minutes": 30}],
        "ask": "#",
    }


def own(**facts: Any) -> dict[str, Any]:
    return {
        "ticket": ticket(),
        "slots": SLOTS,
        "ways": WAYS,
        "minutes": 120,
        "begun": False,
        "id": "1",
        "form": Form(),
    } | facts


def agenda() -> dict[str, Any]:
    row = {
        "day": date(2027, 1, 5),
        "at": "09.00 WIB",
        "company": "PT Contoh Rotan Mahakam",
        "href": "#",
        "number": 1001,
        "topic": "Kode HS tidak diketahui",
        "way": "Pertemuan video",
        "status": "booked",
        "closed_then": False,
    }
    return {
        "rows": [row, row | {"company": "PT Contoh Kayu Borneo", "status": "confirmed", "closed_then": True}],
        "asked": {"meja": "siinas", "hari": "2027-01-04"},
        "desks": [Option("siinas", "Helpdesk SIINas")],
        "before": "#",
        "after": "#",
        "waiting": "#",
    }


def case(**facts: Any) -> dict[str, Any]:
    return {
        "case": example_officer.licence()["case"] | {"kind": "assistance", "status": "asked"},
        "ticket": ticket(),
        "deadline": deadline(),
        "slots": SLOTS,
        "ways": WAYS,
        "begun": False,
        "answerable": True,
        "confirmable": False,
        "story": "#",
        "form": Form(),
    } | facts


def asking() -> dict[str, Any]:
    origins = [
        Option("telephone", "Telepon"),
        Option("whatsapp", "WhatsApp"),
        Option("visit", "Datang ke kantor"),
    ]
    company = {"company": "PT Contoh Rotan Mahakam", "account": "1"}
    return company | {"topics": TOPICS, "origins": origins, "form": Form()}


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "company/assistance_list.html": listed,
    "company/assistance_list.html#none": lambda: listed() | {"tickets": []},
    "company/assistance_ask.html": lambda: {"topics": TOPICS, "back": "/asistensi", "form": Form()},
    "company/assistance.html": own,
    "company/assistance.html#booked": lambda: own(ticket=booked()),
    "company/assistance.html#full": lambda: own(slots=[]),
    "company/assistance.html#begun": lambda: own(ticket=booked(), begun=True),
    "company/assistance.html#ended": lambda: own(ticket=ended()),
    "company/assistance.html#rated": lambda: own(ticket=ended() | {"satisfaction": 5}),
    "officer/assistance_agenda.html": agenda,
    "officer/assistance_agenda.html#none": lambda: agenda() | {"rows": []},
    "officer/assistance.html": case,
    "officer/assistance.html#booked": lambda: case(ticket=booked(), answerable=False, confirmable=True),
    "officer/assistance.html#begun": lambda: case(ticket=booked(), answerable=False, begun=True, slots=[]),
    "officer/assistance.html#ended": lambda: case(
        ticket=ended() | {"satisfaction": 4}, answerable=False, deadline=None
    ),
    "officer/assistance_for.html": asking,
}
