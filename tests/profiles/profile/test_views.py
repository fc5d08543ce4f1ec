"""Profiles: both voices beside the target, and nothing of what was not revealed for anybody but its
owner."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests import pdf
from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import grow, leave_out, open_round
from tests.factories.ratings import rate
from tests.factories.reviews import endorse, send
from tests.factories.world import World
from tests.profiles.profile.bars import SignIn, bar
from tests.teams.gaps.matrix import cells
from tracker.db import session, transaction
from tracker.models import Library, Look, Membership, Person, Rating, Target
from tracker.record.workflow.rules import ItemStatus, ReviewStatus

MONTH = dt.timedelta(days=30)


def profile_of(world: World, name: str = "ana") -> str:
    return f"/people/{world.people[name]}/profile"


def bare(page: str) -> str:
    """A page without what differs between any two requests: the CSRF token and the request's id."""
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", page)


def reviewed(world: World) -> None:
    """Ana: two Emerging statements of Communication endorsed, one Developing one not; more answers
    of her own."""
    first, second, third, fourth, *_rest = world.statements["communication"]
    for statement_id in (first, second, fourth):
        rate(world, "ana", statement_id, Answer.CONSISTENTLY)
    for statement_id in (first, second):
        endorse(world, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
    endorse(world, "ana", "sue", third, EndorsedAnswer.PARTLY, said=Answer.CONSISTENTLY)
    rate(world, "ana", third, Answer.PARTLY)


def test_the_owner_sees_both_voices_beside_the_target(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
    page = sign_in(world.email("ana")).get("/profile").text
    assert bar(page, "Communication", "You") == (
        "Emerging | ▼ below target: 1 not met; 1 not rated yet; all 3 statements must be met"
        " | Developing: 1 of the 3 needed; 1 not rated yet"
    )
    assert bar(page, "Communication", "Reviewed") == (
        "Emerging | ▼ below target: 1 not met; 2 not sent yet; all 3 statements must be met"
        " | Developing: 0 of the 3 needed; 2 not sent yet"
    )
    assert "You rated 4 of 33 statements" in page
    assert "Reviewed: 3 of 33 statements, by 1 supervisor; 2 of them count as met." in page
    assert bar(page, "Leadership", "Reviewed") == (
        "Level not known yet | ? not sent yet; Developing has too few statements to count; both statements must be met"
        " | Emerging: 2 not sent yet"
    )
    assert "0 of 1 known domain at target; 2 not reviewed yet" in page
    assert "Your ratings: 0 of 3" in page
    red = re.findall(r'scope="row">(\w+)</th>(?:(?!</tr>).)*target-tag is-gap', page, re.S)
    assert red == ["Reviewed"], "only a known gap by endorsements is red"
    assert "Next steps" in page


def test_a_supervisor_sees_the_self_side_as_last_revealed(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
    page = sign_in(world.email("sue")).get(profile_of(world)).text
    assert bar(page, "Communication", "Self-rating") == (
        "Emerging | ? 2 not revealed; all 3 statements must be met"
        " | Developing: 1 of the 3 needed; 2 not revealed"
    )
    assert bar(page, "Communication", "Reviewed").startswith(
        "Emerging | ▼ below target: 1 not met; 2 not reviewed yet"
    )
    assert "Sent for review: 3 of 33 statements." in page
    for hidden in ("Next steps", "You rated", "/statements/", "ready for a review talk", "Export"):
        assert hidden not in page


def test_a_coordinator_sees_the_endorsed_voice_alone(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
    cora = sign_in(world.email("cora"))
    page = cora.get(profile_of(world)).text
    assert bar(page, "Communication", "Reviewed").startswith(
        "Emerging | ▼ below target: 1 not met; 2 not reviewed yet"
    )
    assert 'scope="row">Self-rating' not in page
    explained = cora.get(profile_of(world) + "/communication").text
    assert "Self-rating as last revealed" not in explained
    with app.app_context(), transaction() as tx:
        tx.execute(update(Library).values(names_to_coordinators=False))
    assert cora.get(profile_of(world)).status_code == 404
    assert cora.get(profile_of(world) + "/communication").status_code == 404


PAGES = ("", "/communication", "/technical", ".pdf")


def seen(app: Flask, world: World, sign_in: SignIn, name: str) -> list[str]:
    client = sign_in(world.email(name))
    found = [client.get(profile_of(world) + page) for page in PAGES]
    return [
        pdf.words(each) if each.mimetype == "application/pdf" else bare(each.text) for each in found
    ]


@pytest.mark.in_ci
@pytest.mark.parametrize("reader", ["sue", "cora"])
def test_nothing_that_is_not_revealed_shows(
    app: Flask, world: World, sign_in: SignIn, reader: str
) -> None:
    """Two worlds that differ in unrevealed answers alone give others the same bytes; the owner's
    pages differ."""
    with app.app_context():
        reviewed(world)
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
    before, own_before = seen(app, world, sign_in, reader), seen(app, world, sign_in, "ana")
    with app.app_context():
        for statement_id in world.statements["technical"]:
            rate(world, "ana", statement_id, Answer.CONSISTENTLY, world.now - 9 * MONTH)
        with transaction() as tx:
            tx.execute(
                update(Rating)
                .where(Rating.person_id == world.people["ana"])
                .values(
                    answer="not_sure", own_note="a secret", reviewer_note="not sent yet", version=9
                )
            )
    assert seen(app, world, sign_in, reader) == before
    own_after = seen(app, world, sign_in, "ana")
    assert all(now != then for now, then in zip(own_after, own_before, strict=True))


def test_others_looking_is_noted_once(app: Flask, world: World, sign_in: SignIn) -> None:
    for name in ("sue", "cora", "ana"):
        client = sign_in(world.email(name))
        client.get(profile_of(world))
        client.get(profile_of(world) + "/communication")
    with app.app_context():
        looks = session().execute(select(Look.reader_id, Look.kind).order_by(Look.id)).all()
    assert looks == [(world.people["sue"], "profile"), (world.people["cora"], "profile")]


def test_an_explanation_says_what_would_change_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
        leave_out(world, world.statements["communication"][5], "Personnel matters.")
    page = sign_in(world.email("ana")).get("/profile/communication").text
    for words in (
        "The rule is 4 of every 5 statements, if at least 2 apply, version 1",
        "Reached: 2 of 2 met, 2 needed.",
        "Not met: 0 of 3 met, 3 needed.",
        (
            "3 more statements to reach Developing: 0 met, 3 needed; at least 1 of them from those now "
            "rated as not met."
        ),
        (
            "2 more statements to reach Developing: 1 met, 3 needed; at least 1 of them from those now "
            "rated as not met."
        ),
        "Sue, Nov 24",
        "not rated here: Personnel matters.",
        "not sent yet",
    ):
        assert words in page, words


def test_what_was_not_endorsed_says_why(app: Flask, world: World, sign_in: SignIn) -> None:
    """What became of the review is told to the learner and to who sees what was revealed."""
    one, two, three, four, *_rest = world.statements["communication"]
    with app.app_context():
        send(
            world,
            "ana",
            "sue",
            {
                one: ItemStatus.DIFFERS,
                two: ItemStatus.KEPT_APART,
                three: ItemStatus.WAITING,
                four: ItemStatus.NOT_OBSERVED,
            },
            status=ReviewStatus.DIFFERENCES_OPEN,
        )
    said = {
        "ana": [
            "difference open",
            "no agreement",
            "not reviewed yet: with your reviewer",
            "not sent yet",
        ],
        "sue": ["difference open", "no agreement"],
        "cora": [],
    }
    for name, expected in said.items():
        page = sign_in(world.email(name)).get(f"{profile_of(world)}/communication").text
        found = [words for words in said["ana"] if f">{words}</span>" in page]
        assert found == expected, name
        assert "not reviewed yet" in page


def test_where_nothing_can_be_judged_nothing_is_said_to_be_reached(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for statement_id in [each for ids in world.statements.values() for each in ids]:
            leave_out(world, statement_id, "Not here.")
    page = sign_in(world.email("ana")).get("/profile").text
    assert "Too few statements at every level to judge one." in page
    assert "every level that counts is reached" not in page
    assert bar(page, "Communication", "You") == (
        "Too few statements to judge | – too few statements to judge | Too few statements to judge"
    )


def test_a_level_is_said_alike_on_the_profile_and_in_the_gaps(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Known to be none, not known, and not known above a known gap."""
    with app.app_context():
        for statement_id in world.statements["communication"][:2]:
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.NOT_YET)
        for statement_id in world.statements["technical"][5:10]:
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.NOT_YET)
    cora = sign_in(world.email("cora"))
    page = cora.get(profile_of(world)).text
    levels = [
        bar(page, domain, "Reviewed").partition(" | ")[0]
        for domain in ("Technical", "Communication", "Leadership")
    ]
    assert levels == ["Level not known yet", "No level yet", "Level not known yet"]
    assert cells(cora.get(f"/teams/{world.teams['central']}/gaps").text)["Ana"] == {
        "Technical": "Below target: Level not known yet, target Developing",
        "Communication": "Below target: No level yet, target Developing",
        "Leadership": "Not known yet",
    }


def test_ready_is_set_and_taken_back(app: Flask, world: World, sign_in: SignIn) -> None:
    ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
    assert ana.post("/profile/ready", {"ready": "yes"}).status_code == 303
    assert "Ready for a review talk since Nov 24" in sue.get(profile_of(world)).text
    ana.post("/profile/ready", {"ready": "no"})
    assert "Ready for a review talk" not in sue.get(profile_of(world)).text
    assert ana.post("/profile/ready", {"ready": "maybe"}).status_code == 422


def test_what_is_exported_is_ones_own(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        reviewed(world)
        rate(world, "ben", world.statements["technical"][0], Answer.PARTLY)
    ana = sign_in(world.email("ana"))
    rows = list(csv.reader(io.StringIO(ana.get("/profile.csv").text.removeprefix("\ufeff"))))
    assert len(rows) == 34
    assert rows[0][:4] == ["Code", "Statement", "Level", "Your answer"]
    assert [row[3] for row in rows[1:] if row[3]] == [
        "Consistently",
        "Consistently",
        "Partly",
        "Consistently",
    ]
    whole = ana.get("/profile.json").json
    said = {each["code"]: each for each in whole["statements"]}
    assert said["COM-2-01"]["own"]["answer"] == "partly"
    assert said["COM-2-01"]["endorsed"]["by"] == "Sue"
    assert said["TEC-1-01"]["own"] is None


def test_somebody_who_learns_nowhere_has_no_profile(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    assert "You have no profile yet" in sign_in(world.email("adam")).get("/profile").text
    assert sign_in(world.email("cora")).get(profile_of(world, "hugo")).status_code == 404


def test_no_such_domain(world: World, sign_in: SignIn) -> None:
    ana = sign_in(world.email("ana"))
    for domain in ("none", "COMMUNICATION"):
        assert ana.get(f"/profile/{domain}").status_code == 404


def test_who_left_still_reads_their_own(app: Flask, world: World, sign_in: SignIn) -> None:
    ana = sign_in(world.email("ana"))
    with app.app_context(), transaction() as tx:
        tx.execute(update(Membership).values(ends_on=world.now.date() - dt.timedelta(days=1)))
    assert ana.get("/profile").status_code == 200
    assert ana.get(profile_of(world)).status_code == 200


def test_without_targets_there_is_no_gap(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        reviewed(world)
        with transaction() as tx:
            tx.execute(Target.__table__.delete())
    ana = sign_in(world.email("ana"))
    page = ana.get("/profile").text
    assert "no target" in page
    assert "No targets are set" in page
    assert "below target" not in page
    assert "bar-tick" not in page
    assert ana.get("/profile/communication").status_code == 200


@pytest.mark.in_ci
def test_the_number_of_sql_statements_does_not_grow(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    def counted(client: Client, path: str) -> int:
        count_sql.clear()
        assert client.get(path).status_code == 200
        return len(count_sql)

    ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
    asked = [
        (ana, "/profile"),
        (ana, "/profile/technical"),
        (ana, "/profile.csv"),
        (sue, profile_of(world)),
    ]
    sue.get(profile_of(world))  # the look of today is noted once
    before = [counted(client, path) for client, path in asked]
    with app.app_context():
        reviewed(world)
        grow(world, "technical", 40)
        for statement_id in world.statements["technical"]:
            rate(world, "ana", statement_id, Answer.PARTLY)
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.PARTLY)
        with transaction() as tx:
            assert tx.scalar(select(Person.id).limit(1))
    for client, path in asked:
        client.get(path)
    assert [counted(client, path) for client, path in asked] == before


def test_the_profile_says_how_many_statements_are_not_rated_here(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    ana = sign_in(world.email("ana"))
    assert "not rated here" not in ana.get("/profile").text
    with app.app_context():
        leave_out(world, world.statements["communication"][0], "No such tool.")
    assert "Your library leaves out 1 statement" in ana.get("/profile").text
