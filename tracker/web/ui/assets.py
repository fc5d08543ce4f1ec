"""Own static files and Bootstrap's (from its package), compressed, under names that hold their
digest."""

import hashlib
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

PREFIX = "/assets"
BOOTSTRAP = "bootstrap/bootstrap.min.css"
ENDINGS = {".css", ".js", ".svg", ".png", ".ico", ".woff2", ".webmanifest"}


def _sources(static: Path) -> dict[str, Path]:
    """Every file to serve: its plain name (as templates say it) and where it is."""
    own = {
        path.relative_to(static).as_posix(): path
        for path in sorted(static.rglob("*"))
        if path.is_file() and path.suffix in ENDINGS
    }
    package = (
        Path(str(files("flask_bootstrap"))) / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
    )
    return own | {BOOTSTRAP: package}


def _hashed(name: str, content: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"


def build(static: Path, target: Path) -> dict[str, str]:
    """Lay the files out under `target` in a folder of their own digest, once; returns plain name ->
    served path."""
    contents = {name: path.read_bytes() for name, path in _sources(static).items()}
    names = {name: _hashed(name, content) for name, content in contents.items()}
    folder = target / hashlib.sha256("\n".join(sorted(names.values())).encode()).hexdigest()[:16]
    if not folder.exists():
        target.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=target))
        for name, content in contents.items():
            path = making / names[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            list(Compressor(quiet=True).compress(str(path)))
        try:
            making.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(making)
    return {name: f"{folder.name}/{hashed}" for name, hashed in names.items()}


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def init_app(app: Flask, static: Path) -> None:
    served = build(static, app.config["ASSETS_DIR"])

    def asset(name: str) -> str:
        """The address of a static file. Raises KeyError when there is none of that name."""
        return f"{PREFIX}/{served[name].partition('/')[2]}"

    folder = app.config["ASSETS_DIR"] / next(iter(served.values())).partition("/")[0]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=PREFIX,
        max_age=31_536_000,
        allow_all_origins=False,
        immutable_file_test=lambda *_: True,
        add_headers_function=_add_headers,
    )
    app.jinja_env.globals["asset"] = asset
