"""Invariants of what people own, of the arrays in which members show it, and of enrolments."""

from resolvers.invariants.books import Documents
from resolvers.invariants.checks import Compared, Invariant, Statement, blank_or_alike

OWNED = """
    SELECT u.id, coalesce(w.courses, '{}'), coalesce(w.tests, '{}'), coalesce(w.products, '{}')
    FROM users u LEFT JOIN (
        SELECT user_id, array_agg(item_id ORDER BY item_id) FILTER (WHERE kind = 'COURSE') AS courses,
            array_agg(item_id ORDER BY item_id) FILTER (WHERE kind = 'TYPING_TEST') AS tests,
            array_agg(item_id ORDER BY item_id) FILTER (WHERE kind = 'PRODUCT') AS products
        FROM ownerships WHERE state = 'OWNED' AND ($1::uuid[] IS NULL OR user_id = ANY($1)) GROUP BY user_id
    ) w ON w.user_id = u.id
    WHERE $1::uuid[] IS NULL OR u.id = ANY($1) ORDER BY u.id"""

INVARIANTS = (
    Invariant(
        "owned-is-bought-or-granted",
        11,
        "Somebody owns what they bought and did not give back, or what was granted; of each thing once.",
        Statement("""
            SELECT coalesce(w.id, i.id) AS id FROM (
                SELECT id, user_id, kind, item_id, order_item_id FROM ownerships
                WHERE state = 'OWNED' AND granted_by IS NULL
            ) w
            FULL JOIN (
                SELECT i.id, i.user_id, i.kind, i.item_id FROM order_items i JOIN orders o ON o.id = i.order_id
                WHERE o.status IN ('completed', 'refunded') AND i.refunded_at IS NULL
            ) i ON i.id = w.order_item_id
            WHERE w.id IS NULL OR i.id IS NULL
                OR (w.user_id, w.kind, w.item_id) IS DISTINCT FROM (i.user_id, i.kind, i.item_id)
            UNION ALL
            SELECT min(id::text)::uuid FROM ownerships WHERE state IN ('OWNED', 'CLAIMED')
            GROUP BY user_id, item_id HAVING count(*) > 1"""),
    ),
    Invariant(
        "members-show-what-they-own",
        11,
        "The arrays of a member are what the person owns, each thing once.",
        Compared(
            OWNED,
            Documents(
                "members",
                "_id",
                tuple(
                    {"$sortArray": {"input": f"${array}", "sortBy": 1}}
                    for array in ("purchasedCourses", "purchasedTests", "purchasedProducts")
                ),
            ),
            blank_or_alike(([], [], [])),
        ),
    ),
    Invariant(
        "enrolments-follow-ownership",
        12,
        "An enrolment is active for who owns the course, or has come to it without an order; each owner has one.",
        Statement("""
            SELECT coalesce(e.id, w.id) AS id FROM (SELECT * FROM course_enrollments WHERE ended_at IS NULL) e
            FULL JOIN (SELECT * FROM ownerships WHERE kind = 'COURSE' AND state = 'OWNED') w
                ON w.user_id = e.user_id AND w.item_id = e.course_id
            WHERE e.id IS NULL OR w.id IS NULL AND e.order_id IS NOT NULL"""),
    ),
)
