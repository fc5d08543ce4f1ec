"""Which two accounts are one person's, and which of them is kept; why one can't be deleted."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired

from tracker.web.http.errors import refusal_messages
from tracker.web.ui import fields
from tracker.web.ui.form import Form

refusal_messages(
    merge_own=_l("One of these is your own account. Ask another administrator to do this."),
    merge_same=_l("This is the same account. Enter the email address or staff ID of the other."),
    merge_administrator=_l(
        "The account that ends is an administrator, operator, or framework editor. Take that away "
        "first, or keep it."
    ),
    merge_before=_l("The account that ends was made one with another account before. Keep it."),
    merge_has_ratings=_l(
        "%(email)s has ratings or evidence, so it can’t end. Decline, and ask the administrator to "
        "keep it. If both accounts have ratings, download those of one from its profile and import "
        "them in the other."
    ),
    merge_must_sign_in=_l(
        "This account was used, so its person has to confirm it in both accounts. Ask them to sign "
        "in to both first."
    ),
    merge_reviews_open=_l(
        "The account that ends has open reviews. They have to be closed, withdrawn, or reassigned "
        "first."
    ),
    merge_waits=_l("One of these accounts waits for an answer already. Call that off first."),
    account_is_earlier=_l(
        "This account goes on in another one, and nothing changes in it anymore. Its page leads to "
        "the one that stays."
    ),
    account_used=_l(
        "This account is in use or has a record, so it can’t be deleted. Disable it instead."
    ),
    merge_over=_l("This question is over: it was answered or called off, or its time ended."),
)


class OtherAccountForm(Form):
    """In the address of the page."""

    class Meta:
        csrf = False

    other = StringField(_l("Email or staff ID of the other account"))


class MergeForm(Form):
    """`keep`: the choices are handed in."""

    other: Any = HiddenField()
    keep = RadioField(
        _l("Which account stays?"),
        [InputRequired(_l("Choose the account that stays."))],
        coerce=fields.id_or_none,
    )
