"""Reading what mail systems report about our mail: delivery status notifications (RFC 3464). Pure."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.message import EmailMessage, Message
from typing import Final

from services.messages.recipients import is_address

_STATUS_TYPE: Final = "message/delivery-status"
MAX_REPORT: Final = 1024 * 1024
MAX_RECIPIENTS: Final = 50
_ACTIONS: Final = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{3,250}>")


class NotAReport(ValueError):
    """A mail that is no delivery status notification: an answer by a person, a vacation note, junk."""


@dataclass(frozen=True)
class Report:
    """What happened to one mail on its way to one recipient. `message_id` is our own, None when not returned.

    `digest` is the same for the same report, however often it is handed in.
    """

    digest: str
    recipient: str
    action: str
    status: str
    diagnostic: str | None
    message_id: str | None

    @property
    def permanent(self) -> bool:
        """The mail will not arrive: a 5.x.x refusal, or given up on (RFC 3464 §2.3.3 `failed`)."""
        return self.action == "failed"


def read(raw: bytes) -> list[Report]:
    """The reports in one mail, one per recipient. NotAReport when it is none or cannot be made out."""
    if len(raw) > MAX_REPORT:
        raise NotAReport("larger than any report")
    mail = message_from_bytes(raw, policy=policy.default)
    status = next((part for part in mail.walk() if part.get_content_type() == _STATUS_TYPE), None)
    if status is None:
        raise NotAReport("no message/delivery-status part (RFC 3464)")
    ours = _returned_id(mail)
    found = [report for fields in _recipients(status) if (report := _report(fields, ours)) is not None]
    if not found:
        raise NotAReport("no recipient with an action and a status (RFC 3464 §2.3)")
    return found[:MAX_RECIPIENTS]


def _recipients(status: Message) -> Iterator[Message]:
    """The blocks of fields after the first, which speaks of the message as a whole (RFC 3464 §2.1)."""
    blocks = status.get_payload()
    if isinstance(blocks, list):
        yield from (block for block in blocks[1:] if isinstance(block, Message))


def _report(fields: Message, ours: str | None) -> Report | None:
    address = _address(_field(fields, "Original-Recipient") or "") or _address(
        _field(fields, "Final-Recipient") or ""
    )
    action = (_field(fields, "Action") or "").split(" ")[0].strip().lower()
    status = _STATUS.search(_field(fields, "Status") or "")
    if address is None or action not in _ACTIONS or status is None:
        return None
    said = _field(fields, "Diagnostic-Code")
    diagnostic = said.partition(";")[2].strip()[:500] or None if said else None
    text = "\n".join([ours or "", address, action, status[0], diagnostic or ""])
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return Report(digest, address, action, status[0], diagnostic, ours)


def _field(fields: Message, name: str) -> str | None:
    """A field unfolded, or None: strangers' headers may be anything."""
    try:
        value = fields.get(name)
    except (HeaderParseError, IndexError, ValueError):
        return None
    if value is None:
        return None
    readable = str(value).encode("utf-8", "replace").decode()  # what a text column can hold
    return " ".join(readable.replace("\x00", "").split())


def _address(value: str) -> str | None:
    """The mailbox of "rfc822; nobody@contoh.example"."""
    address = value.partition(";")[2].strip().strip("<>")
    return address if is_address(address) else None


def _returned_id(mail: Message) -> str | None:
    """The Message-ID of the mail that came back, from the part that returns it or its headers."""
    for part in mail.walk():
        if part is mail or part.get_content_type() not in ("message/rfc822", "text/rfc822-headers"):
            continue
        if (found := _MESSAGE_ID.search(_of_returned(part))) is not None:
            return found[0]
    return None


def _of_returned(part: Message) -> str:
    inner = part.get_payload()
    if isinstance(inner, list):
        first = inner[0] if inner else None
        return _field(first, "Message-ID") or "" if isinstance(first, Message) else ""
    text = part.get_content() if isinstance(part, EmailMessage) else str(inner)
    headers = message_from_bytes(str(text).encode("utf-8", "replace"), policy=policy.default)
    return _field(headers, "Message-ID") or ""
