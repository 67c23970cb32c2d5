"""Backups of the store, and bringing one back."""
