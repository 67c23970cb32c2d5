"""Judging a call: the pipeline on one screen, its records and its exports."""
