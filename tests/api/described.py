"""What openapi.json says of an answer, held against the answer."""

import jsonschema
import pytest


def operations(description):
    """Yield the method, the path and the operation of all that is described."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def examples(thing):
    """Return the values of a parameter's or a body's examples."""
    if "examples" in thing:
        return [example["value"] for example in thing["examples"].values()]
    return [thing["example"]] if "example" in thing else []


def requests(description, ids=None):
    """Yield the example requests of all operations: method, path, query fields, and the kind and value of a body.

    `ids`: what stands in a path in place of its example.
    """
    for method, path, operation in operations(description):
        query = {}
        for parameter in operation.get("parameters", []):
            values = examples(parameter)
            if parameter["in"] == "path":
                assert values, f"{method} {path}: no example of {parameter['name']}"
                value = (ids or {}).get(parameter["name"], values[0])
                path = path.replace(f"{{{parameter['name']}}}", str(value))
            else:
                assert values or not parameter.get("required"), f"{method} {path}: {parameter['name']}"
                query |= {parameter["name"]: values[0]} if values else {}
        bodies = [
            (kind, body)
            for kind, content in operation.get("requestBody", {}).get("content", {}).items()
            for body in examples(content) or pytest.fail(f"{method} {path}: no example of a {kind} body")
        ]
        yield from ((method, path, query, kind, body) for kind, body in bodies or [(None, None)])


def send(client, method, path, query, kind, body, headers=None):
    """Send a request of which the body is an example of a kind."""
    headers = {} if headers is None else headers
    match kind:
        case None:
            return client.request(method, path, params=query, headers=headers)
        case "application/json":
            return client.request(method, path, params=query, headers=headers, json=body)
        case "application/yaml" | "application/x-ndjson":
            return client.request(method, path, params=query, headers={"content-type": kind, **headers}, content=body)
        case "multipart/form-data" if isinstance(body.get("file"), list):
            parts = [("file", file.encode()) for file in body["file"]]
            fields = {name: str(value) for name, value in body.items() if name != "file"}
            return client.request(method, path, params=query, headers=headers, files=parts, data=fields)
        case "multipart/form-data":
            fields = {name: (None, str(value)) for name, value in body.items()}
            return client.request(method, path, params=query, headers=headers, files=fields)
    raise AssertionError(kind)


def operation_of(description, method, path):
    """Return the operation that an address is asked for."""
    operation = find_operation(description, method, path)
    assert operation, (method, path)
    return operation


def find_operation(description, method, path):
    """Return the operation of an address, of those that fit the one with the most that is fixed; None where none is."""
    parts = path.split("/")
    fitting = [
        (sum(not part.startswith("{") for part in known.split("/")), known)
        for known in description["paths"]
        if len(known.split("/")) == len(parts) and all(map(_fits, known.split("/"), parts))
    ]
    return description["paths"][max(fitting)[1]].get(method) if fitting else None


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
