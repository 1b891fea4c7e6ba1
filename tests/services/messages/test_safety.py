"""Nothing a person typed changes a mail's headers, markup or shape."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError, TemplateNotFound, UndefinedError

from services.messages.config import MailConfig, Relay
from services.messages.examples import ABOUT, AT, EXAMPLES
from services.messages.mime import Letterhead, build, on_the_wire
from services.messages.recipients import is_address
from services.messages.rendering import Rendered, Renderer
from settings import Helpdesk, load
from tests.services.messages.office import config

RENDERER = Renderer("https://tenggat.example", Helpdesk())
LETTERHEAD = Letterhead("Tenggat <tenggat@tenggat.example>", "bantuan@tenggat.example")
ID = "<0123456789abcdef@tenggat.example>"
HEADERS = {
    "Message-ID", "Date", "To", "Subject", "From", "Reply-To", "Auto-Submitted", "Content-Language",
    "MIME-Version", "Content-Type",
}  # fmt: skip

INJECTIONS = [
    f"PT Contoh{break_}{header}"
    for break_ in (
        "\n", "\r\n", "\r", "\n\n", "\r\n ", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "%0a", "\\n",
    )
    for header in ("Bcc: korban@luar.example", "Subject: lain", "Content-Type: text/html\n\n<script>")
]  # fmt: skip
MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "PT A & B <C>",
    "</td></tr></table><h1>Palsu</h1>",
    "\u202eterbalik",
]


def parse(mail: bytes) -> EmailMessage:
    parsed = message_from_bytes(mail, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def write(rendered: Rendered, recipient: str = "contoh@rotan.example") -> bytes:
    return build(LETTERHEAD.headers(), rendered, recipient=recipient, message_id=ID, at=AT)


@pytest.mark.parametrize("name", INJECTIONS)
def test_a_line_break_in_a_name_adds_no_header(name: str) -> None:
    for template in ("extension_granted", "licence_valid", "upp_escalation"):
        context = {**EXAMPLES[template], "company": name}
        if template == "licence_valid":
            context["licence"] = name  # stands in the subject
        parsed = parse(write(RENDERER.render(template, context, now=AT, about=ABOUT)))
        assert set(parsed.keys()) == HEADERS
        assert len(parsed.keys()) == len(HEADERS)
        assert parsed["To"] == "contoh@rotan.example"
        assert len(list(parsed.iter_parts())) == 2


@pytest.mark.parametrize("subject", INJECTIONS)
def test_even_a_subject_handed_over_raw_stays_one_header(subject: str) -> None:
    parsed = parse(write(Rendered(subject, "teks", "<p>teks</p>")))
    assert set(parsed.keys()) == HEADERS


@pytest.mark.parametrize("typed", MARKUP)
def test_markup_in_a_name_is_text(typed: str) -> None:
    mail = RENDERER.render(
        "report_reminder", {**EXAMPLES["report_reminder"], "company": typed}, now=AT, about=ABOUT
    )
    assert "<script>" not in mail.html
    assert "<img" not in mail.html
    assert "<svg" not in mail.html
    assert "<h1>Palsu" not in mail.html
    assert "\u202e" not in mail.html + mail.text
    if "7 * 7" in typed:
        assert "{{ 7 * 7 }}" in mail.html


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a b@c.example", "<a@b.example>",
        "a@b.example>", "a@b",
        "a@b.example, c@d.example", '"a\r\n"@b.example', "pengguna@perusahaan.example\x00",
        "é@b.example", "@b.example",
        "a@", "", "a" * 65 + "@b.example", "a@" + "b" * 250 + ".example",
    ],
)  # fmt: skip
def test_an_address_that_is_not_one_plain_mailbox_is_refused(address: str) -> None:
    assert not is_address(address)
    with pytest.raises(ValueError, match="mailbox"):
        write(Rendered("s", "t", "h"), recipient=address)


# What a text might hold to get at Python: every thing at hand, by every way from a thing to its class or its module.
THINGS = (
    "''", "[]", "{}", "()", "(1)", "true", "helpdesk", "self", "cycler", "joiner", "namespace", "lipsum",
    "range", "dict",
)  # fmt: skip
WAYS = (
    ".__class__.__mro__", ".__class__.__base__.__subclasses__()", ".__class__.__init__.__globals__",
    ".__init__.__globals__", "['__class__']['__mro__']", "['__cla' ~ 'ss__'].x", "|attr('__class__')",
    ".__reduce_ex__(2)", ".__dir__()",
)  # fmt: skip
ATTACKS = [f"{{{{ {thing}{way} }}}}" for thing in THINGS for way in WAYS] + [
    "{{ helpdesk.__dict__ }}",
    "{% set _ = [].append(1) %}",
    "{% set _ = {}.update(a=1) %}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{a.__class__}'.format_map({'a': 1}) }}",
    "{{ cycler.next.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ joiner.__init__.__globals__.os.environ }}",
    "{{ (range|attr('__init__')).__globals__ }}",
    "{{ [range]|map(attribute='__class__')|first }}",
    "{{ range(10000000)|list }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../etc/passwd' %}",
    "{% import 'os' as os %}",
    "{{ config }}",
    "{{ request.application }}",
    "{{ settings.secret_key }}",
    "{{ url_for.__globals__ }}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_template_gets_at_python(attack: str) -> None:
    """OWASP ASVS 1.3.7: a template runs in a sandbox, whoever wrote it, and can only say what it was given."""
    with pytest.raises((SecurityError, UndefinedError, TemplateNotFound, OverflowError)):
        RENDERER.environment.from_string(attack).render()


def test_enough_ways_are_tried() -> None:
    assert len(set(ATTACKS)) >= 100


def test_a_mail_is_ascii_short_lined_and_reads_back_as_written() -> None:
    long = "Perusahaan Contoh Sangat Panjang Namanya — Größe ½ 工業 " * 4
    rendered = Rendered(
        f"Laporan {long}".strip(), f"{long}\n.titik di awal\n\n.\nakhir  \n", f"<p>{long}</p>\n.\n"
    )
    mail = write(rendered)
    assert mail.isascii()
    assert max(len(line) for line in mail.split(b"\r\n")) <= 78
    assert b"\n" not in mail.replace(b"\r\n", b"")
    parsed = parse(mail)
    assert parsed["Subject"] == " ".join(rendered.subject.split())
    assert parsed["Message-ID"] == ID
    assert parsed["Date"].datetime == AT
    text, html = (part.get_content() for part in parsed.iter_parts())
    assert text.replace("\r\n", "\n").rstrip("\n") == rendered.text.rstrip("\n")
    assert html.replace("\r\n", "\n").rstrip("\n") == rendered.html.rstrip("\n")


def test_dots_are_doubled_on_the_wire_and_the_end_is_one_dot() -> None:
    wire = on_the_wire(write(Rendered("s", ".a\n..b\nc", "h")))
    assert b"\r\n..a\r\n...b\r\nc" in wire
    assert wire.endswith(b"--\r\n.\r\n")


def test_a_sender_that_would_break_the_header_is_refused_at_the_start() -> None:
    for sender in ("Tenggat <a@b.example\r\nBcc: x@y.example>", "", "tanpa alamat"):
        with pytest.raises(ValueError, match="header"):
            Letterhead(sender)


def test_the_allow_list_knows_addresses_domains_and_suffixes() -> None:
    some = config(allow_list=("a@luar.id", "tepat.id", ".example"))
    allowed = {"a@luar.id", "A@LUAR.ID", "x@tepat.id", "x@b.example", "x@c.b.EXAMPLE"}
    refused = {"b@luar.id", "x@tidaktepat.id", "x@sub.tepat.id", "x@example.org", "x@example"}
    assert {address for address in allowed | refused if some.allows(address)} == allowed
    assert config(allow_list=None).allows("x@mana-saja.id")
    assert not config(allow_list=()).allows("x@b.example")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:2525", Relay("127.0.0.1", 2525)),
        ("smtp://relay.example", Relay("relay.example", 25)),
        ("smtps://u:p%40ss@relay.example", Relay("relay.example", 465, True, False, "u", "p@ss")),
        ("smtp://u:p@relay.example:587", Relay("relay.example", 587, False, True, "u", "p")),
        ("smtp://u:p@127.0.0.1:587", Relay("127.0.0.1", 587, False, None, "u", "p")),
        ("smtp://relay.example?starttls=required", Relay("relay.example", 25, False, True)),
    ],
)
def test_smtp_urls_say_when_tls_is_required(url: str, expected: Relay) -> None:
    assert Relay.parse(url) == expected


def test_a_password_does_not_show_in_logs() -> None:
    assert "rahasia" not in repr(Relay("h", 1, username="u", password="rahasia"))


@pytest.mark.parametrize(
    "url", ["", "http://x", "smtp://", "smtp://u:p@relay.example?starttls=never", "smtp://x?starttls=maybe"]
)
def test_smtp_urls_that_would_leak_a_password_or_mean_nothing_are_refused(url: str) -> None:
    with pytest.raises(ValueError):
        Relay.parse(url)


def test_a_sending_lease_shorter_than_a_slow_data_is_refused() -> None:
    with pytest.raises(ValueError, match="outlast"):
        config(command_timeout=30, data_timeout=60, sending_lease=timedelta(seconds=60))


def test_settings_without_a_mail_server_are_refused(tmp_path: Path) -> None:
    env = {"DATABASE_URL": "postgresql://x/y", "TENGGAT_SECRET_KEY": "k" * 40}
    with pytest.raises(ValueError, match="SMTP_URL"):
        MailConfig.from_settings(load(tmp_path, env))
    settings = load(tmp_path, env | {"SMTP_URL": "smtp://127.0.0.1:2525"})
    made = MailConfig.from_settings(settings)
    assert made.allow_list == (".example",)
    assert made.journal == tmp_path / "legal-mail.journal"
    assert made.letterhead.domain == "localhost.example"
