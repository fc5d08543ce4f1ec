"""Why an endorsement is revoked, and why a statement does not count at a level, or counts again;
and the sentences for what is refused there."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from tracker.web.http.errors import refusal_messages
from tracker.web.ui.form import Form

refusal_messages(
    endorsement_ended=_l(
        "This reviewed rating isn’t current anymore, so there is nothing to revoke. Look at the "
        "page again."
    ),
    exception_not_here=_l(
        "This can’t be left out here: the two of you agree that it is met or not part of the job, "
        "your library doesn’t rate it, or it was reviewed again since. Look at the page again."
    ),
    exception_there=_l(
        "One statement of this level is left out already, or it is suggested. Withdraw that one "
        "first: at most one statement of a level can be left out."
    ),
    exception_needs_other=_l("You suggested this yourself. The other of you has to agree."),
    exception_over=_l(
        "This was withdrawn, or agreed on, or has ended in the meantime. Nothing was changed."
    ),
)


class RevokeForm(Form):
    reason = TextAreaField(
        _l("Why you revoke it"),
        description=_l(
            "The learner and their supervisors read it. Write about the work, never about health "
            "or leave."
        ),
    )


class ExceptionForm(Form):
    reason = TextAreaField(_l("Reason"))
