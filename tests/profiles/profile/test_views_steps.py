"""A profile before much is reviewed, and what it says to do next."""

import html
import re

from flask import Flask

from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.ratings import rate
from tests.factories.reviews import endorse, send
from tests.factories.world import World
from tests.profiles.profile.bars import SignIn, bar
from tests.reading import plain
from tracker.record.workflow.rules import ItemStatus

FIRST_RESULTS = ("/profile", "/", "/profile/communication")


def test_before_anything_is_rated_nothing_is_counted(world: World, sign_in: SignIn) -> None:
    ben = sign_in(world.email("ben"))
    for address in FIRST_RESULTS:
        page = plain(ben.get(address).text)
        assert not re.search(r"\b0 of \d+", page), address
        assert "Your ratings:" not in page
    page = ben.get("/profile").text
    assert "You haven’t rated anything yet." in plain(page)
    assert "Where you stand" not in ben.get("/").text
    assert 'scope="row">Reviewed' not in page
    assert bar(page, "Communication", "You") == (
        "Level not known yet | ? not rated yet; all 3 statements must be met"
        " | Emerging: 2 not rated yet"
    )


def test_what_is_lacking_below_the_target_is_said_of_that_level(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """And how many, where others of it are rated."""
    first, _second, *others = world.statements["communication"]
    with app.app_context():
        for statement_id in (first, *others):
            rate(world, "ben", statement_id, Answer.CONSISTENTLY)
    ben = sign_in(world.email("ben"))
    said = bar(ben.get("/profile").text, "Communication", "You")
    assert said.endswith("| ? 1 not rated yet | Emerging: 1 of the 2 needed; 1 not rated yet")


def test_with_nothing_reviewed_there_is_no_row_for_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    rated = [each for ids in world.statements.values() for each in ids]
    ben = sign_in(world.email("ben"))
    with app.app_context():
        for each in rated[:5]:
            rate(world, "ben", each, Answer.PARTLY)
    page = ben.get("/profile").text
    assert "Your ratings: 0 of 3" in page, "one is known: not reached"
    with app.app_context():
        for each in rated[5:]:
            rate(world, "ben", each, Answer.CONSISTENTLY)
    page = ben.get("/profile").text
    assert 'scope="row">You' in page
    assert 'scope="row">Reviewed' not in page
    assert plain(page).count("Nothing is reviewed yet") == 1
    assert "Your ratings: 2 of 3" in page
    explained = plain(ben.get("/profile/communication").text)
    assert "Nothing is reviewed yet." in explained
    assert "not sent yet" not in explained
    with app.app_context():
        endorse(world, "ben", "sue", rated[0], EndorsedAnswer.PARTLY)
    assert 'scope="row">Reviewed' in ben.get("/profile").text
    assert "not sent yet" in ben.get("/profile/communication").text


def test_until_a_domain_is_known_no_headline_counts_any(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        rate(world, "ben", world.statements["communication"][0], Answer.CONSISTENTLY)
    ben = sign_in(world.email("ben"))
    for address in ("/profile", "/"):
        page = ben.get(address).text
        assert "Your ratings: no domain known yet" in page
        assert "Your ratings: 0 of" not in page


def test_what_is_with_a_reviewer_is_explained_before_the_reveal(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    one = world.statements["communication"][0]
    with app.app_context():
        rate(world, "ben", one, Answer.CONSISTENTLY)
        send(world, "ben", "sue", {one: ItemStatus.WAITING})
    page = sign_in(world.email("ben")).get("/profile/communication").text
    assert "not reviewed yet: with your reviewer" in page


def steps_of(page: str) -> list[tuple[str, str]]:
    """The words of each next step, and where it leads."""
    listed = re.search(r'<ol class="steps">.*?</ol>', page, re.S)
    assert listed is not None
    return [
        (plain(said), html.unescape(href))
        for said, href in re.findall(r'<li>(.*?)<a [^>]*href="([^"]+)"', listed.group(), re.S)
    ]


def test_a_step_to_rate_counts_and_names_what_its_page_shows(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    ben = sign_in(world.email("ben"))
    technical = world.statements["technical"]
    (said, href), *_others = steps_of(ben.get("/profile").text)
    assert said == (
        "Rate the 5 Emerging statements in Technical : Technical 1.1, Technical 1.2, and 3 more."
    )
    assert ben.get(href).text.count("data-statement=") == 5
    with app.app_context():
        for each in technical[:3]:
            rate(world, "ben", each, Answer.CONSISTENTLY)
    (said, href), *_others = steps_of(ben.get("/profile").text)
    assert said == (
        "Rate the last 2 Emerging statements in Technical : Technical 1.4, Technical 1.5."
    )
    assert ben.get(href).text.count("data-statement=") == 2
    with app.app_context():
        rate(world, "ben", technical[3], Answer.NOT_SURE)
        rate(world, "ben", technical[4], Answer.NOT_SURE)
    found = dict(steps_of(ben.get("/profile").text))
    said = (
        "Decide on 2 Emerging ratings in Technical that you marked “Not sure” : Technical 1.4, "
        "Technical 1.5."
    )
    assert said in found
    assert ben.get(found[said]).text.count("data-statement=") == 2


def test_a_step_says_what_to_do_with_which_statement(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    talk, lead = world.statements["communication"], world.statements["leadership"]
    with app.app_context():
        for each in world.statements["technical"][:10]:
            rate(world, "ben", each, Answer.CONSISTENTLY)
        for each in (*talk[:5], *lead[:3]):
            rate(world, "ben", each, Answer.PARTLY)
        endorse(world, "ben", "sue", talk[0], EndorsedAnswer.PARTLY)
        endorse(world, "ben", "sue", talk[1], EndorsedAnswer.PARTLY)
    found = [said for said, _href in steps_of(sign_in(world.email("ben")).get("/profile").text)]
    assert found[0] == (
        "Work on “Communication 1.1” : reviewed as Partly; it counts for Emerging in Communication."
    )
    assert found[1] == (
        "Send Emerging statements in Leadership for review : Leadership 1.1, Leadership 1.2."
    )
    assert found[2] == (
        "Work on “Leadership 1.1” : you rated it Partly; it counts for Emerging in Leadership."
    )
