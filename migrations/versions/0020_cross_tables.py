"""Saved cross tables and who gets them by e-mail; the population; the map of districts."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cross_tables",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_cross_tables_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cross_tables")),
    )
    op.create_index(op.f("ix_cross_tables_staff_id"), "cross_tables", ["staff_id"])
    op.create_table(
        "cross_table_readers",
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("every", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_cross_table_readers_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["table_id"],
            ["cross_tables.id"],
            name=op.f("fk_cross_table_readers_table_id_cross_tables"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("table_id", "staff_id", name=op.f("pk_cross_table_readers")),
    )
    op.create_index(op.f("ix_cross_table_readers_staff_id"), "cross_table_readers", ["staff_id"])
    op.create_table(
        "population",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("age", sa.String(length=16), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population")),
        sa.UniqueConstraint("district", "age", name=op.f("uq_population_district_age")),
    )
    op.create_table(
        "city_maps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("geojson", sa.Text(), nullable=False),
        sa.Column("name_property", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_city_maps_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_maps")),
    )


def downgrade() -> None:
    op.drop_table("city_maps")
    op.drop_table("population")
    op.drop_index(op.f("ix_cross_table_readers_staff_id"), "cross_table_readers")
    op.drop_table("cross_table_readers")
    op.drop_index(op.f("ix_cross_tables_staff_id"), "cross_tables")
    op.drop_table("cross_tables")
