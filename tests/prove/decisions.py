"""What people and administrators decide about credits and referrals."""

from dataclasses import dataclass
from typing import Any, Literal

from models.referrals import Member, Referral
from models.values import new_id, now
from schema.ids import global_id
from tests.prove.asking import Answer, agreed, final
from tests.prove.buyers import CREDITS, Buyer, buyer
from tests.prove.service import Service
from tests.prove.stage import Stage
from tests.prove.stories import Story
from tests.referring import APPLY, CONVERT, VOID
from tests.schema.test_granting import GRANT

BALANCE = "SELECT coalesce((SELECT balance FROM credit_accounts WHERE user_id = $1), 0)"
CLAIMS = "SELECT count(*) FROM referral_claims WHERE referred_user_id = $1"
GIVEN = 5


@dataclass(frozen=True, eq=False)
class Grant(Story):
    async def told(self, stage: Stage, service: Service, who: Buyer) -> str:
        given = {"userId": global_id("User", who.person.id), "credits": GIVEN, "reason": "A gift."}
        key = str(who.person.id)

        async def asked() -> Answer:
            return await final(service, stage.author.token, GRANT, {**given, "idempotencyKey": key})

        return await agreed(asked)

    async def check(self, stage: Stage, who: Buyer, answer: str) -> None:
        assert await stage.value(BALANCE, who.person.id) == CREDITS + GIVEN


@dataclass(frozen=True, eq=False)
class Applied(Story):
    """Somebody says who brought them."""

    async def begin(self, stage: Stage) -> Buyer:
        who = await buyer(stage.world, stage.author, is_brought=False)
        await stage.show()
        code, name = new_id().hex[-8:].upper(), who.referrer.username
        await Member(id=who.referrer.id, referral_code=code, name=name, created_at=now()).insert()
        return who

    async def told(self, stage: Stage, service: Service, who: Buyer) -> str:
        member = await stage.world.handles.mongo["members"].find_one({"_id": who.referrer.id})
        assert member is not None
        code = member["referralCode"]
        return await agreed(lambda: final(service, who.person.token, APPLY, {"code": code}))

    async def check(self, stage: Stage, who: Buyer, answer: str) -> None:
        assert await stage.value(CLAIMS, who.person.id) == 1


@dataclass(frozen=True, eq=False)
class Ruled(Story):
    """An administrator decides about a referral."""

    ruling: Literal["convert", "void"] = "convert"

    async def begin(self, stage: Stage) -> Buyer:
        who = await buyer(stage.world, stage.author)
        await stage.show()
        return who

    async def told(self, stage: Stage, service: Service, who: Buyer) -> str:
        found = await Referral.find_one({"referredUserId": who.person.id})
        assert found is not None
        given: dict[str, Any] = {"referralId": global_id("Referral", found.id), "reason": "Decided."}
        document = CONVERT if self.ruling == "convert" else VOID
        return await agreed(lambda: final(service, stage.author.token, document, given))

    async def check(self, stage: Stage, who: Buyer, answer: str) -> None:
        reward = stage.settings.referral_credits if self.ruling == "convert" else 0
        assert await stage.value(BALANCE, who.person.id) == CREDITS + reward
        assert await stage.value(BALANCE, who.referrer.id) == reward


DECISIONS: tuple[Story, ...] = (
    Grant("credits are granted", "CreditsGranted"),
    Applied("a referral code is applied", "ReferralCodeApplied"),
    Ruled("a referral is converted", "ReferralConverted"),
    Ruled("a referral is voided", "ReferralVoided", ruling="void"),
)
