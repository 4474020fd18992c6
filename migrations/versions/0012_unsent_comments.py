"""By which message a comment on an answer came, so that an unsend finds it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answer_ratings", sa.Column("line_message_key", sa.LargeBinary(length=16), nullable=True))
    op.create_index(op.f("ix_answer_ratings_line_message_key"), "answer_ratings", ["line_message_key"])


def downgrade() -> None:
    op.drop_index(op.f("ix_answer_ratings_line_message_key"), "answer_ratings")
    op.drop_column("answer_ratings", "line_message_key")
