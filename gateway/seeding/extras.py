"""What people have beside purchases: birth data, subscriptions with the provider's events, experiments of staff."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import JsonValue

from gateway.seeding.names import CITIES
from gateway.seeding.people import Person
from gateway.seeding.world import World
from models.analytics import Experiment, ExperimentStatus
from models.billing import StripeEvent, Subscription, SubscriptionStatus
from models.charts import NatalData
from resolvers.astrology import Birth

PRICE_ID = "price_monthly"
PERIOD = timedelta(days=30)


class Trial(NamedTuple):
    """An experiment.  One that is not a draft starts a day later and runs four weeks, if it was stopped."""

    key: str
    name: str
    variants: dict[str, JsonValue]
    begins: str
    status: ExperimentStatus


TRIALS = (
    Trial("checkout-one-page", "One page instead of three", {"three": 50, "one": 50}, "2026-03-02 08:30",
          ExperimentStatus.STOPPED),
    Trial("referral-banner", "A banner about referrals", {"none": 80, "banner": 20}, "2026-09-21 08:30",
          ExperimentStatus.RUNNING),
    Trial("prices-rounded", "Whole prices", {"99": 50, "00": 50}, "2026-10-20 08:30", ExperimentStatus.DRAFT),
)  # fmt: skip

_AS_STRIPE_SAYS = {
    SubscriptionStatus.ACTIVE: "active",
    SubscriptionStatus.TRIALING: "trialing",
    SubscriptionStatus.PAST_DUE: "past_due",
    SubscriptionStatus.CANCELLED: "canceled",
}


def be_born(world: World, person: Person, at: datetime) -> Birth:
    """Tell the shop, at that time, when and where."""
    city, latitude, longitude, timezone = world.draw.random.choice(CITIES)
    drawn = world.draw.between(datetime(1955, 1, 1, tzinfo=UTC), datetime(2007, 1, 1, tzinfo=UTC))
    birth = Birth(drawn.replace(second=0, microsecond=0), latitude, longitude)
    world.batch.row(
        NatalData,
        id=world.draw.id(at),
        user_id=person.id,
        birth_date=birth.at,
        location=city,
        latitude=latitude,
        longitude=longitude,
        timezone=timezone,
        created_at=at,
        updated_at=at,
    )
    return birth


def subscribe(
    world: World, person: Person, status: SubscriptionStatus, at: datetime, *, is_ending: bool = False
) -> None:
    """A subscription as the last of the provider's events left it.  INACTIVE never reached the provider."""
    is_known = status is not SubscriptionStatus.INACTIVE
    customer = world.draw.provider_id("cus") if is_known else None
    subscription = world.draw.provider_id("sub") if is_known else None
    period_end = at + PERIOD if is_known else None
    changed_at = at
    if subscription is not None and customer is not None:
        first = "trialing" if status is SubscriptionStatus.TRIALING else "active"
        last = _AS_STRIPE_SAYS[status]
        _event(world, at, "customer.subscription.created", subscription, customer, first, is_ending=False)
        if last != first or is_ending:
            changed_at = world.draw.between(at + timedelta(days=3), at + PERIOD)
            type_ = "customer.subscription.deleted" if last == "canceled" else "customer.subscription.updated"
            _event(world, changed_at, type_, subscription, customer, last, is_ending=is_ending)
    world.batch.row(
        Subscription,
        id=world.draw.id(at),
        user_id=person.id,
        stripe_customer_id=customer,
        stripe_subscription_id=subscription,
        stripe_price_id=PRICE_ID if is_known else None,
        status=status,
        current_period_end=period_end,
        cancel_at_period_end=is_ending,
        created_at=at,
        updated_at=changed_at,
    )


def _event(
    world: World, at: datetime, type_: str, subscription: str, customer: str, status: str, *, is_ending: bool
) -> None:
    subject: dict[str, JsonValue] = {
        "id": subscription,
        "object": "subscription",
        "customer": customer,
        "status": status,
        "cancel_at_period_end": is_ending,
    }
    event_id = world.draw.provider_id("evt")
    received_at = at + timedelta(seconds=2)
    world.batch.row(
        StripeEvent,
        id=event_id,
        type=type_,
        payload={"id": event_id, "type": type_, "created": int(at.timestamp()), "data": {"object": subject}},
        created_at=at,
        received_at=received_at,
        processed_at=received_at + timedelta(milliseconds=40),
    )


def experiment(world: World, by: Person, trial: Trial, at: datetime) -> None:
    started_at = None if trial.status is ExperimentStatus.DRAFT else at + timedelta(days=1)
    stopped_at = at + timedelta(days=29) if trial.status is ExperimentStatus.STOPPED else None
    world.batch.row(
        Experiment,
        id=world.draw.id(at),
        key=trial.key,
        name=trial.name,
        status=trial.status,
        variants=trial.variants,
        created_by=by.id,
        created_at=at,
        updated_at=stopped_at or started_at or at,
        started_at=started_at,
        stopped_at=stopped_at,
    )
