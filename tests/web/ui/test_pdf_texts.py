"""Any text in a PDF: markup is text, every sign is shown or told of, and what is long runs on."""

import datetime as dt
import html
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import String, cast, literal, select, update

from config import Config
from tests import pdf
from tests.client import Client
from tests.conftest import NOW
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.frameworks import leave_out, open_round
from tests.factories.ratings import rate
from tests.factories.sides import PART, YES, actor, answer, ask, item_ids, send
from tests.factories.world import World
from tests.profiles.profile.test_views import reviewed
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tests.web.ui.documents import a_document, profile_of, talked
from tracker.db import session, transaction
from tracker.models import (
    Domain,
    Framework,
    Level,
    Library,
    Membership,
    Person,
    Rating,
    RoleProfile,
    Round,
    ScaleAnswer,
    Statement,
    Strand,
    Team,
)
from tracker.reviews.differences import actions as differences_actions
from tracker.reviews.review import actions as review_actions
from tracker.web.ui.pdf import pdf as make

MARKUP = '#eval("6*7*9") $x^2$ *b* _i_ @ref [c] `d` <l> // e /* f */ \\u{41} ~ -- "q" \'q\' = h #sys.inputs'
"""What would come out otherwise, if any of it were read as typst's markup or code."""
NAMED = {
    Library: ["name"],
    Team: ["name"],
    Person: ["name"],
    Membership: ["job"],
    RoleProfile: ["name"],
    Round: ["name"],
    Framework: ["title"],
    Strand: ["title"],
    Domain: ["title"],
    Level: ["name"],
    Statement: ["title", "text"],
    ScaleAnswer: ["label"],
}
"""Everything that an administrator or a framework names, and that documents show."""


def named_in_markup() -> None:
    with behind_the_guards() as tx:
        for model, columns in NAMED.items():
            for name in columns:
                value = literal(f"{MARKUP} {model.__tablename__}.{name}.") + cast(model.id, String)
                tx.execute(update(model).values({name: value}))
        tx.execute(
            update(Framework).values(
                about={
                    "sources_line": f"{MARKUP} line",
                    "attributions": [{"about": f"{MARKUP} about", "text": f"{MARKUP} text"}],
                }
            )
        )


def squeezed(words: str) -> str:
    """Without spaces: a line may be broken after any sign."""
    return re.sub(r"\s", "", words)


def shown_as_typed(words: str, *tags: str) -> list[str]:
    """Which of these do not stand in the text behind all of the markup, sign by sign."""
    return [tag for tag in tags if squeezed(f"{MARKUP} {tag}") not in squeezed(words)]


def test_markup_in_a_profile_is_text(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        reviewed(world)
        open_round(world, "Autumn", dt.date(2026, 11, 1), dt.date(2026, 12, 1))
        leave_out(world, world.statements["leadership"][0], f"{MARKUP} reason")
        named_in_markup()
        places = {
            "people.name": world.people["ana"],
            "libraries.name": world.libraries["city"],
            "teams.name": world.teams["central"],
            "role_profiles.name": world.role_profiles["city"],
            "rounds.name": world.rounds["Autumn"],
            "frameworks.title": world.framework_id,
            "domains.title": world.domains["communication"],
            "statements.title": world.statements["communication"][0],
            "levels.name": session().scalars(select(Level.id).where(Level.rank == 2)).all()[1],
            "strands.title": session()
            .scalars(select(Strand.id).where(Strand.key == "durable"))
            .one(),
            "scale_answers.label": session()
            .scalars(select(ScaleAnswer.id).where(ScaleAnswer.key == "partly"))
            .one(),
            "memberships.job": session()
            .scalars(
                select(Membership.id).where(
                    Membership.person_id == world.people["ana"], Membership.role == "learner"
                )
            )
            .one(),
        }
    words = pdf.words(ana.get("/profile.pdf"))
    tags = [f"{place}.{row}" for place, row in places.items()]
    assert shown_as_typed(words, *tags, "reason", "line", "about", "text") == []
    assert shown_as_typed(words, "people.name.0") == ["people.name.0"], (
        "and what is not there is found out"
    )
    assert "378" not in words


def noted(world: World, statement_id: int, note: str) -> None:
    """Ana's answer with a note for whoever reviews it."""
    rate(world, "ana", statement_id, YES)
    with transaction() as tx:
        tx.execute(
            update(Rating).where(Rating.statement_id == statement_id).values(reviewer_note=note)
        )


def test_markup_in_meeting_notes_is_text(app: Flask, world: World, sue: Client) -> None:
    ids = world.statements["communication"]
    with app.app_context():
        piece(world, title=f"{MARKUP} piece", text="x", reasons={ids[0]: f"{MARKUP} why"})
        noted(world, ids[0], f"{MARKUP} learner")
        review_id = review_actions.send(
            actor(world, "ana"), world.people["sue"], [ids[0]], world.now
        )
        (item_id,) = item_ids(review_id)
        ask(actor(world, "sue"), item_id, f"{MARKUP} question", 1, world.now)
        review_actions.reply(actor(world, "ana"), item_id, f"{MARKUP} reply", world.now)
        answer(world, item_id, ReviewerAnswer.PARTLY, note=f"{MARKUP} reviewer")
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        sides.confirm(
            actor(world, "sue"), item_id, EndorsedAnswer.PARTLY, f"{MARKUP} reason", world.now
        )
        day = world.now.date()
        differences_actions.add_next_step(
            actor(world, "sue"), item_id, world.people["ana"], f"{MARKUP} step", day, world.now
        )
        named_in_markup()
        people = [f"people.name.{world.people[name]}" for name in ("ana", "sue")]
    words = pdf.words(sue.get(f"/reviews/{review_id}/differences.pdf"))
    tags = ["piece", "why", "learner", "question", "reply", "reviewer", "reason", "step", *people]
    assert (
        shown_as_typed(words, *tags, f"statements.text.{ids[0]}", f"statements.title.{ids[0]}")
        == []
    )
    assert "378" not in words


@pytest.mark.in_ci
def test_names_of_other_scripts_are_shown(app: Flask, world: World, ana: Client) -> None:
    """The fonts inside typst know Latin, Greek, Cyrillic, Hebrew, Arabic and Devanagari letters."""
    for name in (
        "Zo\u00eb \u0141ucja Mu\u00f1oz \u011e\u0101",
        "\u0391\u03bd\u03bd\u03b1",
        "\u042f\u043d\u0430",
        "\u05d3\u05e0\u05d4",
        "\u0639\u0644\u064a",
        "\u0905\u092e\u0930",
    ):
        with app.app_context(), transaction() as tx:
            tx.execute(update(Person).where(Person.id == world.people["ana"]).values(name=name))
        words = pdf.words(ana.get("/profile.pdf"))
        assert "has no font for" not in words
        assert name in pdf.metadata(ana.get("/profile.pdf"))["/Title"]


def test_a_name_that_no_font_knows_is_told_of(app: Flask, world: World, ana: Client) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(
            update(Person).where(Person.id == world.people["ana"]).values(name="Ana \u5f20\u4f1f")
        )
    response = ana.get("/profile.pdf")
    words = pdf.words(response)
    assert "Ana \u25a1\u25a1: progress profile" in words
    assert (
        "Some characters can't be shown in this PDF, because this server has no font for Chinese "
        "(U+4F1F, U+5F20). They appear as \u25a1. To show them, install a font such as Noto Sans "
        "CJK." in words.replace("\u2019", "'")
    )
    assert pdf.metadata(response)["/Title"] == "Ana \u5f20\u4f1f: progress profile"
    assert (
        "filename*=UTF-8''ana-%E5%BC%A0%E4%BC%9F-progress-profile-2026-11-24.pdf"
        in response.headers["Content-Disposition"]
    )


UNSHOWN = (
    "Some characters can't be shown in this PDF, because this server has no font for Japanese "
)


def in_japanese() -> None:
    with behind_the_guards() as tx:
        tx.execute(update(Framework).values(lang="ja", title="書店員"))
        tx.execute(update(Domain).values(title="接客とあいさつ"))
        tx.execute(update(Statement).values(title="棚づくり"))


@pytest.mark.in_ci
def test_the_pages_say_what_their_documents_will_not_show(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    with app.app_context():
        notes = f"/reviews/{talked(world)}/differences"
    pages = [(ana, "/profile"), (sue, profile_of(world).removesuffix(".pdf")), (sue, notes)]
    for client, url in pages:
        assert "can't be shown in this PDF" not in html.unescape(client.get(url).text)
    with app.app_context():
        in_japanese()
    for client, url in pages:
        page = html.unescape(client.get(url).text)
        assert UNSHOWN in page
        named = page.partition(UNSHOWN)[2].partition(". They")[0]
        assert set(re.findall(r"[^\x00-\x7f]", named)) - {"…"} <= set(
            "書店員接客とあいさつ棚づくり"
        )
        assert "install a font such as Noto Sans CJK." in page
        assert UNSHOWN in pdf.words(client.get(f"{url}.pdf")).replace("\u2019", "'")


@pytest.mark.parametrize("start", range(0x1, 0x30000, 0x8000))
def test_no_sign_whatever_breaks_a_document(app: Flask, start: int) -> None:
    """Controls, marks without their letter, private and unassigned ones: every 29th of all."""
    signs = [
        chr(point) for point in range(start, start + 0x8000, 29) if not 0xD800 <= point <= 0xDFFF
    ]
    with app.test_request_context():
        assert make(a_document("".join(signs)), NOW).startswith(b"%PDF-1.7")


def test_fonts_of_the_library_are_used(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRACKER_DOCUMENT_FONTS names a folder that is there, or nothing starts."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRACKER_DOCUMENT_FONTS", str(tmp_path))
    config = Config()
    assert str(tmp_path) == config.DOCUMENT_FONTS
    app_fonts = app.config["DOCUMENT_FONTS"]
    with app.test_request_context():
        monkeypatch.setitem(app.config, "DOCUMENT_FONTS", config.DOCUMENT_FONTS)
        assert make(a_document("x"), NOW).startswith(b"%PDF-1.7")
    assert app_fonts == ""
    monkeypatch.setenv("TRACKER_DOCUMENT_FONTS", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="must be a folder that is there"):
        Config()


@pytest.mark.in_ci
def test_long_texts_run_on_over_the_page(app: Flask, world: World, sue: Client) -> None:
    ids = world.statements["communication"]
    long = "word " * 790
    with app.app_context():
        noted(world, ids[0], long)
        review_id = send(world, PART, skip=1)
        review_actions.withdraw(actor(world, "ana"), review_id, world.now)
        review_id = review_actions.send(
            actor(world, "ana"), world.people["sue"], ids[:2], world.now
        )
        first, second = item_ids(review_id)
        answer(world, first, ReviewerAnswer.PARTLY, note=long)
        answer(world, second, ReviewerAnswer.PARTLY)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
        for item_id in (first, second):
            for _step in range(3):
                differences_actions.add_next_step(
                    actor(world, "sue"), item_id, world.people["ana"], long, NOW.date(), NOW
                )
        sides.confirm(actor(world, "sue"), first, EndorsedAnswer.PARTLY, "x" * 3_900, world.now)
    response = sue.get(f"/reviews/{review_id}/differences.pdf")
    words = pdf.words(response)
    assert words.count("word") == 8 * 790
    assert words.count("x") >= 3_900
    assert [
        place for place in pdf.places(response) if not (40 < place[0] < 560 and 30 < place[1] < 810)
    ] == []
