"""Settings. Everything comes from the environment (TRACKER_...), with defaults that are safe on one
machine."""

import os
import re
import secrets
import tempfile
from contextlib import suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
MIB = 1024 * 1024
ARGON2_LEAST = ((1, 47104), (2, 19456), (3, 12288), (4, 9216), (5, 7168))
"""Rounds and KiB of Argon2id, of which OWASP's Password Storage Cheat Sheet wants one at least."""
SECRET_MIN = 32
"""Fewest characters of a secret key."""
BUCKET = re.compile(
    r"(?:s3://)?(?P<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[\w.-]+(?:/[\w.-]+)*))?/?",
    re.ASCII,
)
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
POOL_TIMEOUT = 4
"""How many seconds a request waits for a connection to the database."""


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


def document_fonts() -> str:
    """The folder of fonts, or nothing: also for a command that needs nothing else of the settings.
    Raises ValueError."""
    return _folder("TRACKER_DOCUMENT_FONTS")


def _scanner(name: str) -> str:
    """The path of a socket, or host:port, or nothing."""
    given = os.environ.get(name, "").strip()
    _host, _colon, port = given.rpartition(":")
    if given and not given.startswith("/") and not (_host and port.isascii() and port.isdigit()):
        raise ValueError(f"{name} must be the path of clamd's socket or host:port, not {given!r}.")
    return given


def _path(name: str) -> str:
    """A path below which the site is, without its last slash, or nothing."""
    given = os.environ.get(name, "").strip().rstrip("/")
    if given and not (PATH.fullmatch(given) and not {".", ".."} & set(given.split("/"))):
        raise ValueError(f"{name} must be a path such as /skills, not {given!r}.")
    return given


def _origin(name: str, prefix: str) -> str:
    """The scheme and host of an address. Its path can only be the prefix."""
    given = os.environ.get(name, "").strip().rstrip("/") or "http://127.0.0.1:8000"
    parts = urlsplit(given)
    if parts.path not in ("", prefix) or parts.query or parts.fragment:
        raise ValueError(f"{name} names a path: set TRACKER_URL_PREFIX to it, {given!r}.")
    return f"{parts.scheme}://{parts.netloc}"


def _contact(name: str) -> str:
    """Where to write to: an https:// page, or an email address as a mailto:. Or nothing."""
    given = os.environ.get(name, "").strip()
    address = given.removeprefix("mailto:")
    if re.fullmatch(r"[^\s@:]+@[^\s@:]+\.[^\s@:]+", address, re.ASCII):
        return f"mailto:{address}"
    if given and not re.fullmatch(r"https://[^\s/]+\S*", given, re.ASCII):
        raise ValueError(
            f"{name} must be an email address or a page that begins with https://, not {given!r}."
        )
    return given


def _person(name: str) -> tuple[str, str]:
    """Whom to ask, and their email address, from "Name <address>" or the address alone. Two times
    nothing where it is not set."""
    given = os.environ.get(name, "").strip()
    found = re.fullmatch(r"(?:(?P<who>[^<>]+?)\s*<)?(?P<where>[^\s@<>]+@[^\s@<>]+)>?", given)
    if given and found is None:
        raise ValueError(f"{name} must be written as Name <name@library.org>, not {given!r}.")
    return (found["who"] or "", found["where"]) if found else ("", "")


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 10**9):
        raise ValueError(f"{name} must be a whole number of 1 or more, not {value!r}.")
    return int(value)


def _key(
    value: str, where: str, remedy: str = f"Give {SECRET_MIN} characters or more, made at random."
) -> str:
    if len(value) < SECRET_MIN or not (value.isascii() and value.isprintable()):
        raise ValueError(f"{where} is empty, too short or damaged. {remedy}")
    return value


def _secret(data_dir: Path, *, makes: bool) -> str:
    """TRACKER_SECRET_KEY, or a key made once and kept beside the data, readable by its owner
    alone. It is there whole or not at all."""
    given = os.environ.get("TRACKER_SECRET_KEY", "")
    if given:
        return _key(given, "TRACKER_SECRET_KEY")
    path = data_dir / "secret_key"
    if not (makes or path.exists()):
        return secrets.token_urlsafe(48)
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix=".secret_key-") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(file.name, path)
    return _key(
        path.read_text(encoding="ascii", errors="replace").strip(),
        f"The key in {path}",
        "Delete the file: a new one is made, and everybody signs in again.",
    )


def _password_cost(file: Path) -> dict[str, int]:
    """Of TRACKER_PASSWORD_COST, or what `tracker setup` measured and kept, or the dearest."""
    name = "TRACKER_PASSWORD_COST"
    given = os.environ.get(name, "").strip()
    if not given and file.exists():
        name, given = f"The cost in {file}", file.read_text(encoding="ascii").strip()
    numbers = given.split() if given else ["3", str(64 * 1024), "4"]
    if not (len(numbers) == 3 and all(number.isascii() and number.isdigit() for number in numbers)):
        raise ValueError(f"{name} must be rounds, KiB, and threads, as 2 19456 1, not {given!r}.")
    rounds, memory, lanes = map(int, numbers)
    if not lanes or not any(rounds >= least and memory >= kib for least, kib in ARGON2_LEAST):
        raise ValueError(
            f"{name} is less than OWASP's least for Argon2id, such as 2 19456 1: {given!r}."
        )
    return {"time_cost": rounds, "memory_cost": memory, "parallelism": lanes}


def _former_secrets() -> list[str]:
    """Keys that signed what is still in use, the newest first."""
    name = "TRACKER_SECRET_KEY_FALLBACKS"
    return [_key(each, f"A key in {name}") for each in os.environ.get(name, "").split()]


def _bucket() -> dict[str, str]:
    """Where evidence files are kept in an S3-compatible store; empty where they are in a folder."""
    address = os.environ.get("TRACKER_FILES_BUCKET", "").strip()
    if not address:
        return {}
    found = BUCKET.fullmatch(address)
    if found is None:
        raise ValueError(
            f"TRACKER_FILES_BUCKET must be the name of a bucket, or bucket/folder, not {address!r}."
        )
    more = {
        "endpoint": os.environ.get("TRACKER_S3_ENDPOINT", "").strip(),
        "region": os.environ.get("TRACKER_S3_REGION", "").strip() or "us-east-1",
        "key": os.environ.get("TRACKER_S3_KEY", "").strip(),
        "secret": os.environ.get("TRACKER_S3_SECRET", "").strip(),
    }
    if more["endpoint"] and not more["endpoint"].startswith(("https://", "http://")):
        raise ValueError(f"TRACKER_S3_ENDPOINT must begin with https://, not {more['endpoint']!r}.")
    if not (more["key"] and more["secret"]):
        raise ValueError("TRACKER_FILES_BUCKET needs TRACKER_S3_KEY and TRACKER_S3_SECRET, too.")
    if find_spec("s3fs") is None:
        raise ValueError(
            "TRACKER_FILES_BUCKET needs the extra s3: pip install 'skills-tracker[s3]'"
        )
    return {**found.groupdict(default=""), **more}


class Config:
    """Read once at start. An attribute in capitals becomes a Flask setting. Unless it `makes` what
    is missing, there is no folder and no key on the disk afterward that was not there."""

    def __init__(self, *, makes: bool = True) -> None:
        data_dir = Path(os.environ.get("TRACKER_DATA_DIR", ROOT / "var")).resolve()
        if makes:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.DATA_DIR = data_dir
        self.DEMO = _flag("TRACKER_DEMO", False)
        self.DEMO_ROWS = ROOT / "seed_data" / "demo" / "rows.jsonl"
        self.DEBUG_PAGES = _flag("TRACKER_DEBUG_PAGES", False)
        name = "demo.sqlite3" if self.DEMO else "tracker.sqlite3"
        self.SQLALCHEMY_DATABASE_URI = (
            os.environ.get("TRACKER_DATABASE_URL") or f"sqlite:///{data_dir / name}"
        )
        self.SECRET_KEY = _secret(data_dir, makes=makes)
        self.SECRET_KEY_FALLBACKS = _former_secrets()
        self.WTF_CSRF_SECRET_KEY = [*reversed(self.SECRET_KEY_FALLBACKS), self.SECRET_KEY]
        self.WORKERS = _number("TRACKER_WORKERS", max(2, os.cpu_count() or 1))
        self.THREADS = _number("TRACKER_THREADS", 4)
        self.SQLALCHEMY_ENGINE_OPTIONS = {
            "hide_parameters": True,
            "pool_pre_ping": True,
            # What read last reads next, and keeps what SQLite compiled for it.
            "pool_use_lifo": True,
            "pool_timeout": POOL_TIMEOUT,
            # Kept: one to read and one to write for each thread.
            "pool_size": 2 * self.THREADS,
            "max_overflow": 7,
        }
        self.URL_PREFIX = _path("TRACKER_URL_PREFIX")
        self.ORIGIN = _origin("TRACKER_BASE_URL", self.URL_PREFIX)
        self.BASE_URL = self.ORIGIN + self.URL_PREFIX
        self.MORE_HOSTS = os.environ.get("TRACKER_MORE_HOSTS", "").lower().replace(",", " ").split()
        self.FILES = data_dir / ("demo-files" if self.DEMO else "files")
        self.BUCKET = {} if self.DEMO else _bucket()
        self.BACKUP_DIR = Path(_folder("TRACKER_BACKUP_DIR") or data_dir / "backups")
        self.METRICS_DIR = _folder("TRACKER_METRICS_DIR")
        self.ASSETS_DIR = data_dir / "assets"
        self.MIGRATIONS_DIR = ROOT / "migrations"
        self.MIN_FREE_BYTES = 100 * MIB
        ahead = timedelta(days=_number("TRACKER_CLOCK_AHEAD_DAYS", 3))
        self.CLOCK_AHEAD = None if self.DEMO else ahead

        self._cookies()
        self.UPLOAD_MAX_BYTES = 10 * MIB
        self.UPLOAD_TOTAL_BYTES = _number("TRACKER_UPLOAD_TOTAL_MIB", 200) * MIB
        self.MAX_CONTENT_LENGTH = self.UPLOAD_MAX_BYTES + MIB
        self.MAX_FORM_MEMORY_SIZE = MIB
        self.SCANNER = _scanner("TRACKER_CLAMD")

        self.MAIL_URL = os.environ.get("TRACKER_SMTP_URL", "console:" if self.DEMO else "").strip()
        self.MAIL_FROM = os.environ.get("TRACKER_MAIL_FROM", "").strip()

        self._site()
        self.DOCUMENT_FONTS = document_fonts()
        self.RATELIMIT_STORAGE_URI = os.environ.get("TRACKER_LIMITS_STORAGE") or "database://"
        if self.RATELIMIT_STORAGE_URI.startswith("redis"):
            self.RATELIMIT_STORAGE_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 1}
        self.TRUST_PROXY = _flag("TRACKER_TRUST_PROXY", False)
        self.PASSWORD_COST_FILE = data_dir / "password_cost"
        self.NO_ROOM_FILE = data_dir / "no_room"
        self.ARGON2 = _password_cost(self.PASSWORD_COST_FILE)
        self.BABEL_DEFAULT_LOCALE = "en"
        self.BABEL_DEFAULT_TIMEZONE = "UTC"
        self.PSEUDO_LANGUAGE = _one_of("TRACKER_PSEUDO_LANGUAGE", "accented", "mirrored")

    def _site(self) -> None:
        self.SECURITY_CONTACT = _contact("TRACKER_SECURITY_CONTACT")
        permitted = os.environ.get("TRACKER_COPY_PERMITTED", "")
        self.COPY_PERMITTED = frozenset(permitted.replace(",", " ").split())
        self.SITE_NAME = os.environ.get("TRACKER_SITE_NAME", "").strip()
        self.SITE_PURPOSE = os.environ.get("TRACKER_SITE_PURPOSE", "").strip()
        self.SITE_CONTACT = _person("TRACKER_SITE_CONTACT")

    def _cookies(self) -> None:
        https = urlsplit(self.BASE_URL).scheme == "https"
        self.SESSION_COOKIE_SECURE = https
        self.COOKIE_PREFIX = ("__Secure-" if self.URL_PREFIX else "__Host-") if https else ""
        self.SESSION_COOKIE_NAME = f"{self.COOKIE_PREFIX}session"
        self.SESSION_COOKIE_PATH = self.URL_PREFIX or "/"
        self.SESSION_COOKIE_HTTPONLY = True
        self.SESSION_COOKIE_SAMESITE = "Lax"
        self.SESSION_IDLE_MINUTES = _number("TRACKER_SESSION_IDLE_MINUTES", 720)
        self.SESSION_MAX_DAYS = _number("TRACKER_SESSION_MAX_DAYS", 14)
        self.WTF_CSRF_TIME_LIMIT = None
        self.WTF_CSRF_SSL_STRICT = https
