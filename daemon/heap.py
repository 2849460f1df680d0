"""Keeps the heap of a long-lived process small: letters come and go in megabytes, and malloc likes to keep them."""

import contextlib
import ctypes

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_LARGE = 128 * 1024


def keep_small() -> None:
    """Blocks of 128 KB and more go back to the system when freed; threads share one arena (mallopt(3), glibc).

    Does nothing where the C library has no such call. To be called before threads are started.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        # Said once, the threshold stays: by itself it grows with the first large block that is freed.
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_ARENA_MAX, 1)
