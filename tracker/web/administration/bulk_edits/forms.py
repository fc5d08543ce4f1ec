"""What is changed for all who were ticked."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired

from tracker.rules.administration.bulk_edits import BulkChange, BulkEdit, BulkObstacle
from tracker.rules.roles import Role
from tracker.web.administration.people_forms import ROLES
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    bulk_changed=_l(
        "Something about these people changed meanwhile, so nobody was changed. Look at the "
        "preview again."
    ),
    bulk_not_all=_l(
        "Some of these people can’t be changed this way, so nobody was. The preview says who and "
        "why."
    ),
    bulk_overlaps=_l(
        "Nobody was changed: %(name)s has this role in that team on some of these days already. "
        "Leave them out, and change them on their own page."
    ),
)

CHANGES = {
    BulkChange.TEAM: _l("Another team"),
    BulkChange.ROLE_PROFILE: _l("Another job profile"),
    BulkChange.END: _l("A last day"),
}
OBSTACLES = {
    BulkObstacle.NONE: _l("Has no membership in this role now. Leave them out."),
    BulkObstacle.SEVERAL: _l(
        "Has more than one membership in this role now. Change it on their own page."
    ),
    BulkObstacle.STARTS_LATER: _l(
        "The membership begins on that day or later. Correct it on their own page."
    ),
    BulkObstacle.OVER_BEFORE: _l("The membership is over by then. Add another on their own page."),
}


class BulkEditForm(Form):
    """The choices of teams and job profiles are handed in. `seen`: the digest of the plan that was
    shown."""

    people = SelectMultipleField(
        _l("People"), coerce=fields.id_or_none, choices=[], validate_choice=False
    )
    change = RadioField(
        _l("What changes?"),
        [InputRequired(_l("Choose what changes."))],
        choices=fields.choices(CHANGES.items()),
    )
    role = SelectField(
        _l("Of their membership as"),
        choices=fields.choices(ROLES.items()),
        description=_l("Only learners have a job profile."),
        default=Role.LEARNER,
    )
    team_id = fields.select_id(_l("New team"))
    role_profile_id = fields.select_id(_l("New job profile"))
    on = fields.day(
        _l("Day"),
        _l("Enter the day."),
        description=_l("The first day in the new team or job profile, or the last day."),
    )
    seen = HiddenField()

    @property
    def ticked(self) -> list[int]:
        return [each for each in self.people.data or [] if each is not None]

    def validate(self, extra_validators: object = None) -> bool:
        is_valid = super().validate(extra_validators)
        for change, choice, needed in (
            (BulkChange.TEAM, self.team_id, _l("Choose the new team.")),
            (BulkChange.ROLE_PROFILE, self.role_profile_id, _l("Choose the new job profile.")),
        ):
            if self.change.data == change and choice.data is None and not choice.errors:
                choice.errors = [needed]
                is_valid = False
        return is_valid

    def edit(self) -> BulkEdit:
        """Of a form that is valid. Only learners have a job profile, whatever role was chosen."""
        change = BulkChange(self.change.data)
        to = {
            BulkChange.TEAM: self.team_id.data,
            BulkChange.ROLE_PROFILE: self.role_profile_id.data,
            BulkChange.END: None,
        }
        is_of_job = change is BulkChange.ROLE_PROFILE
        role = Role.LEARNER if is_of_job else Role(self.role.data)
        return BulkEdit(change, role, self.on.data, to[change])
