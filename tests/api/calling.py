"""What a caller writes with the client that openapi-python-client makes of openapi.json; tests/api/test_clients.py
puts it beside that client, lets mypy read both, and runs it.
"""

import io
import sys
from pathlib import Path

import numpy as np
from convscope_client import AuthenticatedClient, Client
from convscope_client.api.layers import get_output_npy, get_step
from convscope_client.api.pictures import delete_image, get_image, upload_image
from convscope_client.api.runs import create_run, get_run
from convscope_client.models import (
    Conv2DStep,
    ImageInput,
    NewImage,
    PostedDocument,
    Problem,
    Run,
    UploadImageBody,
)
from convscope_client.types import File


def main(address: str, picture: Path) -> None:
    client = Client(base_url=address)

    sent = upload_image.sync(
        client=client, body=UploadImageBody(file=File(io.BytesIO(picture.read_bytes()), picture.name))
    )
    assert isinstance(sent, NewImage)
    assert isinstance(sent.delete_token, str)
    document = PostedDocument(
        input_=ImageInput(image=sent.id, height=9, width=8), recipe="conv2d(2, (3, 2), weights=random(7)) | relu"
    )

    first, again = (create_run.sync_detailed(client=client, body=document) for _ in range(2))
    assert [first.status_code, again.status_code] == [201, 200]
    run = first.parsed
    assert isinstance(run, Run)
    assert run == again.parsed
    assert run == get_run.sync(run.id, client=client)
    assert [layer.output_shape for layer in run.layers] == [[2, 7, 7], [2, 7, 7]]

    step = get_step.sync(run.id, 0, 1, 2, 3, client=client)
    assert isinstance(step, Conv2DStep)
    assert np.isclose(np.sum(step.products) + step.bias, step.value)

    maps = get_output_npy.sync(run.id, 0, client=client)
    assert isinstance(maps, File)
    found = np.load(maps.payload)
    assert (found.shape, found.dtype) == ((2, 7, 7), np.float32)
    assert found[1, 2, 3] == np.float32(step.value)

    owner = AuthenticatedClient(base_url=address, token=sent.delete_token)
    assert delete_image.sync_detailed(sent.id, client=owner).status_code == 204
    gone = get_image.sync(sent.id, client=client)
    assert isinstance(gone, Problem)
    assert gone.code == "not-found"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
