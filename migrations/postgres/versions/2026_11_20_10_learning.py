"""Enrolments in courses."""

from migrations.postgres.runner import run

revision = "2026_11_20_10"
down_revision = "2026_11_20_09"

UPGRADE = (
    """
    CREATE TABLE course_enrollments (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        course_id uuid NOT NULL,
        order_id uuid,
        progress integer DEFAULT 0 NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        completed_at timestamptz(3),
        ended_at timestamptz(3),
        CONSTRAINT pk_course_enrollments PRIMARY KEY (id),
        CONSTRAINT fk_course_enrollments_order_id_user_id FOREIGN KEY (order_id, user_id)
            REFERENCES orders (id, user_id) ON DELETE RESTRICT,
        CONSTRAINT uq_course_enrollments_user_id_course_id UNIQUE (user_id, course_id),
        CONSTRAINT ck_course_enrollments_progress CHECK (progress BETWEEN 0 AND 100),
        CONSTRAINT ck_course_enrollments_completed_at CHECK (completed_at IS NULL OR progress = 100),
        CONSTRAINT fk_course_enrollments_user_id FOREIGN KEY (user_id)
            REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT fk_course_enrollments_course_id FOREIGN KEY (course_id)
            REFERENCES courses (id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE INDEX ix_course_enrollments_course_id_created_at_id
        ON course_enrollments (course_id, created_at, id)
    """,
    "CREATE INDEX ix_course_enrollments_order_id ON course_enrollments (order_id)",
    """
    CREATE INDEX ix_course_enrollments_user_id_created_at_id
        ON course_enrollments (user_id, created_at, id)
    """,
    """
    CREATE TRIGGER course_enrollments_touch BEFORE UPDATE ON course_enrollments FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
)

DOWNGRADE = ("DROP TABLE course_enrollments",)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
