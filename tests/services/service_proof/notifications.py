"""Delivery status notifications as mail systems write them, for tests."""

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@relay.example
To: tenggat@tenggat.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
Arrival-Date: Mon, 6 Jul 2026 09:00:00 +0700

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{recipient}>: Recipient address
    rejected: User unknown

--=_b
{returned}
--=_b--
"""
HEADERS = """Content-Type: text/rfc822-headers

From: Tenggat <tenggat@tenggat.example>
Message-ID: {message_id}
Subject: Permintaan data
"""
WHOLE = """Content-Type: message/rfc822

From: Tenggat <tenggat@tenggat.example>
Message-ID: {message_id}
Subject: Permintaan data

Isi surat.
"""


def report(
    recipient: str,
    message_id: str = "<x@tenggat.example>",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    returned: str = HEADERS,
) -> bytes:
    """One report about one recipient of one mail."""
    back = returned.format(message_id=message_id)
    text = REPORT.format(recipient=recipient, action=action, status=status, returned=back)
    return text.replace("\n", "\r\n").encode()
