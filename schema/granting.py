"""Credits as administrators give and take them."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from models import credits as credit_models
from models import identity as identity_models
from resolvers import credit_refusals, granting, idempotency, refusals
from resolvers.context import Context
from schema import credit_problems, order_problems  # noqa: F401  Importing them declares the problems.
from schema.entities import BY_MODEL
from schema.ids import parse_global_id
from schema.ordering import IDEMPOTENCY_KEY
from schema.referrals import CreditEntry
from schema.refusals import INPUT, mutation


@strawberry.input(description="How many credits to give to whom, and why.")
class GrantCreditsInput:
    user_id: strawberry.ID = strawberry.field(description="The id of the person, as a `User`.")
    credits: int = strawberry.field(
        description=f"How many to give, at most {granting.MOST_AT_ONCE}; with a minus, how many to take of those that "
        "no order in payment holds."
    )
    reason: str = strawberry.field(
        description=f"Why, in at most {granting.LONGEST_REASON} characters: the person reads it in the wallet."
    )
    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.type(description="The credits were given or taken.")
class CreditsGranted:
    entry: CreditEntry = strawberry.field(description="The change as the wallet shows it.")
    balance: int = strawberry.field(
        description="What the person had then, less what made up for rewards that could not be taken back before."
    )


@mutation(
    refusals.Forbidden,
    refusals.InvalidInput,
    credit_refusals.PersonNotFound,
    credit_refusals.NotEnoughCredits,
    idempotency.IdempotencyKeyReused,
    idempotency.RequestInProgress,
    description="Gives a person credits, or takes some away.  For administrators.",
)
async def grant_credits(
    info: strawberry.Info[Context, None], given: Annotated[GrantCreditsInput, INPUT]
) -> CreditsGranted:
    by = info.context.viewer.administrator("credits")
    command = granting.GrantCredits(user_id_of(given.user_id), given.credits, given.reason, given.idempotency_key)
    granted = await granting.grant_credits(info.context.handles, by, command)
    entry: Any = BY_MODEL[credit_models.CreditEntry].wrap(granted.entry)
    return CreditsGranted(entry=entry, balance=granted.balance)


def user_id_of(given: str) -> UUID:
    """The id of a person.  Raises InvalidInput for the id of anything else."""
    try:
        named, key = parse_global_id(given)
    except refusals.BadGlobalId as error:
        raise refusals.InvalidInput(("user_id",), error.message) from None
    if named != BY_MODEL[identity_models.User].name:
        raise refusals.InvalidInput(("user_id",), "This is the id of no person: use that of a User.")
    return key
