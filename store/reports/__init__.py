"""Figures of many kept calls at once, for reports."""
