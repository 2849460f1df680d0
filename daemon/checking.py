"""``supportd check``: what holds and what does not, all at once: mailbox, SMTP, store, zone data, letters."""

import asyncio
from datetime import UTC, datetime

from daemon import wiring
from daemon.configuration import Configuration
from daemon.console import CONFIGURATION, DONE, missing_package, print_json, say
from daemon.letters_check import check_letters
from daemon.policy_of import policy_of
from daemon.probes import Finding, probe_imap, probe_smtp
from daemon.zone_data import zone_data_fault
from store.engine import read_url
from store.errors import StoreBroken, StoreBusy, StoreTooNew, place_of
from store.store import Store

PROBE = "check"


def show_check(configuration: Configuration, *, as_json: bool) -> int:
    """Each finding on a line; 2 where one does not hold."""
    findings = check(configuration)
    for finding in findings:
        if as_json:
            print_json({"ok": finding.ok, "what": finding.what, "said": finding.said})
        else:
            say(f"{'✓' if finding.ok else '✗'} {finding.what}: {finding.said}")
    wrong = sum(not each.ok for each in findings)
    if not as_json:
        say("all holds" if not wrong else f"{wrong} of {len(findings)} must be put right")
    return CONFIGURATION if wrong else DONE


def check(configuration: Configuration) -> tuple[Finding, ...]:
    """Tries everything; nothing is sent, nothing on the mail server is changed. The store is made or upgraded."""
    mailbox = configuration.mailbox
    imap = probe_imap(wiring.mailbox_settings(configuration), mailbox.folder, mailbox.sent_folder)
    smtp = asyncio.run(probe_smtp(wiring.smtp_settings(configuration)))
    return (*imap, *smtp, _store(configuration), _zone(), *_letters(configuration))


def _store(configuration: Configuration) -> Finding:
    """Opened, brought to the schema, written to."""
    try:
        with Store.open(configuration.store.url) as store:
            with store.transaction() as tx:
                tx.set_meta(PROBE, datetime.now(UTC).isoformat())
            with store.view() as view:
                counts = view.counts()
            tickets = sum(count for _, count in counts.tickets)
            place = place_of(read_url(configuration.store.url))
            return Finding(ok=True, what="store", said=f"{place} can be written; {tickets} tickets")
    except (StoreBusy, StoreBroken, StoreTooNew) as error:
        return Finding(ok=False, what="store", said=str(error))
    except ModuleNotFoundError as error:  # the driver of another database
        return Finding(ok=False, what="store", said=missing_package(error))


def _zone() -> Finding:
    fault = zone_data_fault(datetime.now(UTC))
    return Finding(ok=fault is None, what="zone data", said=fault or "Asia/Almaty is +05:00 today")


def _letters(configuration: Configuration) -> tuple[Finding, ...]:
    faults = check_letters(policy_of(configuration), configuration.support.template_dir)
    if not faults:
        return (Finding(ok=True, what="letters", said="every letter can be written"),)
    return tuple(Finding(ok=False, what="letters", said=fault) for fault in faults)
