"""Subscriptions: how they are found.  What changes them is not here yet."""

from models import billing as billing_models
from resolvers.loading import One

SubscriptionByUser = One(billing_models.Subscription, "user_id")
