"""Why an order is not paid, as problems of the graph."""

import strawberry

from resolvers import payment_refusals
from schema.refusals import Problem, problem


@problem(payment_refusals.PaymentDeclined, description="The payment method was declined, and nothing was charged.")
class PaymentDeclined(Problem):
    decline_code: str = strawberry.field(description="Why, in the provider's word, such as insufficient_funds.")


@problem(payment_refusals.PaymentRefused, description="The payment provider does not take such a payment at all.")
class PaymentRefused(Problem):
    reason: str = strawberry.field(description="Why, in the provider's word, such as resource_missing.")


@problem(payment_refusals.PaymentAbandoned, description="The payment was given up before it was confirmed.")
class PaymentAbandoned(Problem):
    pass


@problem(payment_refusals.PaymentUnresolved, description="Nobody knows yet whether the provider has charged.")
class PaymentUnresolved(Problem):
    pass


@problem(payment_refusals.ProviderUnavailable, description="The payment provider was not reached; nothing was charged.")
class ProviderUnavailable(Problem):
    pass


@problem(payment_refusals.ItemBeingBought, description="The buyer is paying for the same thing in another order.")
class ItemBeingBought(Problem):
    title: str = strawberry.field(description="What the thing is called.")


@problem(payment_refusals.NothingToConfirm, description="No payment of the order was begun with the key.")
class NothingToConfirm(Problem):
    pass
