"""Which mail server there is, read from an address, and how a message is put together."""

import datetime as dt
import secrets
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from email_validator import validate_email

LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"smtp": 587, "smtps": 465}
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that look alike: 0 and O, 1, I and L."""
CODE_LENGTH = 6
CODE_LASTS = dt.timedelta(days=1)


class Security(StrEnum):
    """How the way to the server is kept private."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailOutcome(StrEnum):
    """What became of a test message: the server took it, or did not, or it was read at the other
    end."""

    TAKEN = "taken"
    REFUSED = "refused"
    ARRIVED = "arrived"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where messages go, and from whom they are. Without a host they are printed to the log and go
    nowhere."""

    sender: str
    host: str = ""
    port: int = 0
    security: Security = Security.NONE
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_console(self) -> bool:
        return not self.host


class RetryDecision(StrEnum):
    """What a failure means for the message: try again, never again, or perhaps it was taken all the
    same."""

    AGAIN = "again"
    NEVER = "never"
    IN_DOUBT = "in_doubt"


class MailFailed(Exception):  # noqa: N818  (a server's answer, not a fault of ours)
    """A message was not sent. `code` says what stood in the way, `said` is what the server
    answered, if anything."""

    def __init__(
        self, code: str, said: str = "", after: RetryDecision = RetryDecision.AGAIN
    ) -> None:
        super().__init__(code)
        self.code = code
        self.said = said
        self.after = after


def mail_server(url: str, sender: str) -> MailServer | None:
    """The server that TRACKER_SMTP_URL names; None where it is empty: no mail is sent.

    `smtp://` insists on STARTTLS; `?tls=no` lets it go in the clear, with a password only to this
    very machine. Raises ValueError with a sentence for whoever runs the server; it never holds the
    password.
    """
    if not url:
        return None
    if url == "console:":
        return MailServer(_sender(sender or "skills-tracker@example.org"))
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise ValueError("TRACKER_SMTP_URL: the port is not a number up to 65535.") from error
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ValueError(
            "TRACKER_SMTP_URL must read like smtp://user:password@host:587, smtps://... or console:"
        )
    if options not in ({}, {"tls": "no"}) or (options and parts.scheme == "smtps"):
        raise ValueError("TRACKER_SMTP_URL: the only option is ?tls=no, for smtp://")
    security = (
        Security.NONE if options else Security.TLS if parts.scheme == "smtps" else Security.STARTTLS
    )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and security is Security.NONE and parts.hostname not in LOOPBACK:
        raise ValueError(
            "TRACKER_SMTP_URL: with ?tls=no the password would cross the network for all to read."
        )
    if not sender:
        raise ValueError("TRACKER_MAIL_FROM is missing: the address that messages come from.")
    return MailServer(
        sender=_sender(sender),
        host=parts.hostname,
        port=port,
        security=security,
        user=user,
        password=password,
    )


def _sender(typed: str) -> str:
    """Checked for form: `tracker@library.org` or `Skills Tracker <tracker@library.org>`."""
    try:
        return str(_address(typed))
    except ValueError as error:
        raise ValueError(f"TRACKER_MAIL_FROM is no email address: {typed!r}") from error


def _address(typed: str) -> Address:
    """One address, with a name before it or not. Raises ValueError."""
    address = validate_email(
        typed, check_deliverability=False, allow_display_name=True, globally_deliverable=False
    )
    return Address(address.display_name or "", addr_spec=address.normalized)


def compose(
    server: MailServer, to: str, subject: str, text: str, now: dt.datetime, token: str = ""
) -> EmailMessage:
    """A plain-text message to one address. Raises ValueError for a line end in a header, or more
    than one address.

    `token` makes the Message-ID, so that a message that is sent again is known for the same one.
    """
    sender = _address(server.sender)
    message = EmailMessage(SMTP)
    message["From"] = sender
    message["To"] = _address(to)
    message["Subject"] = subject
    message["Date"] = now
    message["Message-ID"] = (
        f"<{token}@{sender.domain}>" if token else make_msgid(domain=sender.domain)
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def new_code() -> str:
    """Six characters to read in one place and type in another."""
    return "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))


def clean_code(typed: str) -> str:
    """A code as it was typed: without spaces, and in capitals."""
    return "".join(typed.split()).upper()
