"""The mail catcher's page and the style guide: there for builders and trainers, never in production."""

from dataclasses import replace
from email.message import EmailMessage

from sqlalchemy import insert
from sqlmodel import col

from services.models import CaughtMail, new_id
from tests.api.conftest import Api
from tests.pages.visitor import Visitor


async def catch(api: Api, subject: str, html: str = "") -> str:
    mail = EmailMessage()
    mail["Subject"], mail["Message-ID"] = subject, "<a@tenggat.example>"
    mail.set_content("Buka http://127.0.0.1:8000/aktivasi/rahasia <script>alert(1)</script>")
    if html:
        mail.add_alternative(html, subtype="html")
    async with api.transaction() as (session, _):
        row = {"envelope_from": "tenggat@tenggat.example", "envelope_to": "kantor@contoh.example"}
        insertion = insert(CaughtMail).values(
            **row, id=new_id(), subject=subject, message_header_id="", raw=mail.as_string()
        )
        return str((await session.execute(insertion.returning(col(CaughtMail.id)))).scalar_one())


async def test_a_mail_is_shown_as_text_and_its_html_can_do_nothing(api: Api, visitor: Visitor) -> None:
    mail = await catch(api, "Akun Tenggat Anda", "<p style='color:red'>Halo</p><script>alert(1)</script>")
    await visitor.open("/dev/mail?q=tenggat")
    assert "Akun Tenggat Anda" in visitor.text
    page = await visitor.open(f"/dev/mail/{mail}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert 'href="http://127.0.0.1:8000/aktivasi/rahasia"' in page.text
    assert f'src="/dev/mail/{mail}/html" sandbox="allow-popups"' in page.text
    frame = await visitor.client.get(f"/dev/mail/{mail}/html")
    policy = frame.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy


async def test_a_mail_without_html_has_no_frame(api: Api, visitor: Visitor) -> None:
    mail = await catch(api, "Hanya teks")
    assert "<iframe" not in (await visitor.open(f"/dev/mail/{mail}")).text
    assert (await visitor.open(f"/dev/mail/{mail}/html")).status_code == 404


async def test_there_are_no_such_pages_in_production(api: Api, visitor: Visitor) -> None:
    mail = await catch(api, "Rahasia")
    parts = api.app.state.parts
    for changes in ({"environment": "production"}, {"mail_catcher": False}):
        api.app.state.parts = replace(parts, settings=replace(parts.settings, **changes))
        for path in ("/dev/mail", f"/dev/mail/{mail}", f"/dev/mail/{mail}/html"):
            assert (await visitor.open(path)).status_code == 404, path
    api.app.state.parts = replace(parts, settings=replace(parts.settings, environment="production"))
    assert (await visitor.open("/dev/components")).status_code == 404
    api.app.state.parts = parts
    assert (await visitor.open("/dev/components")).status_code == 200
