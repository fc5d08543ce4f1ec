"""What makes one name read as another."""

import pytest

from tracker.rules.errors import Invalid
from tracker.rules.names import look_alike_keys
from tracker.rules.texts import clean_email, clean_name


@pytest.mark.parametrize(
    "name",
    [
        "Ольга (Olga)",
        "Анна-Мария",
        "O'Brien",
        "O’Brien-Smith, Jr.",
        "Kahoʻolawe",
        "Nguyễn Thị Tụng",
        "ᏣᎳᎩ",
        "山田さくら",
        "김철수金",
        "Aさん",
        "می\u200cخواهم",
        "ک\u200dک",
        "क्\u200dष",
        "র\u200d্য",
        "Mª José",
        "Maria 2nd",
    ],
)
def test_names_as_people_have_them(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("typed", "before"),
    [
        ("Petra\u200b", "Petra"),
        ("Pe\u00adtra", "Pe"),
        ("Petra\u200dA", "Petra"),
        ("Petra\u200c", "Petra"),
        ("Petra\u3164", "Petra"),
        ("Petra\u2800", "Petra"),
        ("Petra\ufe0f", "Petra"),
        ("Petra\U000e0041", "Petra"),
        ("\u200cمی", ""),
        ("می\u200c", "می"),
        ("می\u200c\u200cخ", "می"),
        ("x\u0301\u0301", "x\u0301\u0301"),
    ],
)
def test_what_is_not_seen_is_refused(typed: str, before: str) -> None:
    for clean, text in ((clean_name, typed), (clean_email, f"{typed}@example.org")):
        with pytest.raises(Invalid) as refused:
            clean(text)
        assert (refused.value.code, refused.value.facts) == (
            "characters_unseen",
            {"before": before},
        )


@pytest.mark.parametrize("mark", "\u200e\u061c\u202e\u2066")
def test_marks_that_turn_the_text_are_refused(mark: str) -> None:
    for clean, text in ((clean_name, f"Ana {mark}B"), (clean_email, f"a{mark}b@example.org")):
        with pytest.raises(Invalid) as refused:
            clean(text)
        assert refused.value.code in {"line_control", "characters_unseen"}


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("P\u0435tra Novak", "P\u0435tra"),
        ("Ana O'\u0412rien", "\u0412rien"),
        ("\u0391na", "\u0391na"),
        ("Ivan1\u0661", "Ivan1\u0661"),
    ],
)
def test_two_alphabets_in_one_word_are_refused(typed: str, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_name(typed)
    assert (refused.value.code, refused.value.facts) == ("scripts_mixed", {"word": word})


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("m\u0430ria@example.org", "m\u0430ria"),
        ("maria@\u0435\u0445ample.org", "\u0435\u0445ample"),
        ("maria@xn--ample-ywe6i.org", None),
    ],
)
def test_and_in_one_word_of_an_address(address: str, word: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        clean_email(address)
    assert refused.value.code == "scripts_mixed"
    assert word in {None, refused.value.facts["word"]}


def test_an_address_in_one_alphabet_is_taken() -> None:
    assert clean_email("мария@пример.рф") == "мария@пример.рф"


def test_one_form_of_the_same_letters_is_stored() -> None:
    assert clean_name("Jose\u0301") == "Jos\u00e9"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maria Ortiz", "María ORTIZ"),
        ("Maria Ortiz", "Maria 0rtiz"),
        ("Iain", "lain"),
        ("Bill", "Bi11"),
        ("Сара", "Capa"),
        ("Rnaria", "Maria"),
        ("O'Brien", "O’Brien"),
        ("می\u200cخواهم", "میخواهم"),
    ],
)
def test_names_that_are_taken_for_each_other(one: str, other: str) -> None:
    assert look_alike_keys(one) & look_alike_keys(other)


@pytest.mark.parametrize("other", ["Mario Ortiz", "Maria Ortis", "Maria", "Ortiz Maria"])
def test_names_that_differ(other: str) -> None:
    assert not look_alike_keys("Maria Ortiz") & look_alike_keys(other)
