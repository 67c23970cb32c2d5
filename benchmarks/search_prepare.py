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


def main(arguments: Sequence[str] | None = None) -> None:
    """Write texts and vectors."""
    from stimmung.models.text_loading import load_text_model
    from stimmung.speech.settings import EMBEDDED_TEXT, Settings

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the development data, whose text/ is read"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for texts and vectors, 250 MB")
    parser.add_argument("--texts", type=int, default=0, metavar="N", help="embed the first N only, by default all")
    parser.add_argument("--threads", type=int, default=1, help="of the text model, by default 1")
    given = parser.parse_args(arguments)
    if not (given.work / TEXTS_FILE).exists():
        write_texts(build_texts(given.data), given.work)
    texts = read_texts(given.work)
    print(f"{len(texts)} distinct texts: {languages_of(texts)}", flush=True)
    import torch

    torch.set_num_threads(given.threads)
    model = load_text_model(EMBEDDED_TEXT, Settings().models)
    began, before = time.perf_counter(), done_vectors(given.work)

    def told(done: int, wanted: int) -> None:
        rate = (done - before) / (time.perf_counter() - began)
        print(
            f"{done} of {wanted} embedded, {rate:.0f} a second, {(wanted - done) / rate / 60:.0f} min left", flush=True
        )

    compute_vectors([one.text for one in texts], model, given.work, told, given.texts)


if __name__ == "__main__":
    main()
