"""The sentence vectors of the corpus: true ones of its distinct texts, perturbed ones of copies.

The text model reads the turn before along with an utterance, so that the same words have slightly different vectors in
different calls; a copy's vector here is that of its text plus noise, at a cosine of about .99.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from stimmung.speech.engines import TextEmbedding
from stimmung.speech.records import Samples

VECTORS_FILE: Final = "vectors.npy"  # float16 (texts, width), rows of unit length, zeros where not yet computed
PROGRESS_FILE: Final = "vectors.json"
CHUNK: Final = 4_096  # texts that are embedded and kept at a time; the model sorts them by length
NOISE: Final = 0.1  # length of what is added to a copy's vector: 1/sqrt(1 + 0.1 ** 2) = .995

Kept = np.memmap[tuple[int, ...], np.dtype[np.float16]]
Told = Callable[[int, int], None]


def compute_vectors(texts: Sequence[str], embedding: TextEmbedding, folder: Path, told: Told, count: int = 0) -> int:
    """Embed the first `count` texts (0: all) where that is not done, and return how many are done.

    A run that was interrupted goes on where the last chunk ended.
    """
    wanted = count or len(texts)
    kept, done = _open(folder, len(texts), embedding)
    while done < wanted:
        part = texts[done : min(done + CHUNK, wanted)]
        kept[done : done + len(part)] = embedding.embed(part).astype(np.float16)
        kept.flush()
        done += len(part)
        _note(folder, done, embedding)
        told(done, wanted)
    return done


def _open(folder: Path, count: int, embedding: TextEmbedding) -> tuple[Kept, int]:
    file = folder / VECTORS_FILE
    shape = (count, embedding.width)
    if file.exists():
        found: Kept = np.lib.format.open_memmap(file, mode="r+")
        known = json.loads((folder / PROGRESS_FILE).read_text("utf-8"))
        if found.shape != shape or known["model"] != embedding.model.sha256:
            raise SystemExit(f"{file}: holds {found.shape} of another model or other texts; remove it to begin anew")
        return found, int(known["done"])
    _note(folder, 0, embedding)
    return np.lib.format.open_memmap(file, mode="w+", dtype=np.float16, shape=shape), 0


def _note(folder: Path, done: int, embedding: TextEmbedding) -> None:
    partial = folder / f"{PROGRESS_FILE}.part"
    partial.write_text(json.dumps({"done": done, "model": embedding.model.sha256}), "utf-8")
    partial.rename(folder / PROGRESS_FILE)


def done_vectors(folder: Path) -> int:
    """Return how many texts, from the first on, have their vectors."""
    file = folder / PROGRESS_FILE
    return int(json.loads(file.read_text("utf-8"))["done"]) if file.exists() else 0


def vectors(folder: Path) -> npt.NDArray[np.float16]:
    """Return the vectors that are there, (texts, width), row `text_id`; read from the file as they are asked for."""
    found: npt.NDArray[np.float16] = np.load(folder / VECTORS_FILE, mmap_mode="r")
    return found[: done_vectors(folder)]


def vectors_of(
    known: npt.NDArray[np.float16], text_ids: Sequence[int], copies: Sequence[bool], seed: int | Sequence[int]
) -> Samples:
    """Return float32 (rows, width) of unit length: true vectors, and perturbed ones where a row is a copy."""
    rows = np.asarray(known[np.asarray(text_ids, np.intp)], np.float32)
    noise = np.random.default_rng(seed).standard_normal(rows.shape, np.float32) * (NOISE / rows.shape[1] ** 0.5)
    rows += noise * np.asarray(copies, np.float32)[:, np.newaxis]
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), np.float32)
