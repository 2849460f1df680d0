"""The published rules as a policy, for tests that need one; each names only what matters to it."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rules.policy import AcknowledgementLimits, FormFields, Limit, Policy
from rules.schedule import Hours, Schedule

ALMATY = ZoneInfo("Asia/Almaty")
_WORKDAY = Hours(opens=time(8), closes=time(20))
SCHEDULE = Schedule(zone=ALMATY, weekday=_WORKDAY, weekend=Hours(opens=time(9), closes=time(17)), office=_WORKDAY)
_FREE = Limit(count=None, within=timedelta(hours=1))


def a_policy(**differing: Any) -> Policy:
    return replace(
        Policy(
            schedule=SCHEDULE,
            answer_within=timedelta(hours=1),
            mailbox="info@controlsystem.kz",
            own_addresses=frozenset({"info@controlsystem.kz"}),
            agents=("*@controlsystem.kz",),
            form_senders=(),
            form_fields=FormFields(),
            own_lists=(),
            authserv_ids=frozenset(),
            service_hosts=(),
            portal_url="https://help.example.kz",
            articles=(),
            ticket_prefix="CSC",
            auto_close_after=timedelta(days=7),
            reopen_within=timedelta(days=30),
            duplicate_window=timedelta(minutes=5),
            limits=AcknowledgementLimits(
                per_address=_FREE, per_domain=_FREE, per_body=_FREE, overall=_FREE, max_age=None
            ),
        ),
        **differing,
    )
