"""Pairs drawn from frames, a scorer that learns from them, and the file that it is kept in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.tune.frames import Frame, holds, load_frames
from eval.tune.pairs import PairSet, as_claim, make_pairs
from eval.tune.support import SupportRecipe, SupportTeacher
from qa.errors import ModelMissingError, UsageError
from qa.models.pairs import TASKS, PairScorer, load_scorer, read_network, write_network

RECIPE = SupportRecipe(layers=1, rounds=1, warmup=3, batch=4)


@pytest.fixture(scope="module")
def frames() -> tuple[Frame, ...]:
    return load_frames()


@pytest.fixture(scope="module")
def sets(frames: tuple[Frame, ...]) -> list[PairSet]:
    return list(make_pairs(frames[:40], seed=3, rounds=1))


@pytest.mark.parametrize(
    ("question", "answer", "claim"),
    [
        ("Who scored the goal that won the cup?", "Ada Lind", "Ada Lind scored the goal that won the cup."),
        ("Who is the mayor of Merrow?", "Ada Lind", "Ada Lind is the mayor of Merrow."),
        ("Which club lifted the Founders' Cup?", "Ambervale", "Ambervale lifted the Founders' Cup."),
        ("How many people were arrested?", "39", "39 people were arrested."),
        ("How many people were arrested?", "39 people", "39 people were arrested."),
        ("What caused the fire?", "a kettle", "A kettle caused the fire."),
        ("Who did the mayor blame?", "Ada Lind", None),
        ("Which course record did Ada Lind beat?", "Wei Novak's", None),
        ("Whose record fell?", "Wei Novak's", None),
        ("How many goals did Ada Lind score?", "3", None),
        ("When will the bridge open?", "in June", None),
    ],
)
def test_question_and_answer_become_a_statement_where_that_is_plain(
    question: str, answer: str, claim: str | None
) -> None:
    assert as_claim(question, answer) == claim


def test_sets_have_right_and_wrong_pairs_of_both_tasks(sets: list[PairSet]) -> None:
    assert {each.task for each in sets} == set(TASKS)
    for each in sets:
        assert len(each.pairs) == len(each.right) > 1
        assert not all(each.right)
    assert sum(any(each.right) for each in sets) > 0.8 * len(sets)
    assert {sum(each.right) for each in sets if each.ranked and each.task == "supports"} == {1}


def test_sentence_that_holds_the_answer_is_never_a_wrong_one(sets: list[PairSet]) -> None:
    for asked, spans in zip(sets, sets[2:], strict=False):
        if asked.task == "answers" and asked.ranked and spans.ranked:
            told = {text for (_, text), right in zip(asked.pairs, asked.right, strict=True) if right}
            assert spans.pairs[0][1] in told
            answer = spans.pairs[0][0].rpartition("?")[2].strip()
            wrong = [text for (_, text), right in zip(asked.pairs, asked.right, strict=True) if not right]
            titles = [text.split(".")[0] for text in told]
            assert not answer or holds(titles[0], answer) or not any(holds(text, answer) for text in wrong)


def test_wrong_claims_of_a_frame_are_among_the_wrong_pairs(frames: tuple[Frame, ...], sets: list[PairSet]) -> None:
    wrong = [
        claim
        for each in sets
        if not each.ranked
        for (claim, _), right in zip(each.pairs, each.right, strict=True)
        if not right
    ]
    literal = [claim for frame in frames[:40] for each in frame.questions for claim in each.wrong if "{" not in claim]
    assert literal
    assert set(literal) <= set(wrong)


def test_the_same_seed_draws_the_same_pairs(frames: tuple[Frame, ...]) -> None:
    one, again, other = (list(make_pairs(frames[:3], seed, 1)) for seed in (1, 1, 2))
    assert one == again != other


def test_loss_falls_and_a_stopped_training_goes_on_as_if_it_had_not(tmp_path: Path, sets: list[PairSet]) -> None:
    taught = sets[:6]

    def learn(teacher: SupportTeacher, first: int, last: int) -> list[float]:
        import torch

        losses = []
        for step in range(first, last):
            torch.manual_seed(step)
            losses.append(teacher.learn(taught[step % 2 :: 2], 24))
        return losses

    unbroken = SupportTeacher(RECIPE)
    losses = learn(unbroken, 0, 24)
    assert np.mean(losses[-4:]) < np.mean(losses[:4]) - 0.2

    first = SupportTeacher(RECIPE)
    learn(first, 0, 10)
    first.save(tmp_path)
    second = SupportTeacher(RECIPE)
    second.resume(tmp_path)
    assert second.step == 10
    assert learn(second, 10, 24) == pytest.approx(losses[10:], abs=0.02)

    other = SupportTeacher(replace(RECIPE, seed=8))
    other.resume(tmp_path)
    assert other.step == 0


def test_figures_of_held_out_sets_are_shares(sets: list[PairSet]) -> None:
    figures = SupportTeacher(RECIPE).check(sets[:24])
    shares = {name: value for name, value in figures.items() if name != "held_out_loss"}
    assert set(shares) == {f"{kind}_{task}" for kind in ("first", "auroc") for task in TASKS}
    assert all(0 <= value <= 1 for value in shares.values())


def test_scorer_of_a_file_scores_as_the_network_did_in_any_order(tmp_path: Path, sets: list[PairSet]) -> None:
    teacher = SupportTeacher(RECIPE)
    for _ in range(6):
        teacher.learn(sets[:4], 6)
    teacher.network.encoder.eval()
    write_network(teacher.network, tmp_path / "s.safetensors", {"licence": "Apache-2.0"})
    question = sets[0].pairs[0][0]
    pairs = [(question, sentence) for _, sentence in sets[0].pairs] * 8
    straight = PairScorer(teacher.network).pair_scores("answers", pairs)
    loaded = load_scorer(tmp_path / "s.safetensors")
    assert loaded.pair_scores("answers", pairs) == pytest.approx(straight, abs=0.02)
    back = loaded.pair_scores("answers", pairs[::-1])
    assert back[::-1] == pytest.approx(loaded.pair_scores("answers", pairs), abs=0.02)
    assert loaded.pair_scores("answers", []).shape == (0,)


def test_a_training_begins_with_the_scorer_that_another_wrote(tmp_path: Path, sets: list[PairSet]) -> None:
    first = SupportTeacher(RECIPE)
    for _ in range(4):
        first.learn(sets[:4], 6)
    write_network(first.network, tmp_path / "s.safetensors", {})
    second = SupportTeacher(replace(RECIPE, seed=8))
    second.begin(tmp_path / "s.safetensors")
    assert second.check(sets[:8]) == pytest.approx(first.check(sets[:8]), abs=0.05)
    with pytest.raises(UsageError, match="say --layers 1"):
        SupportTeacher(replace(RECIPE, layers=2)).begin(tmp_path / "s.safetensors")


@pytest.mark.parametrize("content", [None, b"", b"no weights"])
def test_broken_scorer_is_said_plainly(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "s.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelMissingError, match=r"support scorer .* cannot be loaded"):
        read_network(file)
