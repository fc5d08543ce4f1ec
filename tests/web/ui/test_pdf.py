"""Documents: what their pages show to the same reader, as text and nothing else, in a file for
anybody to read."""

import datetime as dt
import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
import typst
from flask import Flask
from flask_limiter.util import get_qualified_name
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject
from sqlalchemy import String, cast, literal, select, text, update

from config import ROOT, Config
from tests import pdf
from tests.client import Client
from tests.conftest import NOW, Queries, TestConfig
from tests.factories import sending as sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import piece
from tests.factories.frameworks import grow, leave_out, open_round
from tests.factories.ratings import rate
from tests.factories.reviews import endorse_all
from tests.factories.sending import NO, PART, SURE_NOT, YES, actor, answer, ask, item_ids, send
from tests.factories.world import World
from tests.profiles.profile.test_views import reviewed
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.administration.rounds import actions as rounds
from tracker.app import create_app
from tracker.db import db, session, transaction
from tracker.frameworks.versions.rules_scale import Ground
from tracker.models import (
    Domain,
    Framework,
    Level,
    Library,
    Look,
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
from tracker.reviews.differences import actions as differences
from tracker.reviews.review import actions as reviews
from tracker.reviews.review import pages_labels as labels
from tracker.rules.regions import Paper
from tracker.web.http.rate_limits import limiter
from tracker.web.ui.pdf import Document
from tracker.web.ui.pdf import pdf as make

SignIn = Callable[[str], Client]
MARKUP = '#eval("6*7*9") $x^2$ *b* _i_ @ref [c] `d` <l> // e /* f */ \\u{41} ~ -- "q" \'q\' = h #sys.inputs'
"""What would come out otherwise, if any of it were read as typst's markup or code."""


def profile_of(world: World, name: str = "ana") -> str:
    return f"/people/{world.people[name]}/profile.pdf"


def talked(world: World) -> int:
    """A review of five: open, equal, cannot tell, agreed after a talk, and one that came back with
    a question."""
    ids = world.statements["communication"]
    link = "https://example.org/visits"
    piece(
        world,
        title="Drop-in",
        url=link,
        done_on=dt.date(2026, 3, 4),
        reasons={ids[0]: "41 of them"},
    )
    review_id = send(world, YES, PART, NO, PART, SURE_NOT)
    first, second, third, fourth, fifth = item_ids(review_id)
    answer(world, first, ReviewerAnswer.NOT_YET, note="saw it twice")
    answer(world, second, ReviewerAnswer.PARTLY)
    answer(world, third, ReviewerAnswer.CANNOT_TELL)
    answer(world, fourth, ReviewerAnswer.CONSISTENTLY)
    ask(actor(world, "sue"), fifth, "Where was that?", 1, world.now)
    reviews.reveal(actor(world, "sue"), review_id, world.now)
    day = dt.date(2026, 12, 15)
    differences.add_next_step(
        actor(world, "sue"), first, world.people["ana"], "Shadow Tom", day, world.now
    )
    sides.confirm(actor(world, "sue"), first, EndorsedAnswer.PARTLY, "half of it", world.now)
    for name in ("ana", "sue"):
        sides.confirm(
            actor(world, name), fourth, EndorsedAnswer.CONSISTENTLY, f"{name} agrees", world.now
        )
    return review_id


def on_the_page(page: str) -> list[str]:
    """What stands beside each bar of the profile: the next level, and how it stands to the target."""
    found = re.findall(r'"bar-target">(.*?)<span class="bar-next">(.*?)</td>', page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", " ".join(each[::-1])).split()) for each in found]


@pytest.mark.in_ci
def test_the_profile_has_the_figures_of_its_page(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        reviewed(world)
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        rounds.keep_all_due(NOW)
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
        "The rule is 4 of every 5 statements, version 1.",
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


def test_the_meeting_notes(app: Flask, world: World, ana: Client, sue: Client) -> None:
    with app.app_context():
        url = f"/reviews/{talked(world)}/differences"
    of_both = [pdf.words(client.get(f"{url}.pdf")) for client in (ana, sue)]
    assert "Made for Ana, as learner" in of_both[0]
    assert "Made for Sue, as supervisor" in of_both[1]
    for words in of_both:
        for said in (
            "Review \u00b7 Small framework, version 1",
            "Learner Ana Supervisor Sue Team Central \u00b7 City Library Status Differences open",
            "Sent on Nov 24, 2026 Revealed on Nov 24, 2026",
            (
                "Ana and Sue rated these statements without seeing the other\u2019s answer. 1 of 3 "
                "were the same at once"
            ),
            "1 difference is open. 1 statement of this review is not revealed yet.",
            "1. Communication 1.1 COM-1-01, Emerging Does what COM-1-01 says",
            "Ana: Consistently Sue: Not yet (I saw it) saw it twice",
            "Evidence: Drop-in (link, done Mar 4, 2026)",
            "Why it counts here: 41 of them",
            "Sue would agree on Partly: half of it Next step: Shadow Tom",
            "Shadow Tom Ana \u00b7 by Dec 15, 2026",
            "2. Communication 2.2 COM-2-02, Developing",
            "Reviewed: Consistently. You both agreed. Ana: ana agrees Sue: sue agrees",
            "COM-1-02 Communication 1.2: Partly",
            "Haven’t seen it Sue had no chance to see these.",
            "COM-2-01 Communication 2.1: Not yet",
            "After Dec 8, 2026 what is still open ends with no agreement.",
        ):
            assert said in words, f"{said} is not in {words}"
        assert words.count("Consistently Not yet another no agreement") == 1, (
            "boxes to tick where it is open, and only there"
        )
        for sealed in ("Not sure", "COM-2-03", "Where was that?"):
            assert sealed not in words
    assert "https://example.org/visits" in pdf.metadata(ana.get(f"{url}.pdf")).values()


def test_the_notes_go_by_domain_as_the_page_does(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    """However far apart the two answers are."""
    sent = [
        world.statements[domain][at] for at in (0, 1) for domain in ("communication", "technical")
    ]
    with app.app_context():
        for statement_id, own in zip(sent, (PART, PART, YES, YES), strict=True):
            rate(world, "ana", statement_id, own)
        review_id = reviews.send(actor(world, "ana"), world.people["sue"], sent, world.now)
        for item_id in item_ids(review_id):
            answer(world, item_id, ReviewerAnswer.NOT_YET)
        reviews.reveal(actor(world, "sue"), review_id, world.now)
    page = sue.get(f"/reviews/{review_id}/differences").text
    notes = pdf.words(sue.get(f"/reviews/{review_id}/differences.pdf"))
    for told in (page, notes):
        titles = dict.fromkeys(re.findall(r"(?:Communication|Technical) 1\.[12]", told))
        assert [*titles] == [
            "Technical 1.1",
            "Technical 1.2",
            "Communication 1.1",
            "Communication 1.2",
        ]


@pytest.mark.in_ci
def test_what_one_side_sealed_again_is_not_in_the_notes(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    """After the first reveal the returned statement goes on: whatever is said, both files keep
    every byte."""
    with app.app_context():
        review_id = talked(world)
        fifth = item_ids(review_id)[4]
        reviews.reply(actor(world, "ana"), fifth, "On Mondays.", world.now)
    url = f"/reviews/{review_id}/differences.pdf"
    before = ana.get(url).data, sue.get(url).data
    with app.app_context():
        answer(world, fifth, ReviewerAnswer.NOT_YET, note="sealed words")
        rate(world, "ana", world.statements["communication"][6], YES)
    assert (ana.get(url).data, sue.get(url).data) == before
    with app.app_context():
        reviews.reveal(actor(world, "sue"), review_id, world.now)
    assert "sealed words" in pdf.words(ana.get(url))
    assert "Sue, Nov 24, 2026 Where was that?" in pdf.words(sue.get(url))


def test_there_are_no_notes_before_the_reveal(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    with app.app_context():
        review_id = send(world, YES, NO)
    for client in (ana, sue):
        response = client.get(f"/reviews/{review_id}/differences.pdf")
        assert (response.status_code, response.headers["Location"]) == (
            302,
            f"/reviews/{review_id}",
        )


@pytest.mark.in_ci
def test_notes_for_oneself_are_in_no_document(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    with app.app_context():
        review_id = talked(world)
        with transaction() as tx:
            tx.execute(
                text(
                    "UPDATE ratings SET own_note = 'for myself alone', reviewer_note = 'held back'"
                )
            )
    for client in (ana, sue):
        for url in (profile_of(world), f"/reviews/{review_id}/differences.pdf"):
            words = pdf.words(client.get(url))
            assert "for myself alone" not in words
            assert "held back" not in words


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
        review_id = reviews.send(actor(world, "ana"), world.people["sue"], [ids[0]], world.now)
        (item_id,) = item_ids(review_id)
        ask(actor(world, "sue"), item_id, f"{MARKUP} question", 1, world.now)
        reviews.reply(actor(world, "ana"), item_id, f"{MARKUP} reply", world.now)
        answer(world, item_id, ReviewerAnswer.PARTLY, note=f"{MARKUP} reviewer")
        reviews.reveal(actor(world, "sue"), review_id, world.now)
        sides.confirm(
            actor(world, "sue"), item_id, EndorsedAnswer.PARTLY, f"{MARKUP} reason", world.now
        )
        day = world.now.date()
        differences.add_next_step(
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


@pytest.mark.parametrize(("paper", "points"), [("letter", (612, 792)), ("a4", (595, 842))])
def test_every_page_has_the_size_that_the_library_prints_on(
    app: Flask, world: World, ana: Client, paper: str, points: tuple[int, int]
) -> None:
    with app.app_context():
        review_id = talked(world)
        with transaction() as tx:
            tx.get_one(Library, world.libraries["city"]).paper = Paper(paper)
    for url in ("/profile.pdf", f"/reviews/{review_id}/differences.pdf"):
        sheets = [page.mediabox for page in pdf.reader(ana.get(url)).pages]
        assert {(round(sheet.width), round(sheet.height)) for sheet in sheets} == {points}


@pytest.mark.in_ci
@pytest.mark.parametrize("paper", Paper)
def test_the_notes_of_twenty_differences_are_two_pages(
    app: Flask, world: World, sue: Client, monkeypatch: pytest.MonkeyPatch, paper: Paper
) -> None:
    """Statements of 150 letters, a note at every second, and eight that match."""
    with app.app_context(), transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).paper = paper
    with app.app_context():
        grow(world, "communication", 28)
        with behind_the_guards() as tx:
            tx.execute(update(Statement).values(text="does thirty letters at a time, " * 5))
        review_id = send(world, *[YES] * 28)
        for at, item_id in enumerate(item_ids(review_id)):
            note = "You planned two class visits with the teachers on your own in October."
            said = ReviewerAnswer.NOT_YET if at < 20 else ReviewerAnswer.CONSISTENTLY
            answer(world, item_id, said, note=note if at % 2 else "")
        reviews.reveal(actor(world, "sue"), review_id, world.now)
    notes = f"/reviews/{review_id}/differences.pdf"
    assert len(pdf.reader(sue.get(notes)).pages) == 2
    monkeypatch.setattr(labels, "GROUNDS", dict.fromkeys(Ground, "word " * 60))
    assert len(pdf.reader(sue.get(notes)).pages) > 2, "longer rows are found"


def a_document(words: str) -> Document:
    """The plainest one."""
    credits_ = {"title": "Sources", "line": "", "notices": []}
    data = {
        "kicker": "",
        "facts": [["Name", words]],
        "lead": [words],
        "parts": [],
        "thanks": [],
        "lists": [],
        "close": "",
        "credits": credits_,
    }
    return Document("differences", "Notes", "City Library", data)


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
        reviews.withdraw(actor(world, "ana"), review_id, world.now)
        review_id = reviews.send(actor(world, "ana"), world.people["sue"], ids[:2], world.now)
        first, second = item_ids(review_id)
        answer(world, first, ReviewerAnswer.PARTLY, note=long)
        answer(world, second, ReviewerAnswer.PARTLY)
        reviews.reveal(actor(world, "sue"), review_id, world.now)
        for item_id in (first, second):
            for _step in range(3):
                differences.add_next_step(
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


@pytest.mark.in_ci
def test_tables_say_what_their_columns_are_on_every_page(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        grow(world, "technical", 120)
        answers = dict.fromkeys(world.statements["technical"], EndorsedAnswer.CONSISTENTLY)
        endorse_all(world, "ana", "sue", answers)
    pages = [page.extract_text() for page in pdf.reader(ana.get("/profile.pdf")).pages]
    of_list = [page for page in pages if re.search("(TEC|MORE).*Consistently", page)]
    assert len(of_list) > 3
    assert all(page.startswith("Code") for page in of_list[1:])
    assert [f"{number} of {len(pages)}" in page for number, page in enumerate(pages, 1)] == [
        True
    ] * len(pages)


def test_the_file_and_its_headers(app: Flask, world: World, ana: Client) -> None:
    response = ana.get("/profile.pdf")
    assert (
        response.headers["Content-Disposition"]
        == "attachment; filename=ana-progress-profile-2026-11-24.pdf"
    )
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert (
        ana.http.head("/profile.pdf").headers["Content-Length"]
        == response.headers["Content-Length"]
    )
    assert ana.http.head("/profile.pdf").data == b""
    assert ana.http.post("/profile.pdf").status_code in (400, 405)
    said = pdf.metadata(response)
    assert said["/Title"] == "Ana: progress profile"
    assert said["/Author"] == "City Library"
    assert said["/CreationDate"].startswith("D:20261124100000")
    assert said["lang"] == "en"
    assert pdf.reader(response).root_object["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in response.data


def test_the_same_state_and_moment_give_the_same_bytes(
    app: Flask, world: World, ana: Client
) -> None:
    first = ana.get("/profile.pdf").data
    assert ana.get("/profile.pdf").data == first
    with time_machine.travel(NOW + dt.timedelta(minutes=5), tick=False):
        assert ana.get("/profile.pdf").data != first


def test_the_day_is_that_of_the_library(app: Flask, world: World, ana: Client) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(update(Library).values(time_zone="Pacific/Kiritimati"))
    response = ana.get("/profile.pdf")
    assert "Made on Nov 25, 2026" in pdf.words(response)
    assert "2026-11-25.pdf" in response.headers["Content-Disposition"]


def test_a_document_that_typst_refuses_is_a_fault(
    app: Flask,
    world: World,
    ana: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        error = typst.TypstError()
        error.message = error.diagnostic = "panicked at something"
        raise error

    monkeypatch.setattr(typst, "compile", refuse)
    response = ana.get("/profile.pdf")
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.text
    logged = capsys.readouterr().out
    assert '"template": "profile", "problem": "panicked at something"' in logged
    assert response.headers["X-Request-ID"] in logged


def test_a_document_that_lacks_a_part_is_a_fault(app: Flask) -> None:
    with (
        app.test_request_context(),
        pytest.raises(RuntimeError, match="typst refused the document differences"),
    ):
        make(replace(a_document("x"), data={}), NOW)


@pytest.fixture
def limited(app: Flask, world: World) -> Iterator[Callable[[str], Client]]:
    """Signs people in to an app on the same database that counts how often somebody knocks."""
    config = TestConfig(app.config["SQLALCHEMY_DATABASE_URI"], app.config["DATA_DIR"])
    config.RATELIMIT_ENABLED = True
    counting = create_app(config)

    def as_person(name: str) -> Client:
        client = Client(counting)
        client.sign_in(world.email(name))
        return client

    yield as_person
    limiter.enabled = False
    with counting.app_context():
        limiter.reset()
        db.engine.dispose()


def test_every_file_that_is_made_is_limited(app: Flask) -> None:
    """Whoever adds a view that makes one meets this: it is limited, with all others together."""
    made = [
        get_qualified_name(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if rule.rule.endswith((".csv", ".json", ".pdf", ".xlsx", ".zip"))
    ]
    assert len(made) >= 8
    assert [name for name in made if not limiter.limit_manager.decorated_limits(name)] == []


@pytest.mark.in_ci
def test_documents_are_limited_for_each_person(
    app: Flask, world: World, limited: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        notes = f"/reviews/{talked(world)}/differences.pdf"
    monkeypatch.setattr(typst, "compile", lambda *_, **__: b"%PDF-1.7")
    ana = limited("ana")
    assert [ana.http.get(url).status_code for url in ("/profile.pdf", notes) * 20] == [200] * 40
    refused = [ana.get(url) for url in ("/profile.pdf", notes, profile_of(world))]
    assert [response.status_code for response in refused] == [429] * 3
    assert int(refused[0].headers["Retry-After"]) > 0
    assert ana.get("/profile").status_code == 200
    assert limited("sue").http.get(notes).status_code == 200


@pytest.mark.in_ci
def test_the_number_of_sql_statements_does_not_grow(
    app: Flask, world: World, ana: Client, count_sql: Queries
) -> None:
    with app.app_context():
        notes = f"/reviews/{talked(world)}/differences.pdf"

    def counted(url: str) -> int:
        count_sql.clear()
        assert ana.get(url).status_code == 200
        return len(count_sql)

    ana.get("/profile.pdf")
    before = [counted("/profile.pdf"), counted(notes)]
    with app.app_context():
        grow(world, "communication", 30)
        for statement_id in world.statements["technical"]:
            rate(world, "ana", statement_id, YES)
        answers = dict.fromkeys(world.statements["technical"], EndorsedAnswer.PARTLY)
        endorse_all(world, "ana", "sue", answers)
        longer = f"/reviews/{_another(world)}/differences.pdf"
    ana.get("/profile.pdf")
    assert [counted("/profile.pdf"), counted(longer)] == before


def _another(world: World) -> int:
    """A review of more statements than the first, all of which differ."""
    review_id = send(world, *[YES] * 9, skip=8)
    for item_id in item_ids(review_id):
        answer(world, item_id, ReviewerAnswer.NOT_YET, note="n")
    reviews.reveal(actor(world, "sue"), review_id, world.now)
    return review_id


def test_the_pages_lead_to_their_documents(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    with app.app_context():
        review_id = talked(world)
    assert 'href="/profile.pdf"' in ana.get("/profile").text
    assert f'href="{profile_of(world)}"' in sue.get(profile_of(world).removesuffix(".pdf")).text
    for client in (ana, sue):
        assert (
            f'href="/reviews/{review_id}/differences.pdf"'
            in client.get(f"/reviews/{review_id}/differences").text
        )


def reaches(template: str) -> list[str]:
    """What a template does that ours do not need: read text as code, or anything but data, house
    and built-in parts."""
    return re.findall(
        r"\b(?:eval|read|plugin)\(|\binclude |\bimport (?!\"house\.typ\")|@preview", template
    )


def test_templates_read_no_text_as_code_and_reach_for_nothing() -> None:
    folder = ROOT / "templates" / "documents"
    templates = {path.name: path.read_text() for path in folder.glob("*.typ")}
    assert len(templates) == 4
    assert {
        name: reaches(template) for name, template in templates.items() if reaches(template)
    } == {}
    assert reaches('#import "@preview/x:1.0" #eval("1")') == ["import ", "@preview", "eval("]


def wordless(value: object) -> object:
    """The same data with a 7 for every word; what only chooses the look stays, and links, which
    must lead somewhere."""
    if isinstance(value, dict):
        return {
            key: each if key in ("kind", "key", "meta", "href") else wordless(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [wordless(each) for each in value]
    return "7" if isinstance(value, str) and value else value


@pytest.mark.in_ci
def test_templates_hold_no_word_of_their_own(
    app: Flask, world: World, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        leave_out(world, world.statements["leadership"][0], "x")
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        review_id = talked(world)
    compile_ = typst.compile

    def without_words(*args: object, sys_inputs: dict[str, str], **options: object) -> bytes:
        data = json.dumps(wordless(json.loads(sys_inputs["data"])))
        made: bytes = compile_(*args, sys_inputs={"data": data}, **options)  # type: ignore[call-overload]
        return made

    notes = f"/reviews/{review_id}/differences.pdf"
    assert all(
        re.search("[A-Za-z]", pdf.on_the_pages(ana.get(url))) for url in ("/profile.pdf", notes)
    )
    monkeypatch.setattr(typst, "compile", without_words)
    assert not re.search("[A-Za-z]", pdf.on_the_pages(ana.get("/profile.pdf")))
    assert re.findall(r"[A-Za-z]\S*", pdf.on_the_pages(ana.get(notes))) == [
        "https://example.org/visits"
    ]


def languages(value: object, seen: set[int]) -> set[str]:
    """Every language that a part of the document's structure says it is in."""
    value = value.get_object() if isinstance(value, IndirectObject) else value
    if id(value) in seen:
        return set()
    seen.add(id(value))
    if isinstance(value, ArrayObject):
        return set().union(*(languages(each, seen) for each in value))
    if isinstance(value, DictionaryObject):
        below = set().union(
            *(
                languages(value[key], seen)
                for key in ("/K", "/StructTreeRoot", "/A")
                if key in value
            )
        )
        return below | ({str(value["/Lang"])} if "/Lang" in value else set())
    return set()


@pytest.mark.in_ci
def test_words_of_a_framework_keep_their_language(
    app: Flask, world: World, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        review_id = talked(world)
    for pseudo, tag in (("accented", "en-XA"), ("mirrored", "ar-XB")):
        monkeypatch.setitem(app.config, "PSEUDO_LANGUAGE", pseudo)
        for url in ("/profile.pdf", f"/reviews/{review_id}/differences.pdf"):
            response = ana.get(url)
            assert pdf.metadata(response)["lang"] == tag
            words = pdf.words(response)
            assert "Communication" in words
            assert not re.search("[\ufdd0-\ufdd2]", words)
            assert {tag, "en"} <= languages(pdf.reader(response).root_object, set()) | {tag}
