"""Why credits cannot be used, given or taken, as problems of the graph."""

import strawberry

from resolvers import credit_refusals
from schema.refusals import Problem, problem
from schema.values import Currency


@problem(credit_refusals.NotEnoughCredits, description="The person has fewer credits free.")
class NotEnoughCredits(Problem):
    available: int = strawberry.field(description="How many credits the person has that no order in payment holds.")


@problem(credit_refusals.PersonNotFound, description="Nobody has this id.")
class PersonNotFound(Problem):
    pass


@problem(credit_refusals.CreditsNotTaken, description="Credits pay nothing in the currency of the order.")
class CreditsNotTaken(Problem):
    currency: Currency = strawberry.field(description="The currency of the order.")
