"""How a form or a button becomes one service call, and what it says afterwards."""

from collections.abc import Callable
from typing import TypeVar

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker.rules.errors import Conflict, Invalid
from tracker.web.http.errors import Undo, flash_message, message_for, put_on

T = TypeVar("T")
Done = str | Callable[[T], str]
"""What is said afterwards: a sentence, or what makes one of that which the act returned."""


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
    form: FlaskForm, act: Callable[[], T], done: Done[T], to: str
) -> ResponseReturnValue | None:
    """A form: act, say so, and go to `to`. None when the form or the act refused."""
    made = accepted(form, act)
    if made is None:
        return None
    flash_message(done(*made) if callable(done) else done)
    return redirect(to, 303)


def pressed(
    act: Callable[[], T], done: Done[T], to: str, undo: Undo | None = None
) -> ResponseReturnValue:
    """A button: act, say so, and go to `to`. A refusal is said there too; nothing was typed that
    could be lost."""
    try:
        made = act()
    except (Invalid, Conflict) as refusal:
        flash_message(message_for(refusal), "error")
    else:
        flash_message(done(made) if callable(done) else done, undo=undo)
    return redirect(to, 303)
