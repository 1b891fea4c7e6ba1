"""Reports of mail systems are read as RFC 3464 has them, and nothing a stranger sends breaks the reader."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.service_proof.reports import NotAReport, read
from tests.services.service_proof.notifications import HEADERS, WHOLE, report

ADDRESS = "lapor@contoh.example"


@pytest.mark.parametrize("returned", [HEADERS, WHOLE])
def test_a_failure_names_recipient_status_and_the_mail_that_came_back(returned: str) -> None:
    [found] = read(report(ADDRESS, "<abc@tenggat.example>", returned=returned))
    assert (found.recipient, found.action, found.status) == (ADDRESS, "failed", "5.1.1")
    assert found.message_id == "<abc@tenggat.example>"
    assert found.diagnostic == (f"550 5.1.1 <{ADDRESS}>: Recipient address rejected: User unknown")
    assert found.permanent


def test_a_delay_is_no_failure_and_the_same_report_has_the_same_digest() -> None:
    [delayed] = read(report(ADDRESS, action="delayed", status="4.4.1"))
    assert not delayed.permanent
    [first], [again] = read(report(ADDRESS)), read(report(ADDRESS))
    assert first.digest == again.digest != delayed.digest


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"From: seseorang@contoh.example\r\nSubject: Re: laporan\r\n\r\nSaya sedang cuti.",
        report("bukan alamat"),
        report(ADDRESS, status="lima"),
        report(ADDRESS, action="exploded"),
        b"x" * (1024 * 1024 + 1),
    ],
)
def test_what_is_no_report_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(NotAReport):
        read(raw)


@given(st.binary(max_size=400), st.integers(0, 1200))
@settings(max_examples=200, deadline=None)
def test_damage_never_raises_anything_else(junk: bytes, at: int) -> None:
    raw = report(ADDRESS)
    damaged = raw[:at] + junk + raw[at + len(junk) :]
    try:
        found = read(damaged)
    except NotAReport:
        return
    for each in found:
        said = (each.diagnostic or "") + (each.message_id or "")
        assert each.recipient
        assert "\x00" not in said
        said.encode()  # fit for a text column
