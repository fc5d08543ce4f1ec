"""JSON that could be read in two ways is refused, at every depth, in words."""

from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from tests.web.sources import SOURCES
from tracker.rules.errors import Refusal
from tracker.web.http.input_checks import json_object


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"answer": "partly", "answer": "consistently"}', "repeated_json"),
        (b'{"a": {"b": [{"c": 1, "c": 1}]}}', "repeated_json"),
        (b'{"a": 1, "\\u0061": 2}', "repeated_json"),
        (b"[1]", "unreadable_json"),
        (b"", "unreadable_json"),
        (b'{"a": NaN}', "unreadable_json"),
        (b'{"a": "\xff"}', "unreadable_json"),
        (b'{"a":' * 99 + b"1" + b"}" * 99, "unreadable_json"),
        (b'{"a": {"b": ["\\u0000"]}}', "unreadable_text"),
        (b'{"a": {"\\ud800": 1}}', "unreadable_text"),
    ],
)
def test_it_is_refused(migrated_app: Flask, body: bytes, code: str) -> None:
    options = {"data": body, "content_type": "application/json", "method": "POST"}
    with migrated_app.test_request_context("/", **options), pytest.raises(Refusal, match=code):
        json_object()


def test_what_is_read_is_what_was_sent(migrated_app: Flask) -> None:
    body = b'{"note": "first\\nsecond", "n": {"n": 1}}'
    with migrated_app.test_request_context(
        "/", data=body, content_type="application/json", method="POST"
    ):
        assert json_object() == {"note": "first\nsecond", "n": {"n": 1}}


def test_there_is_no_other_way_to_a_body() -> None:
    others = [
        path.name
        for path in SOURCES
        if any(word in path.read_text() for word in ("get_json", "request.json", "json.loads"))
    ]
    assert others == []
    assert Path(ROOT / "tracker" / "web" / "http" / "input_checks.py").is_file()
