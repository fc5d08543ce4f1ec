"""What is behind one domain of a gap matrix, for a reader who may see everybody in it by name: the
statements that hold people back, and the people.

Names and statements go together as on a profile's page of the domain, which the same reader may
open; nothing here says more of an answer than that it isn't met. A reader who may not see somebody
by name gets nothing that the matrix doesn't have.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tracker.queries.reviews.submission_counts import who_sent
from tracker.queries.teams.gap_figures import GapFigures, figures, statements_of
from tracker.queries.teams.gap_matrix import MatrixFilters, people_chosen
from tracker.queries.teams.gap_scope import GapScope
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.versions import DomainShape
from tracker.rules.teams import gap_reasons, gaps
from tracker.rules.teams.gap_reasons import HeldByStatement
from tracker.rules.teams.gaps import Alike, DomainSummary, GapCell, GapStatement


@dataclass(frozen=True, slots=True)
class StatementReason:
    """ "8 of 13 haven't reached the target because of ...": `people` of all who are `below` target
    in the domain."""

    statement_id: int
    title: Wording
    domain: DomainShape
    level: Wording
    people: frozenset[int]
    below: int


@dataclass(frozen=True, slots=True)
class DrilledPerson:
    """`framework`: the slug, where the pages of the person begin with another framework.
    `reasons`: the statements that hold them back."""

    person_id: int
    name: str
    role_profile: str
    teams: tuple[str, ...]
    framework: str | None
    cell: GapCell
    reasons: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class DomainDrill:
    domain: DomainShape
    summary: DomainSummary
    reasons: tuple[StatementReason, ...]
    people: tuple[DrilledPerson, ...]


def drill(scope: GapScope, chosen: MatrixFilters, key: str) -> DomainDrill | None:
    """None: no such domain, or the reader may not see everybody by name. Five queries for now, four
    for a round. Raises Uncounted."""
    people = people_chosen(scope, chosen)
    if any(not one.by_name for one in people):
        return None
    of = figures(scope, chosen.framework_id, people)
    domain = next((each for each in of.domains if each.key == key), None)
    if domain is None:
        return None
    at = of.domains.index(domain)
    found = of.rows(people)
    column = {id(row): (row[at],) for row in found.values()}
    rows = {person_id: column[id(row)] for person_id, row in found.items()}
    groups = gaps.alike(rows.items())
    reasons = reasons_of(of.domains, groups, *facts_of(scope, of, {domain.id}))
    (summary,) = gaps.summarise(groups, (domain.id,))
    return DomainDrill(
        domain=domain,
        summary=summary,
        reasons=reasons,
        people=tuple(
            DrilledPerson(
                person_id=one.person_id,
                name=one.name,
                role_profile=one.role_profile,
                teams=scope.teams_of(one),
                framework=None if one.is_usual else one.framework_slug,
                cell=rows[one.person_id][0],
                reasons=tuple(each.title for each in reasons if one.person_id in each.people),
            )
            for one in people
        ),
    )


def facts_of(
    scope: GapScope, of: GapFigures, domain_ids: Collection[int]
) -> tuple[Mapping[int, Sequence[int]], dict[int, GapStatement]]:
    """What these people do not meet, and the statements of these domains; nothing for a reader who
    gets no single statements. One query."""
    return (of.not_met, statements_of(domain_ids)) if scope.by_statement else ({}, {})


def reasons_of(
    domains: Sequence[DomainShape],
    groups: Collection[Alike],
    not_met: Mapping[int, Sequence[int]],
    statements: Mapping[int, GapStatement],
) -> tuple[StatementReason, ...]:
    """Most people first."""
    shapes = {domain.id: domain for domain in domains}

    def reason(of: HeldByStatement) -> StatementReason:
        domain, statement = shapes[of.domain_id], statements[of.statement_id]
        level = domain.level_name(statement.rank)
        return StatementReason(of.statement_id, statement.title, domain, level, of.people, of.below)

    return tuple(reason(each) for each in gap_reasons.held_by(groups, not_met, statements))


def not_sent(scope: GapScope, chosen: MatrixFilters) -> int:
    """How many have sent nothing in the open round, or ever where none is open. One query."""
    people = people_chosen(scope, chosen, with_closed=True)
    period = scope.open_round(chosen.framework_id)
    ids = [one.person_id for one in people]
    sent = who_sent(ids, scope.library_id, chosen.framework_id, [period.id] if period else [])
    return len(set(ids) - sent)
