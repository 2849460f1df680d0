"""Builds everything from the configuration: the one place that knows which part is made of which.

Nothing here connects to anything; the parts do so when they are run.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from daemon.agents_letters import AgentsLetters
from daemon.applying import Applying
from daemon.arrival import Taken
from daemon.configuration import Configuration
from daemon.configuration_values import SentCopies, StartFrom
from daemon.correspondence import Correspondence
from daemon.digests import Digests
from daemon.gate import Gate
from daemon.intake import Intake
from daemon.journal import Journal
from daemon.letters import Letters
from daemon.mailbox import Mailbox, MailboxSettings
from daemon.marking import Marking
from daemon.marking_plan import MarkingSettings
from daemon.obeying import Obeying
from daemon.outbox import Outbox
from daemon.outcomes import FilesSent, OutboxSettings, Outcomes, SentLook
from daemon.policy_of import policy_of
from daemon.reader import Reader
from daemon.sender import Sender
from daemon.smtp import SmtpSender, SmtpSettings
from daemon.staff_correspondence import Staff, StaffCorrespondence
from daemon.state_folders import StateFolders
from daemon.taking import Tools
from daemon.time_source import TimeSource
from daemon.tls import Security
from daemon.unreadable import Unreadable
from daemon.watch import Watch, WatchSettings
from rules.mark import Mark
from rules.policy import Policy
from rules.tokens import SigningKeys, make_loop_mark
from store.store import Store

SIGNING_KEY = "signing_key"
"""The name under which the store keeps the key that it was given none of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that the service and the commands are made of."""

    configuration: Configuration
    policy: Policy
    store: Store
    keys: SigningKeys
    reader: Reader
    gate: Gate
    staff: StaffCorrespondence
    correspondence: Correspondence
    obeying: Obeying
    intake: Intake
    digests: Digests
    time_source: TimeSource
    journal: Journal


def find_keys(store: Store, configuration: Configuration) -> SigningKeys:
    """The configured keys, the current one first; else the store's own, made at the first start."""
    configured = tuple(key.reveal().encode() for key in configuration.store.signing_keys)
    if configured:
        return SigningKeys(current=configured[0], previous=configured[1:])
    with store.view() as view:
        kept = view.meta(SIGNING_KEY)
    if kept is None:
        with store.transaction() as tx:
            kept = tx.meta(SIGNING_KEY) or secrets.token_hex(32)
            tx.set_meta(SIGNING_KEY, kept)
    return SigningKeys(current=kept.encode())


def build(configuration: Configuration, *, store: Store, time_source: TimeSource, journal: Journal) -> Parts:
    """The parts, wired. Raises what the store raises."""
    policy = policy_of(configuration)
    keys = find_keys(store, configuration)
    address = configuration.mailbox.address
    directory: Path | None = configuration.support.template_dir
    sender = Sender(
        address=address,
        envelope_from=configuration.smtp.envelope_from,
        loop_mark=make_loop_mark(keys, address),
    )
    relays = configuration.agents.relay
    notify = configuration.agents.notify
    gate = Gate(policy)
    staff = StaffCorrespondence(
        policy=policy,
        letters=AgentsLetters(policy, directory, relays=relays),
        keys=keys,
        sender=sender,
        gate=gate,
        staff=Staff(notify=notify, relay_to=notify if relays else ()),
    )
    correspondence = Correspondence(
        policy=policy, letters=Letters(policy, directory), keys=keys, sender=sender, gate=gate, staff=staff
    )
    obeying = Obeying(policy=policy, correspondence=correspondence, staff=staff)
    applying = Applying(policy=policy, correspondence=correspondence, staff=staff, obeying=obeying)
    intake = Intake(
        store=store,
        policy=policy,
        keys=keys,
        applying=applying,
        unreadable=Unreadable(policy=policy, staff=staff),
        time_source=time_source,
        relays=relays,
    )
    return Parts(
        configuration=configuration,
        policy=policy,
        store=store,
        keys=keys,
        reader=Reader(policy=policy, keys=keys, template_directory=directory),
        gate=gate,
        staff=staff,
        correspondence=correspondence,
        obeying=obeying,
        intake=intake,
        digests=Digests(policy=policy, staff=staff),
        time_source=time_source,
        journal=journal,
    )


def mailbox_settings(configuration: Configuration) -> MailboxSettings:
    """The IMAP side of the configuration for the port."""
    mailbox = configuration.mailbox
    return MailboxSettings(
        host=mailbox.host,
        port=mailbox.port,
        security=Security(mailbox.security.value),
        username=mailbox.username,
        password=mailbox.password.reveal(),
    )


def smtp_settings(configuration: Configuration) -> SmtpSettings:
    """The SMTP side of the configuration for the port."""
    smtp = configuration.smtp
    return SmtpSettings(
        host=smtp.host,
        port=smtp.port,
        security=Security(smtp.security.value),
        username=smtp.username,
        password=smtp.password.reveal(),
        answer_timeout=smtp.answer_timeout.total_seconds(),
    )


def watch_inbox(parts: Parts, taken: Callable[[Taken], None]) -> Watch:
    """The watch on the folder that clients' letters come to."""
    folder = parts.configuration.mailbox.folder
    return _watch(parts, taken, name="inbox", in_sent=False, folder=lambda _mailbox: folder)


def watch_sent(
    parts: Parts, taken: Callable[[Taken], None], *, before_look: Callable[[], None] = lambda: None
) -> Watch:
    """The watch on the folder in which agents' mail clients file their answers; found once connected."""
    configured = parts.configuration.mailbox.sent_folder
    return _watch(
        parts,
        taken,
        name="sent",
        in_sent=True,
        folder=lambda mailbox: mailbox.find_sent(configured),
        before_look=before_look,
    )


def _watch(
    parts: Parts,
    taken: Callable[[Taken], None],
    *,
    name: str,
    in_sent: bool,
    folder: Callable[[Mailbox], str | None],
    before_look: Callable[[], None] = lambda: None,
) -> Watch:
    mailbox = parts.configuration.mailbox
    return Watch(
        settings=WatchSettings(
            name=name,
            folder=folder,
            in_sent=in_sent,
            from_beginning=mailbox.start_from is StartFrom.BEGINNING,
            max_size=mailbox.max_size,
            poll=mailbox.poll_interval,
            idle=mailbox.idle,
        ),
        tools=_tools(parts, taken),
        before_look=before_look,
    )


def _tools(parts: Parts, taken: Callable[[Taken], None]) -> Tools:
    """With a connection of their own, not yet made."""
    return Tools(
        mailbox=Mailbox(mailbox_settings(parts.configuration)),
        intake=parts.intake,
        reader=parts.reader,
        store=parts.store,
        time_source=parts.time_source,
        journal=parts.journal,
        taken=taken,
    )


def marking(parts: Parts, taken: Callable[[Taken], None]) -> Marking | None:
    """Tickets seen in the mail client; None where nothing of it is switched on."""
    mailbox, agents = parts.configuration.mailbox, parts.configuration.agents
    named = {mark: getattr(agents.folders, mark.value) for mark in Mark}
    settings = MarkingSettings(
        inbox=mailbox.folder,
        sent_folder=mailbox.sent_folder,
        keywords=agents.keywords,
        move=agents.folders.move,
        folders={mark: name for mark, name in named.items() if name},
    )
    if not settings.is_on:
        return None
    tools = _tools(parts, taken)
    return Marking(
        settings=settings,
        mailbox=tools.mailbox,
        folders=StateFolders(tools=tools, policy=parts.policy, inbox=mailbox.folder, max_size=mailbox.max_size),
        store=parts.store,
        time_source=parts.time_source,
        journal=parts.journal,
        poll=mailbox.poll_interval,
    )


def outbox(parts: Parts, *, owner: str, sent_look: SentLook) -> Outbox:
    """The sender of letters. To be made in the event loop that it runs in."""
    smtp = parts.configuration.smtp
    settings = OutboxSettings(
        address=parts.configuration.mailbox.address,
        retry_pauses=smtp.retry_pauses,
        files_sent=_FILES_SENT[smtp.server_files_sent],
        sent_copy_wait=smtp.sent_copy_wait,
    )
    return Outbox(
        store=parts.store,
        smtp=SmtpSender(smtp_settings(parts.configuration)),
        outcomes=Outcomes(settings=settings, staff=parts.staff, journal=parts.journal, sent_look=sent_look),
        address=settings.address,
        correspondence=parts.correspondence,
        time_source=parts.time_source,
        owner=owner,
        journal=parts.journal,
    )


_FILES_SENT = {SentCopies.AUTO: FilesSent.LEARN, SentCopies.YES: FilesSent.YES, SentCopies.NO: FilesSent.NO}
