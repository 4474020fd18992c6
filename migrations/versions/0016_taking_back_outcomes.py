"""What taking an outcome back needs; files of staff that are stored before the note they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("history_entries", sa.Column("kept", sa.JSON(), nullable=True))
    op.create_table(
        "loose_files",
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("storage_key", name=op.f("pk_loose_files")),
    )


def downgrade() -> None:
    op.drop_table("loose_files")
    op.drop_column("history_entries", "kept")
