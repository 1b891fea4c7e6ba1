"""The frame around the examples: who looks, at what time, in which language."""

from zoneinfo import ZoneInfo

from api.pages.examples import NOW
from api.pages.rendering import Flash, Helpdesk, Page, Viewer

HELPDESK = Helpdesk(
    "021 555 0100", "0811 555 0100", "bantuan@tenggat.example", "", "Senin–Jumat 08.30–15.00 WIB"
)
COMPANY = Viewer("Pengguna Contoh", frozenset({"company_user"}), "PT Contoh Rotan Mahakam")
OFFICER = Viewer("Petugas UPP 1", frozenset({"upp_officer"}))
ADMINISTRATOR = Viewer("Administrator 1", frozenset({"administrator"}))


def page(area: str, locale: str = "id", path: str = "/", flashes: tuple[Flash, ...] = ()) -> Page:
    """The frame of a page of one area (public, company, officer, admin, dev, errors)."""
    viewer = {"company": COMPANY, "officer": OFFICER, "admin": ADMINISTRATOR, "dev": ADMINISTRATOR}.get(area)
    return Page(
        path,
        NOW,
        locale=locale,
        reader_zone=ZoneInfo("Asia/Makassar"),
        nonce="example",
        csrf_token="example-token",
        viewer=viewer,
        flashes=flashes,
        unread=3 if area == "company" else 0,
        rehearsal=area in ("company", "public"),
        production=area != "dev",
        helpdesk=HELPDESK,
    )
