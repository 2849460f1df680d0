"""The words of a calendar invitation (RFC 5545) for a letter that has no others."""

import re

_FOLD = re.compile(r"\n[ \t]")
# DTSTART;TZID=Asia/Almaty:20261121T120400
_LINE = re.compile(r"^([A-Z-]{1,40})(?:;[^:\n]{0,500})?:(.*)$", re.MULTILINE)
_ESCAPED = re.compile(r"\\([nN,;\\])")
_SHOWN = ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION")
_LONGEST = 20000


def calendar_to_text(calendar: str) -> str:
    """Title, times, place and description of the first event, one a line; empty where there is none of them.

    Times come as they stand there (``20261121T120400``): their zone may be anywhere in the calendar.
    """
    text = _FOLD.sub("", calendar[:_LONGEST])
    begin = text.find("BEGIN:VEVENT")
    found: dict[str, str] = {}
    for name, value in _LINE.findall(text[max(0, begin) :]):
        if name in _SHOWN:
            found.setdefault(name, _ESCAPED.sub(_unescape, value).strip())
        elif name == "END" and value.strip() == "VEVENT":
            break
    return "\n".join(found[name] for name in _SHOWN if found.get(name))


def _unescape(match: re.Match[str]) -> str:
    return "\n" if match.group(1) in "nN" else match.group(1)
