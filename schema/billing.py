"""Subscriptions as the graph shows them.  The ids by which the provider of payments knows them are no part of it."""

from datetime import datetime
from typing import TYPE_CHECKING

from models import billing as billing_models
from models.billing import SubscriptionStatus
from resolvers import identity
from schema.entities import entity
from schema.fields import column, one
from schema.nodes import Node
from schema.values import described
from schema.visibility import ADMIN, OWNER

if TYPE_CHECKING:
    from schema.identity import User

described(
    SubscriptionStatus,
    "How a subscription stands.",
    INACTIVE="It was never paid for.",
    ACTIVE="It is paid for.",
    CANCELLED="It has ended.",
    PAST_DUE="The last payment failed, and will be tried again.",
    TRIALING="It is free for the time being.",
)


@entity(
    billing_models.Subscription,
    description="A person's subscription, as the provider of payments last told it.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class Subscription(Node):
    status: SubscriptionStatus = column(description="How the subscription stands.")
    current_period_end: datetime | None = column(description="Until when it is paid for.")
    cancel_at_period_end: bool = column(description="Whether it ends then, instead of being renewed.")
    created_at: datetime = column(description="When the person subscribed first.")
    updated_at: datetime = column(description="When the subscription last changed.")
    user: "User | None" = one(identity.UserById, by="user_id", description="Who subscribes.")
