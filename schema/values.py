"""Values of the graph that belong to no feature: money, currencies, and enums that carry descriptions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Generic, NewType, TypeVar, cast

import strawberry
from strawberry.schema.types.base_scalars import wrap_parser
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.scalar import ScalarDefinition

AnyEnum = TypeVar("AnyEnum", bound=Enum)
T = TypeVar("T")

Currency = NewType("Currency", str)

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)?|[+-]?(NaN|sNaN|Infinity)", re.ASCII)


def decimal_of(given: str) -> Decimal:
    """A number in plain digits.  Python would take other scripts' digits, blanks and underscores too."""
    if not NUMBER.fullmatch(given):
        raise ValueError("Write it in plain digits, such as 9.99.")
    return Decimal(given)


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number, exact, as a string.",
        serialize=str,
        parse_value=wrap_parser(decimal_of, "Decimal", (ValueError, InvalidOperation), accept_non_string=True),
    ),
    Currency: strawberry.scalar(
        name="Currency",
        description="A currency by its ISO 4217 code, such as INR.",
        specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
        serialize=str,
        parse_value=str,
    ),
}


@strawberry.type(description="An amount in one currency.")
class Money:
    amount: Decimal = strawberry.field(description="The amount in the currency's major unit, exact, as a string.")
    currency: Currency = strawberry.field(description="The currency of the amount.")


@dataclass(frozen=True)
class Composition(Generic[T]):
    """Makes an object of the graph of nothing but the values of its fields, passed in the order of `names`."""

    kind: Callable[..., T]
    names: tuple[str, ...]

    def __call__(self, *values: object) -> T:
        return self.kind(**dict(zip(self.names, values, strict=True)))


money = Composition(Money, ("amount", "currency"))


def described(enum: type[AnyEnum], description: str, **values: str) -> type[AnyEnum]:
    """Publishes an enum under its stored spellings, each value with its description."""
    strawberry.enum(enum, description=description, graphql_name_from="value")
    definition = cast("StrawberryEnumDefinition", enum.__strawberry_definition__)  # type: ignore[attr-defined]
    missing = {value.name for value in definition.values} ^ set(values)
    if missing:
        raise AssertionError(f"Bug: every value of {enum.__name__} needs one description; look at {sorted(missing)}.")
    for value in definition.values:
        value.description = values[value.name]
    return enum
