"""Leaving statements out of rating, and deciding about the sensitive ones."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.frameworks.versions.rules import Decision
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form
from tracker.web.ui.labels import DECISIONS

refusal_messages(
    nothing_chosen=_l("Choose at least one statement."),
    left_out_unknown=_l(
        "One of the statements isn’t there anymore. Load the page again and choose once more."
    ),
)


class NotRatedForm(Form):
    statements: Any = SelectMultipleField(
        _l("Statements"), coerce=fields.id_or_none, validate_choice=False
    )
    reason: Any = TextAreaField(
        _l("Reason"),
        [
            InputRequired(_l("Write the reason. Everybody can read it.")),
            Length(max=500, message=fields.TOO_LONG),
        ],
        description=_l("For example: “We have no makerspace.” Everybody who rates can read it."),
    )


class SensitiveForm(Form):
    def decisions(self) -> dict[int, Decision]:
        """By statement; one without a choice stays undecided."""
        chosen = self.values_of("decision_").items()
        return {key: Decision(decision) for key, decision in chosen if decision}


def sensitive_form(statements: Iterable[tuple[int, str, Decision | None]]) -> SensitiveForm:
    """A form with one select for each statement, given as id, title and decision so far."""
    selects: dict[str, Any] = {}
    for statement_id, title, decision in statements:
        undecided = [] if decision else [("", _l("Not decided yet"))]
        selects[f"decision_{statement_id}"] = SelectField(
            title, choices=fields.choices([*undecided, *DECISIONS.items()]), default=decision or ""
        )
    form: SensitiveForm = type("DecisionsForm", (SensitiveForm,), selects)()
    return form
