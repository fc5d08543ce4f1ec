"""Why an endorsement is revoked."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from tracker.web.http.errors import refusal_messages
from tracker.web.ui.form import Form

refusal_messages(
    endorsement_ended=_l(
        "This reviewed rating isn’t current anymore, so there is nothing to revoke. Look at the "
        "page again."
    )
)


class RevokeForm(Form):
    reason = TextAreaField(
        _l("Why you revoke it"),
        description=_l(
            "The learner and their supervisors read it. Write about the work, never about health "
            "or leave."
        ),
    )
