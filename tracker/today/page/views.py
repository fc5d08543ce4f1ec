"""The front door: what this is, and Today.

The finish of rating: what is rated, the levels so far, and what can come then.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.accounts.account import actions as account_actions
from tracker.accounts.account.forms import UpdatesForm
from tracker.accounts.links import queries as links_queries
from tracker.assessment.ratings import pages as ratings_pages
from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import DomainLevels, TargetState, known_rank
from tracker.notifications.notices import queries as notices_queries
from tracker.profiles.profile.pages_cards import LevelBar, bar, beside_headline
from tracker.profiles.profile.pages_words import OpenStatements
from tracker.queries.access.drafts import DraftHeader
from tracker.queries.asking import ask_together
from tracker.queries.core import use_statements as use_statements_queries
from tracker.record.sheet import rules_summaries as sheet_rules_summaries
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet, Side
from tracker.record.sheet.rules_summaries import sent_counts
from tracker.record.versions.rules import DomainShape
from tracker.reviews.review import queries_items as review_queries_items
from tracker.reviews.sending import queries_reviewers as sending_queries_reviewers
from tracker.reviews.sending.rules import sendable, suggested
from tracker.rules.core.wording import Wording
from tracker.rules.names import first_name
from tracker.rules.pace import minutes_for
from tracker.rules.roles import Permission
from tracker.teams.team import queries as team_queries
from tracker.today.front.views import front_page
from tracker.today.own_record import queries as own_record_queries
from tracker.today.page.forms import UseStatementReadForm
from tracker.today.page.forms_styleguide import rejected_sample
from tracker.today.page.pages import account_alerts, today_of
from tracker.web.http import errors, session
from tracker.web.http.access import door
from tracker.web.http.form_actions import pressed
from tracker.web.http.redirects import own_address
from tracker.web.i18n.content_language import mark_language
from tracker.web.i18n.render import render
from tracker.web.ui import page_nav
from tracker.web.ui.drafts import FormDraft

bp = Blueprint("dashboard", __name__)
GOOD_FOR = dt.timedelta(days=180)
"""How long what security.txt says may be relied on, from today; RFC 9116 wants less than a year."""

errors.refusal_messages(
    use_statement_newer=_l(
        "A newer version was published while you were reading. Read that one, then continue."
    )
)


@bp.get("/")
@door(Permission.PUBLIC)
def index() -> ResponseReturnValue:
    """Signed out: what this is. Signed in: what waits in each role, and one thing to go on with."""
    actor = session.actor_or_none()
    if actor is None:
        return front_page()
    new_notices, alerts, rounds, any_held, last_day = ask_together(
        notices_queries.unread(actor, session.today()),
        notices_queries.unread_alerts(actor),
        team_queries.open_rounds(actor.library_id, session.today()),
        links_queries.any_held(actor, session.now()),
        own_record_queries.last_day(actor, session.now()),
    )
    return render(
        "today/today.html",
        page=today_of(actor, rounds, session.now()),
        new_notices=new_notices,
        alerts=account_alerts(alerts, last_day),
        held_links=links_queries.to_confirm(actor, session.now()) if any_held else [],
    )


@bp.post("/today/updates")
@door(Permission.RATE)
def updates() -> ResponseReturnValue:
    """From the account, and from Today (`from`), where one can also put them off until tomorrow."""
    wanted = bool(UpdatesForm().offers_updates.data)
    is_put_off = wanted and "later" in request.form
    tomorrow = session.today() + dt.timedelta(days=1)
    here = request.form.get("from", "")
    to = url_for("dashboard.index") if here else url_for("accounts.show", _anchor="updates")
    done, undo = _("Today offers you statements to update."), None
    if is_put_off:
        done = _("Today offers you statements to update again from tomorrow on.")
    elif not wanted:
        done = _("Today doesn’t offer you statements to update anymore. Your account has it.")
    if here and (is_put_off or not wanted):
        undo = errors.Undo(url_for("dashboard.updates"), {"offers_updates": "y", "from": here})
    return pressed(
        lambda: account_actions.offer_updates(
            session.actor(), wanted, tomorrow if is_put_off else None
        ),
        done,
        to,
        undo,
    )


@bp.get("/.well-known/security.txt")
@door(Permission.PUBLIC)
def security_txt() -> ResponseReturnValue:
    """Where to report a security problem, as RFC 9116 has it; 404 where no contact is set."""
    contact = current_app.config["SECURITY_CONTACT"]
    if not contact:
        abort(404)
    expires = session.now().replace(hour=0, minute=0, second=0, microsecond=0) + GOOD_FOR
    lines = {
        "Contact": contact,
        "Expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": current_app.config["BABEL_DEFAULT_LOCALE"],
        "Canonical": f"{current_app.config['ORIGIN']}{url_for('dashboard.security_txt')}",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return Response(text, content_type="text/plain; charset=utf-8")


@bp.get("/styleguide")
@door(Permission.PUBLIC)
def styleguide() -> ResponseReturnValue:
    if not current_app.config["DEBUG_PAGES"]:
        abort(404)
    return render(
        "styleguide.html",
        sample_moment=session.now(),
        form=rejected_sample(),
        draft=FormDraft(
            "evidence.create", "", DraftHeader(1, "evidence.create", "", session.now())
        ),
    )


@bp.get("/use-statement")
@door(Permission.SIGNED_IN)
def use_statement() -> ResponseReturnValue:
    """What the library promises; it is read before the first rating."""
    text = use_statements_queries.newest(session.actor())
    form = UseStatementReadForm(
        data={"use_statement_id": text.id if text else None, "next": request.args.get("next", "")}
    )
    return render("today/use_statement.html", text=text, form=form)


@bp.post("/use-statement")
@door(Permission.SIGNED_IN)
def use_statement_read() -> ResponseReturnValue:
    form = UseStatementReadForm()
    if not form.validate_on_submit():
        return render(
            "today/use_statement.html",
            text=use_statements_queries.newest(session.actor()),
            form=form,
        ), 422
    account_actions.read_use_statement(
        session.actor(), form.use_statement_id.data or 0, session.now()
    )
    errors.flash_message(_("Thank you. You can rate now."))
    return redirect(own_address(form.next.data or "", url_for("dashboard.index")), 303)


finish = Blueprint("finish", __name__)


@dataclass(frozen=True, slots=True)
class SectionLevels:
    """A section by one's own ratings: with one domain its bar, as on the profile, and the level
    where it's known; with several how each stands to its target, counted in `words`."""

    title: Wording
    words: str
    bar: LevelBar | None = None
    states: tuple[TargetState | None, ...] = ()


@dataclass(frozen=True, slots=True)
class SendingOffer:
    """What the page for sending says before anything is changed there. `words`: how much it
    suggests, and what that costs the reviewer."""

    has_reviewer: bool
    has_statements: bool
    words: str


@finish.get("/assess/done")
@door(Permission.RATE)
def show() -> ResponseReturnValue:
    """On to `next` while something of the job is left."""
    header = ratings_pages.header(switch="finish.show", private=True).once_read()
    if not header.progress.is_finished:
        return redirect(own_address(request.args.get("next", ""), url_for("assessment.resume")))
    sections = _sections(header.learner, header.sheet)
    return render(
        "today/finish.html",
        lang=header.learner.lang,
        header=header,
        groups=page_nav.page_nav(header.learner.framework_slug, header.progress),
        sections=sections,
        has_target=any(section.bar and section.bar.tick for section in sections),
        sending=_sending(header.learner, header.sheet),
        is_sent=sent_counts(header.sheet).in_all > 0,
    )


def _sections(learner: Learner, sheet: Sheet) -> list[SectionLevels]:
    sheet = mark_language(sheet, learner.lang)
    unknown = OpenStatements.of(sheet_rules_summaries.voices(sheet, learner.name), Side.OWN)
    own = sheet.standings(Voice.SELF)
    sections = []
    for _key, of_section in groupby(sheet.domains, key=lambda domain: domain.strand_key):
        first, *others = of_section
        if others:
            states = tuple(own[domain.id].target_state for domain in (first, *others))
            sections.append(SectionLevels(first.strand, _of_domains(states), states=states))
        else:
            href = url_for("profiles.explain_own", domain=first.key)
            of = own[first.id]
            drawn = bar(Voice.SELF, of, first, href, unknown, excepted=False)
            sections.append(SectionLevels(first.strand, _level(of, first), drawn))
    return sections


def _of_domains(states: tuple[TargetState | None, ...]) -> str:
    with_target = len(states) - states.count(None)
    if not with_target:
        return _("no target")
    words = ngettext(
        "%(at)s of %(num)d domain at target",
        "%(at)s of %(num)d domains at target",
        with_target,
        at=states.count(TargetState.AT_TARGET),
    )
    return ", ".join(filter(None, (words, beside_headline(Voice.SELF, Counter(states)))))


def _level(of: DomainLevels, domain: DomainShape) -> str:
    """The level reached; "" where it isn't known: what is said of the target and the next level
    gives the reason."""
    rank = known_rank(of)
    if rank is None:
        return ""
    reached = _("%(level)s reached", level=domain.level_name(rank))
    return str(reached if rank else _("No level reached yet"))


def _sending(learner: Learner, sheet: Sheet) -> SendingOffer:
    reviewers = sending_queries_reviewers.of(learner.person_id, session.today())
    statements = sendable(sheet, learner.round_starts_on)
    count = len(suggested(statement.candidate for statement in statements))
    paces = review_queries_items.seconds_of([reviewer.person_id for reviewer in reviewers])
    minutes = minutes_for(count, sending_queries_reviewers.expected(reviewers, paces))
    only = sending_queries_reviewers.sole(reviewers)
    time = ngettext(
        "about %(num)d minute for %(name)s",
        "about %(num)d minutes for %(name)s",
        minutes,
        name=first_name(only.name) if only else _("your reviewer"),
    )
    suggestion = ngettext("%(num)d suggested", "%(num)d suggested", count)
    words = f"{suggestion}, {time}" if count else _("None suggested; you choose which")
    return SendingOffer(bool(reviewers), bool(statements), words)
