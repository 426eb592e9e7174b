"""How the pages look: one calm theme of paper and ink, light and dark, from fonts that the reader's machine has.

The style sheets and scripts are files beside this one; nothing is fetched from another host.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import gradio as gr

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("shelf.js", "library.js", "pull.js", "chat.js")
SERIF = ("Charter", "Iowan Old Style", "Source Serif 4", "Georgia", "Noto Serif", "Liberation Serif", "serif")
SANS = ("system-ui", "-apple-system", "Segoe UI", "Noto Sans", "Liberation Sans", "sans-serif")


@lru_cache
def asset(name: str) -> str:
    """Read a style sheet or script that lies beside this module."""
    return (STATIC / name).read_text(encoding="utf-8")


def make_theme() -> gr.themes.Base:
    """Build the Gradio theme; the page's own sheet draws the rest."""
    paper, ink, line = "#fbfaf6", "#1d1b18", "#ddd8cc"
    return gr.themes.Base(
        font=SANS,
        font_mono=("ui-monospace", "Liberation Mono", "monospace"),
        radius_size=gr.themes.sizes.radius_sm,
        text_size=gr.themes.sizes.text_md,
    ).set(
        body_background_fill=paper,
        body_background_fill_dark="#171614",
        body_text_color=ink,
        body_text_color_dark="#ece8df",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        input_background_fill="#ffffff",
        input_background_fill_dark="#211f1c",
        input_border_color="#8b8578",
        input_border_color_dark="#7d776b",
        border_color_primary=line,
        border_color_primary_dark="#3a362f",
        button_primary_background_fill="#12505f",
        button_primary_background_fill_hover="#0c3e4a",
        button_primary_text_color="#ffffff",
        button_primary_background_fill_dark="#8fcbd9",
        button_primary_background_fill_hover_dark="#b0dde8",
        button_primary_text_color_dark="#10201f",
    )


def head() -> str:
    """Give what goes into the page's head: its scripts, and a colour for the browser's frame."""
    scripts = "".join(f"<script>{asset(name)}</script>" for name in SCRIPTS)
    return f'<meta name="theme-color" content="#fbfaf6">{scripts}'
