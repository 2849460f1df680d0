"""From raw bytes to everything that can be known of a letter by itself: parsers and rules, one after the other.

Pure: the same bytes, policy and moment give the same answer. It is run in a process of its own (``daemon/reader.py``),
since odd mail may need bounds in time and memory.
"""

from dataclasses import replace
from datetime import datetime

from daemon.read_letter import ReadLetter
from parsers.authentication import topmost_results
from parsers.automation import find_marks
from parsers.bounces import find_bounce
from parsers.forms import find_form
from parsers.language import find_language
from parsers.mail import FormLetter, MarkKind, ParsedMail, Words
from parsers.new_words import split_words
from parsers.parse import parse_mail
from rules.origin import judge_origin
from rules.policy import Policy
from rules.reading import Reading
from rules.relay import answer_in, keep_above
from rules.tokens import SigningKeys
from rules.understanding import read_request


def read_letter(
    raw: bytes, *, policy: Policy, keys: SigningKeys | None, in_sent_folder: bool = False, now: datetime
) -> ReadLetter:
    """Everything about one letter. Raises nothing for odd mail; what the program itself breaks on goes up."""
    mail = parse_mail(raw)
    marks = find_marks(mail, own_lists=policy.own_lists)
    words = _words_of(mail, policy)
    form = _form_of(mail, words, policy)
    if form is not None and form.message:
        words = replace(words, new=form.message, as_first=form.message)
    origin = judge_origin(
        mail,
        words,
        marks,
        form=form,
        authentication=topmost_results(mail),
        policy=policy,
        keys=keys,
        in_sent_folder=in_sent_folder,
        now=now,
    )
    first, follow_up = _readings(mail, words, form, policy)
    return ReadLetter(
        mail=replace(mail, html=None, embedded=(), headers=tuple(each for each in mail.headers if each.name == "bcc")),
        words=words,
        marks=marks,
        bounce=find_bounce(mail) if any(mark.kind in (MarkKind.BOUNCE, MarkKind.REPORT) for mark in marks) else None,
        form=form,
        origin=origin,
        first=first,
        follow_up=follow_up,
    )


def _words_of(mail: ParsedMail, policy: Policy) -> Words:
    """Of an agent's letter only what stands above our line: below it is our own notice, however it was quoted."""
    if not any(policy.is_agent(author.address) or policy.is_own(author.address) for author in mail.from_):
        return split_words(mail)
    words = split_words(replace(mail, text=keep_above(mail.text)))
    return replace(words, new=answer_in(words.new))


def _form_of(mail: ParsedMail, words: Words, policy: Policy) -> FormLetter | None:
    authors = [author.address for author in mail.from_]
    if words.forwarded is not None:
        authors.append(words.forwarded.author.address)  # an agent has sent the form's letter on
    if not any(policy.is_form_sender(address) for address in authors):
        return None
    fields = policy.form_fields
    return find_form(
        mail,
        words,
        {
            "name": fields.name,
            "address": fields.address,
            "telephone": fields.telephone,
            "account": fields.account,
            "message": fields.message,
        },
    )


def _readings(mail: ParsedMail, words: Words, form: FormLetter | None, policy: Policy) -> tuple[Reading, Reading]:
    """The letter read as a first one and as a follow-up; read once where nothing is forwarded."""
    first = _reading(mail, words.as_first, words, form, policy)
    if words.as_first == words.new:
        return first, first
    return first, _reading(mail, words.new, words, form, policy)


def _reading(mail: ParsedMail, text: str, words: Words, form: FormLetter | None, policy: Policy) -> Reading:
    account = f"\nаккаунт {form.account}" if form is not None and form.account else ""
    return read_request(
        subject=mail.subject,
        words=text + account,
        full_text=mail.text,
        signature=words.signature,
        attachments=mail.attachments,
        language=find_language(text or mail.subject),
        policy=policy,
    )
