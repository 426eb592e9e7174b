"""``onrecord eval`` and ``onrecord bench``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from ui.commands.options import Data, Json, Model, with_model
from ui.terminal import hint, out, print_json

if TYPE_CHECKING:
    from eval.commands import Draft

group = typer.Typer(help="Measure answers on a data set, compare runs, gate a release.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.add_typer(group, name="eval", epilog="Example: onrecord eval run sample --limit 20")


@group.command(epilog="Example: onrecord eval run realtimeqa --data DIR --retrieval-only")
def run(
    dataset: Annotated[
        str,
        typer.Argument(
            help="sample, practice, realtimeqa, multihop_rag, rgb, squad, qags, jsonl or claims (your own)."
        ),
    ],
    data: Data = None,
    name: Annotated[str | None, typer.Option(help="The run's name; a broken-off run of that name goes on.")] = None,
    part: Annotated[str, typer.Option(help="development, reporting or all.")] = "all",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many questions.")] = None,
    model: Model = None,
    variant: Annotated[str | None, typer.Option(help="Which questions of a data set that has several sets.")] = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask a running OnRecord, or a bare model, instead.")
    ] = None,
    system: Annotated[
        str, typer.Option(metavar="NAME", help="onrecord, or llama-index-starter: the naive peer on the same articles.")
    ] = "onrecord",
    judge: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="verifier, llm, or nli:MODEL (the folder or hub name of a cross-encoder for entailment): says whether "
            "citations support their claims, as in ALCE.",
        ),
    ] = None,
    retrieval_only: Annotated[
        bool, typer.Option("--retrieval-only", help="Judge the passages; answer nothing.")
    ] = False,
    baselines: Annotated[bool, typer.Option("--baselines", help="Score the benchmark's own predictions.")] = False,
    removed: Annotated[bool, typer.Option(help="Ask again without the articles that hold the answer.")] = True,
    runs: Annotated[Path, typer.Option(metavar="DIR", help="The folder that runs are kept in.")] = Path("runs"),
    json: Json = False,
) -> None:
    """Run a data set, keep one line a question, and print the figures with their intervals."""
    import time

    from eval.commands import RunRequest, run_dataset, summary_json, summary_text
    from qa.errors import UsageError
    from qa.settings import make_settings
    from ui.service import utc_now

    if part not in {"all", "development", "reporting"}:
        raise UsageError(f"There is no part {part!r}; choose development, reporting or all.")
    request = RunRequest(
        dataset=dataset,
        data=data,
        name=name,
        part=part,  # type: ignore[arg-type]
        limit=limit,
        retrieval_only=retrieval_only,
        baselines=baselines,
        variant=variant,
        endpoint=endpoint,
        system=system,
        judge=judge,
        removed=removed,
        runs=runs,
    )
    summary = run_dataset(with_model(make_settings(), model), request, now=utc_now(), clock=time.monotonic, say=hint)
    print_json(summary_json(summary)) if json else out(summary_text(summary))


@group.command(epilog="Example: onrecord eval report runs/sample-20260101-120000 --form html --out report.html")
def report(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs.")],
    form: Annotated[str, typer.Option(help="terminal, markdown or html.")] = "terminal",
    out_file: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it to a file.")] = None,
    json: Json = False,
) -> None:
    """Show the figures of runs side by side."""
    from eval.commands import report_runs, run_summaries, summary_json

    if json:
        print_json({"runs": [summary_json(summary) for summary in run_summaries(folders)]})
        return
    text = report_runs(folders, form, _width())
    if out_file is None:
        out(text)
        return
    out_file.parent.mkdir(parents=True, exist_ok=True)
    out_file.write_text(text, encoding="utf-8")
    hint(f"The report is in {out_file}")


@group.command(epilog="Example: onrecord eval compare runs/before runs/after")
def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of one run.")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of the other.")],
    json: Json = False,
) -> None:
    """Compare two runs question by question, with intervals of the differences."""
    from eval.commands import compare_runs, comparison_json, comparison_text

    found = compare_runs(first, second)
    print_json(comparison_json(found)) if json else out(comparison_text(found))


@group.command(epilog="Example: onrecord eval gate runs/nightly --min f1=0.5 --max wrong_unhedged=0.15")
def gate(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    minimum: Annotated[list[str] | None, typer.Option("--min", metavar="MEASURE=NUMBER", help="At least.")] = None,
    maximum: Annotated[list[str] | None, typer.Option("--max", metavar="MEASURE=NUMBER", help="At most.")] = None,
    json: Json = False,
) -> None:
    """Exit with 1 unless the figures of a run hold to bounds."""
    from eval.commands import gate_run, parse_bound

    found = gate_run(folder, dict(map(parse_bound, minimum or ())), dict(map(parse_bound, maximum or ())))
    print_json({"passed": found.passed, "lines": list(found.lines)}) if json else out("\n".join(found.lines))
    if not found.passed:
        raise typer.Exit(1)


@group.command(epilog="Example: onrecord eval results runs/sample runs/bench-answer.json --out docs/results.md")
def results(
    paths: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of runs, and files of `onrecord bench --out`.")
    ],
    out_file: Annotated[Path, typer.Option("--out", metavar="FILE", help="The document to write.")] = Path(
        "docs/results.md"
    ),
    fresh: Annotated[bool, typer.Option("--fresh", help="Drop what other runs and benches gave the document.")] = False,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="HEADING", help="Drop one section; may be repeated.")
    ] = None,
) -> None:
    """Write the figures of runs and benches into a document, each with its machine and date; others' figures stay."""
    from eval.commands import write_results

    out(str(write_results(paths, out_file, fresh=fresh, drop=drop or ())))


@group.command(epilog="Example: onrecord eval make --to my-questions --count 20")
def make(
    folder: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where accepted questions go.")],
    count: Annotated[int, typer.Option(min=1, help="Drafts to look at.")] = 10,
    seed: Annotated[int, typer.Option(help="Which articles are drawn.")] = 0,
    accept_all: Annotated[bool, typer.Option("--all", help="Take every draft as it is.")] = False,
) -> None:
    """Draft questions from your own articles, each with its quote, and keep those that you accept."""
    from eval.commands import draft_from_library, save_drafts
    from qa.settings import make_settings

    kept = 0
    for draft in draft_from_library(make_settings(), count=count, seed=seed, say=hint):
        choice = draft if accept_all else _asked_about(draft)
        if isinstance(choice, str):
            break
        if choice is not None:
            # At once: Ctrl-C must not lose what was accepted.
            save_drafts([choice], folder)
            kept += 1
    if kept:
        out(str(folder / "questions.jsonl"))
    hint(f"{kept} questions kept; `onrecord eval run jsonl --data {folder}` asks them.")


def _width() -> int:
    import shutil

    return max(80, shutil.get_terminal_size((120, 24)).columns)


STOP: Final = "stop"
"""Said instead of a draft when a person has had enough."""


def _asked_about(draft: Draft) -> Draft | Literal["stop"] | None:
    from ui.terminal import safe

    hint(safe(f"\n{draft.article.title}\n  quote:    “{draft.quote}”\n  question: {draft.question}"))
    hint(safe(f"  answer:   {draft.gold}"))
    choice = ""
    while choice not in {"y", "n", "e", "q"}:
        choice = typer.prompt("Keep it (y), drop it (n), edit it (e), or stop (q)", default="y", err=True)
        choice = choice.strip().lower()[:1]
    if choice == "e":
        return _edited(draft)
    if choice == "q":
        return STOP
    return draft if choice == "y" else None


def _edited(draft: Draft) -> Draft:
    from dataclasses import replace

    question = typer.prompt("Question", default=draft.question, err=True).strip()
    gold = typer.prompt("Answer, as the quote has it", default=draft.gold, err=True).strip()
    while gold not in draft.quote:
        hint("The answer must stand in the quote, word for word.")
        gold = typer.prompt("Answer, as the quote has it", default=draft.gold, err=True).strip()
    return replace(draft, question=question, gold=gold)
