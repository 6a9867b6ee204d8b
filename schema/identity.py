"""People as the graph shows them, and how they prove who they are.  What proves it is no part of the graph: hashes of
passwords and tokens have no field.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from models import identity as identity_models
from models.identity import Role
from resolvers import billing, charts, identity, learning, orders, purchases, referrals
from resolvers.conditions import Operator
from schema.connections import Connection, connection
from schema.entities import entity
from schema.fields import column, one
from schema.learning import LearningProgress, progress
from schema.nodes import Node
from schema.ownership import owns
from schema.stretches import first_of
from schema.summaries import summary
from schema.values import described
from schema.visibility import ADMIN, ANALYST, OWNER, SIGNED_IN

if TYPE_CHECKING:
    from schema.billing import Subscription
    from schema.charts import Chart, NatalData
    from schema.learning import Activity, Enrollment, TestResult
    from schema.orders import Order
    from schema.purchases import Purchase
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
    username: str = column(
        description="The name that others see, unique without regard to case.",
        operators=(Operator.EQ, Operator.STARTS_WITH),
    )
    email: str | None = column(
        description="The address that the person signs in with, unique without regard to case.",
        visible=[OWNER, ADMIN],
        operators=(Operator.EQ,),
    )
    email_verified_at: datetime | None = column(
        description="When the person proved that the address is theirs; null until then.", visible=[OWNER, ADMIN]
    )
    name: str | None = column(description="What the person is called.", visible=[OWNER, ADMIN])
    image: str | None = column(description="The address of a picture of the person.", visible=[OWNER, ADMIN])
    role: Role | None = column(description="What the person may do.", visible=[OWNER, ADMIN])
    created_at: datetime | None = column(
        description="When the person signed up.", visible=[OWNER, ADMIN], is_filterable=True, is_sortable=True
    )
    updated_at: datetime | None = column(
        description="When the account was last changed, its password included.", visible=[OWNER, ADMIN]
    )
    disabled_at: datetime | None = column(
        description="When the person was kept from signing in; null for who may.", visible=[OWNER, ADMIN]
    )
    profile: "UserProfile | None" = one(
        identity.ProfileByUser,
        by="id",
        description="What the person tells of themselves; null until they do.",
        visible=[OWNER, ADMIN],
    )
    preferences: "UserPreference | None" = one(
        identity.PreferencesByUser,
        by="id",
        description="How the person likes the service to be; null until they say.",
        visible=[OWNER, ADMIN],
    )
    sessions: "Connection[Session] | None" = connection(
        identity.SessionsByUser,
        by="id",
        description="Where the person has signed in, newest first, those that ended too.",
        visible=[OWNER, ADMIN],
    )
    accounts: "list[Account] | None" = first_of(
        identity.AccountsByUser,
        by="id",
        description="The accounts at other services that the person can sign in with, oldest first.",
        visible=[OWNER, ADMIN],
    )
    api_keys: "Connection[ApiKey] | None" = connection(
        identity.ApiKeysByUser,
        by="id",
        description="The person's keys for programs, newest first, those that ended too.",
        visible=[OWNER, ADMIN],
    )
    member: "Member | None" = one(
        referrals.MemberById,
        by="id",
        description="The person as a member of the shop; null until the e-mail address is verified.",
        visible=[OWNER, ANALYST, ADMIN],
    )
    orders: "Connection[Order] | None" = connection(
        orders.OrdersByUser, by="id", description="The person's orders, newest first.", visible=[OWNER, ADMIN]
    )
    purchases: "Connection[Purchase] | None" = connection(
        purchases.PurchasesByUser,
        by="id",
        description="What the person bought, newest first; null with an error while MongoDB is away.",
        visible=[OWNER, ADMIN],
    )
    owns: bool | None = owns("id", description="Whether the person owns this item.", visible=[OWNER, ADMIN])
    enrollments: "Connection[Enrollment] | None" = connection(
        learning.EnrollmentsByUser,
        by="id",
        description="The courses that the person is or was enrolled in, newest first.",
        visible=[OWNER, ADMIN],
    )
    test_results: "Connection[TestResult] | None" = connection(
        learning.TestResultsByUser,
        by="id",
        description="The person's runs of typing tests, newest first; null with an error while MongoDB is away.",
        visible=[OWNER, ADMIN],
    )
    progress: LearningProgress | None = summary(
        progress,
        learning.CourseTotalsByUser,
        learning.TestTotalsByUser,
        by="id",
        description="How far the person has come; null with an error while a database is away.",
        visible=[OWNER, ADMIN],
    )
    activity: "Connection[Activity] | None" = connection(
        learning.ActivityByUser,
        by="id",
        description="What the person did, newest first; null with an error while MongoDB is away.",
        visible=[OWNER, ADMIN],
    )
    subscription: "Subscription | None" = one(
        billing.SubscriptionByUser,
        by="id",
        description="The person's subscription; null for who never had one.",
        visible=[OWNER, ADMIN],
    )
    natal_data: "NatalData | None" = one(
        charts.NatalDataByUser,
        by="id",
        description="When and where the person was born; null until they say.",
        visible=[OWNER, ADMIN],
    )
    charts: "Connection[Chart] | None" = connection(
        charts.ChartsByUser,
        by="id",
        description="The charts that were computed for the person and are kept, newest first.",
        visible=[OWNER, ADMIN],
    )


@entity(
    identity_models.UserProfile,
    description="What a person tells of themselves.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class UserProfile(Node):
    first_name: str | None = column(description="The person's first name.")
    last_name: str | None = column(description="The person's last name.")
    bio: str | None = column(description="A few words by the person about themselves.")
    phone_number: str | None = column(description="A number to call the person at.")
    updated_at: datetime = column(description="When any of it was last changed.")
    user: User | None = one(identity.UserById, by="user_id", description="Whose profile it is.")


@entity(
    identity_models.UserPreference,
    description="How a person likes the service to be.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class UserPreference(Node):
    theme: str = column(description="The colours of the screen, such as light or dark.")
    language: str = column(description="The language to be spoken to in, as a BCP 47 tag.")
    notifications: bool = column(description="Whether the person wants to be notified.")
    updated_at: datetime = column(description="When any of it was last changed.")
    user: User | None = one(identity.UserById, by="user_id", description="Whose preferences they are.")


@entity(
    identity_models.Session,
    description="A log-in on one device.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class Session(Node):
    device_name: str | None = column(description="What the device called itself.")
    origin: str | None = column(description="Where the log-in came from, as far as it is known.")
    created_at: datetime = column(description="When the person logged in.", is_filterable=True, is_sortable=True)
    last_seen_at: datetime = column(description="When the session was last used.")
    expires_at: datetime = column(description="When the session ends by itself.")
    revoked_at: datetime | None = column(description="When the session was ended; null for one that was not.")
    user: User | None = one(identity.UserById, by="user_id", description="Who logged in.")


@entity(
    identity_models.Account,
    description="An account at another service that a person can sign in with.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class Account(Node):
    provider: str = column(description="The other service, such as google.")
    type: str = column(description="The protocol that the other service speaks, such as oidc.")
    provider_account_id: str = column(description="The person's id at the other service.")
    scope: str | None = column(description="What the other service was asked to tell.")
    created_at: datetime = column(description="When the account was linked.")
    user: User | None = one(identity.UserById, by="user_id", description="Who signs in with it.")


@entity(
    identity_models.ApiKey,
    description="A key with which a program acts for a person; the key itself is shown once, when it is made.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class ApiKey(Node):
    name: str = column(description="What the person calls the key.")
    role: Role = column(description="The most that the key may do; it is never more than the person may.")
    created_at: datetime = column(description="When the key was made.", is_filterable=True, is_sortable=True)
    last_used_at: datetime | None = column(description="When the key was last used.")
    expires_at: datetime | None = column(description="When the key ends by itself; null for one that does not.")
    revoked_at: datetime | None = column(description="When the key was ended; null for one that was not.")
    user: User | None = one(identity.UserById, by="user_id", description="For whom the key acts.")
