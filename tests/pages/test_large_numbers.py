"""Claims about numbers near the largest that float32 holds: every view prints them, and so does the drawing."""

import pytest
from fastapi.testclient import TestClient

from app.explorer.looks.registry import LOOKS

pytestmark = pytest.mark.reads

LAYERS = "relu | conv2d(1, 1, weights=values([[[[3]]]])) | add(inputs=[0, 1]) | max_pool2d(1)"


@pytest.mark.parametrize("view", sorted(LOOKS))
def test_every_view_prints_them(client: TestClient, view: str) -> None:
    values = "[[[8e37,1e29],[-1e37,0.5]]]"
    for layer in (1, 2, 3):
        answer = client.get("/", params={"values": values, "recipe": LAYERS, "at": f"{layer}.0.0.0", "view": view})
        assert answer.status_code == 200, answer.text[-300:]


def test_the_drawing_of_a_step_has_them(client: TestClient) -> None:
    run = client.post("/api/v1/runs", json={"input": {"values": [[[1e37, 1e29]]]}, "recipe": LAYERS}).json()
    for layer in range(4):
        assert client.get(f"/api/v1/runs/{run['id']}/layers/{layer}/steps/0/0/0.svg").status_code == 200
