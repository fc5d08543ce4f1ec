"""What a phone shows alone of a page of statements: which card, its place, and its ways on."""

import html
import re

from flask import Flask

from tests.assessment.posted import fields
from tests.client import Client
from tests.factories.answers import Answer
from tests.factories.frameworks import grow, leave_out
from tests.factories.ratings import rate
from tests.factories.world import World

DOMAIN = "/assess/small/durable/communication"
BEFORE = "/assess/small/technical/technical"
AFTER = "/assess/small/durable/leadership"


def alone(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'data-statement="(\d+)" data-alone', page)]


def place(page: str) -> str:
    return " of ".join(*re.findall(r"<b data-at>(\d+) of (\d+)</b>", page))


def ways(page: str) -> tuple[str, str]:
    """Back, and after the button that saves."""
    back, then = re.findall(r'name="then" value="([^"]*)"', page)
    return html.unescape(back), html.unescape(then)


def test_the_first_open_statement_stands_alone(app: Flask, world: World, ana: Client) -> None:
    first, second, third, *_rest = world.statements["communication"]
    page = ana.get(DOMAIN).text
    assert alone(page) == [first]
    assert place(page) == "16 of 33"
    assert ways(page) == (f"{BEFORE}?one=last", f"{DOMAIN}?one={second}")
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY)
    page = ana.get(DOMAIN).text
    assert alone(page) == [second]
    assert ways(page) == (f"{DOMAIN}?one={first}", f"{DOMAIN}?one={third}")


def test_the_address_names_another_and_what_it_cannot_name_is_the_first_open(
    world: World, ana: Client
) -> None:
    first, *_rest, last = world.statements["communication"]
    for asked, shown in ((last, last), ("last", last), ("x", first), (10**9, first), ("", first)):
        assert alone(ana.get(f"{DOMAIN}?one={asked}").text) == [shown], asked
    page = ana.get(f"{DOMAIN}?one=last").text
    assert place(page) == "25 of 33"
    assert ways(page)[1] == f"/assess/done?next={AFTER}"


def test_what_is_not_rated_here_never_stands_alone(app: Flask, world: World, ana: Client) -> None:
    out, second, third, *_rest = world.statements["communication"]
    with app.app_context():
        leave_out(world, out, "Personnel matters.")
    page = ana.get(DOMAIN).text
    assert alone(page) == [second]
    assert place(page) == "16 of 32"
    assert ways(page) == (f"{BEFORE}?one=last", f"{DOMAIN}?one={third}")
    with app.app_context():
        for statement_id in (second, third, *_rest):
            leave_out(world, statement_id, "Personnel matters.")
    page = ana.get(DOMAIN).text
    assert alone(page) == []
    assert "one-at-a-time" not in page


def test_a_domain_whose_levels_have_pages_is_counted_once_when_it_is_shown_whole(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        grow(world, "communication", 40)
    whole = ana.get(DOMAIN).text
    assert place(whole) == "16 of 63"
    assert ways(whole)[0] == f"{BEFORE}?one=last"
    assert place(ana.get(f"{DOMAIN}?one=last").text) == "55 of 63"
    assert place(ana.get(f"{DOMAIN}?level=1").text) == "16 of 63"


def test_a_filter_counts_its_own_pages(app: Flask, world: World, ana: Client) -> None:
    """For one's job: 10, 5 and 3 of 33."""
    page = ana.get(f"{DOMAIN}?show=job").text
    assert place(page) == "11 of 18"
    assert ways(page)[0] == f"{BEFORE}?show=job&one=last"
    first = world.statements["technical"][0]
    page = ana.get(f"{BEFORE}?show=job").text
    assert (alone(page), place(page), ways(page)[0]) == ([first], "1 of 18", "/")


def test_a_list_has_none_and_stays_a_list_on_the_way_on(world: World, ana: Client) -> None:
    page = ana.get(f"{DOMAIN}?list=1").text
    assert alone(page) == []
    assert "one-at-a-time" not in page
    assert f'href="{AFTER}?list=1"' in page
    assert f'<a class="btn btn-secondary" href="{DOMAIN}">One at a time</a>' in page
    sent = fields(page) | {f"answer-{world.statements['communication'][0]}": "partly"}
    assert ana.post("/assess/ratings", sent).location == f"{DOMAIN}?list=1"
    filtered = ana.get(f"{DOMAIN}?show=job&list=1").text
    assert f'href="{DOMAIN}?show=job">One at a time' in filtered
    assert (
        f'href="{DOMAIN}?show=job&amp;list=1">All statements' in ana.get(f"{DOMAIN}?show=job").text
    )


def test_the_pressed_button_says_where_it_goes_on(world: World, ana: Client) -> None:
    first, second, *_rest = world.statements["communication"]
    page = ana.get(DOMAIN).text
    sent = fields(page) | {f"answer-{first}": "partly"}
    back, then = ways(page)
    assert ana.post("/assess/ratings", sent | {"then": then}).location == then
    assert (
        ana.post("/assess/ratings", fields(ana.get(DOMAIN).text) | {"then": back}).location == back
    )
    elsewhere = fields(ana.get(DOMAIN).text) | {"then": "https://example.org/"}
    assert ana.post("/assess/ratings", elsewhere).location == "/assess"
    sent = fields(ana.get(f"{DOMAIN}?one={second}").text) | {f"answer-{second}": "x", "then": then}
    assert 'name="next" value="' + html.escape(then) in ana.post("/assess/ratings", sent).text


def test_five_begin_and_end_with_their_own(world: World, ana: Client) -> None:
    technical = world.statements["technical"][:5]
    ids = "-".join(map(str, technical))
    page = ana.get("/assess/five").text
    assert (alone(page), place(page)) == ([technical[0]], "1 of 5")
    assert ways(page) == ("/", f"/assess/five?ids={ids}&one={technical[1]}")
    page = ana.get(f"/assess/five?ids={ids}&one=last").text
    assert ways(page)[1] == "/assess/done?next=/assess/five"
