"""The list of the audit: page by page, and what of administration is in it."""

import datetime as dt
import re
from html import unescape

from flask import Flask

from tests.administration.stored import HUGE
from tests.client import Client
from tests.conftest import NOW
from tests.factories.audit import happened
from tests.factories.world import World
from tracker.rules.pagination import PAGE


def test_the_audit_is_turned_page_by_page(app: Flask, world: World, admin: Client) -> None:
    """Also where many things happened at one moment, and where more happens meanwhile."""
    count = 2 * PAGE + 5
    with app.app_context():
        for number in range(count):
            happened(world, "person_edited", "adam", at=NOW - dt.timedelta(minutes=number // 40))

    def turned(page: str, words: str) -> str:
        found = re.search(rf'href="([^"]+)">{words}</a>', page)
        return admin.get(unescape(found[1])).text if found else ""

    def rows(page: str) -> list[str]:
        return re.findall(r'<td class="nowrap">(.*?)</td>', page.partition("<tbody>")[2])

    first = admin.get("/admin/audit?kind=person_edited").text
    second = turned(first, "Older")
    third = turned(second, "Older")
    assert [len(rows(each)) for each in (first, second, third)] == [PAGE, PAGE, 5]
    assert "Older" not in third
    assert "Newer" not in first
    with app.app_context():
        happened(world, "person_edited", "adam", at=NOW)
    assert rows(turned(third, "Newer")) == rows(second)
    newest = rows(turned(second, "Newest"))
    assert newest == rows(first)[:1] + rows(first)[:-1]
    assert len(rows(turned(second, "Newer"))) == PAGE
    for wild in ("before=x", f"before={HUGE}", "after=999999", "after=-1"):
        assert rows(admin.get(f"/admin/audit?kind=person_edited&{wild}").text) == newest


def test_the_audit_lists_administration_and_nothing_of_ratings(
    app: Flask, world: World, admin: Client
) -> None:
    with app.app_context():
        for kind, library in (
            ("rated", "city"),
            ("endorsement_given", "city"),
            ("person_added", "other"),
        ):
            happened(world, kind, "ana", "ana", library=library, x="canary")
    admin.post(f"/admin/people/{world.people['ben']}/administrator")
    admin.post(f"/admin/teams/{world.teams['harbour']}/close")
    page = admin.get("/admin/audit").text
    body = page[page.index("<tbody>") :]
    kinds = [kind.strip() for kind in re.findall(r'<th scope="row">([^<]+)</th>', body)]
    assert kinds == ["Team closed", *["Membership ended"] * 3, "Made administrator", "Signed in"]
    assert "canary" not in page
    about_ben = admin.get("/admin/audit", query_string={"person_id": world.people["ben"]}).text
    assert "Events by or about Ben." in about_ben

    def events(query: str) -> int:
        return admin.get(f"/admin/audit?{query}").text.count('<th scope="row">')

    assert about_ben.partition("<tbody>")[2].count('<th scope="row">') == 1
    assert events("kind=team_closed") == 1
    assert events("until=2026-11-23") == 0
    assert events("since=2026-11-24&until=2026-11-24") == 6
    for wild in (
        "kind=rated",
        f"person_id={HUGE}",
        "since=x",
        "since=0001-01-01",
        "until=9999-12-31",
        f"before={HUGE}",
    ):
        assert admin.get(f"/admin/audit?{wild}").status_code == 200, wild
