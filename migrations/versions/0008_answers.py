"""Answers, their approval, deputies, templates, ratings; when a plan is to be carried out or was."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer_guides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_guides")),
        sa.UniqueConstraint("name", name=op.f("uq_transfer_guides_name")),
    )
    op.create_table(
        "answer_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("area_key", sa.String(length=32), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["area_key"], ["areas.key"], name=op.f("fk_answer_templates_area_key_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_templates")),
        sa.UniqueConstraint("name", name=op.f("uq_answer_templates_name")),
    )
    op.create_table(
        "deputies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("absent_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["absent_id"], ["staff.id"], name=op.f("fk_deputies_absent_id_staff")),
        sa.ForeignKeyConstraint(["deputy_id"], ["staff.id"], name=op.f("fk_deputies_deputy_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
    )
    op.create_index(op.f("ix_deputies_absent_id"), "deputies", ["absent_id"], unique=False)
    op.create_index(op.f("ix_deputies_deputy_id"), "deputies", ["deputy_id"], unique=False)

    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("drafter_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "in_approval", "approved", "sent", name="answerstate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column(
            "method",
            sa.Enum("line", "letter", "email", "in_person", name="method", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("handed_over", sa.String(length=300), nullable=True),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["drafter_id"], ["staff.id"], name=op.f("fk_answers_drafter_id_staff")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_answers_matter_id_matters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_matter_id"), "answers", ["matter_id"], unique=False)
    op.create_index(
        "uq_answers_unfinished",
        "answers",
        ["matter_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'in_approval', 'approved')"),
        sqlite_where=sa.text("state IN ('draft', 'in_approval', 'approved')"),
    )

    op.create_table(
        "answer_ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_answer_ratings_answer_id_answers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_ratings")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_answer_ratings_answer_id")),
    )
    op.create_table(
        "answer_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_answer_versions_answer_id_answers")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_answer_versions_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_versions")),
        sa.UniqueConstraint("answer_id", "number", name=op.f("uq_answer_versions_answer_id_number")),
    )
    op.create_table(
        "approval_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("for_id", sa.Integer(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "submitted",
                "reviewed",
                "returned",
                "taken_back",
                "approved",
                "sent",
                name="approvalaction",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("version_number", sa.SmallInteger(), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_approval_events_answer_id_answers")),
        sa.ForeignKeyConstraint(["for_id"], ["staff.id"], name=op.f("fk_approval_events_for_id_staff")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_approval_events_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_events")),
    )
    op.create_index(op.f("ix_approval_events_answer_id"), "approval_events", ["answer_id"], unique=False)

    op.create_table(
        "approval_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "approved", "returned", "cancelled", name="stepstate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_approval_steps_answer_id_answers")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["staff.id"], name=op.f("fk_approval_steps_reviewer_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_steps")),
        sa.UniqueConstraint("answer_id", "round", "position", name=op.f("uq_approval_steps_answer_id_round_position")),
    )
    op.create_index("ix_approval_steps_reviewer", "approval_steps", ["reviewer_id", "state"], unique=False)

    op.add_column("matters", sa.Column("planned_month", sa.Date(), nullable=True))
    op.add_column("matters", sa.Column("reflected_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_matters_planned",
        "matters",
        ["planned_month", "id"],
        unique=False,
        postgresql_where=sa.text("planned_month IS NOT NULL"),
        sqlite_where=sa.text("planned_month IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_matters_planned",
        "matters",
        postgresql_where=sa.text("planned_month IS NOT NULL"),
        sqlite_where=sa.text("planned_month IS NOT NULL"),
    )
    op.drop_column("matters", "reflected_on")
    op.drop_column("matters", "planned_month")

    op.drop_index("ix_approval_steps_reviewer", "approval_steps")

    op.drop_table("approval_steps")
    op.drop_index(op.f("ix_approval_events_answer_id"), "approval_events")

    op.drop_table("approval_events")
    op.drop_table("answer_versions")
    op.drop_table("answer_ratings")
    op.drop_index(
        "uq_answers_unfinished",
        "answers",
        postgresql_where=sa.text("state IN ('draft', 'in_approval', 'approved')"),
        sqlite_where=sa.text("state IN ('draft', 'in_approval', 'approved')"),
    )
    op.drop_index(op.f("ix_answers_matter_id"), "answers")

    op.drop_table("answers")
    op.drop_index(op.f("ix_deputies_deputy_id"), "deputies")
    op.drop_index(op.f("ix_deputies_absent_id"), "deputies")

    op.drop_table("deputies")
    op.drop_table("answer_templates")
    op.drop_table("transfer_guides")
