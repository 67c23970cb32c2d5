"""Calls kept in PostgreSQL: the only place that knows SQL."""
