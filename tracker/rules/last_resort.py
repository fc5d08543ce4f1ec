"""The headers of every answer, and the page for when no other can be made: where the web server
could not read the request, or making an error page failed. Also who gets JSON in the place of a
page."""

import html
import json

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
STRICT = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
NOTHING_COULD_ANSWER = (
    "Something went wrong on our side",
    (
        "What was saved before is still there. Go back and try once more. If it happens again, "
        "tell your administrator the reference below."
    ),
)
"""Title and text. In the program's own language: to translate them is to make a page."""
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
SHARED_HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


def headers(*, https: bool, shares_host: bool, request_id: str) -> dict[str, str]:
    """Those of every answer; what an answer says itself goes before them. `shares_host`: the site
    is below a path, and says nothing of the host's other names."""
    only = SHARED_HTTPS_ONLY if shares_host else HTTPS_ONLY
    return {**STRICT, **(only if https else {}), "X-Request-ID": request_id}


def prefers_json(accept: str) -> bool:
    """Whether an Accept header names JSON, and neither likes a page as much nor anything more."""
    json_, page_, any_ = 0.0, 0.0, 0.0
    for kind, quality in parse_accept_header(accept, MIMEAccept):
        name = kind.partition(";")[0].strip().lower()
        if name == "application/json" or name.endswith("+json"):
            json_ = max(json_, quality)
        elif name in ("text/html", "application/xhtml+xml", "text/*"):
            page_ = max(page_, quality)
        elif name == "*/*":
            any_ = quality
    return json_ > page_ and json_ >= any_


def body(title: str, text: str, request_id: str, accept: str) -> tuple[str, bytes]:
    """Its media type, and a whole page without a style, in the program's own language; or JSON."""
    if prefers_json(accept):
        return "application/json", json.dumps({"error": text, "request_id": request_id}).encode()
    title, text, request_id = map(html.escape, (title, text, request_id))
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title} - Skills Tracker'
        f"</title></head><body><main><h1>{title}</h1><p>{text}</p><p>Reference: {request_id}</p>"
        "</main></body></html>\n"
    )
    return "text/html; charset=utf-8", page.encode()


def answer(request_id: str, accept: str) -> tuple[str, list[tuple[str, str]], bytes]:
    """The status, the headers of its own, and the body, where nothing could answer."""
    return _answer("500 Internal Server Error", *NOTHING_COULD_ANSWER, request_id, accept)


def elsewhere(
    prefix: str, request_id: str, accept: str
) -> tuple[str, list[tuple[str, str]], bytes]:
    """The same beside the path that the site is below."""
    text = f"Skills Tracker is at {prefix}/."
    return _answer("404 Not Found", "There is no such page here", text, request_id, accept)


def _answer(
    status: str, title: str, text: str, request_id: str, accept: str
) -> tuple[str, list[tuple[str, str]], bytes]:
    kind, whole = body(title, text, request_id, accept)
    return status, [("Content-Type", kind), ("Content-Length", str(len(whole)))], whole
