"""The samples of a proxy in docs/samples, from Debian's packages: started in front of the real server,
and walked through by HTTPS."""

import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
import trustme
from flask import Flask

from config import ROOT
from tests.benches.pages import free_port
from tests.client import PASSWORD
from tests.conftest import NOW
from tests.engines import REQUIRED
from tests.factories.world import make_world
from tests.test_crash import laid_out, served
from tests.web.http.test_private_log import SPELLINGS
from tracker.cli.operations import round_trip
from tracker.cli.server import gunicorn
from tracker.cli.server.worker import LONGEST_WAIT
from tracker.db import db
from tracker.rules.core.tokens import new_token
from tracker.web.http.input_checks import LONG_FORM, MULTIPART, UPLOAD, URLENCODED

SAMPLES = ROOT / "docs" / "samples"
SITE = "skills.library.org"


def caddy(folder: Path, port: int, server: int, prefix: str) -> list[str]:
    """The sample with another port and a certificate of the test's own."""
    sample = (SAMPLES / "Caddyfile").read_text(encoding="utf-8")
    site = f"https://localhost:{port} {{\n\ttls {folder}/cert.pem {folder}/key.pem"
    told = "".join(line for line in sample.splitlines(True) if not line.lstrip().startswith("#"))
    if prefix:
        below = re.search(r": (reverse_proxy /skills/.*)", sample)
        assert below is not None
        told = changed(told, {"reverse_proxy 127.0.0.1:8000": below[1]})
    own = f"admin off\n\tauto_https disable_redirects\n\tstorage file_system {folder}\n\t"
    told = changed(
        told,
        {
            f"{SITE} {{": site,
            "127.0.0.1:8000": f"127.0.0.1:{server}",
            "log {\n": f"{own}log {{\n\t\toutput file {folder}/log\n",
        },
    )
    (folder / "Caddyfile").write_text(told)
    return ["caddy", "run", "--config", str(folder / "Caddyfile")]


def test_they_wait_longer_than_the_server_lets_anybody_wait() -> None:
    for sample in ("nginx.conf", "Caddyfile"):
        told = (SAMPLES / sample).read_text(encoding="utf-8")
        (seconds,) = re.findall(r"(?:proxy_read_timeout|response_header_timeout) (\d+)s", told)
        assert int(seconds) > gunicorn.graceful_timeout > 2 * LONGEST_WAIT


def nginx(folder: Path, port: int, server: int, prefix: str) -> list[str]:
    sample = (SAMPLES / "nginx.conf").read_text(encoding="utf-8")
    certificates = f"/etc/letsencrypt/live/{SITE}"
    told = changed(
        sample,
        {
            f"{certificates}/fullchain.pem": f"{folder}/cert.pem",
            f"{certificates}/privkey.pem": f"{folder}/key.pem",
            "listen 443": f"listen 127.0.0.1:{port}",
            "listen 80": f"listen 127.0.0.1:{free_port()}",
            "127.0.0.1:8000": f"127.0.0.1:{server}",
            SITE: "localhost",
            "location / {": f"location {prefix}/ {{",
            "/var/log/nginx/skills.log": f"{folder}/log",
        },
    )
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"user root; daemon off; pid {folder}/pid; error_log {folder}/log;\nevents {{}}\n"
        f"http {{\n{places}{told} }}"
    )
    return ["nginx", "-e", f"{folder}/log", "-c", str(folder / "nginx.conf")]


def changed(sample: str, other: dict[str, str]) -> str:
    for there, instead in other.items():
        assert there in sample, there
        sample = sample.replace(there, instead)
    return sample


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    proxy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not answers(port):
            assert proxy.poll() is None, f"{command[0]} did not start"
            time.sleep(0.05)
        yield
    finally:
        proxy.terminate()
        proxy.wait()


def answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("name", ["caddy", "nginx"])
def test_no_search_and_no_one_time_link_is_logged(name: str, tmp_path: Path) -> None:
    """Where nothing answers behind it, so that the proxy logs that as well."""
    if shutil.which(name) is None and name not in REQUIRED:
        pytest.skip(MISSING.format(name="caddy and nginx-light"))
    issued = trustme.CA().issue_cert("localhost")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    unchecked = ssl._create_unverified_context()
    port, token = free_port(), new_token()
    with running(SAMPLE[name](tmp_path, port, free_port(), ""), port):
        hostile = [spelled.replace("TOKEN", token) for spelled in SPELLINGS]
        for path in ("/search?q=unlogged", *hostile, "/teams/7"):
            url = f"https://localhost:{port}{path}"
            from_link = {"Referer": f"https://localhost/welcome/{token}"}
            asked = urllib.request.Request(url, headers=from_link if path != "/teams/7" else {})
            with pytest.raises(urllib.error.HTTPError, match="502") as refused:
                urllib.request.urlopen(asked, context=unchecked)
            refused.value.close()
    logged = (tmp_path / "log").read_text(encoding="utf-8")
    assert "/teams/7" in logged
    assert "unlogged" not in logged
    assert token[:30] not in logged
    assert token[:30].lower() not in logged


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("prefix", ["", "/skills"])
def test_the_samples_of_a_proxy(
    migrated_app: Flask,
    engine_name: str,
    tmp_path: Path,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One server, and each proxy in front of it."""
    assert migrated_app
    here = {each for each in SAMPLE if shutil.which(each) is not None or each in REQUIRED}
    if not here:
        pytest.skip(MISSING.format(name="caddy and nginx-light"))
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    with laid_out(engine_name, tmp_path) as (app, environment):
        with app.app_context():
            email = make_world(NOW).email("ana")
            db.session.remove()
        environment |= {
            "TRACKER_BASE_URL": "https://localhost",
            "TRACKER_TRUST_PROXY": "yes",
            "TRACKER_URL_PREFIX": prefix,
        }
        with served(environment, prefix) as (server, _kill):
            for name in sorted(here):
                port = free_port()
                with running(SAMPLE[name](tmp_path, port, server, prefix), port):
                    base = f"https://localhost:{port}{prefix}"
                    walk(base, prefix, trusted, email)
                    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
                    config = {"TRUST_PROXY": True, "BASE_URL": base}
                    for key, faults in ((app.config["SECRET_KEY"], 0), ("another key", 1)):
                        now = time_machine.escape_hatch.time.time()
                        found = list(round_trip.faults({**config, "SECRET_KEY": key}, now))
                        assert len(found) == faults, (name, found)
                small = urlsplit(f"http://127.0.0.1:{server}{prefix}/evidence")
                assert round_trip._lets_through(small, 1000), "the server itself answers"
    if missing := SAMPLE.keys() - here:
        pytest.skip(MISSING.format(name=", ".join(missing)))


SAMPLE: dict[str, Callable[[Path, int, int, str], list[str]]] = {"caddy": caddy, "nginx": nginx}
MISSING = "{name} is not installed (Debian: apt-get install caddy nginx-light)"


def walk(base: str, prefix: str, trusted: ssl.SSLContext, email: str) -> None:
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=trusted), urllib.request.HTTPCookieProcessor()
    )
    opener.addheaders = [("Referer", f"{base}/login"), ("X-Forwarded-Host", "evil.org")]
    page = read(opener, f"{base}/login")
    (style, *_more) = re.findall(rf'href="{prefix}(/assets/[^"]+\.css)"', page)
    assert "{" in read(opener, base + style)
    (token,) = set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page))
    form = {"csrf_token": token, "email": email, "password": PASSWORD}
    assert "evil.org" not in read(opener, f"{base}/login", urlencode(form).encode())
    assert read(opener, f"{base}/account").count(email) > 0
    for url, kind, size, status in (
        ("/login", URLENCODED, 60_000, 400),  # read, and without a token
        ("/login", URLENCODED, 70_000, 413),
        ("/evidence", f"{MULTIPART}; boundary=x", 5_000_000, 400),
    ):
        file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        body = file + b"x" * size + b"\r\n--x--\r\n"
        asked = urllib.request.Request(base + url, body, {"Content-Type": kind})
        assert refusal(opener, asked) == status, (url, size)


def refusal(opener: urllib.request.OpenerDirector, asked: urllib.request.Request) -> int:
    """Its status. Where the connection is closed before all is sent, the answer can be lost with it:
    then it is asked again."""
    for _time in range(20):
        try:
            read(opener, asked)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code
        except urllib.error.URLError as lost:
            if not isinstance(lost.reason, BrokenPipeError | ConnectionResetError):
                raise
    pytest.fail("no answer came in 20 times, or it was no refusal")


@pytest.mark.parametrize(
    ("name", "upload", "others"), [("nginx.conf", "11m", "4m"), ("Caddyfile", "11MiB", "4MiB")]
)
@pytest.mark.parametrize("prefix", ["", "/skills"])
def test_the_samples_say_the_sizes_of_the_doors(
    migrated_app: Flask, name: str, upload: str, others: str, prefix: str
) -> None:
    sample = (SAMPLES / name).read_text(encoding="utf-8")
    assert re.findall(r"max_(?:body_)?size (\w+)", sample) == [upload, others]
    mib = 1024**2
    assert (UPLOAD[URLENCODED].size, LONG_FORM[URLENCODED].size) == (11 * mib, 4 * mib)
    (pattern,) = re.findall(r"(?:location ~|path_regexp) (\S+)", sample)
    rules = [rule for rule in migrated_app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    views: dict[str, Any] = {**migrated_app.view_functions}
    taking = {re.sub(r"<[^>]*>", "7", rule.rule): views[rule.endpoint].takes for rule in rules}
    found = {url for url in taking if re.search(pattern, prefix + url)}
    assert found == {url for url, takes in taking.items() if takes is UPLOAD}
    left = [taking[url] for url in taking if url not in found]
    assert all(most.size <= 4 * mib for takes in left for most in takes.values())


def read(
    opener: urllib.request.OpenerDirector,
    url: str | urllib.request.Request,
    data: bytes | None = None,
) -> str:
    with opener.open(url, data) as answer:
        assert answer.status == 200
        return str(answer.read().decode())
