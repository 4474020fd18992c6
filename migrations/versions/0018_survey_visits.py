"""Beginnings over public survey links, counted for some minutes."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_visits")),
    )
    op.create_index("ix_survey_visits_address", "survey_visits", ["address_key", "at"])
    op.create_index(op.f("ix_survey_visits_at"), "survey_visits", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_survey_visits_at"), "survey_visits")
    op.drop_index("ix_survey_visits_address", "survey_visits")
    op.drop_table("survey_visits")
