"""Deliveries of surveys: who gets one, by which call, and who wants none."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_STATES = ("planned", "paused", "done")
_CALLS = ("waiting", "calling", "sent", "failed", "unknown")


def upgrade() -> None:
    op.create_table(
        "survey_unsubscriptions",
        sa.Column("citizen_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_survey_unsubscriptions_citizen_id_citizens")
        ),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_survey_unsubscriptions")),
    )
    op.create_table(
        "survey_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("frame", sa.JSON(), nullable=False),
        sa.Column("state", sa.Enum(*_STATES, name="deliverystate", native_enum=False, length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name=op.f("fk_survey_deliveries_created_by_id_staff")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_deliveries_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_deliveries")),
    )
    op.create_index(op.f("ix_survey_deliveries_survey_id"), "survey_deliveries", ["survey_id"])
    op.create_table(
        "survey_delivery_calls",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("retry_key", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Enum(*_CALLS, name="callstate", native_enum=False, length=16), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["survey_deliveries.id"],
            name=op.f("fk_survey_delivery_calls_delivery_id_survey_deliveries"),
        ),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_survey_delivery_calls")),
    )
    op.create_table(
        "survey_recipients",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name=op.f("fk_survey_recipients_citizen_id_citizens")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["survey_deliveries.id"], name=op.f("fk_survey_recipients_delivery_id_survey_deliveries")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "call", "citizen_id", name=op.f("pk_survey_recipients")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_survey_recipients_citizen_id"), "survey_recipients", ["citizen_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_survey_recipients_citizen_id"), "survey_recipients")
    op.drop_table("survey_recipients")
    op.drop_table("survey_delivery_calls")
    op.drop_index(op.f("ix_survey_deliveries_survey_id"), "survey_deliveries")
    op.drop_table("survey_deliveries")
    op.drop_table("survey_unsubscriptions")
