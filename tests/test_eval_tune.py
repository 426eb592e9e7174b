"""Frames, lessons, their tokens, and a model that learns from them: a tiny one, made here."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.tune.adapter import AdapterCard, write_adapter
from eval.tune.encoding import encode
from eval.tune.frames import Frame, FrameError, fill, holds, load_frames
from eval.tune.lessons import Asked, Lesson, make_lessons
from eval.tune.reader import ReaderRecipe, Teacher
from eval.tune.schedule import split_frames
from qa.answer.prompts import ANSWER_MARK, NOT_THERE, READING_SYSTEM
from qa.errors import UsageError

QUESTION: dict[str, Any] = {
    "ask": ["What will the wall in {town} cost?"],
    "answer": "{cost}",
    "in": [1],
    "claim": "{town}'s wall costs {cost}.",
    "wrong": ["{mayor} paid {cost} for the wall."],
}
FRAME = {
    "id": "harbour",
    "genre": "local",
    "slots": {
        "town": "town",
        "mayor": "person",
        "cost": "£<3-90> million",
        "bird": ["osprey", "kite", "heron", "avocet"],
    },
    "title": "{town} votes for a sea wall",
    "sentences": [
        "Councillors in {town} have voted to replace the sea wall.",
        "{mayor}, who leads the council, said it would cost {cost}.",
        '"We could not go on patching it," {mayor.last} said.',
        "Work must wait for a pair of {bird} chicks.",
    ],
    "questions": [QUESTION],
    "absent": ["Who designed the wall in {town}?"],
}


@pytest.fixture(scope="module")
def frames() -> tuple[Frame, ...]:
    return load_frames()


@pytest.fixture(scope="module")
def lessons(frames: tuple[Frame, ...]) -> list[Lesson]:
    return list(make_lessons(frames, seed=1, rounds=2))


def asked_in(lessons: list[Lesson]) -> list[tuple[Lesson, Asked]]:
    return [(lesson, asked) for lesson in lessons for asked in lesson.asked]


def sentences_of(lesson: Lesson) -> list[str]:
    return [sentence for report in lesson.reports for sentence in report.sentences]


def words(text: str) -> list[int]:
    """A tokenizer for tests: a number a word, those of the reading prompt told apart by their length and ends."""
    return [1 + (len(word) * 31 + ord(word[0]) * 7 + ord(word[-1])) % 499 for word in text.split()]


def write_frame(folder: Path, **changes: object) -> Path:
    (folder / "mine.jsonl").write_text(json.dumps({**FRAME, **changes}) + "\n", encoding="utf-8")
    return folder


def test_there_are_many_frames_of_many_kinds(frames: tuple[Frame, ...]) -> None:
    assert len(frames) >= 450
    assert len({frame.id for frame in frames}) == len(frames)
    assert sum(len(question.ask) for frame in frames for question in frame.questions) >= 4000


def test_blanks_are_filled_the_same_everywhere(tmp_path: Path) -> None:
    (frame,) = load_frames(write_frame(tmp_path))
    filled = fill(frame, random.Random(3))
    town, mayor = str(filled.slots["town"]), str(filled.slots["mayor"])
    assert town in filled.title
    assert town in filled.questions[0].ask[0]
    assert filled.sentences[2].endswith(f" {mayor.split()[-1]} said.")
    assert filled.questions[0].answer in filled.sentences[1]
    assert fill(frame, random.Random(4), {"town": town}).slots["town"] == town


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"slots": {**FRAME["slots"], "town": "village"}}, "no pool 'village'"),  # type: ignore[dict-item]
        ({"slots": {**FRAME["slots"], "bird": ["owl"]}}, "fewer than 4 choices"),  # type: ignore[dict-item]
        ({"absent": []}, "questions that are not answered"),
        ({"absent": ["Who is {nobody}?"]}, "nobody"),
        ({"wrong": 1}, "unknown fields"),
        ({"questions": [{"ask": ["What?"], "answer": "a dam", "in": [0], "claim": "A dam."}]}, "does not stand in"),
        ({"beside": {"title": "Pier mended", "sentences": ["It cost {cost}."]}}, "what stands beside holds the answer"),
        ({"beside": {"title": "Pier mended", "sentences": ["{who} paid."]}}, "who"),
        ({"questions": [{**QUESTION, "wrong": [QUESTION["claim"]]}]}, "the claim is among the wrong ones"),
        ({"questions": [{"ask": ["Who?"], "answer": "it", "in": [1], "claim": "It."}]}, "holds the answer 'it' of"),
    ],
)
def test_bad_frame_is_refused_with_its_line(tmp_path: Path, changes: dict[str, object], reason: str) -> None:
    with pytest.raises(FrameError, match=rf"mine\.jsonl, line 1: .*{reason}"):
        load_frames(write_frame(tmp_path, **changes))


def test_answers_stand_in_what_is_read(lessons: list[Lesson]) -> None:
    for lesson, asked in asked_in(lessons):
        if asked.answer is not None:
            assert asked.sentence in sentences_of(lesson)
            assert holds(asked.sentence or "", asked.answer)


def test_every_frame_has_what_looks_like_an_answer_and_claims_that_nobody_made(frames: tuple[Frame, ...]) -> None:
    assert all(frame.beside and len(frame.beside.sentences) >= 2 for frame in frames)
    assert all(question.wrong for frame in frames for question in frame.questions)


def test_year_of_which_nothing_is_told_is_before_all_that_is_read(lessons: list[Lesson]) -> None:
    asked = [(lesson, each) for lesson, each in asked_in(lessons) if each.kind == "wrong_year"]
    assert asked
    for lesson, each in asked:
        year = int(re.findall(r"^[Ii]n (\d{4}), ", each.question)[0])
        assert each.answer is None
        assert year < min(report.day.year for report in lesson.reports)


def test_what_was_taken_out_is_not_there(lessons: list[Lesson]) -> None:
    for lesson, asked in asked_in(lessons):
        if asked.kind in {"taken_out", "near_miss"}:
            assert asked.answer is None
            assert asked.sentence not in sentences_of(lesson)


def test_newest_report_is_right_and_an_earlier_one_for_its_year(lessons: list[Lesson]) -> None:
    days = {
        kind: [
            (max(each.day for each in lesson.reports if each.title in titles), report.day)
            for lesson, asked in asked_in(lessons)
            if asked.kind == kind
            for report in lesson.reports
            if asked.sentence in report.sentences
            for titles in [{report.title}]
        ]
        for kind in ("newest", "in_year")
    }
    assert days["newest"]
    assert all(newest == its for newest, its in days["newest"])
    assert days["in_year"]
    assert all(its < newest for newest, its in days["in_year"] if newest != its)


def test_shares_of_kinds_are_as_the_data_card_says(lessons: list[Lesson]) -> None:
    kinds = Counter(asked.kind for _, asked in asked_in(lessons))
    total = kinds.total()
    assert 0.27 <= sum(kinds[kind] for kind in ("absent", "taken_out", "near_miss", "wrong_year")) / total <= 0.37
    assert all(kinds[kind] / total >= 0.04 for kind in ("absent", "taken_out", "near_miss", "newest", "in_year"))
    assert 8 <= np.mean([len(sentences_of(lesson)) for lesson in lessons]) <= 11


def test_lessons_are_the_same_for_the_same_seed(frames: tuple[Frame, ...]) -> None:
    first, again, other = (list(make_lessons(frames[:30], seed, 1)) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_branch_of_a_question_is_what_it_would_be_alone(lessons: list[Lesson]) -> None:
    lesson = next(each for each in lessons if len(each.asked) > 2)
    whole = encode(lesson, words)
    for number, asked in enumerate(lesson.asked, 1):
        alone = encode(replace(lesson, asked=(asked,)), words)
        mine = np.flatnonzero((whole.branches == 0) | (whole.branches == number))
        assert whole.tokens[mine].tolist() == alone.tokens.tolist()
        assert whole.places[mine].tolist() == alone.places.tolist()
        assert whole.seen()[np.ix_(mine, mine)].tolist() == alone.seen().tolist()
        others = np.flatnonzero((whole.branches != 0) & (whole.branches != number))
        assert not whole.seen()[np.ix_(mine, others)].any()


def test_only_the_answers_are_learnt(lessons: list[Lesson]) -> None:
    lesson = lessons[0]
    whole = encode(lesson, words)
    answers = [words(f" {asked.answer or NOT_THERE}<|im_end|>") for asked in lesson.asked]
    assert whole.targets[whole.targets >= 0].tolist() == [token for answer in answers for token in answer]
    learnt = np.flatnonzero(whole.targets >= 0)
    assert whole.tokens[learnt + 1].tolist() == whole.targets[learnt].tolist()


def test_prompt_is_the_one_that_is_asked(lessons: list[Lesson]) -> None:
    told: list[str] = []

    def listen(text: str) -> list[int]:
        told.append(text)
        return [1]

    encode(replace(lessons[0], asked=lessons[0].asked[:1]), listen)
    assert told[0].startswith(f"<|im_start|>system\n{READING_SYSTEM}<|im_end|>\n<|im_start|>user\nToday is ")
    assert told[1].endswith(f"<|im_end|>\n<|im_start|>assistant\n{ANSWER_MARK}")


def tiny_model() -> Any:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=500, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, tie_word_embeddings=True,
    )  # fmt: skip
    return LlamaForCausalLM(config)


RECIPE = ReaderRecipe(rank=4, alpha=8, rate=5e-3, warmup=2, batch=1, upper=2)


def test_loss_falls_and_a_stopped_training_goes_on_as_if_it_had_not(tmp_path: Path, lessons: list[Lesson]) -> None:
    taught = [encode(replace(lesson, asked=lesson.asked[:2]), words) for lesson in lessons[:3]]
    unbroken = Teacher(tiny_model(), words, RECIPE)
    losses = [unbroken.learn([taught[step % 3]], RECIPE.rate) for step in range(24)]
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) - 0.3

    first = Teacher(tiny_model(), words, RECIPE)
    for step in range(10):
        first.learn([taught[step % 3]], RECIPE.rate)
    first.save(tmp_path)
    second = Teacher(tiny_model(), words, RECIPE)
    second.resume(tmp_path)
    again = [second.learn([taught[step % 3]], RECIPE.rate) for step in range(10, 24)]
    assert again == pytest.approx(losses[10:], abs=1e-4)

    other = Teacher(tiny_model(), words, replace(RECIPE, seed=8))
    other.resume(tmp_path)
    assert other.step == 0


def test_adapter_file_holds_every_weight_for_llama_cpp(tmp_path: Path) -> None:
    from gguf import GGUFReader

    teacher = Teacher(tiny_model(), words, RECIPE)
    reader = GGUFReader(teacher.write(tmp_path / "reader.gguf"))
    shapes = {tensor.name: tuple(int(each) for each in tensor.shape) for tensor in reader.tensors}
    assert len(shapes) == 2 * 7 * 2
    assert shapes["blk.1.attn_k.weight.lora_a"] == (32, 4)
    assert shapes["blk.1.attn_k.weight.lora_b"] == (4, 16)
    assert shapes["blk.0.ffn_down.weight.lora_a"] == (48, 4)
    assert str(reader.fields["adapter.type"].contents()) == "lora"
    assert not (tmp_path / "reader.gguf.part").exists()


def test_a_training_begins_with_the_adapter_that_another_wrote(tmp_path: Path, lessons: list[Lesson]) -> None:
    taught = [encode(replace(lessons[0], asked=lessons[0].asked[:2]), words)]
    first = Teacher(tiny_model(), words, RECIPE)
    for _ in range(6):
        first.learn(taught, RECIPE.rate)
    file = first.write(tmp_path / "reader.gguf")
    second = Teacher(tiny_model(), words, RECIPE)
    assert second.check(taught) != first.check(taught)
    second.begin(file, step=6)
    assert second.step == 6
    assert second.check(taught)["held_out_loss"] == pytest.approx(first.check(taught)["held_out_loss"], abs=0.02)


@pytest.mark.parametrize("content", [None, b"", b"no weights"])
def test_what_is_no_adapter_is_said_plainly(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "other.gguf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"other\.gguf is no adapter"):
        Teacher(tiny_model(), words, RECIPE).begin(file, step=0)


def test_query_rows_are_put_in_llama_cpps_order(tmp_path: Path) -> None:
    from gguf import GGUFReader

    rows = np.arange(8, dtype=np.float32)[:, None]
    name = "model.layers.0.self_attn.q_proj.lora_B.default.weight"
    write_adapter(tmp_path / "a.gguf", {name: rows}, AdapterCard("a", "b", "c", "d", heads=2, key_heads=1, alpha=1))
    (tensor,) = GGUFReader(tmp_path / "a.gguf").tensors
    assert tensor.data.ravel().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]
    with pytest.raises(ValueError, match="no LoRA weight"):
        write_adapter(tmp_path / "a.gguf", {"norm": rows}, AdapterCard("a", "b", "c", "d", 2, 1, 1))


def test_held_out_frames_are_never_learnt_from(frames: tuple[Frame, ...]) -> None:
    learnt, held_out = split_frames(frames, 0.08, 7)
    assert not {frame.id for frame in learnt} & {frame.id for frame in held_out}
    assert len(learnt) + len(held_out) == len(frames)
    assert len(held_out) >= 20
