"""What the model is trained on: offsets stay true, endings follow harmony, the same seed gives the same texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.train.augment import Augmenter, rewritten
from tools.train.corpus import Text, _outside_brackets, kaznerd, paragraphs
from tools.train.evaluate import compare
from tools.train.generate import Generator
from tools.train.names import Bank, kk_case, kk_split, ru_forms


@pytest.mark.parametrize(
    ("base", "case", "form"),
    [
        ("Назарбаев", "gen", "Назарбаевтың"),
        ("Әлиев", "dat", "Әлиевке"),
        ("Асан", "gen", "Асанның"),
        ("Айгерім", "abl", "Айгерімнен"),
        ("Сәуле", "acc", "Сәулені"),
        ("Мұратұлы", "dat", "Мұратұлына"),
        ("Болат", "ins", "Болатпен"),
        ("Нұр", "", "Нұр"),
    ],
)
def test_kazakh_cases(base: str, case: str, form: str) -> None:
    assert kk_case(base, case) == form


def test_kazakh_ending_is_read_back() -> None:
    assert kk_split("Омаровтың") == ("Омаров", "gen")
    assert kk_split("Асқар") == ("Асқар", "")


@pytest.mark.parametrize(
    ("name", "female", "instrumental"),
    [
        ("Петров", False, "Петровым"),
        ("Петрова", True, "Петровой"),
        ("Островский", False, "Островским"),
        ("Сергей", False, "Сергеем"),
        ("Мария", True, "Марией"),
        ("Айгерим", True, "Айгерим"),
        ("Шевченко", False, "Шевченко"),
    ],
)
def test_russian_forms(name: str, female: bool, instrumental: str) -> None:
    assert ru_forms(name, female)[4] == instrumental


def test_rewriting_keeps_offsets() -> None:
    text = Text("Иван и Пётр в Омске", ((0, 4, "PERSON"), (7, 11, "PERSON"), (14, 19, "LOC")), "ru", "test")
    new = rewritten(text, lambda word, label: "Ян" if label == "PERSON" else word)
    assert new.text == "Ян и Ян в Омске"
    assert [new.text[s:e] for s, e, _ in new.spans] == ["Ян", "Ян", "Омске"]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "kazakh_names.json").write_text(
        '{"kazakhNames": ["ЕРБАТЫР"], "familyNames": ["Ербатыров"], "patronyms": [], "middleNames": ["Ербатырұлы"]}\n',
        encoding="utf-8",
    )
    (tmp_path / "kato.csv").write_text("name_ru,name_kk\nг.Тестовск,Сынақтау қ.\n", encoding="utf-8")
    (tmp_path / "kaznerd_valid.iob2").write_text(
        "Кеше O\nСерік B-PERSON\nОмаровтың I-PERSON\nАстанада B-GPE\n\n« O\nДала B-ART\n» O\n", encoding="utf-8"
    )
    yield tmp_path


def test_reads_iob2(data: Path) -> None:
    one, two = kaznerd(data)
    assert [(one.text[s:e], label) for s, e, label in one.spans] == [("Серік Омаровтың", "PERSON"), ("Астанада", "LOC")]
    assert two.spans == ()


def test_variants_have_true_offsets_and_repeat_with_the_seed(data: Path) -> None:
    def run() -> list[Text]:
        bank = Bank(data, seed=5)
        return [*Augmenter(bank, [])(list(kaznerd(data)) * 50), *Generator(bank)(300)]

    first = run()
    assert first == run()
    for text in first:
        for start, end, _ in text.spans:
            assert text.text[start:end] == text.text[start:end].strip() != ""


def test_brackets_part_names() -> None:
    text = "Ян Вальд (Jan Wald) сказал"
    parts = list(_outside_brackets(text, 0, 19, "PERSON"))
    assert [text[s:e] for s, e, _ in parts] == ["Ян Вальд", "Jan Wald"]


def test_paragraphs_shift_spans() -> None:
    text = Text("Первая\nОмск второй", ((7, 11, "LOC"),), "ru", "test")
    assert [[p.text[s:e] for s, e, _ in p.spans] for p in paragraphs(text)] == [[], ["Омск"]]


def test_compare_counts_exact_and_overlap() -> None:
    pairs = [([(0, 4), (9, 12)], [(0, 5)])]
    assert compare(pairs, overlap=False).f1 == 0
    score = compare(pairs, overlap=True)
    assert (score.precision, score.recall) == (0.5, 1.0)
