"""Credits as administrators give and take them."""

from typing import Annotated, Any

import strawberry

from models import credits as credit_models
from models import identity as identity_models
from resolvers import credit_refusals, granting, idempotency, refusals
from resolvers.context import Context
from resolvers.reasons import LONGEST_REASON
from schema import credit_problems, order_problems  # noqa: F401  Importing them declares the problems.
from schema.entities import BY_MODEL
from schema.given_ids import id_of
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
        description=f"Why, in at most {LONGEST_REASON} characters: the person reads it in the wallet."
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
    person = id_of(
        identity_models.User, given.user_id, "user_id", otherwise="This is the id of no person: use that of a User."
    )
    command = granting.GrantCredits(person, given.credits, given.reason, given.idempotency_key)
    granted = await granting.grant_credits(info.context.handles, by, command)
    entry: Any = BY_MODEL[credit_models.CreditEntry].wrap(granted.entry)
    return CreditsGranted(entry=entry, balance=granted.balance)
