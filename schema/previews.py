"""What a coupon would take off things for sale, or why nothing, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeAlias

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.utils.str_converters import to_camel_case

from resolvers import coupon_refusals, order_refusals, placing, previewing, refusals
from resolvers.previewing import PreviewCoupon, Previewed
from resolvers.refusals import Refusal
from resolvers.shares import NOTHING
from resolvers.stores import Row
from schema.coupon_problems import (
    CouponExhausted,
    CouponExpired,
    CouponForOtherCurrency,
    CouponForOtherItems,
    CouponNeedsMore,
    CouponNotStarted,
    CouponUnknown,
    CouponUsedByBuyer,
    CouponWithdrawn,
)
from schema.declarations import Arguments, Declaration, Resolve, argument, declare
from schema.entities import Entity
from schema.ids import global_id
from schema.order_problems import AlreadyOwned, EmptyOrder, ItemUnavailable, MixedCurrencies, TooManyItems
from schema.ordering import kinds
from schema.refusals import InvalidInput, NotSignedIn, StoreUnavailable, shown
from schema.selections import ResolveInfo
from schema.values import Money, money
from schema.wanted import wanted_items

REFUSED: tuple[type[Refusal], ...] = (
    refusals.NotSignedIn,
    refusals.InvalidInput,
    order_refusals.EmptyOrder,
    order_refusals.TooManyItems,
    order_refusals.ItemUnavailable,
    order_refusals.AlreadyOwned,
    order_refusals.MixedCurrencies,
    *coupon_refusals.EVERY,
    refusals.StoreUnavailable,
)


@strawberry.type(description="What the coupon would take off one of the items.")
class CouponPreviewItem:
    item_id: strawberry.ID = strawberry.field(description="The id of the item, as it was asked for.")
    title: str = strawberry.field(description="What the item is called.")
    price: Money = strawberry.field(description="What the item costs now.")
    discount: Money = strawberry.field(description="What the coupon would take off; nothing where it is not for it.")


@strawberry.type(description="The coupon would apply now; whether it does is decided when a payment begins.")
class CouponPreview:
    coupon_code: str = strawberry.field(description="The code of the coupon, in capitals.")
    original_amount: Money = strawberry.field(description="What the items cost before the discount.")
    discount: Money = strawberry.field(description="What the coupon would take off all of them.")
    amount: Money = strawberry.field(description="What would be left to pay, in cash and credits.")
    items: list[CouponPreviewItem] = strawberry.field(description="Each of the items, in the order of the question.")


CouponPreviewResult: TypeAlias = Annotated[
    CouponPreview
    | NotSignedIn
    | InvalidInput
    | EmptyOrder
    | TooManyItems
    | ItemUnavailable
    | AlreadyOwned
    | MixedCurrencies
    | CouponUnknown
    | CouponWithdrawn
    | CouponNotStarted
    | CouponExpired
    | CouponForOtherCurrency
    | CouponForOtherItems
    | CouponExhausted
    | CouponUsedByBuyer
    | CouponNeedsMore
    | StoreUnavailable,
    strawberry.union(name="CouponPreviewResult", description="What a coupon would take off, or why nothing."),
]


@dataclass(frozen=True)
class PreviewAskedFor(Declaration):
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = (
        argument("code", str, "The code of the coupon, in capitals or not."),
        argument(
            "items",
            list[strawberry.ID],
            f"The ids of courses, products and typing tests, each once, at most {placing.MOST_ITEMS}.",
        ),
    )

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, arguments: Arguments) -> object:
            try:
                viewer = info.context.viewer.person
                command = PreviewCoupon(arguments["code"], wanted_items(arguments["items"]))
                return preview(await previewing.preview_coupon(info.context.handles, viewer, command))
            except REFUSED as refusal:
                return problem_at(refusal)

        return resolve


def preview_asked_for(*, description: str) -> Any:
    """A root field that says what a coupon would take off, or by a problem why nothing."""
    return declare(PreviewAskedFor(), description)


def preview(found: Previewed) -> CouponPreview:
    original = sum((each.price for each in found.items), NOTHING)
    discount = sum(found.discounts, NOTHING)
    return CouponPreview(
        coupon_code=found.coupon_code,
        original_amount=money(original, found.currency),
        discount=money(discount, found.currency),
        amount=money(original - discount, found.currency),
        items=items(found),
    )


def items(found: Previewed) -> list[CouponPreviewItem]:
    names = {kind: name for name, kind in kinds().items()}
    return [
        CouponPreviewItem(
            item_id=strawberry.ID(global_id(names[each.wanted.kind], each.wanted.item_id)),
            title=each.title,
            price=money(each.price, found.currency),
            discount=money(discount, found.currency),
        )
        for each, discount in zip(found.items, found.discounts, strict=True)
    ]


def problem_at(refusal: Refusal) -> object:
    """The problem that stands for a refusal, whose path leads to the arguments themselves."""
    problem: Any = shown(refusal)
    problem.path = path_of(refusal.path)
    return problem


def path_of(path: Sequence[str] | None) -> list[str] | None:
    """Where an order says `items`, a place and `itemId`, the items are ids here."""
    return None if path is None else [to_camel_case(each) for each in path if each != "item_id"]
