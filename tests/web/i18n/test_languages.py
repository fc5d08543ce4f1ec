"""Which language a page is in, and the pseudo-languages that show what a translation would
break."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import gettext, lazy_gettext, ngettext

from config import Config
from tests.client import Client
from tests.conftest import TestConfig
from tests.engines import fresh_database
from tests.factories.world import World
from tracker.app import create_app
from tracker.db import db
from tracker.web.i18n.pseudo import PDF, RLM, RLO, disguised

TEXTS = [
    "Rated",
    "Self-ratings and reviewed ratings are kept separate. They are never averaged.",
    "%(who)s: %(answer)s, %(day)s",
    "You chose %(answer)s on %(day)s, before this round.",
    "Is this 100%% <b>yours</b>&nbsp;&amp; mine?\nBy no means.",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_text_in_disguise_keeps_what_a_translation_must_keep(text: str, mirrored: bool) -> None:
    said = disguised(text, mirrored)
    assert re.findall(r"%\(\w+\)s|%%|<[^>]+>|&\w+;|\n", said) == re.findall(
        r"%\(\w+\)s|%%|<[^>]+>|&\w+;|\n", text
    )


@pytest.mark.parametrize("text", [text for text in TEXTS if text[0] != "%"])
def test_a_text_in_disguise_is_four_tenths_longer_in_brackets_and_not_in_plain_letters(
    text: str,
) -> None:
    said = disguised(text, mirrored=False)
    words = re.sub(r"%\(\w+\)s|%%|<[^>]+>|&\w+;", "", text)
    letters = len(re.findall(r"[a-z]", words, re.IGNORECASE))
    assert len(said) - 2 - len(text) == pytest.approx(0.4 * letters, abs=1)
    assert (said[0], said[-1]) == ("[", "]")
    assert re.findall(r"[aeio]", re.sub(r"%\(\w+\)s|<[^>]+>|&\w+;", "", said)) == []


def test_signs_and_placeholders_alone_have_no_language() -> None:
    assert disguised("%(done)s / %(total)s", mirrored=True) == "%(done)s / %(total)s"


def test_mirrored_letters_run_from_right_to_left_and_placeholders_by_themselves() -> None:
    said = disguised("Rated %(day)s ", mirrored=True)
    assert said == f"[{RLM}{RLO}Ŕááţééđ{PDF}{RLM} %(day)s] "


@pytest.fixture(
    params=[("accented", "en-XA", "ltr"), ("mirrored", "ar-XB", "rtl")], ids=lambda each: each[0]
)
def pseudo(
    app: Flask, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str, str]:
    monkeypatch.setitem(app.config, "PSEUDO_LANGUAGE", request.param[0])
    return request.param  # type: ignore[no-any-return]


def test_every_way_to_a_text_leads_to_the_same_catalogue(
    app: Flask, pseudo: tuple[str, str, str]
) -> None:
    wanted = [
        disguised(text, pseudo[0] == "mirrored") for text in ("Rated", "Rated", "One", "Many")
    ]
    later = lazy_gettext("Rated")
    with app.test_request_context("/"):
        assert [
            gettext("Rated"),
            str(later),
            ngettext("One", "Many", 1),
            ngettext("One", "Many", 2),
        ] == wanted
        template = app.jinja_env.from_string("{{ _('Rated') }}|{{ ngettext('One', 'Many', 2) }}")
        assert template.render() == f"{wanted[0]}|{wanted[3]}"


def test_a_name_does_not_turn_the_words_around_it(app: Flask, pseudo: tuple[str, str, str]) -> None:
    around = ("\u2068", "\u2069") if pseudo[2] == "rtl" else ("", "")
    with app.test_request_context("/"):
        template = app.jinja_env.from_string("{{ _('%(who)s', who='Ana') }}")
        said = [
            gettext("%(who)s", who="Ana"),
            template.render(),
            ngettext("%(who)s", "%(who)s", 2, who="Ana"),
        ]
        assert said == ["Ana".join(around)] * 3


def test_the_page_says_which_language_it_is_in(
    client: Client, world: World, pseudo: tuple[str, str, str]
) -> None:
    for path in ("/", "/login", "/no-such-page"):
        assert f'<html lang="{pseudo[1]}" dir="{pseudo[2]}">' in client.get(path).text


def test_a_page_for_a_broken_server_says_it_too(
    app: Flask, pseudo: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "dashboard.index", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    response = app.test_client().get("/")
    assert response.status_code == 500
    assert f'<html lang="{pseudo[1]}" dir="{pseudo[2]}">' in response.text


def test_a_visitor_cannot_ask_for_a_pseudo_language(client: Client, world: World) -> None:
    response = client.get("/?lang=en-XA", headers={"Accept-Language": "ar-XB, en-XA"})
    assert '<html lang="en" dir="ltr">' in response.text
    assert "Vary" not in response.headers or "Accept-Language" not in response.headers["Vary"]


def test_an_unknown_pseudo_language_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRACKER_PSEUDO_LANGUAGE", "klingon")
    with pytest.raises(ValueError, match="accented or mirrored"):
        Config()


def catalogue(folder: Path, locale: str, texts: dict[str, str]) -> None:
    made = Catalog(locale=locale)
    for text, translation in texts.items():
        made.add(text, translation)
    path = folder / locale / "LC_MESSAGES"
    path.mkdir(parents=True)
    with (path / "messages.mo").open("wb") as file:
        write_mo(file, made)


@pytest.fixture
def translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """An app with catalogues in three languages: the sign-in page, as a browser gets it that asks
    so."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    catalogue(tmp_path / "translations", "de", {"Sign in": "Anmelden"})
    catalogue(tmp_path / "translations", "he", {"Sign in": "כניסה"})
    catalogue(tmp_path / "translations", "pt_BR", {"Sign in": "Entrar"})
    with fresh_database("sqlite", tmp_path) as url:
        config = TestConfig(url, tmp_path)
        config.BABEL_TRANSLATION_DIRECTORIES = str(tmp_path / "translations")  # type: ignore[attr-defined]
        app = create_app(config)

        def asking(languages: str) -> str:
            response = app.test_client().get("/login", headers={"Accept-Language": languages})
            assert "Accept-Language" in response.headers["Vary"]
            return response.text

        yield asking
        with app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize(
    ("asked", "html", "word"),
    [
        ("de-AT, en;q=0.5", 'lang="de" dir="ltr"', "Anmelden"),
        ("he", 'lang="he" dir="rtl"', "כניסה"),
        ("fr, pt-BR;q=0.8, en;q=0.5", 'lang="pt-BR" dir="ltr"', "Entrar"),
        ("fr", 'lang="en" dir="ltr"', "Sign in"),
        ("en-GB, de;q=0.9", 'lang="en" dir="ltr"', "Sign in"),
        ("", 'lang="en" dir="ltr"', "Sign in"),
        ("*;q=x,,;;\u00e4", 'lang="en" dir="ltr"', "Sign in"),
    ],
)
def test_the_browser_chooses_among_the_catalogues(
    translated: Callable[[str], str], asked: str, html: str, word: str
) -> None:
    page = translated(asked)
    assert f"<html {html}>" in page
    assert f"<h1>{word}</h1>" in page
