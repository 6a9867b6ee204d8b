"""The root of all changes.  Each is declared in its room, with its input and its result."""

import strawberry

from schema import profiles


@strawberry.type(description="Everything that can be changed.")
class Mutation:
    update_profile = profiles.update_profile
    update_preferences = profiles.update_preferences
