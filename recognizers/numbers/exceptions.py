"""Why a number is not one. Messages are fixed texts: they never hold the number."""

from __future__ import annotations


class ValidationError(ValueError):
    """Base of all; ``message`` is a Russian message id for the catalogues."""

    message = "недопустимый номер"

    def __init__(self) -> None:
        super().__init__(self.message)

    def __reduce__(self) -> tuple[type[ValidationError], tuple[()]]:
        return type(self), ()


class InvalidFormat(ValidationError):
    message = "недопустимые символы или запись"


class InvalidLength(ValidationError):
    message = "недопустимая длина"


class InvalidChecksum(ValidationError):
    message = "не сходится контрольная цифра"


class InvalidComponent(ValidationError):
    message = "недопустимая часть номера: дата, код страны, тип или код из списка"
