"""The limits that stand behind the rules against machines, as the configuration sets them by default."""

from datetime import timedelta

from rules.policy import AcknowledgementLimits, Limit

HOUR = timedelta(hours=1)
LIMITS = AcknowledgementLimits(
    per_address=Limit(count=10, within=HOUR),
    per_domain=Limit(count=100, within=HOUR),
    per_body=Limit(count=20, within=HOUR),
    overall=Limit(count=300, within=timedelta(minutes=10)),
    max_age=timedelta(hours=24),
)
