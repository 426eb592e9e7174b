"""The Library view: what there is to ask, what to add to it, what to take out.

Wiring only; ``shelves`` draws and ``adding`` adds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa.errors import NotFoundError
from qa.types import Article, SearchFilter
from ui.chat.adding import Addition, add_all, addresses, pasted, told, uploaded
from ui.chat.shelves import ORDERS, Failed, Wish, days_chart, failures, in_order, overview, results, table
from ui.service import Service

if TYPE_CHECKING:
    from qa.compose import OnRecord

_READ = 2000
_FOUND = 500
_DESK = """
window.onrecord.attachLibrary(trigger, ["look", "remove", "sample", "feed", "show"]);
"""


def library_view(shelf: Library) -> None:
    """Lay out the view's components and wire their events; called inside the page's blocks."""
    drawn = partial(gr.HTML, apply_default_css=False)
    with gr.Column(elem_id="view-library", elem_classes="view"):
        drawn("<h2>Library</h2>")
        top = drawn("", elem_id="library-top")
        with gr.Accordion("Add articles", open=False, elem_id="adding"):
            links = gr.Textbox(label="Addresses of pages, feeds or sitemaps, one a line", lines=2, max_lines=8)
            files = gr.File(
                label="Files: text, Markdown, HTML, JSON lines, feeds, archives", file_count="multiple", height=140
            )
            with gr.Accordion("Paste a text", open=False):
                title = gr.Textbox(label="Title")
                with gr.Row():
                    outlet = gr.Textbox(label="Outlet")
                    when = gr.Textbox(label="Published, such as 2025-03-01; leave empty when it is not known")
                text = gr.Textbox(label="Text", lines=6, max_lines=20)
            add = gr.Button("Add", variant="primary", elem_id="add")
        added = drawn("", elem_id="added")
        search = gr.Textbox(
            elem_id="library-search", label="Search the articles", placeholder="Search the articles", container=False
        )
        rows = drawn("", elem_id="library-rows")
        wish = gr.State(Wish())
    desk = gr.HTML("", elem_id="library-desk", js_on_load=_DESK)
    given = [links, title, text, outlet, when, files]
    view = [top, rows, wish]
    hear = {"api_visibility": "private", "concurrency_limit": None, "show_progress": "hidden"}
    search.submit(shelf.search, [search, wish], view, **hear)
    search.change(shelf.search, [search, wish], view, trigger_mode="always_last", **hear)
    desk.look(shelf.look, [wish], view, **hear)
    desk.remove(shelf.remove, [wish], view, **hear)
    adding = add.click(shelf.add, given, [added, *given], **hear)
    adding.then(shelf.show, [wish], view, **hear)
    desk.sample(shelf.add_sample, None, [added], **hear).then(shelf.show, [wish], view, **hear)
    desk.feed(shelf.add_feed, None, [added], **hear).then(shelf.show, [wish], view, **hear)
    desk.show(shelf.show, [wish], view, **hear)


class Library:
    """What the view's events do.

    Args:
        service: adds, lists and deletes.
    """

    def __init__(self, onrecord: OnRecord, service: Service) -> None:
        self._index = onrecord.index
        self._service = service

    def show(self, wish: Wish) -> tuple[Any, ...]:
        """Show the library as it is wished."""
        return self._top(), self._rows(wish), wish

    def search(self, query: str, wish: Wish) -> tuple[Any, ...]:
        """Show the articles that hold some words."""
        wish = Wish(query.strip(), wish.order)
        return gr.skip(), self._rows(wish), wish

    def look(self, wish: Wish, event: gr.EventData) -> tuple[Any, ...]:
        """Turn a page, or sort."""
        given = event._data if isinstance(event._data, dict) else {}
        order = next((one for one in ORDERS if one == given.get("order")), wish.order)
        page = given.get("page")
        wish = Wish(wish.query, order, page if isinstance(page, int) else 0)
        return gr.skip(), self._rows(wish), wish

    def remove(self, wish: Wish, event: gr.EventData) -> tuple[Any, ...]:
        """Delete the chosen articles; those that are gone already do not matter."""
        given = event._data if isinstance(event._data, dict) else {}
        chosen = given.get("ids")
        self._index.delete([one for one in map(str, chosen) if self._has(one)] if isinstance(chosen, list) else [])
        return self.show(wish)

    def add(
        self,
        links: str | None,
        title: str | None,
        text: str | None,
        outlet: str | None,
        when: str | None,
        files: Sequence[str] | None,
    ) -> Iterator[tuple[Any, ...]]:
        """Add what was given, showing each result as it comes; what was added is cleared from the form."""
        additions = [
            *addresses(links or "", self._service),
            *uploaded(files or (), self._service),
            *pasted(title or "", text or "", outlet or "", (when or "").strip(), self._service),
        ]
        for shown in self._adding(additions):
            yield shown, *[gr.skip()] * 6
        yield gr.skip(), "", "", "", "", "", None

    def add_sample(self) -> Iterator[str]:
        """Add the fictional sample news."""
        from eval.datasets.sample import load_articles

        name, articles = "The sample news", tuple(load_articles().values())
        yield from self._adding([Addition(name, lambda tell: self._service.ingest(told(name, articles, tell)))])

    def add_feed(self, event: gr.EventData) -> Iterator[str]:
        """Add what one address leads to, as it was given on the page of an empty library."""
        given = event._data if isinstance(event._data, dict) else {}
        yield from self._adding(addresses(str(given.get("address") or ""), self._service))

    def _adding(self, additions: Sequence[Addition]) -> Iterator[str]:
        if not additions:
            yield '<p class="hint" role="status">There is nothing to add yet.</p>'
        for work in add_all(additions) if additions else ():
            yield results(work, len(additions))

    def _top(self) -> str:
        stats = self._index.stats()
        some = self._articles("")
        fictional = bool(some) and all(article.fictional for article in some)
        failed = [Failed(one.source, one.reason, one.last) for one in self._index.failures()]
        line = overview(stats.articles, stats.publishers, stats.oldest, stats.newest, fictional)
        return line + days_chart(some) + failures(failed)

    def _rows(self, wish: Wish) -> str:
        return table(in_order(self._articles(wish.query), wish.order), wish, self._index.stats().articles)

    def _articles(self, query: str) -> tuple[Article, ...]:
        if not query:
            return self._index.articles(SearchFilter(), limit=_READ)
        hits = self._index.lexical(query, _FOUND, SearchFilter())
        ids = tuple(dict.fromkeys(hit.passage_id.rsplit(".", 2)[0] for hit in hits))
        return self._index.articles(SearchFilter(articles=ids), limit=_READ) if ids else ()

    def _has(self, article_id: str) -> bool:
        try:
            self._index.article(article_id)
        except NotFoundError:
            return False
        return True
