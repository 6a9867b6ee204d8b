"""What is asked: five operations, each with arguments that differ from request to request."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from tests.bench.samples import Samples

Variables: TypeAlias = dict[str, Any]

POINT = """query Point($id: ID!) {
  course(id: $id) { id title slug level duration price { amount currency } }
}"""

PAGE = """query Page($first: Int!, $before: DateTime!) {
  courses(first: $first, where: {createdAt: {lt: $before}}) {
    nodes { id title slug level duration price { amount currency } } pageInfo { hasNextPage } }
}"""

JOINED = """query Joined($first: Int!, $referrals: Int!, $before: DateTime!) {
  orders(first: $first, where: {createdAt: {lt: $before}}) { edges { node {
    number status amount { amount currency }
    user { username member { credits referralCode
      referrals(first: $referrals) { edges { node { status referredUser { username } } } } } }
    items { price { amount } item { title ... on Course { slug } } }
    purchases { amount { amount } creditsUsed item { title } }
  } } pageInfo { hasNextPage } }
}"""

CATALOG = """query Catalog($first: Int!, $minPrice: Decimal!) {
  catalog(first: $first, minPrice: $minPrice, orderBy: {field: PRICE}) {
    nodes { __typename id title price { amount currency } ... on Course { slug } ... on Product { author } }
    pageInfo { hasNextPage } }
}"""

MINE = """query Mine($first: Int!) {
  me { username email profile { firstName lastName bio }
    orders(first: $first) { nodes { number status createdAt amount { amount currency } } }
    purchases(first: $first) { nodes { productName purchasedAt amount { amount currency } } } }
}"""


@dataclass(frozen=True)
class Request:
    """One question of one viewer."""

    operation: str
    variables: Variables
    token: str


@dataclass(frozen=True)
class Operation:
    """A document, and who asks it with which arguments."""

    name: str
    document: str
    said: str
    variables: Callable[[Samples, random.Random], Variables]
    is_for_admin: bool = False

    @property
    def operation_name(self) -> str:
        return self.name.capitalize()

    def requests(self, samples: Samples, count: int, *, size: int | None = None) -> list[Request]:
        """The same ones for the same samples.  `size` is how many rows a page has where it is not the usual number."""
        chance = random.Random(self.name)
        made = []
        for _ in range(count):
            variables = self.variables(samples, chance)
            if size is not None and "first" in variables:
                variables["first"] = size
            token = samples.admin if self.is_for_admin else chance.choice(samples.people)
            made.append(Request(self.name, variables, token))
        return made


def body(request: Request, document: str) -> bytes:
    name = request.operation.capitalize()
    return orjson.dumps({"query": document, "operationName": name, "variables": request.variables})


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("point", POINT, "one course by its id", lambda of, chance: {"id": chance.choice(of.courses)}),
        Operation(
            "page",
            PAGE,
            "50 courses with 6 fields",
            lambda of, chance: {"first": 50, "before": chance.choice(of.course_times)},
        ),
        Operation(
            "joined",
            JOINED,
            "20 orders with user, member, 5 referrals and their users, items and purchases with what was bought",
            lambda of, chance: {"first": 20, "referrals": 5, "before": chance.choice(of.order_times)},
            is_for_admin=True,
        ),
        Operation(
            "catalog",
            CATALOG,
            "a page of 20 things for sale, merged across both databases",
            lambda of, chance: {"first": 20, "minPrice": chance.choice(of.prices)},
        ),
        Operation("mine", MINE, "the viewer with profile, 10 orders and 10 purchases", lambda _, __: {"first": 10}),
    )
}
