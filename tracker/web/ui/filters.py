"""Filters of a list, a search in it by name, and which page of it: all in its address, which works
without script."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from tracker.rules.names import folded
from tracker.rules.pagination import TablePage, table_page
from tracker.web.ui import fields
from tracker.web.ui.form import Form

Choices = list[tuple[str, Any]]


class Filters(Form):
    """Choices are set by the view. What is not among them is left out, and `unknown` says so. A
    field `q` is a search by name."""

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
        field.choices = fields.choices(choices)
        known = [value for value, _label in choices]
        if field.raw_data and field.data not in known:
            self.unknown = True
        value = str(field.data) if field.data in known else known[0]
        field.data = value
        self._usual[name] = known[0]
        if len(choices) < 2:
            del self[name]
        return value

    def label(self, name: str) -> Any:
        """Of what is chosen."""
        field: Any = self[name]
        return {value: label for value, label, *_attributes in field.choices}[field.data]

    @property
    def find(self) -> str:
        """What is searched for."""
        return (self["q"].data or "").strip()[:200] if "q" in self else ""

    def chosen(self) -> dict[str, str]:
        """What was chosen other than the defaults, and what is searched for, as an address has
        it."""
        chosen = {
            name: self[name].data
            for name, usual in self._usual.items()
            if name in self and self[name].data != usual
        }
        return chosen | ({"q": self.find} if self.find else {})


def page_number() -> int:
    """`?page=` of a list; the first for anything that is no number of a page."""
    typed = request.args.get("page", "1")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


class Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class TeamSearchForm(Form):
    """In the address of the list."""

    class Meta:
        csrf = False

    search = StringField(_l("Name of a team"))


@dataclass(frozen=True, slots=True)
class TeamsFound(Generic[T]):
    """`kept`: what the address of another page of the list says."""

    form: TeamSearchForm
    cut: TablePage[T]
    kept: dict[str, Any]

    @property
    def is_whole(self) -> bool:
        return not self.kept and self.cut.pages == 1


def teams_found(teams: Iterable[T]) -> TeamsFound[T]:
    """Of these the page that the address asks for, of those with the name that it searches for."""
    form = TeamSearchForm(request.args)
    typed = (form.search.data or "")[:200]
    wanted = folded(typed)
    cut = table_page([team for team in teams if wanted in folded(team.name)], page_number())
    return TeamsFound(form, cut, {"search": typed} if wanted else {})
