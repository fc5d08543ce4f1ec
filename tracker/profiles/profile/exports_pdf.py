"""A profile on paper: what its page shows to this reader, and the statements that are endorsed.

The figures of a profile as its document shows them: each with its words, so that no colour
carries a meaning.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from flask import Response
from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import LevelRule
from tracker.profiles.profile.pages import ProfilePage
from tracker.profiles.profile.pages_cards import (
    ChangesSince,
    LevelBar,
    SectionBars,
    VoiceSummary,
    own_ratings,
)
from tracker.profiles.profile.pages_words import counts_as_met, level_rule
from tracker.queries.core import imprints as imprints_queries
from tracker.queries.core.imprints import Imprint
from tracker.record.sheet.rules import Side
from tracker.record.sheet.rules_summaries import StatementVoices
from tracker.record.versions.rules import DomainShape, ScaleLabel
from tracker.web.http import session
from tracker.web.ui import pdf
from tracker.web.ui.pdf import Data, Document, credits_of
from tracker.web.ui.templating.dates import counts_when, full_day


def changes(since: ChangesSince, domains: Mapping[int, DomainShape]) -> Data:
    """What changed since a round, with the statements behind each number."""
    return {
        "title": _("Since %(round)s", round=since.round.name),
        "note": since.note or since.headline,
        "head": [_("Statement"), _("Domain"), _("Then"), _("Now")],
        "lists": [
            {
                "title": group.title,
                "rows": [
                    [
                        change.title,
                        domains[change.domain_id].title,
                        change.before or _("not reviewed yet"),
                        change.after or _("not reviewed"),
                    ]
                    for change in group.changes
                ],
            }
            for group in since.lists
        ],
    }


def stats(of: ProfilePage) -> list[Data]:
    """The figures at the top of the page."""
    standing, total = of.endorsed, len(of.sheet.counted)
    by = ngettext(
        "%(met)d of them count as met, by %(num)d supervisor",
        "%(met)d of them count as met, by %(num)d supervisors",
        standing.supervisors,
        met=standing.met,
    )
    reviewed, *own = of.summaries
    figures = [
        _stat(
            _("Where things stand, by reviewed ratings"),
            reviewed.headline or _("Nothing is reviewed yet"),
            *filter(None, [reviewed.rest, *(_own(summary) for summary in own)]),
        ),
        _rated(of) if of.side is Side.OWN else _sent(of),
        _stat(
            _("Reviewed"),
            _of(standing.standing, total) if standing.standing else _("Nothing yet"),
            *([by] if standing.standing else []),
        ),
    ]
    if of.changes is not None:
        since = _("since the end of %(round)s", round=of.changes.round.name)
        figures.append(_stat(_("What changed"), of.changes.headline, since, of.changes.as_of))
    return figures


def _own(of: VoiceSummary) -> str:
    """The headline of the learner's own ratings for paper, where nobody is addressed as "you"."""
    if not of.headline:
        return ""
    return ", ".join(filter(None, (own_ratings(Counter(of.states), Side.REVEALED), of.rest)))


def _rated(of: ProfilePage) -> Data:
    rated, changed = of.sheet.rated, of.last_change
    notes = [_("last change %(day)s", day=full_day(changed))] if changed else []
    return _stat(
        _("Self-rated"), _of(rated, len(of.sheet.counted)) if rated else _("Nothing yet"), *notes
    )


def _sent(of: ProfilePage) -> Data:
    figure = _of(of.sent.in_all, len(of.sheet.counted)) if of.sent.in_all else _("Not sent")
    ready = of.learner.ready_at
    notes = [_("ready for a review talk since %(day)s", day=full_day(ready))] if ready else []
    return _stat(_("Sent for review"), figure, *notes)


def _stat(label: str, figure: str, *notes: str) -> Data:
    return {"label": label, "figure": figure, "notes": list(notes)}


def _of(part: int, whole: int) -> str:
    return _("%(met)s of %(total)s", met=part, total=whole)


def levels(of: ProfilePage) -> Data:
    """For each section a table, for each domain a row for each voice."""
    return {
        "title": _("Level in each domain"),
        "legend": _(
            "A filled bar is the level reached; the line is the target. Hatched: too few "
            "statements to judge, not counted. \u2195: met, but a lower level isn\u2019t."
        )
        + (" " + _("*: a statement doesn\u2019t apply here.") if of.exceptions else ""),
        "head": {
            "domain": _("Domain"),
            "voice": _("Ratings"),
            "next": _("Next level"),
            "target": _("Against the target"),
        },
        "sections": [_section(section) for section in of.sections],
    }


def _section(of: SectionBars) -> Data:
    return {
        "title": of.title,
        "levels": list(of.headings),
        "names": ""
        if of.headings == of.levels
        else _("Levels, the lowest first: %(names)s.", names=", ".join(of.levels)),
        "rows": [
            {
                "label": row.label,
                "target": _("target %(level)s", level=row.target)
                if row.target and not of.target
                else "",
                "bars": [_bar(bar) for bar in row.bars],
            }
            for row in of.rows
        ],
    }


def _bar(of: LevelBar) -> Data:
    return {
        "voice": of.voice,
        "name": _("Reviewed") if of.voice is Voice.ENDORSED else _("Self-rating"),
        "segments": list(of.segments),
        "tick": of.tick or 0,
        "next": of.working_on + (" *" if of.excepted else ""),
        "target": {**asdict(of.target), "notes": list(of.target.notes)},
    }


def download(page: ProfilePage) -> Response:
    """One query more than the page."""
    learner = page.learner
    imprint = imprints_queries.imprint(learner.framework_id, learner.library_id)
    return pdf.download(_document, (page, imprint), learner.lang)


def _document(paper: tuple[ProfilePage, Imprint]) -> Document:
    of, imprint = paper
    learner = of.learner
    domains = {domain.id: domain for domain in of.sheet.domains}
    data: Data = {
        "kicker": _(
            "Progress profile \u00b7 %(framework)s, version %(version)s",
            framework=learner.framework,
            version=learner.framework_version,
        ),
        "facts": _facts(of, imprint.library),
        "voices": _voices(of),
        "stats": stats(of),
        "levels": levels(of),
        "exceptions": _exceptions(of, domains) if of.exceptions else None,
        "steps": _steps(of) if of.side is Side.OWN else None,
        "changes": changes(of.changes, domains) if of.changes else None,
        **_statements(of),
        "rule": _rule(of.sheet.domains[0].rule, of.sheet.version.met_answers),
        "credits": credits_of(imprint),
    }
    return Document(
        "profile", _("%(name)s: progress profile", name=learner.name), imprint.library, data
    )


def _facts(of: ProfilePage, library: str) -> list[list[str]]:
    learner = of.learner
    role = learner.role_profile
    if of.target:
        role = _("%(role)s, target %(level)s", role=role, level=of.target)
    rows = [
        [_("Library"), library],
        [_("Team"), " \u00b7 ".join(filter(None, (learner.team, learner.job)))],
        [_("Job profile"), role],
        [_("Made on"), full_day(session.now())],
        [_("Made for"), _made_for(of)],
    ]
    if learner.has_several_jobs:
        several = _("With several job profiles, the higher target of each domain counts.")
        rows.insert(3, [_("Target"), several])
    if learner.round:
        rows.insert(3, [_("Round"), learner.round])
    return rows


def _made_for(of: ProfilePage) -> str:
    who = session.actor().name
    if of.side is Side.OWN:
        return _("%(name)s, whose profile this is", name=who)
    if of.side is Side.REVEALED:
        return _("%(name)s, as supervisor", name=who)
    return _("%(name)s, as coordinator", name=who)


def _voices(of: ProfilePage) -> str:
    name = of.learner.name
    own = {
        Side.OWN: _(
            "Self-rating is what %(name)s had answered on %(day)s.",
            name=name,
            day=full_day(session.now()),
        ),
        Side.REVEALED: _(
            "Self-rating is what %(name)s answered, as last revealed in a review. What was not "
            "sent is seen by its "
            "owner alone.",
            name=name,
        ),
        None: _(
            "This shows reviewed ratings only, once their review has ended. Self-ratings reach "
            "coordinators only as counts over a team."
        ),
    }[of.side]
    endorsed = _(
        "A reviewed rating is one both agreed on. Whoever sees it can tell what the learner "
        "answered in the end."
    )
    mixed = _("Self-ratings and reviewed ratings are never mixed.") if of.side is not None else ""
    return f"{own} {endorsed} {mixed}".strip()


def _exceptions(of: ProfilePage, domains: Mapping[int, DomainShape]) -> Data:
    return {
        "title": ngettext(
            "%(num)d statement that doesn’t apply here",
            "%(num)d statements that don’t apply here",
            len(of.exceptions),
        ),
        "note": _(
            "In the reviewed ratings such a statement is not counted at its level: the learner "
            "and a supervisor agreed on it."
        ),
        "head": [_("Code"), _("Statement"), _("Level"), _("Why"), _("Agreed by"), _("On")],
        "rows": [
            [
                exception.code,
                exception.title,
                f"{domain.title}, {domain.level_name(exception.rank)}",
                exception.reason or _("the reason was erased"),
                _("%(one)s and %(other)s", one=exception.names[0], other=exception.names[1]),
                full_day(exception.on),
            ]
            for exception in of.exceptions
            for domain in [domains[exception.domain_id]]
        ],
    }


def _steps(of: ProfilePage) -> Data:
    return {
        "title": _("Next steps"),
        "none-left": of.nothing_left,
        "rows": [{"title": step.title, "text": step.text} for step in of.steps],
    }


def _statements(of: ProfilePage) -> Data:
    """What is endorsed, by domain, and what is not rated here."""
    endorsed, left_out = _groups(of, _reviewed), _groups(of, _left_out)
    count = sum(len(group["rows"]) for group in left_out)
    return {
        "endorsed": {
            "title": _("Reviewed statements"),
            "note": "" if endorsed else _("Nothing is reviewed yet."),
            "head": [_("Code"), _("Statement"), _("Level"), _("Reviewed as"), _("By"), _("On")],
            "groups": endorsed,
        },
        "left-out": {
            "title": _("Not rated here"),
            "note": ngettext(
                "The library leaves %(num)d statement out of every count.",
                "The library leaves %(num)d statements out of every count.",
                count,
            ),
            "head": [_("Code"), _("Statement"), _("Why")],
            "groups": left_out,
        }
        if left_out
        else None,
    }


Row = Callable[[ProfilePage, StatementVoices, DomainShape], list[str]]


def _groups(of: ProfilePage, row: Row) -> list[Data]:
    """By domain, a row of each statement that has one."""
    groups = []
    for domain in of.sheet.domains:
        within = (one for one in of.statements if one.domain_id == domain.id)
        if rows := [cells for statement in within if (cells := row(of, statement, domain))]:
            groups.append({"title": domain.title, "rows": rows})
    return groups


def _reviewed(of: ProfilePage, statement: StatementVoices, domain: DomainShape) -> list[str]:
    answer = statement.endorsed
    if answer is None:
        return []
    day = full_day(answer.at)
    if answer.version != of.learner.framework_version:
        day += ", " + _("on version %(version)s", version=answer.version)
    if statement.later is not None:
        day += f". {counts_when(statement.later)}"
    level = domain.level_name(statement.rank)
    return [statement.code, statement.title, level, answer.label, answer.who, day]


def _left_out(_of: ProfilePage, statement: StatementVoices, _domain: DomainShape) -> list[str]:
    why = statement.not_rated_here
    return [] if why is None else [statement.code, statement.title, why]


def _rule(rule: LevelRule, met: Sequence[ScaleLabel]) -> Data:
    words = level_rule(rule)
    return {
        "title": _("How a level comes about"),
        "paragraphs": [
            words["met"] + f" {counts_as_met(met)}",
            _(
                "A statement applies unless the library doesn’t rate it or it isn’t part of the "
                "job. In the reviewed ratings, the supervisor has to agree that it isn’t part of "
                "the job, and both may agree that one statement of a level doesn’t apply here."
            )
            + " "
            + words["reached"],
        ],
        "version": words["named"],
    }
