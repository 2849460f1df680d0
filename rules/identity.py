"""Whether a sender is who the letter says: the proofs that an agent's act or a client's words need.

Every proof asks for one From field with exactly one well-formed address. A display name, a Sender, a Reply-To and
whatever the letter's own text says prove nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from parsers.mail import AuthenticationMethod, AuthenticationResults, ParsedMail
from rules.decision import Proof
from rules.policy import Policy
from rules.thread import find_ancestors
from rules.tokens import SigningKeys, find_subject_token, proves_agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How the sender was proved. ``ticket``: the only one the proof holds for, or None where it holds for any."""

    proof: Proof
    ticket: int | None = None
    evidence: str = ""


UNPROVED = Identity(proof=Proof.NONE)


def has_one_author(mail: ParsedMail) -> bool:
    """Whether exactly one well-formed address stands in exactly one From field, and Sender (if any) agrees."""
    if mail.from_fields != 1 or not mail.from_well_formed or len(mail.from_) != 1:
        return False
    address = mail.from_[0].address
    if not address.isascii() or address.count("@") != 1:
        return False
    return all(sender.address == address for sender in mail.sender)


def prove_agent(
    mail: ParsedMail,
    authentication: AuthenticationResults | None,
    *,
    policy: Policy,
    keys: SigningKeys | None,
    in_sent_folder: bool,
    now: datetime,
) -> Identity:
    """The strongest proof, among those the policy allows, that an agent wrote the letter.

    What lies in Sent was put there under the server's own log-in, whatever its From says. Every other proof is of the
    From address, which the caller has found to be an agent's or our own.
    """
    allowed = policy.agent_proofs
    if in_sent_folder:
        return Identity(proof=Proof.SENT_FOLDER, evidence="Sent") if Proof.SENT_FOLDER in allowed else UNPROVED
    if not has_one_author(mail):
        return UNPROVED
    if Proof.AUTHENTICATION_RESULTS in allowed:
        identity = prove_by_results(mail, authentication, policy=policy)
        if identity.proof is not Proof.NONE:
            return identity
    if Proof.TOKEN in allowed and keys is not None:
        return _prove_by_token(mail, keys, now=now)
    return UNPROVED


def prove_by_results(mail: ParsedMail, authentication: AuthenticationResults | None, *, policy: Policy) -> Identity:
    """By the receiving server's own findings: aligned DMARC or, where it says nothing of DMARC, aligned DKIM.

    SPF alone proves nothing: it speaks of the envelope. A server that is not in ``authserv_ids`` is not believed, and
    the list is empty at first (RFC 8601, 7.1). A failed DMARC outweighs any DKIM.
    """
    if authentication is None or authentication.authserv_id not in policy.authserv_ids:
        return UNPROVED
    if not has_one_author(mail):
        return UNPROVED
    domain = mail.from_[0].domain
    dmarc = [each for each in authentication.methods if each.method == "dmarc" and each.result in ("pass", "fail")]
    if dmarc:
        passed = all(method.result == "pass" for method in dmarc) and _dmarc_domains(dmarc) == {domain}
        return _proved(f"dmarc=pass header.from={domain}") if passed else UNPROVED
    for method in authentication.methods:
        if method.method == "dkim" and method.result == "pass" and _dkim_domains(method) == {domain}:
            return _proved(f"dkim=pass header.d={domain}")
    return UNPROVED


def _proved(evidence: str) -> Identity:
    return Identity(proof=Proof.AUTHENTICATION_RESULTS, evidence=evidence)


def _dmarc_domains(methods: list[AuthenticationMethod]) -> set[str]:
    return {
        value.rpartition("@")[2] for method in methods for name, value in method.properties if name == "header.from"
    }


def _dkim_domains(method: AuthenticationMethod) -> set[str]:
    """Every domain the signature names: ``header.d``, or that of ``header.i`` where the server prints no other."""
    signing = {value for name, value in method.properties if name == "header.d"}
    return signing or {value.rpartition("@")[2] for name, value in method.properties if name == "header.i"}


def _prove_by_token(mail: ParsedMail, keys: SigningKeys, *, now: datetime) -> Identity:
    """By a secret that went to this agent alone: the id of our letter to him, or the token of a link in it."""
    agent = mail.from_[0].address
    for message_id in find_ancestors(mail):
        signed = proves_agent(keys, message_id, agent=agent, now=now)
        if signed is not None and signed.ticket is not None:
            return Identity(proof=Proof.TOKEN, ticket=signed.ticket, evidence=f"answers our letter to {agent}")
    ticket = find_subject_token(keys, mail.subject, agent=agent, now=now)
    if ticket is not None:
        return Identity(proof=Proof.TOKEN, ticket=ticket, evidence=f"the subject bears a token of {agent}")
    return UNPROVED
