"""Which links are links, and how what is typed is brought into shape."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from tracker.evidence.pieces.rules import (
    JOT_MAX,
    LINKS_MAX,
    REASON_MAX,
    TEXT_MAX,
    TITLE_MAX,
    URL_MAX,
    EvidenceContent,
    clean,
    clean_reasons,
    completed,
    is_web_link,
    jotted,
    kind_of,
)
from tracker.frameworks.versions.rules import EvidenceKind
from tracker.rules.errors import Invalid

TODAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org/a/b?c=d&e=%20#f",
        "HTTPS://EXAMPLE.ORG/",
        "https://example.org:8443/x",
        "https://[2001:db8::1]/x",
        "https://bücher.example/ä",
        "https://example.org/mail/a@b",
        "https://example.org/" + "a" * (URL_MAX - 20),
    ],
)
def test_a_web_link(url: str) -> None:
    assert is_web_link(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "www.example.org/x",
        "//example.org/x",
        "/x",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        " javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "mailto:ana@example.org",
        "blob:https://example.org/x",
        "view-source:https://example.org",
        "http:example.org",
        "http:///x",
        "http://",
        "http://.",
        "http://:80/x",
        "https://ana:secret@example.org/",
        "https://ana@example.org/",
        "https://example.org@evil.example/",
        "https://example.org\\@evil.example/",
        "http:\\\\example.org\\x",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org/\u202egpj.exe",
        "https://example.org/\u200b",
        "https://example.org/\x7f",
        "https://example.org/\ud800",
        "https://[::1/x",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://example.org/" + "a" * URL_MAX,
    ],
)
def test_not_a_web_link(url: str) -> None:
    assert not is_web_link(url)


@pytest.mark.parametrize(
    "typed",
    [
        "example.org",
        "www.example.org/x?y=1#z",
        "example.org:8080/x",
        "example.org?x=https://evil.example",
        "bücher.example/ä",
    ],
)
def test_a_link_without_its_scheme_is_completed(typed: str) -> None:
    assert clean(EvidenceContent("x", url=f" {typed} "), TODAY).url == f"https://{typed}"


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)//example.org",
        "java\nscript:alert(1)",
        "javascript.alert:alert(1)",
        "data:text/html,example.org",
        "example.org:javascript",
        "example.org\\@evil.example",
        "example.org@evil.example",
        "ana@example.org",
        "localhost:8000",
        "localhost",
        "//example.org/x",
        "/x",
        "see example.org",
        "example.org/a b",
        "example.org\u202e/x",
        "example.org:99999",
    ],
)
def test_what_is_no_web_address_is_not_made_one(typed: str) -> None:
    with pytest.raises(Invalid, match="link_not_web"):
        clean(EvidenceContent("x", url=typed), TODAY)


@given(st.text() | st.text().map(completed))
def test_whatever_is_typed_is_answered(url: str) -> None:
    if is_web_link(url):
        assert url.lower().startswith(("http://", "https://"))


def test_content_is_brought_into_shape() -> None:
    typed = EvidenceContent(
        "  Story\n time \u202e ", "one\r\ntwo\rthree\x07 ", " https://example.org ", TODAY
    )
    assert clean(typed, TODAY) == EvidenceContent(
        "Story time", "one\ntwo\nthree", "https://example.org", TODAY
    )


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        (EvidenceContent(" \n "), "evidence_title_empty", "title"),
        (EvidenceContent("\u202e"), "evidence_title_empty", "title"),
        (EvidenceContent("x" * (TITLE_MAX + 1)), "evidence_title_long", "title"),
        (EvidenceContent("x", "y" * (TEXT_MAX + 1)), "evidence_text_long", "text"),
        (EvidenceContent("x", url="javascript:alert(1)"), "evidence_link_not_web", "url"),
        (EvidenceContent("x", done_on=dt.date(2026, 11, 25)), "evidence_done_in_future", "done_on"),
        (EvidenceContent("x", done_on=dt.date(1, 1, 1)), "evidence_done_long_ago", "done_on"),
    ],
)
def test_content_that_is_refused(content: EvidenceContent, code: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        clean(content, TODAY)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_the_longest_is_kept() -> None:
    longest = EvidenceContent("x" * TITLE_MAX, "y" * TEXT_MAX)
    assert clean(longest, TODAY) == longest


def test_reasons() -> None:
    assert clean_reasons({1: " because\nof it ", 2: ""}) == {1: "because of it", 2: ""}
    for reasons in ({1: "x" * (REASON_MAX + 1)}, dict.fromkeys(range(LINKS_MAX + 1), "")):
        with pytest.raises(Invalid):
            clean_reasons(reasons)


def test_a_jotted_line() -> None:
    assert jotted(" Helped a class \t find maps ") == EvidenceContent("Helped a class find maps")
    long = "word " * 80
    content = jotted(long)
    assert content.text == long.strip()
    assert content.title.endswith("word…")
    assert len(content.title) <= TITLE_MAX
    assert len(jotted("x" * JOT_MAX).title) == TITLE_MAX
    for line in ("", " \n", "x" * (JOT_MAX + 1)):
        with pytest.raises(Invalid):
            jotted(line)


def test_the_kind_follows_from_what_there_is() -> None:
    assert kind_of("", False) is EvidenceKind.NOTE
    assert kind_of("https://example.org", False) is EvidenceKind.LINK
    assert kind_of("https://example.org", True) is EvidenceKind.FILE
