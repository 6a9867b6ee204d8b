"""The root of all reads."""

from typing import TYPE_CHECKING

from models import catalog as catalog_models
from resolvers import catalog as items
from resolvers import coupons, identity, orders, purchases, referrals
from resolvers.consistency import NewestReport
from resolvers.leaderboards import FastestRuns, TopReferrers
from schema.catalog import Purchasable
from schema.catalog_list import catalog_of_everything
from schema.chart_fields import chart_asked_for
from schema.connections import Connection, connection
from schema.entities import root
from schema.lookups import by_id, by_id_or_name, viewers_own
from schema.newest import newest
from schema.nodes import Node, node_by_id, nodes_by_id
from schema.ownership import owns
from schema.previews import CouponPreviewResult, preview_asked_for
from schema.rankings import ranked, ranked_of
from schema.samples import sampled
from schema.visibility import ADMIN, ANALYST, SIGNED_IN

if TYPE_CHECKING:
    from schema.catalog import Course, Passage, Product, TypingTest
    from schema.charts import Chart
    from schema.consistency import ConsistencyReport
    from schema.coupons import Coupon
    from schema.identity import User
    from schema.leaderboards import LeaderboardEntry, ReferralLeader
    from schema.orders import Order
    from schema.purchases import Purchase
    from schema.referrals import Referral


@root("Everything that can be read.")
class Query:
    node: Node | None = node_by_id(
        description="The object with this id; null where there is none that the viewer may see."
    )
    nodes: list[Node | None] = nodes_by_id(description="The objects with these ids, in their order, null as in `node`.")
    order: "Order | None" = by_id_or_name(
        orders.OrderById,
        orders.OrderByNumber,
        said="The number of the order, instead of its id.",
        description="One order; null where there is none that the viewer may see.",
    )
    orders: "Connection[Order] | None" = connection(
        orders.Orders, description="All orders, newest first.", visible=[ANALYST, ADMIN]
    )
    me: "User | None" = viewers_own(identity.UserById, description="The viewer; null for who is not signed in.")
    user: "User | None" = by_id(
        identity.UserById, description="The person with this id; null where there is none that the viewer may see."
    )
    users: "Connection[User] | None" = connection(
        identity.Users, description="All people, newest first.", visible=[ADMIN]
    )
    purchases: "Connection[Purchase] | None" = connection(
        purchases.Purchases, description="All purchases, newest first.", visible=[ANALYST, ADMIN]
    )
    coupons: "Connection[Coupon] | None" = connection(
        coupons.Coupons, description="All coupons, newest first.", visible=[ANALYST, ADMIN]
    )
    coupon_preview: CouponPreviewResult | None = preview_asked_for(
        description="What a coupon would take off these items for the viewer now, or why nothing; nothing is noted."
    )
    referrals: "Connection[Referral] | None" = connection(
        referrals.Referrals, description="All referrals, newest first.", visible=[ANALYST, ADMIN]
    )
    courses: "Connection[Course] | None" = connection(
        items.Courses, description="The courses, newest first.", is_searchable=True
    )
    course: "Course | None" = by_id_or_name(
        items.CourseById,
        items.CourseBySlug,
        said="The course's name in addresses, instead of its id.",
        description="One course; null where there is none that the viewer may see.",
    )
    products: "Connection[Product] | None" = connection(
        items.Products, description="The products, newest first.", is_searchable=True
    )
    product: "Product | None" = by_id(
        items.ProductById, description="The product with this id; null where there is none that the viewer may see."
    )
    typing_tests: "Connection[TypingTest] | None" = connection(
        items.TypingTests, description="The typing tests, newest first.", is_searchable=True
    )
    typing_test: "TypingTest | None" = by_id(
        items.TypingTestById,
        description="The typing test with this id; null where there is none that the viewer may see.",
    )
    passages: "Connection[Passage] | None" = connection(items.Passages, description="The texts to type, newest first.")
    random_passage: "Passage | None" = sampled(
        catalog_models.Passage,
        by="level",
        kind=catalog_models.CourseLevel,
        drawn_by="random_key",
        said="How hard the text is to be; any unless told.",
        description="Any text to type, another one each time; null where there is none.",
    )
    chart: "Chart | None" = chart_asked_for(
        description="A chart of the viewer's own birth: the one that is kept, or one that is computed now and kept.",
        visible=[SIGNED_IN],
    )
    has_purchased: bool | None = owns(
        "item_id", description="Whether the viewer owns this item, false for nobody; null with an error if not known."
    )
    leaderboard: "list[LeaderboardEntry] | None" = ranked_of(
        FastestRuns,
        "LeaderboardEntry",
        of=items.TypingTestById,
        by="test_id",
        said="The id of the typing test.",
        description="The fastest people in a typing test, each with their best run, fastest first; null where there is "
        "no such test.",
        visible=[SIGNED_IN],
    )
    referral_leaderboard: "list[ReferralLeader] | None" = ranked(
        TopReferrers,
        "ReferralLeader",
        description="The people who brought most others, of equals those first who are members for longest.",
        visible=[SIGNED_IN],
    )
    catalog: Connection[Purchasable] | None = catalog_of_everything(
        description="Everything for sale, the newest first; null with an error while either database is away."
    )
    consistency: "ConsistencyReport | None" = newest(
        NewestReport,
        description="What the last background check of both databases came to; null before there was one.",
        visible=[ADMIN],
    )
