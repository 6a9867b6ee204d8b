"""What leaderboards show of people to everybody who is signed in: who they are, and the score."""

from datetime import datetime
from typing import TYPE_CHECKING

from models import learning as learning_models
from models import referrals as referral_models
from resolvers import identity
from schema.entities import entity
from schema.fields import column, one
from schema.rankings import placed
from schema.visibility import SIGNED_IN

if TYPE_CHECKING:
    from schema.identity import User


@entity(
    learning_models.TestResult,
    description="The fastest run of one person in a typing test; of equally fast ones the first.",
    visible=[SIGNED_IN],
    is_extract=True,
)
class LeaderboardEntry:
    rank: int = placed(description="The place, from 1: equally fast people share one, and those after it are left out.")
    user: "User | None" = one(identity.UserById, by="user_id", description="Who typed.")
    wpm: float = column(description="Words per minute, a word being five characters, mistakes taken off.")
    accuracy: float = column(description="How many of the keys were right, in percent.")
    achieved_at: datetime = column("created_at", description="When the run ended.")


@entity(
    referral_models.Member,
    description="One who brought others.",
    visible=[SIGNED_IN],
    is_extract=True,
)
class ReferralLeader:
    rank: int = placed(description="The place, from 1: equals share one, and the places after it are left out.")
    user: "User | None" = one(identity.UserById, by="id", description="Who brought them.")
    referred_users: int = column("total_referred_users", description="How many people it were.")
