"""What people tell of themselves, and how they like the service to be: written by the person alone, each change one
statement.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Table, bindparam, inspect
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel

from models import identity as identity_models
from resolvers.context import Handles
from resolvers.refusals import InvalidInput
from resolvers.stores import Row, fetch
from resolvers.tables import Text, compiled

LONGEST_NAME = 100
LONGEST_BIO = 2000
# As ITU-T E.164 has them: at most 15 digits; people write signs between them.
PHONE_NUMBER = re.compile(r"\+?[0-9](?:[ ()./-]{0,2}[0-9]){4,14}")
THEME = re.compile(r"[a-z][a-z0-9-]{0,31}")
# A language, a script, a region: the tags of RFC 5646 that name a language to speak.
LANGUAGE = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?", re.IGNORECASE | re.ASCII)


class Kept(Enum):
    KEPT = "KEPT"


KEPT: Final = Kept.KEPT
"""In a command: what is stored stays as it is."""

Rule: TypeAlias = Callable[[str, Any], object]
"""What is stored for an attribute and what was given for it; raises InvalidInput."""


@dataclass(frozen=True)
class UpdateProfile:
    """None takes away what is stored."""

    first_name: str | Kept | None = KEPT
    last_name: str | Kept | None = KEPT
    bio: str | Kept | None = KEPT
    phone_number: str | Kept | None = KEPT


@dataclass(frozen=True)
class UpdatePreferences:
    """None is refused: each of them has a value always."""

    theme: str | Kept | None = KEPT
    language: str | Kept | None = KEPT
    notifications: bool | Kept | None = KEPT


async def update_profile(handles: Handles, user_id: UUID, command: UpdateProfile) -> Row:
    """The profile of a person as it is now, made if there was none.  Raises InvalidInput."""
    return await write(handles, identity_models.UserProfile, user_id, checked(command, PROFILE))


async def update_preferences(handles: Handles, user_id: UUID, command: UpdatePreferences) -> Row:
    """The preferences of a person as they are now, made if there were none.  Raises InvalidInput."""
    return await write(handles, identity_models.UserPreference, user_id, checked(command, PREFERENCES))


def checked(command: UpdateProfile | UpdatePreferences, rules: Mapping[str, Rule]) -> dict[str, object]:
    """What is to be stored, by attribute."""
    changes = {name: rules[name](name, value) for name, value in vars(command).items() if value is not KEPT}
    if not changes:
        raise InvalidInput((), "Nothing is to be changed: say at least one thing.")
    return changes


def text(name: str, given: str | None, *, longest: int, allowed: str = "") -> str | None:
    """The text without white space around it, its lines parted by a newline alone; nothing for an empty one.  Of
    control characters only those that are allowed are taken: PostgreSQL has no place for a NUL, and screens none for
    the others.
    """
    stripped = (given or "").replace("\r\n", "\n").strip()
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in allowed for letter in stripped):
        raise InvalidInput((name,), "This holds a character that is no part of a text: leave it out.")
    if len(stripped) > longest:
        raise InvalidInput((name,), f"This has {len(stripped)} characters: write at most {longest}.")
    return stripped or None


def phone_number(name: str, given: str | None) -> str | None:
    stripped = (given or "").strip()
    if stripped and not PHONE_NUMBER.fullmatch(stripped):
        raise InvalidInput((name,), "This is no telephone number: write 5 to 15 digits, such as +91 22 1234567.")
    return stripped or None


def theme(name: str, given: str | None) -> str:
    if given is None or not THEME.fullmatch(given):
        raise InvalidInput((name,), "A theme is one small word of at most 32 letters, such as dark.")
    return given


def language(name: str, given: str | None) -> str:
    """The tag in the letters of RFC 5646: pt-BR, zh-Hant-TW."""
    found = LANGUAGE.fullmatch(given or "")
    if found is None:
        raise InvalidInput((name,), "This is no BCP 47 tag of a language: write one such as en, pt-BR or zh-Hant-TW.")
    spoken, script, region = (part or "" for part in found.groups())
    return "-".join(part for part in (spoken.lower(), script.title(), region.upper()) if part)


def flag(name: str, given: bool | None) -> bool:  # noqa: FBT001  A rule takes what was given.
    if given is None:
        raise InvalidInput((name,), "This is either true or false: leave it out to keep it.")
    return given


PROFILE: Mapping[str, Rule] = {
    "first_name": partial(text, longest=LONGEST_NAME),
    "last_name": partial(text, longest=LONGEST_NAME),
    "bio": partial(text, longest=LONGEST_BIO, allowed="\n\t"),
    "phone_number": phone_number,
}
PREFERENCES: Mapping[str, Rule] = {"theme": theme, "language": language, "notifications": flag}


async def write(handles: Handles, model: type[SQLModel], user_id: UUID, changes: Mapping[str, object]) -> Row:
    statement = writing(model, tuple(changes))
    made = model(user_id=user_id, **changes).model_dump()
    (row,) = await fetch(handles, str(model.__tablename__), statement.sql, *statement.arguments(made))
    return row


@cache
def writing(model: type[SQLModel], names: tuple[str, ...]) -> Text:
    """Makes the row of a person, or changes just these attributes of the one that is there."""
    table: Table = inspect(model).local_table
    made = insert(table).values({column.name: bindparam(column.name) for column in table.c})
    changed = {name: made.excluded[name] for name in names}
    return compiled(made.on_conflict_do_update(index_elements=["user_id"], set_=changed).returning(*table.c))
