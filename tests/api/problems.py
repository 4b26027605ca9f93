"""What every error of the API looks like."""

from typing import Any

from app.errors import kinds

CODES = {kind.code: kind.status for kind in kinds()}


def told(response: Any, status: int, part: str = "") -> dict[str, Any]:
    """Check that an answer is problem+json of `status` whose sentence holds `part`; return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem.keys() - {"errors"} == {"type", "code", "title", "status", "detail"}
    assert CODES[problem["code"]] == status
    assert problem["type"] == f"/guide#{problem['code']}"
    assert problem["status"] == status
    assert problem["detail"]
    assert part in problem["detail"], problem["detail"]
    for error in problem.get("errors", []):
        assert error["pointer"] == "" or error["pointer"].startswith("/")
        assert error["detail"]
    assert ("retry-after" in response.headers) == (status in (429, 503))
    return problem
