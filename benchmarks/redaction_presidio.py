"""Presidio's pattern recognisers alone, in a process of another environment: no model, no network.

Run as a script by that environment's Python it reads texts from standard input and writes what it finds; imported, it
starts that. Both sides are one file so that what goes over the pipe is written once.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

INSTALL = "python -m venv ENV && ENV/bin/pip install presidio-analyzer spacy; then --presidio ENV/bin/python"
GENERIC = ("CreditCard", "Date", "Email", "Iban", "Ip", "MacAddress", "Phone", "Url")
COUNTRIES = {
    "de": (
        "DeTaxId DeTaxNumber DePassport DeIdCard DeSocialSecurity DeHealthInsurance DeKfz DeHandelsregister DePlz"
        " DeLanr DeBsnr DeVatId DeFuehrerschein"
    ).split(),
    "en": "UkNino UkPostcode UkPassport UkDrivingLicence Nhs UsBank UsSsn UsItin UsPassport UsLicense".split(),
}
REGIONS = {"de": ("DE", "AT", "CH"), "en": ("GB", "IE", "US")}


@dataclass(frozen=True, slots=True)
class Found:
    """What it took for an identifier: characters `start` to `end`, its own name for the type, how certain (0..1)."""

    start: int
    end: int
    kind: str
    score: float


def presidio_finds(python: Path, texts: Sequence[str], language: str) -> list[list[Found]]:
    """Return what Presidio finds in each text; ValueError where that Python has no Presidio."""
    job = json.dumps({"language": language, "texts": list(texts)})
    command = [str(python), str(Path(__file__).resolve())]
    done = subprocess.run(command, input=job, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise ValueError(f"{python} cannot run Presidio: {reason}; {INSTALL}")
    return [[Found(**one) for one in found] for found in json.loads(done.stdout)]


def _analyzer(language: str) -> Any:  # Any: another environment's class
    names = "spacy", "tldextract", "presidio_analyzer", "presidio_analyzer.nlp_engine"  # no packages of ours
    spacy, tldextract, presidio, nlp_engine = (import_module(name) for name in names)

    # The list of suffixes that comes with the package: it would fetch a newer one otherwise.
    setattr(tldextract, "extract", tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None))  # noqa: B010

    spacy.Language.component("own_words", func=_own_words)
    engine = nlp_engine.SpacyNlpEngine(models=[{"lang_code": language, "model_name": "blank"}])
    engine.nlp = {language: spacy.blank(language)}
    engine.nlp[language].add_pipe("own_words")
    registry = presidio.RecognizerRegistry(supported_languages=[language], recognizers=[])
    for name in (*GENERIC, *COUNTRIES[language]):
        options: dict[str, Any] = {"supported_regions": REGIONS[language]} if name == "Phone" else {}
        kind = getattr(presidio.predefined_recognizers, f"{name}Recognizer")
        registry.add_recognizer(kind(supported_language=language, **options))
    return presidio.AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[language])


def _own_words(doc: Any) -> Any:  # Any: a document of spaCy
    for token in doc:  # the search for words of context reads lemmas, of which a blank model has none
        token.lemma_ = token.lower_
    return doc


def main() -> None:
    """Read a language and texts as JSON, write what is found in each."""
    job = json.load(sys.stdin)
    analyzer = _analyzer(job["language"])
    found = []
    for text in job["texts"]:
        ones = analyzer.analyze(text=text, language=job["language"])
        found.append([{"start": o.start, "end": o.end, "kind": o.entity_type, "score": o.score} for o in ones])
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
