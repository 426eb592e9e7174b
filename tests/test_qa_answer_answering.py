"""What a larger model writes is shown once something in it answers, whole where all of it is backed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answer_world import NOW, ScriptedModel, World, assert_well_formed, june_articles, opened_world

from qa.models.encoders import Embedder
from qa.types import Answer, Question

STORIES = (
    (1, "Ferry fares", "The cap on ferry fares costs the Treasury 1.9 million crowns a year. It began in January."),
    (2, "A wind farm at Hesk Point", "The wind farm at Hesk Point will have 18 turbines. Its cables were laid in May."),
    (3, "Storm Ottoline", "Storm Ottoline has killed four people. The harbour of Skerrivane was closed."),
    (5, "Storm Ottoline", "The number of people killed by Storm Ottoline has risen from four to five, police said."),
    (6, "Nurses", "The hospital had hired 31 nurses by March. Its director, Ines Corrado, had promised 120 of them."),
    (8, "Brineholt Salt", "Revenue dropped 17 percent to 48.6 million crowns, according to Brineholt Salt. It is old."),
    (
        9,
        "Eel chowder beats the pies at the Saltmarket Food Fair",
        "The Golden Ladle of the Saltmarket Food Fair has gone to an eel chowder cooked by Wren Applegarth. "
        "Second place went to Dobbin's Pies, the stall that had won three years in a row.",
    ),
    (9, "The Silver Reel", "The Silver Reel of the Selwick festival went to Deep Water, Low Road. Nobody slept."),
    (
        7,
        "The Golden Lamp",
        "The Golden Lamp of the Saltlight Festival went to Low Road last year. It was a tie for days.",
    ),
)
ARTICLES = june_articles(STORIES)
FARES = "What does the fare cap that Ansa Delloway campaigned on cost the Treasury in a year?"
FARM = "How many turbines will the wind farm at Hesk Point have?"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("answering"), real_embedder, ARTICLES) as opened:
        yield opened


def asked(world: World, question: str, *sentences: str, **settings: object) -> Answer:
    model = ScriptedModel(lambda messages: [f"{sentence} " for sentence in sentences])
    answer = world.engine(model, **settings).ask(Question(question, as_of=NOW))
    assert_well_formed(answer, world)
    return answer


def said(answer: Answer) -> list[str]:
    return [claim.text for claim in answer.claims if claim.supported]


def test_a_sentence_that_is_backed_and_answers_is_shown_whole(world: World) -> None:
    answer = asked(world, FARM, "The wind farm at Hesk Point will have 18 turbines [1].")
    assert (answer.mode, answer.short_answer) == ("answer", "18 turbines")
    assert said(answer) == ["The wind farm at Hesk Point will have 18 turbines."]


def test_of_a_sentence_with_more_than_the_articles_say_only_what_answers_is_shown(world: World) -> None:
    claim = "The fare cap that Ansa Delloway campaigned on costs the Treasury 1.9 million crowns a year."
    answer = asked(world, FARES, f"{claim[:-1]} [1].")
    assert said(answer) == ["1.9 million crowns.", STORIES[0][2].split(". ")[0] + "."]
    assert [removed.text for removed in answer.removed_claims] == [claim]
    assert (answer.mode, answer.short_answer) == ("answer", "1.9 million crowns")


def test_what_a_sentence_says_first_comes_before_what_it_adds(world: World) -> None:
    question = "By how much did the revenue of Brineholt Salt drop?"
    answer = asked(
        world, question, "Revenue dropped 17 percent to 48.6 million crowns, according to Brineholt Salt [1]."
    )
    assert answer.short_answer == "17 percent"


def test_a_title_of_two_names_is_one_answer(world: World) -> None:
    question = "Which film did the Silver Reel of the Selwick festival go to?"
    answer = asked(world, question, "Deep Water, Low Road [1].")
    assert answer.short_answer == "Deep Water, Low Road"


def test_who_came_second_did_not_win(world: World) -> None:
    question = "Who won the Golden Ladle at the Saltmarket Food Fair?"
    answer = asked(world, question, "Dobbin's Pies won the Golden Ladle at the Saltmarket Food Fair [2].")
    assert not any("Dobbin" in claim and "Second" not in claim for claim in said(answer))
    right = asked(world, question, "Wren Applegarth won the Golden Ladle at the Saltmarket Food Fair [1].")
    assert right.short_answer == "Wren Applegarth"


def test_such_a_sentence_is_shown_struck_out_where_that_is_set(world: World) -> None:
    claim = "The fare cap that Ansa Delloway campaigned on costs the Treasury 1.9 million crowns a year."
    answer = asked(world, FARES, claim, unsupported="strike")
    assert f"~~{claim}~~" in answer.text
    assert said(answer)[0] == "1.9 million crowns."


def test_what_is_true_and_answers_nothing_is_left_out_and_why_is_told(world: World) -> None:
    answer = asked(world, FARM, "Its cables were laid in May [1].")
    assert answer.mode == "quotes"
    assert [(each.text, each.why) for each in answer.removed_claims] == [
        ("Its cables were laid in May.", "it does not answer the question")
    ]


def test_what_is_true_is_shown_in_its_place_beside_what_answers(world: World) -> None:
    before, after = "Its cables were laid in May.", "The wind farm at Hesk Point will have 18 turbines."
    assert said(asked(world, FARM, before, after)) == [before, after]
    assert said(asked(world, FARM, after, before)) == [after, before]
    more = "The wind farm of Ansa Delloway at Hesk Point will have 18 turbines."
    assert said(asked(world, FARM, before, more))[:2] == [before, "18 turbines."]


def test_a_number_that_has_moved_since_is_no_answer(world: World) -> None:
    question = "How many people has Storm Ottoline killed so far?"
    answer = asked(world, question, "Storm Ottoline has killed four people.")
    assert [each.why for each in answer.removed_claims] == ["a later article gives five"]
    assert (answer.mode, answer.short_answer) == ("quotes", "five")
    assert "five" in said(answer)[0]
    killed = "The number of people killed by Storm Ottoline has risen from four to five."
    both = asked(world, question, killed, "Storm Ottoline has killed four people.")
    assert said(both) == [killed]


def test_a_true_sentence_of_another_year_is_no_answer(world: World) -> None:
    question = "Which film won the Golden Lamp of the Saltlight Festival in 2025?"
    answer = asked(world, question, "The Golden Lamp of the Saltlight Festival went to Low Road last year [1].")
    assert not any("Low Road" in claim for claim in said(answer))
    assert answer.mode != "answer"


def test_each_part_of_a_question_has_its_short_answer(world: World) -> None:
    question = "How many nurses had the hospital hired by March, and who is its director?"
    answer = asked(world, question, "The hospital had hired 31 nurses by March [1].", "Ines Corrado.")
    assert answer.short_answer == "31 nurses and Ines Corrado"
    assert said(answer)[:2] == ["The hospital had hired 31 nurses by March.", "Ines Corrado."]
    half = asked(world, question, "The hospital had hired 31 nurses by March [1].")
    assert half.short_answer == "31 nurses"
    assert "The articles do not say: Who is its director?" in half.notes


def test_a_model_that_does_not_find_the_answer_makes_it_less_sure(world: World) -> None:
    found = world.engine().ask(Question(FARM, as_of=NOW))
    declined = asked(world, FARM, "NOT IN THE ARTICLES.")
    assert declined.confidence < found.confidence
    assert declined.mode != "answer"


def test_what_is_unlikely_is_asked_all_the_same_and_what_is_hopeless_is_not(world: World) -> None:
    model = ScriptedModel(lambda messages: ["NOT IN THE ARTICLES."])
    engine = world.engine(model)
    assert engine.ask(Question("Who painted the ceiling of the cathedral of Orm?", as_of=NOW)).mode == "abstained"
    assert not model.asked
    assert engine.ask(Question("How many nurses did the mayor of Skerrivane promise?", as_of=NOW)).mode == "abstained"
    assert model.asked
