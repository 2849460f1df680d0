"""Who wrote a letter: the site's form, we ourselves, a machine, an agent, or a person with a request.

The order is the law of this file: the first that fits decides. Not to be answered is not to be lost: whoever it is,
the letter is kept, and here stands only what it is and why.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from parsers.mail import NOBODY, Address, AuthenticationResults, FormLetter, Mark, MarkKind, ParsedMail, Words
from rules.decision import Disposition, Origin, Proof
from rules.identity import UNPROVED, Identity, prove_agent, prove_by_results
from rules.policy import Policy
from rules.reason import Reason
from rules.tokens import LOOP_HEADER, SigningKeys, is_loop_mark, read_message_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """All that is known of the letter, so that each step below is a question to one value."""

    mail: ParsedMail
    words: Words
    marks: tuple[Mark, ...]
    form: FormLetter | None
    authentication: AuthenticationResults | None
    policy: Policy
    keys: SigningKeys | None
    in_sent_folder: bool
    now: datetime

    @property
    def author(self) -> Address:
        """The first From address that is one, or nobody."""
        return next((each for each in self.mail.from_ if each.address), NOBODY)

    @property
    def names_staff(self) -> bool:
        return any(self.policy.is_own(each.address) or self.policy.is_agent(each.address) for each in self.mail.from_)


def judge_origin(
    mail: ParsedMail,
    words: Words,
    marks: tuple[Mark, ...],
    *,
    form: FormLetter | None,
    authentication: AuthenticationResults | None,
    policy: Policy,
    keys: SigningKeys | None,
    in_sent_folder: bool,
    now: datetime,
) -> Origin:
    """What the letter is, whose it is, and whether it may be answered by itself.

    ``authentication`` is the topmost Authentication-Results field. Without ``keys`` no letter is known as our own and
    no token is believed. Nothing here raises for odd mail.
    """
    case = _Case(
        mail=mail,
        words=words,
        marks=marks,
        form=form,
        authentication=authentication,
        policy=policy,
        keys=keys,
        in_sent_folder=in_sent_folder,
        now=now,
    )
    return _of_form(case) or _our_own(case) or _automatic(case) or _agents(case) or _persons(case)


def _of_form(case: _Case) -> Origin | None:
    """The site's form writes under one address for all clients: the client stands in its fields or in Reply-To.

    What the site's address sends that names no client is not the form's. A letter that bears our own signature, and
    one that lies in Sent, is not either, even where the form writes under the mailbox's own address.
    """
    if case.in_sent_folder or not case.policy.is_form_sender(case.author.address) or _signed_by_us(case):
        return None
    client = _client_of_form(case)
    if client is None:
        return None
    evidence = f"the form's sender {case.author.address}"
    return _request(case, client, UNPROVED, from_form=True, evidence=evidence, silence=_form_silence(case, client))


def _client_of_form(case: _Case) -> Address | None:
    form = case.form
    if form is not None and form.address:
        return Address(name=form.name, address=form.address)
    for each in case.mail.reply_to:
        if each.address and not case.policy.is_form_sender(each.address) and not case.policy.is_own(each.address):
            return Address(name=(form.name if form else "") or each.name, address=each.address)
    if form is not None and (form.message or form.name or form.telephone):
        return Address(name=form.name, address="")
    return None


def _form_silence(case: _Case, client: Address) -> str | None:
    if not client.address:
        return "the form names no address of the client"
    if case.policy.is_own(client.address) or case.policy.is_agent(client.address):
        return "the form names one of our own addresses as the client's"
    return None


def _our_own(case: _Case) -> Origin | None:
    evidence = _signed_by_us(case)
    if not evidence:
        return None
    return Origin(
        disposition=Disposition.OWN,
        client=case.author,
        proof=Proof.NONE,
        automated=None,
        silenced=True,
        from_form=False,
        reasons=(Reason(decision="disposition", value=Disposition.OWN, evidence=evidence),),
    )


def _signed_by_us(case: _Case) -> str:
    if case.keys is None:
        return ""
    message_id = case.mail.message_id
    if message_id is not None and read_message_id(case.keys, message_id) is not None:
        return "Message-ID bears our signature"
    if any(is_loop_mark(case.keys, value, case.policy.mailbox) for value in case.mail.values(LOOP_HEADER)):
        return f"{LOOP_HEADER} bears our mark"
    return ""


def _automatic(case: _Case) -> Origin | None:
    """A machine's letter. Of what lies in Sent the fields alone are believed: an agent answers any subject."""
    told = [mark for mark in case.marks if mark.kind is not MarkKind.SUSPICION]
    if case.in_sent_folder:
        told = [mark for mark in told if not mark.by_words and mark.kind not in _NOT_OF_SENT]
    if not told:
        return None
    why = _spoken(told[0])
    return Origin(
        disposition=Disposition.AUTOMATED,
        client=_single_author(case.mail),
        proof=Proof.NONE,
        automated=why,
        silenced=True,
        from_form=False,
        reasons=(
            Reason(decision="disposition", value=Disposition.AUTOMATED, evidence=why),
            *(Reason(decision="automated", value=mark.kind, evidence=_spoken(mark)) for mark in told),
        ),
    )


_NOT_OF_SENT = frozenset({MarkKind.NO_REPLY, MarkKind.SUPPRESSED, MarkKind.LIST, MarkKind.BULK})


def _agents(case: _Case) -> Origin | None:
    """An agent's letter, proved. A client's letter that he forwards to the mailbox is that client's request."""
    if not case.in_sent_folder and not case.names_staff:
        return None
    identity = prove_agent(
        case.mail,
        case.authentication,
        policy=case.policy,
        keys=case.keys,
        in_sent_folder=case.in_sent_folder,
        now=case.now,
    )
    if identity.proof is Proof.NONE:
        return None
    client = _client_forwarded(case, identity)
    if client is not None:
        evidence = f"forwarded by {case.author.address} ({identity.evidence})"
        return _request(case, client, UNPROVED, from_form=case.form is not None, evidence=evidence)
    return Origin(
        disposition=Disposition.AGENT,
        client=case.author,
        proof=identity.proof,
        automated=None,
        silenced=True,
        from_form=False,
        proved_for=identity.ticket,
        reasons=(
            Reason(decision="disposition", value=Disposition.AGENT, evidence=case.author.address),
            Reason(decision="proof", value=identity.proof, evidence=identity.evidence),
        ),
    )


# Fwd: Нет звука;  FW: [CSC-7] …;  Пересл: …
_FORWARDS = re.compile(r"\s*(?:fwd?|пересл|пересылка)\s?:", re.IGNORECASE)


def _client_forwarded(case: _Case, identity: Identity) -> Address | None:
    """The first author of a letter that an agent forwards to the mailbox; None for anything else he writes.

    Asked: the agent is proved for any ticket, the subject says that it is a forward, he gives no command, and the
    first author is neither ours, nor unknown, nor among the recipients (then it is an answer to him).
    """
    forwarded = case.words.forwarded
    if forwarded is None or identity.proof is not Proof.AUTHENTICATION_RESULTS:
        return None
    if not _FORWARDS.match(case.mail.subject) or case.words.new.lstrip().startswith("#"):
        return None
    client = forwarded.author
    if case.form is not None and case.form.address:
        client = Address(name=case.form.name, address=case.form.address)
    if not _is_address(client.address) or case.policy.is_form_sender(client.address):
        return None
    if any(each.address == client.address for each in (*case.mail.to, *case.mail.cc)):
        return None
    return None if case.policy.is_own(client.address) or case.policy.is_agent(client.address) else client


def _persons(case: _Case) -> Origin:
    """Anybody else is a person with a request (general provisions, 2)."""
    client = _single_author(case.mail)
    identity = prove_by_results(case.mail, case.authentication, policy=case.policy)
    silence = None if client.address else "From does not hold exactly one valid address"
    if case.policy.is_form_sender(case.author.address) and not case.in_sent_folder:
        client, identity = NOBODY, UNPROVED
        silence = "from the form's sender, and names no client"
    if case.names_staff:
        identity = UNPROVED
        silence = "from one of our own or an agent's addresses, unproved"
    evidence = "no sign of a machine"
    return _request(case, client, identity, from_form=False, evidence=evidence, silence=silence)


def _request(
    case: _Case, client: Address, identity: Identity, *, from_form: bool, evidence: str, silence: str | None = None
) -> Origin:
    reasons = [Reason(decision="disposition", value=Disposition.NEW_REQUEST, evidence=evidence)]
    if identity.proof is not Proof.NONE:
        reasons.append(Reason(decision="proof", value=identity.proof, evidence=identity.evidence))
    if silence is not None:
        reasons.append(Reason(decision="silenced", value="yes", evidence=silence))
    reasons += _suspicions(case)
    return Origin(
        disposition=Disposition.NEW_REQUEST,
        client=client,
        proof=identity.proof,
        automated=None,
        silenced=silence is not None,
        from_form=from_form,
        claims_staff=not from_form and silence is not None and case.names_staff,
        reasons=tuple(reasons),
    )


def _suspicions(case: _Case) -> Iterable[Reason]:
    """What is odd about a person's letter and silences nobody."""
    for mark in case.marks:
        if mark.kind is MarkKind.SUSPICION:
            yield Reason(decision="suspicion", value=mark.source, evidence=mark.evidence)
    if not _is_addressed_to_us(case.mail, case.policy):
        yield Reason(decision="suspicion", value="RFC 5230, 4.5", evidence="our address is in neither To nor Cc")


def _is_addressed_to_us(mail: ParsedMail, policy: Policy) -> bool:
    if any(policy.is_own(each.address) for each in (*mail.to, *mail.cc)):
        return True
    fields = ("resent-to", "resent-cc", "delivered-to", "x-original-to", "envelope-to")
    return any(own in value.lower() for name in fields for value in mail.values(name) for own in policy.own_addresses)


def _single_author(mail: ParsedMail) -> Address:
    """The one valid From address; nobody where there is none, or where the letter may mean another one as well."""
    if mail.from_fields != 1 or len(mail.from_) != 1 or not _is_address(mail.from_[0].address):
        return NOBODY
    return NOBODY if _names_another(mail) else mail.from_[0]


# agent@controlsystem.kz <evil@example.kz>: read as either by different programs
_ADDRESS_LIKE = re.compile(r"[^\s<>\"'(),;:]{1,64}@[^\s<>\"'(),;:]{1,255}")


def _names_another(mail: ParsedMail) -> bool:
    """Whether an oddly formed From holds something like a second address; the same one twice is no harm."""
    if mail.from_well_formed:
        return False
    value = (mail.value("from") or "")[:2000].lower()
    return any(found != mail.from_[0].address for found in _ADDRESS_LIKE.findall(value))


def _is_address(address: str) -> bool:
    """One ``@`` with something on both sides, no blanks, control characters or signs of the address syntax."""
    local, at, domain = address.partition("@")
    if not (local and at and domain) or "@" in domain or len(address) > 254:
        return False
    if any(char.isspace() or not char.isprintable() or char in '<>,;:"()[]\\' for char in address):
        return False
    return ".." not in domain and not domain.startswith((".", "-")) and not domain.endswith("-")


def _spoken(mark: Mark) -> str:
    return f"{mark.kind}: {mark.evidence} ({mark.source})"
