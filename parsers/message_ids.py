"""Message-IDs out of fields that mailers fill with anything."""

import re

MOST = 100
"""How many a list may hold: first and nearest ancestors matter, a forged list of thousands does not."""
_LONGEST = 998

# <CAF+x@mail.gmail.com>   also <a b@x> where a mailer folded inside
_BRACKETED = re.compile(r"<([^<>]{1,998})>")
# In-Reply-To: CAF+x@mail.gmail.com   (no brackets at all)
_BARE = re.compile(r"[^\s<>,;\"()]{1,200}@[^\s<>,;\"()]{1,200}")


def find_message_ids(value: str) -> tuple[str, ...]:
    """Every Message-ID in ``value`` with angle brackets, in order, none twice; bare ones only where none has brackets.

    Of more than ``MOST`` the first and the last ones are kept: the beginning of a thread and its nearest letters.
    """
    found = ["".join(inner.split()) for inner in _BRACKETED.findall(value[:65536])]
    if not any(found):
        found = _BARE.findall(value[:65536])
    ids = tuple(dict.fromkeys(f"<{inner}>" for inner in found if inner))
    return ids if len(ids) <= MOST else ids[:10] + ids[-(MOST - 10) :]


def own_message_id(value: str) -> str | None:
    """The letter's own Message-ID; a badly formed one as it is, stripped and bounded; None where there is none."""
    found = _BRACKETED.search(value[:65536])
    if found is not None and found.group(1).strip():
        return f"<{''.join(found.group(1).split())}>"
    stripped = " ".join(value[:_LONGEST].split())
    return stripped or None
