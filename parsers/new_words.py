"""The words that a letter's author wrote now, apart from what was there before.

Each line gets a role by what stands there: quote marks, the lines by which programs announce an old letter
(``attributions``, ``quoted_headers``), signatures (``signature``). Nothing is thrown away: every line that is not blank
is in ``new``, ``quoted`` or ``signature``.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from parsers import attributions, quoted_headers, signature
from parsers.mail import NOBODY, Forwarded, ParsedMail, Words

MAX_LINES = 20_000
"""Lines that are looked at; what stands below them belongs to what the last of them belongs to."""
MAX_CANDIDATES = 500
"""Lines that end as an attribution may and are looked at more closely; no letter has so many."""
MAX_DIVIDER_LINES = 8
"""Lines between a divider and the header lines below it, blank ones included."""
_SHORTEST_WRAPPED = 60
"""A quoted line of at least this length may have lost its end to the next line (RFC 3676 speaks of 78)."""

# > text | >> text | АК> text (The Bat!) | &gt; text
_QUOTE = re.compile(r"\s{0,3}(?:>|[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ]{1,3}>|&gt;)")
# >>> >>>  http://www.domain.com <<<
_DECORATION = re.compile(r"\s{0,3}>{2,}.*<{2,}\s*$")
# > wrote: (Polymail: «<», «mailto:…», «> wrote:» in a line each)
_TORN_VERB = re.compile(r">\s?[^\W\d_]{3,12}\s?:\s*$")
_MARKS = re.compile(r"\A(?:\s{0,3}(?:[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ]{1,3}>|>|&gt;))(?: ?>)*[ \t]?")
_ONE_MARK = re.compile(r"\A\s{0,3}(?:[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ]{1,3}>|>|&gt;) ?")
_BAR = re.compile(r"\s{0,3}\|(?:\s|$)")
# (http://example.com/c/YzOTYzMmE) > | <https://…>
_LINK_REST = re.compile(r"\s*[(<]?https?://\S+[)>]?\s*>?\s*$")
# -- Please reply above this line -- | ##- Ответьте выше этой линии -##
_REPLY_ABOVE = re.compile(
    r"[\s#\-=_*>]{0,20}(?:please\s)?(?:(?:type\s)?(?:your\s)?reply\s(?:above|on top of)\sthis|(?:write"
    r"|enter)\syour\sreply\sabove|(?:пожалуйста,?\s)?(?:напишите\s)?"
    r"(?:отвечайте|ответьте|ваш\sответ|пишите|ответ)\s(?:выше|над)\s)",
    re.IGNORECASE,
)
# -------- Конец пересылаемого сообщения -------- (Яндекс)
_END_OF_FORWARD = re.compile(
    r"\s*-{2,}\s*(?:конец|завершение|end of|пересылаемое сообщение заверш)[^-]{0,60}-{2,}\s*$", re.IGNORECASE
)


class Role(Enum):
    """What a line of the letter is."""

    NEW = "new"
    QUOTED = "quoted"
    ANNOUNCEMENT = "announcement"
    """Announces a quoted letter; quoted itself."""
    FORWARDED = "forwarded"
    SIGNATURE = "signature"


def split_words(mail: ParsedMail) -> Words:
    """The letter's text taken apart; all empty for a letter without text.

    A letter of nothing but quotes has an empty ``new``, and its quotes are ``as_first``: where it is the first letter
    they are all there is. Answers between quoted lines are kept in their order.
    """
    lines = mail.text.split("\n")
    reader = _Reader(lines[:MAX_LINES], forwards=quoted_headers.tells_of_forwarding(mail.subject))
    roles = reader.roles()
    roles += [roles[-1] if roles else Role.NEW] * (len(lines) - len(roles))
    _mark_signatures(lines, roles)
    new = _gather(lines, roles, (Role.NEW,))
    return Words(
        new=new,
        as_first=_as_first(lines, roles, new),
        quoted=_gather(lines, roles, (Role.QUOTED, Role.ANNOUNCEMENT, Role.FORWARDED)),
        signature=_gather(lines, roles, (Role.SIGNATURE,)),
        forwarded=_forwarded(lines, roles),
    )


def _gather(lines: Sequence[str], roles: Sequence[Role], wanted: tuple[Role, ...]) -> str:
    return "\n".join(line for line, role in zip(lines, roles, strict=True) if role in wanted).strip()


def _as_first(lines: Sequence[str], roles: Sequence[Role], new: str) -> str:
    if Role.FORWARDED in roles:
        kept = (
            _shown(line, role) for line, role in zip(lines, roles, strict=True) if role in (Role.NEW, Role.FORWARDED)
        )
        return "\n".join(kept).strip()
    if new:
        return new
    return "\n".join(_unquoted(line) for line, role in zip(lines, roles, strict=True) if role is Role.QUOTED).strip()


def _shown(line: str, role: Role) -> str:
    """A forwarded line without the one quote mark that Apple Mail puts before it."""
    return _ONE_MARK.sub("", line, count=1) if role is Role.FORWARDED else line


def _unquoted(line: str) -> str:
    return _MARKS.sub("", line, count=1)


def is_quote(line: str) -> bool:
    """Whether a line carries a quote mark and is not merely decorated with it."""
    return bool(_QUOTE.match(line)) and not _DECORATION.match(line[:300]) and not _TORN_VERB.match(line)


class _Reader:
    """Walks down the lines once and says what each is."""

    def __init__(self, lines: Sequence[str], *, forwards: bool) -> None:
        self._lines = lines
        self._forwards = forwards
        self._quotes = [is_quote(line) for line in lines]
        self._filled_after = _next_filled(lines)
        self._announcements = dict(self._find_attributions())
        self._roles = [Role.NEW] * len(lines)
        self._words_before = False
        self._last_quote = max((index for index, quote in enumerate(self._quotes) if quote), default=-1)

    def roles(self) -> list[Role]:
        index = 0
        while index < len(self._lines):
            index = self._step(index)
        return self._roles

    def _step(self, index: int) -> int:
        """Judges what begins at ``index``; the index behind it."""
        line = self._lines[index]
        if not line.strip():
            return index + 1
        if self._quotes[index]:
            return self._take_quotes(index)
        end = self._announcements.get(index)
        if end is not None:
            return self._take_attribution(index, end)
        behind = self._take_divider(index)
        if behind is not None:
            return behind
        self._words_before = True
        return index + 1

    def _mark(self, start: int, end: int, role: Role) -> int:
        self._roles[start:end] = [role] * (end - start)
        return end

    def _find_attributions(self) -> Iterator[tuple[int, int]]:
        """First and last line of each attribution."""
        first, looked_at = 0, 0
        for index, line in enumerate(self._lines):
            if self._quotes[index]:
                first = index + 1
            elif looked_at < MAX_CANDIDATES and attributions.may_close(line):
                looked_at += 1
                start = attributions.find_start(self._lines, index, first, quote_follows=self._quote_follows(index))
                if start is not None:
                    first = index + 1
                    yield start, index

    def _quote_follows(self, index: int) -> bool:
        after = self._filled_after[index]
        return after < len(self._lines) and (self._quotes[after] or bool(_BAR.match(self._lines[after])))

    def _take_quotes(self, start: int) -> int:
        """A run of quoted lines, blank ones between them and rests that a wrap tore off."""
        end = start
        for index in range(start, len(self._lines)):
            if self._quotes[index] or self._is_torn_off(index):
                end = index + 1
            elif self._lines[index].strip():
                break
        role = Role.FORWARDED if self._announces_forwarding(start) else Role.QUOTED
        return self._mark(start, end, role)

    def _is_torn_off(self, index: int) -> bool:
        """Whether a line without a mark is the end of the quoted line above: «d | ignissim odio?»."""
        if not 0 < index < len(self._lines) - 1 or not (self._quotes[index - 1] and self._quotes[index + 1]):
            return False
        line = self._lines[index]
        if _LINK_REST.match(line):
            return True
        return len(self._lines[index - 1]) >= _SHORTEST_WRAPPED and line.lstrip()[:1].islower()

    def _announces_forwarding(self, start: int) -> bool:
        line = _unquoted(self._lines[start])
        if not (quoted_headers.is_forward_announcement(line) or quoted_headers.is_forward_divider(line)):
            return False
        after = self._filled_after[start]
        while after < len(self._lines) and self._quotes[after] and not _unquoted(self._lines[after]).strip():
            after += 1
        return after < len(self._lines) and quoted_headers.read_header_line(_unquoted(self._lines[after])) is not None

    def _take_attribution(self, start: int, end: int) -> int:
        self._mark(start, end + 1, Role.ANNOUNCEMENT)
        after = self._filled_after[end]
        if self._quote_follows(end):
            return after if self._quotes[after] else self._take_barred(after)
        if not self._words_before and self._last_quote > end:
            # Nothing above, and marked quotes further down: these are the answer, their quote lost.
            return end + 1
        # Nothing above and no marks at all: Outlook for the Mac forwards so.
        return self._mark(end + 1, len(self._lines), Role.QUOTED if self._words_before else Role.FORWARDED)

    def _take_barred(self, start: int) -> int:
        end = start
        while end < len(self._lines) and _BAR.match(self._lines[end]):
            end += 1
        return self._mark(start, end, Role.QUOTED)

    def _take_divider(self, index: int) -> int | None:
        """A divider or header lines of a quoted letter: usually all below belongs to it. None if there is neither."""
        line = self._lines[index]
        if _END_OF_FORWARD.match(line[:120]):
            return self._mark(index, index + 1, Role.QUOTED)
        if quoted_headers.is_forward_divider(line):
            return self._take_forward(index)
        after = self._filled_after[index]
        if quoted_headers.is_forward_announcement(line) and self._bears_out(index, after):
            return self._take_forward(index)
        if _REPLY_ABOVE.match(line[:120]):
            return self._mark(index, len(self._lines), Role.QUOTED)
        if quoted_headers.is_original_divider(line):
            return self._take_block(index, after, announced=True)
        if signature.is_rule(line) and after < len(self._lines):
            return self._take_block(index, after, announced=len(line.strip()) >= 10)
        return self._take_block(index, index, announced=False)

    def _bears_out(self, index: int, after: int) -> bool:
        """Whether what follows a bare «Begin forwarded message:» makes it more than a sentence."""
        if after >= len(self._lines):
            return False
        return (
            self._lines[index].rstrip().endswith(":") or quoted_headers.read_header_line(self._lines[after]) is not None
        )

    def _take_forward(self, index: int) -> int:
        for end in range(index + 1, len(self._lines)):
            if _END_OF_FORWARD.match(self._lines[end][:120]):
                return self._mark(index, end + 1, Role.FORWARDED)
        return self._mark(index, len(self._lines), Role.FORWARDED)

    def _take_block(self, start: int, headers: int, *, announced: bool) -> int | None:
        """Header lines at ``headers`` with a divider at ``start`` (or none, where the two are equal)."""
        block = quoted_headers.find_header_block(self._lines, headers) if headers < len(self._lines) else None
        if block is None or not quoted_headers.is_whole(block, announced=announced):
            if start != headers and quoted_headers.is_original_divider(self._lines[start]):
                return self._mark(start, len(self._lines), Role.QUOTED)
            return None
        if self._forwards or not self._words_before:
            # Outlook writes the same lines for answers and forwards: a letter without other words hands on this one.
            return self._mark(start, len(self._lines), Role.FORWARDED)
        self._mark(start, block.end, Role.ANNOUNCEMENT)
        if self._quote_follows(block.end - 1):
            return block.end
        return self._mark(block.end, len(self._lines), Role.QUOTED)


def _next_filled(lines: Sequence[str]) -> list[int]:
    """For each line the index of the next one that is not blank; the number of lines where there is none."""
    after = [len(lines)] * len(lines)
    filled = len(lines)
    for index in range(len(lines) - 1, -1, -1):
        after[index] = filled
        if lines[index].strip():
            filled = index
    return after


def _mark_signatures(lines: Sequence[str], roles: list[Role]) -> None:
    """Turns the signatures of the new pieces from NEW to SIGNATURE."""
    words_above = False
    first_quote = roles.index(Role.QUOTED) if Role.QUOTED in roles else len(roles)
    for start, end in list(_pieces(roles)):
        words_above = words_above or first_quote < start
        piece = lines[start:end]
        cut = signature.find_signature(piece)
        words_above = words_above or any(line.strip() for line in piece[:cut])
        if not words_above and not signature.is_boilerplate(piece):
            cut, words_above = len(piece), True
        roles[start + cut : end] = [Role.SIGNATURE] * (end - start - cut)
        for index in range(start, start + cut):
            if signature.is_sent_from(lines[index]):
                roles[index] = Role.SIGNATURE


def _pieces(roles: Sequence[Role]) -> Iterator[tuple[int, int]]:
    """First and behind-the-last line of each unbroken run of new lines."""
    start = None
    for index, role in enumerate([*roles, Role.QUOTED]):
        if role is Role.NEW:
            start = index if start is None else start
        elif start is not None:
            yield start, index
            start = None


def _forwarded(lines: Sequence[str], roles: Sequence[Role]) -> Forwarded | None:
    """What is forwarded, and by whom it was written as far as its header lines tell."""
    if Role.FORWARDED not in roles:
        return None
    start = roles.index(Role.FORWARDED)
    inner = [
        _shown(line, Role.FORWARDED)
        for line, role in zip(lines[start:], roles[start:], strict=True)
        if role is Role.FORWARDED and not _END_OF_FORWARD.match(line[:120])
    ]
    if not inner:
        return None
    announced = start
    while announced and roles[announced - 1] is Role.ANNOUNCEMENT:
        announced -= 1
    if announced < start:
        author = quoted_headers.read_writer(" ".join(lines[announced:start]))
        return Forwarded(author=author, subject="", text="\n".join(inner).strip())
    return _read_forwarded(inner)


def _read_forwarded(inner: Sequence[str]) -> Forwarded:
    """Reads a forwarded text that begins with its divider or with its header lines."""
    for index, line in enumerate(inner[:MAX_DIVIDER_LINES]):
        if attributions.opens_with_date(line) and attributions.may_close(line):
            # 19.02.2026, 13:02, "Юрист" <law@olzhabay.kz>:
            author = quoted_headers.read_writer(line)
            return Forwarded(author=author, subject="", text="\n".join(inner[index + 1 :]).strip())
        block = quoted_headers.find_header_block(inner, index)
        if block is not None and (len(block.fields) >= 2 or block.author != NOBODY):
            return Forwarded(author=block.author, subject=block.subject, text="\n".join(inner[block.end :]).strip())
    author, subject = quoted_headers.read_inline_headers(inner[0])
    return Forwarded(author=author, subject=subject, text="\n".join(inner[1:]).strip())
