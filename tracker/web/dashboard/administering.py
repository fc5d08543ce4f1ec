"""Today for those who administer a library, or look after the installation."""

import datetime as dt

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.policy.permissions import Actor
from tracker.queries.access import access_review, openings
from tracker.queries.administration import library_settings
from tracker.queries.frameworks import planned_moves, version_steps
from tracker.queries.frameworks.corrections import count_open
from tracker.web.administration.setup_checklist import setup_checklist
from tracker.web.dashboard import endings
from tracker.web.dashboard.duties import Duties
from tracker.web.ui.panels import NextUp, PanelEntry, PanelLink, Section
from tracker.web.ui.templating.dates import day


def administering(actor: Actor, now: dt.datetime) -> Duties:
    """Who leaves, what waits for a yes, what the library lacks, and what readers suggested. Six
    queries, three more where a supervision ends, and two where a newer version is published."""
    has = library_settings.setup_progress(actor, actor.today(now))
    tasks = setup_checklist(has, operates=actor.operator)
    entries = endings.entries(actor) + new_readers(actor, now)
    entries += _new_versions(actor, actor.today(now))
    entries += [PanelEntry(task.title, task.href, task.note) for task in tasks if not task.done]
    entries += _corrections(actor)
    entries += _access_review(actor, now)
    section = Section(
        _("As administrator"),
        entries,
        [PanelLink(url_for("admin.index"), _("Open administration"))],
        _("Nothing waits for you here."),
    )
    if not entries:
        return Duties([section])
    first = entries[0]
    return Duties([section], [NextUp(first.title, first.note, first.href, _("Go there"))])


def operating(actor: Actor) -> Duties:
    """For an operator who administers no library. One query."""
    section = Section(
        _("As operator"),
        _corrections(actor),
        [PanelLink(url_for("system.index"), _("Open the System page"))],
        _("Nothing waits for you here."),
    )
    return Duties([section])


def new_readers(actor: Actor, now: dt.datetime) -> list[PanelEntry]:
    """Whom a yes of theirs, or a decision, lets read sooner. One query."""
    waiting = openings.count_openable(actor, now)
    if not waiting:
        return []
    return [
        PanelEntry(
            ngettext("%(num)s new reader to check", "%(num)s new readers to check", waiting),
            url_for("readers.queue"),
            _("What was reviewed before opens to them after 7 days, or when you open it."),
        )
    ]


def _new_versions(actor: Actor, on: dt.date) -> list[PanelEntry]:
    """The newest later version for each that people are on and no move of all is planned from."""
    found: dict[int, PanelEntry] = {}
    planned = planned_moves.left_by_all(actor.library_id)
    for step, people in version_steps.to_move(actor.library_id, on):
        if people and step.is_later and step.from_id not in {*found, *planned}:
            found[step.from_id] = PanelEntry(
                _(
                    "%(framework)s: version %(version)s is published",
                    framework=step.title,
                    version=step.after,
                ),
                url_for("version_moves.index"),
                ngettext(
                    "%(num)d person is on version %(before)s. Choose when they move.",
                    "%(num)d people are on version %(before)s. Choose when they move.",
                    people,
                    before=step.before,
                ),
            )
    return list(found.values())


def _access_review(actor: Actor, now: dt.datetime) -> list[PanelEntry]:
    last = access_review.last_review(actor.library_id)
    if last.next_on > actor.today(now):
        return []
    return [
        PanelEntry(
            _("Check who can see whose record"),
            url_for("access_review.index"),
            _("Twice a year; last on %(day)s.", day=day(last.at))
            if last.at
            else _("Twice a year; not checked yet."),
        )
    ]


def _corrections(actor: Actor) -> list[PanelEntry]:
    corrections = count_open(actor)
    if not corrections:
        return []
    return [
        PanelEntry(
            ngettext(
                "%(num)s suggested correction is open",
                "%(num)s suggested corrections are open",
                corrections,
            ),
            url_for("corrections.index"),
            _("Readers of the framework pages sent them."),
        )
    ]
