"""The one way out for mail: `send` hands a message to the server, or says why it could not.

It holds no transaction and may take TIMEOUT seconds: call it outside of one.
"""

import smtplib
import ssl
import time
from email.message import EmailMessage
from typing import Any

import structlog

from tracker.rules.core.mail import MailFailed, MailServer, RetryDecision, Security

LOG = structlog.get_logger("tracker.mail")
TIMEOUT = 10
"""Seconds for all of it, from the connection to the server's last answer."""
SAID_MAX = 400


class _Patient:
    """Counts the seconds over all steps: a server that answers each of them late is not waited for
    on and on.

    `handing_over`: the text is on its way and the server has not said yet whether it takes it.
    """

    sock: Any

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.ends = time.monotonic() + TIMEOUT
        self.handing_over = False
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

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handing_over = True
        answer: tuple[int, bytes] = super().data(msg)  # type: ignore[misc]
        self.handing_over = False
        return answer


class _Smtp(_Patient, smtplib.SMTP):
    pass


class _SmtpTls(_Patient, smtplib.SMTP_SSL):
    pass


def send(server: MailServer, message: EmailMessage) -> None:
    """Hand the message over. Raises MailFailed: mail_down, mail_slow, mail_certificate,
    mail_tls_missing, mail_sign_in, mail_refused.

    A server that is silent or gone once it has the text may have taken it: that is in doubt. What
    it refuses to this address or of this text for good (5xx) is never tried again.
    """
    if server.is_console:
        LOG.info(
            "mail",
            to=str(message["To"]),
            subject=str(message["Subject"]),
            text=message.get_content(),
        )
        return
    try:
        smtp = _connected(server)
    except (smtplib.SMTPException, OSError) as error:
        raise _failed(error, handing_over=False) from error
    try:
        if server.user:
            smtp.login(server.user, server.password)
        smtp.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        smtp.close()
        raise _failed(error, handing_over=smtp.handing_over) from error
    _take_leave(smtp)


def _take_leave(smtp: smtplib.SMTP) -> None:
    """The message is taken, whatever becomes of the good-bye."""
    try:
        smtp.quit()
    except (smtplib.SMTPException, OSError) as error:
        LOG.info("mail_no_good_bye", error=type(error).__name__)
        smtp.close()


def _failed(error: smtplib.SMTPException | OSError, *, handing_over: bool) -> MailFailed:
    code, text, after = "mail_refused", str(error), RetryDecision.AGAIN
    lost = RetryDecision.IN_DOUBT if handing_over else RetryDecision.AGAIN
    match error:
        case smtplib.SMTPAuthenticationError():
            code, text = "mail_sign_in", _words(error.smtp_code, error.smtp_error)
        case smtplib.SMTPRecipientsRefused():
            number, answer = next(iter(error.recipients.values()))
            text, after = _words(number, answer), _for_good(number)
        case smtplib.SMTPDataError():
            text, after = _words(error.smtp_code, error.smtp_error), _for_good(error.smtp_code)
        case smtplib.SMTPResponseException():
            text = _words(error.smtp_code, error.smtp_error)
        case smtplib.SMTPServerDisconnected():
            code, after = "mail_down", lost
        case ssl.SSLCertVerificationError():
            code, text = "mail_certificate", error.verify_message
        case TimeoutError():
            code, text, after = "mail_slow", "", lost
        case OSError() if not isinstance(error, smtplib.SMTPException):
            code, text, after = "mail_down", error.strerror or str(error), lost
    return MailFailed(code, text[:SAID_MAX], after)


def _for_good(code: int) -> RetryDecision:
    return RetryDecision.NEVER if 500 <= code < 600 else RetryDecision.AGAIN


def _connected(server: MailServer) -> _Smtp | _SmtpTls:
    """A connection with the security that the settings ask for. The certificate is checked against
    the system's."""
    if server.security is Security.TLS:
        return _SmtpTls(
            server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context()
        )
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


def _words(code: int, answer: bytes | str) -> str:
    """The server's answer as one line: "550 No such mailbox"."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {text}".split())[:SAID_MAX]
