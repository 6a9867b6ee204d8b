"""Who is asking.  Decided once per request, from a token; never from anything that the operation itself says."""

from dataclasses import dataclass
from uuid import UUID

from models import identity as identity_models
from resolvers.refusals import Forbidden, NotSignedIn


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person behind a request, or nobody.  `role` is that of the session, or the narrower one of the API key."""

    user_id: UUID | None = None
    role: identity_models.Role | None = None

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def person(self) -> UUID:
        """The id of the person behind the request.  Raises NotSignedIn for nobody."""
        if self.user_id is None:
            raise NotSignedIn
        return self.user_id

    def administrator(self, of: str) -> UUID:
        """The id of the administrator behind the request, who manages these.  Raises NotSignedIn and Forbidden."""
        person = self.person
        if self.role is not identity_models.Role.ADMIN:
            raise Forbidden(of, "manage")
        return person


ANONYMOUS = Viewer()
