"""Recordings, leases and webhooks in a SQL database: SQLite, or one that speaks PostgreSQL."""
