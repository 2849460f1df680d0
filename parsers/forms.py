"""Letters of a site's feedback form: the client stands in fields of the text, not in the From line.

Имя: Айгерим                 Name                      > Имя: Айгерим   (forwarded by a colleague)
E-mail: a@b.kz               Айгерим                   > …
Сообщение:                   E-mail                    Message: first line
several lines                a@b.kz                    second line
"""

import re
from collections.abc import Mapping, Sequence

from parsers.mail import FormLetter, ParsedMail, Words

MAX_LINES = 400
"""Lines of a form's letter that are looked at; its message may be longer, its fields begin above."""
_LONGEST_VALUE = 300

# Имя: Айгерим | *E-mail* : a@b.kz | Телефон — +7 701 | | Имя | Айгерим | (a table)
_FIELD = re.compile(
    r"[\s|>*_•\-]{0,8}(?P<name>[^:：|—=*_]{2,60}?)[\s*_]{0,4}(?:[:：|=—]|\s-\s)[*_\s|]{0,6}(?P<value>.*)"
)
# One mailbox as people have it: no quoted local parts, no address literals (RFC 5321, 4.1.2 allows more)
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]{1,64}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]{1,64}){0,8}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z][A-Za-z0-9\-]{0,61}[A-Za-z0-9]"
)
_RULE = re.compile(r"\s*[-_=*–—]{2,}\s*$")


def find_form(mail: ParsedMail, words: Words, fields: Mapping[str, tuple[str, ...]]) -> FormLetter | None:
    """What a form's letter says of the client; None if the text has not the fields of a form.

    ``fields`` gives for ``name``, ``address``, ``telephone``, ``account`` and ``message`` the words that stand before
    the colon, in any case. It is a form if it has two of these fields, a message or an address among them. An address
    that is not well formed is left out, for the single Reply-To instead. A form that a colleague handed on is read
    likewise, but the Reply-To is then his.
    """
    for text in _texts(words):
        found = _read_fields(text.split("\n")[:MAX_LINES], fields)
        if len(found) >= 2 and ("message" in found or "address" in found):
            return FormLetter(
                name=_one_line(found.get("name", "")),
                address=_well_formed(found.get("address", "")) or _reply_to(mail, words),
                telephone=_one_line(found.get("telephone", "")),
                account=_one_line(found.get("account", "")),
                message=found.get("message", ""),
            )
    return None


def _texts(words: Words) -> tuple[str, ...]:
    """The texts a form may stand in, the likeliest first: the letter's own, then the one that it hands on.

    A form's message may hold quotes or a signature; the whole text keeps its last lines together.
    """
    own = (words.new, f"{words.new}\n{words.signature}".strip()) if words.signature else (words.new,)
    forwarded = (words.forwarded.text,) if words.forwarded else ()
    return (*own[::-1], *forwarded)


def _read_fields(lines: Sequence[str], fields: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    names = {" ".join(word.lower().split()): key for key, words in fields.items() for word in words}
    found: dict[str, str] = {}
    key = ""
    for index, line in enumerate(lines):
        label = _read_label(line, names)
        if label is not None and label[0] not in found and not (key == "message" and _is_open(found, lines[index - 1])):
            key, value = label
            found[key] = value
        elif key == "message":
            found[key] = f"{found[key]}\n{line}"
        elif key and not found[key] and line.strip() and label is None:
            found[key] = line.strip()
        elif line.strip():
            key = ""
    return {key: value for key, value in ((key, _trimmed(value)) for key, value in found.items()) if value}


def _is_open(found: Mapping[str, str], above: str) -> bool:
    """Whether a message goes on where a line inside it looks like a field: only a blank line ends its first lines."""
    return "address" in found and bool(above.strip()) and "\n" in found["message"]


def _read_label(line: str, names: Mapping[str, str]) -> tuple[str, str] | None:
    """The key and the value of a field's line; a bare name in a line of its own has an empty value."""
    if len(line) > 20_000:
        line = line[:20_000]
    bare = names.get(" ".join(line.strip(" \t|>*_•-:：").lower().split())) if len(line) <= 80 else None
    if bare is not None:
        return bare, ""
    matched = _FIELD.match(line)
    key = names.get(" ".join(matched["name"].lower().split())) if matched else None
    return None if matched is None or key is None else (key, matched["value"].strip(" \t|*"))


def _trimmed(value: str) -> str:
    """A value without the blank lines around it and without the rule that closes the form."""
    lines = value.split("\n")
    while lines and (not lines[-1].strip() or _RULE.match(lines[-1])):
        lines.pop()
    return "\n".join(lines).strip()


def _one_line(value: str) -> str:
    return " ".join(value.split())[:_LONGEST_VALUE]


def _well_formed(value: str) -> str:
    """The lower-cased address that a value consists of, or an empty string; «a@b.kz <mailto:a@b.kz>» counts."""
    parts = value.replace("<", " ").replace(">", " ").replace("mailto:", " ").strip(" ,;.").split()
    distinct = {part.lower() for part in parts}
    if len(distinct) != 1 or not _ADDRESS.fullmatch(parts[0]) or ".." in parts[0] or len(parts[0]) > 254:
        return ""
    return distinct.pop()


def _reply_to(mail: ParsedMail, words: Words) -> str:
    """The client by the letter's single Reply-To; never where a colleague handed the form on: that one is his."""
    if words.forwarded is not None or len(mail.reply_to) != 1:
        return ""
    return _well_formed(mail.reply_to[0].address)
