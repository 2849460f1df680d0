"""What of clause 6 is missing and matters for what the client asks."""

from rules.category import Category, Detail

# Steps and a picture help only where something is broken; a refund is found by the account alone; who offers to
# work together or only thanks needs none of it.
_MATTERS: dict[Category, tuple[Detail, ...]] = {
    Category.CLOSING_DOCUMENTS: (Detail.ACCOUNT_NUMBER,),
    Category.REFUND: (Detail.ACCOUNT_NUMBER, Detail.DESCRIPTION),
    Category.PARTNERSHIP: (),
    Category.FEATURE_REQUEST: (Detail.DESCRIPTION,),
    Category.API_SCRIPTS: (Detail.ACCOUNT_NUMBER,),
    Category.ACCOUNT_SETUP: (Detail.ACCOUNT_NUMBER,),
    Category.TECHNICAL: (
        Detail.ACCOUNT_NUMBER,
        Detail.DESCRIPTION,
        Detail.STEPS,
        Detail.SCREENSHOT,
        Detail.LINK,
    ),
    Category.QUESTION: (Detail.DESCRIPTION,),
    Category.BILLING: (Detail.ACCOUNT_NUMBER,),
    Category.OTHER: (Detail.DESCRIPTION,),
}


def find_missing(categories: tuple[Category, ...], supplied: frozenset[Detail]) -> tuple[Detail, ...]:
    """The details to ask for, in the order of clause 6: what matters for one of ``categories`` and is not there."""
    wanted = {detail for category in categories for detail in _MATTERS[category]}
    return tuple(detail for detail in Detail if detail in wanted and detail not in supplied)
