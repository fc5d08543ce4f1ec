"""Real mail servers on this machine: one that takes everything, one that refuses, one that says
nothing."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "tracker", "open sesame"


@dataclass
class Inbox:
    """What a server took, and how it is reached: `url` is TRACKER_SMTP_URL."""

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    def url(self, scheme: str = "smtp", who: str = "", options: str = "") -> str:
        return f"{scheme}://{who}localhost:{self.port}{options}"


class _Handler(MessageHandler):
    def __init__(self, inbox: Inbox, refuse: str) -> None:
        super().__init__()
        self.inbox, self.refuse = inbox, refuse

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.inbox.recipients.append(list(envelope.rcpt_tos))
        return str(await super().handle_DATA(server, session, envelope))

    def handle_message(self, message: Message) -> None:
        self.inbox.messages.append(message)


def _signs_in(
    _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(
        handled=False, success=(data.login, data.password) == (USER.encode(), PASSWORD.encode())
    )


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """For `localhost`, and the file that whoever trusts it names in SSL_CERT_FILE."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    return context, trusted


class _Anywhere(Controller):
    """On whatever port is free: known once the server listens, which is when it is first knocked
    on."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    from_the_start: bool = False,
    refuse: str = "",
    auth: bool = False,
) -> Iterator[Inbox]:
    """It listens on a port of its own. `refuse` is its answer to every recipient."""
    inbox = Inbox()
    more: dict[str, Any] = (
        {"authenticator": _signs_in, "auth_require_tls": not from_the_start} if auth else {}
    )
    if tls is not None:
        more |= (
            {"ssl_context": tls}
            if from_the_start
            else {"tls_context": tls, "require_starttls": True}
        )
    controller = _Anywhere(_Handler(inbox, refuse), hostname="127.0.0.1", port=0, **more)
    controller.start()
    try:
        inbox.port = controller.port
        yield inbox
    finally:
        controller.stop()
