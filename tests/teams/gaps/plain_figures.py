"""Gap figures worked out a second way: raw SQL over the tables and plain counting, with nothing of
the product's own queries or rules. For one framework without earlier versions."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import text

from tests.factories.world import World
from tracker.db import session

FORGET = text("UPDATE endorsements SET status = 'revoked', ended_at = endorsed_at")
"""All that was endorsed so far counts no more."""
AT, GAP, UNKNOWN, NOT_ASSESSED, NO_TARGET = "at", "gap", "unknown", "not assessed", "no target"


@dataclass
class Plain:
    """`state` by (person, domain title); `reasons`: by (person, domain title) the titles of the
    statements that are in the way; `level`: the rank held."""

    people: list[str] = field(default_factory=list)
    state: dict[tuple[str, str], str] = field(default_factory=dict)
    reasons: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    level: dict[tuple[str, str], int] = field(default_factory=dict)
    open_statements: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    def having(self, domain: str, *states: str) -> list[str]:
        return [one for one in self.people if self.state[one, domain] in states]


REVIEWED = "FROM endorsements e %s WHERE e.status = 'standing'"
REVEALED = "FROM revealed_answers e %s"


def everybody(world: World, path: str, below: bool = True, said_in: str = REVIEWED) -> Plain:
    """Whoever learns in the team of that path now, or in it and below."""
    like = f"{path}%" if below else path
    jobs = defaultdict(set)
    for name, person, job in _rows(
        "SELECT people.name, people.id, memberships.role_profile_id FROM memberships "
        "JOIN people ON people.id = memberships.person_id "
        "JOIN teams ON teams.id = memberships.team_id "
        "WHERE memberships.role = 'learner' AND teams.path LIKE :like "
        "AND memberships.starts_on <= :today AND people.disabled_at IS NULL "
        "AND (memberships.ends_on IS NULL OR memberships.ends_on >= :today)",
        like=like,
        today=world.now.date().isoformat(),
    ):
        jobs[name, person].add(job)
    targets = {
        (job, domain): rank
        for job, domain, rank in _rows(
            "SELECT t.role_profile_id, d.id, t.rank FROM targets t "
            "JOIN strands s ON s.key = t.strand_key "
            "JOIN domains d ON d.strand_id = s.id AND d.key = t.domain_key "
            "WHERE s.framework_id = :framework",
            framework=world.framework_id,
        )
    }
    statements = defaultdict(list)
    titles = {}
    for id_, domain, title, rank, words, position in _rows(
        "SELECT s.id, d.id, d.title, s.rank, s.title, s.position FROM statements s "
        "JOIN domains d ON d.id = s.domain_id WHERE s.framework_id = :framework",
        framework=world.framework_id,
    ):
        titles[domain] = title
        statements[domain, rank].append((position, id_, words))
    left_out = {
        row[0]
        for row in _rows(
            "SELECT s.id FROM not_rated_here n JOIN statements s ON s.skill_id = n.skill_id "
            "WHERE n.library_id = :library",
            library=world.libraries["city"],
        )
    }
    said = {
        (person, statement): meaning
        for person, statement, meaning in _rows(
            "SELECT e.person_id, e.statement_id, a.counts_as "
            + said_in % "JOIN scale_answers a ON a.key = e.answer AND a.framework_id = :framework",
            framework=world.framework_id,
        )
    }
    found = Plain(people=sorted(name for name, _person in jobs))
    for (name, person), held in jobs.items():
        for domain, title in titles.items():
            wanted = [targets[job, domain] for job in held if (job, domain) in targets]
            target = max(wanted, default=0)
            in_way, states, level, in_order = [], set(), 0, True
            missing = set()
            for rank in (1, 2, 3, 4):
                here = sorted(statements[domain, rank])
                answers = {
                    id_: said.get((person, id_), "open")
                    for _p, id_, _w in here
                    if id_ not in left_out
                }
                counted = {k: v for k, v in answers.items() if v != "excluded"}
                if rank <= target:
                    missing |= {k for k, v in counted.items() if v == "open"}
                if len(counted) < 2 or len(counted) * 2 < len(here):
                    continue
                need = (4 * len(counted) + 4) // 5
                met = sum(v == "met" for v in counted.values())
                unsaid = sum(v == "open" for v in counted.values())
                state = "met" if met >= need else "not" if met + unsaid < need else "?"
                if state == "met" and in_order:
                    level = rank
                in_order = in_order and state == "met"
                if rank <= target:
                    states.add(state)
                    if state == "not":
                        in_way += [w for _p, id_, w in here if counted.get(id_) == "not_met"]
            key = name, title
            found.level[key] = level
            found.open_statements[key] = missing
            found.state[key] = (
                NO_TARGET
                if not wanted
                else NOT_ASSESSED
                if not states
                else GAP
                if "not" in states
                else AT
                if states == {"met"}
                else UNKNOWN
            )
            found.reasons[key] = in_way if found.state[key] == GAP else []
    return found


def _rows(query: str, **values: object) -> list[tuple]:  # type: ignore[type-arg]
    return [tuple(row) for row in session().execute(text(query), values)]
