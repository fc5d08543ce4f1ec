"""In which of somebody's frameworks a page is: its address says so, and its links keep it.

Only where they learn in several. Nothing of it is kept between two requests.
"""

from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, g, request, url_for

from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.record.sheet.queries_learners import Learner, LearnerFramework
from tracker.rules.core.wording import Wording
from tracker.web.http import session
from tracker.web.i18n.content_language import mark_language

KEEPS = frozenset(
    {
        "assessment.five",
        "assessment.later",
        "assessment.resume",
        "dashboard.index",
        "finish.show",
        "older_ratings.keep",
        "older_ratings.show",
        "older_ratings.undo",
        "profiles.explain",
        "profiles.explain_own",
        "profiles.own",
        "profiles.own_csv",
        "profiles.own_json",
        "profiles.own_pdf",
        "profiles.ready",
        "profiles.show",
        "profiles.show_pdf",
        "rating_lists.check",
        "rating_lists.edit",
        "rating_lists.new",
        "rating_lists.store",
        "rating_lists.template",
        "reviews.new",
        "reviews.send",
    }
)
"""The pages whose address takes `?framework=`: of the person that it names, else one's own."""


@dataclass(frozen=True, slots=True)
class FrameworkLink:
    """`lang` is that of the label; "" for our own words."""

    label: Wording
    lang: str
    href: str
    current: bool


def init_app(app: Flask) -> None:
    app.url_defaults(_keep)
    app.context_processor(lambda: {"framework_links": mark_language(g.get("framework_links", []))})


def asked() -> str | None:
    """The slug in the address."""
    return request.args.get("framework") or None


def learner_asked(
    person_id: int, endpoint: str, framework: str | None = None, /, **values: Any
) -> Learner | None:
    """The person in the framework of that slug or, without one, in that of the address, else in the
    usual one. 404 for one in which they do not learn.

    `endpoint` and `values`: the page of another of their frameworks, for the switch.
    """
    slug = framework or asked()
    learner = sheet_queries_learners.learner(person_id, session.today(), slug)
    if slug and learner is None:
        abort(404)
    if learner is not None and not slug and (usual := _usual(learner)).id != learner.framework_id:
        learner = sheet_queries_learners.learner(person_id, session.today(), usual.slug)
    return learner and about(learner, endpoint, **values)


def about(learner: Learner, endpoint: str, /, **values: Any) -> Learner:
    """The page is about this framework of theirs; it offers the others, and its links stay here."""
    if len(learner.frameworks) > 1:
        g.framework_links = [
            FrameworkLink(
                framework.label,
                framework.lang,
                url_for(endpoint, framework=framework.slug, **values),
                framework.id == learner.framework_id,
            )
            for framework in learner.frameworks
        ]
        if learner.framework_id != _usual(learner).id:
            g.framework_kept = (learner.person_id, learner.framework_slug)
    return learner


def _usual(learner: Learner) -> LearnerFramework:
    """The framework that a page is about where its address names none. On one's own pages it is the
    one in which one rated last. Others must not see that, so for them it is that of the newest
    job."""
    newest = learner.frameworks[0]
    if len(learner.frameworks) < 2 or learner.person_id != session.actor().person_id:
        return newest
    in_use = sheet_queries_learners.last_rated_in(learner.person_id)
    return next((framework for framework in learner.frameworks if framework.id == in_use), newest)


def _keep(endpoint: str, values: dict[str, Any]) -> None:
    person_id, slug = g.get("framework_kept", (None, ""))
    if not slug or endpoint not in KEEPS:
        return
    if values.get("person_id", session.actor().person_id) == person_id:
        values.setdefault("framework", slug)
