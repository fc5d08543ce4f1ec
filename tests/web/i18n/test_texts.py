"""Every interface text goes through gettext, in a way that it can be translated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from config import ROOT
from tests.web.i18n.literals import TO_GETTEXT, python_literals, script_literals, template_literals
from tests.web.sources import SOURCES

NOT_SHOWN = {"templates/styleguide.html", "tracker/today/page/forms_styleguide.py"}
"""The style guide is for developers: no visitor gets it, and its people and statements are
examples."""
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.*"))
    if str(path.relative_to(ROOT)) not in NOT_SHOWN and path.suffix != ".typ"
]
"""Those of documents are no HTML: tests/web/ui/test_pdf.py makes one of each with no word in its
data."""
PYTHON = [path for path in SOURCES if str(path.relative_to(ROOT)) not in NOT_SHOWN]
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))

NOT_WORDS = {
    "User-agent: *\nAllow: /$\nDisallow: /\n": "what robots read",
    "Allow": "the name of a header",
    "Retry-After": "the name of a header",
    "Accept-Language": "the name of a header",
    "Content-Disposition": "the name of a header",
    "User-Agent": "the name of a header",
    "None": "what a browser may send for nothing chosen",
    "DecisionsForm": "the name of a class",
    "TargetsForm": "the name of a class",
    "40 per minute": "a rate for the limiter",
    "30 per minute": "a rate for the limiter",
    "60 per minute": "a rate for the limiter",
    "tracker backup": "a command",
    "tracker backup test FILE": "a command",
    "tracker restore FILE": "a command",
    "Requests that were answered.": "the help of a metric, which Prometheus shows",
    "Seconds from the routing of a request to its answer.": "the help of a metric",
    "link ": "whose turn it is",
    "links ": "where turns are taken",
    "people ": "the name of a file, which is the same for all who get it",
    "people to fix ": "the name of a file, which is the same for all who get it",
    "gaps ": "the name of a file, which is the same for all who get it",
}
IS_POLICY = re.compile(r"default-src 'none'; [\w\-': ;]+")


@pytest.fixture(scope="module")
def environment() -> Environment:
    return Environment(
        extensions=["jinja2.ext.i18n"], autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def by_file(found: Iterator[tuple[Path, list[str]]]) -> dict[str, list[str]]:
    return {str(path.relative_to(ROOT)): literals for path, literals in found if literals}


def test_templates_say_nothing_past_gettext(environment: Environment) -> None:
    assert (
        by_file((path, template_literals(path.read_text(), environment)) for path in TEMPLATES)
        == {}
    )


@pytest.mark.in_ci
def test_python_says_nothing_past_gettext() -> None:
    def spoken(path: Path) -> list[str]:
        found = python_literals(path.read_text())
        return [
            f"line {line}: {text}"
            for line, text in found
            if text not in NOT_WORDS and not IS_POLICY.match(text)
        ]

    assert by_file((path, spoken(path)) for path in PYTHON) == {}


@pytest.mark.in_ci
def test_every_exception_is_still_needed() -> None:
    found = {text for path in PYTHON for _line, text in python_literals(path.read_text())}
    assert set(NOT_WORDS) - found == set()


def test_scripts_get_their_words_from_the_page() -> None:
    assert by_file((path, script_literals(path.read_text())) for path in SCRIPTS) == {}


@pytest.mark.parametrize(
    "slip",
    [
        "<p>Rated</p>",
        "<p>{{ name }} rated it</p>",
        '<img alt="a chart" src="x">',
        '<button aria-label="{% if on %}close{% endif %}">×</button>',
        '<input type="submit" value="Send">',
        '<input placeholder="name@example.org">',
        '<meta name="description" content="Self-assessment">',
        "<p>{{ 'gap' if state else _('none') }}</p>",
        "<p>{{ _('rated') ~ ' by ' ~ name }}</p>",
        "<p>{{ name or 'nobody' }}</p>",
        "{{ tag('Open review') }}",
        "{% set page_title = 'Reviews' %}",
        "{% call panel('Next step') %}{% endcall %}",
        "<title>{{ page_title }} – Tracker</title>",
        "<pre>tracker backup</pre>Made",
    ],
)
def test_a_slip_in_a_template_is_found(environment: Environment, slip: str) -> None:
    assert template_literals(slip, environment) != []


@pytest.mark.parametrize(
    "fine",
    [
        "<p>{{ _('Rated') }} · {{ count }}/{{ total }}</p>",
        (
            "{# Not for anybody #}<p class='is soft'>{{ ngettext('%(num)d day', '%(num)d days', days) "
            "}}</p>"
        ),
        (
            "<li class=\"{{ 'is-done' if done }}\" id=\"s-{{ id }}\"><a href='/x y'>{{ name "
            "}}</a></li>"
        ),
        "{{ table(_('People'), classes='matrix is-tight') }}",
        "{% if kind == 'Open review' %}×{% endif %}",
        "{% trans %}For your development.{% endtrans %}",
        "<{{ element }} class='x'>5</{{ element }}>",
        "<pre>tracker backup</pre>",
    ],
)
def test_what_needs_no_translation_in_a_template_is_left_alone(
    environment: Environment, fine: str
) -> None:
    assert template_literals(fine, environment) == []


@pytest.mark.parametrize(
    "slip",
    [
        "flash('saved')",
        "tell('Saved')",
        "name = StringField('name')",
        "name = StringField(_l('Name'), description='in full')",
        "name = fields.line('name', _l('Write it.'))",
        "checks = [Length(max=5, message='too long')]",
        "checks = [InputRequired('missing')]",
        "links = [('Today', 'dashboard.index')]",
        "words(line_empty='Write something here.')",
        "title = f'Profile of {name}'",
        "title = f'{name} rated {count}'",
        "WORDS = {'missing': 'There is no such record.'}",
    ],
)
def test_a_slip_in_python_is_found(slip: str) -> None:
    assert python_literals(slip) != []


@pytest.mark.parametrize(
    "fine",
    [
        "tell(_('Saved'))",
        "name = StringField(_l('Name'), description=_l('In full.'))",
        "def f():\n    'Give back what it is.'",
        "raise ValueError('no such kind of thing')",
        "LOG.info('Something went past')",
        "kind = f'is-{state}'",
        "url = url_for('assessment.show')",
        "SENTENCES = {'This field is required.': _l('Write something here.')}",
        "response.headers['X-Frame Options'] = '1'",
    ],
)
def test_what_needs_no_translation_in_python_is_left_alone(fine: str) -> None:
    assert python_literals(fine) == []


@pytest.mark.parametrize(
    "slip",
    [
        "state.textContent = 'saved';",
        "state.textContent = isDone ? `${n} done` : '';",
        "bar.setAttribute('aria-label', \"rated\");",
        "if (confirm('Leave?')) go();",
        "box.append('Not saved');",
        "const words = { saved: 'All is saved' };",
    ],
)
def test_a_slip_in_a_script_is_found(slip: str) -> None:
    assert script_literals(slip) != []


@pytest.mark.parametrize(
    "fine",
    [
        "state.textContent = words.saved; // all is saved",
        "box.className = 'notice is-warning';",
        "page.querySelector('form input').textContent = `✓ ${total}`;",
        "place.textContent = words.count.replace('{count}', count);",
        "if (place.textContent === 'ready') go();",
    ],
)
def test_what_needs_no_translation_in_a_script_is_left_alone(fine: str) -> None:
    assert script_literals(fine) == []


def python_calls(source: str) -> Iterator[tuple[int, list[object]]]:
    """Calls of gettext: the line, and its texts, None where one is no plain string."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in TO_GETTEXT
        ):
            texts = node.args[: 2 if "ngettext" in node.func.id else 1]
            yield (
                node.lineno,
                [text.value if isinstance(text, ast.Constant) else None for text in texts],
            )


def template_calls(source: str, environment: Environment) -> Iterator[tuple[int, list[object]]]:
    for node in environment.parse(source).find_all(nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name in TO_GETTEXT:
            texts = node.args[: 2 if "ngettext" in node.node.name else 1]
            yield (
                node.lineno,
                [text.value if isinstance(text, nodes.Const) else None for text in texts],
            )


def untranslatable(calls: Iterator[tuple[int, list[object]]]) -> list[str]:
    """Texts that extraction cannot find (put together at run time), or whose placeholders a
    translator cannot move."""
    found = []
    for line, texts in calls:
        for text in texts:
            if not isinstance(text, str):
                found.append(f"line {line}: no plain string")
            elif re.search(r"%(?!\(\w+\)[sd]|%)|(?<!%)\{\}", text):
                found.append(f"line {line}: a placeholder without a name: {text!r}")
    return found


@pytest.mark.in_ci
def test_every_text_is_a_plain_string_with_named_placeholders(environment: Environment) -> None:
    beyond = {*(ROOT / "tracker").rglob("*.py")} - {*SOURCES}
    every = [*PYTHON, *sorted(beyond)]
    assert by_file((path, untranslatable(python_calls(path.read_text()))) for path in every) == {}
    assert (
        by_file(
            (path, untranslatable(template_calls(path.read_text(), environment)))
            for path in TEMPLATES
        )
        == {}
    )


@pytest.mark.parametrize(
    "slip",
    [
        "_(f'{name} rated')",
        "_(word)",
        "_('%s rated')",
        "_('{} rated')",
        "ngettext('%d day', '%(num)d days', 2)",
    ],
)
def test_a_text_that_cannot_be_translated_is_found(environment: Environment, slip: str) -> None:
    assert untranslatable(python_calls(slip)) != []
    if "f'" not in slip:
        assert untranslatable(template_calls("{{ " + slip + " }}", environment)) != []


@pytest.mark.in_ci
def test_extraction_finds_every_text(environment: Environment, extracted: dict[str, str]) -> None:
    calls = [texts for path in PYTHON for _line, texts in python_calls(path.read_text())]
    for path in TEMPLATES:
        calls += [texts for _line, texts in template_calls(path.read_text(), environment)]
    assert len(calls) > 500
    assert {str(texts[0]) for texts in calls} - set(extracted) == set()
    assert {str(texts[-1]) for texts in calls} - set(extracted.values()) == set()


def test_extraction_finds_the_draft_of_a_use_statement(extracted: dict[str, str]) -> None:
    assert any(text.startswith("You rate yourself, keep evidence") for text in extracted)


def test_extraction_finds_no_more_than_there_is(extracted: dict[str, str]) -> None:
    """The partner: neither what tests say, nor what is no text."""
    assert {"%s rated", "name rated", "dashboard.index", "Reviews of nobody"} & set(
        extracted
    ) == set()
