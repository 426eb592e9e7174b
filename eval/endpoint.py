"""A running OnRecord, or a bare OpenAI-compatible model, put to the same questions over HTTP.

An address that ends in ``/v1`` is a model asked without any articles: what it knows by heart, to be beaten. Any other
address is a server of ours, with the articles that it holds. Whatever goes wrong becomes a ``ServerError`` or
``ModelFailedError``, and the question counts as wrong. A bare model abstains by saying so (``eval.silence``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import httpx

from eval.scoring import Json, SeenCitation, mapping, objects
from eval.silence import says_nothing
from eval.systems import Reply
from qa.errors import ServerError
from qa.models.llm import LanguageModel
from qa.types import Article, Question

_TIMEOUT = 300.0
_ASK = "Answer the question about the news in as few words as possible. If you do not know, say: I do not know."
_PAGE = 500


class ServerSystem:
    """A running OnRecord, asked through its API.

    Args:
        url: where it serves (``http://127.0.0.1:7860``).
        api_key: sent as a bearer token.
        parallel: questions at once.
        model: which of its models is asked; its own default where none is named.
        transport: for tests; the network otherwise.
    """

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        parallel: int = 1,
        model: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.name = url
        self.parallel = parallel
        self._model = {"model": model} if model else {}
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx.Client(base_url=url, timeout=_TIMEOUT, headers=headers, transport=transport)
        self._texts: dict[tuple[str, int], str | None] = {}
        self._lock = threading.Lock()

    def ask(self, question: Question) -> Reply:
        """Post a question; the candidate is the server's, or its short answer where it sends none.

        Raises:
            ServerError: it cannot be reached, refuses, or sends no answer object.
        """
        answer = self._json("POST", "/v1/ask", {**question_json(question), **self._model})
        if "mode" not in answer:
            raise ServerError(f"{self.name} sent no answer object; is it an OnRecord server?")
        candidate = answer.get("candidate") or answer.get("short_answer")
        return Reply(answer, str(candidate) if candidate else None)

    def article(self, citation: SeenCitation) -> str | None:
        """Fetch the cited version's text, once."""
        key = (citation.article_id, citation.version)
        with self._lock:
            if key not in self._texts:
                self._texts[key] = self._text(citation)
            return self._texts[key]

    def stored(self) -> Iterator[Article]:
        """Give what the server holds, page by page: ids, titles and addresses, without the texts.

        Raises:
            ServerError: it cannot be reached or refuses.
        """
        after: str | None = ""
        while after is not None:
            page = self._json("GET", f"/v1/articles?limit={_PAGE}" + (f"&after={quote(after)}" if after else ""))
            yield from map(_row, objects(page.get("articles")))
            after = str(page["next"]) if page.get("next") else None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _text(self, citation: SeenCitation) -> str | None:
        try:
            path = f"/v1/articles/{citation.article_id}?version={citation.version}"
            return str(self._json("GET", path).get("text", ""))
        except ServerError:
            return None

    def _json(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Json:
        try:
            response = self._http.request(method, path, json=body)
            response.raise_for_status()
            return mapping(response.json())
        except (httpx.HTTPError, ValueError) as error:
            raise ServerError(f"{self.name} did not answer {path}: {error}") from error


class ModelSystem:
    """A model asked without articles."""

    def __init__(self, model: LanguageModel, parallel: int = 1) -> None:
        self.name = model.name
        self.parallel = parallel
        self._model = model

    def ask(self, question: Question) -> Reply:
        """Ask the model; what it says is text and candidate at once, and never a citation.

        Raises:
            ModelFailedError: the endpoint failed.
        """
        asked = f"Today is {question.as_of:%d %B %Y}. {question.text}"
        earlier = [(role, text) for turn in question.history for role, text in _turns(turn.question, turn.answer)]
        said = self._model.complete([("system", _ASK), *earlier, ("user", asked)], max_tokens=64).strip()
        unknown = says_nothing(said)
        answer = {"mode": "abstained" if unknown else "answer", "text": said, "short_answer": None if unknown else said}
        return Reply({**answer, "model": self.name}, said or None)

    def article(self, citation: SeenCitation) -> str | None:
        """Give nothing: a bare model cites nothing."""
        return None


def question_json(question: Question) -> dict[str, object]:
    """Write a question as the API takes it, with the articles that it is restricted to or goes without."""
    named = {"articles": question.filter.articles, "without_articles": question.filter.without_articles}
    return {
        "question": question.text,
        "as_of": question.as_of.isoformat(),
        "history": [{"question": turn.question, "answer": turn.answer} for turn in question.history],
        **{name: list(ids) for name, ids in named.items() if ids},
    }


def _row(item: Json) -> Article:
    url = item.get("url")
    return Article("", str(item.get("title", "")), id=str(item.get("id", "")), url=str(url) if url else None)


def _turns(question: str, answer: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("user", question), ("assistant", answer)
