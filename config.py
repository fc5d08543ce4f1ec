"""Settings. Everything comes from the environment (TRACKER_...), with defaults that are safe on one
machine."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
MIB = 1024 * 1024


def _flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in ("", "default"):
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"{name} must be yes or no, not {value!r}.")


def _one_of(name: str, *known: str) -> str:
    """One of the known words, or nothing."""
    value = os.environ.get(name, "").strip().lower()
    if value and value not in known:
        raise ValueError(f"{name} must be {' or '.join(known)}, not {value!r}.")
    return value


def _folder(name: str) -> str:
    given = os.environ.get(name, "").strip()
    if given and not Path(given).is_dir():
        raise ValueError(f"{name} must be a folder that is there, not {given!r}.")
    return given


def _secret(data_dir: Path) -> str:
    """TRACKER_SECRET_KEY, or a key made once and kept beside the data, readable by its owner
    alone."""
    given = os.environ.get("TRACKER_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise ValueError(
                "TRACKER_SECRET_KEY is too short: give 32 characters or more, made at random."
            )
        return given
    path = data_dir / "secret_key"
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


class Config:
    """Read once at start. An attribute in capitals becomes a Flask setting."""

    def __init__(self) -> None:
        data_dir = Path(os.environ.get("TRACKER_DATA_DIR", ROOT / "var")).resolve()
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.DATA_DIR = data_dir
        self.DEMO = _flag("TRACKER_DEMO", False)
        self.DEBUG_PAGES = _flag("TRACKER_DEBUG_PAGES", False)
        name = "demo.sqlite3" if self.DEMO else "tracker.sqlite3"
        self.SQLALCHEMY_DATABASE_URI = (
            os.environ.get("TRACKER_DATABASE_URL") or f"sqlite:///{data_dir / name}"
        )
        self.SECRET_KEY = _secret(data_dir)
        self.BASE_URL = os.environ.get("TRACKER_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
        self.FILES_DIR = data_dir / ("demo-files" if self.DEMO else "files")
        self.ASSETS_DIR = data_dir / "assets"

        https = urlsplit(self.BASE_URL).scheme == "https"
        self.SESSION_COOKIE_SECURE = https
        self.SESSION_COOKIE_NAME = "__Host-session" if https else "session"
        self.SESSION_COOKIE_HTTPONLY = True
        self.SESSION_COOKIE_SAMESITE = "Lax"
        self.SESSION_IDLE_MINUTES = int(os.environ.get("TRACKER_SESSION_IDLE_MINUTES", "720"))
        self.SESSION_MAX_DAYS = int(os.environ.get("TRACKER_SESSION_MAX_DAYS", "14"))
        self.WTF_CSRF_TIME_LIMIT = None
        self.WTF_CSRF_SSL_STRICT = https

        self.UPLOAD_MAX_BYTES = 10 * MIB
        self.UPLOAD_TOTAL_BYTES = int(os.environ.get("TRACKER_UPLOAD_TOTAL_MIB", "200")) * MIB
        self.MAX_CONTENT_LENGTH = self.UPLOAD_MAX_BYTES + MIB
        self.MAX_FORM_MEMORY_SIZE = MIB
        self.MAX_FORM_PARTS = 2_000

        self.MAIL_URL = os.environ.get("TRACKER_SMTP_URL", "console:" if self.DEMO else "").strip()
        self.MAIL_FROM = os.environ.get("TRACKER_MAIL_FROM", "").strip()

        self.DOCUMENT_FONTS = _folder("TRACKER_DOCUMENT_FONTS")
        self.RATELIMIT_STORAGE_URI = os.environ.get("TRACKER_LIMITS_STORAGE", "memory://")
        self.RATELIMIT_HEADERS_ENABLED = True
        self.TRUST_PROXY = _flag("TRACKER_TRUST_PROXY", False)
        self.ARGON2 = {"time_cost": 3, "memory_cost": 64 * 1024, "parallelism": 4}
        self.BABEL_DEFAULT_LOCALE = "en"
        self.BABEL_DEFAULT_TIMEZONE = "UTC"
        self.PSEUDO_LANGUAGE = _one_of("TRACKER_PSEUDO_LANGUAGE", "accented", "mirrored")
