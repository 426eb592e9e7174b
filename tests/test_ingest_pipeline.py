"""The pipeline on the real index: reports that add up, versions, and nothing done twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answer_world import World, assert_well_formed, opened_world
from fakes import FakeEmbedder
from ingest_house import NOW, STORY, House, news, numbers, story

from ingest.dedupe import signature
from ingest.pipeline import IngestPipeline
from ingest.rehearsal import Rehearsal
from ingest.report import Status
from qa.errors import ModelFailedError, UnreadableError
from qa.library.index import NewsIndex
from qa.library.ledger import Signed, Sketch
from qa.models.encoders import Embedder
from qa.settings import IngestSettings
from qa.types import Article, Carrier, Passage, PassageVectors, Question


def test_report_adds_up_to_the_inputs(house: House) -> None:
    broken = UnreadableError("x", "it is broken")
    report = house.take(
        *(news(n) for n in range(10)), news(3), story("Herald", 1), story("Post", 2), broken, Article("")
    )
    assert numbers(report) == (11, 0, 1, 1, 2)
    assert report.inputs == 15
    assert report.passages == house.index.stats().passages == 11
    assert [error.source for error in report.errors][:1] == ["x"]


def test_second_run_embeds_nothing(house: House) -> None:
    items = [news(n) for n in range(10)]
    house.take(*items)
    calls = house.embedder.calls
    assert numbers(house.take(*items)) == (0, 0, 10, 0, 0)
    assert house.embedder.calls == calls


def test_every_passage_is_the_text_of_its_article(house: House) -> None:
    house.take(*(news(n, text=" ".join([news(n).text] * 30)) for n in range(3)))
    for found in house.index.articles(limit=10):
        for passage, _ in house.index.vectors(found.id):
            assert found.text[passage.start : passage.end] == passage.text


def test_changed_article_becomes_a_new_version_that_holds_from_its_change(house: House) -> None:
    house.take(news(1))
    changed = replace(news(1), text=news(1).text + " A correction.", modified=datetime(2025, 3, 1, tzinfo=UTC))
    assert numbers(house.take(changed)) == (0, 1, 0, 0, 0)
    (current,) = house.index.articles()
    assert (current.version, current.valid_from) == (2, datetime(2025, 3, 1, tzinfo=UTC))
    assert house.index.article(current.id, 1).valid_to == datetime(2025, 3, 1, tzinfo=UTC)


def test_archive_that_holds_an_article_twice_can_be_read_again(house: House) -> None:
    twice = [news(1), replace(news(1), text=news(1).text + " More.")]
    assert numbers(house.take(*twice)) == (1, 1, 0, 0, 0)
    assert numbers(house.take(*twice)) == (0, 0, 2, 0, 0)


def test_change_without_a_date_holds_from_now(house: House) -> None:
    house.take(news(1))
    house.take(replace(news(1), text=news(1).text + " More."))
    assert house.index.articles()[0].valid_from == NOW


def test_only_changed_passages_are_embedded_again(house: House) -> None:
    paragraphs = [" ".join(f"Sentence {n} of part {part} is about ships." for n in range(25)) for part in range(6)]
    first = house.take(news(1, text="\n\n".join(paragraphs)))
    paragraphs[3] += " One more sentence."
    second = house.take(news(1, text="\n\n".join(paragraphs)))
    assert first.embedded == first.passages > 5
    assert 0 < second.embedded <= 2
    assert second.passages >= first.passages
    fresh = house.embedder.embed_passages(["Ship 1"], [house.index.vectors(house.index.articles()[0].id)[0][0]])[0]
    kept = house.index.vectors(house.index.articles()[0].id)[0][1]
    assert kept.passage == pytest.approx(fresh.passage, abs=1e-6)


def test_changed_facts_are_updated_without_embedding(house: House) -> None:
    house.take(news(1))
    calls = house.embedder.calls
    report = house.take(news(1, publisher="Daily Herald"))
    assert numbers(report) == (0, 1, 0, 0, 0)
    assert house.embedder.calls == calls
    assert house.index.articles()[0].publisher == "Daily Herald"


def test_wire_story_is_one_article_with_all_its_carriers(house: House) -> None:
    report = house.take(
        story("Post", 3), story("Herald", 2), story("Times", 4, STORY.replace("called the plan", "called it"))
    )
    assert numbers(report) == (1, 0, 0, 2, 0)
    (found,) = house.index.articles()
    assert [carrier.publisher for carrier in found.carriers] == ["Herald", "Post", "Times"]
    assert (found.publisher, found.published) == ("Herald", datetime(2025, 2, 2, tzinfo=UTC))


def test_wire_story_ingested_again_changes_nothing(house: House) -> None:
    wire = [story("Post", 3), story("Herald", 2), story("Times", 4, STORY.replace("called the plan", "called it"))]
    house.take(*wire)
    before = house.index.articles()
    assert numbers(house.take(*wire)) == (0, 0, 3, 0, 0)
    assert house.index.articles() == before


def test_near_duplicate_with_another_number_is_an_article_of_its_own(house: House) -> None:
    report = house.take(story("Post", 3), story("Herald", 2, STORY.replace("3.2", "3.9")))
    assert numbers(report) == (2, 0, 0, 0, 0)


def test_carrier_whose_text_changes_leaves_the_story(house: House) -> None:
    house.take(story("Post", 1), story("Herald", 2))
    report = house.take(story("Herald", 2, "The council has thrown out its plan for a wall, the Herald has learned."))
    assert numbers(report) == (1, 0, 0, 0, 0)
    assert sorted(len(found.carriers) for found in house.index.articles()) == [1, 1]


def test_signature_that_a_killed_run_left_to_nothing_keeps_no_article_out(house: House) -> None:
    made = signature(STORY)
    assert made is not None
    house.index.sign([Signed("0123456789abcdef", made.bands, made.sketch)])
    assert numbers(house.take(story("Post", 3))) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize("changed", [STORY, STORY.replace("called the plan", "called it")])
def test_story_that_is_deleted_while_its_copy_is_looked_at_is_stored_from_the_copy(house: House, changed: str) -> None:
    class Deleting(NewsIndex):
        def carry(self, article_id: str, carrier: Carrier, leaves: tuple[str, str] | None = None) -> None:
            self.delete([article_id])
            super().carry(article_id, carrier, leaves)

    house.take(story("Post", 3))
    house.index.__class__ = Deleting
    assert numbers(house.take(story("Herald", 2, changed))) == (1, 0, 0, 0, 0)
    assert [found.publisher for found in house.index.articles()] == ["Herald"]


def test_candidate_that_is_deleted_while_it_is_compared_is_passed_over(house: House) -> None:
    class Deleting(NewsIndex):
        def alike(self, bands: Sequence[int], limit: int = 50) -> tuple[Sketch, ...]:
            found = super().alike(bands, limit)
            self.delete([sketch.article_id for sketch in found])
            return found

    house.take(story("Post", 3))
    house.index.__class__ = Deleting
    report = house.take(story("Herald", 2, STORY.replace("called the plan", "called it")))
    assert numbers(report) == (1, 0, 0, 0, 0)
    assert [found.publisher for found in house.index.articles()] == ["Herald"]


def test_change_read_after_the_clock_was_set_back_is_still_the_latest(house: House) -> None:
    house.take(news(1))
    house.take(replace(news(1), text=news(1).text + " More."), now=NOW)
    house.take(replace(news(1), text=news(1).text + " Still more."), now=NOW - timedelta(hours=1))
    (current,) = house.index.articles()
    assert current.text.endswith("Still more.")
    assert current.version == 3


def test_short_equal_texts_under_other_titles_are_two_articles(house: House) -> None:
    one = Article(text="Live coverage has ended.", title="Election", url="https://e.org/1")
    assert numbers(house.take(one, replace(one, title="Storm", url="https://e.org/2"))) == (2, 0, 0, 0, 0)


def test_date_in_the_future_is_kept_as_unknown_with_a_warning(house: House) -> None:
    report = house.take(news(1, published=datetime(2031, 1, 1, tzinfo=UTC)))
    assert house.index.articles()[0].published is None
    assert "2031" in report.warnings[0].reason


def test_outlet_of_an_article_without_one_is_its_host(house: House) -> None:
    house.take(news(1, publisher=None))
    assert house.index.articles()[0].publisher == "e.org"


def test_dry_run_says_what_would_happen_and_stores_nothing(house: House) -> None:
    house.take(news(1))
    report = house.take(news(1), news(2), news(2), replace(news(1), text="Now something else."), dry_run=True)
    assert numbers(report) == (1, 1, 2, 0, 0)
    assert house.index.stats().articles == 1
    assert house.embedder.calls == 1


def test_dry_run_tells_copies_of_one_story_in_the_same_run(house: House) -> None:
    copy, other = STORY.replace("called the plan", "called it"), STORY.replace("3.2", "3.9")
    wire = [story("Post", 3), story("Times", 4, copy), story("Herald", 2, other), story("Post", 3)]
    wire += [story("Gazette", 5, other.replace("called the plan", "called it"))]
    said = numbers(house.take(*wire, dry_run=True))
    assert said == numbers(house.take(*wire)) == (2, 0, 1, 2, 0)


def test_dry_run_holds_only_so_many_texts() -> None:
    rehearsal = Rehearsal(0.85, kept=2)
    for number in range(4):
        text = STORY.replace("Port Ellery", f"Port {number}")
        rehearsal.add(str(number), text, text, signature(text))
    kept = [
        rehearsal.tells(text + ".", "x", signature(text))
        for text in (STORY.replace("Port Ellery", f"Port {n}") for n in range(4))
    ]
    assert kept == [False, False, True, True]
    assert rehearsal.is_same("0", STORY.replace("Port Ellery", "Port 0"))


def test_file_with_broken_lines_goes_in_but_for_them(house: House, tmp_path: Path) -> None:
    lines = [json.dumps({"url": f"https://e.org/{n}", "text": news(n).text}) for n in range(9)]
    (tmp_path / "f.jsonl").write_text("\n".join([*lines[:4], "{broken", *lines[4:]]))
    report = house.run(tmp_path / "f.jsonl", tmp_path / "missing.txt")
    assert numbers(report) == (9, 0, 0, 0, 2)
    assert "line 5" in report.errors[0].reason
    assert "no such file" in report.errors[1].reason


def test_progress_is_told_after_every_batch(house: House) -> None:
    class Watcher:
        def __init__(self) -> None:
            self.seen: list[Status] = []

        def update(self, status: Status) -> None:
            self.seen.append(status)

    watcher = Watcher()
    pipeline = IngestPipeline(house.index, house.embedder, house.settings, clock=iter(range(100)).__next__)
    pipeline.ingest_articles([news(n) for n in range(10)], now=NOW, progress=watcher)
    assert [status.inputs for status in watcher.seen] == [4, 8, 10]
    assert watcher.seen[-1].articles == watcher.seen[-1].passages == 10


def test_embedder_that_fails_halfway_loses_and_doubles_nothing(house: House) -> None:
    class Failing(FakeEmbedder):
        def embed_passages(self, titles: Sequence[str], passages: Sequence[Passage]) -> list[PassageVectors]:
            if self.calls == 2:
                raise ModelFailedError("The embedder failed.")
            return super().embed_passages(titles, passages)

    items = [news(n) for n in range(12)]
    failing = IngestPipeline(house.index, Failing(), house.settings)
    with pytest.raises(ModelFailedError):
        failing.ingest_articles(items, now=NOW)
    assert house.index.stats().articles == 8
    assert numbers(house.take(*items)) == (4, 0, 8, 0, 0)
    assert house.index.stats().passages == 12


def test_reader_that_raises_stops_the_run_and_its_thread(house: House) -> None:
    def items() -> Iterator[Article]:
        yield news(1)
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        IngestPipeline(house.index, house.embedder, house.settings).ingest_articles(items(), now=NOW)


def test_sample_news_is_taken_in_as_its_readme_promises(house: House) -> None:
    sample = Path(__file__).parents[1] / "eval" / "sample" / "articles.jsonl"
    first = house.run(sample)
    assert first.inputs == len(sample.read_text(encoding="utf-8").splitlines())
    assert (first.updated, first.failed) == (2, 0)
    found = house.index.articles(limit=200)
    assert all(article.fictional for article in found)
    assert sorted(len(article.carriers) for article in found)[-3:] == [1, 3, 3]
    corrected = [article for article in found if article.correction]
    assert len(corrected) == 2
    assert all(article.version == 2 for article in corrected)
    again = house.run(sample)
    assert (again.unchanged, again.inputs) == (first.inputs, first.inputs)


@pytest.fixture(scope="module")
def sample_world(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Iterator[World]:
    """The sample news from a corrected article's last weeks on, ingested as a user would."""
    sample = Path(__file__).parents[1] / "eval" / "sample" / "articles.jsonl"
    lines = sample.read_text(encoding="utf-8").splitlines()
    folder = tmp_path_factory.mktemp("sample")
    (folder / "some.jsonl").write_text("\n".join([*lines[24:36], *lines[58:66]]), encoding="utf-8")
    with opened_world(folder / "home", real_embedder, ()) as world:
        pipeline = IngestPipeline(world.index, real_embedder, IngestSettings())
        report = pipeline.run([str(folder / "some.jsonl")], now=datetime(2026, 3, 1, tzinfo=UTC))
        assert report.updated == 2
        yield world


@pytest.mark.parametrize(
    ("question", "as_of", "version", "said", "corrected"),
    [
        ("How much is Ostlebury's kelp medicine grant worth?", (2025, 7, 1), 2, "11 million", "14 million"),
        ("How much is Ostlebury's kelp medicine grant worth?", (2025, 5, 10), 1, "14 million", None),
        ("What profit did the Selwick Bank make in 2025?", (2026, 1, 20), 2, "64.1 million", "61.4 million"),
        ("What profit did the Selwick Bank make in 2025?", (2026, 1, 15), 1, "61.4 million", None),
    ],
)
def test_corrected_article_is_cited_as_it_stood_when_it_is_asked_about(
    sample_world: World, question: str, as_of: tuple[int, int, int], version: int, said: str, corrected: str | None
) -> None:
    asked = Question(question, as_of=datetime(*as_of, tzinfo=UTC), quotes_only=True)
    answer = sample_world.engine().ask(asked)
    assert_well_formed(answer, sample_world)
    first = answer.citations[0]
    assert (answer.mode, answer.short_answer, first.version) == ("quotes", f"{said} crowns", version)
    assert said in first.quote
    notices = [note for note in answer.notes if "was corrected" in note]
    assert [corrected in note for note in notices] == ([True] if corrected else [])


def test_deleted_outlet_that_is_read_again_carries_the_story_again(house: House) -> None:
    house.take(story("Post", 2), story("Herald", 1))
    house.index.retire("Post")
    assert numbers(house.take(story("Post", 2))) == (0, 0, 0, 1, 0)
    (found,) = house.index.articles()
    assert (found.version, [carrier.publisher for carrier in found.carriers]) == (1, ["Herald", "Post"])
