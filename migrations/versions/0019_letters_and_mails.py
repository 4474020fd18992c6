"""Letters (head, printing) and e-mails that carry answers."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('pending', 'sending')")
_TROUBLED = sa.text("state IN ('unknown', 'failed', 'bounced')")
_STATES = ("pending", "sending", "sent", "unknown", "failed", "bounced", "cancelled")


def upgrade() -> None:
    op.create_table(
        "answer_mails",
        sa.Column("answer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Enum(*_STATES, name="mailstate", native_enum=False, length=16), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("handing", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_answer_mails_answer_id_answers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_answer_mails_staff_id_staff")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_answer_mails")),
    )
    op.create_index("ix_answer_mails_open", "answer_mails", ["due_at"], postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.create_index(
        "ix_answer_mails_troubled",
        "answer_mails",
        ["settled_at"],
        postgresql_where=_TROUBLED,
        sqlite_where=_TROUBLED,
    )
    op.create_table(
        "letters",
        sa.Column("answer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("with_seal", sa.Boolean(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed_by_id", sa.Integer(), nullable=True),
        sa.Column("printed_round", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_letters_answer_id_answers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["printed_by_id"], ["staff.id"], name=op.f("fk_letters_printed_by_id_staff")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_letters")),
    )
    op.create_index(op.f("ix_letters_printed_at"), "letters", ["printed_at"])


def downgrade() -> None:
    op.drop_table("letters")
    op.drop_table("answer_mails")
