"""Who is reminded of a round: chosen, shown before, and never twice in a week."""

import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.factories.people import join
from tests.factories.sides import actor
from tests.factories.world import World
from tests.reading import plain
from tests.teams.rounds.pages import (
    DAY,
    SignIn,
    a_bit_of_everything,
    crowd,
    listed,
    remind,
    reminded,
    sent,
    url,
)
from tracker.accounts.account import actions as account_actions
from tracker.db import transaction
from tracker.models import Notice


def selected(page: str) -> list[str]:
    return re.findall(r'name="people" value="(\d+)" checked', page)


@pytest.mark.in_ci
def test_a_selection_goes_over_pages(app: Flask, world: World, sign_in: SignIn) -> None:
    """Ticked on the first page, and there still after the second; or all of them but one."""
    with app.app_context():
        crowd(world, 70)
    cora = sign_in(world.email("cora"))
    first = cora.get(url(world)).text
    shown = re.findall(r'name="shown" value="([\d.]+)"', first)[0]
    ids = shown.split(".")
    assert len(ids) == 50
    ticked = f"shown={shown}&people={ids[3]}&people={ids[7]}"
    second = cora.get(f"{url(world)}?{ticked}&page=2").text
    assert "2 selected. On any page." in plain(second)
    assert selected(second) == []
    chosen = re.findall(r'name="chosen" value="([\d.]+)"', second)[-1]
    assert set(chosen.split(".")) == {ids[3], ids[7]}
    back = cora.get(f"{url(world)}?chosen={chosen}").text
    assert selected(back) == [ids[3], ids[7]]
    everybody = cora.get(f"{url(world)}?all=1").text
    assert "74 selected. On any page." in plain(everybody)
    but_one = "&".join(f"people={each}" for each in ids if each != ids[5])
    preview = cora.get(f"{url(world, rest='/remind')}?all=1&shown={shown}&{but_one}").text
    assert "<h1>Remind 73 people</h1>" in preview
    people = re.findall(r'name="people" value="([\d.]+)"', preview)[0].split(".")
    assert len(people) == 73
    assert ids[5] not in people


def test_the_preview_says_what_they_read_and_who_gets_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        a_bit_of_everything(world)
        account_actions.leave(actor(world, "lea"), world.now.date() + 5 * DAY, world.now)
        join(world, "zoe", "harbour")
    cora = sign_in(world.email("cora"))
    assert "away until Nov 29" in plain(cora.get(url(world)).text)
    page = plain(cora.get(f"{url(world, rest='/remind')}?all=1").text)
    assert "Autumn 2026 closes on Dec 11, 2026" in page
    assert "Hello Zoe," in page
    assert "Cora reminds you: Autumn 2026 closes on Dec 11, 2026, and you haven’t sent" in page
    assert "1 person is away: Lea." in page
    assert "1 person was never reminded of this round." in page
    assert "Last reminded" not in page
    remind(cora, world, "zoe")
    with time_machine.travel(world.now + 8 * DAY, tick=False):
        later = plain(sign_in(world.email("cora")).get(f"{url(world, rest='/remind')}?all=1").text)
    assert "Last reminded: 1 on Nov 24. 1 person was never reminded of this round." in later


def test_nobody_is_reminded_twice_in_a_week_nor_who_sent_or_is_away(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        sent(world, "ana")
        account_actions.leave(actor(world, "ben"), world.now.date() + 2 * DAY, world.now)
    remind(cora, world, "ana", "ben", "lea", "otto")
    with app.app_context():
        assert reminded(world) == ["lea"]
    page = cora.get(url(world)).text
    assert listed(page)["Lea"][-1] == "Nov 24 today"
    again = cora.http.post(url(world, rest="/remind"), data={"people": str(world.people["lea"])})
    assert again.status_code == 400, "no token"
    with time_machine.travel(world.now + 6 * DAY, tick=False):
        remind(sign_in(world.email("cora")), world, "lea")
    with time_machine.travel(world.now + 8 * DAY, tick=False):
        remind(sign_in(world.email("cora")), world, "lea")
    with app.app_context():
        assert reminded(world) == ["lea", "lea"]


def test_reminding_nobody_leads_back_to_the_list_which_says_so(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    cora = sign_in(world.email("cora"))
    answer = cora.http.get(f"{url(world, rest='/remind')}?q=lea")
    assert answer.status_code == 303
    assert "q=lea" in answer.location
    assert answer.location.endswith("#people")
    page = cora.get(answer.location).text
    assert "Nobody is selected." in page
    assert list(listed(page)) == ["Lea"]
    assert "Nobody is selected." not in cora.get(url(world)).text


def test_a_reminder_after_the_end_is_not_told_of_a_round_that_is_over(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    remind(sign_in(world.email("cora")), world, "lea")
    late = world.now + 19 * DAY
    with time_machine.travel(late, tick=False), app.app_context(), transaction() as tx:
        before = tx.scalars(select(Notice).where(Notice.kind == "round_reminder")).one()
        tx.add(
            Notice(
                person_id=world.people["ben"],
                kind=before.kind,
                happening=before.happening,
                about_id=before.about_id,
                round_id=before.round_id,
                happened_at=late,
                to_mail=False,
            )
        )
    with time_machine.travel(late + DAY, tick=False):
        found = listed(sign_in(world.email("cora")).get(url(world)).text)
    assert found["Lea"][-1].startswith("Nov 24")
    assert found["Ben"][-1] == "–"
