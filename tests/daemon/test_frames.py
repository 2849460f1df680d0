"""Messages over pipes: whole, in order, and nobody waits for one who does not read."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import pytest

from daemon.frames import Dialogue, read_frame, write_frame

LARGE = os.urandom(3_000_000)
"""More than any pipe holds."""


@dataclass
class Pipes:
    """A dialogue and the files of the one it speaks with."""

    dialogue: Dialogue
    requests: IO[bytes]
    answers: IO[bytes]


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    asked, to = os.pipe()
    since, told = os.pipe()
    with os.fdopen(asked, "rb") as requests, os.fdopen(told, "wb") as answers:
        yield Pipes(Dialogue(requests=to, answers=since), requests, answers)
    os.close(to)
    os.close(since)


def test_messages_arrive_whole_and_in_order(pipes: Pipes) -> None:
    for number in range(100):
        pipes.dialogue.say(b"x" * number)
    assert [len(read_frame(pipes.requests)) for _ in range(100)] == list(range(100))
    for number in range(100):
        write_frame(pipes.answers, b"y" * number)
    assert [len(pipes.dialogue.hear(5) or b"") for _ in range(100)] == list(range(100))


def test_two_that_both_have_much_to_say_do_not_block_each_other(pipes: Pipes) -> None:
    def echo() -> None:
        for _ in range(4):
            write_frame(pipes.answers, read_frame(pipes.requests))

    thread = threading.Thread(target=echo)
    thread.start()
    for number in range(4):
        pipes.dialogue.say(bytes([number]) + LARGE)
    heard = [pipes.dialogue.hear(20) for _ in range(4)]
    thread.join(timeout=20)
    assert heard == [bytes([number]) + LARGE for number in range(4)]


def test_one_that_reads_nothing_is_given_up_and_not_waited_for(pipes: Pipes) -> None:
    pipes.dialogue.say(LARGE)
    pipes.dialogue.say(b"and more")
    assert pipes.dialogue.hear(0.05) is None


def test_half_a_message_is_none_until_the_other_half_comes(pipes: Pipes) -> None:
    pipes.answers.write(b"\x05\x00\x00\x00\x00\x00\x00\x00ab")
    pipes.answers.flush()
    assert pipes.dialogue.hear(0.05) is None
    pipes.answers.write(b"cde")
    pipes.answers.flush()
    assert pipes.dialogue.hear(5) == b"abcde"


def test_one_that_has_ended_says_nothing_more_and_takes_nothing(pipes: Pipes) -> None:
    write_frame(pipes.answers, b"last")
    pipes.answers.close()
    pipes.requests.close()
    pipes.dialogue.say(b"into the void")
    assert pipes.dialogue.hear(20) == b"last"
    assert pipes.dialogue.hear(20) is None


def test_the_other_side_finds_the_end_amid_a_message(pipes: Pipes) -> None:
    asked, to = os.pipe()
    os.write(to, b"\x05\x00\x00\x00\x00\x00\x00\x00ab")
    os.close(to)
    with os.fdopen(asked, "rb") as requests, pytest.raises(EOFError):
        read_frame(requests)
