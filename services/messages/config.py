"""How this instance sends: relay, letterhead, who may be written to, journal, timeouts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from services.messages.mime import Letterhead
from services.models import Lane
from settings import Helpdesk, Settings

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_PORTS: Final = {"smtp": 25, "smtps": 465}
CONNECTIONS: Final[Mapping[Lane, int]] = {Lane.CREDENTIALS: 4, Lane.LEGAL: 4, Lane.NOTICES: 20}


@dataclass(frozen=True)
class Relay:
    """The SMTP server that takes our mail. `starttls` None: when the server offers it."""

    host: str
    port: int
    tls: bool = False
    starttls: bool | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """From `smtp://user:password@host:587?starttls=required` or `smtps://…`; ValueError for others.

        A password crosses a network only under TLS: then STARTTLS is required without asking.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("SMTP_URL must look like smtp://host:25 or smtps://host:465")
        tls = parts.scheme == "smtps"
        wish = parse_qs(parts.query).get("starttls", ["auto"])[0]
        if wish not in ("auto", "required", "never"):
            raise ValueError("starttls in SMTP_URL may be auto, required or never")
        starttls = {"auto": None, "required": True, "never": False}[wish]
        if parts.password and not tls and parts.hostname not in _LOOPBACK:
            if starttls is False:
                raise ValueError("SMTP_URL would send its password without TLS")
            starttls = True
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            tls=tls,
            starttls=False if tls else starttls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


@dataclass(frozen=True)
class MailConfig:
    """Everything the post office needs to know. `allow_list` None lets mail go anywhere.

    Leases are real time. `sending_lease` must outlast the longest possible DATA, or a slow mail is taken for
    a dead one.
    """

    relay: Relay
    letterhead: Letterhead
    public_url: str
    helpdesk: Helpdesk
    allow_list: tuple[str, ...] | None
    journal: Path
    connections: Mapping[Lane, int] = field(default_factory=lambda: dict(CONNECTIONS))
    command_timeout: float = 30.0
    data_timeout: float = 60.0
    claim_lease: timedelta = timedelta(seconds=120)
    sending_lease: timedelta = timedelta(seconds=120)
    patience: float = 60.0
    grace: float = 10.0

    def __post_init__(self) -> None:
        if self.sending_lease.total_seconds() < self.command_timeout + self.data_timeout + 5:
            raise ValueError("a sending lease must outlast DATA and the wait for its answer")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """ValueError when SMTP_URL or MAIL_FROM is missing or unusable."""
        if settings.smtp_url is None:
            raise ValueError("SMTP_URL is missing: start the mail catcher, or name a server")
        patience = settings.mail_patience
        lease = timedelta(seconds=4 * patience)
        return cls(
            command_timeout=patience,
            data_timeout=2 * patience,
            claim_lease=lease,
            sending_lease=max(lease, timedelta(seconds=3 * patience + 5)),
            relay=Relay.parse(settings.smtp_url),
            letterhead=Letterhead(settings.mail_from, settings.helpdesk.email),
            public_url=settings.public_url,
            helpdesk=settings.helpdesk,
            allow_list=settings.mail_allow_list,
            journal=settings.mail_journal,
        )

    def allows(self, address: str) -> bool:
        """Whether mail may leave for this address: listed are addresses, domains, `.suffixes`."""
        if self.allow_list is None:
            return True
        domain = address.lower().rpartition("@")[2]
        return any(
            address.lower() == entry if "@" in entry
            else domain.endswith(entry) if entry.startswith(".")
            else domain == entry
            for entry in self.allow_list
        )  # fmt: skip
