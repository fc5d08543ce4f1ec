"""The one way out for mail: `send` hands a message to the server, or says why it could not.

It holds no transaction and may take TIMEOUT seconds: call it outside of one.
"""

import smtplib
import ssl
import time
from email.message import EmailMessage
from typing import Any

import structlog

from tracker.rules.mail import MailFailed, MailServer, Security

LOG = structlog.get_logger("tracker.mail")
TIMEOUT = 10
"""Seconds for all of it, from the connection to the server's last answer."""
SAID_MAX = 400


class _Patient:
    """Counts the seconds over all steps: a server that answers each of them late is not waited for on and on."""

    sock: Any

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.ends = time.monotonic() + TIMEOUT
        super().__init__(*arguments, **options)

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is not None:
            left = self.ends - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self.sock.settimeout(left)
        try:
            answer: tuple[int, bytes] = super().getreply()  # type: ignore[misc]  # smtplib's, mixed in below
        except smtplib.SMTPServerDisconnected as error:
            if isinstance(error.__context__, TimeoutError):
                raise error.__context__ from error
            raise
        return answer


class _Smtp(_Patient, smtplib.SMTP):
    pass


class _SmtpTls(_Patient, smtplib.SMTP_SSL):
    pass


def send(server: MailServer, message: EmailMessage) -> None:
    """Hand the message over. Raises MailFailed: mail_down, mail_slow, mail_certificate, mail_tls_missing,
    mail_sign_in, mail_refused.
    """
    if server.is_console:
        LOG.info("mail", to=str(message["To"]), subject=str(message["Subject"]), text=message.get_content())
        return
    try:
        with _connected(server) as smtp:
            if server.user:
                smtp.login(server.user, server.password)
            smtp.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise MailFailed("mail_sign_in", _answer(error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise MailFailed("mail_refused", _words(*next(iter(error.recipients.values())))) from error
    except smtplib.SMTPResponseException as error:
        raise MailFailed("mail_refused", _answer(error)) from error
    except smtplib.SMTPServerDisconnected as error:
        raise MailFailed("mail_down", str(error)[:SAID_MAX]) from error
    except smtplib.SMTPException as error:
        raise MailFailed("mail_refused", str(error)[:SAID_MAX]) from error
    except ssl.SSLCertVerificationError as error:
        raise MailFailed("mail_certificate", error.verify_message[:SAID_MAX]) from error
    except TimeoutError as error:
        raise MailFailed("mail_slow") from error
    except OSError as error:
        raise MailFailed("mail_down", (error.strerror or str(error))[:SAID_MAX]) from error


def _connected(server: MailServer) -> smtplib.SMTP:
    """A connection with the security that the settings ask for. The certificate is checked against the system's."""
    if server.security is Security.TLS:
        return _SmtpTls(server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context())
    smtp = _Smtp(server.host, server.port, timeout=TIMEOUT)
    try:
        if server.security is Security.STARTTLS:
            smtp.ehlo_or_helo_if_needed()
            if not smtp.has_extn("starttls"):
                raise MailFailed("mail_tls_missing")
            smtp.starttls(context=ssl.create_default_context())
    except BaseException:
        smtp.close()
        raise
    return smtp


def _answer(error: smtplib.SMTPResponseException) -> str:
    return _words(error.smtp_code, error.smtp_error)


def _words(code: int, said: bytes | str) -> str:
    """The server's answer as one line: "550 No such mailbox"."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {text}".split())[:SAID_MAX]
