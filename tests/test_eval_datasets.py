"""Loaders read benchmarks as published: a few records written in each format, and what is wrong is named."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest
from shared_data import data_folder

from eval.datasets import NAMES, load_dataset, multihop_rag, qags, realtimeqa, rgb, sample, squad
from eval.datasets.base import ClaimSet, Dataset, EvalQuestion, article_key, json_lines, need_folder, parse_part
from eval.scoring import FAILED, score
from qa.errors import NotFoundError, UnreadableError, UsageError


def write_lines(path, *values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), "utf-8")


def quiz(number, week="20230106", **fields):
    values = {
        "question_id": f"{week}_{number}",
        "question_date": "2023/01/05",
        "question_source": "CNN",
        "question_url": "https://quiz.example",
        "question_sentence": "Who won?",
        "choices": ["Steelers", "Bills"],
        "answer": ["1"],
        "evidence": "<b>…</b>",
    }
    return {**values, **fields}


def found(number, *articles, week="20230106"):
    return {"question_id": f"{week}_{number}", "search_time": "2023/01/07/05:11", "search_result": list(articles)}


def page(url="https://www.news.example/a", text="The Bills won.", **fields):
    values = {"url": url, "title": "Match", "text": text, "authors": ["A B"], "publish_date": "2023/01/04"}
    return {**values, **fields}


def test_realtimeqa_is_read_in_its_own_layout(tmp_path):
    write_lines(tmp_path / "20230106_qa.jsonl", quiz(0), quiz(1, answer=["0"]))
    write_lines(
        tmp_path / "20230106_gcs.jsonl", found(0, page()), found(1, page(), page("https://b.example/x", "Rain."))
    )
    dataset = realtimeqa.load(tmp_path)
    first, second = dataset.questions
    assert first.gold == ("Bills",)
    assert first.as_of == datetime(2023, 1, 5, 23, 59, 59, tzinfo=UTC)
    assert (first.answerable, second.answerable) == (True, False)
    assert first.articles == ("https://www.news.example/a",)
    assert [a.publisher for a in dataset.articles] == ["news.example", "b.example"]
    assert dataset.articles[0].published == datetime(2023, 1, 4, tzinfo=UTC)


def test_realtimeqa_keeps_the_first_fetch_of_a_page_and_judges_by_what_each_week_was_given(tmp_path):
    write_lines(tmp_path / "20230106_qa.jsonl", quiz(0))
    write_lines(tmp_path / "20230908_qa.jsonl", quiz(0, "20230908"))
    write_lines(tmp_path / "20230106_gcs.jsonl", found(0, page(text="Nothing yet.")))
    with gzip.open(tmp_path / "20230908_gcs.jsonl.gz", "wt") as file:
        file.write(json.dumps(found(0, page(), week="20230908")))
    dataset = realtimeqa.load(tmp_path)
    assert [a.text for a in dataset.articles] == ["Nothing yet."]
    assert [q.answerable for q in dataset.questions] == [False, True]
    assert [q.part for q in dataset.questions] == ["development", "reporting"]


def test_realtimeqa_leaves_pages_without_text_out(tmp_path):
    write_lines(tmp_path / "20230106_qa.jsonl", quiz(0))
    write_lines(tmp_path / "20230106_gcs.jsonl", found(0, {"url": "https://a.example", "title": "x"}, page(text=" ")))
    assert realtimeqa.load(tmp_path).articles == ()


def test_realtimeqa_reads_none_of_the_above_quizzes(tmp_path):
    write_lines(tmp_path / "20230106_qa.jsonl", quiz(0))
    published = {"question_id": "20230106_0_nota", "choices": ["Steelers", "None of the above"]}
    write_lines(tmp_path / "20230106_qa_nota.jsonl", quiz(0, **published))
    write_lines(tmp_path / "20230106_gcs.jsonl", found(0, page()))
    dataset = load_dataset("realtimeqa", tmp_path, "nota")
    assert isinstance(dataset, Dataset)
    asked = dataset.questions[0]
    assert asked.gold == ()
    assert asked.articles  # those of the plain question
    assert asked.answerable is False
    silent, named = {"mode": "abstained", "text": "The articles do not say."}, {"mode": "answer", "text": "Steelers."}
    assert score(asked, silent, "Steelers")["multiple_choice"] == 1
    assert score(asked, named, "Steelers")["multiple_choice"] == 0
    assert score(asked, FAILED, None)["multiple_choice"] == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"answer": ["7"]}, "index"),
        ({"answer": ["x"]}, "index"),
        ({"question_sentence": None}, "question_sentence"),
        ({"question_date": "yesterday"}, "question_date"),
        ({"question_date": None}, "question_date"),
    ],
)
def test_a_broken_quiz_names_its_line_and_field(tmp_path, fields, words):
    write_lines(tmp_path / "20230106_qa.jsonl", quiz(1), quiz(0, **fields))
    write_lines(tmp_path / "20230106_gcs.jsonl", found(0, page()))
    with pytest.raises(UnreadableError, match=rf"20230106_qa.jsonl line 2.*{words}"):
        realtimeqa.load(tmp_path)


def test_a_truncated_gzip_file_is_named(tmp_path):
    write_lines(tmp_path / "20230106_qa.jsonl", quiz(0))
    whole = gzip.compress(json.dumps(found(0, page())).encode())
    (tmp_path / "20230106_gcs.jsonl.gz").write_bytes(whole[:-9])
    with pytest.raises(UnreadableError, match="gcs"):
        realtimeqa.load(tmp_path)


def test_predictions_are_texts_or_choices(tmp_path):
    write_lines(tmp_path / "baselines" / "20230106_qa_closed_t5_gen.jsonl", {"question_id": "1", "prediction": "x"})
    write_lines(tmp_path / "baselines" / "20230106_qa_closed_t5.jsonl", {"question_id": "1", "prediction": ["2"]})
    text, choice = realtimeqa.load_predictions(tmp_path, "closed_t5")
    assert (text.text, text.choices, choice.text, choice.choices) == ("x", None, None, (2,))


def summary_sentence(text, *votes):
    return {"sentence": text, "responses": [{"worker_id": i, "response": vote} for i, vote in enumerate(votes)]}


def test_qags_takes_the_majority_of_the_votes(tmp_path):
    sentences = [summary_sentence("A.", "yes", "no", "yes"), summary_sentence("B.", "no", "no", "yes")]
    write_lines(tmp_path / "qags-cnndm.jsonl", {"article": "A. C.", "summary_sentences": sentences})
    claims = qags.load(tmp_path).claims
    assert [(c.id, c.claim, c.supported, c.part) for c in claims] == [
        ("0.0", "A.", True, "development"),
        ("0.1", "B.", False, "development"),
    ]


def test_qags_has_its_published_size():
    claims = qags.load(data_folder("groundedness")).claims
    assert len(claims) == 714
    assert len({c.article.text for c in claims}) == 235
    assert {c.part for c in claims} == {"development", "reporting"}


def test_qags_reads_xsum_apart_and_tunes_on_none_of_it(tmp_path):
    write_lines(tmp_path / "mturk_cnndm.jsonl", {"article": "A.", "summary_sentences": [summary_sentence("A.", "yes")]})
    write_lines(tmp_path / "mturk_xsum.jsonl", {"article": "B.", "summary_sentences": [summary_sentence("C.", "no")]})
    xsum = load_dataset("qags", tmp_path, "xsum")
    assert isinstance(xsum, ClaimSet)
    assert [(c.id, c.claim, c.part) for c in xsum.claims] == [("xsum-0.0", "C.", "reporting")]
    assert [c.claim for c in qags.load(tmp_path).claims] == ["A."]
    with pytest.raises(UsageError, match="xsum"):
        qags.load(tmp_path, "frank")


def claim(label, **fields):
    return {"text": "It rained.", "claim": "It was wet.", "label": label, **fields}


@pytest.mark.parametrize(
    ("label", "supported"),
    [(True, True), (1, True), ("yes", True), ("True", True), (False, False), (0, False), ("No", False), ("0", False)],
)
def test_own_claims_are_labelled_in_the_usual_ways(tmp_path, label, supported):
    write_lines(tmp_path / "any.jsonl", claim(label))
    claims = load_dataset("claims", tmp_path / "any.jsonl")
    assert isinstance(claims, ClaimSet)
    assert [(c.id, c.article.text, c.claim, c.supported) for c in claims.claims] == [
        ("1", "It rained.", "It was wet.", supported)
    ]


@pytest.mark.parametrize("label", [None, "maybe", 2, "", [True]])
def test_a_claim_without_a_clear_label_names_its_line(tmp_path, label):
    write_lines(tmp_path / "claims.jsonl", claim("yes"), claim(label))
    with pytest.raises(UnreadableError, match=r"claims.jsonl line 2.*label"):
        load_dataset("claims", tmp_path)


def test_two_claims_of_one_id_are_refused(tmp_path):
    write_lines(tmp_path / "claims.jsonl", claim("yes", id="a"), claim("no", id="a"))
    with pytest.raises(UnreadableError, match="two claims have the id a"):
        load_dataset("claims", tmp_path)


def rgb_line(**fields):
    values = {
        "id": 0,
        "query": "Where was it?",
        "answer": [["Tampa, Florida", "Tampa"]],
        "fakeanswer": "Glendale",
        "positive": ["It was in Tampa."],
        "positive_wrong": ["It was in Glendale."],
        "negative": ["n0", "n1", "n2", "n3", "n4", "n5"],
    }
    return {**values, **fields}


@pytest.mark.parametrize(
    ("variant", "texts", "gold"),
    [
        ("noise-0", ["It was in Tampa.", "n0", "n1", "n2", "n3"], ("Tampa, Florida", "Tampa")),
        ("noise-0.8", ["It was in Tampa.", "n0", "n1", "n2", "n3"], ("Tampa, Florida", "Tampa")),
        ("rejection", ["n0", "n1", "n2", "n3", "n4"], ()),
        ("counterfactual", ["It was in Glendale.", "n0", "n1", "n2", "n3"], ("Tampa, Florida", "Tampa")),
    ],
)
def test_rgb_gives_each_variant_its_passages(tmp_path, variant, texts, gold):
    write_lines(tmp_path / "en_fact.jsonl", rgb_line())
    dataset = rgb.load(tmp_path, variant)
    assert [a.text for a in dataset.articles] == texts
    assert dataset.questions[0].gold == gold
    assert dataset.questions[0].restrict
    assert dataset.near_duplicate == 1.0


def test_rgb_fills_up_with_right_passages_where_noise_runs_short(tmp_path):
    write_lines(tmp_path / "en_fact.jsonl", rgb_line(positive=["p0", "p1", "p2", "p3"], negative=["n0", "n1"]))
    assert [a.text for a in rgb.load(tmp_path, "noise-0.8").articles] == ["p0", "p1", "p2", "n0", "n1"]


def test_rgb_integration_needs_every_part_and_takes_one_passage_of_each_first(tmp_path):
    answer = [["Alpha", "alpha"], "Beta"]
    write_lines(tmp_path / "en_int.json", rgb_line(positive=[["a0", "a1"], ["b0"]], answer=answer))
    dataset = rgb.load(tmp_path, "integration")
    assert [a.text for a in dataset.articles] == ["a0", "b0", "a1", "n0", "n1"]
    assert dataset.questions[0].needed == (("Alpha", "alpha"), ("Beta",))
    assert dataset.questions[0].gold == ("Alpha and Beta",)


@pytest.mark.parametrize("variant", ["noise-1", "noise-2", "noise-x", "noise", "spam"])
def test_an_unknown_variant_of_rgb_is_wrong_usage(tmp_path, variant):
    write_lines(tmp_path / "en_fact.jsonl", rgb_line())
    with pytest.raises(UsageError, match="variant"):
        rgb.load(tmp_path, variant)


def test_rgb_without_a_variant_asks_each_question_in_every_variant_side_by_side(tmp_path):
    write_lines(tmp_path / "en_fact.jsonl", rgb_line(), rgb_line(id=1, query="When was it?"))
    write_lines(tmp_path / "en_int.json", rgb_line(positive=[["a0"], ["b0"]], answer=["Alpha", "Beta"]))
    dataset = rgb.load(tmp_path)
    kinds = [question.kind for question in dataset.questions]
    assert kinds[:8] == list(rgb.VARIANTS)
    assert kinds[8:] == list(rgb.VARIANTS[:-1])
    assert [question.own_measure for question in dataset.questions[:8]] == [
        *(f"accuracy@noise-{share}" for share in ("0", "0.2", "0.4", "0.6", "0.8")),
        "rejection_rate",
        "accuracy@counterfactual",
        "accuracy@integration",
    ]
    keys = [article_key(article) for article in dataset.articles]
    assert len(set(keys)) == len(keys)
    texts = dict(zip(keys, (article.text for article in dataset.articles), strict=True))
    assert [texts[key] for key in dataset.questions[7].articles] == ["a0", "b0", "n0", "n1", "n2"]


def test_rgb_without_its_integration_file_leaves_that_variant_out(tmp_path):
    write_lines(tmp_path / "en_fact.jsonl", rgb_line())
    assert [question.kind for question in rgb.load(tmp_path).questions] == list(rgb.VARIANTS[:-1])


def test_rgb_as_published_loads_in_every_variant():
    folder = data_folder("rgb")
    for variant in ("noise-0", "noise-0.8", "rejection", "counterfactual"):
        dataset = rgb.load(folder, variant)
        assert len(dataset.questions) == 100
        assert all(1 <= len(q.articles) <= 5 for q in dataset.questions)


def test_sample_versions_share_an_address_and_all_of_kinds_need_every_part(tmp_path):
    first = {"id": "a", "url": "https://a.example/x", "title": "T", "publisher": "P", "text": "It cost 4.",
             "published": "2024-02-13T06:30:00+02:00", "authors": [], "fictional": True}  # fmt: skip
    fixed = {**first, "id": "a2", "version_of": "a", "text": "It cost 5.", "modified": "2024-02-14T06:30:00+02:00"}
    write_lines(tmp_path / "articles.jsonl", first, fixed)
    asked = {"id": "q", "question": "Cost?", "kind": "disagreement", "as_of": "2024-03-01T00:00:00+00:00",
             "history": [{"question": "x", "answer": "y"}], "gold": ["4", "5"], "gold_articles": ["a", "a2"],
             "gold_quote": ["It cost 4.", "It cost 5."]}  # fmt: skip
    write_lines(tmp_path / "questions.jsonl", asked)
    dataset = sample.load(tmp_path)
    assert [a.url for a in dataset.articles] == ["https://a.example/x"] * 2
    assert dataset.articles[0].published == datetime(2024, 2, 13, 4, 30, tzinfo=UTC)
    question = dataset.questions[0]
    assert question.needed == (("4",), ("5",))
    assert question.gold_articles == ("https://a.example/x",)
    assert question.history[0].answer == "y"


def test_a_sample_question_of_an_unknown_article_is_refused(tmp_path):
    write_lines(tmp_path / "articles.jsonl")
    asked = {"id": "q", "question": "?", "kind": "latest", "gold": ["1"], "gold_articles": ["z"]}
    write_lines(tmp_path / "questions.jsonl", {**asked, "as_of": "2024-03-01T00:00:00+00:00"})
    with pytest.raises(UnreadableError, match='no article "z"'):
        sample.load(tmp_path)


def test_line_separators_inside_news_do_not_break_a_line():
    lines = list(json_lines('{"a": "x\u2028y\x85z"}\n\n{"a": "b"}\n', "f"))
    assert [line.text("a") for line in lines] == ["x\u2028y\x85z", "b"]


def test_a_selection_keeps_part_and_order():
    when = datetime(2024, 1, 1, tzinfo=UTC)
    parts = ["development", "reporting", "reporting"]
    questions = tuple(EvalQuestion(str(i), "?", ("x",), when, part=part) for i, part in enumerate(parts))
    dataset = Dataset("d", (), questions)
    assert [q.id for q in dataset.select("reporting").questions] == ["1", "2"]
    assert [q.id for q in dataset.select("all", 1).questions] == ["0"]
    with pytest.raises(UnreadableError, match="two questions"):
        Dataset("d", (), (questions[0], questions[0]))


def test_missing_data_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="--data"):
        need_folder("rgb", None)
    with pytest.raises(NotFoundError, match="--data"):
        need_folder("rgb", tmp_path / "no")
    with pytest.raises(NotFoundError, match="en_fact"):
        rgb.load(tmp_path)
    with pytest.raises(UsageError, match=NAMES[0]):
        load_dataset("nonsense", None)
    with pytest.raises(UsageError, match="development"):
        parse_part("test")


def write_multihop(folder, evidence, **fields):
    corpus = [
        {"title": "A", "author": "X Y", "source": "Herald", "published_at": "2023-11-02T10:00:00+00:00",
         "category": "sports", "url": "https://a.example/1", "body": "Alpha won."},
        {"title": "B", "author": None, "source": "Post", "published_at": "2023-12-01T09:00:00",
         "category": "tech", "url": "https://b.example/2", "body": "Beta lost."},
    ]  # fmt: skip
    (folder / "corpus.json").write_text(json.dumps(corpus))
    query = {"query": "Who won?", "answer": "Alpha", "question_type": "inference_query", "evidence_list": evidence}
    (folder / "MultiHopRAG.json").write_text(json.dumps([{**query, **fields}]))


def test_multihop_rag_is_read_as_published(tmp_path):
    write_multihop(tmp_path, [{"url": "https://a.example/1", "fact": "Alpha won."}] * 2)
    dataset = multihop_rag.load(tmp_path)
    question = dataset.questions[0]
    assert question.gold_articles == ("https://a.example/1",)
    assert question.gold_quotes == ("Alpha won.", "Alpha won.")
    assert question.as_of == datetime(2023, 12, 2, 9, tzinfo=UTC)
    assert question.answerable
    assert dataset.articles[0].authors == ("X Y",)


def test_multihop_rag_null_queries_have_no_answer(tmp_path):
    write_multihop(tmp_path, [], question_type="null_query", answer="Insufficient information.")
    question = multihop_rag.load(tmp_path).questions[0]
    assert (question.gold, question.answerable, question.denied) == ((), False, False)


def test_squad_two_is_read_as_published(tmp_path):
    found = {"id": "1", "question": "Who?", "is_impossible": False,
             "answers": [{"text": "Ada", "answer_start": 0}, {"text": "Ada", "answer_start": 0}]}  # fmt: skip
    absent = {"id": "2", "question": "Why?", "is_impossible": True, "answers": [],
              "plausible_answers": [{"text": "fun", "answer_start": 3}]}  # fmt: skip
    paragraphs = [{"context": "Ada wrote it.", "qas": [found, absent]}, {"context": "More.", "qas": []}]
    whole = {"version": "v2.0", "data": [{"title": "Ada_Lovelace", "paragraphs": paragraphs}]}
    (tmp_path / "dev-v2.0.json").write_text(json.dumps(whole))
    dataset = squad.load(tmp_path)
    assert dataset.articles[0].text == "Ada wrote it.\n\nMore."
    assert dataset.articles[0].title == "Ada Lovelace"
    assert [(q.gold, q.restrict, q.articles) for q in dataset.questions] == [
        (("Ada",), True, ("https://squad.invalid/Ada_Lovelace",)),
        ((), True, ("https://squad.invalid/Ada_Lovelace",)),
    ]
    (tmp_path / "dev-v2.0.json").write_text("[1]")
    with pytest.raises(UnreadableError, match="not a JSON object"):
        squad.load(tmp_path)


def test_a_users_own_questions_need_little(tmp_path):
    news = {"url": "https://a.example/1", "title": "T", "text": "The ferry costs 41 million crowns.",
            "published": "2024-02-13T06:30:00+00:00"}  # fmt: skip
    write_lines(tmp_path / "articles.jsonl", news)
    write_lines(
        tmp_path / "questions.jsonl",
        {"question": "What does the ferry cost?", "gold": "41 million crowns"},
        {"question": "Who is the captain?", "gold": [], "as_of": "2024-05-01T00:00:00+00:00"},
    )
    dataset = load_dataset("jsonl", tmp_path)
    assert isinstance(dataset, Dataset)
    first, second = dataset.questions
    assert (first.id, first.gold, first.kind) == ("1", ("41 million crowns",), "single_fact")
    assert first.as_of == datetime(2024, 2, 14, 6, 30, tzinfo=UTC)
    assert (second.kind, second.answerable) == ("not_in_articles", False)
    (tmp_path / "questions.jsonl").unlink()
    with pytest.raises(NotFoundError, match="eval make"):
        load_dataset("jsonl", tmp_path)


def test_a_users_own_questions_name_articles_by_their_ids_or_addresses(tmp_path):
    news = {"id": "ferry", "url": "https://a.example/1", "title": "T", "text": "The ferry costs 41 million crowns.",
            "published": "2024-02-13T06:30:00+00:00"}  # fmt: skip
    write_lines(tmp_path / "articles.jsonl", news)
    asked = {"question": "What does the ferry cost?", "gold": "41 million crowns"}
    write_lines(
        tmp_path / "questions.jsonl", asked | {"gold_articles": ["ferry"]}, asked | {"gold_articles": [news["url"]]}
    )
    dataset = load_dataset("jsonl", tmp_path)
    assert isinstance(dataset, Dataset)
    assert [each.gold_articles for each in dataset.questions] == [(news["url"],)] * 2
