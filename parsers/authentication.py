"""What the receiving server found out about the sender: the Authentication-Results field (RFC 8601).

A reader of our own, since identity hangs on it: it takes the grammar and what Gmail, Exchange, Yandex and Mail.ru
write, and gives nothing at all for a field it does not understand to its end.
"""

import re

from parsers.mail import AuthenticationMethod, AuthenticationResults, ParsedMail

_LONGEST_FIELD = 8192
_MOST_METHODS = 64

# a quoted string, one of ; = that part, or a word:  dkim = pass ; "mx one.example"
_TOKEN = re.compile(r'"((?:[^"\\\r\n]|\\.)*)"|([;=])|([^\s;="()]+)|(\s+)')
# behind "=" a word may hold further ones:  header.b=Zk3/aQ==
_VALUE = re.compile(r'"((?:[^"\\\r\n]|\\.)*)"|(;)|([^\s;"()]+)|(\s+)')
_METHOD = re.compile(r"([a-z0-9][a-z0-9-]*)(?:/\d+)?")
_RESULT = re.compile(r"[a-z][a-z0-9-]*")
_PROPERTY = re.compile(r"(?:[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9_-]*|reason|action)")


def topmost_results(mail: ParsedMail) -> AuthenticationResults | None:
    """The topmost Authentication-Results field of the letter; None if there is none or it is malformed.

    The ones below it are anybody's: a sender may bring his own (RFC 8601, 7.1).
    """
    value = mail.value("authentication-results")
    return None if value is None else read_results(value)


def read_results(value: str) -> AuthenticationResults | None:
    """One field's value, unfolded. None where it departs from the grammar in anything that could change its meaning.

    ``authserv_id`` is lower-cased, and empty where the field begins with a method at once (Exchange Online). Comments
    say nothing (RFC 8601, 2.2). ``none`` alone gives no methods.
    """
    if len(value) > _LONGEST_FIELD:
        return None
    plain = _without_comments(value)
    tokens = None if plain is None else _tokens(plain)
    if not tokens:
        return None
    sections = _sections(tokens)
    if len(sections) > _MOST_METHODS:
        return None
    authserv_id, rest = "", sections
    if not _looks_like_method(sections[0]):
        identity = _authserv_id(sections[0])
        if identity is None:
            return None
        authserv_id, rest = identity, sections[1:]
    methods: list[AuthenticationMethod] = []
    for section in rest:
        if not section or [token for token, _ in section] == ["none"]:
            continue
        method = _method(section)
        if method is None:
            return None
        methods.append(method)
    return AuthenticationResults(authserv_id=authserv_id, methods=tuple(methods))


_Token = tuple[str, bool]
"""A token and whether it was quoted: a quoted ``=`` or ``;`` parts nothing."""


def _without_comments(value: str) -> str | None:
    """The field with each comment, nested ones too, as a blank; None if a parenthesis has no partner."""
    if "(" not in value and ")" not in value:
        return value
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
            kept.append(" ")
            continue
        elif char == ")" and not quoted:
            depth -= 1
            if depth < 0:
                return None
            continue
        if not depth:
            kept.append(char)
    return None if depth or quoted else "".join(kept)


def _tokens(plain: str) -> list[_Token] | None:
    tokens: list[_Token] = []
    position = 0
    while position < len(plain):
        behind_equals = bool(tokens) and tokens[-1] == ("=", False)
        match = (_VALUE if behind_equals else _TOKEN).match(plain, position)
        if match is None:
            return None
        quoted, separator, word, _blank = match.groups()
        if quoted is not None:
            tokens.append((re.sub(r"\\(.)", r"\1", quoted).lower(), True))
        elif separator or word:
            tokens.append(((separator or word).lower(), False))
        position = match.end()
    return tokens


def _sections(tokens: list[_Token]) -> list[list[_Token]]:
    sections: list[list[_Token]] = [[]]
    for token in tokens:
        if token == (";", False):
            sections.append([])
        else:
            sections[-1].append(token)
    return sections


def _looks_like_method(section: list[_Token]) -> bool:
    return len(section) >= 3 and section[1] == ("=", False)


def _authserv_id(section: list[_Token]) -> str | None:
    """``mx.example.kz`` or ``mx.example.kz 1``."""
    if not section or len(section) > 2 or ("=", False) in section:
        return None
    if len(section) == 2 and not section[1][0].isdigit():
        return None
    return section[0][0]


def _method(section: list[_Token]) -> AuthenticationMethod | None:
    """``dkim=pass reason="…" header.d=example.kz``; None if it is not such a sequence of pairs to its end."""
    if len(section) % 3:
        return None
    pairs = [
        (section[at][0], section[at + 2][0])
        for at in range(0, len(section), 3)
        if section[at + 1] == ("=", False) and not section[at][1]
    ]
    if len(pairs) * 3 != len(section):
        return None
    (name, result), properties = pairs[0], pairs[1:]
    method = _METHOD.fullmatch(name)
    if method is None or not _RESULT.fullmatch(result):
        return None
    if any(not _PROPERTY.fullmatch(key) for key, _ in properties):
        return None
    return AuthenticationMethod(method=method.group(1), result=result, properties=tuple(properties))
