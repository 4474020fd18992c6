"""Places keep the title and the address that LINE gives beside their coordinates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parts", sa.Column("place_title", sa.String(length=200), nullable=True))
    op.add_column("parts", sa.Column("place_address", sa.String(length=200), nullable=True))


def downgrade() -> None:
    # Not in a batch: SQLite would make the table anew, and other tables point to it.
    op.drop_column("parts", "place_address")
    op.drop_column("parts", "place_title")
