"""Lists of teams, in pages, with a search by name: all of it in the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from tracker.rules.names import folded
from tracker.rules.pagination import TablePage, table_page
from tracker.web.ui.form import Form
from tracker.web.ui.pagination import page_number


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


def asked(teams: Iterable[T]) -> TeamsFound[T]:
    """Of these the page that the address asks for, of those with the name that it searches for."""
    form = TeamSearchForm(request.args)
    typed = (form.search.data or "")[:200]
    wanted = folded(typed)
    cut = table_page([each for each in teams if wanted in folded(each.name)], page_number())
    return TeamsFound(form, cut, {"search": typed} if wanted else {})
