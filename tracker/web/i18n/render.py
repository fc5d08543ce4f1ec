"""The one place where a template is rendered: the words of frameworks in its values are marked."""

from typing import Any

from flask import render_template

from tracker.web.i18n.content_language import mark_language


def render(template: str, /, *, lang: str = "", **values: Any) -> str:
    """The page. `lang` is the language of the framework that it is about: rows that have none of
    their own are in that. Without it they are about no framework."""
    return render_template(template, **mark_language(values, lang))
