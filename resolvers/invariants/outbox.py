"""Invariants of what has been decided here and must still happen on MongoDB."""

from resolvers.invariants.checks import Invariant, Statement

INVARIANTS = (
    Invariant(
        "effects-are-delivered",
        16,
        "An effect on MongoDB is delivered within a minute.",
        Statement("""
            SELECT aggregate_id AS id FROM outbox
            WHERE delivered_at IS NULL AND created_at < now() - interval '60 seconds'"""),
    ),
    Invariant(
        "effects-keep-their-order",
        16,
        "The effects on one thing are numbered without a gap and delivered in that order.",
        Statement("""
            SELECT aggregate_id AS id FROM outbox GROUP BY aggregate_id
            HAVING count(*) <> max(sequence) - min(sequence) + 1
                OR min(sequence) FILTER (WHERE delivered_at IS NULL)
                    < max(sequence) FILTER (WHERE delivered_at IS NOT NULL)"""),
    ),
    Invariant(
        "fulfilment-is-told",
        16,
        "What was bought is shown or on its way, what was not has nothing to show, and nobody is told done before it "
        "is.",
        Statement("""
            SELECT o.id FROM orders o
            WHERE (o.fulfilment = 'NONE') = (o.status IN ('completed', 'refunded'))
                OR o.fulfilment = 'PENDING' AND NOT EXISTS (
                    SELECT FROM outbox m WHERE m.aggregate_id = o.id AND m.delivered_at IS NULL)
                OR o.fulfilment = 'DONE' AND EXISTS (
                    SELECT FROM outbox m WHERE m.aggregate_id = o.id AND m.delivered_at IS NULL)"""),
    ),
)
