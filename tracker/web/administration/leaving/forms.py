"""Who takes over what is open with somebody who leaves."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField

from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    successor_needed=_l("Choose who reviews them instead."),
    leaving_changed=_l(
        "A review was sent to them or reassigned meanwhile, so nothing was changed. Look at the "
        "list again."
    ),
)


class LeavingForm(Form):
    """`reviewer`: the choices are handed in; an empty one leaves the reviews to coordinators."""

    reviewer = RadioField(_l("Who reviews them instead?"), coerce=fields.id_or_none)
    note = StringField(
        _l("Why"),
        description=_l(
            "The people who sent these reviews and the new reviewer read it. Needed when you "
            "reassign."
        ),
    )
