"""The name model: it loads from the package, reads both languages, keeps its promises of speed, memory and silence."""

from __future__ import annotations

import pickle
import resource
import time
from itertools import product

import pytest

from derbes.recognizers import nlp as pipeline
from derbes.recognizers.base import Match
from derbes.recognizers.ner import NameRecognizer, NerRecognizer, persons, union

SENTENCES = {
    "Об этом сообщил пресс-секретарь министерства Виктор Залесский.": ["Виктор Залесский"],
    "По словам Дирка Хольцмана, работы закончат весной, а Хольцман слов на ветер не бросает.": [
        "Дирка Хольцмана",
        "Хольцман",
    ],
    "Встречу с Анной Вересковой и Тимуром Ардабековым перенесли.": ["Анной Вересковой", "Тимуром Ардабековым"],
    "Бұл туралы жиында Ержан Қалдыбаевтың орынбасары айтты .": ["Ержан Қалдыбаевтың"],
    "Кеше Айсұлу Бекенова мен Нұрғиса Тәжіман келіп кетті.": ["Айсұлу Бекенова", "Нұрғиса Тәжіман"],
    "Министр Қайсар Жұманбектің айтуынша , жоба келесі жылы аяқталады .": ["Қайсар Жұманбектің"],
}
NO_PERSON = [
    "Офис находится на улице Абая, дом 12.",
    "Тариф «Алтын» стоит 990 тенге в месяц.",
    "Реквизиты: ТОО «Нурлан», г. Алматы.",
    "Құрметті клиент, шотты төлеу мерзімі өтті.",
    "Уважаемый Клиент! Счёт на оплату готов.",
    "Қазақстан Республикасының Үкіметі жаңа заң қабылдады.",
    "Доставка по Шымкенту и Караганде бесплатно.",
    "Панель управления хостингом недоступна с Понедельника.",
    "GET /index.html HTTP/1.1 200 Mozilla Firefox",
    "сервер перезапущен, ошибок нет",
]


@pytest.fixture(scope="module")
def model() -> NerRecognizer:
    return NerRecognizer()


def names(text: str, matches: list[Match]) -> list[str]:
    return [text[match.start : match.end] for match in matches]


@pytest.mark.parametrize("text", SENTENCES)
def test_finds_persons(model: NerRecognizer, text: str) -> None:
    assert names(text, model.find_many([text])[0]) == SENTENCES[text]


@pytest.mark.parametrize("text", NO_PERSON)
def test_sees_no_person_where_there_is_none(model: NerRecognizer, text: str) -> None:
    assert names(text, model.find_many([text])[0]) == []


def test_rules_and_model_together_find_no_less() -> None:
    both = NameRecognizer()
    for text, expected in SENTENCES.items():
        found = names(text, both.find_many([text])[0])
        assert set(expected) <= set(found), text


def test_offsets_survive_lines_blanks_and_foreign_marks(model: NerRecognizer) -> None:
    text = next(iter(SENTENCES))
    padded = f"  \t\n🙂 id=7\n\n{text}\n\n  конец"
    assert names(padded, model.find_many([padded])[0]) == SENTENCES[text]


def test_batch_equals_one_by_one_and_repeats(model: NerRecognizer) -> None:
    texts = [*SENTENCES, *NO_PERSON] * 2
    alone = [list(NerRecognizer().find(text)) for text in texts]
    assert model.find_many(texts) == alone
    assert model.find_many(texts[::-1])[::-1] == alone


def test_pickles_without_the_model_and_what_it_read(model: NerRecognizer) -> None:
    text = next(iter(SENTENCES))
    model.find_many([text])
    packed = pickle.dumps(model)
    assert len(packed) < 5000
    assert "Залесский".encode() not in packed
    assert pickle.loads(packed).find_many([text]) == model.find_many([text])


def test_anchor_fires_wherever_it_matches(model: NerRecognizer) -> None:
    import re

    for text in SENTENCES:
        assert any(re.search(anchor, text.encode()) for anchor in model.ANCHOR)


def test_vocabulary_does_not_grow_with_what_is_read(model: NerRecognizer) -> None:
    nlp = pipeline.load()
    syllables = ["ба", "де", "жи", "ку", "ло", "ма", "ны", "ра", "сә", "тө"]
    words = ["".join(each).capitalize() for each in product(syllables, repeat=4)]
    texts = [f"Келді {one} {two} кеше." for one, two in zip(words[::2], words[1::2], strict=True)]
    model.find_many(texts[:500])
    before, strings = len(nlp.vocab), len(nlp.vocab.strings)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for at in range(500, len(texts), 500):
        model.find_many(texts[at : at + 500])
    assert len(nlp.vocab.strings) <= strings + 50
    assert len(nlp.vocab) <= before + 12_000  # a counter only: entries of a zone are dropped from the index
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 64_000  # KiB
    assert len(model._known) <= 4096


@pytest.mark.parametrize("unit", ["а ", "Аа ", "А. ", "Ә", "7 ", "\n", "«Аа» "])
def test_linear_on_hostile_text(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    began = time.process_time()
    NerRecognizer().find_many([text])
    assert time.process_time() - began < 5


def test_union_prefers_the_longer_and_keeps_the_evidence_of_rules() -> None:
    text = "Кеше Серік Омаров келді"
    rules = [Match(5, 10, "PERSON", 0.55), Match(0, 4, "PERSON", 0.55)]
    assert union(text, rules, [(5, 17, "PERSON")]) == [Match(5, 17, "PERSON", 0.6)]
    strong = [Match(5, 17, "PERSON", 0.85)]
    assert union(text, strong, [(5, 10, "PERSON")]) == strong


def test_union_lets_the_model_overrule_unlabelled_rules_only() -> None:
    text = "Вылет из Атырау Ахметову"
    town = Match(9, 15, "PERSON", 0.55)
    assert union(text, [town], [(9, 15, "LOC")]) == []
    labelled = Match(9, 15, "PERSON", 0.8, labelled=True)
    assert union(text, [labelled], [(9, 15, "LOC")]) == [labelled]
    latin = Match(0, 16, "PERSON", 0.85)
    assert union("Aigerim Omarova logged in", [latin], []) == [latin]


def test_cells_that_rules_settle_do_not_wake_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(pipeline, "entities", lambda _nlp, texts: (asked.append(text) or [] for text in texts))
    both = NameRecognizer()
    cells = ["Омаров Серік Болатұлы", "Сулейменова Айгерим Нурлановна"]
    assert [len(found) for found in both.find_many(cells)] == [1, 1]
    assert asked == []
    both.find_many(["Кеше Серік Омаров келді"])
    assert asked == ["Кеше Серік Омаров келді"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ахметов Д.С. Тел", "Ахметов Д.С."),
        ("Академик Ардабеков", "Ардабеков"),
        ("Получатель Ким В.А.", "Ким В.А."),
        ("Бірлік Берікұлы", "Бірлік Берікұлы"),
        ("Жан Ле Пен", "Жан Ле Пен"),
        ("Карим аль-Барами", "Карим аль-Барами"),
        ("Самед Алиев оглы", "Самед Алиев оглы"),
    ],
)
def test_words_that_belong_to_no_name_are_cut(text: str, name: str) -> None:
    assert names(text, persons(text, [(0, len(text), "PERSON")])) == [name]


def test_words_of_a_full_name_are_found_again() -> None:
    text = "Дирк Хольцман уехал. Хольцману звонили из Омска."
    found = persons(text, [(0, 13, "PERSON"), (43, 48, "LOC")])
    assert names(text, found) == ["Дирк Хольцман", "Хольцману"]


def test_latin_counts_only_as_second_spelling() -> None:
    text = "Рольф Вальд (Rolf Wald) и Rolf Gross"
    found = persons(text, [(0, 11, "PERSON"), (13, 22, "PERSON"), (26, 36, "PERSON")])
    assert names(text, found) == ["Рольф Вальд", "Rolf Wald"]


def test_lone_common_words_are_no_persons() -> None:
    flowers = "Роза и пион"
    assert persons(flowers, [(0, 4, "PERSON")]) == []
    assert persons("США", [(0, 3, "PERSON")]) == []
    assert persons("Роза Омарова пришла", [(0, 12, "PERSON")]) != []


def test_vetoes_hold_for_the_model() -> None:
    street = "улица Омарова 5"
    assert persons(street, [(6, 13, "PERSON")]) == []
    glued = "user_Омаров@x"
    assert persons(glued, [(5, 11, "PERSON")]) == []


def test_everything_is_in_the_package_and_small() -> None:
    files = [path for path in pipeline.MODEL.iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"config.cfg", "lexicon.txt.gz", "ner.msgpack.gz", "vectors.npz"}
    assert sum(path.stat().st_size for path in files) <= 15_000_000
