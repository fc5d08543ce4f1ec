"""How a form or a button becomes one service call, and what it says afterwards."""

from collections.abc import Callable
from typing import TypeVar

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker.rules.errors import Conflict, Invalid
from tracker.web.http.errors import Undo, flash_message, message_for, put_on

T = TypeVar("T")


def accepted(form: FlaskForm, act: Callable[[], T]) -> tuple[T] | None:
    """What `act` returned, in a tuple; None when the form or the act refused, with the reasons on
    the form."""
    if not form.validate_on_submit():
        return None
    try:
        return (act(),)
    except (Invalid, Conflict) as refusal:
        put_on(form, refusal)
        return None


def saved(
    form: FlaskForm, act: Callable[[], object], done: str, to: str
) -> ResponseReturnValue | None:
    """A form: act, say so, and go to `to`. None when the form or the act refused."""
    if accepted(form, act) is None:
        return None
    flash_message(done)
    return redirect(to, 303)


def pressed(
    act: Callable[[], object], done: str, to: str, undo: Undo | None = None
) -> ResponseReturnValue:
    """A button: act, say so, and go to `to`. A refusal is said there too; nothing was typed that
    could be lost."""
    try:
        act()
    except (Invalid, Conflict) as refusal:
        flash_message(message_for(refusal), "error")
    else:
        flash_message(done, undo=undo)
    return redirect(to, 303)
