"""Raw letters kept small: the only importer of zstandard."""

import threading

import zstandard

_LEVEL = 1  # letters are text or base64; higher levels cost more time than they save room
_own = threading.local()  # a compressor must not be used by two threads at once


def compress(raw: bytes) -> bytes:
    """One zstd frame that names its content's size; also for empty bytes."""
    compressor: zstandard.ZstdCompressor | None = getattr(_own, "compressor", None)
    if compressor is None:
        compressor = _own.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    return compressor.compress(raw)


def decompress(kept: bytes | None) -> bytes:
    """What ``compress`` was given; empty for None (bytes let go by retention)."""
    return b"" if kept is None else zstandard.ZstdDecompressor().decompress(kept)
