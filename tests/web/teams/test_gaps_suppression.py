"""A coordinator in a library that shows them no levels by name: what they may learn, and what they
may not work out."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from tests.client import Client
from tests.factories.frameworks import add_role_profile
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.world import START, World, add
from tests.web.teams.test_gaps import file
from tests.web.teams.test_teams import rows
from tracker.db import transaction
from tracker.models import Endorsement, Library, Membership, Team
from tracker.rules.profiles.levels import TargetState
from tracker.rules.reviews.workflow import EndorsementStatus
from tracker.rules.roles import Role
from tracker.rules.teams.suppression import can_be_told
from tracker.rules.teams.team_suppression import DisclosedCounts

SignIn = Callable[[str], Client]
GAP, AT = TargetState.GAP, TargetState.AT_TARGET


def hide_names(world: World) -> None:
    with transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).names_to_coordinators = False


def add_team(world: World, name: str, above: str) -> None:
    with transaction() as tx:
        parent = tx.get_one(Team, world.teams[above])
        team = Team(library_id=parent.library_id, parent_id=parent.id, name=name.title(), path="")
        world.teams[name] = add(tx, team)
        team.path = f"{parent.path}{team.id}/"


class Crowd:
    """People by team and role profile, each with or without a gap in Leadership."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.of: dict[str, tuple[str, str, TargetState]] = {}

    def put(self, team: str, gaps: int, at: int, role_profile: str = "city") -> None:
        for state in [GAP] * gaps + [AT] * at:
            name = f"zoe{len(self.of)}"
            join(self.world, name, team, role_profile=role_profile)
            stand(self.world, name, state)
            self.of[name] = (team, role_profile, state)


BELOW = {
    "city": {"central", "bookmobile", "harbour", "north"},
    "central": {"central", "bookmobile"},
}
Asked = tuple[str, str, str]
"""A team, "all" or "own", and a role profile or nothing."""


def asked(world: World) -> Iterator[tuple[Asked, str]]:
    """Every page that the filters lead to."""
    for team in ("city", "central", "bookmobile", "harbour", "north"):
        for teams in ("all", "own"):
            for profile in ("", "city", "Entry"):
                chosen = f"&profile={world.role_profiles[profile]}" if profile else ""
                yield (
                    (team, teams, profile),
                    f"/teams/{world.teams[team]}/gaps.csv?teams={teams}{chosen}",
                )


def people_of(crowd: Crowd, what: Asked) -> frozenset[str]:
    team, teams, profile = what
    within = BELOW.get(team, {team}) if teams == "all" else {team}
    return frozenset(
        name
        for name, (of, job, _state) in crowd.of.items()
        if of in within and profile in ("", job)
    )


def told(client: Client, crowd: Crowd) -> set[frozenset[str]]:
    """The sets of people whose counts in Leadership some page or file told, and the counts must be
    right. A filter that a team does not have is no file."""
    found = set()
    for what, url in asked(crowd.world):
        if client.http.get(url).status_code == 404:
            continue
        for line in file(client, url):
            if line[0] == "Leadership" and line[1] != "not shown":
                who = people_of(crowd, what)
                states = Counter(crowd.of[name][2] for name in who)
                assert (int(line[1]), int(line[2])) == (states[AT], states[GAP]), what
                found.add(who)
    for team in ("city", "central"):
        for name, cells in rows(client.get(f"/teams/{crowd.world.teams[team]}/gaps").text).items():
            if name in ("Central", "Bookmobile", "Harbour", "North") and "shown" not in cells[3]:
                found.add(people_of(crowd, (name.lower(), "all", "")))
            if name == "directly in this team" and "shown" not in cells[3]:
                found.add(people_of(crowd, (team, "own", "")))
    return found


def leaks(sets: Iterable[frozenset[str]], crowd: Crowd) -> bool:
    """Whether adding and taking away leads to a group that is too small, or (nearly) all alike."""
    pieces: dict[tuple[frozenset[str], ...], Counter[TargetState]] = {}
    ordered = sorted(sets, key=sorted)
    for name, (_team, _profile, state) in crowd.of.items():
        within = tuple(each for each in ordered if name in each)
        if within:
            pieces.setdefault(within, Counter())[state] += 1
    return not all(can_be_told(list(piece.values())) for piece in pieces.values())


def crowded(world: World) -> Crowd:
    """Bookmobile is too small to be told; Central alone would give it away; Entry is few in each
    team."""
    hide_names(world)
    add_role_profile(world, "Entry", 2)
    add_team(world, "north", "city")
    crowd = Crowd(world)
    crowd.put("central", 3, 3)
    crowd.put("central", 1, 1, "Entry")
    crowd.put("bookmobile", 1, 2)
    crowd.put("harbour", 4, 3)
    crowd.put("harbour", 1, 1, "Entry")
    crowd.put("north", 5, 0)
    return crowd


def test_no_sum_of_pages_and_files_gives_a_small_group_away(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        crowd = crowded(world)
    sets = told(sign_in(world.email("cora")), crowd)
    assert people_of(crowd, ("city", "all", "")) in sets
    assert people_of(crowd, ("bookmobile", "all", "")) not in sets
    assert people_of(crowd, ("north", "all", "")) not in sets
    assert not leaks(sets, crowd)


def test_without_suppression_it_would(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        crowd = crowded(world)
    monkeypatch.setattr(DisclosedCounts, "may_tell", lambda self, cut: True)
    assert leaks(told(sign_in(world.email("cora")), crowd), crowd)


def pages(client: Client, world: World) -> list[bytes]:
    urls = [url for _what, url in asked(world)]
    urls += [url.replace(".csv", "") for url in urls]
    responses = [client.http.get(url) for url in urls]
    return [
        re.sub(rb'name="(?:csrf_token|form_key)" value="[^"]+"', b"", each.data)
        if each.status_code == 200
        else b""
        for each in responses
    ]


@pytest.mark.reads_at_length
@pytest.mark.parametrize(
    ("inside", "outside", "is_same"), [((2, 1), (4, 3), True), ((1, 2), (4, 3), False)]
)
def test_a_hidden_group_could_as_well_be_another(
    app: Flask,
    world: World,
    sign_in: SignIn,
    inside: tuple[int, int],
    outside: tuple[int, int],
    is_same: bool,
) -> None:
    """Bookmobile and what is hidden with it change places of gap and target; all that is told
    stays, byte for byte. Where the sum changes too, it does not."""
    with app.app_context():
        hide_names(world)
        add_team(world, "north", "city")
        add_role_profile(world, "Entry", 2)
        crowd = Crowd(world)
        crowd.put("bookmobile", 1, 2)
        crowd.put("central", 4, 3)
        crowd.put("harbour", 4, 4)
    before = pages(sign_in(world.email("cora")), world)
    with app.app_context():
        swap(crowd, "bookmobile", inside)
        swap(crowd, "central", (4 - (inside[0] - 1), 3 + (inside[0] - 1)) if is_same else (3, 4))
    assert (pages(sign_in(world.email("cora")), world) == before) is is_same


def swap(crowd: Crowd, team: str, counts: tuple[int, int]) -> None:
    """Give the people of a team other states, with as many endorsements as before."""
    names = [name for name, (of, _profile, _state) in crowd.of.items() if of == team]
    states = [GAP] * counts[0] + [AT] * counts[1]
    for name, state in zip(names, states, strict=True):
        if crowd.of[name][2] is not state:
            restate(crowd.world, name, state)


def restate(world: World, name: str, state: TargetState) -> None:
    with transaction() as tx:
        ended = {"status": EndorsementStatus.SUPERSEDED, "ended_at": world.now}
        tx.execute(
            update(Endorsement).where(Endorsement.person_id == world.people[name]).values(ended)
        )
    stand(world, name, state)


def test_there_is_no_name_with_a_level(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        crowded(world)
    cora = sign_in(world.email("cora"))
    for team in ("city", "central", "harbour"):
        for url in (f"/teams/{world.teams[team]}/gaps", f"/teams/{world.teams[team]}/gaps.csv"):
            assert "zoe" not in cora.http.get(url).text.casefold()
    assert (
        "zoe"
        in sign_in(world.email("sue"))
        .http.get(f"/teams/{world.teams['central']}/gaps")
        .text.casefold()
    )


def test_too_few_people_get_a_notice(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        crowded(world)
    cora = sign_in(world.email("cora"))
    entry = world.role_profiles["Entry"]
    for url in (
        f"/teams/{world.teams['bookmobile']}/gaps",
        f"/teams/{world.teams['central']}/gaps?profile={entry}",
    ):
        html = cora.get(url).text
        assert "fewer than 5 people" in html
        assert "<table" not in html
        assert file(cora, url.replace("/gaps", "/gaps.csv"))[1:] == []


def test_whom_one_supervises_is_taken_off_before_counting(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Hugo knows Harbour by name: of the whole library only Central's three are left, who are too
    few."""
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("central", 1, 2)
        crowd.put("harbour", 5, 5)
        with transaction() as tx:
            tx.execute(
                update(Membership)
                .where(
                    Membership.person_id.in_(
                        [world.people[name] for name in ("ana", "ben", "sue")]
                    ),
                    Membership.role == Role.LEARNER,
                )
                .values(ends_on=START)
            )
        join(world, "hugo", "city", Role.COORDINATOR)
    hugo = sign_in(world.email("hugo"))
    assert "fewer than 5 people" in hugo.get(f"/teams/{world.teams['city']}/gaps").text
    assert "Zoe3" in rows(hugo.get(f"/teams/{world.teams['harbour']}/gaps").text)
    assert "Leadership" in rows(
        sign_in(world.email("cora")).get(f"/teams/{world.teams['city']}/gaps").text
    )


def test_one_knows_oneself(app: Flask, world: World, sign_in: SignIn) -> None:
    """Five people, one of them the reader: the other four are too few."""
    with app.app_context():
        hide_names(world)
        crowd = Crowd(world)
        crowd.put("harbour", 2, 1)
        join(world, "carl", "harbour")
    assert (
        "fewer than 5 people"
        in sign_in(world.email("carl")).get(f"/teams/{world.teams['harbour']}/gaps").text
    )
    with app.app_context():
        crowd.put("harbour", 1, 1)
    assert (
        "fewer than 5 people"
        not in sign_in(world.email("carl")).get(f"/teams/{world.teams['harbour']}/gaps").text
    )
