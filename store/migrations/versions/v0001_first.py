"""Tickets, letters, promises, the outbox and what stands beside them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes every table; numbers of tickets begin at 1001."""
    on_server = op.get_bind().dialect.name == "postgresql"
    moment = TIMESTAMP(timezone=True) if on_server else sa.BigInteger()
    running = "met_at IS NULL AND cancelled_at IS NULL AND told_broken_at IS NULL AND silent IS "
    op.create_table(
        "blocked",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("what"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "positions",
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("started_after", sa.BigInteger(), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("settled_above", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("folder"),
    )
    op.create_table(
        "tickets",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("requester_name", sa.Text(), nullable=False),
        sa.Column("requester_proved", sa.Boolean(), nullable=False),
        sa.Column("addresses", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=True),
        sa.Column("conduct", sa.Boolean(), nullable=False),
        sa.Column("wants_call", sa.Boolean(), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.Column("linked_to", sa.Integer(), nullable=True),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("closed_at", moment, nullable=True),
        sa.Column("closes_at", moment, nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["linked_to"],
            ["tickets.number"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_tickets_closing",
        "tickets",
        ["closes_at"],
        unique=False,
        sqlite_where=sa.text("closes_at IS NOT NULL AND status = 'waiting'"),
        postgresql_where=sa.text("closes_at IS NOT NULL AND status = 'waiting'"),
    )
    op.create_index("ix_tickets_requester", "tickets", ["requester"], unique=False, postgresql_using="hash")
    op.create_index("ix_tickets_status", "tickets", ["status", "number"], unique=False)
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("received_at", moment, nullable=False),
        sa.Column("reached_at", moment, nullable=False),
        sa.Column("deferred_until", moment, nullable=True),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("met_at", moment, nullable=True),
        sa.Column("cancelled_at", moment, nullable=True),
        sa.Column("warn_at", moment, nullable=True),
        sa.Column("warned_at", moment, nullable=True),
        sa.Column("told_broken_at", moment, nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["tickets.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_deadlines_due",
        "deadlines",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text(running + "0"),
        postgresql_where=sa.text(running + "false"),
    )
    op.create_index("ix_deadlines_ticket", "deadlines", ["ticket"], unique=False)
    op.create_index(
        "ix_deadlines_warn",
        "deadlines",
        ["warn_at"],
        unique=False,
        sqlite_where=sa.text(running + "0 AND warned_at IS NULL"),
        postgresql_where=sa.text(running + "false AND warned_at IS NULL"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["tickets.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_events_at", "events", ["at"], unique=False)
    op.create_index("ix_events_ticket", "events", ["ticket"], unique=False)
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_key", sa.Text(), nullable=True),
        sa.Column("folder", sa.Text(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("received_at", moment, nullable=False),
        sa.Column("taken_at", moment, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("defects", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["tickets.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_letters_digest", "letters", ["digest", "received_at"], unique=False)
    op.create_index("ix_letters_message_id", "letters", ["message_id"], unique=False, postgresql_using="hash")
    op.create_index("ix_letters_ticket", "letters", ["ticket"], unique=False)
    op.create_index("uq_letters_content", "letters", ["content_key"], unique=True)
    op.create_table(
        "outgoing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_key", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("to_client", sa.Boolean(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("repeatable", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("in_doubt", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("next_attempt_at", moment, nullable=False),
        sa.Column("phase_at", moment, nullable=True),
        sa.Column("sent_at", moment, nullable=True),
        sa.Column("valid_until", moment, nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("body_key", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["tickets.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_outgoing_body", "outgoing", ["body_key", "created_at"], unique=False)
    op.create_index("ix_outgoing_created", "outgoing", ["created_at"], unique=False)
    op.create_index("ix_outgoing_domain", "outgoing", ["domain", "created_at"], unique=False)
    op.create_index(
        "ix_outgoing_due",
        "outgoing",
        ["next_attempt_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_outgoing_recipient", "outgoing", ["recipient_key", "created_at"], unique=False)
    op.create_index("ix_outgoing_state", "outgoing", ["state"], unique=False)
    op.create_index("ix_outgoing_ticket", "outgoing", ["ticket"], unique=False)
    op.create_index("uq_outgoing_key", "outgoing", ["key"], unique=True)
    op.create_index("uq_outgoing_message_id", "outgoing", ["message_id"], unique=True)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("received_at", moment, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("solved_at", moment, nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["tickets.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("uq_quarantine_place", "quarantine", ["folder", "uidvalidity", "uid"], unique=True)
    op.create_table(
        "places",
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter"],
            ["letters.id"],
        ),
        sa.PrimaryKeyConstraint("folder", "uidvalidity", "uid"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_places_letter", "places", ["letter"], unique=False)

    if on_server:
        op.execute("ALTER SEQUENCE tickets_number_seq START WITH 1001 RESTART WITH 1001")
    else:
        op.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('tickets', 1000)")
