"""What exactly a person approves by phone: the values of a payload, and one way of writing them down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, named by its three capitals (ISO 4217), such as ``EUR``."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise ValueError("Write an amount as a finite Decimal: a float is not what people think it is.")
        is_code = isinstance(self.currency, str) and self.currency.isascii() and self.currency.isalpha()
        if not is_code or len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError("Write a currency as three capitals, such as 'EUR'.")


Value: TypeAlias = str | int | Decimal | Money
Payload: TypeAlias = Mapping[str, Value]


def canonical(payload: Payload, *, message: str, user: str) -> bytes:
    """Return the one way of writing down who approves what: equal for equal values, and for no others.

    Raises ``ValueError`` for a value of another kind, or a number that is not finite.
    """
    values = {str(name): _tagged(value) for name, value in payload.items()}
    told = {"message": message, "payload": values, "user": user}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def plain(number: Decimal) -> str:
    """Return the number in digits without exponent or needless zeros: ``10``, never ``1E+1`` or ``10.00``."""
    digits = format(number, "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits in {"", "-0"} else digits


def _tagged(value: Value) -> list[str]:
    # The kind stands beside each value: the text "5" is not the number 5.
    match value:
        case str():
            return ["text", value]
        case int() if not isinstance(value, bool):
            return ["number", str(value)]
        case Decimal() if value.is_finite():
            return ["number", plain(value)]
        case Money():
            return ["money", plain(value.amount), value.currency]
    raise ValueError("A payload holds str, int, finite Decimal and Money, and nothing else.")
