"""The command line and the overnight run."""
