"""``onrecord serve`` and ``onrecord mcp``."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command(epilog="Example: onrecord serve --port 8080")(serve)
    app.command(epilog="Example: onrecord mcp --write")(mcp)


def serve(
    host: Annotated[str | None, typer.Option(help="The address to bind; loopback by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port to bind; 0 takes a free one.")] = None,
    add_user: Annotated[
        str | None,
        typer.Option("--add-user", metavar="NAME", help="Ask for a password, print NAME:HASH and end."),
    ] = None,
) -> None:
    """Serve the chat and the API until Ctrl-C."""
    if add_user is not None:
        _print_user(add_user)
        return
    from qa.settings import make_settings
    from ui import server

    settings = make_settings()
    server.serve(settings, host or settings.server.host, settings.server.port if port is None else port)


def _print_user(name: str) -> None:
    import secrets

    from qa.errors import UsageError
    from ui.api.users import hashed
    from ui.terminal import hint, out

    if not name or ":" in name or not name.isprintable():
        raise UsageError("A name to sign in with is printable and holds no colon.")
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    out(f"{name}:{hashed(password, secrets.token_bytes(16))}")
    hint("Put it into the JSON list ONRECORD_SERVER__USERS, or into `users` under [server] in onrecord.toml.")


def mcp(
    write: Annotated[bool, typer.Option("--write", help="Let the client also add articles.")] = False,
) -> None:
    """Offer the library as tools to another model over stdin and stdout (Model Context Protocol)."""
    from qa.settings import make_settings
    from ui.api.mcp import make_mcp, tools_of
    from ui.desk import open_desk

    with open_desk(make_settings(), with_model=True) as desk:
        make_mcp(tools_of(desk), writable=write).run("stdio")
