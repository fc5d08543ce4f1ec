"""A profile as a PDF: the figures of its page, for the eyes that it was made for."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests import pdf
from tests.client import Client
from tests.conftest import NOW
from tests.factories.frameworks import leave_out, open_round
from tests.factories.world import World
from tests.profiles.profile.test_views import reviewed
from tests.web.ui.documents import profile_of, talked
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.models import Framework, Library, Look

SignIn = Callable[[str], Client]


def on_the_page(page: str) -> list[str]:
    """What stands beside each bar of the profile: the next level, and how it stands to the target."""
    found = re.findall(r'"bar-target">(.*?)<span class="bar-next">(.*?)</td>', page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", " ".join(each[::-1])).split()) for each in found]


@pytest.mark.in_ci
def test_the_profile_has_the_figures_of_its_page(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        reviewed(world)
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        rounds_actions.keep_all_due(NOW)
    for name, voices in (("ana", 2), ("sue", 2), ("cora", 1)):
        client, url = sign_in(world.email(name)), profile_of(world)
        page, words = client.get(url.removesuffix(".pdf")).text, pdf.words(client.get(url))
        bars = on_the_page(page)
        assert len(bars) == voices * 3
        said = words.replace(" not met ", " not met; ")
        assert [bar for bar in bars if bar.split(";")[0] not in said] == []
        figures = re.findall(r'class="stat-figure">([^<]+)<', page)
        assert len(figures) == (2 if name == "cora" else 3)
        on_paper = [figure.replace("Your ratings", "Self-ratings") for figure in figures]
        assert [figure for figure in on_paper if figure not in words] == []
        numbers = re.findall(r'(?:<summary>|class="change is-none">)(\d+ [^<]+)<', page)
        assert len(numbers) == (3 if voices == 2 else 0)
        assert [number for number in numbers if number not in words] == []


def test_a_profile_lists_what_is_endorsed_and_what_is_left_out(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        reviewed(world)
        leave_out(world, world.statements["leadership"][0], "No staff to lead here.")
        about = {
            "sources_line": "Sources: O*NET v30.2.",
            "attributions": [
                {
                    "about": "O*NET",
                    "text": "O*NET(R) is a trademark of USDOL/ETA. \u00a9 2026 EBSCOed.",
                }
            ],
        }
        with transaction() as tx:
            tx.execute(update(Framework).values(about=about))
    words = pdf.words(ana.get("/profile.pdf"))
    for said in (
        "Progress profile \u00b7 Small framework, version 1",
        "Library City Library",
        "Job profile Mid-level, target Developing",
        "Made on Nov 24, 2026",
        "Made for Ana, whose profile this is",
        "\u25bc below target",
        "? not rated yet",
        "COM-1-01 Communication 1.1 Emerging Consistently Sue Nov 24, 2026",
        "COM-2-01 Communication 2.1 Developing Partly Sue Nov 24, 2026",
        "LEA-1-01 Leadership 1.1 No staff to lead here.",
        "The library leaves 1 statement out of every count.",
        "Next steps",
        "The rule is 4 of every 5 statements, if at least 2 apply, version 1.",
        "Sources: O*NET v30.2.",
        "O*NET. O*NET(R) is a trademark of USDOL/ETA. \u00a9 2026 EBSCOed.",
        "1 of 2",
        "2 of 2",
    ):
        assert said in words, f"{said} is not in {words}"
    assert len(re.findall(r"[A-Z]{3}-\d-\d\d", words)) == 4


def test_a_document_says_whose_eyes_it_was_made_for(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        reviewed(world)
    sue = pdf.words(sign_in(world.email("sue")).get(profile_of(world)))
    assert "Made for Sue, as supervisor" in sue
    assert "as last revealed in a review" in sue
    assert "Next steps" not in sue
    cora = pdf.words(sign_in(world.email("cora")).get(profile_of(world)))
    assert "Made for Cora, as coordinator" in cora
    assert "This shows reviewed ratings only" in cora
    assert "Self-rating " not in cora
    assert "Communication 2.1 Developing Partly Sue" in cora
    with app.app_context(), transaction() as tx:
        tx.execute(update(Library).values(names_to_coordinators=False))
    assert sign_in(world.email("cora")).get(profile_of(world)).status_code == 404


def test_others_looking_is_noted_once(app: Flask, world: World, sue: Client) -> None:
    with app.app_context():
        review_id = talked(world)
    for _again in range(2):
        sue.get(profile_of(world))
        sue.get(f"/reviews/{review_id}/differences.pdf")
    with app.app_context():
        looks = session().execute(select(Look.reader_id, Look.kind).order_by(Look.id)).all()
    assert looks == [(world.people["sue"], "profile"), (world.people["sue"], "review")]
