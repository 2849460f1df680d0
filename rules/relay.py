"""An agent's answer to a relayed request: what of his letter goes to the client."""

import re

from rules.letter_plan import ANSWER_ABOVE

# > --- Ответ клиенту пишите выше этой строки ---      quoted, wrapped, with other dashes and blanks
_MARKER = re.compile(r"[\s>]+".join(re.escape(word) for word in ANSWER_ABOVE.strip("- ").split()), re.IGNORECASE)
# С уважением, Дана        Best regards,
_SIGN_OFF = re.compile(
    r"^\s*(?:с\s+уважением|с\s+наилучшими\s+пожеланиями|(?:best|kind|warm)\s+regards|regards)\b",
    re.IGNORECASE | re.MULTILINE,
)


def keep_above(text: str) -> str:
    """The text down to our line in it, that line included (it shows that a quote begins); all of it without the line.

    What stands below the line is our notice with the client's letter, and is never sent on, whoever wrote between.
    """
    found = _MARKER.search(text)
    return text[: found.end()] if found is not None else text


def answer_in(words: str) -> str:
    """What the agent wrote above our line, where his mail client has not marked it as a quote."""
    found = _MARKER.search(words)
    return (words if found is None else words[: found.start()].rstrip(" \t>|*_–—-")).strip()


def says_something(words: str) -> bool:
    """Whether there is an answer at all: a sign-off under a command («#закрыть», «С уважением, Дана») is none."""
    sign_off = _SIGN_OFF.search(words)
    return any(char.isalnum() for char in (words[: sign_off.start()] if sign_off is not None else words))
