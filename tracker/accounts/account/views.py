"""One's own account, and what somebody typed and did not send: kept while they type, and theirs
alone."""

from operator import attrgetter

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from tracker.accounts.account import actions as account_actions, queries as account_queries
from tracker.accounts.account.forms import (
    MAIL_CHOICES,
    AgainForm,
    AwayForm,
    CoverForm,
    MailChoiceForm,
    NameForm,
    PasswordForm,
    SecondOpinionsForm,
    UpdatesForm,
)
from tracker.accounts.account.rules import MERGE_WAITS, device
from tracker.accounts.links import queries as links_queries
from tracker.accounts.sign_in import views as sign_in_views
from tracker.policy.permissions import Subject
from tracker.queries.access import (
    drafts as core_drafts_queries,
    openings as openings_queries,
    subjects as subjects_queries,
)
from tracker.queries.core import erasures as core_erasures_queries
from tracker.rules.core.notices import MailChoice, NoticePage
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door, note_opened
from tracker.web.http.errors import flash_message, refusal_messages
from tracker.web.http.form_actions import accepted, pressed, saved
from tracker.web.http.input_checks import DRAFT, FORM, json_object
from tracker.web.http.rate_limits import limiter
from tracker.web.http.redirects import own_address
from tracker.web.i18n.render import render
from tracker.web.ui.drafts import DRAFT_FORMS, typed
from tracker.web.ui.labels import AS_READER, ERASED_BECAUSE, LOOKED_AT
from tracker.web.ui.tables import by_day
from tracker.web.ui.templating.dates import day

bp = sign_in_views.bp
drafts = Blueprint("drafts", __name__)

refusal_messages(
    merge_over=_l("Nothing waits for this anymore: it was done, or somebody objected already."),
    draft_long=_l(
        "This is too long to be kept before it is sent. Send it, or keep a copy of your own."
    ),
    draft_malformed=_l("That is not what this page sends. Nothing was saved; load the page again."),
    drafts_full=_l(
        "You have %(most)s drafts, which is the most one person can have. Discard some in your "
        "account, then save again."
    ),
)


@bp.get("/account")
@door(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/account/name")
@door(Permission.SIGNED_IN)
def rename() -> ResponseReturnValue:
    form, actor, to = NameForm(), session.actor(), url_for("accounts.show")
    done = _("Your name is now %(name)s.", name=form.name.data)
    page = saved(
        form, lambda: account_actions.rename(actor, form.name.data, session.now()), done, to
    )
    return page or (_page(form), 422)


@bp.post("/account/screen-cover")
@door(Permission.SIGNED_IN)
def cover() -> ResponseReturnValue:
    wanted = bool(CoverForm().covers_screen.data)
    done = (
        _("Your pages are covered after a minute without input.")
        if wanted
        else _("Your pages are not covered.")
    )
    to = url_for("accounts.show", _anchor="shared-desk")
    return pressed(lambda: account_actions.cover_screen(session.actor(), wanted), done, to)


@bp.post("/account/second-opinions")
@door(Permission.SIGNED_IN)
def second_opinions() -> ResponseReturnValue:
    wanted = bool(SecondOpinionsForm().gives_second_opinions.data)
    done = (
        _("Anybody in your library can ask you.") if wanted else _("Only your teams can ask you.")
    )
    to = url_for("accounts.show", _anchor="second-opinions")
    return pressed(lambda: account_actions.give_second_opinions(session.actor(), wanted), done, to)


@bp.post("/account/away")
@door(Permission.SIGNED_IN)
def leave() -> ResponseReturnValue:
    form = AwayForm()
    if accepted(
        form, lambda: account_actions.leave(session.actor(), form.until_on.data, session.now())
    ):
        flash_message(
            _(
                "You’re away until %(day)s. Your reviews are due later by as many days.",
                day=day(form.until_on.data),
            )
        )
        return redirect(url_for("accounts.show", _anchor="away"), 303)
    return _page(away_form=form), 422


@bp.post("/account/away/end")
@door(Permission.SIGNED_IN)
def come_back() -> ResponseReturnValue:
    to = url_for("accounts.show", _anchor="away")
    return pressed(
        lambda: account_actions.come_back(session.actor(), session.now()),
        _("You’re back. From today on, days count again."),
        to,
    )


@bp.post("/account/notices")
@door(Permission.SIGNED_IN)
def mail_choice() -> ResponseReturnValue:
    form = MailChoiceForm()
    if accepted(
        form,
        lambda: account_actions.choose_mail(
            session.actor(), MailChoice(form.mail.data), session.now()
        ),
    ):
        flash_message(
            _("Notices by mail: %(choice)s.", choice=MAIL_CHOICES[MailChoice(form.mail.data)])
        )
        return redirect(url_for("accounts.show", _anchor="notices"), 303)
    return _page(mail=form), 422


@bp.post("/account/merge/object")
@door(Permission.SIGNED_IN)
def object_to_merge() -> ResponseReturnValue:
    return pressed(
        lambda: account_actions.object_to_merge(session.actor(), session.now()),
        _("You objected. Both accounts stay as they are."),
        url_for("accounts.show"),
    )


@bp.get("/account/password")
@door(Permission.SIGNED_IN)
def password() -> ResponseReturnValue:
    return render("accounts/password.html", form=PasswordForm())


@bp.post("/account/password")
@door(Permission.SIGNED_IN)
@limiter.limit("10 per minute")
def change_password() -> ResponseReturnValue:
    form, to = PasswordForm(), url_for("accounts.show")
    done = _("Your password is changed. You are signed out everywhere else.")
    page = saved(form, lambda: session.change_password(form.current.data, form.new.data), done, to)
    return page or (render("accounts/password.html", form=form), 422)


@bp.get("/account/again")
@door(Permission.SIGNED_IN)
def again() -> ResponseReturnValue:
    return _again(AgainForm(formdata=None))


@bp.post("/account/again")
@door(Permission.SIGNED_IN)
@limiter.limit("10 per minute")
def unlock() -> ResponseReturnValue:
    form, to = AgainForm(), own_address(request.args.get("next", ""), url_for("accounts.show"))
    if accepted(form, lambda: session.unlock(form.current.data)):
        return redirect(to, 303)
    return _again(form), 422


def _again(form: AgainForm) -> str:
    return render("accounts/again.html", form=form, next=request.args.get("next", ""))


@bp.post("/account/sign-ins/<id:sign_in_id>/end")
@door(Permission.ACCOUNT_OWN, subjects_queries.sign_in)
def end_sign_in(sign_in: Subject) -> ResponseReturnValue:
    if sign_in.id == session.actor().sign_in_id:
        return sign_in_views.sign_out()
    done = _("That sign-in is ended.")
    to = url_for("accounts.show")
    return pressed(
        lambda: account_actions.end_sign_in(session.actor(), sign_in.id, session.now()), done, to
    )


@bp.post("/account/sign-ins/others/end")
@door(Permission.SIGNED_IN)
def end_other_sign_ins() -> ResponseReturnValue:
    return pressed(
        lambda: account_actions.end_other_sign_ins(session.actor(), session.now()),
        _("You are signed out everywhere else."),
        url_for("accounts.show", _anchor="sign-ins"),
    )


def _page(
    form: NameForm | None = None,
    *,
    mail: MailChoiceForm | None = None,
    away_form: AwayForm | None = None,
) -> str:
    note_opened(NoticePage.ACCOUNT)
    actor, now = session.actor(), session.now()
    account = account_queries.account(actor, now)
    form = form or NameForm(formdata=None, name=actor.name)
    mail = mail or MailChoiceForm(formdata=None, mail=account_queries.mail_choice(actor))
    away_form = away_form or AwayForm(formdata=None, until_on=account.away_until)
    person = account.Person
    merge = account_queries.merge_of(actor.person_id, now)
    ends = merge is not None and merge.earlier_id == actor.person_id
    return render(
        "accounts/show.html",
        form=form,
        cover=CoverForm(formdata=None, covers_screen=actor.covers_screen),
        updates=UpdatesForm(formdata=None, offers_updates=person.offers_updates),
        opinions=SecondOpinionsForm(
            formdata=None, gives_second_opinions=person.gives_second_opinions
        ),
        account=account,
        merge=merge,
        merges_at=merge and merge.asked_at + MERGE_WAITS,
        must_stay=ends and account_queries.has_record(actor.person_id),
        sign_ins=account_queries.sign_ins(actor, now, session.idle()),
        device=device,
        looks=by_day(account_queries.glances(actor), attrgetter("looked_on"), attrgetter("reader")),
        reading=account_queries.reading(actor),
        links=links_queries.of_own(actor, now),
        now=now,
        erased=core_erasures_queries.erased_by(actor.person_id),
        on_hold_since=core_erasures_queries.on_hold_since(actor.person_id),
        reasons=ERASED_BECAUSE,
        new_readers=openings_queries.count_to_read(actor.person_id, now),
        looked_at=LOOKED_AT,
        as_reader=AS_READER,
        mail=mail,
        away_form=away_form,
        refused=next((sent for sent in (mail, away_form) if sent.errors), form),
        drafts=core_drafts_queries.headers(actor.person_id),
        draft_names=DRAFT_FORMS,
        is_mail_set=session.is_mail_set(),
    )


@drafts.post("/drafts", endpoint="save")
@door(Permission.SIGNED_IN, takes={**FORM, **DRAFT})
def save_draft() -> ResponseReturnValue:
    body = json_object() if request.is_json else {}
    account_actions.save_draft(session.actor(), *typed(body), session.now())
    return jsonify(saved=True)


@drafts.post("/drafts/<id:draft_id>/discard", endpoint="discard")
@door(Permission.DRAFT_OWN, subjects_queries.draft)
def discard_draft(draft: Subject) -> ResponseReturnValue:
    to = own_address(request.form.get("next", ""), url_for("accounts.show", _anchor="drafts"))
    return pressed(
        lambda: account_actions.discard_draft(session.actor(), draft.id), _("Discarded."), to
    )
