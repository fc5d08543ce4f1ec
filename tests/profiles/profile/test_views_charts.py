"""What a chart draws is what its words and its table say: each picture is measured and read beside
them."""

import datetime as dt
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from flask import Flask

from tests.client import Client
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import open_round
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.world import World
from tests.teams.gaps.matrix import domains
from tracker.frameworks.versions.rules_levels import TargetState

SignIn = Callable[[str], Client]
NUMBER = r"(\d+(?:\.\d+)?)"


def percent(picture: str, kind: str, attribute: str = "width") -> float:
    """The share that the rectangle of that class takes; 0 without one."""
    found = re.search(rf'<rect class="{kind}"[^>]* ?\b{attribute}="{NUMBER}%"', picture)
    return float(found.group(1)) if found else 0.0


@pytest.fixture
def profile(app: Flask, world: World, sign_in: SignIn) -> str:
    """Ana over three rounds: some of it rated, some endorsed, one level above what is endorsed, one
    domain unknown."""
    early = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
    with app.app_context():
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        for statement_id in world.statements["communication"][:6]:
            rate(world, "ana", statement_id, Answer.CONSISTENTLY, early)
        for statement_id in world.statements["communication"][:3]:
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.CONSISTENTLY)
        for statement_id in world.statements["technical"][:4]:
            rate(world, "ana", statement_id, Answer.CONSISTENTLY)
    return sign_in(world.email("ana")).get("/profile").text


LEVELS = ("Emerging", "Developing", "Proficient", "Advanced", "Applying", "Exceeding")


def bars(page: str) -> list[tuple[str, ET.Element, str, str]]:
    """Of each bar: its voice, its picture, the level said and the words about the target."""
    return [
        (voice, ET.fromstring(picture), said, " ".join(re.sub(r"<[^>]+>", "", target).split()))
        for voice, picture, said, target in re.findall(
            r'scope="row">(\w+)</th>\s*<td class="bar-cell">(<svg.*?</svg>)'
            r'<span class="visually-hidden">([^<]+)</span></td>.*?"bar-target">(.*?)</td>',
            page,
            re.S,
        )
    ]


def end_of(picture: ET.Element) -> float:
    """Where the highest held level ends, in percent."""
    ends = [
        float(each.attrib["x"].rstrip("%")) + float(each.attrib["width"].rstrip("%"))
        for each in picture.iter("rect")
        if each.get("class") == "bar-held"
    ]
    return max(ends, default=0.0)


def tick_of(picture: ET.Element) -> float | None:
    places = [each.attrib["x1"] for each in picture.iter("line") if each.get("class") == "bar-tick"]
    return float(places[0].rstrip("%")) if places else None


def untrue(page: str) -> list[str]:
    """Bars that do not end at the level that is said, and verdicts that their picture denies."""
    found = []
    for voice, picture, said, target in bars(page):
        end, tick = end_of(picture), tick_of(picture)
        rank = next(
            (at % 2 + 3 if at > 3 else at + 1 for at, name in enumerate(LEVELS) if name == said), 0
        )
        at_target = target.startswith("✓")
        if end != pytest.approx(25 * rank, abs=0.1) or (
            tick is not None and at_target and end < tick - 0.1
        ):
            found.append(f"{voice}: {said}, {target}")
    return found


def test_a_bar_ends_at_the_level_that_is_said_and_no_target_is_reached_short_of_its_tick(
    profile: str,
) -> None:
    assert untrue(profile) == []
    found = bars(profile)
    assert len(found) == 6
    assert {said for _voice, _picture, said, _target in found} >= {"Emerging", "Developing"}
    assert any(target.startswith("✓") for *_rest, target in found)
    ticks = {tick_of(picture) for _voice, picture, *_rest in found}
    assert ticks == {25.0, 50.0}


def test_a_bar_short_of_its_tick_is_found(profile: str) -> None:
    """The partner: with the first held level of every bar taken away, the words are untrue."""
    held = r'<rect class="bar-held" x="25\.0%"[^>]*/>'
    assert untrue(re.sub(held, "", profile)) != []


@pytest.mark.in_ci
def test_the_bars_of_a_big_team_are_its_numbers(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        for number in range(38):
            join(world, f"p{number}", "central")
        for number, state in enumerate([TargetState.GAP] * 4 + [TargetState.AT_TARGET] * 10):
            stand(world, f"p{number}", state, "communication", by="sue")
    page = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text
    assert domains(page)["Communication"] == "4 of 14 below target 26 not known yet"
    row = page.partition(">Communication</a>")[2].partition("</li>")[0]
    assert [percent(row, kind) for kind in ("fill-at", "fill-gap", "fill-unknown")] == [25, 10, 65]
    assert (percent(row, "fill-gap", "x"), percent(row, "fill-unknown", "x")) == (25, 35)


@pytest.mark.parametrize(
    ("gaps", "at_target", "shade"),
    [
        (0, 0, "is-unknown"),
        (0, 6, "is-heat-0"),
        (1, 7, "is-heat-1"),
        (2, 6, "is-heat-2"),
        (4, 4, "is-heat-3"),
        (8, 0, "is-heat-3"),
    ],
)
def test_a_shade_is_the_share_below_target(
    app: Flask, world: World, sign_in: SignIn, gaps: int, at_target: int, shade: str
) -> None:
    with app.app_context():
        for number in range(8):
            join(world, f"p{number}", "harbour")
        for number in range(gaps + at_target):
            state = TargetState.GAP if number < gaps else TargetState.AT_TARGET
            stand(world, f"p{number}", state, "communication")
        stand(world, "ana", TargetState.AT_TARGET)
    page = sign_in(world.email("cora")).get(f"/teams/{world.teams['city']}/gaps").text
    row = re.search(r'gaps">Harbour</a></th>(.*?)</tr>', page, re.S).group(1)  # type: ignore[union-attr]
    shades = re.findall(r'class="matrix-cell (is-[\w-]+)">(\d+) of (\d+)', row)
    assert shades[1] == (shade, str(gaps), str(gaps + at_target))
