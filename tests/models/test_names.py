"""A token classifier finds names in texts; one that cannot is told with the way out."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.models import toy_names

from stimmung.models.hub import Located
from stimmung.models.names import NameModel, is_person, load_names_model
from stimmung.models.names_lazy import LazyNameModel, locate_names_model
from stimmung.models.registry import _find_names
from stimmung.speech.engines import ModelId, NameFinder
from stimmung.speech.errors import WeightsError
from stimmung.speech.fakes import FakeNameFinder
from stimmung.speech.settings import ModelSettings, RedactionSettings, Settings

CPU = ModelSettings(device="cpu")
TOY = ModelId("toy", "ab" * 32)


def quoted(finder: NameFinder, *texts: str) -> list[list[str]]:
    found = finder.find_names(texts, "de")
    return [[text[start:end] for start, end in spans] for text, spans in zip(texts, found, strict=True)]


@pytest.fixture(scope="module")
def model() -> NameModel:
    return NameModel(toy_names.network(), toy_names.tokenizer(), TOY)


def test_names_are_found_whole_where_they_stand(model: NameModel) -> None:
    assert quoted(model, "Guten Tag, ich heiße Müller.") == [["Müller"]]
    assert model.find_names(["ich heiße Anna"], "de") == [[(10, 14)]]


def test_first_name_and_family_name_are_one_and_sentences_are_not(model: NameModel) -> None:
    assert quoted(model, "ich heiße Anna Müller-Lena", "Anna. Müller", "Anna, Müller") == [
        ["Anna Müller-Lena"],
        ["Anna", "Müller"],
        ["Anna", "Müller"],
    ]


def test_each_text_gets_its_own_in_order_however_long_the_others_are(model: NameModel) -> None:
    texts = ["", "ich heiße Lena", "guten Tag " * 10 + "Anna", "12 34 ?", "Müller ich Anna"]
    assert quoted(model, *texts) == [[], ["Lena"], ["Anna"], [], ["Müller", "Anna"]]
    assert model.find_names([], "de") == []


def test_many_texts_go_in_several_batches(model: NameModel) -> None:
    texts = ["guten Tag " * (number % 5) + "Anna" for number in range(100)]
    assert quoted(model, *texts) == [["Anna"]] * 100


def test_a_text_longer_than_the_model_reads_is_read_to_its_end() -> None:
    short = NameModel(toy_names.network(), toy_names.tokenizer(length=12), TOY)
    assert quoted(short, "guten Tag " * 40 + "Anna Müller " + "guten Tag " * 40) == [["Anna Müller"]]
    everywhere = "guten Anna " * 60
    assert quoted(short, everywhere) == [["Anna"] * 60]


def test_a_model_that_takes_any_length_is_given_what_its_network_can_place() -> None:
    boundless = NameModel(toy_names.network(), toy_names.tokenizer(length=int(1e30)), TOY)
    assert quoted(boundless, "guten Tag " * 100 + "Anna") == [["Anna"]]


@pytest.mark.parametrize(
    "label", ["PER", "B-PER", "I-PERSON", "PER-B", "GIVENNAME", "B-LASTNAME", "S_PER", "first_name", "private_person"]
)
def test_labels_of_persons_are_known(label: str) -> None:
    assert is_person(label)


@pytest.mark.parametrize("label", ["O", "B-LOC", "ORG", "I-MISC", "USERNAME", "LABEL_1", "B-ORGANIZATION", "PERCENT"])
def test_labels_of_other_things_are_not(label: str) -> None:
    assert not is_person(label)


def test_a_folder_as_the_hub_has_it_is_loaded(tmp_path: Path) -> None:
    folder = toy_names.save(tmp_path / "ner", ("O", "B-LOC", "I-PER"))
    loaded = load_names_model(str(folder), CPU)
    assert quoted(loaded, "ich heiße Lena Müllerin") == [["Lena Müllerin"]]
    assert loaded.model.name == str(folder)
    assert len(loaded.model.sha256) == 64


def test_a_model_without_persons_is_told_its_labels(tmp_path: Path) -> None:
    folder = toy_names.save(tmp_path / "places", ("O", "B-LOC"))
    with pytest.raises(WeightsError, match=r"O, B-LOC, none of which means a person.*choose"):
        load_names_model(str(folder), CPU)


@pytest.mark.parametrize("damage", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_damaged_file_is_a_weights_error_that_names_the_folder(tmp_path: Path, damage: str) -> None:
    folder = toy_names.save(tmp_path / "ner", extra={damage: "{"})
    with pytest.raises(WeightsError, match="ner"):
        load_names_model(str(folder), CPU)


def test_what_is_no_name_of_a_model_is_told_the_choices(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"OWNER/NAME of the hub, or none"):
        locate_names_model("no/such/name/at all", tmp_path)


def test_a_hub_model_that_is_not_here_is_not_fetched_by_locating(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="fetched when it is first used"):
        locate_names_model("dslim/bert-base-NER", tmp_path)


def test_loading_writes_nothing_on_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = toy_names.save(tmp_path / "ner")
    capfd.readouterr()
    load_names_model(str(folder), CPU)
    assert capfd.readouterr() == ("", "")


def test_the_lazy_model_is_loaded_once_however_many_ask() -> None:
    fetched: list[int] = []

    def load() -> NameModel:
        fetched.append(1)
        return NameModel(toy_names.network(), toy_names.tokenizer(), TOY)

    lazy = LazyNameModel(Located("toy", Path("/nowhere"), "folder", "ab" * 32), load)
    assert lazy.model == TOY
    assert fetched == []
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: quoted(lazy, text), ["Anna", "Lena", "guten Tag", "Müller"]))
    assert found == [[["Anna"]], [["Lena"]], [[]], [["Müller"]]]
    assert fetched == [1]


def test_the_settings_choose_it_and_none_chooses_none(tmp_path: Path) -> None:
    assert _find_names(Settings(models=CPU), 1) is None
    folder = toy_names.save(tmp_path / "ner")
    chosen = _find_names(Settings(models=CPU, redaction=RedactionSettings(names_model=str(folder))), 1)
    assert chosen is not None
    assert quoted(chosen, "ich heiße Anna") == [["Anna"]]


def test_the_fake_finds_the_words_it_was_given() -> None:
    fake = FakeNameFinder(("Anna", "Müller"))
    assert quoted(fake, "ich bin anna müller.", "die Müllerin") == [["anna", "müller"], []]
    assert fake.asked == ["ich bin anna müller.", "die Müllerin"]
