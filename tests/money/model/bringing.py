"""Who brought whom and what that earns, and credits by an administrator's word, by the reference."""

from tests.money.model.rules import REWARD, Refused
from tests.money.model.shop import ADMIN, Answer, Claim, Key, Order, Shop

OWN_CARD = "pm_sandbox_"


def apply_code(shop: Shop, who: int, referrer: int) -> Answer:
    """People are numbered by their age, the oldest first."""
    if referrer not in shop.members:
        raise Refused("ReferralCodeUnknown")
    claim = shop.claims.get(who)
    if claim is None:
        if shop.mailboxes[who] == shop.mailboxes[referrer]:
            raise Refused("OwnReferralCode")
        if referrer > who:
            raise Refused("ReferrerYounger")
        if any(order.due > 0 for order in shop.bought_by(who)):
            raise Refused("AlreadyBought")
        claim = shop.claims[who] = Claim(referrer)
        shop.members.add(who)
    elif claim.referrer != referrer:
        raise Refused("AlreadyReferred")
    return "ReferralCodeApplied", *shown(claim)


def shown(claim: Claim) -> Answer:
    return claim.state.lower(), claim.state == "CONVERTED"


def convert_by(shop: Shop, order: Order) -> bool:
    """What a first purchase does to the claim on its buyer; whether that rewards anybody."""
    claim = shop.claims.get(order.buyer)
    if claim is None or claim.state != "PENDING":
        return False
    card = order.attempts[-1].method if order.cash else ""
    is_shared = card.startswith(OWN_CARD) and any(
        attempt.method == card and attempt.state == "PAID"
        for other in shop.orders
        if other.buyer == claim.referrer
        for attempt in other.attempts
    )
    claim.order, claim.state = order.number, "FLAGGED" if is_shared else "CONVERTED"
    reward(shop, order.buyer)
    return True


def reward(shop: Shop, referred: int) -> None:
    """Pays whoever is to have a reward and has none."""
    claim = shop.claims[referred]
    sides = {referred: "REFERRED_REWARD"} | ({claim.referrer: "REFERRER_REWARD"} if claim.state == "CONVERTED" else {})
    for who, kind in sides.items():
        if who not in claim.rewarded:
            claim.rewarded.add(who)
            shop.accounts[who].earn(kind, REWARD, referred)
            shop.members.add(who)


def convert(shop: Shop, referred: int) -> Answer:
    claim = claim_on(shop, referred)
    if claim.state == "VOIDED":
        raise Refused("ReferralEnded")
    claim.state = "CONVERTED"
    reward(shop, referred)
    return "ReferralConverted", *shown(claim)


def void(shop: Shop, referred: int) -> Answer:
    claim = claim_on(shop, referred)
    if claim.state != "VOIDED":
        claim.state = "VOIDED"
        for who in claim.rewarded:
            shop.accounts[who].reverse(referred, REWARD)
    return "ReferralVoided", *shown(claim)


def claim_on(shop: Shop, referred: int) -> Claim:
    if referred not in shop.claims:
        raise Refused("ReferralNotFound")
    return shop.claims[referred]


def grant(shop: Shop, key: str, who: int, credits: int) -> Answer:
    """Gives credits, or takes some that are free."""
    if credits == 0:
        raise Refused("InvalidInput")
    given = ("grantCredits", who, credits)
    known = shop.known(ADMIN, key, given)
    if known is None:
        if -credits > shop.accounts[who].free:
            raise Refused("NotEnoughCredits", shop.accounts[who].free)
        shop.accounts[who].earn("GRANT", credits)
        shop.members.add(who)
        known = shop.keys[ADMIN, key] = Key(given, outcome=("CreditsGranted", shop.accounts[who].balance))
    assert known.outcome is not None
    return known.outcome
