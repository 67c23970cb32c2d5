"""`stimmung` with all of its logs, down to debug, in a file: `python traces_command.py LOG ARGUMENT …`.

`--as-said` before the arguments hands it a redactor that finds nothing: what a search finds then, it can find.
"""

import logging
import os
import sys
from dataclasses import replace

from stimmung.batch.cli import NO_TELEMETRY, build_app, main
from stimmung.batch.pipeline import Pipeline, real_pipeline
from unredacted import Unredacted

AS_SAID = "--as-said"


def as_said() -> Pipeline:
    """Return the pipeline of the product, without what takes identifiers out."""
    return replace(real_pipeline(), build_redactor=lambda _settings, _engines: Unredacted())


def run() -> None:
    """Run the command."""
    logging.basicConfig(filename=sys.argv.pop(1), level=logging.DEBUG)
    if sys.argv[1] != AS_SAID:
        main()
        return
    del sys.argv[1]
    os.environ |= NO_TELEMETRY
    build_app(as_said)()


if __name__ == "__main__":
    run()
