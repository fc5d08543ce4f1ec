"""What a spreadsheet may work out rather than show."""

import pytest

from tracker.rules.delimited import clean_cell, is_like_formula


@pytest.mark.parametrize("sign", "=+-@＝＋－＠﹦﹢﹣﹫")
@pytest.mark.parametrize("before", ["", " ", "\u3000", "\ufeff", "\u200b", "\t", "\r\n"])
def test_it_begins_with_a_sign_that_is_read_or_seen_as_one(sign: str, before: str) -> None:
    text = f"{before}{sign}1+1"
    assert is_like_formula(text)
    assert clean_cell(f"'{text}").strip() == text.strip(), "what an export puts before it goes"


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx"])
def test_a_text_that_may_slip_into_another_cell(text: str) -> None:
    assert is_like_formula(text)


@pytest.mark.parametrize("text", ["", " ", "1=1", "a+b", "'=1", "’tis", "– a dash", "Ann-Marie"])
def test_other_text_is_text(text: str) -> None:
    assert not is_like_formula(text)
