"""What a client asks for, and what of it waits for the office."""

from enum import StrEnum


class Category(StrEnum):
    """The ten kinds of request; the values are the names that other tools rely on."""

    CLOSING_DOCUMENTS = "closing_documents"
    REFUND = "refund"
    PARTNERSHIP = "partnership"
    FEATURE_REQUEST = "feature_request"
    API_SCRIPTS = "api_scripts"
    ACCOUNT_SETUP = "account_setup"
    TECHNICAL = "technical"
    QUESTION = "question"
    BILLING = "billing"
    OTHER = "other"

    @property
    def deferrable(self) -> bool:
        """Whether it needs developers or the management and so waits until Monday on a weekend (clause 3)."""
        return self in _DEFERRABLE

    @property
    def wording(self) -> str:
        """The words by which a letter names it, in lower case."""
        return _WORDINGS[self]


_DEFERRABLE = frozenset({Category.CLOSING_DOCUMENTS, Category.REFUND, Category.PARTNERSHIP, Category.FEATURE_REQUEST})

_WORDINGS = {
    Category.CLOSING_DOCUMENTS: "закрывающие документы",
    Category.REFUND: "возврат средств",
    Category.PARTNERSHIP: "сотрудничество",
    Category.FEATURE_REQUEST: "доработка функционала",
    Category.API_SCRIPTS: "запросы API и скрипты",
    Category.ACCOUNT_SETUP: "настройка под ключ",
    Category.TECHNICAL: "техническая неполадка",
    Category.QUESTION: "вопрос по работе сервиса",
    Category.BILLING: "оплата и тарифы",
    Category.OTHER: "другое",
}


class Detail(StrEnum):
    """What clause 6 asks a client to give at once."""

    ACCOUNT_NUMBER = "account_number"
    DESCRIPTION = "description"
    STEPS = "steps"
    SCREENSHOT = "screenshot"
    LINK = "link"
