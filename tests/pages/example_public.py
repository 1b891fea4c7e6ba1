"""Example contexts of the public pages and of errors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from api.pages import shapes
from api.pages.examples import NOW, deadline, password_rules
from api.pages.rendering import Form
from services.documents.typesetting import qr_svg
from services.errors import FieldError
from services.i18n import N_

REGIONS = [
    shapes.Option(
        "64",
        "Kalimantan Timur",
        options=[shapes.Option("64.72", "Kota Samarinda"), shapes.Option("64.03", "Kab. Berau")],
    ),
    shapes.Option("63", "Kalimantan Selatan", options=[shapes.Option("63.71", "Kota Banjarmasin")]),
]
ENROLMENT = "otpauth://totp/Tenggat:upp.1?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=Tenggat"
HUMAN = {"question": "Berapa tujuh ditambah lima?", "token": "token"}
TYPED = {
    "company_name": "PT Contoh Rotan Mahakam",
    "nib": "9120000000017",
    "npwp": "01.234.567.8-722.000",
    "email": "kantor@rotan-mahakam.example",
    "region_code": "64.72",
    "address": "Jl. Contoh Raya No. 17",
}
ERRORS = [FieldError("nib", N_("Wajib diisi.")), FieldError("region_code", N_("Wajib diisi."))]


def register() -> dict[str, Any]:
    return {"form": Form(), "regions": REGIONS, "document": None, "document_token": "", "human_check": HUMAN}


def register_refused() -> dict[str, Any]:
    stored = shapes.StoredFile("nib.pdf", 1_482_113)
    return register() | {"form": Form(TYPED, ERRORS), "document": stored, "document_token": "d"}


def register_done() -> dict[str, Any]:
    registration = {
        "id": "r1",
        "number": 100001,
        "submitted_at": NOW,
        "company_name": "PT Contoh Rotan Mahakam",
        "email": "k•••@rotan-mahakam.example",
        "due_before": NOW + timedelta(days=1),
    }
    return {"registration": registration}


def registration_status() -> dict[str, Any]:
    steps = [
        shapes.Step("Pendaftaran dikirim", "done"),
        shapes.Step("Dikembalikan untuk diperbaiki", "problem"),
        shapes.Step("Akun dibuat", "todo"),
    ]
    registration = {
        "id": "r1",
        "number": 100001,
        "status": "returned",
        "company_name": "PT Contoh Rotan Mahakam",
        "submitted_at": NOW,
        "reason": "Salinan NIB tidak terbaca.",
    }
    return {
        "registration": registration,
        "steps": steps,
        "deadline": deadline(paused_since=NOW),
        "correctable": True,
    }


def registration_rejected() -> dict[str, Any]:
    context = registration_status()
    return context | {"registration": context["registration"] | {"status": "rejected"}, "deadline": None}


def correction() -> dict[str, Any]:
    registration = {"id": "r1", "number": 100001, "reason": "Salinan NIB tidak terbaca."}
    return {
        "kind": "company",
        "institutions": [],
        "bases": [],
        "registration": registration,
        "form": Form(TYPED),
        "regions": REGIONS,
        "document": shapes.StoredFile("nib.pdf", 1_482_113),
        "document_token": "d",
        "token": "t",
    }


def sign_in() -> dict[str, Any]:
    return {"form": Form(), "audience": "company", "next": "", "expired": False}


def sign_in_refused() -> dict[str, Any]:
    refused = Form({"username": "rotan.mahakam"}, (), "Nama pengguna, kata sandi, atau kode salah.")
    return {"form": refused, "audience": "government", "next": "/kasus", "expired": True}


def activate() -> dict[str, Any]:
    return {
        "form": Form({}, [FieldError("password_again", N_("Wajib diisi."))]),
        "action": "/aktivasi/t",
        "username": "rotan.mahakam",
        "rules": password_rules(),
        "purpose": "activation",
        "valid_months": 6,
        "usable": True,
    }


def check() -> dict[str, Any]:
    facts = [
        ("Nama", "PT Contoh Rotan Mahakam"),
        ("NIB", "9120000000017"),
        ("Tanggal terbit", "6 Januari 2027"),
    ]
    result = {"valid": True, "title": "Bukti laporan Triwulan IV 2026", "facts": facts, "void_reason": ""}
    return {"code": "K7QM-2XPA", "result": result}


def check_void() -> dict[str, Any]:
    context = check()
    return context | {
        "result": context["result"] | {"valid": False, "void_reason": "Akun dinyatakan batal demi hukum."}
    }


def status() -> dict[str, Any]:
    parts = [
        {"label": "Penerimaan laporan", "state": "ok", "detail": ""},
        {"label": "Pengiriman surat elektronik", "state": "degraded", "detail": "tertunda beberapa menit"},
    ]
    return {"parts_up": parts, "notices": [{"at": NOW, "text": "Pemeliharaan Minggu malam."}]}


def error(code: int) -> Callable[[], dict[str, Any]]:
    return lambda: {
        "status": code,
        "message": "",
        "reference": "01J0-7F3A" if code == 500 else "",
        "retry_after": 30 if code == 429 else None,
    }


EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "public/home.html": lambda: {
        "period": {"label": "Laporan Triwulan IV 2026", "due_before": deadline().due_before}
    },
    "public/register.html": register,
    "public/register.html#refused": register_refused,
    "public/register_done.html": register_done,
    "public/registration_status.html": registration_status,
    "public/registration_status.html#rejected": registration_rejected,
    "public/registration_correction.html": correction,
    "public/registration_correction.html#institution": lambda: (
        correction() | {"kind": "government", "form": Form({"company_name": "Dinas Perindustrian Contoh"})}
    ),
    "public/sign_in.html": sign_in,
    "public/sign_in.html#refused": sign_in_refused,
    "public/reauthenticate.html": lambda: {"form": Form(), "action": "/konfirmasi", "next": "/antrean"},
    "public/second_factor.html": lambda: {"form": Form(), "ticket": "t", "next": "", "enrolment": None},
    "public/second_factor.html#enrol": lambda: {
        "form": Form({}, (), "Nama pengguna, kata sandi, atau kode salah."),
        "ticket": "t",
        "next": "/antrean",
        "enrolment": {
            "svg": Markup(qr_svg(ENROLMENT)),  # noqa: S704  (drawn by us)
            "secret": "ABCD EFGH IJKL MNOP",
        },
    },
    "public/recovery_codes.html": lambda: {"codes": ["AB12-CD34-EF56", "GH78-JK90-LM12"], "next": "/antrean"},
    "public/link_gone.html": lambda: {
        "message": "Tautan perbaikan ini sudah dipakai atau tidak berlaku lagi.",
        "actions": [shapes.Action("Lihat status pendaftaran", "/pendaftaran/r1")],
    },
    "public/activate.html": activate,
    "public/activate.html#used": lambda: activate() | {"usable": False, "form": Form()},
    "public/reset_request.html": lambda: {"form": Form(), "sent": False, "human_check": HUMAN},
    "public/reset_request.html#sent": lambda: {"form": Form(), "sent": True, "human_check": HUMAN},
    "public/check.html": check,
    "public/check.html#void": check_void,
    "public/check.html#unknown": lambda: {"code": "TAK-ADA", "result": None},
    "public/status.html": status,
    **{
        f"errors/error.html#{code}": error(code)
        for code in (401, 403, 404, 409, 413, 418, 422, 429, 500, 503)
    },
}
