"""Rating oneself: a domain or level at a time, five at a time, and saving one answer."""

from dataclasses import asdict

from flask import Blueprint, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from tracker.assessment.older import pages as older_pages
from tracker.assessment.ratings import (
    actions as ratings_actions,
    pages as ratings_pages,
    queries_cards as ratings_queries_cards,
    rules as ratings_rules,
)
from tracker.assessment.ratings.forms import SentRating, card_from_form, from_json
from tracker.assessment.ratings.queries_cards import StatementsToRate
from tracker.record.ratings.rules import FIVE, RatingFilter
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.roles import Permission
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.input_checks import FORM, JSON, json_object
from tracker.web.i18n.render import render
from tracker.web.ui import page_nav
from tracker.web.ui.statement_cards import StatementCards

bp = Blueprint("assessment", __name__)
bp.url_defaults(ratings_pages.stay_in_list)

errors.refusal_messages(
    rating_changed=_l(
        "You answered this somewhere else in the meantime. Both answers are here; nothing was lost."
    ),
    not_rated_here=_l("Your library does not rate this statement: %(reason)s"),
    statement_replaced=_l(
        "You are on version %(version)s of the framework now. What you typed is still here: check "
        "it against the statement of that version, then save it there."
    ),
    statement_retired=_l(
        "You are on version %(version)s of the framework now, and this statement isn’t in it. "
        "What you typed is still here; what you saved before is kept."
    ),
    use_statement_unread=_l(
        "Nothing is saved yet. First read how ratings are used at your library."
    ),
    answer_unknown=_l("Choose one of the answers. What you typed is kept on this page."),
    note_long=_l(
        "A note can be %(longest)s characters long; this one has %(length)s. It is kept on this "
        "page: shorten it and save again."
    ),
    rating_malformed=_l(
        "That is not what this page sends. Nothing was saved; load the page again."
    ),
    another_person=_l(
        "This page belongs to somebody who has signed out since. Nothing was saved to your record. "
        "Load the page again."
    ),
)


@bp.get("/assess")
@door(Permission.RATE)
def resume() -> ResponseReturnValue:
    """To where the learner stopped, their job first; when all is rated, to the finish."""
    header = ratings_pages.header().once_read()
    last = ratings_rules.last_rated(header.sheet)
    which = RatingFilter.JOB if header.progress.begins_with_job else None
    groups = page_nav.page_nav(header.learner.framework_slug, header.progress, which=which)
    pages = [item for group in groups for item in group.items]
    here = [
        item
        for item in pages
        if last is not None and item.domain_id == last[0] and item.rank in (None, last[1])
    ]
    todo = next((item for item in [*here, *pages] if not item.is_complete), None)
    return redirect(todo.href if todo is not None else url_for("finish.show"))


@bp.get("/assess/<framework>/<strand>/<domain>")
@door(Permission.RATE)
def show(framework: str, strand: str, domain: str) -> ResponseReturnValue:
    header = ratings_pages.header(framework).once_read()
    levels = list(header.levels(strand, domain))
    asked = request.args.get("level")
    rank = next((level.rank for level in levels if str(level.rank) == asked), None)
    if asked is not None and rank is None:
        abort(404)
    levels = [level for level in levels if rank in (None, level.rank)]
    which = ratings_pages.filter_asked()
    domain_id = levels[0].domain_id
    groups = page_nav.page_nav(framework, header.progress, (domain_id, rank), which=which)
    to_rate = header.to_rate(levels, which)
    filters = ratings_pages.filters(levels, which)
    here = url_for("assessment.show", level=rank, show=which, **request.view_args or {})
    following = ratings_pages.following(header, groups, which)
    is_older = which is RatingFilter.OLDER  # kept together, so listed on a phone too
    one = None if is_older else ratings_pages.one_at_a_time(to_rate, here, following.href, groups)
    return render(
        "assessment/show.html",
        lang=header.learner.lang,
        header=header,
        levels=levels,
        rank=rank,
        which=which,
        filters=filters,
        filter_shown=next((link for link in filters if link.which is which), None),
        groups=groups,
        following=following,
        to_rate=to_rate,
        cards=StatementCards(
            to_rate, header.learner, alone=one.card.id if one else None, are_ticked=is_older
        ),
        here=here,
        one=one,
    )


@bp.get("/assess/five")
@door(Permission.RATE)
def five() -> ResponseReturnValue:
    """Five statements, whichever domains they are of: those named in the address, else the next
    five."""
    asked = [
        int(part)
        for part in request.args.get("ids", "").split("-")
        if part.isascii() and part.isdigit()
    ]
    ids = [statement_id for statement_id in asked if statement_id < 2**31][:FIVE]
    named = ratings_pages.header_of(ids[0], "assessment.five") if ids else None
    header = (named or ratings_pages.header(switch="assessment.five")).once_read()
    ids = ids or ratings_rules.next_open(header.sheet, header.learner.round_starts_on, FIVE)
    to_rate = ratings_queries_cards.of_statements(header.sheet, ids)
    here = url_for("assessment.five", ids="-".join(str(card.id) for card in to_rate.cards))
    then = ratings_pages.way_on(header, url_for("assessment.five"))
    return _of_any_domains("assessment/five.html", header, to_rate, here, then)


@bp.get("/assess/later")
@door(Permission.RATE)
def later() -> ResponseReturnValue:
    """Statements that are in no count for the learner yet."""
    header = ratings_pages.header(switch="assessment.later").once_read()
    ids = [line.statement.id for line in ratings_rules.counting_later(header.sheet)]
    to_rate = ratings_queries_cards.of_statements(header.sheet, ids)
    here, then = url_for("assessment.later"), url_for("assessment.resume")
    return _of_any_domains("assessment/later.html", header, to_rate, here, then)


def _of_any_domains(
    template: str,
    header: ratings_pages.AssessmentHeader,
    to_rate: StatementsToRate,
    here: str,
    then: str,
) -> str:
    one = ratings_pages.one_at_a_time(to_rate, here, then)
    return render(
        template,
        lang=header.learner.lang,
        header=header,
        to_rate=to_rate,
        levels=ratings_pages.by_level(header, to_rate),
        cards=StatementCards(to_rate, header.learner, alone=one.card.id if one else None),
        here=here,
        then=then,
        one=one,
    )


@bp.post("/statements/<id:statement_id>/rating")
@door(Permission.RATE, takes={**FORM, **JSON})
def save(statement_id: int) -> ResponseReturnValue:
    sent = from_json(json_object()) if request.is_json else card_from_form(request.form)
    if sent.person_id not in (None, session.actor().person_id):
        raise Conflict("another_person")
    try:
        saved = ratings_actions.rate(
            session.actor(),
            statement_id,
            sent.chosen(),
            sent.base_version,
            session.now(),
            own_note=sent.own_note,
            reviewer_note=sent.reviewer_note,
            confirm=not sent.notes_only,
            clear=sent.clear,
        )
    except Missing:
        return older_pages.page({statement_id: sent})
    except (Invalid, Conflict) as refusal:
        return _refused(statement_id, sent, refusal)
    return (
        _told(statement_id, saved)
        if errors.wants_json()
        else redirect(
            url_for("statements.show", statement_id=statement_id, saved=statement_id), 303
        )
    )


def _told(statement_id: int, saved: ratings_actions.SavedRating) -> ResponseReturnValue:
    facts = asdict(saved) | {"rated_at": saved.rated_at.isoformat()}
    progress = facts.pop("progress")._asdict()
    return jsonify(statement_id=statement_id, **facts, **progress)


def _refused(
    statement_id: int, sent: SentRating, refusal: Invalid | Conflict
) -> ResponseReturnValue:
    """A page with both answers, or with what was typed and what is wrong; to the script, the same
    as JSON."""
    status = 409 if isinstance(refusal, Conflict) else 422
    current = refusal.facts.get("current")
    if errors.wants_json():
        if not isinstance(current, ratings_actions.NewerRating):
            raise refusal
        stored = asdict(current) | {"rated_at": current.rated_at.isoformat()}
        return jsonify(
            error=errors.message_for(refusal), code=refusal.code, current=stored, yours=sent.answer
        ), status
    header = ratings_pages.header_of(statement_id) or abort(404)
    to_rate = ratings_queries_cards.of_statements(header.sheet, [statement_id])
    if not to_rate.cards:
        abort(404)
    card = to_rate.cards[0]
    stands = current if isinstance(current, ratings_actions.NewerRating) else card
    is_known = any(answer.key == sent.answer for answer in to_rate.scale)
    return render(
        "assessment/refused.html",
        lang=header.learner.lang,
        header=header,
        to_rate=to_rate,
        card=card,
        sent=sent,
        yours=sent.answer if is_known else stands.answer,
        current=current,
        refusal=refusal,
        message=errors.message_for(refusal),
    ), status
