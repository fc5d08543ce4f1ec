"""A look at the server from outside: by its own address, through the proxy, as a browser comes."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from email.message import Message
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tracker.operations.system import rules as system_rules

MIB = 1024 * 1024
PRETENDED = "192.0.2.77"
"""An address of nobody's (RFC 5737), which a request says it is forwarded for."""
PATIENCE = 10
LINE = 8192
SIZES = {"/evidence": 10.5, "/assess/list": 10.5, "/account/drafts": 3.9}
"""Path -> MiB that the proxy must let through: nearly what the program's own pages take."""


class NotKnown(str):
    """A sentence on what nobody can tell here."""

    __slots__ = ()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_values: Any) -> None:
        return None


def faults(config: Mapping[str, Any], now: float) -> Iterator[str]:
    """What is wrong between a browser and the program, one sentence each."""
    base, header = config["BASE_URL"], {"X-Forwarded-For": PRETENDED}
    probe = {"X-Tracker-Probe": system_rules.signed(config["SECRET_KEY"], now)}
    try:
        _headers, body = _asked(f"{base}/healthz", {**header, **probe})
    except OSError as error:
        reason = getattr(error, "reason", error)
        yield (
            f"{base} can't be reached from this machine: {reason}. Start the program and the "
            "proxy, and look at the name, the certificate, and the firewall."
        )
        return
    try:
        seen = json.loads(body)["seen"]
    except (ValueError, KeyError, TypeError):
        yield (
            f"What answers at {base} is not this program with this secret key. Look where the "
            "proxy leads, and whether the server has the same settings."
        )
        return
    yield from _as_seen(config, seen)
    for path, size in SIZES.items():
        try:
            is_through = _lets_through(urlsplit(base + path), int(size * MIB))
        except (OSError, http.client.HTTPException) as error:
            yield NotKnown(
                f"Whether {size} MiB come through to {path}: {error}. Look at the proxy."
            )
            continue
        if not is_through:
            yield (
                f"The proxy doesn't let {size} MiB through to {path}. Set its limits as in "
                "docs/samples."
            )


def _lets_through(url: SplitResult, size: int) -> bool:
    """Whether the program answers, and no proxy that finds it too much. Either may answer to the
    length alone, so nothing is sent before somebody wants it."""
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    with closing(kind(url.netloc, timeout=PATIENCE)) as connection:
        connection.putrequest("POST", url.path)
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        connection.putheader("Content-Length", str(size))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        with connection.sock.makefile("rb") as answer:
            status, head = answer.readline(LINE), http.client.parse_headers(answer)
            if b" 100 " in status:
                with suppress(OSError):  # the answer may be on its way before all is sent
                    connection.send(b"x" * size)
                answer.readline(LINE)
                head = http.client.parse_headers(answer)
        return "X-Request-ID" in head


def _as_seen(config: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[str]:
    own = urlsplit(config["BASE_URL"])
    is_trusted, forwarded = config["TRUST_PROXY"], seen["forwarded"]
    if is_trusted and seen["client"] == PRETENDED:
        yield (
            "Whoever asks can say which address they come from, so limits by address hold nobody. "
            "Have the proxy set X-Forwarded-For anew, as in docs/samples; without a proxy, take "
            "TRACKER_TRUST_PROXY out."
        )
    elif is_trusted and not forwarded:
        yield (
            "The proxy doesn't say who asks, so everybody seems to come from one address. Have it "
            "set X-Forwarded-For, as in docs/samples."
        )
    elif not is_trusted and forwarded != PRETENDED:
        yield (
            "There is a proxy in front, and the program doesn't believe it, so everybody seems to "
            "come from one address. Set TRACKER_TRUST_PROXY=yes."
        )
    if seen["scheme"] != own.scheme:
        yield (
            f"People come by {own.scheme}, and the program sees {seen['scheme']}. Have the proxy "
            "set X-Forwarded-Proto, and set TRACKER_TRUST_PROXY=yes."
        )
    if seen["host"] != own.netloc:
        yield (
            f"The program sees the host {seen['host']} in place of {own.netloc}. Have the proxy "
            "pass Host on, as in docs/samples."
        )


def _asked(url: str, headers: Mapping[str, str]) -> tuple[Message, bytes]:
    """The headers and the body of the answer, whatever its status. Raises OSError."""
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310  (our own address)
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=PATIENCE) as answer:
            return answer.headers, answer.read(MIB)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.headers, refused.read(MIB)
