"""Deadlines: the city's days, service standards, reminders; notices to staff."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('pending', 'sending')")


def upgrade() -> None:
    op.add_column("matters", sa.Column("due_fixed", sa.Boolean(), server_default=sa.false(), nullable=False))
    _deadlines()
    _notices()


def _deadlines() -> None:
    op.create_table(
        "city_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_city_days")),
    )
    op.create_table(
        "deadline_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("soon_days", sa.SmallInteger(), nullable=False),
        sa.Column("approver_after", sa.SmallInteger(), nullable=False),
        sa.Column("desk_after", sa.SmallInteger(), nullable=False),
        sa.Column("notice_hour", sa.SmallInteger(), nullable=False),
        sa.Column("least_after_reroute", sa.SmallInteger(), nullable=False),
        sa.Column("most_extension", sa.SmallInteger(), nullable=False),
        sa.Column("bounces_before_desk", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_rules")),
    )
    op.create_table(
        "service_standards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_key", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("business_days", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["area_key"], ["areas.key"], name=op.f("fk_service_standards_area_key_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_standards")),
        sa.UniqueConstraint("area_key", "kind", name=op.f("uq_service_standards_area_key_kind")),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_reminders_matter_id_matters"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("matter_id", "level", "due_on", name=op.f("uq_reminders_matter_id_level_due_on")),
    )


def _notices() -> None:
    op.create_table(
        "notice_hooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("style", sa.String(length=16), nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_notice_hooks_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_hooks")),
    )
    op.create_index(op.f("ix_notice_hooks_department_id"), "notice_hooks", ["department_id"])
    op.create_table(
        "notice_choices",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("muted", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notice_choices_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_notice_choices")),
    )
    op.create_table(
        "notices",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("hook_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("unique_key", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["hook_id"], ["notice_hooks.id"], name=op.f("fk_notices_hook_id_notice_hooks"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notices_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_notices_unique_key")),
    )
    op.create_index(op.f("ix_notices_hook_id"), "notices", ["hook_id"])
    op.create_index(op.f("ix_notices_staff_id"), "notices", ["staff_id"])
    op.create_index("ix_notices_open", "notices", ["due_at"], postgresql_where=_OPEN, sqlite_where=_OPEN)


def downgrade() -> None:
    for table in ("notices", "notice_choices", "notice_hooks", "reminders", "service_standards", "deadline_rules"):
        op.drop_table(table)
    op.drop_table("city_days")
    # Not in a batch: SQLite would make the table anew, and other tables point to it.
    op.drop_column("matters", "due_fixed")
