"""Surveys: definitions and versions, responses and what is counted of them, drafts, who took part, links."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_marks",
        sa.Column("code_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("value", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("code_id", "response_id", name=op.f("pk_survey_marks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "surveys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "published", "closed", name="surveystate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=True),
        sa.Column("for_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name=op.f("fk_surveys_created_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("key", name=op.f("uq_surveys_key")),
    )
    op.create_table(
        "survey_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("row", sa.String(length=40), nullable=False),
        sa.Column("choice", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_codes_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_codes")),
        sa.UniqueConstraint(
            "survey_id", "question", "row", "choice", name=op.f("uq_survey_codes_survey_id_question_row_choice")
        ),
    )
    op.create_table(
        "survey_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("public", "staff", name="linkkind", native_enum=False, length=16), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name=op.f("fk_survey_links_created_by_id_staff")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_links_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_links")),
        sa.UniqueConstraint("token", name=op.f("uq_survey_links_token")),
    )
    op.create_index(op.f("ix_survey_links_survey_id"), "survey_links", ["survey_id"])

    op.create_table(
        "survey_participations",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column(
            "person_kind", sa.Enum("citizen", "staff", name="personkind", native_enum=False, length=16), nullable=False
        ),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_participations_survey_id_surveys")),
        sa.PrimaryKeyConstraint("survey_id", "person_kind", "person_id", name=op.f("pk_survey_participations")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_quotas",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=90), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_quotas_survey_id_surveys")),
        sa.PrimaryKeyConstraint("survey_id", "name", name=op.f("pk_survey_quotas")),
    )
    op.create_table(
        "survey_spent_tokens",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_spent_tokens_survey_id_surveys")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_survey_spent_tokens")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_survey_spent_tokens_survey_id"), "survey_spent_tokens", ["survey_id"])

    op.create_table(
        "survey_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["staff.id"], name=op.f("fk_survey_versions_published_by_id_staff")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_versions_survey_id_surveys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_versions")),
        sa.UniqueConstraint("survey_id", "number", name=op.f("uq_survey_versions_survey_id_number")),
    )
    op.create_table(
        "survey_voices",
        sa.Column("submission_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_survey_voices_submission_id_submissions")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_voices_survey_id_surveys")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_survey_voices")),
    )
    op.create_index(op.f("ix_survey_voices_response_id"), "survey_voices", ["response_id"])
    op.create_index(op.f("ix_survey_voices_survey_id"), "survey_voices", ["survey_id"])

    op.create_table(
        "survey_drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.Enum("line", "web", "staff", "paper", name="source", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name=op.f("fk_survey_drafts_citizen_id_citizens")),
        sa.ForeignKeyConstraint(["link_id"], ["survey_links.id"], name=op.f("fk_survey_drafts_link_id_survey_links")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_survey_drafts_staff_id_staff")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_drafts_survey_id_surveys")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["survey_versions.id"], name=op.f("fk_survey_drafts_version_id_survey_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_drafts")),
        sa.UniqueConstraint("survey_id", "citizen_id", name=op.f("uq_survey_drafts_survey_id_citizen_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_survey_drafts_token_hash")),
    )
    op.create_index(op.f("ix_survey_drafts_citizen_id"), "survey_drafts", ["citizen_id"])
    op.create_index(op.f("ix_survey_drafts_updated_at"), "survey_drafts", ["updated_at"])

    op.create_table(
        "survey_responses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("line", "web", "staff", "paper", name="source", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("age_band", sa.String(length=16), nullable=True),
        sa.Column("district", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=True),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("voiced", sa.Boolean(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name=op.f("fk_survey_responses_citizen_id_citizens")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["survey_links.id"], name=op.f("fk_survey_responses_link_id_survey_links")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_survey_responses_staff_id_staff")),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_responses_survey_id_surveys")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["survey_versions.id"], name=op.f("fk_survey_responses_version_id_survey_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_responses")),
    )
    op.create_index("ix_survey_responses_citizen_id", "survey_responses", ["citizen_id"])
    op.create_index("ix_survey_responses_survey_day", "survey_responses", ["survey_id", "day"])
    op.create_index(
        "ix_survey_responses_unvoiced",
        "survey_responses",
        ["id"],
        postgresql_where=sa.text("voiced = false"),
        sqlite_where=sa.text("voiced = 0"),
    )
    op.create_index(
        "ix_survey_responses_waiting",
        "survey_responses",
        ["survey_id"],
        postgresql_where=sa.text("counted = false"),
        sqlite_where=sa.text("counted = 0"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_survey_responses_waiting",
        table_name="survey_responses",
        postgresql_where=sa.text("counted = false"),
        sqlite_where=sa.text("counted = 0"),
    )
    op.drop_index(
        "ix_survey_responses_unvoiced",
        table_name="survey_responses",
        postgresql_where=sa.text("voiced = false"),
        sqlite_where=sa.text("voiced = 0"),
    )
    op.drop_index("ix_survey_responses_survey_day", table_name="survey_responses")
    op.drop_index("ix_survey_responses_citizen_id", table_name="survey_responses")

    op.drop_table("survey_responses")
    op.drop_index(op.f("ix_survey_drafts_updated_at"), table_name="survey_drafts")
    op.drop_index(op.f("ix_survey_drafts_citizen_id"), table_name="survey_drafts")

    op.drop_table("survey_drafts")
    op.drop_index(op.f("ix_survey_voices_survey_id"), table_name="survey_voices")
    op.drop_index(op.f("ix_survey_voices_response_id"), table_name="survey_voices")

    op.drop_table("survey_voices")
    op.drop_table("survey_versions")
    op.drop_index(op.f("ix_survey_spent_tokens_survey_id"), table_name="survey_spent_tokens")

    op.drop_table("survey_spent_tokens")
    op.drop_table("survey_quotas")
    op.drop_table("survey_participations")
    op.drop_index(op.f("ix_survey_links_survey_id"), table_name="survey_links")

    op.drop_table("survey_links")
    op.drop_table("survey_codes")
    op.drop_table("surveys")
    op.drop_table("survey_marks")
