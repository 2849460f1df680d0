"""A link to a room, course or registration page of the service among a client's words."""

import re

# «https://room.controlsystem.kz/algebra-9b», «room.controlsystem.kz/inf-101,», «controlsystem.kz/course/turk-b1.»
_URL = re.compile(r"(?:https?://)?(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+)?(?P<path>/[^\s<>\"'»)]*)?", re.I)

_PAGE_HOST = re.compile(
    r"^(?:room|rooms|course|courses|event|events|reg|webinar|webinars|live|meet|edu|school|my|app)\d*\.", re.I
)
# «/reg/med-konf-2024», «/course/7719», «/room/31177-phys», «/c/python-base», «/r/textile-conf», «/embed/robo-kids»
_PAGE_PATH = re.compile(
    r"^/(?:reg|registration|course|courses|room|rooms|event|events|webinar|c|r|p|lesson|embed|meet)/[^/]", re.I
)
_NO_PAGE_HOST = re.compile(r"^(?:api|hooks?|help|docs|support|static|cdn|mail|status)\.", re.I)
# «/tarify», «/w/form.js», «/login/sso/kazenergo»
_NO_PAGE_PATH = re.compile(
    r"^/(?:tarif\w*|price\w*|pricing|login|help|docs|api|w|js|static|about|contacts?|oferta)(?:/|$)|\.(?:js|css|json|php)$",
    re.I,
)


def find_link(text: str, service_hosts: tuple[str, ...]) -> str | None:
    """The first link in ``text`` to a page of the service, as written; None if there is none.

    ``service_hosts`` are host names; their subdomains count too. The bare site, its tariffs, API and
    log-in are no pages.
    """
    low = text.lower()
    if not any(host.lower() in low for host in service_hosts):
        return None
    for match in _URL.finditer(text):
        if text[match.start() - 1 : match.start()] == "@":
            continue
        if _is_service(match["host"], service_hosts) and _is_page(
            match["host"], (match["path"] or "").rstrip(".,;:!?")
        ):
            return match.group().rstrip(".,;:!?")
    return None


def _is_service(host: str, service_hosts: tuple[str, ...]) -> bool:
    low = host.lower().rstrip(".")
    return any(low == own or low.endswith(f".{own}") for own in (each.lower() for each in service_hosts))


def _is_page(host: str, path: str) -> bool:
    if _NO_PAGE_HOST.search(host) or _NO_PAGE_PATH.search(path.partition("?")[0]):
        return False
    if _PAGE_PATH.search(path):
        return True
    return bool(_PAGE_HOST.search(host)) and len(path) > 1
