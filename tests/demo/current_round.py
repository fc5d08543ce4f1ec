"""Those of the demo who have not sent in the round that is open."""

import datetime as dt

from tests.demo import lookups
from tests.demo.people import Scene
from tracker.accounts.account import actions as account_actions
from tracker.assessment.ratings import actions as ratings_actions
from tracker.policy.permissions import Actor
from tracker.queries.access import subjects as subjects_queries
from tracker.queries.asking import ask
from tracker.teams.rounds import actions as teams_rounds_actions
from tracker.teams.team import queries as team_queries

BACK_IN = dt.timedelta(days=6)


def not_sent_yet(scene: Scene) -> None:
    """One says that they are ready to talk, one is away, and the coordinator reminded some, the
    last of them two days ago."""
    for each in scene.cast.texts["not_sent_yet"]:
        now = scene.at(each["day"])
        person = scene.actor(each["name"], now)
        match each["what"]:
            case "ready":
                ratings_actions.declare_ready(person, True, now)
            case "away":
                account_actions.leave(person, scene.today + BACK_IN, now)
            case "reminded":
                _remind(scene, person, now)


def _remind(scene: Scene, person: Actor, now: dt.datetime) -> None:
    coordinator = scene.actor(scene.cast.coordinators[0][0], now)
    team = subjects_queries.team(lookups.root_team(coordinator.library_id), now.date())
    if team is None:
        raise LookupError("the library has no team")
    (current,) = ask(team_queries.open_rounds(coordinator.library_id, now.date()))
    teams_rounds_actions.remind(
        coordinator, team, current.id, [person.person_id], now, by_mail=False
    )
