"""File names of attachments, freed of what could hurt whoever shows or saves them."""

import re
import unicodedata

_LONGEST = 200
_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "webp": "image/webp",
    "heic": "image/heic",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "txt": "text/plain",
}
_DRIVE = re.compile(r"^[A-Za-z]:")


def clean_file_name(name: str | None) -> str | None:
    """The last component of ``name`` without control characters and marks of direction (U+202E), cut to 200
    characters with its extension kept; None where nothing is left."""
    if not name:
        return None
    base = _DRIVE.sub("", name.replace("\\", "/").rstrip("/").rpartition("/")[2])
    if not (base.isascii() and base.isprintable()):
        base = unicodedata.normalize("NFC", "".join(letter for letter in base if _is_shown(letter)))
    base = " ".join(base.split()).strip()
    if base in ("", ".", ".."):
        return None
    if len(base) <= _LONGEST:
        return base
    stem, dot, extension = base.rpartition(".")
    return f"{stem[: _LONGEST - 21]}.{extension[:20]}" if dot and stem else base[:_LONGEST]


def type_of_file(name: str | None) -> str:
    """The media type that a file's extension tells, for files that come without one."""
    return _TYPES.get((name or "").rpartition(".")[2].lower(), "application/octet-stream")


def _is_shown(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
