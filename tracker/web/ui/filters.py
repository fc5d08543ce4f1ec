"""Filters of a list, in its address: a GET form, which works without script."""

from typing import Any

from wtforms import SelectField

from tracker.web.ui.form import Form

Choices = list[tuple[str, Any]]


class Filters(Form):
    """Choices are set by the view. What is not among them is left out, and `unknown` says so."""

    class Meta:
        csrf = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.unknown = False
        self._usual: dict[str, str] = {}

    def offer(self, name: str, choices: Choices) -> str:
        """Set the choices of a filter, the first being the default; the value that holds. One
        choice is no filter."""
        field: SelectField = self[name]
        field.choices = choices
        known = [value for value, _label in choices]
        if field.raw_data and field.data not in known:
            self.unknown = True
        value = str(field.data) if field.data in known else known[0]
        field.data = value
        self._usual[name] = known[0]
        if len(choices) < 2:
            del self[name]
        return value

    def chosen(self) -> dict[str, str]:
        """What was chosen other than the defaults, as an address has it."""
        return {
            name: self[name].data
            for name, usual in self._usual.items()
            if name in self and self[name].data != usual
        }
