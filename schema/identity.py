"""People as the graph shows them."""

from typing import TYPE_CHECKING

from models import identity as identity_models
from models.identity import Role
from resolvers import referrals
from schema.entities import entity
from schema.fields import column, one
from schema.nodes import Node
from schema.values import described
from schema.visibility import ADMIN, ANALYST, OWNER, SIGNED_IN

if TYPE_CHECKING:
    from schema.referrals import Member

described(
    Role,
    "What a person may do beyond their own affairs.",
    USER="Their own affairs only.",
    ANALYST="Reads what happened in the shop, without people.",
    ADMIN="Reads and changes everything that is not secret.",
)


@entity(
    identity_models.User,
    description="A person who can sign in.",
    visible=[SIGNED_IN],
    owner="id",
)
class User(Node):
    username: str = column(description="The name that others see, unique without regard to case.")
    email: str | None = column(description="The address that the person signs in with.", visible=[OWNER, ADMIN])
    role: Role | None = column(description="What the person may do.", visible=[OWNER, ADMIN])
    member: "Member | None" = one(
        referrals.MemberById,
        by="id",
        description="The person as a member of the shop; null until the e-mail address is verified.",
        visible=[OWNER, ANALYST, ADMIN],
    )
