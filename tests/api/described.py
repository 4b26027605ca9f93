"""What openapi.json says of an answer, held against the answer."""

import jsonschema


def operations(description):
    """Yield the method, the path and the operation of all that is described."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def operation_of(description, method, path):
    """Return the operation that an address is asked for: of those that fit, the one with the most that is fixed."""
    parts = path.split("/")
    fitting = [
        (sum(not part.startswith("{") for part in known.split("/")), known)
        for known, methods in description["paths"].items()
        if method in methods and len(known.split("/")) == len(parts) and all(map(_fits, known.split("/"), parts))
    ]
    return description["paths"][max(fitting)[1]][method]


def _fits(known, part):
    head, brace, rest = known.partition("{")
    tail = rest.partition("}")[2]
    return part == known if not brace else part.startswith(head) and part.endswith(tail)


def check(description, operation, answer):
    """Hold an answer against its operation: its status, its kind, its headers, and what it says."""
    response = operation["responses"].get(str(answer.status_code))
    assert response, f"{operation['operationId']} does not say that it may answer {answer.status_code}: {answer.text}"
    for name in response.get("headers", {}):
        assert name in answer.headers, (operation["operationId"], answer.status_code, name)
    if "content" not in response:
        assert not answer.content
        return
    kinds = {kind.split(";")[0]: content["schema"] for kind, content in response["content"].items()}
    kind = answer.headers["content-type"].split(";")[0]
    assert kind in kinds, (operation["operationId"], kind)
    if kind.endswith("json") and not kind.endswith("ndjson"):
        hold(description, kinds[kind], answer.json())


def hold(description, schema, value):
    """Hold a value against a schema."""
    jsonschema.Draft202012Validator({**schema, "components": description["components"]}).validate(value)
