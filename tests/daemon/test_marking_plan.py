"""What is to be done with a ticket's letters, without any server."""

from hypothesis import given
from hypothesis import strategies as st

from daemon.marking_plan import KEYWORDS, Marked, MarkingSettings, Shift, keyword_changes, shifts_of
from rules.mark import Mark
from store.records import Place

IN_INBOX = Place(folder="INBOX", uidvalidity=7, uid=3)
IN_OPEN = Place(folder="Открыто", uidvalidity=8, uid=1)
IN_SENT = Place(folder="Sent", uidvalidity=9, uid=5)
FOLDERS = {Mark.OPEN: "Открыто", Mark.CLOSED: "Закрыто"}


def marked(mark: Mark, *places: Place) -> Marked:
    return Marked(number=1001, mark=mark, places={11: places})


def shifts(mark: Mark, *places: Place, move: bool) -> tuple[Shift, ...]:
    return shifts_of(marked(mark, *places), FOLDERS, inbox="INBOX", move=move)


def test_a_copy_is_made_once_and_goes_from_folder_to_folder() -> None:
    first = shifts(Mark.OPEN, IN_INBOX, move=False)
    assert first == (Shift(letter=11, source=IN_INBOX, target="Открыто", copies=True),)
    assert shifts(Mark.OPEN, IN_INBOX, IN_OPEN, move=False) == ()
    later = shifts(Mark.CLOSED, IN_INBOX, IN_OPEN, move=False)
    assert later == (Shift(letter=11, source=IN_OPEN, target="Закрыто"),)


def test_a_moved_letter_leaves_the_inbox() -> None:
    assert shifts(Mark.OPEN, IN_INBOX, move=True) == (Shift(letter=11, source=IN_INBOX, target="Открыто"),)


def test_a_state_without_a_folder_leaves_letters_where_they_are() -> None:
    assert shifts(Mark.WAITING, IN_INBOX, IN_OPEN, move=True) == ()


def test_letters_in_sent_are_neither_moved_nor_marked() -> None:
    assert shifts(Mark.CLOSED, IN_SENT, move=True) == ()
    assert keyword_changes([marked(Mark.CLOSED, IN_SENT)], ["INBOX"]) == {}


def test_keywords_are_set_together_by_folder_and_mark() -> None:
    tickets = [marked(Mark.OPEN, IN_INBOX), marked(Mark.OPEN, Place(folder="INBOX", uidvalidity=7, uid=1))]
    assert keyword_changes(tickets, ["INBOX"]) == {("INBOX", 7): {Mark.OPEN: [1, 3]}}


def test_every_mark_has_a_keyword_that_thunderbird_can_name() -> None:
    assert set(KEYWORDS) == set(Mark)
    assert all(word.isascii() and word == word.lower() and " " not in word for word in KEYWORDS.values())


def test_nothing_is_on_unless_something_is_switched_on() -> None:
    assert not MarkingSettings(inbox="INBOX").is_on
    assert not MarkingSettings(inbox="INBOX", move=True).is_on
    assert MarkingSettings(inbox="INBOX", keywords=True).is_on
    assert MarkingSettings(inbox="INBOX", folders={Mark.CLOSED: "Закрыто"}).is_on


class World:
    """A server with one letter; what was ever seen of it is known, what has gone is not."""

    def __init__(self) -> None:
        self.there = {IN_INBOX}
        self.known = {IN_INBOX}
        self.uid = 100

    def show(self, mark: Mark, *, move: bool) -> None:
        folders = {Mark.OPEN: "Открыто", Mark.BROKEN: "Просрочено", Mark.CLOSED: "Закрыто"}
        places = tuple(sorted(self.known, key=lambda place: place.uid))
        ticket = Marked(number=1001, mark=mark, places={11: places})
        for shift in shifts_of(ticket, folders, inbox="INBOX", move=move):
            if shift.source not in self.there:
                continue  # the server says OK and does nothing
            if not shift.copies:
                self.there.discard(shift.source)
            self.uid += 1
            self.there.add(Place(folder=shift.target, uidvalidity=8, uid=self.uid))
        self.known |= self.there


@given(st.lists(st.sampled_from(Mark), max_size=12))
def test_a_moved_letter_is_always_in_exactly_one_place(marks: list[Mark]) -> None:
    world = World()
    for mark in marks:
        world.show(mark, move=True)
        assert len(world.there) == 1


@given(st.lists(st.sampled_from(Mark), max_size=12))
def test_the_original_stays_and_there_is_never_a_second_copy(marks: list[Mark]) -> None:
    world = World()
    for mark in marks:
        world.show(mark, move=False)
        assert IN_INBOX in world.there
        assert len(world.there) <= 2
