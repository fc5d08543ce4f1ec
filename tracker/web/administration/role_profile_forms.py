"""Role profiles with a target for each domain, and rounds."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

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
    round_name_taken=_l("There is a round of this name already. Choose another name."),
    rounds_overlap=_l(
        "These dates share a day with “%(other)s”, which is for the same framework. Choose other "
        "dates or another framework."
    ),
    round_framework_needed=_l("Choose a framework."),
    round_ends_in_past=_l(
        "This round is running, so its last day can’t be over already. To close it, choose today."
    ),
    round_keeps_dates=_l(
        "This round is over and kept as it was on its last day, so its dates stay. You can change "
        "its name."
    ),
    round_keeps_figures=_l(
        "This round has begun, so its day of earlier figures stays. Choose it before a round "
        "begins."
    ),
    figures_outside_round=_l("Choose a day of the round before its last day."),
    round_keeps_framework=_l(
        "This round has begun, so it keeps its frameworks. Add another round for the new one."
    ),
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

    def targets(self) -> dict[int, int | None]:
        """Domain id -> rank, or None where nothing is expected."""
        return {
            int(name.removeprefix("target_")): value
            for name, value in self.data.items()
            if _is_target(name)
        }


def _sent(_form: Any, field: Any) -> None:
    """A list that was not sent is no choice of "nothing expected"."""
    if not field.raw_data:
        raise StopValidation(_("This list did not arrive. Choose a level, or nothing expected."))


def _is_target(name: str) -> bool:
    return name.startswith("target_")


def role_profile_form(
    domains: Iterable[tuple[int, str, tuple[tuple[int, str], ...]]],
    *,
    name: str | None = None,
    targets_reason: str | None = None,
    targets: Mapping[int, int] | None = None,
) -> RoleProfileForm:
    """A form with one select for each domain, given as id, title and levels (rank, name)."""
    selects = {
        f"target_{domain_id}": SelectField(
            title,
            [_sent],
            choices=fields.choices([("", NOTHING), *levels]),
            coerce=fields.id_or_none,
        )
        for domain_id, title, levels in domains
    }
    form_class = type("TargetsForm", (RoleProfileForm,), selects)
    kept = {f"target_{domain_id}": rank for domain_id, rank in (targets or {}).items()}
    form: RoleProfileForm = form_class(
        data={"name": name, "targets_reason": targets_reason, **kept}
    )
    return form


class RoundForm(Form):
    """`preview`: only to see what it costs those who review."""

    name = fields.line(_l("Name"), _l("Enter a name."), description=_l("For example “Fall 2026”."))
    framework_ids: Any = SelectMultipleField(
        _l("Frameworks"),
        [InputRequired(_l("Choose a framework."))],
        coerce=fields.id_or_none,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    starts_on = fields.day(_l("First day"), _l("Enter the first day."))
    ends_on = fields.day(_l("Last day"), _l("Enter the last day."))
    figures_on = fields.day(_l("Earlier figures"))
    preview = BooleanField()
