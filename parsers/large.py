"""A letter above the size limit: what is taken of it instead of the whole."""

import re

# Content-Type: multipart/mixed; boundary="x"   with its folded lines
_CONTENT_FIELD = re.compile(
    rb"^(?:content-[a-z-]+|mime-version)[ \t]*:[^\n]*\n(?:[ \t]+[^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)

MARK = b"X-Supportd-Reduced: only the header and the text of a larger letter\r\n"
"""Says in the bytes themselves that they are not the whole letter."""


def headers_and_text(header_bytes: bytes, text_part_mime_headers: bytes, text_part_body: bytes) -> bytes:
    """The bytes that stand for the letter from now on: its raw bytes, and what its digest is taken from.

    ``header_bytes`` is the letter's header block (IMAP ``BODY[HEADER]``), ``text_part_mime_headers`` that of its text
    part (``BODY[n.MIME]``; empty where the letter has one part only, whose fields are the letter's own) and
    ``text_part_body`` the part's body as it came, still encoded; each may be empty. The letter becomes one of a single
    part: its own Content fields give way to those of the text part. The same three always give the same bytes.
    """
    headers = _ending_in_line(header_bytes)
    mime = _ending_in_line(text_part_mime_headers)
    if mime:
        headers = (
            _CONTENT_FIELD.sub(b"", headers)
            + b"MIME-Version: 1.0\r\n"
            + b"".join(
                match.group()
                for match in _CONTENT_FIELD.finditer(mime)
                if not match.group().lower().startswith(b"mime-")
            )
        )
    return headers + MARK + b"\r\n" + text_part_body


def _ending_in_line(block: bytes) -> bytes:
    """The block without the blank line at its end, and with the line end of its last field."""
    stripped = block.rstrip(b"\r\n \t")
    return stripped + b"\r\n" if stripped else b""
