"""Courses.  Products, tests and passages are documents and have migrations of their own."""

from migrations.postgres.runner import run

revision = "2026_11_20_02"
down_revision = "2026_11_20_01"

UPGRADE = (
    "CREATE TYPE course_level AS ENUM ('beginner', 'intermediate', 'advanced')",
    "CREATE TYPE purchasable_kind AS ENUM ('COURSE', 'PRODUCT', 'TYPING_TEST')",
    """
    CREATE TABLE courses (
        id uuid DEFAULT uuidv7() NOT NULL,
        title varchar NOT NULL,
        slug varchar NOT NULL,
        description varchar,
        thumbnail varchar,
        duration integer NOT NULL,
        price numeric(14, 2) NOT NULL,
        currency varchar NOT NULL,
        features text[] DEFAULT '{}' NOT NULL,
        category varchar NOT NULL,
        level course_level NOT NULL,
        is_published boolean DEFAULT false NOT NULL,
        is_featured boolean DEFAULT false NOT NULL,
        created_by uuid NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_courses PRIMARY KEY (id),
        CONSTRAINT ck_courses_currency CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_courses_price CHECK (price >= 0),
        CONSTRAINT ck_courses_duration CHECK (duration >= 0),
        CONSTRAINT uq_courses_slug UNIQUE (slug),
        CONSTRAINT fk_courses_created_by FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_courses_category_created_at_id ON courses (category, created_at, id)",
    "CREATE INDEX ix_courses_created_at_id ON courses (created_at, id)",
    "CREATE INDEX ix_courses_created_by ON courses (created_by)",
    "CREATE INDEX ix_courses_level_created_at_id ON courses (level, created_at, id)",
    "CREATE INDEX ix_courses_price_id ON courses (price, id)",
    "CREATE INDEX ix_courses_title_id ON courses (title, id)",
    "CREATE INDEX ix_courses_title_text ON courses USING gin (to_tsvector('english', title))",
    """
    CREATE TRIGGER courses_touch BEFORE UPDATE ON courses FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
)

DOWNGRADE = (
    "DROP TABLE courses",
    "DROP TYPE course_level, purchasable_kind",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
