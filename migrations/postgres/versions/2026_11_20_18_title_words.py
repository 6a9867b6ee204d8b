"""The words of courses' titles, which searches find, in place of an index of English stems."""

from alembic import op
from sqlalchemy import ARRAY, Text, bindparam, text

from migrations.postgres.runner import run
from models.words import words

revision = "2026_11_20_18"
down_revision = "2026_11_20_17"

STORE = text("UPDATE courses SET title_words = :words WHERE id = :id").bindparams(
    bindparam("words", type_=ARRAY(Text()))
)


def upgrade() -> None:
    run(
        "ALTER TABLE courses ADD COLUMN title_words text[] DEFAULT '{}' NOT NULL",
        # No course is changed by what is only stored beside it.
        "ALTER TABLE courses DISABLE TRIGGER courses_touch",
    )
    connection = op.get_bind()
    titles = connection.exec_driver_sql("SELECT id, title FROM courses").all()
    if titles:
        connection.execute(STORE, [{"id": key, "words": words(title)} for key, title in titles])
    run(
        "ALTER TABLE courses ENABLE TRIGGER courses_touch",
        "CREATE INDEX ix_courses_title_words ON courses USING gin (title_words)",
        "DROP INDEX ix_courses_title_text",
    )


def downgrade() -> None:
    run(
        "CREATE INDEX ix_courses_title_text ON courses USING gin (to_tsvector('english', title))",
        "ALTER TABLE courses DROP COLUMN title_words",
    )
