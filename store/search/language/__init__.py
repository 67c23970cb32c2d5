"""The query language for people, in English and German: read, checked, described."""
