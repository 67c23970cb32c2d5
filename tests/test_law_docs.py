"""The pages on law name only what there is, their examples are read as they stand, and none passes for legal advice.

That links between pages lead somewhere is tested with all other pages, in test_documentation.py.
"""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from stimmung.calls.policy import Party, deployment_of, permissions_of
from stimmung.calls.records import CallAnalysis, Permissions
from stimmung.speech.callinfo import parse_call_info
from stimmung.speech.records import CallInfo, Consent, Country, Role, Utterance, VoiceEmotionScore
from stimmung.speech.settings_sources import load_settings, setting_fields

SPOKEN_WORDS = 40  # the slow voice by which docs/law/notice.md was timed says 2.4 to 2.8 words a second: 15 s


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[str, str]:
    """Each page of docs/law by its name."""
    return {page.name: page.read_text("utf-8") for page in sorted((root / "docs" / "law").glob("*.md"))}


def fenced(page: str, language: str) -> str:
    """Return the one block of this language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    return str(block)


def names(text: str) -> set[str]:
    """Return what stands between backticks and looks like a key or a value: small letters, dots between them."""
    return set(re.findall(r"(?<!`)`([a-z_]+(?:\.[a-z_]+)*)`(?!`)", text))


def known_names() -> set[str]:
    """Return every setting, key of the sidecar and of the results, and value of theirs that the pages may name."""
    records = (CallInfo, CallAnalysis, Utterance, VoiceEmotionScore, Permissions)
    keys = {key for key, _ in setting_fields()} | {field.name for record in records for field in fields(record)}
    return keys | {value for kind in (Consent, Role, Country) for value in get_args(kind)}


def test_every_page_says_at_its_top_that_it_is_no_legal_advice(pages: dict[str, str]) -> None:
    assert set(pages) == {"README.md", "computed.md", "dpia.md", "notice.md", "works-agreement.md"}
    for name, page in pages.items():
        title, _, mark = page.splitlines()[:3]
        assert title.startswith("# "), name
        assert mark.startswith("> **"), name
        assert "No legal advice." in mark, name
    assert "Keine Rechtsberatung." in pages["works-agreement.md"].splitlines()[2]


def test_the_overview_leads_to_every_page(pages: dict[str, str]) -> None:
    assert [name for name in pages if name != "README.md" and f"]({name})" not in pages["README.md"]] == []


def test_settings_keys_and_values_that_are_named_exist(pages: dict[str, str]) -> None:
    other = {"base", "copies"}  # a model; a folder of `stimmung models train-voice`
    for name, page in pages.items():
        assert names(page) - known_names() - other == set(), name
    assert {"policy.works_agreement", "emotion_notice_given_at", "withdrawn"} <= names("".join(pages.values()))


def test_every_setting_of_the_policy_is_told(pages: dict[str, str]) -> None:
    told = names("".join(pages.values()))
    assert [key for key, _ in setting_fields() if key.startswith("policy.") and key not in told] == []


def test_the_notice_texts_are_valid_settings_and_short_enough_to_be_heard(
    pages: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "stimmung.toml"
    file.write_text(fenced(pages["notice.md"], "toml"), "utf-8")
    policy = load_settings(file).settings.policy
    for text in (policy.notice_de, policy.notice_en):
        assert text is not None
        assert "\n" not in text
        assert 20 < len(text.split()) <= SPOKEN_WORDS


def test_the_sidecar_of_the_example_permits_what_the_page_says(pages: dict[str, str], tmp_path: Path) -> None:
    info = parse_call_info(json.loads(fenced(pages["notice.md"], "json")), "notice.md")
    assert info.metadata == {}  # every key is one of ours
    file = tmp_path / "stimmung.toml"
    file.write_text(fenced(pages["notice.md"], "toml") + 'purpose = "help"\nlegal_basis = "consent"\n', "utf-8")
    deployment = deployment_of(load_settings(file).settings.policy)
    permitted = [permissions_of(Party(role, 1.0), info, deployment).voice_emotion.allowed for role in info.roles]
    assert permitted == [False, True]


def test_every_answer_of_a_caller_has_its_row(pages: dict[str, str]) -> None:
    rows = re.findall(
        r"^\| [^|]+ \| `(\w+)` \| (when the notice was played|left out) \|$", pages["notice.md"], re.MULTILINE
    )
    assert {consent for consent, _ in rows} == set(get_args(Consent))


def test_figures_by_sex_and_language_are_those_of_the_cards(root: Path, pages: dict[str, str]) -> None:
    weights = root / "models" / "weights"
    (women, men) = re.findall(r"women (\.\d+), men (\.\d+)", pages["dpia.md"])[0]
    assert f"| telephone, women / men | {women} / {men} |" in (weights / "voice" / "card.md").read_text("utf-8")
    (german, english) = re.findall(r"(\.\d+) of German and (\.\d+) of English", pages["dpia.md"])[0]
    row = rf"^\| challenge set, polarity [^|]*\| {re.escape(german)} [^|]*\| {re.escape(english)} "
    assert re.search(row, (weights / "text" / "card.md").read_text("utf-8"), re.MULTILINE)
