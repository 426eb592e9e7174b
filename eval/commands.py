"""What ``onrecord eval`` does, free of argument parsing: each function is one command and returns a frozen value.

    run_dataset(settings, RunRequest(...), now=..., clock=..., say=...) -> RunSummary    `eval run`; see `summary_json`
    report_runs(folders, form) -> str                    `eval report`: terminal, markdown or html
    compare_runs(first, second) -> Comparison            `eval compare`; see `comparison_text`, `comparison_json`
    gate_run(folder, minimum, maximum) -> Gate           `eval gate`; exit 1 unless `gate.passed`; see `parse_bound`
    write_results(paths, out, fresh=..., drop=...) -> Path       `eval results`: docs/results.md from runs and benches
    draft_from_library(settings, count=..., seed=..., say=...) -> Iterator[Draft]        `eval make`: draft.question,
    save_drafts(drafts, folder) -> Path                  .gold, .quote, .article; `replace(draft, ...)` edits one

All raise ``OnRecordError`` with one plain sentence. ``say`` gets lines of progress meant for stderr; nothing here
prints, reads the clock or exits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eval.alce import Judge
from eval.baselines import baseline_records
from eval.compare import Comparison, compare_runs, comparison_json, comparison_text
from eval.config import QUOTES_ONLY, run_config, served_model
from eval.datasets import load_dataset
from eval.datasets.base import ClaimSet, Dataset, EvalQuestion, LabelledClaim, article_key
from eval.endpoint import ModelSystem, ServerSystem
from eval.gate import Gate, gate_run, parse_bound
from eval.home import eval_settings, fill, places, stored_articles
from eval.judges import agreement, check_judge, make_judge
from eval.make import PROMPT, Draft, Write, draft_questions, save_drafts
from eval.page import html_page
from eval.records import CONFIG, SUMMARY, Record, RunFolder, write_json
from eval.report import load_report, markdown, terminal_table
from eval.request import RunRequest
from eval.results import write_results
from eval.retrieval import retrieval_records, searchable
from eval.run import Clock, Places, Say, Trial, run_questions
from eval.summary import RunSummary, measure_json, summary_json, summary_text
from eval.systems import LocalSystem, System
from eval.verifier import Remembering, Tried, claim_records, make_scorers
from qa.answer.verify import Verifier
from qa.compose import OnRecord, open_library
from qa.errors import ModelMissingError, NotFoundError, UsageError
from qa.models.encoders import Embedder, make_embedder
from qa.models.llm import LanguageModel, make_language_model
from qa.models.shelf import Shelf
from qa.settings import Settings

__all__ = [
    "Comparison",
    "Draft",
    "Gate",
    "RunRequest",
    "RunSummary",
    "compare_runs",
    "comparison_json",
    "comparison_text",
    "draft_from_library",
    "gate_run",
    "parse_bound",
    "report_runs",
    "run_dataset",
    "run_summaries",
    "save_drafts",
    "summary_json",
    "summary_text",
    "write_results",
]


def run_dataset(settings: Settings, request: RunRequest, *, now: datetime, clock: Clock, say: Say) -> RunSummary:
    """Run a benchmark, write ``runs/NAME/`` and give its figures.

    Args:
        now: the moment the run starts, aware UTC; questions are asked as of their own moments.
        clock: seconds that only go up (``time.monotonic``), for estimates.
        say: takes lines of progress.

    Raises:
        UsageError, NotFoundError, UnreadableError: no such benchmark, no data, or broken data.
        HomeError, ModelError: the library or a model cannot be opened.
    """
    if request.system not in SYSTEMS:
        raise UsageError(f"There is no system {request.system}; take {' or '.join(SYSTEMS)}.")
    if request.judge:
        check_judge(request.judge)
    chosen = load_dataset(request.dataset, request.data, request.variant).select(request.part, request.limit)
    _refuse_ignored(request, chosen)
    folder = RunFolder(request.runs / (request.name or f"{request.dataset}-{now:%Y%m%d-%H%M%S}"))
    job = _Job(repeatable(settings), request, folder, now, clock, say)
    if request.baselines:
        _baselines(job, chosen)
    elif isinstance(chosen, ClaimSet):
        _claims(job, chosen)
    elif request.endpoint:
        _endpoint(job, chosen, request.endpoint)
    elif request.system == "llama-index-starter":
        _starter(job, chosen)
    else:
        _with_library(job, chosen)
    return finish(folder)


def repeatable(settings: Settings) -> Settings:
    """Have the model say the same to the same, whatever the temperature that people are answered at."""
    return settings.model_copy(update={"llm": settings.llm.model_copy(update={"temperature": 0.0})})


def run_summaries(folders: Sequence[Path]) -> tuple[RunSummary, ...]:
    """Give the figures of runs, computed from their lines.

    Raises:
        NotFoundError, UnreadableError: a run is not there, or is broken.
    """
    return tuple(load_report(folder).summary for folder in folders)


def report_runs(folders: Sequence[Path], form: str = "terminal", width: int = 120) -> str:
    """Report runs side by side.

    Args:
        form: ``terminal`` (a table of ``width`` columns), ``markdown``, or ``html`` (one page with plots).

    Raises:
        UsageError: no run was named, or there is no such form.
        NotFoundError, UnreadableError: a run is not there, or is broken.
    """
    if not folders:
        raise UsageError("Name at least one run, such as runs/sample-20260101-120000.")
    if form not in FORMS:
        raise UsageError(f"There is no report as {form}; take {', '.join(FORMS)}.")
    reports = [load_report(folder) for folder in folders]
    if form == "terminal":
        return terminal_table(reports, width)
    return markdown(reports) if form == "markdown" else html_page(reports)


def draft_from_library(settings: Settings, *, count: int = 10, seed: int = 0, say: Say) -> Iterator[Draft]:
    """Draft questions about the articles of the user's own library; it stays open while the drafts are taken.

    Raises:
        HomeError: the library cannot be opened, or another process owns it.
        NotFoundError: it holds no articles.
    """
    with open_library(settings, with_model=False) as onrecord, ExitStack() as opened:
        articles = tuple(stored_articles(onrecord.index))
        if not articles:
            raise NotFoundError("The library holds no articles yet; `onrecord ingest` brings some in.")
        yield from draft_questions(articles, _question_writer(settings, opened, say), count, seed)


def finish(folder: RunFolder) -> RunSummary:
    """Compute a run's figures from its lines and keep them beside them."""
    summary = load_report(folder.path).summary
    write_json(folder.path / SUMMARY, summary_json(summary))
    return summary


def _refuse_ignored(request: RunRequest, chosen: Dataset | ClaimSet) -> None:
    """Refuse what would be silently ignored."""
    claims = isinstance(chosen, ClaimSet)
    ways = {
        "--retrieval-only": request.retrieval_only,
        "--baselines": request.baselines,
        "--endpoint": bool(request.endpoint),
        "--system": request.system != SYSTEMS[0],
    }
    wanted = [name for name, given in ways.items() if given]
    if len(wanted) > 1:
        raise UsageError(f"{' and '.join(wanted)} are different runs; take one of them.")
    other = request.endpoint or request.system != SYSTEMS[0]
    if claims and (other or request.retrieval_only):
        raise UsageError(f"{request.dataset} is about the verifier alone; leave out what else would be asked.")
    if request.judge and not claims and (other or request.retrieval_only or request.baselines):
        raise UsageError("A judge reads the claims of OnRecord's own answers made here; leave out --judge.")


SYSTEMS = ("onrecord", "llama-index-starter")
FORMS = ("terminal", "markdown", "html")


@dataclass(frozen=True, slots=True)
class _Job:
    """One call of ``run_dataset`` with what it was given and where it writes."""

    settings: Settings
    request: RunRequest
    folder: RunFolder
    now: datetime
    clock: Clock
    say: Say

    def start(
        self,
        settings: Settings | None,
        asked_of: Sequence[EvalQuestion] | Sequence[LabelledClaim],
        index: str | None = None,
    ) -> frozenset[str]:
        """Begin or take up the run and give the ids of the lines that are there."""
        lines = self.folder.start(run_config(settings, self.request, asked_of, index, self.now))
        return frozenset(record.id for record in lines)


def _baselines(job: _Job, chosen: Dataset | ClaimSet) -> None:
    if job.request.dataset != "realtimeqa" or isinstance(chosen, ClaimSet):
        raise UsageError("Only realtimeqa comes with the predictions of the benchmark's own systems.")
    nota = job.request.variant == "nota"
    records = baseline_records(job.request.data, chosen.questions, none_of_the_above=nota)
    scored = {record.id for record in records}
    done = job.start(None, [question for question in chosen.questions if question.id in scored])
    _write(job, (record for record in records if record.id not in done))


def _claims(job: _Job, chosen: ClaimSet) -> None:
    done = job.start(job.settings, chosen.claims)
    embedder = Remembering(make_embedder(job.settings.embedder))
    with ExitStack() as opened:
        judges = _judges(job, embedder, opened)
        tried = Tried(make_scorers(embedder), Verifier(embedder), judges)
        _write(job, claim_records(chosen, tried, done, job.say))


def _judges(job: _Job, embedder: Embedder, opened: ExitStack) -> dict[str, Judge]:
    name = job.request.judge

    def model() -> LanguageModel:
        judging = make_language_model(job.settings.llm, Shelf(job.settings.models))
        opened.callback(judging.close)
        return judging

    if not name:
        return {}
    judge = make_judge(name, embedder, model, job.settings.embedder.device)
    # Kept beside the run, so that whoever reads the judge's figures reads how far it is to be trusted.
    told = {f"judge_agreement:{name}": measure_json(agreement(judge))}
    write_json(job.folder.path / CONFIG, {**job.folder.config(), "judge_agreement": told})
    return {name: judge}


def _write(job: _Job, records: Iterable[Record]) -> None:
    with job.folder.writer() as write:
        for record in records:
            write(record)


def _question_writer(settings: Settings, opened: ExitStack, say: Say) -> Write | None:
    try:
        model = make_language_model(settings.llm, Shelf(settings.models))
    except ModelMissingError as error:
        say(f"{error} Until then a draft is a sentence with a gap.")
        return None
    opened.callback(model.close)
    return lambda sentence, answer: model.complete(
        [("user", PROMPT.format(answer=answer, sentence=sentence))], max_tokens=40
    )


def _endpoint(job: _Job, dataset: Dataset, url: str) -> None:
    # What answers is behind the address: no model of this shelf is looked up, and none is named in the run's record.
    llm = job.settings.llm.model_copy(update={"base_url": url})
    done = job.start(job.settings.model_copy(update={"llm": llm}), dataset.questions)
    with ExitStack() as opened:
        held: Places = {}
        if job.request.asks_server:
            server = ServerSystem(url, llm.api_key, llm.parallel, model=served_model(job.settings))
            opened.callback(server.close)
            system: System = server
            held = places(dataset, server.stored())
        else:
            model = make_language_model(llm, Shelf(job.settings.models))
            opened.callback(model.close)
            system = ModelSystem(model, llm.parallel)
        trial = Trial(dataset, system, held, removed=False)
        run_questions(trial, job.folder, done, clock=job.clock, say=job.say)


def _starter(job: _Job, dataset: Dataset) -> None:
    # Imported here: it brings in parts of llama-index that nothing else needs.
    from eval.peer import StarterSystem

    # It reads the same articles that a library of ours would be made of, so the same fingerprint tells them.
    done = job.start(job.settings, dataset.questions, eval_settings(job.settings, dataset).home.name)
    embedder = make_embedder(job.settings.embedder)
    with closing(make_language_model(job.settings.llm, Shelf(job.settings.models))) as model:
        job.say(f"indexing {len(dataset.articles)} articles in memory")
        system = StarterSystem(dataset.articles, embedder, model, job.clock)
        keys = {key: key for key in map(article_key, dataset.articles)}
        run_questions(Trial(dataset, system, keys, removed=False), job.folder, done, clock=job.clock, say=job.say)


def _with_library(job: _Job, dataset: Dataset) -> None:
    settings = eval_settings(job.settings, dataset)
    wanted = not job.request.retrieval_only and settings.llm.model != QUOTES_ONLY
    with open_library(settings, with_model=wanted) as onrecord, ExitStack() as opened:
        # Before any work: a run that was made in another way is refused at once.
        asked_of = searchable(dataset) if job.request.retrieval_only else dataset.questions
        done = job.start(settings, asked_of, settings.home.name)
        kept = fill(onrecord.index, onrecord.embedder, settings, dataset, now=job.now, say=job.say)
        if job.request.retrieval_only:
            _write(job, retrieval_records(onrecord, dataset, kept, done, job.say))
            return
        judges = _judges(job, onrecord.embedder, opened)
        trial = Trial(dataset, _local(onrecord), kept, job.request.removed, judges)
        run_questions(trial, job.folder, done, clock=job.clock, say=job.say)


def _local(onrecord: OnRecord) -> LocalSystem:
    # An embedded model repeats itself only when it answers one question at a time.
    parallel = onrecord.settings.llm.parallel if onrecord.settings.llm.base_url else 1
    return LocalSystem(
        onrecord.settings.llm.model, onrecord.engine, onrecord.index, parallel, model=onrecord.engine.model
    )
