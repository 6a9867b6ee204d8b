"""What is stored: SQLModel tables, Beanie documents, value types.

The floor's law: it knows nobody, neither behaviour nor protocols; a fact that a database can hold is a constraint
there; a room is a feature, with the same name on every floor.
"""

from sqlmodel import SQLModel

from models.analytics import Experiment, PurchaseRollup
from models.audit import AuditEntry
from models.billing import StripeEvent, Subscription
from models.catalog import Course, Passage, Product, TypingTest
from models.charts import ChartCache, NatalData
from models.consistency import ConsistencyReport
from models.coupons import Coupon, CouponUsage
from models.credits import CreditAccount, CreditEntry
from models.documents import Fact
from models.identity import Account, ApiKey, Session, User, UserPreference, UserProfile, VerificationToken
from models.learning import Activity, CourseEnrollment, KeystrokeLog, TestResult
from models.orders import Order, OrderItem, Ownership
from models.outbox import OutboxMessage
from models.payments import IdempotencyKey, Payment, Refund
from models.purchases import Purchase, PurchaseEvent
from models.referrals import Member, Referral, ReferralClaim
from models.triggers import touch_updated_at

TABLES: tuple[type[SQLModel], ...] = (
    User,
    UserProfile,
    UserPreference,
    Account,
    Session,
    VerificationToken,
    ApiKey,
    Course,
    Coupon,
    Order,
    OrderItem,
    Ownership,
    Payment,
    Refund,
    IdempotencyKey,
    OutboxMessage,
    CouponUsage,
    ReferralClaim,
    CreditAccount,
    CreditEntry,
    CourseEnrollment,
    Subscription,
    StripeEvent,
    NatalData,
    ChartCache,
    Experiment,
    AuditEntry,
    ConsistencyReport,
)
"""Every table, each after those that it refers to."""

DOCUMENTS: tuple[type[Fact], ...] = (
    Product,
    TypingTest,
    Passage,
    Member,
    Referral,
    Purchase,
    PurchaseEvent,
    TestResult,
    KeystrokeLog,
    Activity,
    PurchaseRollup,
)
"""Every document, for `init_beanie(..., skip_indexes=True)`: indexes belong to the migrations."""

for _table in SQLModel.metadata.sorted_tables:
    if "updated_at" in _table.columns:
        touch_updated_at(_table)

__all__ = ["DOCUMENTS", "TABLES"]
