"""The addresses the page asks: a thin skin over `oiscan.review.desk`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from oiscan.errors import ConflictError, ReadingError
from oiscan.review.changes import Drawing, Stroke, Undo, checked
from oiscan.review.desk import Desk
from oiscan.review.guard import HEADERS, MAX_BODY_BYTES, Guard

NOT_ADMITTED = "Open the address that oiscan printed; it works once. Start oiscan review again for a new one."
NOT_THIS_PAGE = "This request does not come from the reading page."
WHILE_BLINDED = "nothing is exported while reading is blinded: oiscan readings export does it outside the page"

Answer = Callable[[], ResponseReturnValue]


def server(desk: Desk, guard: Guard, export: Callable[[], dict[str, Any]]) -> Flask:
    """The web application for one reader.

    Parameters
    ----------
    desk
        What the reader may see and do.
    guard
        Who is let in.
    export
        All readings as plain data.
    """
    app = Flask("oiscan.review", template_folder="static", static_folder="static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the page shows levels in their order
    app.url_map.merge_slashes = False  # an address that is none is refused, not mended
    app.before_request(lambda: _refused(request, guard))
    app.after_request(_with_headers)
    app.register_error_handler(HTTPException, _plain)
    app.register_error_handler(Exception, _plain_failure)
    _add_pages(app, guard)
    _add_cases(app, desk)
    app.add_url_rule("/api/export", view_func=lambda: _exported(desk, export), endpoint="export")
    return app


def _add_pages(app: Flask, guard: Guard) -> None:
    def start() -> ResponseReturnValue:
        if not guard.admit(request.args.get("token", "")):
            return _refusal(NOT_ADMITTED)
        answer = redirect("/")
        answer.set_cookie(guard.cookie, guard.session, httponly=True, samesite="Strict", secure=guard.secure)
        return answer

    app.add_url_rule("/start", view_func=start, methods=["GET"], provide_automatic_options=False)
    app.add_url_rule("/", endpoint="page", view_func=lambda: render_template("index.html", csrf=guard.csrf))


def _add_cases(app: Flask, desk: Desk) -> None:
    """Reading and changing cases; `code` is looked up among the desk's cases and nowhere else."""

    def picture(code: str) -> ResponseReturnValue:
        try:
            return Response(desk.picture(code), mimetype="image/png")
        except ReadingError as error:
            return {"error": str(error)}, 404

    def case(code: str) -> ResponseReturnValue:
        return _answered(lambda: desk.case(code), 404)

    def measure(code: str) -> ResponseReturnValue:
        return _answered(lambda: {"vertebrae": desk.measure(code, checked(Drawing, _body()))})

    def stroke(code: str) -> ResponseReturnValue:
        return _kept(desk, code, lambda: desk.stroke(code, checked(Stroke, _body())))

    def undo(code: str) -> ResponseReturnValue:
        return _kept(desk, code, lambda: desk.undo(code, checked(Undo, _body())))

    app.add_url_rule("/api/worklist", endpoint="worklist", view_func=desk.worklist)
    app.add_url_rule("/api/cases/<code>", view_func=case)
    app.add_url_rule("/api/cases/<code>/picture.png", view_func=picture)
    for name, view in (("measure", measure), ("readings", stroke), ("undo", undo)):
        app.add_url_rule(f"/api/cases/<code>/{name}", endpoint=name, view_func=view, methods=["POST"])


def _exported(desk: Desk, export: Callable[[], dict[str, Any]]) -> ResponseReturnValue:
    return ({"error": WHILE_BLINDED}, 403) if desk.terms.blinded else export()


def _kept(desk: Desk, code: str, keep: Callable[[], dict[str, Any]]) -> ResponseReturnValue:
    """A change kept, or the case as it stands by now where that is no longer what the reader looked at."""
    try:
        return _answered(keep)
    except ConflictError as error:
        return {"error": str(error), "case": desk.case(code)}, 409


def _answered(told: Callable[[], dict[str, Any]], refused: int = 400) -> ResponseReturnValue:
    try:
        return told()
    except ConflictError:
        raise
    except ReadingError as error:
        return {"error": str(error)}, refused


def _body() -> Any:
    if not request.is_json:
        raise ReadingError("the request must be JSON (Content-Type: application/json)")
    try:
        return json.loads(request.get_data(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ReadingError("the request is no JSON") from error


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _refused(asked: Request, guard: Guard) -> ResponseReturnValue | None:
    """Why a request goes no further; None where it may."""
    if not guard.known_host(asked.host):
        return _refusal(NOT_THIS_PAGE)
    if asked.path == "/start" and asked.method == "GET":
        return None
    if not guard.knows(asked.cookies):
        return _refusal(NOT_ADMITTED)
    if asked.method not in ("GET", "HEAD") and not guard.may_change(dict(asked.headers)):
        return _refusal(NOT_THIS_PAGE)
    return None


def _refusal(why: str, status: int = 403) -> Response:
    return Response(why + "\n", status, mimetype="text/plain")


def _with_headers(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    return answer


def _plain(error: HTTPException) -> ResponseReturnValue:
    """Status and its name: no path, no version, no stack."""
    return _refusal(error.name, error.code or 500)


def _plain_failure(error: Exception) -> ResponseReturnValue:
    """A bug, or a disk that fails: its stack goes to the terminal, the page learns that nothing was kept."""
    from flask import current_app

    current_app.logger.exception("the request failed", exc_info=error)
    return {"error": "the server failed; what you see may not be kept: reload the page"}, 500
