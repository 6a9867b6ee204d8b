"""The schema, put together from its rooms."""

import sys

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from schema import (  # noqa: F401  Importing a room declares its types.
    billing,
    catalog,
    charts,
    consistency,
    coupons,
    identity,
    leaderboards,
    learning,
    mutation,
    orders,
    payments,
    purchases,
    query,
    referrals,
)
from schema.connections import complete
from schema.entities import BY_NAME, ROOTS, declared_fields
from schema.known_documents import KnownDocuments, Recognition
from schema.limits import ObjectLimiter
from schema.values import SCALARS

# Validation compares fields of one name pairwise: the worst document of this size costs half a second.
MOST_TOKENS = 2000


def link() -> None:
    """Lets declarations name types of other rooms without importing them: a name in an annotation is a name of the
    graph.
    """
    types = {name: entity.type for name, entity in BY_NAME.items()}
    for owner in (*types.values(), *ROOTS):
        for field in declared_fields(owner):
            complete(field)
            if field.type_annotation is not None:
                field.type_annotation.namespace = types | vars(sys.modules[owner.__module__])


class Schema(strawberry.Schema):
    """A schema whose errors are logged by whoever answers the operation, who knows which of them are ours."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: Strawberry would log refusals as if they were faults."""


def build() -> Schema:
    link()
    known = KnownDocuments()
    return Schema(
        query=query.Query,
        mutation=mutation.Mutation,
        types=[entity.type for entity in BY_NAME.values()],
        extensions=[lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS), lambda: Recognition(known), ObjectLimiter],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
