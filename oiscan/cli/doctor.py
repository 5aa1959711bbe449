"""``oiscan doctor``: what is installed here, what can be read, and what is missing."""

from __future__ import annotations

import typer

from oiscan.errors import ModelError
from oiscan.version import versions


def doctor() -> None:
    """Say which versions, model and picture formats this installation has, and what is missing (exit status 1)."""
    missing = [*_check_libraries(), *_check_model(), *_check_syntaxes()]
    if missing:
        typer.echo("\n".join(["Missing:", *(f"  {what}" for what in missing)]))
        raise typer.Exit(1)
    typer.echo("Nothing is missing.")


def _check_libraries() -> list[str]:
    typer.echo("Versions")
    found = versions()
    for name, version in found.items():
        typer.echo(f"  {name:<24}{version or 'not installed'}")
    return [f"library {name}: pip install {name}" for name, version in found.items() if version is None]


def _check_model() -> list[str]:
    from oiscan.segmentation import Model

    typer.echo("Model")
    try:
        model = Model.load()
    except ModelError as error:
        typer.echo("  default cannot be used")
        return [f"model: {error}"]
    views = " and ".join(model.views)
    typer.echo(f"  {model.name} for {views} scans, files as its card says, hash {model.sha256}")
    return []


def _check_syntaxes() -> list[str]:
    from oiscan.loaders.syntaxes import syntaxes

    typer.echo("DICOM pixels that can be read")
    known = syntaxes()
    for syntax in known:
        typer.echo(f"  {'yes' if syntax.readable else 'no':<4}{syntax.name} ({', '.join(syntax.decoders) or '-'})")
    return [f"a decoder for {syntax.name}: install oiscan again" for syntax in known if not syntax.readable]
