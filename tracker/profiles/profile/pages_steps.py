"""What a learner could do next: the list of their profile, of which Today puts one on top."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules_levels import counts_nowhere
from tracker.frameworks.versions.rules_scale import Voice
from tracker.profiles.profile import rules as next_steps
from tracker.profiles.profile.rules import NextStep, StepKind
from tracker.record.ratings.rules import RatingFilter
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_voices import StatementVoices
from tracker.record.sheet.rules_words import AgreedStep
from tracker.record.versions.rules import DomainShape
from tracker.rules.core.wording import Wording
from tracker.web.ui.templating.dates import day

STEPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class StepLine:
    """One next step as it is shown: what to do, the statements or why, and the link to do it. A
    count is that of the page behind the link."""

    title: Wording
    text: str
    href: str
    action: str


def step_lines(learner: Learner, sheet: Sheet, statements: list[StatementVoices]) -> list[StepLine]:
    """What was agreed in a talk, the next due first, then what the levels ask for: at most
    STEPS_SHOWN in all. For the learner alone."""
    return [*agreed_lines(sheet), *level_lines(learner, sheet, statements)][:STEPS_SHOWN]


def agreed_lines(sheet: Sheet) -> list[StepLine]:
    """What was agreed in a talk, the next due first."""
    return [_agreed(step) for step in sheet.record.steps]


def level_lines(
    learner: Learner, sheet: Sheet, statements: list[StatementVoices]
) -> list[StepLine]:
    """What the levels ask for."""
    domains = {domain.id: domain for domain in sheet.domains}
    steps = next_steps.steps_of(sheet, statements, STEPS_SHOWN)
    return [_step(step, domains[step.domain_id], statements, learner) for step in steps]


def nothing_left(of: Sheet) -> str:
    """What to say where there is no step. For the learner alone."""
    standings = [standing for voice in Voice for standing in of.standings(voice).values()]
    if all(counts_nowhere(standing) for standing in standings):
        return _("Too few statements at every level to judge one.")
    if all(standing.lacks is None for standing in standings):
        return _("Nothing is left to do here: every level that counts is reached.")
    return _("Nothing for you to do now.")


def _agreed(step: AgreedStep) -> StepLine:
    who = (
        _("You, with %(name)s, for %(statement)s", name=step.reviewer, statement=step.title)
        if step.is_mine
        else _("%(name)s, for %(statement)s", name=step.reviewer, statement=step.title)
    )
    text = _("%(who)s, by %(day)s", who=who, day=day(step.due_on)) if step.due_on else who
    href = url_for("reviews.differences", review_id=step.review_id, _anchor=f"item-{step.item_id}")
    return StepLine(step.text.removesuffix("."), text, href, _("Agreed in the talk"))


def _step(
    step: NextStep, domain: DomainShape, statements: list[StatementVoices], of: Learner
) -> StepLine:
    by_id = {statement.id: statement for statement in statements}
    about = [by_id[statement_id_] for statement_id_ in step.statement_ids]
    first, level = about[0], domain.level_name(step.rank or 0)
    place = {"level": level, "domain": domain.title}
    names = _names([statement for statement in about if step.rank in (None, statement.rank)])
    work_on = _("Work on “%(statement)s”", statement=first.title)
    counts = _("it counts for %(level)s in %(domain)s", **place)
    title, text, href = work_on, names, url_for("reviews.index")
    match step.kind:
        case StepKind.RATE:
            return _rate(step, domain, statements, of)
        case StepKind.BUILD_REVIEWED:
            answer = first.endorsed.label if first.endorsed else ""
            text = _("reviewed as %(answer)s; %(counts)s", answer=answer, counts=counts)
            href, action = url_for("statements.show", statement_id=first.id), _("See it")
        case StepKind.BUILD_OWN:
            answer = first.own.label if first.own else ""
            text = _("you rated it %(answer)s; %(counts)s", answer=answer, counts=counts)
            href, action = _evidence(first.id), _("Add evidence")
        case StepKind.GROW:
            text = _("%(counts)s, your next level", counts=counts)
            href, action = _evidence(first.id), _("Add evidence")
        case StepKind.SEND:
            title = _("Send %(level)s statements in %(domain)s for review", **place)
            href, action = url_for("reviews.new", domain=domain.id), _("Choose")
        case StepKind.REPLY:
            title = _("Answer your reviewer’s question in %(domain)s", **place)
            action = _("Reply")
        case StepKind.TALK:
            title = _("Settle what you and your reviewer rated differently in %(domain)s", **place)
            action = _("See them")
    return StepLine(title, text, href, action)


def _rate(
    step: NextStep, domain: DomainShape, statements: list[StatementVoices], of: Learner
) -> StepLine:
    """To rate what is not rated at the lowest level in the way, or else to decide what is not sure.
    The page behind the link shows just these."""
    at_level = [
        statement
        for statement in statements
        if (statement.domain_id, statement.rank) == (domain.id, step.rank)
        and statement.not_rated_here is None
        and statement.later is None
    ]
    unrated = [statement for statement in at_level if statement.own is None]
    about = unrated or [one for one in at_level if one.id in step.statement_ids]
    place = {"level": domain.level_name(step.rank or 0), "domain": domain.title}
    if not unrated:
        title = ngettext(
            "Decide on %(num)d %(level)s rating in %(domain)s that you marked “Not sure”",
            "Decide on %(num)d %(level)s ratings in %(domain)s that you marked “Not sure”",
            len(about),
            **place,
        )
    elif len(unrated) < len(at_level):
        title = ngettext(
            "Rate the last %(level)s statement in %(domain)s",
            "Rate the last %(num)d %(level)s statements in %(domain)s",
            len(about),
            **place,
        )
    else:
        title = ngettext(
            "Rate the %(level)s statement in %(domain)s",
            "Rate the %(num)d %(level)s statements in %(domain)s",
            len(about),
            **place,
        )
    href = url_for(
        "assessment.show",
        framework=of.framework_slug,
        strand=domain.strand_key,
        domain=domain.key,
        level=step.rank,
        show=RatingFilter.NOT_RATED if unrated else RatingFilter.NOT_SURE,
    )
    return StepLine(title, _names(about), href, _("Rate"))


def _names(about: Sequence[StatementVoices]) -> str:
    """The names of the first two, and how many more."""
    names = ", ".join(statement.title for statement in about[:2])
    more = len(about) - 2
    if more < 1:
        return names
    return ngettext("%(names)s, and %(num)d more", "%(names)s, and %(num)d more", more, names=names)


def _evidence(statement_id: int) -> str:
    return url_for("evidence.new", statement=statement_id)
