"""Fields that many forms share, and the sentences for what rules/texts and rules/calendar refuse.
They are typed Any: after validation their data is what it must be.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional

from tracker.rules.texts import EMAIL_MAX, NAME_MAX
from tracker.web.http.errors import refusal_messages
from tracker.web.i18n.content_language import option_lang, plain

refusal_messages(
    line_empty=_l("Write something here."),
    line_long=_l("This is longer than %(longest)s characters. Shorten it."),
    line_control=_l("This holds a character that cannot be shown. Delete it and type it again."),
    characters_unseen=_l(
        "This holds a character that can’t be seen, after “%(before)s”. Type it anew instead of "
        "pasting it."
    ),
    scripts_mixed=_l(
        "“%(word)s” mixes letters of different alphabets, so it could pass for another name. Type "
        "the whole word in one alphabet."
    ),
    email_not_valid=_l("This is not an email address. Write it like name@example.org."),
    day_far=_l("Enter a day between 1950 and 2099."),
    dates_not_in_order=_l("The last day comes before the first."),
    framework_unknown=_l("There is no such framework. Choose one from the list."),
)

ID_MAX = 2**31 - 1
TOO_LONG = _l("This is longer than %(max)d characters. Shorten it.")


def line(label: Any, needed: Any, **options: Any) -> Any:
    """One line that must be there; `needed` is the sentence when it is not."""
    return StringField(
        label, [InputRequired(needed), Length(max=NAME_MAX, message=TOO_LONG)], **options
    )


def email(label: Any, **options: Any) -> Any:
    needed = _l("Enter an email address.")
    return StringField(
        label, [InputRequired(needed), Length(max=EMAIL_MAX, message=TOO_LONG)], **options
    )


def day(label: Any, needed: Any = None, **options: Any) -> Any:
    """A date; it may be left empty unless `needed` says what is missing."""
    checks: list[Any] = [Optional() if needed is None else InputRequired(needed)]
    return DateField(label, checks, **options)


def choices(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """Values and labels, handed in."""
    return [_choice(value, label) for value, label in pairs]


def grouped(groups: Mapping[str, Iterable[tuple[object, str]]]) -> list[SelectChoice]:
    """The same in groups, by their labels."""
    return [
        _choice(value, label, optgroup=plain(group))
        for group, pairs in groups.items()
        for value, label in pairs
    ]


def _choice(value: object, label: str, **options: str) -> SelectChoice:
    """An option can hold no element: it takes the language of its label itself."""
    return SelectChoice(str(value), plain(label), option_lang(label), **options)


def an_id(typed: str) -> int | None:
    """An id as pages write it; None for anything else."""
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 10
    return int(typed) if is_number and 0 < int(typed) <= ID_MAX else None


def id_or_none(value: object) -> int | None:
    """For selects of ids with an empty first choice. Raises ValueError for anything else."""
    text = str(value)
    if text in ("", "None"):
        return None
    key = an_id(text)
    if key is None:
        raise ValueError("not an id")
    return key


def select_id(label: Any, needed: Any = None, **options: Any) -> Any:
    """A select of ids. With `needed` one must be chosen."""
    checks: list[Any] = [] if needed is None else [InputRequired(needed)]
    return SelectField(label, checks, coerce=id_or_none, **options)
