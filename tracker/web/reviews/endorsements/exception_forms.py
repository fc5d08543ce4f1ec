"""Why a statement does not count at a level, or counts again; and the sentences for what is refused
there."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from tracker.web.http.errors import refusal_messages
from tracker.web.ui.form import Form

refusal_messages(
    exception_not_here=_l(
        "This cannot be left out here: the two of you agree that it is met or not part of the job, "
        "your library does not rate it, or it was reviewed again since. Look at the page again."
    ),
    exception_there=_l(
        "One statement of this level is left out already, or it is proposed. Withdraw that one "
        "first: "
        "a level has at most one agreed exception."
    ),
    exception_needs_other=_l("You proposed this yourself. It takes the other of you to agree."),
    exception_over=_l(
        "This exception was withdrawn, or confirmed, or has ended in the meantime. Nothing was "
        "changed."
    ),
)


class ExceptionForm(Form):
    reason = TextAreaField(_l("Reason"))
