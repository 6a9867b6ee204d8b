"""All settings, read once from the environment and from `.env`.  Nothing else in the service reads the environment.

A setting that is missing or impossible stops the start with one sentence that names it and says what to set.
"""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlencode

from pydantic import Field, PostgresDsn, SecretStr, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from gateway.addresses import is_mongo, is_sandbox, is_socket, is_verified, is_verified_mongo
from resolvers.shares import unit_of

DEVELOPMENT_SECRET = "only-for-development-and-known-to-everybody"  # noqa: S105  Production refuses it.
SHORTEST_SECRET = 32
SHORTEST_LEASE = 30
REQUESTS_IN_A_STEP = 4
"""As many requests as a payment makes between two renewals of its lease, and one to spare."""
POSTGRES_SCHEMES = {"postgresql", "postgres", "postgresql+asyncpg"}

CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class UnusableSettings(Exception):
    """The settings do not allow a start.  The message has one sentence for each reason."""


class Settings(BaseSettings):
    """Each field is set by the environment variable of its name in capitals; its description is the remedy that a
    person is told.
    """

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    environment: Environment = Field(Environment.DEVELOPMENT, description="Set it to development or production.")
    host: str = Field("127.0.0.1", description="Set it to the address to listen on.")
    port: int = Field(
        8000, ge=0, le=65535, description="Set it to the port to listen on, from 1 to 65535; 0 takes a free one."
    )
    data_dir: Path = Field(Path(".gateway"), description="Set it to a folder of your own for the embedded databases.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Set it to debug, info, warning or error."
    )
    log_format: Literal["console", "json"] | None = Field(
        None, description="Set it to console or json; without it, json in production."
    )
    secret_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET),
        description=f"Set it to a random text of {SHORTEST_SECRET} characters or more, the same on every replica.",
    )

    database_url: SecretStr | None = Field(
        None, description="Set it like postgresql://user:password@host:5432/database, or set the POSTGRES_ variables."
    )
    postgres_host: str | None = Field(None, description="Set it to the host of PostgreSQL, or set DATABASE_URL.")
    postgres_port: int = Field(5432, ge=1, le=65535, description="Set it to the port of PostgreSQL.")
    postgres_user: str | None = Field(None, description="Set it to the user of PostgreSQL, or set DATABASE_URL.")
    postgres_password: SecretStr | None = Field(None, description="Set it to the password of POSTGRES_USER.")
    postgres_db: str | None = Field(
        None, description="Set it to the name of the PostgreSQL database, or set DATABASE_URL."
    )
    postgres_sslmode: Literal["disable", "require", "verify-ca", "verify-full"] | None = Field(
        None, description="Set it to verify-full; disable is for development and for a Unix socket."
    )
    postgres_ca_file: Path | None = Field(
        None, description="Set it to a readable file with the CA of PostgreSQL's certificate."
    )
    postgres_pool_size: int = Field(
        10, ge=3, le=200, description="Set it to the connections that a process may hold, from 3 to 200."
    )

    mongo_uri: SecretStr | None = Field(None, description="Set it like mongodb://host:27017/?replicaSet=rs0.")
    mongo_db: str = Field(
        "gateway", pattern=r"^[A-Za-z0-9_-]{1,63}$", description="Set it to the name of the MongoDB database."
    )
    mongo_ca_file: Path | None = Field(
        None, description="Set it to a readable file with the CA of MongoDB's certificate."
    )
    mongo_pool_size: int = Field(
        20, ge=1, le=500, description="Set it to the connections that a process may hold, from 1 to 500."
    )

    admin_email: Email = Field(
        "admin@example.com", description="Set it to the e-mail address of the first administrator."
    )
    admin_password: SecretStr | None = Field(
        None, min_length=8, description="Set it to the first administrator's password, 8 characters or more."
    )
    default_currency: CurrencyCode = Field("INR", description="Set it to a currency code such as INR.")
    credit_value: dict[CurrencyCode, Annotated[Decimal, Field(gt=0, decimal_places=2)]] = Field(
        {"INR": Decimal("10.00")},
        description='Set it to what one credit is worth in each currency, like {"INR": "10.00"}.',
    )
    referral_credits: int = Field(
        2, ge=0, le=10_000, description="Set it to the credits that each side of a referral earns."
    )
    payment_wait_minutes: int = Field(
        30, ge=1, le=1440, description="Set it to the minutes that a payment waits for its buyer, from 1 to 1440."
    )
    payment_lease_seconds: int = Field(
        45, ge=1, le=600, description=f"Set it to {SHORTEST_LEASE} or more: longer than any step of a payment may take."
    )
    verify_every_minutes: int = Field(
        60, ge=0, le=10_080, description="Set it to the minutes between checks of both books; 0 is for none."
    )
    payment_answer_seconds: float = Field(
        10.0, gt=0, le=60, description="Set it to the seconds that the payment provider may take to answer, up to 60."
    )
    stripe_api_key: SecretStr | None = Field(
        None, description="Set it to your secret key of Stripe; any sk_test_ key does for the sandbox."
    )
    stripe_api_base: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] | None = Field(
        None, description="Set it like http://127.0.0.1:8420 to talk to the sandbox; leave it out to talk to Stripe."
    )
    session_days: int = Field(30, ge=1, le=365, description="Set it to the days that a session lasts, from 1 to 365.")

    engine: bool = Field(default=True, description="Set it to false to have graphql-core execute everything.")
    log_requests: Literal["all", "slow"] | None = Field(
        None, description="Set it to all, or to slow for lines only of requests that failed or took a second."
    )

    @property
    def logs_all_requests(self) -> bool:
        """A line for each request is of the level info, so that with a higher one there is none."""
        is_heard = self.log_level in {"debug", "info"}
        return is_heard and (self.log_requests or ("slow" if self.is_production else "all")) == "all"

    @property
    def takes_payments(self) -> bool:
        """Whether a provider of payments is set, be it the sandbox."""
        return self.stripe_api_key is not None or self.stripe_api_base is not None

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def postgres_url(self) -> str | None:
        """The address of PostgreSQL with its TLS parameters, or None where the embedded one is to be used."""
        if self.database_url is not None:
            scheme, _, rest = self.database_url.get_secret_value().partition("://")
            url = f"postgresql://{rest}" if scheme in POSTGRES_SCHEMES else f"{scheme}://{rest}"
        elif self.postgres_host is not None:
            url = self._postgres_url_of_parts(self.postgres_host)
        else:
            return None
        tls = {"sslmode": self.postgres_sslmode, "sslrootcert": self.postgres_ca_file}
        query = urlencode({name: str(value) for name, value in tls.items() if value is not None})
        return url + (("&" if "?" in url else "?") + query if query else "")

    def _postgres_url_of_parts(self, host: str) -> str:
        password = self.postgres_password.get_secret_value() if self.postgres_password else ""
        user = f"{quote(self.postgres_user or '', safe='')}:{quote(password, safe='')}"
        database = quote(self.postgres_db or "", safe="")
        if host.startswith("/"):
            return f"postgresql://{user}@/{database}?{urlencode({'host': host, 'port': self.postgres_port})}"
        return f"postgresql://{user}@{host}:{self.postgres_port}/{database}"

    @property
    def postgres_writers(self) -> int:
        """How many of the connections to PostgreSQL are for transactions that write."""
        return max(1, self.postgres_pool_size // 3)

    @property
    def postgres_readers(self) -> int:
        """How many are for reads."""
        return self.postgres_pool_size - self.postgres_writers

    @property
    def needs_embedded(self) -> bool:
        return self.postgres_url is None or self.mongo_uri is None

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.database_url is None and any((self.postgres_host, self.postgres_user, self.postgres_db)):
            for name in ("postgres_host", "postgres_user", "postgres_db"):
                require(getattr(self, name) is not None, name, "is missing while other POSTGRES_ variables are set")
        require(
            (self.postgres_url is None) == (self.mongo_uri is None),
            "mongo_uri" if self.mongo_uri is None else "database_url",
            "is missing while the other database is set",
        )
        for name in ("postgres_ca_file", "mongo_ca_file"):
            file: Path | None = getattr(self, name)
            require(file is None or file.is_file(), name, f"names {file}, which is no file")
        require(
            self.default_currency in self.credit_value,
            "credit_value",
            f"lacks the default currency {self.default_currency}",
        )
        for currency, value in self.credit_value.items():
            require(value % unit_of(currency) == 0, "credit_value", f"has {value} {currency}, which nobody can pay")
        return self

    @model_validator(mode="after")
    def _addresses_are_usable(self) -> Self:
        if self.postgres_url is not None:
            try:
                TypeAdapter(PostgresDsn).validate_python(
                    self.postgres_url.partition("?")[0].replace("@/", "@localhost/")
                )
            except ValidationError:
                require(condition=False, name="database_url", reason="is no address of a PostgreSQL database")
        if self.mongo_uri is not None:
            require(is_mongo(self.mongo_uri.get_secret_value()), "mongo_uri", "is no address of MongoDB")
        return self

    @model_validator(mode="after")
    def _is_safe_in_production(self) -> Self:
        if not self.is_production:
            return self
        secret = self.secret_key.get_secret_value()
        require(secret != DEVELOPMENT_SECRET, "secret_key", "is missing, and production needs its own")
        require(len(secret) >= SHORTEST_SECRET, "secret_key", "is too short")
        require(
            self.postgres_url is not None, "database_url", "is missing, and production starts no database of its own"
        )
        require(
            is_socket(self.postgres_url or "") or is_verified(self.postgres_url or ""),
            "postgres_sslmode",
            "does not verify the certificate of PostgreSQL, and production needs to know whom it talks to",
        )
        require(
            is_verified_mongo((self.mongo_uri or SecretStr("")).get_secret_value()),
            "mongo_uri",
            "does not verify MongoDB's certificate (tls=true, and nothing that allows invalid ones)",
        )
        require(self.stripe_api_key is not None, "stripe_api_key", "is missing, and production takes real payments")
        require(
            self.payment_lease_seconds >= SHORTEST_LEASE,
            "payment_lease_seconds",
            "is shorter than what the payment provider may take to answer",
        )
        require(
            self.payment_lease_seconds >= REQUESTS_IN_A_STEP * self.payment_answer_seconds,
            "payment_lease_seconds",
            f"is shorter than {REQUESTS_IN_A_STEP} requests to the payment provider may take",
        )
        require(
            self.stripe_api_base is None or not is_sandbox(self.stripe_api_base),
            "stripe_api_base",
            "names a sandbox or an unencrypted address, and production talks to Stripe",
        )
        return self


def require(condition: bool, name: str, reason: str) -> None:  # noqa: FBT001  It reads as a sentence.
    if not condition:
        raise ValueError(f"{name.upper()} {reason}. {Settings.model_fields[name].description}")


def read_settings(**overrides: object) -> Settings:
    """The settings of this process; `overrides` are what the command line said.  Raises UnusableSettings."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise UnusableSettings("\n".join(dict.fromkeys(map(sentence, error.errors())))) from None
    except UnicodeDecodeError:
        raise UnusableSettings(".env is not text in UTF-8. Write it anew after .env.example.") from None
    except SettingsError as error:
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        remedy = Settings.model_fields[name].description if name else str(error)
        raise UnusableSettings(f"{name.upper()} cannot be read. {remedy}") from None


def sentence(error: ErrorDetails) -> str:
    """What is wrong with one setting, without its value, which may be a secret."""
    if not error["loc"]:
        return str(error["ctx"]["error"])
    name = str(error["loc"][0])
    message = error["msg"][:1].lower() + error["msg"][1:]
    return f"{name.upper()} is not usable: {message}. {Settings.model_fields[name].description}"
