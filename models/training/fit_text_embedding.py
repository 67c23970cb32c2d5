"""Fits the map that brings a fine-tuned model's sentence vectors back to those of the untouched encoder.

    python -m stimmung.models.training.fit_text_embedding --weights RUN/best --vectors RUN/vectors.safetensors \
        --data ../shared/data/text --scripted models/scripted/*.tsv --spoken SPOKEN.tsv

Ridge regression over texts of the training data, as they are written and as a recogniser may write them; the vectors
that training kept of them are the targets.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from stimmung.models.text_loading import load_text_model
from stimmung.models.text_vectors import PROJECTION_FILE, Projection, write_projection
from stimmung.models.training.text_augment import plain
from stimmung.models.training.text_corpora import split_of
from stimmung.models.training.text_training import gather
from stimmung.speech.errors import SettingsError
from stimmung.speech.settings import Settings

ENGLISH_SHARE = 0.25  # of English texts, of which there are four times as many as German ones
RIDGE = 1.0  # pull of the map towards the identity, against as many texts


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--weights", type=Path, required=True, help="folder of the trained weights")
    parser.add_argument(
        "--vectors", type=Path, required=True, help="vectors of the untouched encoder, kept by training"
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder that training read")
    parser.add_argument("--scripted", type=Path, nargs="+", default=[])
    parser.add_argument("--spoken", type=Path, nargs="+", default=[])
    given = parser.parse_args(arguments)
    (given.weights / PROJECTION_FILE).unlink(missing_ok=True)
    material = gather(given.data, given.scripted, given.spoken)
    languages = {text.text: text.language for text in (*material.train, *material.dev)}  # in the order of the vectors
    targets = load_file(given.vectors)["vectors"]
    if len(targets) != len(languages):
        raise SettingsError(f"{given.vectors}: {len(targets)} vectors for {len(languages)} texts: not of this data")
    rows = [
        row
        for row, (text, language) in enumerate(languages.items())
        if language == "de" or split_of(text, ENGLISH_SHARE) == "dev"
    ]
    texts = [list(languages)[row] for row in rows]
    spoken = [plain(material.heard.get(text, text)) for text in texts]
    model = load_text_model(str(given.weights), Settings().models)
    own = torch.from_numpy(np.concatenate([model.embed(texts), model.embed(spoken)]))
    write_projection(fit_projection(own, targets[rows].repeat(2, 1)), given.weights)


def fit_projection(own: Tensor, targets: Tensor) -> Projection:
    """Return the affine map of `own` (texts, width) that comes nearest to `targets` (texts, width)."""
    own, targets = own.double(), targets.double()
    middle, aim = own.mean(0), targets.mean(0)
    centred, wanted = own - middle, targets - aim
    identity = RIDGE * torch.eye(own.shape[1], dtype=torch.float64)
    weight = torch.linalg.solve(centred.T @ centred + identity, centred.T @ wanted + identity)
    return Projection(weight.float(), (aim - middle @ weight).float())


if __name__ == "__main__":
    main()
