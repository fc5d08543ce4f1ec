"""The page of a draft: what changes, what is chosen, whom it affects, and publishing it."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import aliased

from tests.client import Client
from tests.conftest import NOW
from tests.factories.world import World
from tests.frameworks.drafts.pages import PAGE, uploaded, words
from tests.frameworks.next_files import edited, one_of_each, seed
from tests.reading import plain
from tracker.administration.library.actions import set_framework_editor
from tracker.db import session
from tracker.frameworks.files.rules import data_of, text_of
from tracker.models import Statement

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def offered(page: str) -> dict[str, list[str]]:
    """By name, what can be pressed for a change."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(change-[0-9a-f]{64})" value="([^"]+)"', page):
        found.setdefault(name, []).append(value)
    return found


def pressed(page: str) -> list[str]:
    buttons = re.findall(r"<button[^>]*aria-pressed[^>]*>", page)
    return [button for button in buttons if 'aria-pressed="true"' in button]


@pytest.mark.in_ci
def test_from_the_file_to_the_published_version(editor: Client) -> None:
    assert "No draft is open" in words(editor.get(PAGE))
    sent = uploaded(editor, text_of(edited(seed(), one_of_each)))
    assert sent.status_code == 303
    page = editor.get(sent.location)
    seen = words(page)
    assert "7 changes since 26.05. Nothing changes for anyone until you publish." in seen
    assert "5 to think about 1 suggested 1 needs nothing" in seen
    assert "4 of 5 to decide" in seen
    assert "Suggested: carry, only spelling changed Carry the small one" in seen
    assert "Show the one that needs nothing 1 new" in seen
    assert seen.count("Decide. Under 5 people.") == 3
    assert "Decide. Text unchanged. Under 5 people." in seen
    assert "People: under 5. Reviewed ratings: under 5. Open reviews: under 5." in seen
    assert "Communication, Emerging: 2, then 1." in seen
    assert "Technical, Emerging: 10, then 10; 4 of them count from the next round." in seen
    assert "People who reach it: under 5; who lose it: under 5." in seen
    assert "4 undecided count as “Ask again”" in seen
    assert "1 suggestion is carried over" in seen
    assert "To rate for each person: at most 5 again, 1 new, about 2 minutes" in seen
    assert "uuid" not in seen
    assert "<del>" in page.text
    assert "<ins>" in page.text
    assert len(pressed(page.text)) == 1
    buttons = offered(page.text)
    assert len(buttons) == 5
    for name, values in buttons.items():
        at = values[1] if len(values) == 3 else values[0]
        done = editor.post(f"{sent.location}/decisions", {name: at})
        assert done.location == f"{sent.location}#{name}"
    page = editor.get(sent.location)
    assert "All decided" in words(page)
    assert "undecided" not in words(page)
    assert len(pressed(page.text)) == 6
    assert len(editor.get(f"{sent.location}/changes.csv").text.splitlines()) >= 8
    assert [each["decision"] for each in editor.get(f"{sent.location}/changes.json").json or []]
    asked = editor.get(f"{sent.location}/publish")
    assert "Publish version 26.11?" in words(asked)
    assert "A published version is never changed." in words(asked)
    (seen_digest,) = re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', asked.text)
    stale = editor.post(f"{sent.location}/publish", {"seen": "0" * 64})
    assert "The draft changed since" in words(editor.get(stale.location))
    editor.post(f"{sent.location}/publish", {"seen": seen_digest})
    done = editor.get(sent.location)
    assert "Published Nov 24" in words(done)
    assert offered(done.text) == {}
    assert editor.get(f"{sent.location}/publish").status_code == 302
    public = words(editor.get("/frameworks/library-technicians/changes"))
    assert "Compared with version 26.05." in public
    assert "Split" in public
    listed = words(editor.get("/frameworks/library-technicians/"))
    assert "Version 26.11 , added here on Nov 24, 2026. What changed in 26.11" in listed


@pytest.mark.in_ci
def test_all_small_ones_are_carried_in_one_press_and_changed_after(editor: Client) -> None:
    draft = uploaded(editor, text_of(edited(seed(), smaller))).location
    page = editor.get(draft)
    assert "Carry the 3 small ones" in words(page)
    at_once = re.findall(r'type="hidden" name="(change-[0-9a-f]{64})" value="carry"', page.text)
    assert len(at_once) == 3
    editor.post(f"{draft}/decisions", dict.fromkeys(at_once, "carry"))
    page = editor.get(draft)
    assert len(pressed(page.text)) == 3
    assert "small one" not in words(page)
    editor.post(f"{draft}/decisions", {at_once[1]: "ask_again"})
    assert words(editor.get(draft)).count("Carried over.") == 2


def smaller(listed: dict[str, list[dict[str, Any]]]) -> None:
    for each in listed["technical"][:3]:
        each["text"] = each["text"].upper()


@pytest.mark.in_ci
def test_what_a_file_leaves_out_is_kept_and_retired_again(app: Flask, editor: Client) -> None:
    def without(listed: dict[str, list[dict[str, Any]]]) -> None:
        del listed["technical"][1]

    def buttons() -> dict[str, str]:
        page = editor.get(draft).text
        return dict(re.findall(r'name="((?:keep|retire)-[0-9a-f]{64})" value="([^"]+)"', page))

    draft = uploaded(editor, text_of(edited(seed(), without))).location
    retire, keep = buttons().items()
    assert "Leaves all counts" in words(editor.get(draft))
    editor.post(f"{draft}/decisions", dict([keep]))
    assert "It stays in the version. " in words(editor.get(draft))
    assert "Goes on as it is." in words(editor.get(draft))
    listed = editor.get(f"{draft}/framework.json").json
    assert listed is not None
    kept = listed["strands"][0]["domains"][0]["statements"]
    assert [each["code"] for each in kept[8:10]] == ["T-1-10", "T-1-02"]
    editor.post(f"{draft}/decisions", dict([keep]))
    assert "The draft changed since" in words(editor.get(draft))
    editor.post(f"{draft}/decisions", dict([retire]))
    assert "Leaves all counts" in words(editor.get(draft))
    editor.post(f"{draft}/decisions", dict([keep]))
    uploaded(editor, text_of(edited(seed(), lambda listed: (without(listed), louder(listed)))))
    assert "Goes on as it is." in words(editor.get(draft))
    editor.post(f"{draft}/publish", approved(editor.get(f"{draft}/publish").text))
    with app.app_context():
        same = session().execute(
            select(Statement.framework_id, Statement.skill_id).where(Statement.code == "T-1-02")
        )
        (_old, skill), (_new, then) = same.all()
    assert skill == then


@pytest.mark.in_ci
def test_what_has_no_place_is_not_kept(editor: Client) -> None:
    """Another has its code."""

    def replaced(listed: dict[str, list[dict[str, Any]]]) -> None:
        listed["technical"][1:3] = [
            {
                **listed["technical"][1],
                "uuid": "00000000-0000-0000-0000-000000000009",
                "from": [listed["technical"][2]["uuid"]],
            }
        ]

    draft = uploaded(editor, text_of(edited(seed(), replaced))).location
    assert "Leaves all counts" in words(editor.get(draft))
    assert "Keep it" not in words(editor.get(draft))


def test_what_needs_nothing_is_told_in_a_line(editor: Client) -> None:
    """Another code, other sources; the words and the place are the same."""

    def otherwise(listed: dict[str, list[dict[str, Any]]]) -> None:
        listed["technical"][0]["code"] = "T-1-99"
        listed["communication"][0]["citations"].pop()

    draft = uploaded(editor, text_of(edited(seed(), otherwise))).location
    seen = words(editor.get(draft))
    assert "2 changes since 26.05." in seen
    assert "Show the 2 that need nothing 1 renumbered, 1 sources only" in seen
    assert "T-1-01, now T-1-99" in seen
    assert seen.count("Sources: ") == 1


def test_other_titles_and_codes_are_changes_on_the_page_and_in_both_files(editor: Client) -> None:
    """Of a statement, of a domain, and of a level; and a code alone."""
    data = data_of(seed())
    data["version"] = "26.11"
    strand, domain = next(
        (strand, domain)
        for strand in data["strands"]
        for domain in strand["domains"]
        if domain["title"] != strand["title"]
    )
    name, strand["levels"][0]["name"] = strand["levels"][0]["name"], "Beginning"
    was, domain["title"] = domain["title"], "Circulation desk"
    first, second = domain["statements"][:2]
    title, first["title"] = first["title"], "Lending at the desk"
    code, second["code"] = second["code"], "T-9-99"
    sent = uploaded(editor, json.dumps(data))
    rows = [*csv.DictReader(io.StringIO(editor.get(f"{sent.location}/changes.csv").text[1:]))]
    titles = {
        (row["change"], row["before_title"], row["after_title"])
        for row in rows
        if row["change"] != "renumbered"
    }
    level = f"{strand['title']}: "
    assert titles == {
        ("reworded", title, "Lending at the desk"),
        ("title", was, "Circulation desk"),
        ("title", f"{level}{name}", f"{level}Beginning"),
    }
    (renumbered,) = [row for row in rows if row["change"] == "renumbered"]
    assert (renumbered["before_codes"], renumbered["after_codes"]) == (code, "T-9-99")
    listed = editor.get(f"{sent.location}/changes.json").json
    assert [each["change"] for each in listed] == [row["change"] for row in rows]
    assert [
        (each["before"][0]["title"], each["after"][0]["title"])
        for each in listed
        if each["change"] == "title"
    ] == [(row["before_title"], row["after_title"]) for row in rows if row["change"] == "title"]
    form = editor.get(f"{sent.location}/publish").text
    (seen,) = re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', form)
    editor.post(f"{sent.location}/publish", {"seen": seen})
    public = editor.get("/frameworks/library-technicians/changes").text
    kinds = re.findall(r'<h3 id="change-.*?</h3>', public, re.DOTALL)
    assert len(kinds) == 4
    said = plain(public)
    for card in (
        f"Reworded {title} {first['code']}",
        f"Renumbered {second['title']} {code}, now T-9-99",
        "Title Circulation desk",
        f"Title {level}Beginning",
    ):
        assert card in said


def test_a_first_version_is_seen_and_published_by_one_act(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    with app.app_context():
        set_framework_editor(None, world.email("ana"), True, NOW)
    editor, public = sign_in(world.email("ana")), "/frameworks/library-technicians/"
    sent = uploaded(editor, text_of(seed()))
    assert "The first version." in words(editor.get(PAGE))
    page = editor.get(sent.location)
    seen = words(page)
    assert "First version of Library Technicians: 26.05" in seen
    assert "137 statements in 3 sections" in seen
    head = "Domain Emerging Developing Proficient Advanced In all"
    line = "Emerging 10, Developing 10, Proficient 10, Advanced 10"
    assert f"{head} Technical {line} 10 10 10 10 40" in seen
    assert "Leadership Emerging 2, Developing 1, Applying 3, Exceeding 2 2 1 3 2 8" in seen
    assert "Every level has a statement, and titles are unique" in seen
    assert "The heading of “Communication” says 11; 10 are listed." in seen
    assert "Publish 137 statements in 3 sections?" in seen
    assert editor.get(public).status_code == 404
    assert [editor.get(f"{sent.location}/{name}").status_code for name in EXPORTS] == [200] * 3
    (digest,) = re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', page.text)
    stale = editor.post(f"{sent.location}/publish", {"seen": "0" * 64})
    assert "The draft changed since" in words(editor.get(stale.location))
    done = editor.post(f"{sent.location}/publish", {"seen": digest})
    assert "The framework is published." in words(editor.get(done.location))
    assert "Hide or withdraw it" in words(editor.get(done.location))
    assert "137 statements" in words(editor.get(public))


EXPORTS = ("framework.json", "changes.csv", "changes.json")


def test_what_is_wrong_with_a_first_version_is_said_on_its_page(editor: Client) -> None:
    data = json.loads(text_of(seed()))
    first, second, *_rest = data["strands"][0]["domains"][0]["statements"]
    second["title"], first["from"] = first["title"], [second["uuid"]]
    data["strands"][1]["levels"].append({"rank": 5, "name": "Master"})
    sent = uploaded(editor, json.dumps(data | {"slug": "others"}))
    seen = words(editor.get(sent.location))
    assert "These levels have no statement: AI in the role: Master" in seen
    assert "“Circulation transactions” (T-1-01, T-1-02)" in seen
    assert "1 statement names earlier ones in “from”." in seen
    assert "Correct the file as listed above, and upload it again." in seen
    assert "/publish" not in editor.get(sent.location).text


def louder(listed: dict[str, list[dict[str, Any]]]) -> None:
    """One is spelled otherwise, one says something else, and one is gone."""
    first, second = listed["technical"][:2]
    first["text"] = first["text"].upper()
    second["text"] = "something else."
    listed["technical"].pop()


def carried(app: Flask) -> dict[str, bool]:
    """By code, of the statements whose words changed: whether it is the same skill."""
    then, now = aliased(Statement), aliased(Statement)
    with app.app_context():
        rows = session().execute(
            select(now.code, now.skill_id == then.skill_id)
            .join(then, (then.uuid == now.uuid) & (then.framework_id < now.framework_id))
            .where(then.text != now.text)
        )
        return {code: bool(is_same) for code, is_same in rows}


def approved(page: str) -> dict[str, str]:
    """What a browser sends with the button of the page that asks once more."""
    fields = re.findall(r'type="hidden" name="(change-[^"]+)" value="([^"]+)"', page)
    (seen,) = re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', page)
    return {"seen": seen, **dict(fields)}


@pytest.mark.in_ci
def test_publishing_carries_what_was_suggested(app: Flask, editor: Client) -> None:
    draft = uploaded(editor, text_of(edited(seed(), louder))).location
    assert words(editor.get(draft)).count("Decide.") == 1
    asked = editor.get(f"{draft}/publish")
    assert "1 undecided counts as “Ask again”" in words(asked)
    assert "1 suggestion is carried over" in words(asked)
    editor.post(f"{draft}/publish", approved(asked.text))
    assert carried(app) == {"T-1-01": True, "T-1-02": False}
    done = words(editor.get(draft))
    assert "Carried over." in done
    assert "Nobody decided: asked again." in done


@pytest.mark.in_ci
def test_publishing_is_refused_where_a_suggestion_was_not_approved(
    app: Flask, editor: Client
) -> None:
    draft = uploaded(editor, text_of(edited(seed(), louder))).location
    said = approved(editor.get(f"{draft}/publish").text)
    (change,) = set(said) - {"seen"}
    refused = editor.post(f"{draft}/publish", {"seen": said["seen"]})
    assert "choices that the page shows were not saved yet" in words(editor.get(refused.location))
    assert carried(app) == {}
    editor.post(f"{draft}/publish", {**said, change: "ask_again"})
    assert carried(app) == {"T-1-01": False, "T-1-02": False}
