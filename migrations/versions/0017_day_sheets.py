"""Day sheets: what the matters of a day are counted by. Their triggers are `feedback.statistics.triggers`."""

import sqlalchemy as sa
from alembic import op

from feedback.statistics import triggers

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_sheets",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("layout", sa.SmallInteger(), nullable=False),
        sa.Column("matters", sa.Integer(), nullable=False),
        sa.Column("columns", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_sheets")),
    )
    op.create_table(
        "changed_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_days")),
    )
    op.create_table(
        "figure_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_codes")),
        sa.UniqueConstraint("field", "code", name=op.f("uq_figure_codes_field_code")),
        sa.UniqueConstraint("field", "value", name=op.f("uq_figure_codes_field_value")),
    )


def downgrade() -> None:
    triggers.remove(op.get_bind())
    op.drop_table("figure_codes")
    op.drop_table("changed_days")
    op.drop_table("day_sheets")
