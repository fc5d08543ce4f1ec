"""Static files: laid out once, compressed, and served under the digest of all of them."""

import fcntl
import hashlib
import os
import re
import shutil
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

PREFIX = "/assets"
STYLE_IMPORT = re.compile(rb'^@import "([^"]+)"( print)?;$', re.MULTILINE)
SCRIPT_IMPORT = re.compile(rb'^import \{ ([\w, ]+) \} from "(\.{1,2}/[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(rb"^export ", re.MULTILINE)
ENDINGS = {".css", ".js", ".svg", ".png", ".ico", ".woff2", ".webmanifest", ".pdf"}


def _sources(static: Path) -> dict[str, Path]:
    """Every file to serve: its plain name (as templates say it) and where it is."""
    return {
        path.relative_to(static).as_posix(): path
        for path in sorted(static.rglob("*"))
        if path.is_file() and path.suffix in ENDINGS and not _is_part(path, static)
    }


def _is_part(path: Path, static: Path) -> bool:
    """A file in a folder under css/ or js/. The files right in there say where it is served."""
    return path.suffix in (".css", ".js") and path.parent != static / path.suffix[1:]


def as_served(path: Path) -> bytes:
    """What is served for a file. A list in css/ is served as the files that it names, in their
    order, and a script together with its parts, so that a browser asks once for all of them."""
    if path.suffix == ".js":
        return joined(path)
    if path.suffix != ".css":
        return path.read_bytes()

    def part(line: re.Match[bytes]) -> bytes:
        style = (path.parent / line[1].decode()).read_bytes()
        return b"@media print {\n" + style + b"}\n" if line[2] else style

    return STYLE_IMPORT.sub(part, path.read_bytes())


def joined(entry: Path) -> bytes:
    """A script and, before it, the parts that it needs, each once. They share one scope, so no two
    may name the same; what is served by itself stays imported, once for all of them."""
    used: dict[Path, set[str]] = {}
    parts: list[Path] = []

    def body(of: Path) -> bytes:
        def part(line: re.Match[bytes]) -> bytes:
            module = (of.parent / line[2].decode()).resolve()
            if module.parent == entry.parent.resolve():
                used.setdefault(module, set()).update(line[1].decode().split(", "))
            elif module not in parts:
                parts.append(module)
                return EXPORT.sub(b"", body(module))
            return b""

        return SCRIPT_IMPORT.sub(part, of.read_bytes())

    text = body(entry)
    heads = (
        b'import { %s } from "./%s";\n' % (", ".join(sorted(names)).encode(), module.name.encode())
        for module, names in used.items()
    )
    return b"".join(heads) + text


def imported(contents: dict[str, bytes], entry: str) -> list[str]:
    """Every module that a script imports, by others too, each once. Raises KeyError where one is
    not there."""
    modules: list[str] = []
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        folder = Path(name).parent
        for address in (line[1] for line in SCRIPT_IMPORT.findall(contents[name])):
            module = os.path.normpath(folder / address.decode())
            if module not in modules:
                modules.append(module)
                waiting.append(module)
    return modules


def digest(contents: dict[str, bytes]) -> str:
    """Changes with every name and every byte."""
    sums = [f"{name} {hashlib.sha256(contents[name]).hexdigest()}" for name in sorted(contents)]
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()[:16]


def lay_out(contents: dict[str, bytes], target: Path) -> list[Path]:
    """The folder of these files under `target`, and the one that was served before it, if there is
    one. Older ones are removed. Processes that start at once wait for each other."""
    target.mkdir(parents=True, exist_ok=True)
    with (target / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = target / digest(contents)
        if not folder.exists():
            _write(contents, folder)
        os.utime(folder)  # its last start says which one was served before
        others = [other for other in target.glob("[!.]*") if other != folder]
        others.sort(key=lambda other: other.stat().st_mtime)
        for other in others[:-1]:
            shutil.rmtree(other)
    return [folder, *others[-1:]]


def _write(contents: dict[str, bytes], folder: Path) -> None:
    """All of it or nothing: what a process that was killed left half made is made again."""
    making = folder.parent / ".making"
    if making.exists():
        shutil.rmtree(making)
    for name, content in contents.items():
        path = making / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        list(Compressor(quiet=True).compress(str(path)))
    making.rename(folder)


def init_app(app: Flask, static: Path) -> None:
    contents = {name: as_served(path) for name, path in _sources(static).items()}
    modules = {name: imported(contents, name) for name in contents if name.endswith(".js")}
    folders = lay_out(contents, app.config["ASSETS_DIR"])
    served = WhiteNoise(
        app.wsgi_app,
        max_age=31_536_000,
        allow_all_origins=False,
        immutable_file_test=lambda *_: True,
        mimetypes={".webmanifest": "application/manifest+json"},
    )
    for folder in folders:
        served.add_files(str(folder), prefix=f"{PREFIX}/{folder.name}")
    app.wsgi_app = served  # type: ignore[method-assign]

    def asset(name: str) -> str:
        """The address of a static file. Raises KeyError when there is none of that name."""
        if name not in contents:
            raise KeyError(name)
        return f"{app.config['URL_PREFIX']}{PREFIX}/{folders[0].name}/{name}"

    app.jinja_env.globals |= {"asset": asset, "modules": modules.__getitem__}
