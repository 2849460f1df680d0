"""Text of ``format=flowed`` (RFC 3676): lines that a mailer broke for sending are joined again."""


def join_flowed(text: str, *, delete_space: bool) -> str:
    """``text`` with its flowed lines joined; ``delete_space`` is the parameter DelSp=yes. Line ends are ``\\n``.

    A line that ends in a space goes on in the next line of the same quote depth; the signature separator ``-- `` does
    not (RFC 3676, 4.3).
    """
    joined: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth, content = _unquote(line)
        is_separator = content == "-- "
        flows = content.endswith(" ") and not is_separator
        piece = content[:-1] if flows and delete_space else content
        if open_depth == depth and not is_separator:
            joined.append(piece)
        else:
            if joined:
                joined.append("\n")
            joined.append(">" * depth + (" " if depth else "") + piece)
        open_depth = depth if flows else None
    return "".join(joined)


def _unquote(line: str) -> tuple[int, str]:
    """The quote depth and the content, with one stuffed space taken off (RFC 3676, 4.4)."""
    content = line.lstrip(">")
    depth = len(line) - len(content)
    return depth, content[1:] if content.startswith(" ") else content
