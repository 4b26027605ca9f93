"""The names of layers, from those of nodes: what stands before the last "/" is the block into which they fold.

    /features/features.3/squeeze/Conv    features.3/squeeze     PyTorch: the modules, then the operator
    /layer1/layer1.0/Add                 layer1.0/add           … which is the name in a module that has others in it
    /conv1/Conv, /bn1/…, /relu/Relu      conv1/conv, conv1/bn1, conv1/relu     what only goes over a layer's numbers
    fire2/squeeze1x1                     fire2/squeeze1x1       others: as they are

A module that PyTorch names whole is named once, and a number belongs to what it counts.
"""

from collections.abc import Sequence

from app.importing.node import Node
from app.layers.references import LONGEST_NAME

FILTERS = {"Conv": "conv", "ConvTranspose": "conv", "Gemm": "linear", "MatMul": "linear"}
FOLLOWING = {"BatchNormalization": "norm", "Relu": "relu", "LeakyRelu": "relu", "Clip": "relu6", "Sigmoid": "sigmoid"}
FOLLOWING |= {"Tanh": "tanh", "Dropout": "dropout"}
WORDS = FILTERS | FOLLOWING
NO_LAYERS = ("Constant", "Identity")


def layer_names(nodes: Sequence[Node]) -> list[str]:
    """Return the name of the layer that each node becomes, none twice; empty where it has none."""
    paths = [_path(node) for node in nodes]
    counted = [path for node, path in zip(nodes, paths, strict=True) if path and node.operator not in NO_LAYERS]
    around = {path[:depth] for path in counted for depth in range(len(path))}  # modules that have others in them
    names = []
    for node, path in zip(nodes, paths, strict=True):
        whole = (*path, _word(node)) if path in around else path
        names.append("/".join(whole if path else ()) or _own(node))
    taken = set[str]()
    return [_unused(_short(_plain(name)), taken) for name in _followed(nodes, names)]


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


def _word(node: Node) -> str:
    return WORDS.get(node.operator, node.operator.lower())


def _followed(nodes: Sequence[Node], names: Sequence[str]) -> list[str]:
    """Return names by which a layer with filters, and what only goes over its numbers behind it, are one block.

    That holds where none of them is in a block already.
    """
    found, made = list(names), {output for node in nodes for output in node.outputs}
    leads: dict[str, int] = {}  # by what is made: the node with filters whose numbers these are
    for at, node in enumerate(nodes):
        if "/" in names[at] or not names[at] or not node.outputs:
            continue
        lead = next((leads[name] for name in node.inputs if name in leads), None)
        if node.operator in FILTERS:
            leads[node.outputs[0]] = at
        elif lead is not None and node.operator in FOLLOWING:
            leads[node.outputs[0]] = lead
            last = names[at].rpartition(".")[2]
            found[at] = f"{names[lead]}/{_word(node) if last.isdigit() or not last.islower() else last}"
            found[lead] = f"{names[lead]}/{_word(nodes[lead])}"
        elif lead is not None and node.operator == "Add" and any(name not in made for name in node.inputs):
            leads[node.outputs[0]] = lead  # its bias
    return found


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
