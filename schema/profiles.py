"""Changing what one tells of oneself, and how one likes the service to be."""

from typing import Annotated, Any, TypeVar

import strawberry

from models import identity as identity_models
from resolvers import profiles, refusals
from resolvers.context import Context
from resolvers.stores import Row
from schema.entities import BY_MODEL
from schema.identity import UserPreference, UserProfile
from schema.refusals import INPUT, mutation

Command = TypeVar("Command")


def kept(description: str) -> Any:
    """A field of an input that leaves what is stored as it is when it is left out."""
    return strawberry.field(description=description, default=strawberry.UNSET)


def commanded(command: type[Command], given: object) -> Command:
    """The command that an input stands for, of what is not left out of it."""
    return command(**{name: value for name, value in vars(given).items() if value is not strawberry.UNSET})


@strawberry.input(description="What to tell of oneself; what is left out stays, and null takes it away.")
class UpdateProfileInput:
    first_name: str | None = kept(f"The first name, of at most {profiles.LONGEST_NAME} characters.")
    last_name: str | None = kept(f"The last name, of at most {profiles.LONGEST_NAME} characters.")
    bio: str | None = kept(f"A few words about oneself, at most {profiles.LONGEST_BIO} characters.")
    phone_number: str | None = kept("A number to be called at, of 5 to 15 digits.")


@strawberry.input(description="How one likes the service to be; what is left out stays, and nothing may be null.")
class UpdatePreferencesInput:
    theme: str | None = kept("The colours of the screen, as one small word such as light or dark.")
    language: str | None = kept("The language to be spoken to in, as a BCP 47 tag such as en or pt-BR.")
    notifications: bool | None = kept("Whether to be notified.")


@strawberry.type(description="The profile is as it was asked for.")
class ProfileUpdated:
    profile: UserProfile = strawberry.field(description="The profile as it is now.")


@strawberry.type(description="The preferences are as they were asked for.")
class PreferencesUpdated:
    preferences: UserPreference = strawberry.field(description="The preferences as they are now.")


@mutation(refusals.InvalidInput, description="Changes what the viewer tells of themselves.")
async def update_profile(
    info: strawberry.Info[Context, None], given: Annotated[UpdateProfileInput, INPUT]
) -> ProfileUpdated:
    command = commanded(profiles.UpdateProfile, given)
    row = await profiles.update_profile(info.context.handles, info.context.viewer.person, command)
    return ProfileUpdated(profile=wrapped(identity_models.UserProfile, row))


@mutation(refusals.InvalidInput, description="Changes how the viewer likes the service to be.")
async def update_preferences(
    info: strawberry.Info[Context, None], given: Annotated[UpdatePreferencesInput, INPUT]
) -> PreferencesUpdated:
    command = commanded(profiles.UpdatePreferences, given)
    row = await profiles.update_preferences(info.context.handles, info.context.viewer.person, command)
    return PreferencesUpdated(preferences=wrapped(identity_models.UserPreference, row))


def wrapped(model: type[identity_models.UserProfile] | type[identity_models.UserPreference], row: Row) -> Any:
    return BY_MODEL[model].wrap(row)
