"""Blocks of a framework's words that run against the page, of pages as they go to the browser."""

import pytest

from tracker.web.i18n.block_direction import with_blocks


def ar(words: str) -> str:
    return f'<span lang="ar" dir="rtl">{words}</span>'


TURNED = [
    (f"<h2>{ar('عنوان')}</h2>", f'<h2 dir="rtl">{ar("عنوان")}</h2>'),
    (f"<li><a>{ar('عنوان')}</a></li>", f'<li dir="rtl"><a>{ar("عنوان")}</a></li>'),
    (
        f"<p><b>{ar('عنوان')}</b> — {ar('نص')}, 3.</p>",
        f'<p dir="rtl"><b>{ar("عنوان")}</b> — {ar("نص")}, 3.</p>',
    ),
    (
        f'<h3><i class="tag">New</i> {ar("عنوان")} <b>T-1</b></h3>',
        f'<h3 dir="rtl"><i class="tag" dir="ltr">New</i> {ar("عنوان")} <b dir="ltr">T-1</b></h3>',
    ),
    (
        f"<td>{ar('نص')}<br><a>Open</a></td>",
        f'<td><div dir="rtl">{ar("نص")}<br><a dir="ltr">Open</a></div></td>',
    ),
    (
        f'<div class="statement-text">{ar("نص")} <i><summary>IFLA</summary></i></div>',
        f'<div class="statement-text" dir="rtl">{ar("نص")} <i><summary>IFLA</summary></i></div>',
    ),
    (
        f"<li><p>{ar('نص')}</p><p>Decide.</p></li>",
        f'<li><p dir="rtl">{ar("نص")}</p><p>Decide.</p></li>',
    ),
]
LEFT = [
    f"<p>On {ar('عنوان')}</p>",
    f"<p>{ar('عنوان')}: 3 of 4 are known</p>",
    f"<p><a>Next: {ar('عنوان')}</a> <a>Rate 5</a></p>",
    f"<nav><ol><li><a>{ar('عنوان')}</a></li></ol></nav>",
    f'<summary>Show more<span class="visually-hidden">: {ar("عنوان")}</span></summary>',
    f'<th dir="ltr"><span>{ar("سهل")}</span><span>{ar("صعب")}</span></th>',
    f"<script>if (a < b) x('<p>{ar('نص')}</p>')</script><p>a < b</p>",
    "<p>&nbsp;&amp; 3</p><!doctype html><br/>",
]


@pytest.mark.parametrize(("html", "then"), TURNED)
def test_a_block_turns_whose_own_words_all_run_against_the_page(html: str, then: str) -> None:
    assert with_blocks(html, "ltr") == then


@pytest.mark.parametrize("html", LEFT)
def test_what_the_page_says_itself_stays(html: str) -> None:
    assert with_blocks(html, "ltr") == html


def test_a_page_from_right_to_left_is_turned_the_other_way() -> None:
    words = '<span lang="en" dir="ltr">Words</span>'
    assert with_blocks(f"<p>{words}</p>", "rtl") == f'<p dir="ltr">{words}</p>'
    assert with_blocks(f"<p>نص {words}</p>", "rtl") == f"<p>نص {words}</p>"


def test_what_is_not_closed_breaks_nothing() -> None:
    html = f"<ul><li><b>{ar('نص')}</li></ul></p><p>{ar('نص')}"
    assert with_blocks(html, "ltr").replace(' dir="rtl"', "") == html.replace(' dir="rtl"', "")
