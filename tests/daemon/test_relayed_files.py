"""The files of an agent's relayed answer, from whatever bytes."""

from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from daemon.relayed_files import MAX_BYTES, MAX_FILES, files_of


def _mail(*files: tuple[str, bytes]) -> bytes:
    mail = EmailMessage()
    mail.set_content("Готово.")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


def test_a_file_keeps_its_name_its_type_and_its_bytes() -> None:
    (file,) = files_of(_mail(("акт за октябрь.pdf", b"%PDF")))

    assert (file.filename, file.content_type, file.content) == ("акт за октябрь.pdf", "application/pdf", b"%PDF")


def test_a_letter_without_files_has_none() -> None:
    assert files_of(_mail()) == ()
    assert files_of(b"") == ()


def test_a_path_in_a_name_is_no_path() -> None:
    (file,) = files_of(_mail(("../../etc/passwd", b"x")))

    assert "/" not in file.filename


def test_more_files_or_bytes_than_a_letter_carries_are_left_out() -> None:
    assert len(files_of(_mail(*((f"{number}.pdf", b"x") for number in range(MAX_FILES + 5))))) == MAX_FILES
    names = [each.filename for each in files_of(_mail(("large.pdf", bytes(MAX_BYTES + 1)), ("small.pdf", b"x")))]
    assert names == ["small.pdf"]


@given(st.binary(max_size=400), st.integers(0, 200))
def test_no_bytes_break_the_search_for_files(noise: bytes, cut: int) -> None:
    whole = _mail(("a.pdf", b"%PDF"))

    assert len(files_of(whole[:cut] + noise + whole[cut:])) <= 1 + MAX_FILES
