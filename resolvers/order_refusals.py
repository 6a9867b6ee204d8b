"""Why an order cannot be placed or changed.  All of these have changed nothing."""

from dataclasses import dataclass
from typing import ClassVar

from models.orders import OrderStatus
from resolvers.refusals import ProblemCode, Refusal


@dataclass(eq=False)
class EmptyOrder(Refusal):
    """There is nothing in it."""

    code: ClassVar[ProblemCode] = ProblemCode.EMPTY_ORDER
    about: ClassVar[tuple[str, ...] | None] = ("items",)
    said: ClassVar[str] = "There is nothing in this order: name at least one item."


@dataclass(eq=False)
class TooManyItems(Refusal):
    """There is more in it than an order may hold."""

    limit: int
    code: ClassVar[ProblemCode] = ProblemCode.TOO_MANY
    about: ClassVar[tuple[str, ...] | None] = ("items",)

    @property
    def message(self) -> str:
        return f"An order holds at most {self.limit} items: place several orders."


@dataclass(eq=False)
class ItemUnavailable(Refusal):
    """An item that is unknown, not published or not sold at a price that can be paid; nobody is told which."""

    place: int
    code: ClassVar[ProblemCode] = ProblemCode.ITEM_UNAVAILABLE

    @property
    def path(self) -> tuple[str, ...]:
        return path_of(self.place)

    said: ClassVar[str] = "This item is not for sale: take it out of the order."


@dataclass(eq=False)
class AlreadyOwned(Refusal):
    """An item that belongs to the buyer already; each is bought once."""

    place: int
    title: str
    code: ClassVar[ProblemCode] = ProblemCode.ALREADY_OWNED

    @property
    def path(self) -> tuple[str, ...]:
        return path_of(self.place)

    @property
    def message(self) -> str:
        return f"'{self.title}' is yours already: take it out of the order."


@dataclass(eq=False)
class MixedCurrencies(Refusal):
    """Items of several currencies, or of another one than was asked for."""

    currencies: list[str]
    code: ClassVar[ProblemCode] = ProblemCode.MIXED_CURRENCIES
    about: ClassVar[tuple[str, ...] | None] = ("items",)

    @property
    def message(self) -> str:
        return f"An order has one currency, and this one has {' and '.join(self.currencies)}: place an order for each."


@dataclass(eq=False)
class OrderNotFound(Refusal):
    """There is no order with this id that the viewer may change, whether or not somebody else may."""

    code: ClassVar[ProblemCode] = ProblemCode.ORDER_NOT_FOUND
    about: ClassVar[tuple[str, ...] | None] = ("order_id",)
    said: ClassVar[str] = "There is no such order for you: use the id of one as the graph gave it."


@dataclass(eq=False)
class OrderNotPending(Refusal):
    """The order is being paid or is done with."""

    status: OrderStatus
    code: ClassVar[ProblemCode] = ProblemCode.ORDER_NOT_PENDING
    about: ClassVar[tuple[str, ...] | None] = ("order_id",)

    @property
    def message(self) -> str:
        return f"This order is {self.status}, and only one that is pending can be changed: read it again."


def path_of(place: int) -> tuple[str, ...]:
    return ("items", str(place), "item_id")
