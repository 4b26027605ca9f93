"""What tests share by a link: a picture of their own, a state too long for an address."""

from tests.samples import gradient, saved


def uploaded(client, shade=3):
    answer = client.post("/api/v1/images", files={"file": saved(gradient(shade + 9, 16), "PNG")})
    return answer.json()


def long_state(client, salt=1.0):
    """Return the address of a state that is too long for one, by its run."""
    weights = [[[[salt + 0.001 * k for k in range(15)] for _ in range(15)] for _ in range(3)] for _ in range(4)]
    document = {
        "input": {"image": "chelsea", "height": 32, "width": 32},
        "layers": [{"type": "conv2d", "weights": {"init": "values", "weight": weights}}, {"type": "relu"}],
    }
    run = client.post("/api/v1/runs", json=document).json()
    return f"/?run={run['id']}&at=1.2.3.4", run["id"]
