"""What is said of a file that cannot be used: what it is, what in it, and one cause once."""

import copy
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from config import ROOT
from tests.frameworks.files.test_rules_problems import GOOD, told
from tracker.frameworks.files.rules_reading import FrameworkFileError, decode, read_framework


def changed(change: Callable[[dict[str, Any]], object]) -> Any:
    """With each statement changed."""
    data = copy.deepcopy(GOOD)
    for strand in data["strands"]:
        for domain in strand["domains"]:
            for statement in domain["statements"]:
                change(statement)
    return data


def test_a_statement_is_named_by_its_code_and_title() -> None:
    data = copy.deepcopy(GOOD)
    del data["strands"][0]["domains"][0]["statements"][0]["rank"]
    assert told(data) == ["T-1-01, “Circulation transactions”: level is missing"]


def test_one_cause_is_told_once() -> None:
    assert told(changed(lambda each: each.pop("rank"))) == [
        (
            "level is missing. 137 levels are like this: T-1-01, “Circulation transactions”; T-1-02, "
            "“Routine reference inquiries”; T-1-03, “Library materials”; …"
        )
    ]
    spaced = changed(lambda each: each.update(code=each["code"].replace("-", " ")))
    assert told(spaced) == [
        (
            "code is not 1 to 30 characters of any script without spaces, such as COM-3-02. 137 codes "
            "are like this: T 1 01, “Circulation transactions”; T 1 02, “Routine reference inquiries”; "
            "T 1 03, “Library materials”; …"
        )
    ]


def test_two_causes_are_told_apart_and_three_of_one_are_told_one_by_one() -> None:
    data = copy.deepcopy(GOOD)
    listed = data["strands"][0]["domains"][0]["statements"]
    for statement in listed[:3]:
        del statement["text"]
    for source in data["sources"]:
        source["licence"] = 3
    said = told(data)
    assert said[0] == (
        "licence must be text. 7 entries are like this: sources[0].licence; "
        "sources[1].licence; sources[2].licence; …"
    )
    assert said[1:] == [
        f"{each['code']}, “{each['title']}”: text is missing" for each in listed[:3]
    ]


def test_what_has_no_name_is_told_by_its_place() -> None:
    data = copy.deepcopy(GOOD)
    statement = data["strands"][0]["domains"][0]["statements"][0]
    statement |= {"code": 3, "title": ""}
    assert "strands[0].domains[0].statements[0].code: must be text" in told(data)
    assert told({"strands[9].domains[9]": 1})[0].startswith("lang: is missing")


@pytest.mark.parametrize(
    "code", ["1", "1.2.3", "ب-١-٠٣", "技術-1", "Кол/2", "t1", "x" * 30, "LIS:4", "§5"]
)
def test_a_code_is_1_to_30_characters_of_any_script(code: str) -> None:
    data = copy.deepcopy(GOOD)
    data["strands"][0]["domains"][0]["statements"][0]["code"] = code
    assert told(data) == []


@pytest.mark.parametrize("code", ["", " ", "a b", "x" * 31, "a\u2003b", "\u200b", "a\tb"])
def test_another_code_is_none(code: str) -> None:
    data = copy.deepcopy(GOOD)
    data["strands"][0]["domains"][0]["statements"][0]["code"] = code
    assert len(told(data)) == 1


@pytest.mark.parametrize(
    "tag", ["en", "pt-BR", "zh-Hant-TW", "es-419", "ar", "he", "fa", "ur", "yi", "dv", "crk", "iu"]
)
def test_a_language_that_is_known_is_taken(tag: str) -> None:
    assert told(GOOD | {"lang": tag}) == []


@pytest.mark.parametrize(
    ("tag", "hint"),
    [("xx", ""), ("en-XX", ""), ("en-Qqqq", ""), ("zh-cmn", ""), ("eng", "; write en")],
)
def test_a_language_that_is_not_known_is_refused(tag: str, hint: str) -> None:
    said = f"lang: “{tag}” is not a language tag that is known{hint}"
    assert told(GOOD | {"lang": tag}) == [said]


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook"),
        (zipped("[Content_Types].xml", "word/document.xml"), "a Word document"),
        (zipped("mimetype", "META-INF/manifest.xml"), "an OpenDocument file"),
        (zipped("framework.json"), "a compressed file"),
        (b"PK\x03\x04 and no more", "a compressed file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a file of an old Excel or Word"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"{\\rtf1 ...}", "a text document (RTF)"),
        (b"code,title,text\nT-1,One,is one.\n", "a CSV file"),
        (b"\xef\xbb\xbfcode;title\r\nT-1;One\r\n", "a CSV file"),
        (b"code\ttitle\nT-1\tOne, or two\n", "a table with tabs"),
        (b"<!doctype html><html></html>", "a web page"),
        (b"<?xml version='1.0'?><a/>", "an XML file"),
    ],
)
def test_a_file_of_another_kind_is_named(data: bytes, kind: str) -> None:
    with pytest.raises(FrameworkFileError) as refused:
        decode(data)
    assert str(refused.value).startswith(f"This is {kind}. Save the framework as JSON")


@pytest.mark.parametrize("name", ["CFDocument", "CFItems", "CFDocuments", "CFPackages"])
def test_a_case_file_is_named(name: str) -> None:
    with pytest.raises(FrameworkFileError, match="This is a CASE file of 1EdTech"):
        read_framework(json.dumps({name: {"title": "Library Technicians"}}))


def test_the_way_from_another_kind_is_written_where_it_is_said_to_be() -> None:
    text = (ROOT / "docs" / "frameworks.md").read_text("utf-8")
    assert "## From a spreadsheet or a CASE file" in text


def test_a_framework_file_is_of_no_other_kind() -> None:
    text = json.dumps(GOOD, indent=1)
    assert decode(text.encode()) == text
    assert decode(b'\n  {"a": "b, c",\n "d": "e, f"}').strip().startswith("{")
