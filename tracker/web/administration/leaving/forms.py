"""Who takes over what is open with somebody who leaves."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

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
    note = StringField(
        _l("Why"),
        description=_l(
            "The people who sent these reviews and the new reviewer read it. Needed when you "
            "reassign."
        ),
    )


def leaving_form(choices: Mapping[tuple[str, str], list[SelectChoice]]) -> LeavingForm:
    """A form that asks for a new reviewer for each team, given as field name and team; an empty
    choice leaves its reviews to coordinators."""
    asked = {
        name: RadioField(
            _l("Who reviews them instead?")
            if len(choices) == 1
            else _l("Who reviews them in %(team)s?", team=team),
            coerce=fields.id_or_none,
            choices=offered,
            default=None,
        )
        for (name, team), offered in choices.items()
    }
    made: LeavingForm = type(LeavingForm.__name__, (LeavingForm,), asked)()
    return made
