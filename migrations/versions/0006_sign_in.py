"""Sessions that were logged out before their time, and failed attempts to log in."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ended_sessions",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("forget_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ended_sessions")),
    )
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_ins")),
    )
    op.create_index("ix_failed_sign_ins_account_key", "failed_sign_ins", ["account_key", "at"])
    op.create_index("ix_failed_sign_ins_address_key", "failed_sign_ins", ["address_key", "at"])
    op.create_index(op.f("ix_failed_sign_ins_at"), "failed_sign_ins", ["at"])


def downgrade() -> None:
    op.drop_table("failed_sign_ins")
    op.drop_table("ended_sessions")
