"""Who asks. The signed cookie holds a random token and the CSRF secret; the sign-in itself is a
row."""

import datetime as dt
import hmac

from flask import Flask, Response, current_app, g, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from tracker.policy.permissions import Actor
from tracker.queries.access import blind_spots as blindness
from tracker.queries.access.actors import actor_for_token
from tracker.queries.access.blind_spots import BlindSpots
from tracker.rules.accounts.passwords import Passwords
from tracker.services.accounts import account, sign_ins

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


def today() -> dt.date:
    """The day it is in the signed-in person's library."""
    return actor().today(now())


def blind_spots() -> BlindSpots:
    """What the signed-in person may not see before they reveal, asked once for a request."""
    if "blind_spots" not in g:
        g.blind_spots = blindness.blind_spots(actor(), today())
    found: BlindSpots = g.blind_spots
    return found


def browser_key() -> str:
    """Tells a browser whose unsaved answers it holds, without saying who: another one for each
    sign-in."""
    who = actor()
    whose = f"{who.person_id}:{who.sign_in_id}"
    return hmac.new(current_app.config["SECRET_KEY"].encode(), whose.encode(), "sha256").hexdigest()


def passwords() -> Passwords:
    found: Passwords = current_app.extensions["tracker_passwords"]
    return found


def begin(email: str, password: str) -> bool:
    """Sign in; False when unknown, disabled or wrong. What the cookie held before is dropped."""
    token = sign_ins.sign_in(
        passwords(), email, password, agent=_agent(), now=now(), max_age=_max_age()
    )
    if token is None:
        return False
    _enter(token)
    return True


def change_password(current: str, new: str) -> None:
    """Ends all sign-ins of this person and goes on with a new one here. Raises what
    services/accounts/account refuses."""
    token = account.change_password(
        actor(), passwords(), current, new, agent=_agent(), now=now(), max_age=_max_age()
    )
    _enter(token)


def _enter(token: str) -> None:
    """Go on with this sign-in. What the cookie held before is dropped, so a planted one is worth
    nothing."""
    cookie.clear()
    found = actor_for_token(token, now(), idle())
    if found is None:
        raise RuntimeError("a sign-in that was just made is not there")
    login_user(SignedIn(token, *found))


def end() -> None:
    who = actor_or_none()
    if who is not None:
        sign_ins.sign_out(who, now())
    logout_user()
    cookie.clear()


def _agent() -> str:
    return request.headers.get("User-Agent", "")


def _max_age() -> dt.timedelta:
    return dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])


def idle() -> dt.timedelta:
    """How long a sign-in lives without being used."""
    return dt.timedelta(minutes=current_app.config["SESSION_IDLE_MINUTES"])


@login.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> SignedIn | None:
    found = actor_for_token(token, now(), idle())
    return None if found is None else SignedIn(token, *found)


def _note_seen(response: Response) -> Response:
    user = getattr(g, "_login_user", None)
    if (
        isinstance(user, SignedIn)
        and user.seen_at is not None
        and user.seen_at <= now() - sign_ins.SEEN_EVERY
    ):
        sign_ins.seen(user.actor, now())
    return response


def init_app(app: Flask) -> None:
    login.init_app(app)
    app.extensions["tracker_passwords"] = Passwords(**app.config["ARGON2"])
    app.jinja_env.globals.update(browser_key=browser_key)
    app.after_request(_note_seen)
