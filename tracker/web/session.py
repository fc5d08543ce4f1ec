"""Who asks. The signed cookie holds a random token and the CSRF secret; the sign-in itself is a row."""

import datetime as dt

from flask import Flask, Response, current_app, g, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from tracker.policy import Actor
from tracker.queries.actors import actor_for_token
from tracker.rules.passwords import Passwords
from tracker.services import sign_ins

login = LoginManager()
login.session_protection = None


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """Flask-Login's user: the token is its id, so that a sign-in dies with its row."""

    def __init__(self, token: str, actor: Actor, seen_at: dt.datetime | None) -> None:
        self.token = token
        self.actor = actor
        self.seen_at = seen_at

    def get_id(self) -> str:
        return self.token


def now() -> dt.datetime:
    """The moment of this request: one and the same for all that it does."""
    if "now" not in g:
        g.now = dt.datetime.now(dt.UTC)
    moment: dt.datetime = g.now
    return moment


def actor_or_none() -> Actor | None:
    user = current_user
    return user.actor if user.is_authenticated else None


def actor() -> Actor:
    """The signed-in person. Only behind a door that needs one."""
    found = actor_or_none()
    if found is None:
        raise RuntimeError("this door needs a permission that asks for somebody signed in")
    return found


def passwords() -> Passwords:
    found: Passwords = current_app.extensions["tracker_passwords"]
    return found


def begin(email: str, password: str) -> bool:
    """Sign in; False when unknown, disabled or wrong. What the cookie held before is dropped."""
    token = sign_ins.sign_in(
        passwords(),
        email,
        password,
        agent=request.headers.get("User-Agent", ""),
        now=now(),
        max_age=dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"]),
    )
    if token is None:
        return False
    cookie.clear()
    found = actor_for_token(token, now(), _idle())
    if found is None:
        raise RuntimeError("a sign-in that was just made is not there")
    login_user(SignedIn(token, *found))
    return True


def end() -> None:
    who = actor_or_none()
    if who is not None:
        sign_ins.sign_out(who, now())
    logout_user()
    cookie.clear()


def _idle() -> dt.timedelta:
    return dt.timedelta(minutes=current_app.config["SESSION_IDLE_MINUTES"])


@login.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> SignedIn | None:
    found = actor_for_token(token, now(), _idle())
    return None if found is None else SignedIn(token, *found)


def _note_seen(response: Response) -> Response:
    user = getattr(g, "_login_user", None)
    if isinstance(user, SignedIn) and user.seen_at is not None and user.seen_at <= now() - sign_ins.SEEN_EVERY:
        sign_ins.seen(user.actor, now())
    return response


def init_app(app: Flask) -> None:
    login.init_app(app)
    app.extensions["tracker_passwords"] = Passwords(**app.config["ARGON2"])
    app.after_request(_note_seen)
