"""One answer for a whole group: whom it is for, and the copies that others of the group received."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_members",
        sa.Column("answer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_out", sa.String(length=16), nullable=True),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_answer_members_answer_id_answers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_answer_members_matter_id_matters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_answer_members_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["copy_id"], ["answers.id"], name=op.f("fk_answer_members_copy_id_answers")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_answer_members_staff_id_staff")),
        sa.PrimaryKeyConstraint("answer_id", "matter_id", name=op.f("pk_answer_members")),
        sa.UniqueConstraint("copy_id", name=op.f("uq_answer_members_copy_id")),
    )
    op.create_index(op.f("ix_answer_members_matter_id"), "answer_members", ["matter_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_answer_members_matter_id"), table_name="answer_members")
    op.drop_table("answer_members")
