"""The filters of a team's gaps page: a GET form, which works without script."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from tracker.web.forms.base import Form

Choices = list[tuple[str, Any]]


class GapFilters(Form):
    """Choices are set by the view. What is not among them is left out, and `unknown` says so."""

    class Meta:
        csrf = False

    framework = SelectField(_l("Framework"))
    round = SelectField(_l("Round"))
    teams = SelectField(_l("People"))
    profile = SelectField(_l("Role profile"))
    compare = SelectField(_l("Compare with"))

    unknown = False

    def offer(self, name: str, choices: Choices) -> str:
        """Set the choices of a filter, the first being the default; the value that holds. One choice is no filter."""
        field: SelectField = self[name]
        field.choices = choices
        known = [value for value, _label in choices]
        if field.raw_data and field.data not in known:
            self.unknown = True
        value = str(field.data) if field.data in known else known[0]
        field.data = value
        if len(choices) < 2:
            del self[name]
        return value

    def chosen(self) -> dict[str, str]:
        """What differs from the defaults, as an address has it."""
        return {field.name: field.data for field in self if field.data != field.choices[0][0]}
