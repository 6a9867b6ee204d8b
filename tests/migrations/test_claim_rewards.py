"""Claims that were decided before they told what their sides earned tell what was entered for them."""

from alembic import command

from migrations.postgres import runner as postgres
from tests.migrations.conftest import Place

BEFORE = "2026_11_20_31"
CLAIM = """INSERT INTO referral_claims (referrer_id, referred_user_id, state, reason, converted_at, voided_at)
    SELECT a.id, b.id, '{state}', '{name}', now(), CASE '{state}' WHEN 'VOIDED' THEN now() END
    FROM users a, users b WHERE a.username = 'a' AND b.username = '{name}'"""
ENTRY = """INSERT INTO credit_entries
        (user_id, key, kind, amount, balance_after, version, referral_claim_id)
    SELECT u.id, '{name}:{kind}', '{kind}', {amount}, 9, {version}, c.id
    FROM users u, referral_claims c WHERE u.username = 'a' AND c.reason = '{name}'"""


async def test_claims_tell_what_each_side_was_rewarded_with_where_that_is_one_sum(place: Place) -> None:
    await place.migrate()
    async with postgres.connect(place.url) as connection:
        config = postgres._configured
        await connection.run_sync(lambda each: command.downgrade(config(each, hear=()), BEFORE))
    names = "converted", "voided", "uneven", "worthless"
    rewards = [("converted", 3, 3), ("voided", 2, 2), ("uneven", 2, 5)]
    await place.execute(
        *(f"INSERT INTO users (email, username) VALUES ('{name}@x', '{name}')" for name in ("a", *names)),
        "INSERT INTO credit_accounts (user_id) SELECT id FROM users",
        *(CLAIM.format(name=name, state="VOIDED" if name == "voided" else "CONVERTED") for name in names),
        *(
            ENTRY.format(name=name, kind=kind, amount=amount, version=2 * place + side)
            for place, (name, *amounts) in enumerate(rewards)
            for side, (kind, amount) in enumerate(
                zip(("REFERRER_REWARD", "REFERRED_REWARD"), amounts, strict=True), start=1
            )
        ),
    )

    await place.migrate()

    async with postgres.connect(place.url) as connection:
        told = await connection.exec_driver_sql("SELECT reason, reward FROM referral_claims")
        assert {row.reason: row.reward for row in told} == {
            "converted": 3,
            "voided": 2,
            "uneven": None,
            "worthless": None,
        }
