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
from tests.browser.checks import clipped_texts, overlapping_texts
from tests.browser.conftest import Site
from tests.browser.watch import COLORS, WCAG, Watch, barriers, sideways
from tests.engines import LONG
from tracker.rules.errors import Conflict

WAYS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "dark": {"color_scheme": "dark"},
    "text twice as large": {},
}
ERRORS = (400, 403, 405, 409, 410, 413, 422, 429, 500, 503, 507)
RARE = {
    "administration/bulk_edits/edit.html",
    "administration/people/link.html",
    "assessment/refused.html",
    "errors/sent_before.html",
    "accounts/invitation.html",
    "accounts/people_links.html",
    "assessment/import_check.html",
    "reviews/conflict.html",
    "reviews/handover_list.html",
    *(f"errors/{e}.html" for e in ERRORS),
}
"""Pages that no link leads to: `go_to_a_rare_page` knows the way."""
ANSWERS = {
    "accounts/address_confirm.html",
    "accounts/address_take_back.html",
    "accounts/earlier.html",
    "accounts/wait.html",
    "administration/accounts/delete.html",
    "administration/carrying/new.html",
    "administration/carrying/show.html",
    "administration/libraries/link.html",
    "administration/memberships/return.html",
    "assessment/replaced.html",
    "evidence/erased.html",
    "frameworks/changes.html",
    "reviews/drafts.html",
    "reviews/endorsements/earlier_statement.html",
    "teams/round_none.html",
    "teams/round_remind.html",
}
"""Pages that answer a form, come after one, or need what the demo has not (a newer version
of a framework): made of parts that are seen on others: tests/web read them."""


DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Until what was loaded last has been laid out and drawn."""


def everything(watch: Watch, way: str) -> list[str]:
    """All that can be wrong this way: the dark changes colors alone, and larger text the room that it
    takes. The page's own complaints last: what comes late has come by then."""
    page = watch.page
    page.wait_for_load_state()  # A heading is there before the style that it is judged by.
    page.evaluate(DRAWN)
    found = []
    if way != "text twice as large":
        found += barriers(page, COLORS if way == "dark" else WCAG)
    if way != "dark":
        found += [*sideways(page), *clipped_texts(page), *overlapping_texts(page)]
    return [*found, *watch.faults()]


def watched(context: Any, way: str) -> Watch:
    return Watch(context.new_page(), text_twice=way == "text twice as large")


@pytest.mark.parametrize(
    "role", [role for role in PEOPLE if LONG or role != "learner and supervisor"]
)
def test_every_page_of_a_role(site: Site, browser: Any, role: str) -> None:
    places = [place for place in site.places if place.role == role]
    if not LONG:
        places = one_of_each(places)
    assert len(places) > 2
    context = site.someone(browser, role)
    watch = watched(context, "as it is")
    found = {}
    for place in places:
        watch.visit(place.path)
        found[str(place)] = everything(watch, "as it is")
    context.close()
    assert {place: faults for place, faults in found.items() if faults} == {}


@pytest.mark.parametrize("way", [way for way in WAYS if way != "as it is"])
def test_each_template(site: Site, browser: Any, way: str) -> None:
    found = {}
    for role in PEOPLE:
        context = site.someone(browser, role, **WAYS[way])
        watch = watched(context, way)
        for place in one_of_each(site.places):
            if place.role == role:
                watch.visit(place.path)
                found[str(place)] = everything(watch, way)
        context.close()
    assert {place: faults for place, faults in found.items() if faults} == {}


def test_no_template_is_left_out(site: Site) -> None:
    assert {place.template for place in site.places} | RARE | ANSWERS == templates_of(site.app)


@pytest.mark.usefixtures("_no_mail")
@pytest.mark.parametrize("way", WAYS)
def test_pages_that_no_link_leads_to(site: Site, browser: Any, way: str) -> None:
    found = {}
    for code in ERRORS:
        context = site.someone(browser, "learner", **WAYS[way])
        watch = watched(context, way)
        with failing(site, "frameworks.index", code):
            watch.visit("/frameworks/")
            assert watch.page.locator("h1").count() == 1
            found[f"error {code}"] = everything(watch, way)
        context.close()
    rare = {
        "link": a_new_link,
        "invitation": an_invitation,
        "links": links_for_many,
        "refused": a_refused_answer,
        "list": a_list_looked_at,
        "sent before": a_form_sent_before,
        "overtaken": a_move_too_late,
        "several people": several_people,
        "several reviews": several_reviews,
    }
    for page, go in rare.items():
        with go(site, browser, way) as watch:
            found[page] = everything(watch, way)
    assert {page: faults for page, faults in found.items() if faults} == {}


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


@contextmanager
def a_new_link(site: Site, browser: Any, way: str) -> Iterator[Watch]:
    """The administrator adds somebody and gets a one-time link to hand over."""
    context = site.someone(browser, "administrator", **WAYS[way])
    watch = watched(context, way)
    watch.visit("/admin/people/new")
    watch.page.get_by_label("Name").fill("Nina New")
    watch.page.get_by_label("E-mail").fill(f"nina.{secrets.token_hex(4)}@example.org")
    watch.forget()
    watch.page.get_by_role("button", name="Add and get the link").click()
    watch.page.get_by_label("One-time link").wait_for()
    yield watch
    context.close()


@contextmanager
def an_invitation(site: Site, browser: Any, way: str) -> Iterator[Watch]:
    """Somebody follows the link that they were given."""
    with a_new_link(site, browser, way) as made:
        link = urlsplit(made.page.get_by_label("One-time link").input_value()).path
    context = site.someone(browser, "visitor", **WAYS[way])
    watch = watched(context, way)
    watch.visit(link)
    yield watch
    context.close()


@contextmanager
def links_for_many(site: Site, browser: Any, way: str) -> Iterator[Watch]:
    """The administrator, where no mail is set, makes links for who has no password."""
    context = site.someone(browser, "administrator", **WAYS[way])
    watch = watched(context, way)
    watch.visit("/admin/people/invitations")
    watch.page.locator("[name=people]").first.check()
    watch.forget()
    watch.page.get_by_role("button", name="Make links for those chosen").first.click()
    watch.page.get_by_role("button", name="Copy").first.wait_for()
    yield watch
    context.close()


@contextmanager
def a_list_looked_at(site: Site, browser: Any, way: str) -> Iterator[Watch]:
    """A learner pastes a list in which some lines are new, some unclear, and one differs from what
    stands."""
    context = site.someone(browser, "learner", **WAYS[way])
    watch = watched(context, way)
    watch.visit("/assess/list")
    answers = ("Partly", "Not yet", "Consistently", "often", "")
    lines = [f"T-1-{number:02},{answers[number % 5]},,A note of my own" for number in range(1, 11)]
    watch.page.get_by_label("Your list").fill(
        "\n".join(["Code,Your answer,Date,For myself", *lines, "T-9-99,Partly,,"])
    )
    watch.forget()
    watch.page.get_by_role("button", name="Preview").click()
    watch.page.get_by_role("heading", name="unclear").wait_for()
    yield watch
    context.close()


@contextmanager
def a_form_sent_before(site: Site, browser: Any, way: str) -> Iterator[Watch]:
    """A learner sends a form, and then the same one with something else in it."""
    context = site.someone(browser, "learner", **WAYS[way])
    watch = watched(context, way)
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
    yield watch
    context.close()


@contextmanager
def a_move_too_late(site: Site, browser: Any, way: str) -> Iterator[Watch]:
    """A supervisor comes to a review on which the other has moved meanwhile."""
    context = site.someone(browser, "supervisor", **WAYS[way])
    watch = watched(context, way)
    path = next(each.path for each in site.places if each.template == "reviews/differences.html")

    def too_late(**_values: object) -> None:
        raise Conflict("move_not_now", move="keep_apart", status="endorsed")

    kept: Callable[..., Any] = site.app.view_functions["reviews.differences"]
    site.app.view_functions["reviews.differences"] = too_late
    watch.visit(path)
    site.app.view_functions["reviews.differences"] = kept
    watch.page.get_by_role("heading", name="This can’t be done now").wait_for()
    yield watch
    context.close()


@contextmanager
def several_people(site: Site, browser: Any, way: str) -> Iterator[Watch]:
    """The administrator ticks two in the list, to change both."""
    yield from ticked(site, browser, way, "administrator", "/admin/people", "people")


@contextmanager
def several_reviews(site: Site, browser: Any, way: str) -> Iterator[Watch]:
    """The coordinator ticks two reviews, to reassign both."""
    path = next(each.path for each in site.places if each.endpoint == "handovers.index")
    yield from ticked(site, browser, way, "coordinator", path, "reviews")


def ticked(site: Site, browser: Any, way: str, role: str, path: str, name: str) -> Iterator[Watch]:
    context = site.someone(browser, role, **WAYS[way])
    watch = watched(context, way)
    watch.visit(path)
    boxes = watch.page.locator(f"main [type=checkbox][name={name}]")
    for at in range(min(2, boxes.count())):
        boxes.nth(at).check()
    watch.forget()
    with watch.page.expect_navigation():
        boxes.first.evaluate("box => box.form.requestSubmit()")
    assert f"{name}=" in watch.page.url
    yield watch
    context.close()


@contextmanager
def a_refused_answer(site: Site, browser: Any, way: str) -> Iterator[Watch]:
    """Without script: an answer sent from a page on which another one was given in the meantime."""
    context = site.someone(browser, "learner", **WAYS[way])
    context.route(
        "**/js/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    watch = watched(context, way)
    place = next(
        place
        for place in site.places
        if place.role == "learner" and place.endpoint == "assessment.show" and "?" not in place.path
    )
    watch.visit(place.path)
    other = context.new_page()
    other.goto(place.path)
    given = watch.page.locator("form[data-statement]").first.locator("input[name=answer]:checked")
    now = given.get_attribute("value") if given.count() else ""
    others = [each for each in ("partly", "consistently", "not_yet") if each != now]
    for page, answer in zip((other, watch.page), others, strict=False):
        page.locator(f"form[data-statement] input[value={answer}]").first.check()
        watch.forget()
        with page.expect_navigation():
            page.locator("form[data-statement]").first.evaluate("form => form.submit()")
    watch.page.get_by_text("Not saved.").wait_for()
    yield watch
    context.close()
