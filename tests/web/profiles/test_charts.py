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
from tracker.rules.profiles.levels import TargetState

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


def cells(page: str) -> list[tuple[str, str]]:
    """Picture and spoken words of each level cell."""
    return re.findall(
        r'<(?:a|div) class="level-cell[^>]*>.*?(<svg.*?</svg>).*?<span class="visually-hidden">([^<]+)',
        page,
        re.S,
    )


def test_the_bars_of_a_level_are_as_long_as_its_counts(profile: str) -> None:
    seen = 0
    for picture, words in cells(profile):
        if "too few to judge" in words:
            assert "fill-own" not in picture
            continue
        for kind, voice in (("fill-own", "your own rating"), ("fill-endorsed", "reviewed")):
            met, applicable = map(int, re.search(rf"{voice} (\d+) of (\d+)", words).groups())  # type: ignore[union-attr]
            assert percent(picture, kind) == pytest.approx(100 * met / applicable, abs=0.1), words
            seen += met > 0
    assert seen >= 4


def test_the_dots_stand_at_the_levels_that_are_said(profile: str) -> None:
    seen = 0
    for picture in re.findall(r'<svg class="dot-row".*?</svg>', profile, re.S):
        drawing = ET.fromstring(picture)
        said = str(drawing.findtext("title"))
        for kind, voice in (("dot-own", "your own rating"), ("dot-endorsed", "reviewed")):
            level = re.search(rf"{voice} ([\w ]+)", said).group(1)  # type: ignore[union-attr]
            dots = [
                float(each.attrib["cx"].rstrip("%"))
                for each in drawing.iter("circle")
                if each.get("class") == kind
            ]
            places = {
                "none reached": 10,
                "Emerging": 30,
                "Developing": 50,
                "Proficient": 70,
                "Advanced": 90,
            }
            assert dots == ([] if level == "not known yet" else [places[level]]), said
            seen += len(dots)
    assert seen >= 2


def test_the_line_over_the_rounds_goes_through_its_figures(profile: str) -> None:
    table = profile.split('<table class="trend">')[1].split("</table>", maxsplit=1)[0]
    heights = re.findall(r'<circle class="(dot-\w+)"[^>]*cy="([\d.]+)"', table)
    figures = [int(each) for each in re.findall(r"<td>(\d+) of 3</td>", table)]
    drawn = [round((84 - float(cy)) * 3 / 72) for _kind, cy in heights]
    assert drawn == figures
    assert len(set(figures)) > 1


def test_the_bars_of_a_big_team_are_its_numbers(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        for number in range(38):
            join(world, f"p{number}", "central")
        for number, state in enumerate([TargetState.GAP] * 4 + [TargetState.AT_TARGET] * 10):
            stand(world, f"p{number}", state, "communication", by="sue")
    page = sign_in(world.email("sue")).get(f"/teams/{world.teams['central']}/gaps").text
    row = re.search(r'<th scope="row">Communication</th>(.*?)</tr>', page, re.S).group(1)  # type: ignore[union-attr]
    numbers = [int(each) for each in re.findall(r'is-number">(?:<b[^>]*>▼ )?(\d+)', row)]
    assert numbers == [10, 4, 26, 0]
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
    page = sign_in(world.email("cora")).get(f"/teams/{world.teams['city']}/gaps").text
    row = re.search(r'gaps">Harbour</a></th>(.*?)</tr>', page, re.S).group(1)  # type: ignore[union-attr]
    shades = re.findall(r'class="matrix-cell (is-[\w-]+)">(\d+) of (\d+)', row)
    assert shades[1] == (shade, str(gaps), str(gaps + at_target))
