"""Drafted questions carry a gold answer and a verbatim quote, and what is accepted can be run."""

from __future__ import annotations

import json

from fakes import make_article

from eval.make import answer_in, draft_questions, gapped, save_drafts
from qa.errors import ModelFailedError

ARTICLES = [
    make_article("Short. The new ferry between the towns will cost 41 million crowns, said Maud Fairlorn.", url="https://a.example/1"),
    make_article("Nothing in here that anyone could check, and nothing more than that."),
    make_article("The prize was handed to Hanne Ossory of the film school on a rainy day in spring.", url="https://a.example/3"),
]  # fmt: skip


def test_the_answer_is_the_longest_number_or_name():
    assert answer_in("It will cost 41 million crowns, said Maud.") == "41 million crowns"
    assert answer_in("The prize went to Hanne Ossory today.") == "Hanne Ossory"
    assert answer_in("Nadira Coombelow was elected.") == "Nadira Coombelow"
    assert answer_in("In Caddermouth nothing was seen.") is None
    assert answer_in("Nothing to see.") is None


def test_every_draft_quotes_its_article_and_the_quote_holds_the_answer():
    drafts = list(draft_questions(ARTICLES, None, 10))
    assert len(drafts) == 2
    for draft in drafts:
        assert draft.quote in draft.article.text
        assert draft.gold in draft.quote
        assert draft.gold not in draft.question


def test_the_seed_decides_the_order_and_the_count_the_number():
    first = [d.question for d in draft_questions(ARTICLES, None, 10, seed=3)]
    assert [d.question for d in draft_questions(ARTICLES, None, 10, seed=3)] == first
    assert len(list(draft_questions(ARTICLES, None, 1))) == 1


def test_a_models_question_is_used_unless_it_gives_the_answer_away_or_is_none():
    def good(sentence, answer):
        return "What is it?\nAnswer: x"

    def leaky(sentence, answer):
        return f"Is it {answer}?"

    def broken(sentence, answer):
        raise ModelFailedError("The model went away.")

    assert next(draft_questions(ARTICLES[:1], good, 1)).question == "What is it?"
    for write in (leaky, broken, lambda sentence, answer: "It is so."):
        draft = next(draft_questions(ARTICLES[:1], write, 1))
        assert draft.question == gapped(draft.quote, draft.gold)


def test_accepted_questions_are_appended_with_their_articles_once(tmp_path):
    drafts = list(draft_questions(ARTICLES, None, 10))
    save_drafts(drafts[:1], tmp_path)
    save_drafts(drafts, tmp_path)
    questions = [json.loads(line) for line in (tmp_path / "questions.jsonl").read_text().splitlines()]
    articles = [json.loads(line) for line in (tmp_path / "articles.jsonl").read_text().splitlines()]
    assert [q["id"] for q in questions] == ["1", "2", "3"]
    assert len({a["id"] for a in articles}) == len(articles) == 2
    assert all(q["gold"][0] in q["gold_quote"][0] for q in questions)


def test_a_question_deleted_by_hand_leaves_no_number_to_be_given_twice(tmp_path):
    drafts = list(draft_questions(ARTICLES, None, 10))
    path = save_drafts(drafts, tmp_path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    save_drafts(drafts[:1], tmp_path)
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["2", "3"]
