"""The PostgreSQL that stimmung brings along: its programs, its folders, its start and stop."""
