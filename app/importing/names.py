"""The names of layers, from those of nodes: what stands before the last "/" is the block into which they fold.

    /features/features.3/squeeze/Conv    features.3/squeeze     PyTorch: the modules, then the operator
    /layer1/layer1.0/Add                 layer1.0/add           … which is the name where the module has more than one
    fire2/squeeze1x1                     fire2/squeeze1x1       others: as they are

A module that PyTorch names whole is named once, and a number belongs to what it counts.
"""

from collections import Counter
from collections.abc import Sequence

from app.importing.node import Node
from app.layers.references import LONGEST_NAME


def layer_names(nodes: Sequence[Node]) -> list[str]:
    """Return the name of the layer that each node becomes, none twice; empty where it has none."""
    paths = [_path(node) for node in nodes]
    inside = Counter(path[:depth] for path in paths for depth in range(len(path)))
    alike = Counter(path for path in paths if path)
    taken, names = set[str](), list[str]()
    for node, path in zip(nodes, paths, strict=True):
        alone = alike[path] == 1 and not inside[path]
        name = "/".join(path if alone or not path else (*path, node.operator.lower()))
        names.append(_unused(_short(_plain(name or _own(node))), taken))
    return names


def _path(node: Node) -> tuple[str, ...]:
    """Return the modules that a node is in, the outermost first; nothing where its name does not say."""
    if node.scopes:
        whole = [scope for scope in _listed(node.scopes) if scope]
        return tuple(_relative(whole[:-1]))
    head, slash, last = node.name.rpartition("/")
    if not slash or not head.startswith("/") or not last.startswith(node.operator):
        return ()
    return tuple(_relative(head.strip("/").split("/")))


def _listed(scopes: str) -> list[str]:
    """Return the names in a list as Python writes it: "['', 'features', 'features.3', 'conv2d']"."""
    return [part.strip().strip("'\"") for part in scopes.strip("[] ").split(",")]


def _relative(parts: Sequence[str]) -> list[str]:
    """Return each module's own name: without that of the one around it, numbers with what they count."""
    own, around = list[str](), ""
    for part in parts:
        rest = part.removeprefix(f"{around}.") if around else part
        if rest != part and rest[:1].isdigit():
            own[-1] = f"{own[-1]}.{rest}"
        else:
            own.append(rest)
        around = part
    return own


def _own(node: Node) -> str:
    """Return what a node that is in no module is called: by itself, or by what it makes."""
    made = node.outputs[0] if node.outputs else ""
    name = node.name or ("" if made.isdigit() else made)
    return name.strip("/")


def _plain(name: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in name).strip()


def _short(name: str) -> str:
    """Return a name that is not too long: the end of it tells one layer from another."""
    return name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}"


def _unused(name: str, taken: set[str]) -> str:
    """Return a name that no other layer has, which is taken from now on."""
    if not name:
        return ""
    found, count = name, 1
    while found in taken:
        count += 1
        found = f"{name[: LONGEST_NAME - 5]}_{count}"
    taken.add(found)
    return found
