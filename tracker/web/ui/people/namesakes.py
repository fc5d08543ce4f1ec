"""Equal names, told apart wherever somebody is given a role or chosen."""

from flask import Flask, g
from flask_babel import gettext as _

from tracker.queries.administration.namesakes import LibraryNames, Namesake
from tracker.web.http import session


def told_apart(name: str, person_id: int) -> str:
    """The name; with the address where another person of the library has it, or one that looks the
    same."""
    names = _names()
    if not names.like(name, person_id=person_id):
        return name
    return str(_("%(name)s, %(email)s", name=name, email=names.email(person_id)))


def namesakes_said(name: str, person_id: int | None = None, email: str = "") -> list[str]:
    """A sentence for each other person of the library who is called so, or seems to be."""
    names = _names()
    ids = names.like(name, person_id=person_id, email=email)
    return [_sentence(each) for each in names.details(name, ids, session.today())]


def _sentence(each: Namesake) -> str:
    who = ", ".join((each.email, *each.teams))
    if each.is_called_so:
        return str(_("Another person here is called %(name)s: %(who)s.", name=each.name, who=who))
    return str(
        _(
            "The name of another person here looks the same: %(name)s, %(who)s.",
            name=each.name,
            who=who,
        )
    )


def _names() -> LibraryNames:
    """Read once for a request."""
    if "library_names" not in g:
        g.library_names = LibraryNames(session.actor().library_id)
    found: LibraryNames = g.library_names
    return found


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(namesakes_said=namesakes_said, told_apart=told_apart)
