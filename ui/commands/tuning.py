"""``onrecord tune``: train the small models of OnRecord anew, or on frames of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from ui.commands.options import Json
from ui.terminal import hint, out, print_json

Frames = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Frames of your own (*.jsonl), instead of those shipped.")
]
Stories = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Stories of your own (*.jsonl), instead of those shipped.")
]
RealTimeQa = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="RealTime QA, whose development weeks are asked.")
]
Seed = Annotated[int, typer.Option(help="Draws what is learnt from, and the first weights.")]

group = typer.Typer(help="Train the small models that OnRecord reads with.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.add_typer(group, name="tune", epilog="Example: onrecord tune reader --rounds 1")


@group.command(epilog="Example: onrecord tune reader --out runs/reader --rounds 1")
def reader(
    out_dir: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Where state, curve and adapter lie; a stopped training goes on."),
    ] = Path("runs/tune-reader"),
    frames: Frames = None,
    stories: Stories = None,
    base: Annotated[
        str, typer.Option(metavar="MODEL", help="A Llama model of the shelf, which the adapter is for.")
    ] = "smollm2-135m-instruct",
    begin: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="An adapter that has learnt all but the last: stories or practice."
        ),
    ] = None,
    practice: Annotated[
        bool, typer.Option("--practice", help="After the stories, learn from the sets of practice.")
    ] = False,
    rounds: Annotated[int, typer.Option(min=1, help="Lessons drawn from each frame.")] = 3,
    seed: Seed = 7,
    json: Json = False,
) -> None:
    """Teach the embedded model to read: two hours on two cores; Ctrl-C stops, the same command goes on."""
    from datetime import UTC, datetime

    from eval.tune.calibrating import practise
    from eval.tune.frames import load_frames
    from eval.tune.reader import ReaderRecipe, train_reader
    from eval.tune.stories import load_stories
    from qa.models.shelf import Shelf
    from qa.settings import make_settings

    settings = make_settings()
    file = Shelf(settings.models).path(base)
    recipe = ReaderRecipe(seed=seed, rounds=rounds)
    sheets = practise(settings, datetime.now(UTC), hint) if practice else ()
    adapter = train_reader(load_frames(frames), load_stories(stories), file, out_dir, recipe, hint, begin, sheets)
    if json:
        print_json({"adapter": str(adapter), "base": base})
        return
    out(f"The adapter is {adapter}; answer with it by ONRECORD_LLM__LORA={adapter}")


@group.command(epilog="Example: onrecord tune support --out runs/support --rounds 1")
def support(
    out_dir: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Where state, curve and scorer lie; a stopped training goes on."),
    ] = Path("runs/tune-support"),
    frames: Frames = None,
    stories: Stories = None,
    begin: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="A scorer that has learnt from the frames: the stories follow."),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Fillings of each frame, and rounds over the stories.")] = 1,
    layers: Annotated[int, typer.Option(min=1, max=6, help="Layers of the embedder that it keeps.")] = 3,
    seed: Seed = 7,
    json: Json = False,
) -> None:
    """Teach the scorer what answers a question and what supports a claim; Ctrl-C stops, the same command goes on."""
    from eval.tune.frames import load_frames
    from eval.tune.stories import load_stories
    from eval.tune.support import SupportRecipe, train_support

    recipe = SupportRecipe(seed=seed, rounds=rounds, layers=layers)
    scorer = train_support(load_frames(frames), load_stories(stories), out_dir, recipe, hint, begin)
    if json:
        print_json({"scorer": str(scorer)})
        return
    out(f"The scorer is {scorer}")


@group.command(epilog="Example: onrecord tune weights --data realtimeqa-2023")
def weights(
    data: RealTimeQa,
    out_file: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the weights are written.")] = Path(
        "runs/reader.json"
    ),
    json: Json = False,
) -> None:
    """Fit how the reader weighs its signals, on the sets of practice and the development weeks of RealTime QA."""
    from datetime import UTC, datetime

    from eval.tune.calibrating import weigh
    from qa.settings import make_settings

    figures = weigh(make_settings(), data, out_file, datetime.now(UTC), hint)
    if json:
        print_json({"weights": str(out_file), **figures})
        return
    for name, shares in figures.items():
        right = f"{100 * shares['prior']:.1f} % right before, {100 * shares['left_out']:.1f} % where it is left out"
        out(f"{name}: {shares['readings']:.0f} readings, {right}")
    out(f"The weights are {out_file}")


@group.command(epilog="Example: onrecord tune confidence --data realtimeqa-2023")
def confidence(
    data: RealTimeQa,
    out_file: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the calibrations are written.")] = Path(
        "runs/calibration.json"
    ),
    json: Json = False,
) -> None:
    """Fit how sure an answer may be, on the sets of practice and the development weeks of RealTime QA."""
    from datetime import UTC, datetime

    from eval.tune.calibrating import calibrate
    from qa.settings import make_settings

    figures = calibrate(make_settings(), data, out_file, datetime.now(UTC), hint)
    if json:
        print_json({"calibrations": str(out_file), **figures})
        return
    _print_shares(figures)
    out(f"The calibrations are {out_file}")


@group.command("yes-no", epilog="Example: onrecord tune yes-no")
def yes_no(
    out_file: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the calibration is written.")] = Path(
        "runs/yes_no.json"
    ),
    json: Json = False,
) -> None:
    """Fit how sure one may be that what is quoted decides a yes or no, on the sets of practice that ask for such."""
    from datetime import UTC, datetime

    from eval.tune.calibrating import decide
    from qa.settings import make_settings

    figures = decide(make_settings(), out_file, datetime.now(UTC), hint)
    if json:
        print_json({"calibration": str(out_file), **figures})
        return
    _print_shares(figures)
    out(f"The calibration is {out_file}")


def _print_shares(figures: Mapping[str, Mapping[str, float]]) -> None:
    for name, shares in figures.items():
        out(f"{name}: " + ", ".join(f"{what} {100 * value:.1f} %" for what, value in shares.items()))
