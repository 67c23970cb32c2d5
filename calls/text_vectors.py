"""What is said without having been read for a mood gets its sentence vector too, so that it is found by its meaning.

No score is computed of it: agents' feelings stay nobody's business. Where consent was withdrawn nothing is added.
"""

from dataclasses import replace

from stimmung.calls.records import CallAnalysis
from stimmung.calls.text_emotions import PLACEHOLDER, WORD
from stimmung.speech.engines import TextEmbedding


def with_vectors(analysis: CallAnalysis, embedding: TextEmbedding | None) -> CallAnalysis:
    """Return the analysis with a vector on each utterance that has words; those that are there stay as they are.

    Without a model it is returned as it is. Raises WeightsError where the model cannot be loaded after all.
    """
    missing = [
        place
        for place, said in enumerate(analysis.utterances)
        if said.text_vector is None and WORD.search(PLACEHOLDER.sub("", said.text))
    ]
    if embedding is None or not missing or analysis.info.consent == "withdrawn":
        return analysis
    said = list(analysis.utterances)
    for place, vector in zip(missing, embedding.embed([said[place].text for place in missing]), strict=True):
        said[place] = replace(said[place], text_vector=vector)
    return replace(analysis, utterances=tuple(said))
