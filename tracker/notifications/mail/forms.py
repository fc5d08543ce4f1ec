"""The code of a test message."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    mail_code_unknown=_l(
        "This is not the code of a message sent here in the last day. Look at the newest message, "
        "or "
        "send another."
    ),
    mail_not_set=_l(
        "No mail server is set. Whoever runs the server sets TRACKER_SMTP_URL and "
        "TRACKER_MAIL_FROM."
    ),
    mail_down=_l("The mail server could not be reached."),
    mail_slow=_l("The mail server did not answer within 10 seconds."),
    mail_certificate=_l("The mail server’s certificate could not be trusted, so nothing was sent."),
    mail_tls_missing=_l(
        "The mail server does not offer an encrypted connection, so nothing was sent."
    ),
    mail_sign_in=_l("The mail server did not accept the user or the password that are set for it."),
    mail_refused=_l("The mail server did not take the message."),
    mail_address=_l("The address is no email address. Correct it at the person."),
    mail_lost=_l("The program stopped while it was sent, so nobody knows whether it went out."),
    mail_restored=_l("It waited in a backup that was restored, and may have gone out since then."),
    mail_not_again=_l("This mail can’t be sent again. Look at the list."),
)


class CodeForm(Form):
    code = StringField(
        _l("Code in the message"),
        [
            InputRequired(_l("Type the six characters from the message.")),
            Length(max=40, message=fields.TOO_LONG),
        ],
    )
