"""Settings: what is missing or impossible is said in one sentence that names it and says what to set."""

from pathlib import Path

import pytest
from dotenv import dotenv_values

from gateway.settings import Settings, UnusableSettings, read_settings

ROOT = Path(__file__).parents[2]
SECURE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k" * 32,
    "DATABASE_URL": "postgresql://u:p@db.example.com/shop?sslmode=verify-full",
    "MONGO_URI": "mongodb://u:p@mongo.example.com/?replicaSet=rs0&tls=true",
    "STRIPE_API_KEY": "sk_live_secret",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_settings()


@pytest.mark.parametrize(
    ("variables", "name", "remedy"),
    [
        ({"ENVIRONMENT": "staging"}, "ENVIRONMENT", "development or production"),
        ({"PORT": "x"}, "PORT", "from 1 to 65535"),
        ({"PORT": "70000"}, "PORT", "from 1 to 65535"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL", "debug, info, warning or error"),
        ({"DATABASE_URL": "postgresql://u:p@h/d"}, "MONGO_URI", "mongodb://host"),
        ({"MONGO_URI": "mongodb://h"}, "DATABASE_URL", "postgresql://user"),
        ({"DATABASE_URL": "mysql://u:p@h/d", "MONGO_URI": "mongodb://h"}, "DATABASE_URL", "postgresql://user"),
        ({"DATABASE_URL": "postgresql://u:p@h/d", "MONGO_URI": "http://h"}, "MONGO_URI", "mongodb://host"),
        ({"POSTGRES_HOST": "h"}, "POSTGRES_USER", "user of PostgreSQL"),
        ({"POSTGRES_CA_FILE": "/nowhere/ca.pem"}, "POSTGRES_CA_FILE", "readable file"),
        ({"MONGO_CA_FILE": "/nowhere/ca.pem"}, "MONGO_CA_FILE", "readable file"),
        ({"MONGO_DB": "a b"}, "MONGO_DB", "name of the MongoDB database"),
        ({"POSTGRES_POOL_SIZE": "2"}, "POSTGRES_POOL_SIZE", "from 3 to 200"),
        ({"ADMIN_EMAIL": "nobody"}, "ADMIN_EMAIL", "e-mail address"),
        ({"ADMIN_PASSWORD": "short"}, "ADMIN_PASSWORD", "8 characters or more"),
        ({"DEFAULT_CURRENCY": "rupees"}, "DEFAULT_CURRENCY", "such as INR"),
        ({"DEFAULT_CURRENCY": "USD"}, "CREDIT_VALUE", "each currency"),
        ({"CREDIT_VALUE": "ten"}, "CREDIT_VALUE", "each currency"),
        ({"CREDIT_VALUE": '{"INR": "0"}'}, "CREDIT_VALUE", "each currency"),
        ({"CREDIT_VALUE": '{"INR": "1.001"}'}, "CREDIT_VALUE", "each currency"),
        ({"REFERRAL_CREDITS": "-1"}, "REFERRAL_CREDITS", "each side of a referral"),
        ({"PAYMENT_WAIT_MINUTES": "0"}, "PAYMENT_WAIT_MINUTES", "from 1 to 1440"),
        ({"PAYMENT_WAIT_MINUTES": "1441"}, "PAYMENT_WAIT_MINUTES", "from 1 to 1440"),
        ({"STRIPE_API_BASE": "127.0.0.1:8420"}, "STRIPE_API_BASE", "to talk to the sandbox"),
        ({"STRIPE_API_BASE": "ftp://127.0.0.1"}, "STRIPE_API_BASE", "to talk to the sandbox"),
        (SECURE | {"STRIPE_API_KEY": ""}, "STRIPE_API_KEY", "secret key of Stripe"),
        (SECURE | {"STRIPE_API_BASE": "https://127.0.0.1:8420"}, "STRIPE_API_BASE", "leave it out"),
        (SECURE | {"STRIPE_API_BASE": "https://localhost:8420"}, "STRIPE_API_BASE", "leave it out"),
        (SECURE | {"STRIPE_API_BASE": "https://[::1]"}, "STRIPE_API_BASE", "leave it out"),
        (SECURE | {"STRIPE_API_BASE": "https://0.0.0.0"}, "STRIPE_API_BASE", "leave it out"),
        (SECURE | {"STRIPE_API_BASE": "http://api.stripe.com"}, "STRIPE_API_BASE", "leave it out"),
        (SECURE | {"SECRET_KEY": ""}, "SECRET_KEY", "random text"),
        (SECURE | {"SECRET_KEY": "short"}, "SECRET_KEY", "random text"),
        ({"ENVIRONMENT": "production", "SECRET_KEY": "k" * 32}, "DATABASE_URL", "postgresql://user"),
        (SECURE | {"DATABASE_URL": "postgresql://u:p@h/d"}, "POSTGRES_SSLMODE", "verify-full"),
        (SECURE | {"DATABASE_URL": "postgresql://u:p@h/d?sslmode=require"}, "POSTGRES_SSLMODE", "verify-full"),
        (SECURE | {"DATABASE_URL": "postgresql://u@remote/d?host=/tmp"}, "POSTGRES_SSLMODE", "verify-full"),
        (SECURE | {"DATABASE_URL": "postgresql://u@/d?host=/tmp,remote"}, "POSTGRES_SSLMODE", "verify-full"),
        (SECURE | {"DATABASE_URL": "postgresql://u@/d"}, "POSTGRES_SSLMODE", "verify-full"),
        (SECURE | {"MONGO_URI": "mongodb+srv://h/?tls=false"}, "MONGO_URI", "mongodb://host"),
        (SECURE | {"MONGO_URI": "mongodb+srv://h/?ssl=false"}, "MONGO_URI", "mongodb://host"),
        (SECURE | {"MONGO_URI": "mongodb://h/?tls=true&ssl=false"}, "MONGO_URI", "mongodb://host"),
        (SECURE | {"MONGO_URI": "mongodb://h/?replicaSet=rs0"}, "MONGO_URI", "mongodb://host"),
        (SECURE | {"MONGO_URI": "mongodb://h/?tls=true&tlsInsecure=true"}, "MONGO_URI", "mongodb://host"),
        (
            SECURE | {"MONGO_URI": "mongodb://h/?tls=true&tlsAllowInvalidCertificates=true"},
            "MONGO_URI",
            "mongodb://host",
        ),
    ],
)
def test_an_unusable_setting_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str, remedy: str
) -> None:
    with pytest.raises(UnusableSettings) as refused:
        read(monkeypatch, **variables)

    (sentence,) = str(refused.value).splitlines()
    assert sentence.startswith(name)
    assert remedy in sentence
    assert "u:p" not in sentence


def test_every_unusable_setting_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnusableSettings) as refused:
        read(monkeypatch, PORT="x", MONGO_DB="a b")

    assert [line.partition(" ")[0] for line in str(refused.value).splitlines()] == ["PORT", "MONGO_DB"]


def test_secure_production_settings_are_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, **SECURE).is_production


def test_production_may_reach_stripe_through_a_proxy_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://stripe-proxy.example.com"

    assert read(monkeypatch, **SECURE | {"STRIPE_API_BASE": address}).stripe_api_base == address


def test_a_socket_needs_no_certificate_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://u@/shop?host=/run/postgresql"

    assert read(monkeypatch, **SECURE | {"DATABASE_URL": address}).postgres_url == address


def test_the_parts_of_an_address_are_put_together_and_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {"POSTGRES_HOST": "h", "POSTGRES_USER": "dev", "POSTGRES_PASSWORD": "p@ss/w?rd", "POSTGRES_DB": "shop"}

    settings = read(monkeypatch, **parts, MONGO_URI="mongodb://h", POSTGRES_SSLMODE="verify-full")

    assert settings.postgres_url == "postgresql://dev:p%40ss%2Fw%3Frd@h:5432/shop?sslmode=verify-full"


def test_a_socket_may_be_named_by_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {"POSTGRES_HOST": "/run/postgresql", "POSTGRES_USER": "dev", "POSTGRES_DB": "a shop"}

    settings = read(monkeypatch, **parts, MONGO_URI="mongodb://h")

    assert settings.postgres_url == "postgresql://dev:@/a%20shop?host=%2Frun%2Fpostgresql&port=5432"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_the_address_of_the_seeds_is_understood(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    address = f"{scheme}://dev:password@localhost:5432/myappdb"

    settings = read(monkeypatch, DATABASE_URL=address, MONGO_URI="mongodb://localhost:27017")

    assert settings.postgres_url == "postgresql://dev:password@localhost:5432/myappdb"


def test_the_example_lists_every_setting_and_nothing_else_and_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = dotenv_values(ROOT / ".env.example")

    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)
    assert read(monkeypatch, **{name: value or "" for name, value in listed.items()}) == Settings(_env_file=None)


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **SECURE, ADMIN_PASSWORD="correct horse")

    assert all(secret not in repr(settings) for secret in ("k" * 32, "u:p", "correct horse", "sk_live"))
