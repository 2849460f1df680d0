import pytest

from rules.salutation import find_salutation_name


@pytest.mark.parametrize(
    "name",
    [
        "Айгерим Сатпаева",
        "Иванов Иван Иванович",
        "Елена Викторовна Шульц",
        "Нина Васильевна",
        "Олег Цой",
        "Анна-Мария Петрова",
        "Гүлнұр Сапарқызы",
        "Фёдор Мухин",
        "Madina Kassymova",
        "  Айгерим   Сатпаева ",
    ],
)
def test_a_persons_name_is_greeted_by(name: str) -> None:
    assert find_salutation_name(name) == " ".join(name.split())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "info",
        "Айгерим",
        "Отдел продаж",
        "Бухгалтерия",
        "ТОО Ромашка",
        "ИП Сулейменова",
        "Школа Иванова",
        "Клиника Анны Ивановой",
        "Анна Косметика",
        "Мария Декор",
        "Новый Горизонт",
        "Control System Center",
        "Olga Studio",
        "Василиса Премудрая",
        "Ержан учитель",
        "ВИКТОР СТЕПАНОВИЧ",
        "айгерим сатпаева",
        "Айгерим Сатпаева 104582",
        "Айгерим Сатпаева <a@b.kz>",
        "client@example.kz",
        "Перейдите На Сайт",
        "Иван Иванов http",
        "Ivan Иванов",
        "Иван\u202eИванов",
        "Айгерим Сатпаева Ерлановна Четвёртая",
        "А" * 100 + " Иванова",
    ],
)
def test_in_every_doubt_nobody_is_greeted_by_name(name: str) -> None:
    assert find_salutation_name(name) == ""
