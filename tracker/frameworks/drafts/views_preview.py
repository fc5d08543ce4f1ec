"""A draft as somebody will meet it: what it asks of them by their job, without any rating."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from wtforms import StringField

from tracker.frameworks.changes.rules import Asked, asked_of
from tracker.frameworks.changes.rules_places import PlacedStatement
from tracker.frameworks.drafts import queries as drafts_queries
from tracker.frameworks.drafts.pages import drafted_or_404
from tracker.frameworks.drafts.queries import DraftedVersion
from tracker.policy.permissions import Subject
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.core import people as core_people_queries
from tracker.rules.pace import LEARNER_SECONDS, minutes_for
from tracker.rules.roles import Permission, Role
from tracker.web.http import session
from tracker.web.http.access import door, may
from tracker.web.i18n.content_language import mark
from tracker.web.i18n.render import render
from tracker.web.ui import fields
from tracker.web.ui.form import Form

bp = Blueprint("framework_previews", __name__, url_prefix="/system/frameworks")
AT_MOST = 10
"""People of one name that are offered."""
ASKED = {
    Asked.AGAIN: _l("Rate again"),
    Asked.NEW: _l("New"),
    Asked.GONE: _l("Leaves the job"),
    Asked.STAYS: _l("Rating stays"),
}
"""In the order in which they are listed."""


class PreviewForm(Form):
    find = StringField(_l("Name or email"))
    job: Any = fields.select_id(_l("Job profile"))


@dataclass(frozen=True, slots=True)
class Preview:
    """`whom`: a person's name, or that of a job profile."""

    whom: str
    sentences: list[str]
    rows: list[tuple[str, PlacedStatement]]


@bp.get("/drafts/<id:draft_id>/preview")
@door(Permission.FRAMEWORKS_EDIT, subjects_queries.framework_draft)
def show(draft: Subject) -> ResponseReturnValue:
    """`?person=` and `?find=`, a name, for administrators; `?job=` for whoever may see the draft.
    A first version asks everything of everybody: no such page."""
    drafted = drafted_or_404(draft)
    if drafted.is_first:
        abort(404)
    form = PreviewForm(request.args, meta={"csrf": False})
    may_name = may(Permission.ADMINISTER)
    jobs = drafts_queries.jobs(session.actor().library_id, drafted.after.slug)
    form.job.choices = fields.choices([("", _("None")), *jobs])
    named = _named(form) if may_name and form.find.data else []
    person_id = fields.id_or_none(request.args.get("person"))
    if person_id is None and len(named) == 1:
        person_id = named[0].id
    preview = None
    if person_id is not None:
        preview = _of_person(drafted, person_id)
    elif form.job.data in dict(jobs):
        preview = _preview(drafted, dict(jobs)[form.job.data], [form.job.data])
    return render(
        "frameworks/drafts/preview.html",
        lang=drafted.after.lang,
        draft_id=draft.id,
        title=drafted.after.title,
        version=drafted.after.version,
        form=form,
        may_name=may_name,
        named=[] if preview else named,
        preview=preview,
    )


def _named(form: PreviewForm) -> Sequence[Any]:
    listed = core_people_queries.listed(
        session.actor(), session.today(), search=form.find.data or "", role=Role.LEARNER
    )
    return listed.lines[:AT_MOST]


def _of_person(drafted: DraftedVersion, person_id: int) -> Preview:
    subject = subjects_queries.person(person_id, session.today())
    if subject is None or not may(Permission.ADMINISTER_PERSON, subject):
        abort(404)
    slug = drafted.after.slug
    name = core_people_queries.name_in(session.actor().library_id, person_id) or abort(404)
    job_ids = drafts_queries.jobs_of(person_id, slug, session.today())
    if not job_ids:
        return Preview(name, [_("They have no job in this framework.")], [])
    preview = _preview(drafted, name, job_ids)
    version = drafts_queries.version_of(person_id, slug)
    if version != drafted.before.version:
        preview.sentences.append(
            _(
                "They are on version %(version)s: what changed between it and %(base)s is not "
                "listed here.",
                version=version,
                base=drafted.before.version,
            )
        )
    return preview


def _preview(drafted: DraftedVersion, whom: str, job_ids: Collection[int]) -> Preview:
    """What is suggested counts as carried."""
    base_id, library_id = drafted.base_id, session.actor().library_id
    ranks, left_out = drafts_queries.expected(library_id, job_ids, base_id)
    went_on = {key: ranks.get(old, 0) for key, old in drafted.went_on.items()}

    what = (drafted.comparison.changed, drafted.would_carry, left_out | drafted.new_and_sensitive)
    asked = asked_of(*what, {**ranks, **went_on})
    later = sum(how in (Asked.NEW, Asked.AGAIN) for _statement, how in asked_of(*what))
    rows = [
        (str(label), statement)
        for wanted, label in ASKED.items()
        for statement, how in asked
        if how is wanted
    ]
    counts = Counter(how for _statement, how in asked)
    return Preview(whom, [*_sentences(counts), _notice(drafted, later)], rows)


def _notice(drafted: DraftedVersion, later: int) -> str:
    """As notifications/notices/pages says it to somebody who rated everything."""
    framework = f"{mark(drafted.after.title, drafted.after.lang)} {drafted.after.version}"
    moved = _("You were moved to %(framework)s. Your ratings came along.", framework=framework)
    counts = ngettext(
        "%(num)d statement is new or changed: you can rate it now, and it counts from the next "
        "round.",
        "%(num)d statements are new or changed: you can rate them now, and they count from the "
        "next round.",
        later,
    )
    words = f"{moved} {counts}" if later else moved
    return _("On the day of the move their notice says: “%(words)s”", words=words)


def _sentences(counts: Mapping[Asked, int]) -> Iterator[str]:
    again, new = counts[Asked.AGAIN], counts[Asked.NEW]
    minutes = minutes_for(again + new, LEARNER_SECONDS)
    if again + new:
        yield ngettext(
            "At most %(again)s to rate again and %(new)s new: about %(num)d minute.",
            "At most %(again)s to rate again and %(new)s new: about %(num)d minutes.",
            minutes,
            again=again,
            new=new,
        )
    else:
        yield _("Nothing to rate.")
    if gone := counts[Asked.GONE]:
        yield ngettext(
            "%(num)d statement leaves the job.", "%(num)d statements leave the job.", gone
        )
    if stays := counts[Asked.STAYS]:
        yield ngettext(
            "%(num)d changed statement keeps its rating.",
            "%(num)d changed statements keep their ratings.",
            stays,
        )
