"""Any bytes at all become a kept letter: parse, decide and compose break on none and answer in time."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fuzz import MAILS, damaged, judge
from tests.daemon.desk import Desk, a_desk

LETTERS = [path.read_bytes() for path in sorted(MAILS.rglob("*.eml"))]
NAMES = st.sampled_from(
    ["From", "To", "Subject", "Message-ID", "Date", "References", "In-Reply-To", "Content-Type", "Reply-To", "Sender",
     "Content-Transfer-Encoding", "Auto-Submitted", "Authentication-Results", "Received", "Return-Path",
     "Cc", "X-CSC-Loop"]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["a@b.kz", "<a@b.kz>", "=?koi8-r?q?=F0=D2?=", "multipart/mixed; boundary=b", "text/html; charset=x", "base64",
         "quoted-printable", "info@controlsystem.kz", "Re: [CSC-1001] x", "[", "(((", "text/plain; charset=utf-16"]
    ),
)  # fmt: skip
BODIES = st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode), st.just(b"--b\r\n\r\nx\r\n--b--"))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as home:
        made = a_desk(Path(home), relay_to=("dana@controlsystem.kz",))
        yield made
        made.store.close()


@settings(max_examples=120)
@given(fields=st.lists(st.tuples(NAMES, VALUES), max_size=12), body=BODIES, number=st.integers(0, 10_000))
def test_any_fields_and_any_body_are_taken(desk: Desk, fields: list[tuple[str, str]], body: bytes, number: int) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode(errors="replace")
    assert judge(desk, head + b"\r\n" + body, number) == ""


@settings(max_examples=60)
@given(raw=st.binary(max_size=500), number=st.integers(0, 10_000))
def test_any_bytes_are_taken(desk: Desk, raw: bytes, number: int) -> None:
    assert judge(desk, raw, number) == ""


@pytest.mark.parametrize("seed", range(40))
def test_damaged_letters_are_taken(desk: Desk, seed: int) -> None:
    assert judge(desk, damaged(LETTERS, random.Random(seed)), seed) == ""
