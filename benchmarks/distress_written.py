"""The written utterances that calls are composed of, and what the text model makes of them, as written and as heard.

`distress_texts/` holds utterances invented for this purpose, by kind: `plain`, `problem` (bad news told calmly),
`glad`, `angry`, `afraid`, `sad`. Whoever wrote the held-out ones (`test`) saw neither the others nor the phrases.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np

from distress_calls import Texts
from normalise import Language
from spoken_texts import hear
from stimmung.speech.engines import SpokenText, TextEmotion, TextReading
from text_bench import tell

Split = Literal["train", "test"]
FOLDER: Final = Path(__file__).parent / "distress_texts"
KINDS: Final = ("plain", "problem", "glad", "angry", "afraid", "sad")
LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")
CHAT_DOMAINS: Final[Mapping[Split, tuple[str, ...]]] = {"train": ("airline", "finance"), "test": ("insurance", "media")}
CHAT_WORDS: Final = (3, 25)
CHAT_COUNT: Final = 400
ANSWERS: Final = 0.7  # share of utterances that come soon after the agent has spoken


def written(split: Split, language: Language) -> dict[str, list[str]]:
    """Return the utterances of a split by kind."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for file in sorted(FOLDER.glob(f"{split}*.{language}.tsv")):
        for line in file.read_text("utf-8").splitlines():
            kind, _, text = line.partition("\t")
            found[kind].append(" ".join(text.split()))
    return found


def chat_turns(data: Path, split: Split) -> list[str]:
    """Return customers' turns of English service chats (multidogo), the same in every run; domains differ by split."""
    low, high = CHAT_WORDS
    turns: dict[str, None] = {}
    for domain in CHAT_DOMAINS[split]:
        with (data / "text" / "multidogo" / f"{domain}.train.tsv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                text = " ".join((row["utterance"] or "").split())
                if low <= len(text.split()) <= high:
                    turns[text] = None
    order = np.random.default_rng(0).permutation(len(turns))[:CHAT_COUNT]
    names = list(turns)
    return [names[int(place)] for place in order]


def texts_of(data: Path, split: Split, language: Language) -> Texts:
    """Return all utterances of a split that calls are composed of."""
    return Texts(language, written(split, language), chat_turns(data, split) if language == "en" else ())


def everything(texts: Texts) -> list[str]:
    """Return all texts, each once."""
    return list(dict.fromkeys([*(text for own in texts.by_kind.values() for text in own), *texts.chat]))


def transcripts(texts: Texts, spoken: Path | None) -> dict[str, str]:
    """Return for each text what is read of it: itself, or what our recogniser heard of it.

    `spoken` is a folder of earlier transcripts: synthetic voices say the texts on the phone. Chat turns, which nobody
    says like that, stay as written. What was not heard at all is empty.
    """
    found = {text: text for text in everything(texts)}
    if spoken is not None:
        said = [text for own in texts.by_kind.values() for text in own]
        found |= _heard(said, texts.language, spoken)
    return found


def agent_turns(split: Split, language: Language) -> list[str]:
    """Return what agents say: the model reads it along with the customer's answer."""
    return (FOLDER / f"agent-{split}.{language}.txt").read_text("utf-8").splitlines()


def readings_of(
    said: Mapping[str, str], language: str, model: TextEmotion, before: Sequence[str]
) -> dict[str, TextReading]:
    """Return what the model makes of what was said for each text, mostly behind a turn of the agent's drawn by chance.

    Whatever an agent says must tell nothing of the caller; the draws are the same in every run.
    """
    kept = [text for text, words in said.items() if words.strip()]
    rng = np.random.default_rng(len(kept))
    spoken = [
        SpokenText(said[text], language, str(rng.choice(before)) if rng.random() < ANSWERS else "") for text in kept
    ]
    return dict(zip(kept, model.read(spoken), strict=True))


def _heard(texts: Sequence[str], language: str, folder: Path) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    told = tell(f"speaking and hearing {len(texts)} utterances, {language}")
    found = hear(texts, language, folder / f"heard.{language}.tsv", told)
    return {one.text: one.transcript for one in found}
