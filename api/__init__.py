"""The service: calls scored while they happen, and the callers who need help first."""
