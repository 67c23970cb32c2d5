"""`python -m stimmung.batch` is `stimmung`."""

from stimmung.batch.cli import main

if __name__ == "__main__":  # worker processes import this module again
    main()
