"""Who did what to whom, append-only as the credit ledger is."""

from migrations.postgres.runner import run

revision = "2026_11_20_14"
down_revision = "2026_11_20_13"

UPGRADE = (
    """
    CREATE TABLE audit_entries (
        id uuid DEFAULT uuidv7() NOT NULL,
        actor_id uuid,
        user_id uuid,
        action varchar NOT NULL,
        subject_type varchar,
        subject_id uuid,
        changes jsonb,
        request_id varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_audit_entries PRIMARY KEY (id),
        CONSTRAINT fk_audit_entries_actor_id FOREIGN KEY (actor_id)
            REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT fk_audit_entries_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_audit_entries_actor_id_created_at_id ON audit_entries (actor_id, created_at, id)",
    "CREATE INDEX ix_audit_entries_created_at_id ON audit_entries (created_at, id)",
    "CREATE INDEX ix_audit_entries_subject_id_created_at_id ON audit_entries (subject_id, created_at, id)",
    "CREATE INDEX ix_audit_entries_user_id_created_at_id ON audit_entries (user_id, created_at, id)",
    """
    CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)

DOWNGRADE = ("DROP TABLE audit_entries",)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
