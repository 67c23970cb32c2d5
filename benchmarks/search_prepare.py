"""Makes what search is measured on, once: the distinct texts and their true vectors, in a work folder.

    python benchmarks/search_prepare.py --data ../shared/data --work FOLDER [--texts 30000]

Interrupted, it goes on where it was. The first 30,000 texts are a corpus of their own to develop with.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from search_corpus_texts import TEXTS_FILE, build_texts, languages_of, read_texts, write_texts
from search_corpus_vectors import compute_vectors, done_vectors


def prepare(data: Path, work: Path, count: int = 0, threads: int = 1) -> None:
    """Write the texts, and the vectors of the first `count` (0: all), where they are not there yet.

    `data` holds the development data, `threads` are the text model's.
    """
    import torch

    from stimmung.models.text_loading import load_text_model
    from stimmung.speech.settings import EMBEDDED_TEXT, Settings

    if not (work / TEXTS_FILE).exists():
        write_texts(build_texts(data), work)
    texts = read_texts(work)
    print(f"{len(texts)} distinct texts: {languages_of(texts)}", flush=True)
    torch.set_num_threads(threads)
    model = load_text_model(EMBEDDED_TEXT, Settings().models)
    began, before = time.perf_counter(), done_vectors(work)

    def told(done: int, wanted: int) -> None:
        rate = (done - before) / (time.perf_counter() - began)
        left = (wanted - done) / rate / 60
        print(f"{done} of {wanted} embedded, {rate:.0f} a second, {left:.0f} min left", flush=True)

    compute_vectors([one.text for one in texts], model, work, told, min(count, len(texts)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Write texts and vectors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the development data, whose text/ is read"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for texts and vectors, 270 MB")
    parser.add_argument("--texts", type=int, default=0, metavar="N", help="embed the first N only, by default all")
    parser.add_argument("--threads", type=int, default=1, help="of the text model, by default 1")
    given = parser.parse_args(arguments)
    prepare(given.data, given.work, given.texts, given.threads)


if __name__ == "__main__":
    main()
