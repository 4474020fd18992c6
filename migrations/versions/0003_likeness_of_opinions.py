"""What is kept of a matter's words to find others like it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("matter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_fingerprints_matter_id_matters")),
        sa.PrimaryKeyConstraint("matter_id", name=op.f("pk_fingerprints")),
    )
    op.create_index(
        "ix_fingerprints_group",
        "fingerprints",
        ["group_id", "matter_id"],
        postgresql_where=sa.text("group_id IS NOT NULL"),
        sqlite_where=sa.text("group_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_fingerprints_revision"), "fingerprints", ["revision"])
    op.create_index(
        "ix_fingerprints_stale",
        "fingerprints",
        ["matter_id"],
        postgresql_where=sa.text("stale IS true"),
        sqlite_where=sa.text("stale IS 1"),
    )
    op.create_table(
        "fingerprint_bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("matter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_fingerprint_bands_matter_id_matters")),
        sa.PrimaryKeyConstraint("band", "matter_id", name=op.f("pk_fingerprint_bands")),
    )
    op.create_index(op.f("ix_fingerprint_bands_matter_id"), "fingerprint_bands", ["matter_id"])


def downgrade() -> None:
    op.drop_table("fingerprint_bands")
    op.drop_table("fingerprints")
