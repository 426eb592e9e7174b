"""When llama.cpp may go on from the prompt that it read last, without that changing an answer.

Fewer than some 64 tokens read in one go round differently from more, and then the same question can get another
answer the second time. Measured on the default model, against a fresh start: bit for bit the same when the reused and
the remaining tokens were both read with 64 or more, never when 33 or fewer remained. So only long prompts that follow
a long prompt, and share no more than its instructions, go on from it; all others are read afresh. This module knows
no endpoint.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

_SHORTEST = 600
"""Characters beyond the instructions that are certainly 64 tokens."""
_LONGEST = 6000
"""Characters that certainly fit into one batch of 2,048 tokens."""
_OPENING = 200
"""Characters after the instructions by which two prompts are told apart."""


class PromptReuse:
    """Decides for each prompt in the order in which they are sent; made for a server with one slot."""

    def __init__(self) -> None:
        self._last: str | None = None
        self._lock = threading.Lock()

    def allowed(self, messages: Sequence[tuple[str, str]]) -> bool:
        """Tell whether a prompt may go on from the one before it, and remember it."""
        rest = "".join(f"{role}\n{text}\n" for role, text in messages if role != "system")
        opening = rest[:_OPENING] if _SHORTEST <= len(rest) <= _LONGEST else None
        with self._lock:
            last, self._last = self._last, opening
        return opening is not None and last is not None and opening != last
