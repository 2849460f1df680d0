"""What is kept: tickets, letters, promises and the outbox, in one database.

Table classes never leave this folder; what crosses its border are frozen values.
"""
