"""Sending a stored file: always as an attachment, and never as a page that could do something."""

import io
import unicodedata
from urllib.parse import quote

from flask import Response, send_file

from tracker.evidence.files.rules import clean_name

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def attachment(content: bytes, name: str, media_type: str) -> Response:
    """The content under its label (RFC 6266), with one in plain letters for old programs. It is not
    cached, not sniffed, and runs nothing."""
    response = send_file(
        io.BytesIO(content),
        media_type,
        as_attachment=True,
        download_name=name,
        conditional=False,
        etag=False,
    )
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    if clean_name(plain) != plain:  # none of its letters is plain: ".txt"
        also = {"filename*": f"UTF-8''{quote(name, safe='')}"}
        response.headers.set(
            "Content-Disposition", "attachment", filename=clean_name(plain), **also
        )
    if media_type == "text/plain":
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "no-store"
    return response
