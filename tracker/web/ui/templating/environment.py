"""What every template can use: texts, filters, who is signed in, and the navigation."""

from collections.abc import MutableMapping
from typing import Any

from flask import Flask, g
from flask.templating import Environment as FlaskEnvironment
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup

from tracker.evidence.pieces.rules import is_web_link
from tracker.web.http import access, session
from tracker.web.http.errors import was_refused
from tracker.web.http.redirects import address_here
from tracker.web.i18n.content_language import START, in_lang, plain
from tracker.web.i18n.languages import catalogue, language
from tracker.web.ui.templating import navigation
from tracker.web.ui.templating.dates import DAYS, QUANTITIES, number, today, usual_load


class PageContext(Context):
    """Tells the page that it is a part of it, as each template of one is (i18n/render)."""

    def __init__(self, environment: Any, parent: dict[str, Any], *rest: Any, **more: Any) -> None:
        super().__init__(environment, parent, *rest, **more)
        parent.get("page_parts", []).append(self)


def _printed(value: object) -> object:
    return plain(value) if type(value) is str and START in value else value


class Environment(FlaskEnvironment):
    """Templates get no globals of their own: all read one plain dict, which is copied far quicker
    than a chain of two. Marked words that a template prints through no filter lose their mark."""

    context_class = PageContext

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, finalize=_printed, **options)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def _filled(eval_ctx: EvalContext, text: str, values: dict[str, Any]) -> str:
    """A sentence with its numbers grouped; but what it calls `number` says which one, not how
    many."""
    for name, value in values.items():
        if type(value) is str and START in value:
            values = values | {name: in_lang(value)}
        if type(value) is int and value > 999 and name != "number":
            text = text.replace(f"%({name})d", f"%({name})s")
            values = values | {name: number(value)}
    return (Markup(text) if eval_ctx.autoescape else text) % values  # noqa: S704  (as Jinja's own: a catalogue is ours)


@pass_eval_context
def _translated(eval_ctx: EvalContext, text: str, /, **values: object) -> str:
    """`_` in a template. It takes the evaluation context alone: for `pass_context` Jinja copies the
    whole context at each call inside a loop."""
    return _filled(eval_ctx, str(catalogue().ugettext(text)), values)


@pass_eval_context
def _counted(eval_ctx: EvalContext, one: str, many: str, count: int, /, **values: object) -> str:
    """`ngettext` in a template."""
    text = str(catalogue().ungettext(one, many, count))
    return _filled(eval_ctx, text, {"num": count, **values})


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(_=_translated, gettext=_translated, ngettext=_counted)
    app.jinja_env.filters.update({filter_.__name__: filter_ for filter_ in (*DAYS, *QUANTITIES)})
    app.jinja_env.tests.update(web_link=is_web_link)
    app.jinja_env.globals.update(
        may=access.may, was_refused=was_refused, usual_load=usual_load, address_here=address_here
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _everywhere() -> dict[str, object]:
        if g.get("failing"):
            return {
                "me": None,
                "nav": [],
                "page_language": language(),
                "demo": app.config["DEMO"],
                "request_id": g.get("request_id", ""),
            }
        return {
            "page_language": language(),
            "me": session.actor_or_none(),
            "has_link": session.has_link(),
            "nav": navigation.links(),
            "in_the_bar": navigation.IN_THE_BAR,
            "today": today(),
            "demo": app.config["DEMO"],
            "request_id": g.get("request_id", ""),
        }
