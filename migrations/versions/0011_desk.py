"""The desk: saved views, presence, links, mentions, files of notes, batches; search over notes and answers."""

import re
import unicodedata
from itertools import groupby, pairwise

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


_OPEN_BOUNCED = sa.text(
    "bounces > 0 AND status IN ('approving', 'drafting', 'in_progress', 'received', 'reopened', 'routed')"
)


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_batches_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index("ix_batches_staff_id", "batches", ["staff_id"])

    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_views_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index("ix_saved_views_staff", "saved_views", ["staff_id"])

    op.create_table(
        "default_views",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_default_views_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_views.id"], name=op.f("fk_default_views_view_id_saved_views"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_default_views")),
    )
    op.create_index("ix_default_views_view_id", "default_views", ["view_id"])

    op.create_table(
        "grouped_matters",
        sa.Column("matter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_grouped_matters_matter_id_matters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_grouped_matters_staff_id_staff")),
        sa.PrimaryKeyConstraint("matter_id", name=op.f("pk_grouped_matters")),
    )
    op.create_index("ix_grouped_matters_group", "grouped_matters", ["group_id"])

    op.create_table(
        "matter_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("related", "duplicate", "follow_up", name="linkkind", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_links_matter_id_matters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["matters.id"], name=op.f("fk_matter_links_other_id_matters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_matter_links_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_links")),
        sa.UniqueConstraint("matter_id", "other_id", name=op.f("uq_matter_links_matter_id_other_id")),
    )
    op.create_index("ix_matter_links_other", "matter_links", ["other_id"])

    op.create_table(
        "presences",
        sa.Column("matter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("editing", sa.Boolean(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_presences_matter_id_matters"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_presences_staff_id_staff")),
        sa.PrimaryKeyConstraint("matter_id", "staff_id", name=op.f("pk_presences")),
    )
    op.create_index("ix_presences_until", "presences", ["until"])

    op.create_table(
        "mentions",
        sa.Column("note_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_mentions_note_id_notes"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_mentions_staff_id_staff")),
        sa.PrimaryKeyConstraint("note_id", "staff_id", name=op.f("pk_mentions")),
    )
    op.create_index("ix_mentions_staff", "mentions", ["staff_id", "seen_at"])

    op.create_table(
        "note_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["note_id"], ["notes.id"], name=op.f("fk_note_files_note_id_notes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_files")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_note_files_storage_key")),
    )
    op.create_index("ix_note_files_note_id", "note_files", ["note_id"])

    op.create_index(
        "ix_matters_open_bounced",
        "matters",
        ["due_on", "id"],
        postgresql_where=_OPEN_BOUNCED,
        sqlite_where=_OPEN_BOUNCED,
    )

    op.create_index("ix_matters_department_kind", "matters", ["department_id", "kind", "received_at", "id"])
    op.add_column("staff", sa.Column("shortcuts", sa.Boolean(), server_default=sa.true(), nullable=False))
    _index_notes()


def _index_notes() -> None:
    """The search knows a matter's words and, from now on, its notes and answers, parted by a letter nobody types."""
    connection = op.get_bind()
    notes = connection.execute(
        sa.text(
            "SELECT matter_id, text, 0 AS answer, id FROM notes"
            " UNION ALL SELECT matter_id, body, 1, id FROM answers ORDER BY 1, 3, 4"
        )
    ).all()
    for matter_id, rows in groupby(notes, key=lambda row: row[0]):
        words = connection.execute(sa.text("SELECT text FROM matters WHERE id = :id"), {"id": matter_id}).scalar_one()
        folded = _fold("\ue000".join([words, *(row[1] for row in rows)]))
        if connection.dialect.name == "sqlite":
            tokens = " ".join(f"{ord(one):x}g{ord(other):x}" for one, other in pairwise(folded))
            connection.execute(sa.text("DELETE FROM matter_search WHERE rowid = :id"), {"id": matter_id})
            connection.execute(
                sa.text("INSERT INTO matter_search (rowid, pairs) VALUES (:id, :pairs)"),
                {"id": matter_id, "pairs": tokens},
            )
        else:
            numbers = sorted({ord(one) << 21 | ord(other) for one, other in pairwise(folded)})
            connection.execute(
                sa.text("UPDATE matter_search SET pairs = :pairs, folded = :folded WHERE matter_id = :id"),
                {"id": matter_id, "pairs": numbers, "folded": folded},
            )


def _fold(words: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", words).casefold()).replace("\0", "")


def downgrade() -> None:
    op.drop_column("staff", "shortcuts")

    op.drop_index("ix_matters_department_kind", "matters")
    op.drop_index("ix_matters_open_bounced", "matters")

    op.drop_index("ix_note_files_note_id", "note_files")

    op.drop_table("note_files")
    op.drop_index("ix_mentions_staff", "mentions")

    op.drop_table("mentions")
    op.drop_index("ix_presences_until", "presences")

    op.drop_table("presences")
    op.drop_index("ix_matter_links_other", "matter_links")

    op.drop_table("matter_links")
    op.drop_index("ix_grouped_matters_group", "grouped_matters")

    op.drop_table("grouped_matters")
    op.drop_index("ix_default_views_view_id", "default_views")

    op.drop_table("default_views")
    op.drop_index("ix_saved_views_staff", "saved_views")

    op.drop_table("saved_views")
    op.drop_index("ix_batches_staff_id", "batches")

    op.drop_table("batches")
