"""What the pages of moves say: who is on which version, and whom and when a move is for."""

import datetime as dt
from collections.abc import Iterator

from flask_babel import gettext as _, ngettext

from tracker.administration.version_moves import queries as version_moves_queries
from tracker.administration.version_moves.queries import DAY, LibraryFramework, LibraryMove
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.web.i18n.render import render
from tracker.web.ui.templating.dates import day


def index_page(library_id: int, today: dt.date) -> str:
    frameworks = [
        framework
        for framework in version_moves_queries.frameworks(library_id, today)
        if framework.moves
    ]
    return render(
        "administration/moves/index.html",
        frameworks=[(framework, [*_standing(framework)]) for framework in frameworks],
        past=version_moves_queries.past_moves(library_id),
    )


def _standing(framework: LibraryFramework) -> Iterator[str]:
    """Who is on which version, and what is planned."""
    before = framework.moves[0].before
    yield (
        ngettext("%(num)d person is on it.", "%(num)d people are on it.", before.people)
        if before.people
        else _("Nobody is on it.")
    )
    for version in framework.versions:
        if version.people and version is not before:
            yield ngettext(
                "%(num)d person is on version %(version)s.",
                "%(num)d people are on version %(version)s.",
                version.people,
                version=version.version,
            )
    if framework.planned is not None:
        yield _planned(framework.planned)


def _planned(move: LibraryMove) -> str:
    if move.round is None:
        return _("Planned: they move to version %(after)s within a day.", after=move.to.version)
    return ngettext(
        "Planned: %(num)d person moves to version %(after)s on %(day)s, after “%(round)s” ends. If "
        "the round is prolonged, the move waits.",
        "Planned: %(num)d people move to version %(after)s on %(day)s, after “%(round)s” ends. If "
        "the round is prolonged, the move waits.",
        move.people,
        after=move.to.version,
        day=day(move.round.ends_on + DAY),
        round=move.round.name,
    )


def move_page(library_id: int, move: LibraryMove, today: dt.date) -> str:
    to_rate = [
        (version, version_moves_queries.to_rate(library_id, version.id, move.to.id, today))
        for version in move.leaving
    ]
    return render(
        "administration/moves/show.html",
        move=move,
        when=_when(move),
        button=_button(move),
        leaving=[
            (version, left, minutes_for(left.again + left.new, LEARNER_SECONDS))
            for version, left in to_rate
        ],
        seen=version_moves_queries.digest(library_id, move.to, today),
    )


def _when(move: LibraryMove) -> str:
    if move.round is None:
        return ""
    return _(
        "“%(round)s” keeps everybody on their version until %(day)s. They move early the next "
        "morning; if the round is prolonged, the move waits.",
        round=move.round.name,
        day=day(move.round.ends_on),
    )


def _button(move: LibraryMove) -> str:
    if not move.leaving:
        return _("Let newcomers begin with it")
    if move.round is None:
        return ngettext("Move %(num)d person now", "Move %(num)d people now", move.people)
    return ngettext(
        "Move %(num)d person after the round", "Move %(num)d people after the round", move.people
    )
