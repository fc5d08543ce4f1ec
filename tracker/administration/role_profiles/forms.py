"""Role profiles with a target for each domain."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, StopValidation

from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    role_profile_name_taken=_l(
        "There is a job profile with this name already. Choose another name."
    ),
    role_profile_in_use=_l(
        "%(count)s memberships use this job profile now. Give them another one first."
    ),
    target_unknown=_l(
        "One of the targets is not a level of this framework. Choose it from the list."
    ),
    targets_reason_needed=_l(
        "Enter the reason for the targets in this section, or choose “Nothing expected” for each."
    ),
    no_role_labels=_l("This framework names no roles at its levels. Add job profiles one by one."),
    role_labels_used=_l("Job profiles for all role labels are there already."),
)

NOTHING = _l("Nothing expected")


class RoleProfileForm(Form):
    name = fields.line(
        _l("Name"), _l("Enter a name."), description=_l("The job as people here call it.")
    )
    targets_reason: Any = TextAreaField(
        _l("Reason for these targets"),
        [Length(max=500, message=fields.TOO_LONG)],
        description=_l(
            "What in this job needs them, and who decided so. The audit keeps it with the date and "
            "your name."
        ),
    )

    def values(self, *without: str) -> dict[str, Any]:
        name, reason = self.name.data, self.targets_reason.data or ""
        return {"name": name, "targets": self.values_of("target_"), "targets_reason": reason}


def _sent(_form: Any, field: Any) -> None:
    """A list that was not sent is no choice of "nothing expected"."""
    if not field.raw_data:
        raise StopValidation(_("This list did not arrive. Choose a level, or nothing expected."))


def role_profile_form(
    domains: Iterable[tuple[int, str, Sequence[tuple[int, str]], int | None]], profile: object
) -> RoleProfileForm:
    """A form with one select for each domain, given as id, title, levels (rank, name), and the rank
    that is expected so far. `profile`: its name, and the reason for its targets, so far."""
    selects = {
        f"target_{domain_id}": SelectField(
            title,
            [_sent],
            choices=fields.choices([("", NOTHING), *levels]),
            coerce=fields.id_or_none,
            default=expected,
        )
        for domain_id, title, levels, expected in domains
    }
    form: RoleProfileForm = type("TargetsForm", (RoleProfileForm,), selects)(obj=profile)
    return form
