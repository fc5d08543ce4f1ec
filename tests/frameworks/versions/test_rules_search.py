"""What words find in the framework of the seed, and by which other words."""

import json
import re

import pytest

from config import ROOT
from tracker.frameworks.versions import rules_search as frameworks_versions_rules_search
from tracker.frameworks.versions.rules_search import (
    Search,
    TextPiece,
    in_lines,
    known,
    other_words,
    plain,
)

FILE = json.loads(
    (ROOT / "seed_data" / "frameworks" / "library-technicians.json").read_text(encoding="utf-8")
)
STATEMENTS = {
    each["code"]: (each["title"], each["text"])
    for strand in FILE["strands"]
    for domain in strand["domains"]
    for each in domain["statements"]
}
CODES = [*STATEMENTS]
TITLES, TEXTS = (in_lines(map(known, said)) for said in zip(*STATEMENTS.values(), strict=True))


def found(typed: str) -> list[str]:
    """The codes, the best first."""
    ranks = Search.of(typed).nearest(TITLES, TEXTS).ranks(TITLES, TEXTS)
    return [CODES[line] for line in sorted(ranks, key=ranks.__getitem__)]


def holding(pattern: str) -> set[str]:
    """Read from the texts themselves."""
    return {
        code
        for code, said in STATEMENTS.items()
        if re.search(pattern, " ".join(said), re.IGNORECASE)
    }


CATALOG = r"\bcatalog(u?e)?s?\b|\bcatalogu?ing\b"
TABLE = {
    "cataloging": CATALOG,
    "cataloguing": CATALOG,
    "catalogue": CATALOG,
    "Catalogs": CATALOG,
    "catloging": CATALOG,
    "catálogo": CATALOG,
    "OPAC": CATALOG,
    "ILL": r"interlibrary",
    "inter-library loans": r"interlibrary",
    "holds": r"\bholds?\b|\breserve\b",
    "reserves": r"\bholds?\b|\breserve\b",
    "readers advisory": r"reader-advisory",
    "Readers’ Advisory": r"reader-advisory",
    "reader's advisory": r"reader-advisory",
    "circ": r"\bcirculation\b",
    "checkout": r"\bcheck-out\b|\bloan\b",
    "weed": r"\bweeding\b",
    "MARC": r"\bmetadata\b",
    "LMS": r"library management (software|systems?)|integrated library system",
    "journals": r"\bperiodicals\b",
    "e-books": r"\belectronic resources?\b|\bdigital content\b",
    "mending": r"\brepairs?\b",
    "ref desk": r"\breference\b",
    "kids": r"\bchildren\b",
    "confidential": r"\bprivacy\b|\bconfidential",
    "patron privacy": r"patron.*(privacy|confidential)|(privacy|confidential).*patron",
    "chatbot": r"\bAI\b",
    "shelvign": r"\bshelving\b|\bshelf[ -]reading\b",
    "databases": r"\bdatabases?\b",
    "organise": r"\borganizes?\b",
    "voluntears": r"\bvolunteers?\b",
    "microfiche": r"microfiche",
}
"""What is typed, and what the texts say that it finds: no more and no less."""


@pytest.mark.parametrize("typed", TABLE)
def test_what_words_find(typed: str) -> None:
    assert set(found(typed)) == holding(TABLE[typed])


def test_the_table_finds_what_was_missed() -> None:
    """Nineteen say it as the British do, and six as it is typed."""
    assert len(holding(r"\bcataloguing\b")) == 19
    assert len(holding(r"\bcataloging\b")) == 6
    assert len(found("cataloging")) == 31
    assert all(found(typed) for typed in TABLE if typed != "microfiche")


def test_a_list_without_the_word_finds_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frameworks_versions_rules_search, "other_words", dict)
    monkeypatch.setattr(frameworks_versions_rules_search, "_longest", lambda: 1)
    assert set(found("cataloging")) == holding(r"\bcataloging\b")
    assert found("ILL") == []


def test_titles_come_first_and_what_was_typed_before_other_words() -> None:
    first, second, *_ = found("cataloging")
    assert STATEMENTS[first][0] == "Cataloging and classification"
    assert "catalog" in STATEMENTS[second][0].casefold()


def test_the_spellings_that_were_found_are_named() -> None:
    looking, lines = Search.of("cataloging"), [CODES.index(code) for code in found("cataloging")]
    named = looking.spellings(TITLES, TEXTS, lines)
    assert [
        other_spelling for other_spelling in looking.other_spellings if other_spelling in named
    ] == ["catalog", "catalogs", "catalogues", "cataloguing"]
    assert looking.spellings(TITLES, TEXTS, []) == set()
    assert Search.of("budget").spellings(TITLES, TEXTS, range(len(CODES))) == set()


def test_what_is_found_by_likeness_says_for_what() -> None:
    (term,) = Search.of("catloging").nearest(TITLES, TEXTS).terms
    assert (term.instead_of, term.phrase) == ("catloging", "cataloging")
    (term,) = Search.of("storytime").nearest(TITLES, TEXTS).terms
    assert term.instead_of == ""


@pytest.mark.parametrize(
    ("typed", "text", "is_found"),
    [
        ("budg", "Budget and stewardship", True),
        ("get", "Budget and stewardship", False),
        ("ÉTUDE", "Une étude", True),
        ("etude une", "Une étude", True),
        ("études", "Une étude", True),
        ("ill", "An illness", False),
        ("ILL", "Requests by interlibrary loan", True),
        ("interlibrary loan requests", "Requests by interlibrary loan", True),
        ("co-worker", "Her coworkers", True),
        ("don't", "Dont’s", True),
        ("東京", "東京図書館", True),
    ],
)
def test_words_are_compared_without_case_accents_and_hyphens(
    typed: str, text: str, is_found: bool
) -> None:
    titles = in_lines([plain("something else"), plain(text)])
    assert [*Search.of(typed).ranks(titles, "\n\n")] == ([1] if is_found else [])


def test_what_is_found_is_parted_from_the_rest() -> None:
    pieces = Search.of("catalog").pieces("Copy-cataloguing, and more")
    assert pieces == (
        TextPiece("Copy-", False),
        TextPiece("cataloguing", True),
        TextPiece(", and more", False),
    )
    assert Search.of("éclair").pieces("an Eclair") == (
        TextPiece("an ", False),
        TextPiece("Eclair", True),
    )


def test_an_excerpt_begins_before_what_is_found() -> None:
    text = "many words that say nothing of it stand here first, then weeding comes"
    first, hit, rest = Search.of("weed").excerpt(text)
    assert first.words == "… of it stand here first, then "
    assert (hit.words, rest.words) == ("weeding", " comes")
    assert "".join(each.words for each in Search.of("xyz").excerpt(text)) == text


def test_nothing_typed_finds_nothing_by_itself() -> None:
    assert Search.of(" – ").ranks(in_lines([plain("anything")]), "\n") == {}


def test_words_are_found_in_a_title_and_the_text_of_its_own_line() -> None:
    titles, texts = in_lines(map(plain, ["Ana", "Ben", "Ana"])), in_lines(map(plain, "abc"))
    assert [*Search.of("ana c").ranks(titles, texts)] == [2]
    assert [*Search.of("a").ranks(titles, texts)] == [0, 2]


def test_a_word_stands_in_one_line_only() -> None:
    lines = [
        line.split(",")
        for line in frameworks_versions_rules_search.WORDS_FILE.read_text(
            encoding="utf-8"
        ).splitlines()
        if line and not line.startswith("#")
    ]
    words = [word for line in lines for word in {plain(each).strip() for each in line}]
    assert [word for word in {*words} if words.count(word) > 1] == []
    assert {*words} == {*other_words()}
