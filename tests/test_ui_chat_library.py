from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from chat_fakes import FERRY, HOSTILE, NASTY, PRICE

from ingest.dedupe import article_id
from qa.errors import SourceError
from qa.settings import IngestSettings
from qa.types import Searched
from ui.api.schemas import AddRequest, FailedOut, ReportOut, SourceErrorOut
from ui.chat.adding import Added, Addition, Reading, Tell, Work, add_all, addresses, pasted, told, uploaded
from ui.chat.bounds import Bounds, read_bounds, request_of
from ui.chat.scope import said, scope_bar
from ui.chat.shelves import Failed, Wish, days_chart, failures, in_order, overview, results, table

NOW = datetime(2025, 7, 1, tzinfo=UTC)


class Taking:
    """A service that takes everything and remembers it."""

    def __init__(self) -> None:
        self.requests: list[AddRequest] = []
        self.items: list[Any] = []
        self.onrecord = SimpleNamespace(settings=SimpleNamespace(ingest=IngestSettings()))

    def add(self, request: AddRequest) -> ReportOut:
        self.requests.append(request)
        return ReportOut(added=1)

    def failed(self) -> FailedOut:
        return FailedOut(failed=())

    def ingest(self, items: Any) -> ReportOut:
        self.items += list(items)
        return ReportOut(added=len(self.items))


def added(additions: list[Addition]) -> tuple[Added, ...]:
    return list(add_all(additions))[-1].done


@pytest.mark.parametrize("line", ["/etc/passwd", "file:///etc/passwd", "-", "~", "javascript:x", "../home"])
def test_only_addresses_of_the_web_are_taken_from_the_page(line: str) -> None:
    service = Taking()
    (one,) = added(addresses(line, service))  # type: ignore[arg-type]
    assert one.report is None
    assert "http" in one.problem
    assert service.requests == []


def test_each_address_is_added_once_and_alone() -> None:
    service = Taking()
    # Addresses of this machine are refused before anything is sent, which makes each of them one item.
    done = added(addresses("http://127.0.0.1:1/a\n\n http://127.0.0.1:1/b \nhttp://127.0.0.1:1/a", service))  # type: ignore[arg-type]
    assert [item.source for item in service.items] == ["http://127.0.0.1:1/a", "http://127.0.0.1:1/b"]
    assert [one.name for one in done] == ["http://127.0.0.1:1/a", "http://127.0.0.1:1/b"]


def test_results_come_one_by_one_and_one_failure_stops_no_other() -> None:
    def fail(tell: Tell) -> ReportOut:
        raise SourceError("x", "it is broken")

    steps = list(add_all([Addition("x", fail), Addition("y", lambda tell: ReportOut(added=2))]))
    assert [len(step.done) for step in steps if step.now is None] == [0, 1, 2]
    assert [step.now.name for step in steps if step.now] == ["x", "y"]
    assert "it is broken" in steps[-1].done[0].problem
    assert steps[-1].done[1].report == ReportOut(added=2)


def test_what_is_being_read_is_told_while_it_is_read() -> None:
    more = threading.Event()

    def slowly(tell: Tell) -> ReportOut:
        for _ in told("feed", [FERRY, SourceError("x", "it is broken")], tell):
            assert more.wait(10)
            more.clear()
        return ReportOut(added=1, failed=1)

    steps = add_all([Addition("feed", slowly)])
    while (step := next(steps)).now is None or not step.now.read:
        pass
    assert step.now == Reading("feed", 1, FERRY.title)
    more.set()
    assert next(steps).now == Reading("feed", 2, SourceError("x", "it is broken").reason)
    more.set()
    assert next(steps).done[0].report == ReportOut(added=1, failed=1)


def test_the_bar_of_one_thing_moves_and_says_how_many_articles_were_read() -> None:
    html = results(Work((), Reading("feed", 3, "<b>Title</b>")), 1)
    assert "3 articles read, the last <bdi>&lt;b&gt;Title&lt;/b&gt;</bdi>" in html
    assert "<progress max" in html
    assert '<progress value="1" max="2"' in results(Work((Added("x"),), Reading("y")), 2)


def test_a_pasted_text_keeps_its_outlet_and_day() -> None:
    service = Taking()
    added(pasted("Title", "Text.", " The Gull ", "2025-03-01", service))  # type: ignore[arg-type]
    (article,) = service.requests[0].articles
    assert (article.title, article.publisher, article.published) == ("Title", "The Gull", "2025-03-01")
    assert pasted("Title", "  ", "", "", service) == []  # type: ignore[arg-type]


def test_a_pasted_day_that_is_none_is_told() -> None:
    (one,) = added(pasted("Title", "Text.", "", "yesterday", Taking()))  # type: ignore[arg-type]
    assert "'yesterday' is not a date" in one.problem


def test_an_uploaded_file_is_known_by_its_own_name(tmp_path: Any) -> None:
    service = Taking()
    file = tmp_path / "harbour.md"
    file.write_text("# Harbour\n\nThe harbour reopened on Monday after eleven weeks of dredging.\n", "utf-8")
    (one,) = added(uploaded([str(file)], service))  # type: ignore[arg-type]
    assert one.name == "harbour.md"
    assert [item.source for item in service.items] == ["harbour.md"]


def test_two_articles_of_an_uploaded_file_do_not_take_one_anothers_place(tmp_path: Any) -> None:
    service = Taking()
    file = tmp_path / "harbour.jsonl"
    file.write_text('{"text": "The harbour reopened."}\n{"text": "The tower was closed."}\n', "utf-8")
    added(uploaded([str(file)], service))  # type: ignore[arg-type]
    assert [item.source for item in service.items] == ["harbour.jsonl:1", "harbour.jsonl:2"]
    assert len({article_id(item) for item in service.items}) == 2


def test_articles_are_sorted_and_the_undated_come_last() -> None:
    articles = [NASTY, FERRY, PRICE]
    assert in_order(articles, "newest") == [PRICE, FERRY, NASTY]
    assert in_order(articles, "oldest") == [FERRY, PRICE, NASTY]
    assert in_order(articles, "outlet")[-1] == FERRY
    assert in_order(articles, "title") == [PRICE, FERRY, NASTY]


def test_a_table_shows_one_page_and_says_which() -> None:
    articles = [replace(FERRY, id=f"a{n}") for n in range(60)]
    html = table(articles, Wish(page=2), 60)
    assert html.count("<tr>") == 1 + 10
    assert "Page 3 of 3" in html
    assert re.search(r'data-page="3" disabled', html)
    assert "Page 3 of 3" in table(articles, Wish(page=99), 60)
    assert "Page 1 of 3" in table(articles, Wish(page=-4), 60)


def test_a_table_cut_short_says_so() -> None:
    assert "The newest 1 of 9 articles" in table([FERRY], Wish(), 9)
    assert "No article fits." in table([], Wish("x"), 9)
    assert "There are no articles yet." in table([], Wish(), 0)


def test_hostile_articles_are_harmless_in_the_library() -> None:
    html = table([NASTY], Wish(HOSTILE), 1) + days_chart([replace(NASTY, published=NOW)])
    html += results(Work((Added(HOSTILE, problem=HOSTILE),), Reading(HOSTILE, 1, HOSTILE)), 2)
    html += failures([Failed(HOSTILE, HOSTILE, NOW)])
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "\x1b" not in html


@pytest.mark.parametrize(("days", "unit"), [(3, "day"), (200, "week"), (900, "month")])
def test_the_chart_counts_every_dated_article_once(days: int, unit: str) -> None:
    articles = [replace(FERRY, published=NOW + timedelta(days=n)) for n in range(0, days, max(1, days // 10))]
    html = days_chart([*articles, NASTY])
    assert f"Articles per {unit}, by outlet" in html
    assert sum(int(count) for count in re.findall(r": (\d+)</title>", html)) == len(articles)


def test_results_say_what_became_of_each_thing() -> None:
    report = ReportOut(added=1, failed=2, errors=(SourceErrorOut(source="s", reason="too large"),))
    html = results(Work((Added("feed", report),)), 3)
    assert "1 of 3 done" in html
    assert "1 added, 2 failed" in html
    assert "too large" in html
    assert "<progress" in html
    assert "no article found" in results(Work((Added("x", ReportOut()),)), 1)


def test_fictional_news_is_labelled_in_the_overview() -> None:
    assert "fictional sample" in overview(3, 2, NOW, NOW, True)
    assert "fictional" not in overview(3, 2, NOW, NOW, False)


def test_what_the_form_holds_becomes_the_request() -> None:
    form = {"since": "2025-03-01", "until": "2025-03-31", "publishers": ["The Gull"], "model": "quotes-only"}
    request = request_of(read_bounds(form), "Why?")
    assert (request.since, request.until, request.publishers) == ("2025-03-01", "2025-03-31", ("The Gull",))
    assert request.model == "quotes-only"


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"since": "soon"}, "soon is not a day"),
        ({"since": "2025-03-02", "until": "2025-03-01"}, "before the first"),
    ],
)
def test_a_wrong_day_is_left_out_and_told(form: dict[str, object], problem: str) -> None:
    bounds = read_bounds(form)
    assert problem in bounds.problem
    assert not bounds.until
    assert problem in scope_bar(bounds, Searched(), (), ("m", "quotes-only"))


def test_a_form_of_any_shape_is_read() -> None:
    assert read_bounds({"publishers": "x", "since": 3, "model": None}).publishers == ()


def test_what_is_set_is_always_said() -> None:
    assert said(Bounds(), ("small", "quotes-only")) == "any date · all outlets · small"
    bounds = Bounds(since="2025-03-01", as_of="2025-06-01", publishers=("The Gull",), model="quotes-only")
    assert said(bounds, ("small",)) == "since 1 March 2025 · The Gull · as of 1 June 2025 · quotes only"
    html = scope_bar(bounds, Searched(1204, 3, NOW), (("The Gull", 7),), ("small", "quotes-only"))
    assert "1,204 articles, newest 1 July 2025, 3 undated left out" in html
    assert re.search(r'value="The Gull" checked', html)


def test_outlets_are_escaped_in_the_scope() -> None:
    html = scope_bar(Bounds(publishers=(HOSTILE,)), Searched(), ((HOSTILE, 1),), (HOSTILE, "quotes-only"))
    assert "<script" not in html
    assert "<img" not in html
