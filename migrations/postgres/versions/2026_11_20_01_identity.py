"""People, their log-ins and their keys; and `updated_at`, which moves with its row from here on."""

from migrations.postgres.runner import run

revision = "2026_11_20_01"
down_revision = None

UPGRADE = (
    """
    CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.updated_at := now();
        RETURN NEW;
    END $$
    """,
    "CREATE TYPE role AS ENUM ('USER', 'ANALYST', 'ADMIN')",
    "CREATE TYPE verification_purpose AS ENUM ('VERIFY_EMAIL', 'CHANGE_EMAIL', 'RESET_PASSWORD')",
    """
    CREATE TABLE users (
        id uuid DEFAULT uuidv7() NOT NULL,
        email varchar NOT NULL,
        email_verified_at timestamptz(3),
        username varchar NOT NULL,
        name varchar,
        password_hash varchar,
        image varchar,
        role role DEFAULT 'USER' NOT NULL,
        disabled_at timestamptz(3),
        erased_at timestamptz(3),
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_users PRIMARY KEY (id),
        CONSTRAINT ck_users_email CHECK
            (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 320),
        CONSTRAINT ck_users_username CHECK (length(username) BETWEEN 1 AND 64)
    )
    """,
    "CREATE INDEX ix_users_created_at_id ON users (created_at, id)",
    "CREATE UNIQUE INDEX uq_users_email ON users (lower(email))",
    "CREATE UNIQUE INDEX uq_users_username ON users (lower(username))",
    """
    CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE user_profiles (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        first_name varchar,
        last_name varchar,
        bio varchar,
        phone_number varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_user_profiles PRIMARY KEY (id),
        CONSTRAINT uq_user_profiles_user_id UNIQUE (user_id),
        CONSTRAINT fk_user_profiles_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TRIGGER user_profiles_touch BEFORE UPDATE ON user_profiles FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE user_preferences (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        theme varchar DEFAULT 'light' NOT NULL,
        language varchar DEFAULT 'en' NOT NULL,
        notifications boolean DEFAULT true NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_user_preferences PRIMARY KEY (id),
        CONSTRAINT uq_user_preferences_user_id UNIQUE (user_id),
        CONSTRAINT fk_user_preferences_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TRIGGER user_preferences_touch BEFORE UPDATE ON user_preferences FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE accounts (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        type varchar NOT NULL,
        provider varchar NOT NULL,
        provider_account_id varchar NOT NULL,
        scope varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_accounts PRIMARY KEY (id),
        CONSTRAINT uq_accounts_provider_provider_account_id UNIQUE (provider, provider_account_id),
        CONSTRAINT fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_accounts_user_id_created_at_id ON accounts (user_id, created_at, id)",
    """
    CREATE TRIGGER accounts_touch BEFORE UPDATE ON accounts FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE sessions (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        token_hash bytea NOT NULL,
        device_name varchar,
        origin varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        last_seen_at timestamptz(3) DEFAULT now() NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        revoked_at timestamptz(3),
        CONSTRAINT pk_sessions PRIMARY KEY (id),
        CONSTRAINT ck_sessions_token_hash CHECK (octet_length(token_hash) = 32),
        CONSTRAINT fk_sessions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash)
    )
    """,
    "CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)",
    "CREATE INDEX ix_sessions_user_id_created_at_id ON sessions (user_id, created_at, id)",
    """
    CREATE TABLE verification_tokens (
        id uuid DEFAULT uuidv7() NOT NULL,
        identifier varchar NOT NULL,
        user_id uuid,
        token_hash bytea NOT NULL,
        purpose verification_purpose NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        used_at timestamptz(3),
        CONSTRAINT pk_verification_tokens PRIMARY KEY (id),
        CONSTRAINT uq_verification_tokens_identifier_token_hash UNIQUE (identifier, token_hash),
        CONSTRAINT ck_verification_tokens_token_hash CHECK (octet_length(token_hash) = 32),
        CONSTRAINT fk_verification_tokens_user_id FOREIGN KEY (user_id)
            REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT uq_verification_tokens_token_hash UNIQUE (token_hash)
    )
    """,
    "CREATE INDEX ix_verification_tokens_expires_at ON verification_tokens (expires_at)",
    "CREATE INDEX ix_verification_tokens_user_id ON verification_tokens (user_id)",
    """
    CREATE TABLE api_keys (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        name varchar NOT NULL,
        token_hash bytea NOT NULL,
        role role DEFAULT 'USER' NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        last_used_at timestamptz(3),
        expires_at timestamptz(3),
        revoked_at timestamptz(3),
        CONSTRAINT pk_api_keys PRIMARY KEY (id),
        CONSTRAINT ck_api_keys_token_hash CHECK (octet_length(token_hash) = 32),
        CONSTRAINT fk_api_keys_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT uq_api_keys_token_hash UNIQUE (token_hash)
    )
    """,
    "CREATE INDEX ix_api_keys_user_id_created_at_id ON api_keys (user_id, created_at, id)",
)

DOWNGRADE = (
    "DROP TABLE api_keys, verification_tokens, sessions, accounts, user_preferences, user_profiles, users",
    "DROP TYPE role, verification_purpose",
    "DROP FUNCTION touch_updated_at",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
