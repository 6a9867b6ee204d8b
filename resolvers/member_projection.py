"""A member's document: that it is there, and what it says of the ledger."""

import secrets
import string
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pymongo.errors import DuplicateKeyError

from models.raw_documents import raw
from models.referrals import Member
from models.validators import collection_name
from models.values import now
from resolvers.context import Handles
from resolvers.document_transactions import MAJORITY, Documents
from resolvers.messages import Message
from resolvers.stores import fetch, find, mongo_turn

MEMBERS = collection_name(Member)
LETTERS = string.ascii_uppercase + string.digits
LETTERS_OF_CODE = 8
MOST_DRAWS = 5

PERSON = """
    SELECT u.username, u.created_at, coalesce(a.balance, 0) AS balance, coalesce(a.total_earned, 0) AS total_earned,
        coalesce(a.version, 0) AS version
    FROM users u LEFT JOIN credit_accounts a ON a.user_id = u.id WHERE u.id = $1
"""


async def show_member(handles: Handles, message: Message) -> None:
    await ensure_member(handles, message.aggregate_id)


async def show_credits(handles: Handles, message: Message) -> None:
    """Has the member show this version of the account, unless it shows a later one."""
    user_id, told = message.aggregate_id, message.payload
    await ensure_member(handles, user_id)
    async with mongo_turn(handles):
        shown = await handles.mongo.get_collection(MEMBERS, write_concern=MAJORITY).update_one(
            {"_id": user_id, "ledgerVersion": {"$lt": told["version"]}},
            {
                "$set": {
                    "credits": told["credits"],
                    "totalCreditsEarned": told["totalCreditsEarned"],
                    "ledgerVersion": told["version"],
                    "updatedAt": now(),
                }
            },
        )
    if not shown.matched_count and not await find(handles, MEMBERS, {"_id": user_id}, {"_id": 1}):
        raise LookupError(f"Bug: somebody whose credits are shown is no member, {user_id}.")


async def ensure_member(handles: Handles, user_id: UUID) -> None:
    """Makes the document of a person who has none, with a referral code of its own and the credits of now."""
    if await find(handles, MEMBERS, {"_id": user_id}, {"_id": 1}):
        return
    people = await fetch(handles, "users", PERSON, user_id)
    if not people:
        raise LookupError(f"Bug: an effect is for a person who does not exist, {user_id}.")
    (person,) = people
    for _ in range(MOST_DRAWS):
        member = raw(
            Member,
            {
                "id": user_id,
                "referral_code": drawn_code(),
                "name": person["username"],
                "credits": person["balance"],
                "total_credits_earned": person["total_earned"],
                "purchased_courses": [],
                "purchased_tests": [],
                "purchased_products": [],
                "ledger_version": person["version"],
                "created_at": person["created_at"],
                "updated_at": person["created_at"],
            },
        )
        try:
            async with mongo_turn(handles):
                await handles.mongo.get_collection(MEMBERS, write_concern=MAJORITY).insert_one(member)
        except DuplicateKeyError as error:
            if "_id" in (error.details or {}).get("keyPattern", {}):
                return
        else:
            return
    raise RuntimeError("No free referral code was drawn.")


async def change_member(documents: Documents, user_id: UUID, change: Mapping[str, Any]) -> None:
    """Changes a member who was made sure of."""
    if not await documents.update(Member, {"_id": user_id}, change):
        raise LookupError(f"Bug: somebody whom an effect is for is no member, {user_id}.")


def drawn_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LETTERS_OF_CODE))
