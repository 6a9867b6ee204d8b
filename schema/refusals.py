"""What can go wrong in a mutation, as data: problems, which are the refusals of behaviour as the graph shows them, and
the unions of a success and of the problems that stand in its way.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, Union, get_args

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import capitalize_first, to_camel_case

from resolvers import refusals
from resolvers.context import Context
from resolvers.refusals import ProblemCode, Refusal
from schema.values import described

P = TypeVar("P", bound=type)

INPUT = strawberry.argument(name="input", description="What is asked for.")
"""The one argument of a mutation."""

described(
    ProblemCode,
    "What can go wrong, for programs: in problems as in the extensions of errors.",
    UNAUTHENTICATED="Nobody is signed in, or the token stands for nobody: sign in.",
    FORBIDDEN="It is not for this viewer.",
    INVALID_INPUT="Something in the input is not what it has to be: the path says what.",
    NO_BIRTH_DATA="A chart needs birth data that is not there.",
    IDEMPOTENCY_KEY_REUSED="The idempotency key stands for another request.",
    IN_PROGRESS="The same request is being worked on: ask again shortly.",
    EMPTY_ORDER="An order needs something in it.",
    ITEM_UNAVAILABLE="The item is not for sale.",
    ALREADY_OWNED="The item belongs to the buyer already.",
    MIXED_CURRENCIES="An order has one currency, and the items have several.",
    ORDER_NOT_FOUND="The viewer has no such order.",
    ORDER_NOT_PENDING="The order does not wait to be paid, so it cannot be changed.",
    NOT_ENOUGH_CREDITS="The person has fewer credits free.",
    CREDITS_NOT_TAKEN="Credits pay nothing in the currency of the order.",
    ITEM_BEING_BOUGHT="The buyer is paying for the same thing in another order.",
    PAYMENT_DECLINED="The payment method was declined; the order waits to be paid otherwise.",
    PAYMENT_REFUSED="The payment provider does not take such a payment; the order waits to be paid otherwise.",
    PAYMENT_ABANDONED="The payment was given up before it was confirmed.",
    PAYMENT_UNRESOLVED="The payment provider has not said yet whether it has charged.",
    PROVIDER_UNAVAILABLE="The payment provider cannot be reached, and nothing was charged.",
    NOTHING_TO_CONFIRM="No payment of the order was begun with the key.",
    ORDER_NOT_REFUNDABLE="The order is not paid, or was given back whole.",
    ITEM_NOT_IN_ORDER="The order has no such item.",
    REFUND_TOO_LARGE="More is asked for than is left to be given back.",
    REFUND_FAILED="The payment provider could not give the money back.",
    REFUND_UNRESOLVED="The refund is noted, and the payment provider has not said yet whether it is made.",
    PERSON_NOT_FOUND="Nobody has this id.",
    COUPON_UNKNOWN="No coupon has this code or id.",
    COUPON_CODE_TAKEN="Another coupon has this code.",
    COUPON_WITHDRAWN="The coupon was taken back.",
    COUPON_NOT_STARTED="The coupon is not good yet.",
    COUPON_EXPIRED="The coupon is no longer good.",
    COUPON_FOR_OTHER_CURRENCY="The coupon is for orders in another currency.",
    COUPON_FOR_OTHER_ITEMS="The coupon is for none of the items.",
    COUPON_NEEDS_MORE="The items cost less than the coupon asks for.",
    COUPON_EXHAUSTED="All uses of the coupon are taken.",
    COUPON_USED_BY_BUYER="All uses that the buyer may make of the coupon are taken.",
    REFERRAL_CODE_UNKNOWN="Nobody has this referral code.",
    OWN_REFERRAL_CODE="The referral code belongs to whoever applies it.",
    REFERRER_YOUNGER="Whoever has the referral code signed up later.",
    ALREADY_REFERRED="Another person has brought this one already.",
    ALREADY_BOUGHT="A referral code is for before the first purchase, and that is made.",
    REFERRAL_NOT_FOUND="No referral has this id.",
    REFERRAL_ENDED="The referral was voided, and that is final.",
    BAD_REQUEST="The document or the request is wrong.",
    BAD_ID="This is the id of nothing in the graph.",
    BAD_PAGE="The paging arguments contradict each other or are out of bounds.",
    BAD_CURSOR="The cursor is of another list, order or viewer.",
    BAD_FILTER="The filter, order or search cannot be asked for.",
    TOO_MANY="One argument holds more than an answer may be made of.",
    TOO_EXPENSIVE="The answer might hold too many objects: ask for less at once.",
    DATABASE_UNAVAILABLE="A database does not answer: try again shortly.",
    TIMEOUT="It took too long: ask for less, or try again.",
    INTERNAL="A fault of the service: report the request id.",
)


@strawberry.interface(description="Why something was not done, or not yet, for the caller to handle.")
class Problem:
    message: str = strawberry.field(description="What happened and what to do, for people.")
    code: ProblemCode = strawberry.field(description="What happened, for programs.")
    path: list[str] | None = strawberry.field(
        description="Which argument or field of the input is wrong; null where the input is not."
    )
    retryable: bool = strawberry.field(description="Whether the same request may succeed later.")


PROBLEMS: dict[type[Refusal], type] = {}

Paths = Mapping[type[Refusal], tuple[str, ...] | None]
"""What refusals are about in the input of one mutation; None where it is not in the input."""


def problem(refusal: type[Refusal], *, description: str) -> Callable[[P], P]:
    """Declares the type that shows a refusal, of the same name.  Its fields beside those of every problem are the
    refusal's.
    """

    def declare(cls: P) -> P:
        graph_type = strawberry.type(cls, description=description)
        own = {each.name for each in fields(graph_type)} - {each.name for each in fields(Problem)}
        if cls.__name__ != refusal.__name__ or own - {each.name for each in fields(refusal)}:
            raise AssertionError(f"Bug: {cls.__name__} shows what {refusal.__name__} does not say.")
        PROBLEMS[refusal] = graph_type
        return graph_type

    return declare


@problem(refusals.NotSignedIn, description="The mutation is for people, and nobody is signed in.")
class NotSignedIn(Problem):
    pass


@problem(refusals.Forbidden, description="The mutation is not for this viewer.")
class Forbidden(Problem):
    pass


@problem(refusals.InvalidInput, description="Something in the input is not what it has to be; the path says what.")
class InvalidInput(Problem):
    pass


@problem(refusals.StoreUnavailable, description="A database is away or too slow: the same request may succeed later.")
class StoreUnavailable(Problem):
    store: str = strawberry.field(description="Which of the databases it is.")


ALWAYS = (refusals.StoreUnavailable,)


class Handled(FieldExtension):
    """Turns the refusals that a mutation declares into problems.  One that it does not declare is a bug of ours, and
    is masked and logged as such.
    """

    def __init__(self, declared: tuple[type[Refusal], ...], paths: Paths) -> None:
        self.declared, self.paths = declared, paths

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: strawberry.Info[Context, None], **arguments: Any
    ) -> Any:
        try:
            if refusals.NotSignedIn in self.declared and not info.context.viewer.is_signed_in:
                raise refusals.NotSignedIn
            return await next_(source, info, **arguments)
        except Refusal as refusal:
            if type(refusal) not in self.declared:
                name = type(refusal).__name__
                raise AssertionError(f"Bug: {info.field_name} raised {name}, which it does not declare.") from refusal
            return shown(refusal, self.paths)


def shown(refusal: Refusal, paths: Paths = MappingProxyType({})) -> object:
    """The problem that stands for a refusal, whose path is that of its command unless `paths` says otherwise."""
    graph_type = PROBLEMS[type(refusal)]
    path = paths.get(type(refusal), refusal.path)
    own = {each.name for each in fields(graph_type)} - {each.name for each in fields(Problem)}
    return graph_type(
        message=refusal.message,
        code=refusal.code,
        path=None if path is None else [str(INPUT.name), *map(to_camel_case, path)],
        retryable=refusal.is_retryable,
        **{name: getattr(refusal, name) for name in own},
    )


def mutation(
    *refused: type[Refusal], description: str, is_for_anybody: bool = False, paths: Paths = MappingProxyType({})
) -> Callable[[Callable[..., Any]], StrawberryField]:
    """Declares a mutation by its resolver, which returns its success, or one of several.

    Its result is the union of that success and of the problems: those of the refusals that are named here, those
    that every mutation has, and `NotSignedIn` unless it is for anybody.  `paths` says what of its input a refusal is
    about, where that is not as the refusal says.
    """
    declared = (*(() if is_for_anybody else (refusals.NotSignedIn,)), *refused, *ALWAYS)
    missing = [refusal.__name__ for refusal in declared if refusal not in PROBLEMS]
    if missing:
        raise AssertionError(f"Bug: no problem shows {', '.join(missing)}: declare one with @problem.")

    def declare(resolver: Callable[..., Any]) -> StrawberryField:
        name = to_camel_case(resolver.__name__)
        success = inspect.get_annotations(resolver, eval_str=True)["return"]
        result = strawberry.union(name=f"{capitalize_first(name)}Result", description=f"What comes of `{name}`.")
        members = (*(get_args(success) or (success,)), *(PROBLEMS[refusal] for refusal in declared))
        resolver.__annotations__["return"] = Annotated[Union[members], result]  # noqa: UP007  The members are computed.
        field: StrawberryField = strawberry.mutation(
            resolver=resolver, description=description, extensions=[Handled(declared, paths)]
        )
        return field

    return declare
