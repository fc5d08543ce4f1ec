"""Who asks. The signed cookie holds a random token, the CSRF secret, and who signed in; the sign-in
itself is a row, and whoever's has ended is nobody."""

import datetime as dt
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from operator import xor

from flask import Flask, Response, current_app, g, request, session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect, generate_csrf

from tracker.accounts.account import actions as account_actions
from tracker.accounts.links import actions as links_actions
from tracker.accounts.links.actions import PasswordSet
from tracker.accounts.sign_in import actions as sign_in_actions
from tracker.accounts.sign_in.rules import Passwords, Visit
from tracker.operations.audit.actions import SideNote, side_note, tell_missed
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import SignedInActor, actor_for_token
from tracker.record.visible.queries import Reader

HASHING = frozenset(
    {
        "accounts.sign_in_now",
        "accounts.take_turn",
        "accounts.change_password",
        "accounts.unlock",
        "given_links.make_code",
        "address_changes.ask",
        "invitations.accept",
        "front.try_as",
    }
)
"""Endpoints that hash a password. The server lets those wait in a line of their own."""
COMES_AGAIN = frozenset({"accounts.sign_in_now", "accounts.take_turn"})
"""Of these, those that answer by themselves where that line is too long (`is_busy`), and then hash
nothing."""

login = LoginManager()
login.session_protection = None


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """Flask-Login's user: the token is its id, so that a sign-in dies with its row. `sign_in` is
    None where no browser sent the request."""

    def __init__(self, token: str, actor: Actor, sign_in: SignedInActor | None) -> None:
        self.token = token
        self.actor = actor
        self.sign_in = sign_in

    def get_id(self) -> str:
        return self.token


class MaskedTokens(CSRFProtect):  # type: ignore[misc]  # Flask-WTF ships no types
    """What forms send is another text in each answer. So the size of a compressed page that repeats
    what somebody else put into its address tells nothing that the next one holds (BREACH)."""

    def _get_csrf_token(self) -> str:
        try:
            both = urlsafe_b64decode(super()._get_csrf_token() or "")
        except ValueError:
            return ""
        half = len(both) // 2
        return bytes(map(xor, both[:half], both[half:])).decode("latin-1")


def csrf_token() -> str:
    """One and the same on all of a page."""
    if "masked_token" not in g:
        token = generate_csrf().encode()
        mask = secrets.token_bytes(len(token))
        g.masked_token = urlsafe_b64encode(mask + bytes(map(xor, mask, token))).decode()
    return str(g.masked_token)


def now() -> dt.datetime:
    """The moment of this request: one and the same for all that it does."""
    if "now" not in g:
        g.now = dt.datetime.now(dt.UTC)
    moment: dt.datetime = g.now
    return moment


def actor_or_none() -> Actor | None:
    user = g.get("_login_user") or current_user
    return user.actor if user.is_authenticated else None


def actor() -> Actor:
    """The signed-in person. Only behind a door that needs one."""
    signed_in = actor_or_none()
    if signed_in is None:
        raise RuntimeError("this door needs a permission that asks for somebody signed in")
    return signed_in


def act_as(who: Actor) -> None:
    """Let this request be theirs: one that no browser sent, for work in the background."""
    g._login_user = SignedIn("", who, None)
    g.pop("reader", None)


def has_link() -> bool:
    """Whether somebody else may have a link for a new password of who is signed in."""
    user = g.get("_login_user") or current_user
    return user.is_authenticated and user.sign_in is not None and user.sign_in.has_link


def is_unlocked_before(moment: dt.datetime) -> bool:
    """Whether who is signed in gave their password before that, and not since."""
    user = g.get("_login_user") or current_user
    return user.sign_in is not None and user.sign_in.started_at < moment


def unlock(password: str) -> None:
    """Their password again, for what asks for it. Raises Invalid("password_wrong", "current")."""
    sign_in_actions.unlock(actor(), passwords(), password, now())


def today() -> dt.date:
    """The day it is in the signed-in person's library."""
    return actor().today(now())


def reader() -> Reader:
    """The signed-in person; what is hidden from them is asked once for a request."""
    who = actor()
    if "reader" not in g or g.reader.actor is not who:
        g.reader = Reader(who, now())
    one: Reader = g.reader
    return one


def browser_key() -> str:
    """Tells a browser whose unsaved answers it holds, without saying who: another one for each
    sign-in. By the oldest key that still holds, so that a new one drops no answer."""
    who = actor()
    whose = f"{who.person_id}:{who.sign_in_id}"
    oldest = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]][-1]
    return hmac.new(oldest.encode(), whose.encode(), "sha256").hexdigest()


def is_busy() -> bool:
    """Whether the line for hashing a password is too long for this request."""
    return bool(request.environ.get("tracker.busy"))


def is_mail_set() -> bool:
    """Whether mail goes out from here."""
    return current_app.extensions["tracker_mail"] is not None


def passwords() -> Passwords:
    """Raises RuntimeError for an endpoint that is not one of HASHING."""
    if request.endpoint not in HASHING:
        raise RuntimeError(f"{request.endpoint} hashes a password in the line of pages")
    hasher: Passwords = current_app.extensions["tracker_passwords"]
    return hasher


def begin(
    email: str, password: str, *, is_noted: bool = True, on_shared_desk: bool = False
) -> bool:
    """Sign in; False when unknown, disabled or wrong, which the audit tells where `is_noted`. What
    the cookie held before is dropped."""
    visit = _visit(on_shared_desk=on_shared_desk)
    token = sign_in_actions.sign_in(passwords(), email, password, visit, now(), is_noted=is_noted)
    if token is None:
        return False
    _enter(token)
    return True


def change_password(current: str, new: str) -> None:
    """Ends all sign-ins of this person and goes on with a new one here. Raises what
    accounts/account/actions refuses."""
    _enter(account_actions.change_password(actor(), passwords(), current, new, _visit(), now()))


def accept_link(link: str, password: str, code: str, *, with_code: bool) -> PasswordSet:
    """Set the password that a one-time link is for. Whoever is signed in here is signed out; who
    set their first one is signed in. Raises what accounts/links/actions refuses."""
    done = links_actions.accept(
        link, passwords(), password, now(), code=code, visit=_visit(), with_code=with_code
    )
    end()
    if done.token is not None:
        _enter(done.token)
    return done


def _enter(token: str) -> None:
    """Go on with this sign-in. What the cookie held before is dropped, so a planted one is worth
    nothing."""
    cookie.clear()
    sign_in = actor_for_token(token, now(), idle())
    if sign_in is None:
        raise RuntimeError("a sign-in that was just made is not there")
    login_user(SignedIn(token, sign_in.actor, sign_in))
    cookie["person_id"] = sign_in.actor.person_id


def end() -> None:
    who = actor_or_none()
    if who is not None:
        sign_in_actions.sign_out(who, now())
    logout_user()
    cookie.clear()


def _visit(*, on_shared_desk: bool = False) -> Visit:
    max_age = dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])
    return Visit(request.headers.get("User-Agent", ""), max_age, on_shared_desk)


def idle() -> dt.timedelta:
    """How long a sign-in lives at most without being used."""
    return dt.timedelta(minutes=current_app.config["SESSION_IDLE_MINUTES"])


@login.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> SignedIn | None:
    """Nobody on the page of a fault, where asking may have been what failed."""
    if g.get("failing"):
        return None
    sign_in = actor_for_token(token, now(), idle())
    return None if sign_in is None else SignedIn(token, sign_in.actor, sign_in)


def _note_seen(response: Response) -> Response:
    user = getattr(g, "_login_user", None)
    sign_in = user.sign_in if isinstance(user, SignedIn) else None
    if sign_in is not None:
        every = sign_in_actions.seen_every(sign_in.idle)
        if sign_in.seen_at <= now() - every:
            with side_note(SideNote.SEEN, sign_in.actor):
                sign_in_actions.seen(sign_in.actor, every, now())
    return response


def _renew(response: Response) -> Response:
    """What the person may do has changed since the last request: the cookie holds another
    token from here on, so one that was captured before is worth nothing."""
    user = getattr(g, "_login_user", None)
    if not isinstance(user, SignedIn) or user.sign_in is None or not user.sign_in.renews:
        return response
    if response.status_code < 500 and "_user_id" in cookie:
        with side_note(SideNote.RENEWAL, user.actor):
            token = sign_in_actions.renew(user.actor, user.token, now())
            if token is not None:
                cookie["_user_id"] = token
    return response


def _tell_missed(response: Response) -> Response:
    user = getattr(g, "_login_user", None)
    if isinstance(user, SignedIn):
        tell_missed(user.actor, now())
    return response


def init_app(app: Flask) -> None:
    login.init_app(app)
    app.extensions["tracker_passwords"] = Passwords(
        **app.config["ARGON2"], site=app.config["SITE_NAME"]
    )
    app.extensions["tracker_hashing"] = HASHING
    app.extensions["tracker_comes_again"] = COMES_AGAIN
    app.jinja_env.globals.update(browser_key=browser_key)
    app.after_request(_tell_missed)
    app.after_request(_note_seen)
    app.after_request(_renew)
