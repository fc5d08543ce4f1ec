"""Every page of every role in a real browser: no barrier, no complaint, no sideways scroll, and
light on the wire."""

import errno
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import abort

from tests.browser.atlas import PEOPLE, one_of_each, templates_of
from tests.browser.checks import misplaced_texts
from tests.browser.conftest import Site
from tests.browser.watch import (
    COLORS,
    DRAWN,
    NO_COLORS,
    ORIENTATION,
    WCAG,
    Watch,
    barriers,
    only,
    sideways,
)
from tests.engines import LONG
from tracker.rules.errors import Conflict

sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs it")
expect = sync_api.expect

ERRORS = (400, 401, 403, 405, 409, 410, 413, 422, 429, 500, 503, 507)
RARE = {
    "administration/memberships/bulk.html",
    "administration/people/link.html",
    "assessment/not_saved.html",
    "assessment/refused.html",
    "errors/sent_before.html",
    "frameworks/drafts/first.html",
    "accounts/links/invitation.html",
    "accounts/links/people_links.html",
    "assessment/import_check.html",
    "reviews/conflict.html",
    *(f"errors/{e}.html" for e in ERRORS),
}
"""Pages that no link leads to: the last tests know the way."""
ANSWERS = {
    "accounts/address_confirm.html",
    "accounts/address_take_back.html",
    "accounts/again.html",
    "accounts/wait.html",
    "administration/accounts/delete.html",
    "administration/moves/show.html",
    "administration/libraries/link.html",
    "administration/memberships/return.html",
    "assessment/later.html",
    "assessment/replaced.html",
    "today/front.html",
    "evidence/erased.html",
    "frameworks/changes.html",
    "profiles/closed.html",
    "reviews/drafts.html",
    "reviews/many.html",
    "reviews/withdrawn.html",
    "reviews/endorsements/earlier_statement.html",
    "teams/round_none.html",
    "teams/round_remind.html",
}
"""Pages that answer a form, come after one, or need what the demo has not (a newer version
of a framework): made of parts that are seen on others: the tests of their topics read them."""


PHONE = {"width": 390, "height": 844}


def everything(watch: Watch, *, in_every_way: bool = True, at_a_desk: bool = False) -> list[str]:
    """All that can be wrong with a page as it is; or in every way: on a phone too, in the dark,
    which changes colors alone, and with text twice as large, which changes the room that it takes.
    What axe finds, which takes longest, is then looked for on the phone or `at_a_desk`, and in
    `make test-long` at both. The page's own complaints last: what comes late has come by then."""
    page = watch.page
    page.wait_for_load_state()  # A heading is there before the style that it is judged by.
    page.evaluate(DRAWN)
    found = out_of_place(page)
    if LONG or at_a_desk or not in_every_way:
        found += barriers(page, WCAG if LONG or at_a_desk else NO_COLORS)
    if in_every_way:
        desk = page.viewport_size
        page.set_viewport_size(PHONE)
        page.evaluate(DRAWN)
        of_phone = [] if at_a_desk and not LONG else barriers(page)
        found += [f"on a phone: {fault}" for fault in (*of_phone, *out_of_place(page))]
        page.set_viewport_size(desk)
        page.emulate_media(color_scheme="dark")
        found += [f"in the dark: {fault}" for fault in barriers(page, only(COLORS))]
        page.emulate_media(color_scheme="light")
        with watch.text_twice_as_large():
            found += [f"with text twice as large: {fault}" for fault in out_of_place(page)]
    return [*found, *watch.faults()]


def out_of_place(page: Any) -> list[str]:
    return [*sideways(page), *misplaced_texts(page)]


@contextmanager
def watched(site: Site, browser: Any, role: str) -> Iterator[Watch]:
    """A page of somebody of that role. Nothing moves in it: colors are judged as they end up."""
    context = site.someone(browser, role, reduced_motion="reduce")
    yield Watch(context.new_page())
    context.close()


@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_of_a_role(site: Site, browser: Any, role: str) -> None:
    """Each template once in every way, and what one sees who is signed in once for each role as it
    is; in `make test-long` every page as it is. Who has two roles sees what others see."""
    in_every_way = one_of_each(site.places)
    places = [place for place in site.places if place.role == role]
    if not LONG:
        public = {place.template for place in site.places if place.role == "visitor"}
        places = [
            place
            for place in one_of_each(places)
            if place in in_every_way
            or (place.template not in public and role != "learner and supervisor")
        ]
    assert places
    found = {}
    with watched(site, browser, role) as watch:
        for place in places:
            watch.visit(place.path)
            turn = in_every_way.index(place) % 2 if place in in_every_way else 0
            found[str(place)] = everything(
                watch, in_every_way=place in in_every_way, at_a_desk=turn == 1
            )
    assert {place: faults for place, faults in found.items() if faults} == {}


def test_the_style_locks_no_orientation(site: Site, browser: Any) -> None:
    with watched(site, browser, "visitor") as watch:
        watch.visit("/")
        assert barriers(watch.page, only(ORIENTATION)) == []


def test_no_template_is_left_out(site: Site) -> None:
    assert {place.template for place in site.places} | RARE | ANSWERS == templates_of(site.app)


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_page(site: Site, browser: Any, code: int) -> None:
    with watched(site, browser, "learner") as watch, failing(site, "frameworks.index", code):
        watch.visit("/frameworks/")
        expect(watch.page.locator("h1")).to_have_count(1)
        assert everything(watch) == []


@contextmanager
def failing(site: Site, endpoint: str, code: int) -> Iterator[None]:
    """While it lasts, that endpoint ends in an error page."""

    def fail() -> None:
        if code == 500:
            raise RuntimeError("as a fault of our own would")
        if code == 507:
            raise OSError(errno.ENOSPC, "No space left on device")
        abort(code)

    kept: Callable[..., Any] = site.app.view_functions[endpoint]
    site.app.view_functions[endpoint] = fail
    yield
    site.app.view_functions[endpoint] = kept


@pytest.fixture
def _no_mail(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are handed over."""
    monkeypatch.setitem(site.app.extensions, "tracker_mail", None)


def a_new_link(site: Site, watch: Watch) -> None:
    """The administrator adds somebody and gets a one-time link to hand over."""
    watch.visit("/admin/people/new")
    watch.page.get_by_label("Name").fill("Nina New")
    watch.page.get_by_label("Email").fill(f"nina.{secrets.token_hex(4)}@example.org")
    watch.forget()
    watch.page.get_by_role("button", name="Add and get the link").click()
    watch.page.get_by_label("One-time link").wait_for()


def an_invitation(site: Site, watch: Watch) -> None:
    """Somebody follows the link that they were given."""
    with watched(site, watch.page.context.browser, "administrator") as made:
        a_new_link(site, made)
        link = urlsplit(made.page.get_by_label("One-time link").input_value()).path
    watch.visit(link)


def links_for_many(site: Site, watch: Watch) -> None:
    """The administrator, where no mail is set, makes links for who has no password."""
    watch.visit("/admin/people/invitations")
    watch.page.locator("[name=people]").first.check()
    watch.forget()
    watch.page.get_by_role("button", name="Make links for those chosen").first.click()
    watch.page.get_by_role("button", name="Copy").first.wait_for()


def a_list_looked_at(site: Site, watch: Watch) -> None:
    """A learner pastes a list in which some lines are new, some unclear, and one differs from what
    stands."""
    watch.visit("/assess/list")
    answers = ("Partly", "Not yet", "Consistently", "often", "")
    lines = [f"T-1-{number:02},{answers[number % 5]},,A note of my own" for number in range(1, 11)]
    watch.page.get_by_label("Your list").fill(
        "\n".join(["Code,Your answer,Date,For myself", *lines, "T-9-99,Partly,,"])
    )
    watch.forget()
    watch.page.get_by_role("button", name="Preview").click()
    watch.page.get_by_role("heading", name="unclear").wait_for()


def a_form_sent_before(site: Site, watch: Watch) -> None:
    """A learner sends a form, and then the same one with something else in it."""
    watch.visit("/evidence/new")
    key = watch.page.locator("main form [name=form_key]").first.input_value()
    for title in ("Drop-in, first evening", "Drop-in, second evening with a colleague"):
        watch.visit("/evidence/new")
        watch.page.get_by_label("Title").fill(title)
        watch.page.locator("main form [name=form_key]").first.evaluate(
            "(field, key) => { field.value = key; }", key
        )
        watch.forget()
        with watch.page.expect_navigation():
            watch.page.get_by_role("button", name="Save").first.click()
    watch.page.get_by_role("heading", name="You sent this form before").wait_for()


def a_move_too_late(site: Site, watch: Watch) -> None:
    """A supervisor comes to a review on which the other has moved meanwhile."""
    path = next(
        place.path for place in site.places if place.template == "reviews/differences/show.html"
    )

    def too_late(**_values: object) -> None:
        raise Conflict("move_not_now", move="keep_apart", status="endorsed")

    kept: Callable[..., Any] = site.app.view_functions["reviews.differences"]
    site.app.view_functions["reviews.differences"] = too_late
    watch.visit(path)
    site.app.view_functions["reviews.differences"] = kept
    watch.page.get_by_role("heading", name="This can’t be done now").wait_for()


def several_people(site: Site, watch: Watch) -> None:
    """The administrator ticks two in the list, to change both."""
    watch.visit("/admin/people")
    boxes = watch.page.locator("main [type=checkbox][name=people]")
    for at in range(min(2, boxes.count())):
        boxes.nth(at).check()
    watch.forget()
    with watch.page.expect_navigation():
        boxes.first.evaluate("box => box.form.requestSubmit()")
    assert "people=" in watch.page.url


def a_refused_answer(site: Site, watch: Watch) -> None:
    """Without script: an answer sent from a page on which another one was given in the meantime."""
    watch.page.context.route(
        "**/js/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    place = next(
        place
        for place in site.places
        if place.role == "learner" and place.endpoint == "assessment.show" and "?" not in place.path
    )
    watch.visit(place.path)
    other = watch.page.context.new_page()
    other.goto(place.path)
    given = watch.page.locator("[data-statement]").first.locator("input[name^=answer]:checked")
    now = given.get_attribute("value") if given.count() else ""
    others = [each for each in ("partly", "consistently", "not_yet") if each != now]
    for page, answer in zip((other, watch.page), others, strict=False):
        page.locator(f"[data-statement] [name^=answer][value={answer}]").first.check()
        watch.forget()
        with page.expect_navigation():
            page.locator("form[data-ratings]").evaluate("form => form.submit()")
    watch.page.get_by_text("Nothing was saved yet.").wait_for()


@pytest.mark.usefixtures("_no_mail")
@pytest.mark.parametrize(
    ("role", "go"),
    [
        ("administrator", a_new_link),
        ("visitor", an_invitation),
        ("administrator", links_for_many),
        ("learner", a_refused_answer),
        ("learner", a_list_looked_at),
        ("learner", a_form_sent_before),
        ("supervisor", a_move_too_late),
        ("administrator", several_people),
    ],
)
def test_a_page_that_no_link_leads_to(
    site: Site, browser: Any, role: str, go: Callable[[Site, Watch], None]
) -> None:
    with watched(site, browser, role) as watch:
        go(site, watch)
        assert everything(watch) == []
