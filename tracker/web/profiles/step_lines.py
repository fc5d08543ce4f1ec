"""What a learner could do next: the one list that Today and their profile show."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from tracker.queries.profiles import statement_status
from tracker.queries.profiles.profiles import Profile
from tracker.queries.profiles.statement_status import StatementVoices
from tracker.rules.frameworks.scale import Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import counts_nowhere, what_would_change
from tracker.rules.profiles.next_steps import NextStep, StepKind
from tracker.rules.record.sheet import AgreedStep, Sheet
from tracker.rules.record.versions import DomainShape
from tracker.rules.record.words import Side
from tracker.web.profiles.unknown_words import OpenStatements
from tracker.web.ui.templating.dates import day

STEPS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class StepLine:
    """One next step as it is shown: what it is about, why, and the link to do it. No counts: the
    pages behind the links list more than one domain."""

    title: Wording
    text: str
    href: str
    action: str


def step_lines(
    agreed: Iterable[AgreedStep], of: Profile, sheet: Sheet, statements: list[StatementVoices]
) -> list[StepLine]:
    """What was agreed in a talk, the next due first, then what the levels ask for: at most
    STEPS_SHOWN in all. For the learner alone."""
    steps = statement_status.steps(of, sheet, statements, STEPS_SHOWN)
    domains = {domain.id: domain for domain in of.domains}
    unknown = OpenStatements.of(statements, Side.OWN)
    titles = {each.id: each.title for each in statements}
    found = [_agreed(each) for each in agreed]
    found += [
        _step(step, domains[step.domain_id], titles, of.learner.framework_slug, unknown)
        for step in steps
    ]
    return found[:STEPS_SHOWN]


def nothing_left(of: Profile) -> str:
    """What is said where there is no step."""
    standings = [*(of.own or of.endorsed).values(), *of.endorsed.values()]
    if all(counts_nowhere(each) for each in standings):
        return str(_("Too few statements at every level to judge one."))
    if all(what_would_change(each) is None for each in standings):
        return str(_("Nothing is left to do here: every level that counts is reached."))
    return str(_("Nothing for you to do now."))


def _agreed(step: AgreedStep) -> StepLine:
    who = (
        _("You, with %(name)s, for %(statement)s", name=step.reviewer, statement=step.title)
        if step.is_mine
        else _("%(name)s, for %(statement)s", name=step.reviewer, statement=step.title)
    )
    text = _("%(who)s, by %(day)s", who=who, day=day(step.due_on)) if step.due_on else str(who)
    href = url_for("reviews.differences", review_id=step.review_id, _anchor=f"item-{step.item_id}")
    return StepLine(step.text.removesuffix("."), text, href, _("Agreed in the talk"))


def _step(
    step: NextStep,
    domain: DomainShape,
    titles: dict[int, str],
    framework: str,
    unknown: OpenStatements,
) -> StepLine:
    first = step.statement_ids[0]
    name, level = domain.title, domain.level_name(step.rank or 0)
    title, href, action = name, url_for("statements.show", statement_id=first), _("Why")
    match step.kind:
        case StepKind.RATE:
            open_here = unknown.words(domain.id, Voice.SELF, {step.rank or 0})
            text = _("%(level)s: %(open)s", level=level, open=open_here)
            href, action = _assess(framework, domain, first), _("Rate")
        case StepKind.BUILD_REVIEWED:
            text = _(
                "the %(level)s statement in %(domain)s that a reviewer found not met yet",
                level=level,
                domain=name,
            )
            title = titles[first]
        case StepKind.BUILD_OWN:
            text = _(
                "%(level)s in %(domain)s: your own answer does not count as met yet",
                level=level,
                domain=name,
            )
            title, href, action = titles[first], _evidence(first), _("Add evidence")
        case StepKind.GROW:
            text = _("%(level)s in %(domain)s, where you are at target", level=level, domain=name)
            title, href, action = titles[first], _evidence(first), _("Add evidence")
        case StepKind.SEND:
            text = _("some statements at %(level)s are not reviewed yet", level=level)
            href, action = url_for("reviews.new"), _("Send")
        case StepKind.REPLY:
            text = str(_("a reviewer has a question"))
            href, action = url_for("reviews.index"), _("Reply")
        case StepKind.TALK:
            text = str(_("you and your reviewer rated something differently"))
            href, action = url_for("reviews.index"), _("See them")
    return StepLine(title, text, href, action)


def _assess(framework: str, domain: DomainShape, statement_id: int) -> str:
    return url_for(
        "assessment.show",
        framework=framework,
        strand=domain.strand_key,
        domain=domain.key,
        _anchor=f"s-{statement_id}",
    )


def _evidence(statement_id: int) -> str:
    return url_for("evidence.new", statement=statement_id)
