"""The overnight run: where recordings come from, and how they become calls by the morning."""
