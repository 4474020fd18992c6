"""PostgreSQL keeps the character pairs of the search index as numbers, which sort in half the time.

Each pair is one number: the first character's code point, shifted by 21 bits, and the second's.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _replace("bigint[]", "(ascii(one)::bigint << 21) | ascii(other)")


def downgrade() -> None:
    _replace("text[]", "to_hex(ascii(one)) || 'g' || to_hex(ascii(other))")


def _replace(kind: str, pair: str) -> None:
    """Make the column of pairs anew from the folded text, which holds all that is needed."""
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP INDEX ix_matter_search_pairs")
    op.execute("ALTER TABLE matter_search DROP COLUMN pairs")
    op.execute(f"ALTER TABLE matter_search ADD COLUMN pairs {kind} NOT NULL DEFAULT '{{}}'")
    op.execute(
        f"UPDATE matter_search SET pairs = ARRAY(SELECT DISTINCT {pair} FROM"  # noqa: S608 (our own words)
        " (SELECT one, lead(one) OVER (ORDER BY n) AS other"
        " FROM unnest(string_to_array(folded, NULL)) WITH ORDINALITY AS characters(one, n)) AS pair"
        " WHERE other IS NOT NULL)"
    )
    op.execute("ALTER TABLE matter_search ALTER COLUMN pairs DROP DEFAULT")
    op.execute("CREATE INDEX ix_matter_search_pairs ON matter_search USING gin (pairs)")
