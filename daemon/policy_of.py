"""The rules' policy out of the configuration, or out of the defaults alone."""

from daemon.configuration import Configuration, published_rules
from rules.decision import Proof
from rules.policy import AcknowledgementLimits, Article, FormFields, Policy
from rules.schedule import Schedule


def policy_of(configuration: Configuration) -> Policy:
    """What the rules may ask of ``configuration``. Pure."""
    mailbox, support, forms = configuration.mailbox, configuration.support, configuration.forms
    return Policy(
        schedule=schedule_of(configuration),
        answer_within=support.answer_within,
        mailbox=mailbox.address,
        own_addresses=frozenset({mailbox.address, *mailbox.aliases}),
        agents=configuration.agents.addresses,
        form_senders=forms.senders,
        form_fields=form_fields_of(configuration),
        own_lists=tuple(name.lower() for name in mailbox.own_lists),
        authserv_ids=frozenset(name.lower() for name in mailbox.authserv_ids),
        service_hosts=tuple(host.lower() for host in support.service_hosts),
        portal_url=support.portal_url,
        articles=tuple(
            Article(title=each.title, url=each.url, words=tuple(word.lower() for word in each.words))
            for each in support.articles
        ),
        ticket_prefix=support.ticket_prefix,
        auto_close_after=support.auto_close_after,
        reopen_within=support.reopen_within,
        duplicate_window=support.duplicate_window,
        limits=limits_of(configuration),
        agent_proofs=proofs_of(configuration),
        lexicon={category: tuple(word.lower() for word in words) for category, words in support.lexicon.items()},
    )


def schedule_of(configuration: Configuration) -> Schedule:
    """Both calendars of the desk."""
    support = configuration.support
    return Schedule(
        zone=support.zone,
        weekday=support.duty.weekday,
        weekend=support.duty.weekend,
        office=support.office.weekday,
        holidays=frozenset(support.holidays),
        working_days=frozenset(support.working_days),
    )


def form_fields_of(configuration: Configuration) -> FormFields:
    """The labels of the feedback form, lower-cased and without the colon, as letters are compared with them."""
    fields = configuration.forms.fields
    labels = {
        name: tuple(label.strip().rstrip(":").lower() for label in getattr(fields, name))
        for name in ("name", "address", "telephone", "account", "message")
    }
    return FormFields(**labels)


def proofs_of(configuration: Configuration) -> frozenset[Proof]:
    """The proofs of an agent that are switched on."""
    proofs = configuration.agents.proofs
    switched = {
        Proof.SENT_FOLDER: proofs.sent,
        Proof.AUTHENTICATION_RESULTS: proofs.authentication_results,
        Proof.TOKEN: proofs.token,
    }
    return frozenset(proof for proof, on in switched.items() if on)


def limits_of(configuration: Configuration) -> AcknowledgementLimits:
    """How many acknowledgements may go out."""
    acknowledge = configuration.acknowledge
    return AcknowledgementLimits(
        per_address=acknowledge.per_address,
        per_domain=acknowledge.per_domain,
        per_body=acknowledge.per_body,
        overall=acknowledge.overall,
        max_age=acknowledge.max_age,
    )


def default_policy() -> Policy:
    """The published rules as they stand, for the mailbox info@controlsystem.kz: what judges without a configuration."""
    return policy_of(published_rules())
