"""The form that all others are: what WTForms says by itself is said in the product's own words."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import escape
from werkzeug.datastructures import ImmutableMultiDict
from wtforms.widgets import Select, html_params

from tracker.web.http.errors import mark_refused

SENTENCES: dict[str, Any] = {
    "Invalid Choice: could not coerce.": _l("Choose one from the list."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l("Choose from the list."),
    "Not a valid choice.": _l("This isn’t on the list. Choose again."),
    "'%(value)s' is not a valid choice for this field.": _l(
        "One of these isn’t on the list. Choose again."
    ),
    "'%(value)s' are not valid choices for this field.": _l(
        "Some of these aren’t on the list. Choose again."
    ),
    "Not a valid date value.": _l("This is not a date. Write it like 2026-11-24."),
    "Not a valid integer value.": _l("This is not a whole number."),
    "Not a valid float value.": _l("This is not a number. Write it like 24 or 19.5."),
    "This field is required.": _l("Write something here."),
    "Field cannot be longer than %(max)d character.": _l(
        "This is longer than one character. Shorten it."
    ),
    "Field cannot be longer than %(max)d characters.": _l(
        "This is longer than %(max)d characters. Shorten it."
    ),
    "Number must be between %(min)s and %(max)s.": _l("Enter a number from %(min)s to %(max)s."),
    "Number must be at least %(min)s.": _l("Enter %(min)s or more."),
    "Number must be at most %(max)s.": _l("Enter %(max)s or less."),
}
"""WTForms' sentence -> ours."""


class _OwnWords:
    """What WTForms asks for its sentences."""

    def gettext(self, text: str) -> str:
        return str(SENTENCES.get(text, text))

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


class _Options(Select):
    """WTForms takes ten times as long to put an option together, and a list of teams has
    hundreds."""

    @classmethod
    def render_option(cls, choice: Any) -> str:  # type: ignore[override]  # newer than its stubs
        of_language = f"{html_params(**choice.render_kw)} " if choice.render_kw else ""
        selected, label = "selected " if choice.selected else "", escape(choice.label)
        return f'<option {of_language}{selected}value="{escape(choice.value)}">{label}</option>'


class Form(FlaskForm):  # type: ignore[misc]
    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Only a form fills a form: what came as JSON holds none of its fields."""
            if request and request.is_json:
                return ImmutableMultiDict()
            return super().wrap_formdata(form, formdata)

        def render_field(self, field: Any, render_kw: Any) -> Any:
            if type(field.widget) is Select:
                field.widget = _Options()
            return super().render_field(field, render_kw)

        def get_translations(self, form: Any) -> _OwnWords:
            return _OwnWords()

    def values(self, *without: str) -> dict[str, Any]:
        """What an action takes by these names."""
        left_out = {"csrf_token", *without}
        return {name: value for name, value in self.data.items() if name not in left_out}

    def values_of(self, prefix: str) -> dict[int, Any]:
        """Of the fields that are named by an id after this prefix."""
        named = [name for name in self.data if name.startswith(prefix)]
        return {int(name.removeprefix(prefix)): self[name].data for name in named}

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if not is_valid:
            mark_refused(self)
        return is_valid
