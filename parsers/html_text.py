"""HTML as the text that a person reads: blocks as lines, links with their address, quotes as ``> `` lines.

The only importer of selectolax.
"""

import html as entities
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from parsers.charsets import clean

LONGEST = 1_000_000
"""Characters of HTML that are read."""
_DEEPEST = 400
"""Beyond it the parser's own time grows with the square of the depth (13 s for 100,000 open elements)."""

_SILENT_WORDS = "style script head title template noscript object applet iframe svg math select textarea audio video"
_SILENT = frozenset(_SILENT_WORDS.split())
_BLOCKS_WORDS = (
    "address article aside blockquote center dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody thead tfoot tr ul caption body "
    "html"
)
_BLOCKS = frozenset(_BLOCKS_WORDS.split())
_PARAGRAPHS_WORDS = "p h1 h2 h3 h4 h5 h6 ul ol dl pre blockquote"
_PARAGRAPHS = frozenset(_PARAGRAPHS_WORDS.split())
_CELLS = frozenset(("td", "th"))

# <div>, </span>, <br/>
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_NEVER_DEEP_WORDS = "p li td tr th br img hr meta link input col area base wbr dd dt option tbody thead tfoot o"
_NEVER_DEEP = frozenset(_NEVER_DEEP_WORDS.split())
_LONGEST_TAG = 8192
"""Beyond it too: each attribute is held against all the others (16 s for 100,000 of them)."""
# <img src="data:image/png;base64,iVBORw0KGgo…">: long, and nothing in it to read
_DATA = re.compile(r"data:[a-zA-Z0-9.+/-]{1,80};base64,[A-Za-z0-9+/=\s]{200,}")
_LONG_TAG = re.compile(rf"<[^<>]{{{_LONGEST_TAG}}}")
_ANY_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
# <style type="text/css"> … </style>
_STYLE = re.compile(r"<(/?)(?:style|script)\b[^<>]*>", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\u00a0\u200b\u200c\u2007\u202f]+")
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt)?\s*(?:;|$))", re.IGNORECASE
)
_SAME = re.compile(r"^(?:https?://(?:www\.)?|mailto:|tel:)|/+$", re.IGNORECASE)


def html_to_text(html: str) -> str:
    """The text of ``html``; empty where it shows nothing. Line ends are ``\\n``, never two blank lines in a row."""
    html = clean(_DATA.sub("", html)[:LONGEST])
    if _LONG_TAG.search(html) or _too_deep(html):
        return _without_tags(html)
    root = LexborHTMLParser(html).root
    if root is None:
        return ""
    writer = _Writer()
    _walk(root, writer)
    return writer.text()


def _walk(root: LexborNode, writer: "_Writer") -> None:
    """Depth first without recursion: an element is opened, its children written, then closed."""
    node: LexborNode | None = root
    while node is not None:
        child = None
        if node.is_text_node:
            writer.write(node.text_content or "")
        elif node.is_element_node and writer.open(node):
            child = node.first_child
            if child is None:
                writer.close(node)
        if child is not None:
            node = child
            continue
        while node is not None and node.next is None:
            node = None if node.mem_id == root.mem_id else node.parent
            if node is None or node.mem_id == root.mem_id:
                return
            writer.close(node)
        node = node.next if node is not None else None


class _Writer:
    """Collects lines; knows how deep it stands in quotes and in preformatted text."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._preformatted = 0
        self._links: list[tuple[str, int]] = []
        self._gap = False
        self._depth = 0

    def open(self, node: LexborNode) -> bool:
        """Notes the element; False where nothing in it is shown."""
        tag = node.tag or ""
        if tag in _SILENT or _is_hidden(node):
            return False
        if tag == "br":
            self._end_line(forced=True)
        elif tag in _BLOCKS:
            self._end_line()
            self._gap |= tag in _PARAGRAPHS
            self._open_block(tag)
        elif tag in _CELLS and self._line:
            self._line.append(" ")
        elif tag == "a":
            self._links.append((node.attributes.get("href") or "", len(self._line)))
        return True

    def close(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _BLOCKS:
            self._end_line()
            self._gap |= tag in _PARAGRAPHS
            if tag == "blockquote":
                self._quotes = max(0, self._quotes - 1)
            elif tag == "pre":
                self._preformatted = max(0, self._preformatted - 1)
        elif tag == "a" and self._links:
            self._close_link(*self._links.pop())

    def write(self, text: str) -> None:
        if not self._preformatted:
            self._line.append(_SPACE.sub(" ", text))
            return
        first, *others = text.replace("\r\n", "\n").split("\n")
        self._line.append(first)
        for line in others:
            self._end_line(forced=True)
            self._line.append(line)

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _open_block(self, tag: str) -> None:
        if tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "li":
            self._line.append("- ")
        elif tag == "hr":
            self._line.append("________________________________")
            self._end_line()

    def _close_link(self, address: str, since: int) -> None:
        if not address.lower().startswith(("http://", "https://", "mailto:", "tel:")):
            return
        shown = "".join(self._line[since:]).strip()
        if shown and _SAME.sub("", shown).lower() != _SAME.sub("", address).lower() and len(address) <= 2000:
            self._line.append(f" <{address.removeprefix('mailto:')}>")

    def _end_line(self, *, forced: bool = False) -> None:
        """Ends the line; an empty one counts only where it was asked for (``<br>``)."""
        line = "".join(self._line)
        line = line.rstrip() if self._preformatted else _SPACE.sub(" ", line).strip()
        self._line.clear()
        self._links = [(address, 0) for address, _ in self._links]
        if not line and not forced:
            return
        depth = min(self._quotes, 20)
        quote = "> " * depth
        if self._gap and self._lines and self._lines[-1].strip("> "):
            self._lines.append(("> " * min(depth, self._depth)).rstrip())
        self._gap, self._depth = False, depth
        if line or (self._lines and self._lines[-1].strip("> ")):
            self._lines.append((quote + line).rstrip())


def _is_hidden(node: LexborNode) -> bool:
    """Preheaders and other text that no reader sees."""
    attributes = node.attributes
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and _HIDDEN.search(style) is not None)


def _too_deep(html: str) -> bool:
    if html.count("<") <= _DEEPEST:
        return False
    depth = 0
    for closing, name in _TAG.findall(html):
        if name.lower() in _NEVER_DEEP:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > _DEEPEST:
            return True
    return False


def _without_tags(html: str) -> str:
    """The crude way, for HTML that no program for writing letters makes; linear."""
    shown: list[str] = []
    at, silent = 0, False
    for match in _STYLE.finditer(html):
        if not silent:
            shown.append(html[at : match.start()])
        silent, at = not match.group(1), match.end()
    if not silent:
        shown.append(html[at:])
    text = entities.unescape(_ANY_TAG.sub("\n", "\n".join(shown)))
    lines = (_SPACE.sub(" ", line).strip() for line in text.split("\n"))
    return clean("\n".join(line for line in lines if line))
