"""The one place where a template is rendered: the words of frameworks in its values are marked."""

from typing import Any

from flask import render_template
from jinja2.runtime import Context

from tracker.web.i18n.content_language import mark_language


def render(template: str, /, *, lang: str = "", **values: Any) -> str:
    """The page. `lang` is the language of the framework that it is about: rows that have none of
    their own are in that. Without it they are about no framework."""
    parts: list[Context] = []
    page = render_template(template, page_parts=parts, **mark_language(values, lang))
    for part in parts:  # else macros keep each other, and all that the page was about, until the
        part.vars.clear()  # garbage is collected
        part.parent.clear()
    return page
