"""Publishing a use statement, leaving statements out of rating, and deciding about the sensitive
ones."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from tracker.rules.frameworks.sensitive import Decision
from tracker.rules.texts import PROSE_MAX
from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.audit_labels import DECISIONS
from tracker.web.ui.form import Form

refusal_messages(
    use_statement_same=_l(
        "This is word for word the text that is published. Change it, or leave it as it is."
    ),
    use_statement_moved_on=_l(
        "Somebody published another version in the meantime. Your text is still here: compare the "
        "two, then publish yours again if you want it to replace the other."
    ),
    nothing_chosen=_l("Choose at least one statement."),
    left_out_unknown=_l(
        "One of the statements isn’t there anymore. Load the page again and choose once more."
    ),
)


class UseStatementForm(Form):
    """`base_version` is the newest version that the page showed."""

    base_version: Any = IntegerField(validators=[NumberRange(0, 2**31 - 1)], widget=HiddenInput())
    text: Any = TextAreaField(
        _l("Text"),
        [
            InputRequired(_l("Write the text first.")),
            Length(max=PROSE_MAX, message=fields.TOO_LONG),
        ],
        description=_l(
            "An empty line makes a new paragraph. A short first line without a period is its "
            "heading."
        ),
    )
    opens_statements = BooleanField(
        _l("Coordinators see by name which statements count as met, and the text above says so"),
        description=_l(
            "They see “met” or “not met” of each reviewed statement, never the answer itself. "
            "Without it they see levels only."
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
        return {
            int(name.removeprefix("decision_")): Decision(chosen)
            for name, chosen in self.data.items()
            if name.startswith("decision_") and chosen
        }


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
