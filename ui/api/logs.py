"""The server's log: one JSON object a line on stderr, with the id of the request that a line belongs to.

No text of questions or articles is in it, unless ``ONRECORD_SERVER__LOG_QUESTIONS`` asks for that of questions.
"""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the request that is being served."""

_FIELDS = "fields"
_UNSEEN = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON lets stand as it is and yet ends a line, moves a terminal or cannot be written."""
LOGS = ("onrecord", "ui", "ingest", "qa", "uvicorn")


class JsonFormatter(logging.Formatter):
    """Renders a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "message": record.getMessage(),
            "request": request_id.get(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        written = json.dumps(line | getattr(record, _FIELDS, {}), ensure_ascii=False)
        return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def log_fields(log: logging.Logger, level: int, message: str, **fields: object) -> None:
    """Log a line with fields of its own."""
    log.log(level, message, extra={_FIELDS: fields})


def write_logs(stream: TextIO) -> None:
    """Have everything of this program logged to a stream, as JSON; called where the process begins."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    for name in LOGS:
        log = logging.getLogger(name)
        log.setLevel(logging.INFO if name == "onrecord" else logging.WARNING)
        log.handlers, log.propagate = [handler], False
