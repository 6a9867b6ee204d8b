"""Birth data and computed charts."""

from migrations.postgres.runner import run

revision = "2026_11_20_12"
down_revision = "2026_11_20_11"

UPGRADE = (
    """
    CREATE TYPE chart_type AS ENUM (
        'TROPICAL', 'DRACONIC', 'HORARY', 'SYNASTRY', 'PROGRESSED', 'SOLAR_RETURN'
    )
    """,
    """
    CREATE TABLE natal_data (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        birth_date timestamptz(3) NOT NULL,
        location varchar NOT NULL,
        latitude double precision,
        longitude double precision,
        timezone varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_natal_data PRIMARY KEY (id),
        CONSTRAINT ck_natal_data_place CHECK
            (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
        CONSTRAINT uq_natal_data_user_id UNIQUE (user_id),
        CONSTRAINT fk_natal_data_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TRIGGER natal_data_touch BEFORE UPDATE ON natal_data FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE chart_cache (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid,
        chart_type chart_type NOT NULL,
        chart_data jsonb NOT NULL,
        interpretation varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_chart_cache PRIMARY KEY (id),
        CONSTRAINT fk_chart_cache_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX ix_chart_cache_expires_at ON chart_cache (expires_at)",
    "CREATE INDEX ix_chart_cache_user_id_chart_type ON chart_cache (user_id, chart_type)",
)

DOWNGRADE = (
    "DROP TABLE chart_cache, natal_data",
    "DROP TYPE chart_type",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
