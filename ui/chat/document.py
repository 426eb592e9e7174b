"""A whole page of this host outside of the chat: its frame, and what the browser may load for it. Pure: HTML only."""

from __future__ import annotations

from ui.chat.safe import Markup, el, join

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def document(title: str, body: Markup) -> Markup:
    """Draw a page around its body; nothing inline is allowed to run on it."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        el("title", f"{title} – OnRecord"),
        el("link", rel="stylesheet", href="/chat-assets/article.css"),
        el("script", src="/chat-assets/article.js", defer=True),
    )
    nav = el("nav", el("a", "OnRecord", href="/"), aria_label="Site")
    return join([Markup("<!doctype html>"), el("html", head, el("body", nav, el("main", body)), lang="en")])
