"""Assembles the app: settings, store, lab, the two faces, and what every request passes."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from app import __version__
from app.budget import Cache
from app.classroom.destinations import Destinations
from app.classroom.lessons import Lessons
from app.classroom.rooms import Rooms
from app.compute import SingleFlightCache
from app.explorer.templating.templates import keep_compiled
from app.lab import Lab
from app.links import Links
from app.machine import give_large_memory_back
from app.paths import folder
from app.settings import Settings
from app.storage import open_store
from app.trainings.trainings import Trainings
from app.web.api import description, examples
from app.web.api.batch import batch
from app.web.api.cone import cones
from app.web.api.exports import exports
from app.web.api.gradients import gradients
from app.web.api.lessons import lessons as lesson_api
from app.web.api.limits import limits
from app.web.api.links import links
from app.web.api.models import models
from app.web.api.outputs import outputs
from app.web.api.rendering import rendering
from app.web.api.reports import told_size
from app.web.api.rooms import rooms
from app.web.api.runs import api
from app.web.api.trainings import trainings
from app.web.asgi import problems
from app.web.asgi.compression import Compression
from app.web.asgi.directory import Directory
from app.web.asgi.language import Language
from app.web.asgi.leaving import Leaving
from app.web.asgi.momentary import Momentary
from app.web.asgi.response_cache import ResponseCache, answer_size
from app.web.asgi.security import Security
from app.web.asgi.static_files import PrintedFiles
from app.web.pages.adding import additions
from app.web.pages.docs import docs
from app.web.pages.explorer import pages
from app.web.pages.filter_parts import filter_parts
from app.web.pages.joining import joining
from app.web.pages.lesson import lesson
from app.web.pages.lesson_adding import lesson_adding
from app.web.pages.lesson_files import lesson_files
from app.web.pages.mistakes import mistake_page
from app.web.pages.my_lessons import my_lessons
from app.web.pages.network import network
from app.web.pages.networks import choosing
from app.web.pages.occlusion import occlusion
from app.web.pages.parts import parts
from app.web.pages.picture_tools import picture_tools
from app.web.pages.pictures import pictures
from app.web.pages.remote import remotes
from app.web.pages.rooms import rooms_pages
from app.web.pages.sharing import sharing
from app.web.pages.snapshots import Snapshots, train_pictures
from app.web.pages.train import train
from app.web.pages.worksheet import worksheet


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the app for `settings`, by default those of the environment."""
    settings = settings or Settings()
    store, key = open_store(settings)
    keep_compiled(settings.data_dir / "templates")

    give_large_memory_back()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        lab = Lab(settings, store, key)
        app.state.lab = lab
        app.state.links = Links(lab, key)
        app.state.lessons = lessons = Lessons(lab)
        app.state.trainings = live = Trainings(lab, key)
        app.state.rooms = classrooms = Rooms(store, key, settings.room_ttl, Destinations(lab, lessons.count).check)
        app.state.snapshots = Snapshots(lab, live)
        app.state.known_answers = Cache(lab.budget, answer_size)
        app.state.known_reports = Cache(lab.budget, told_size)
        app.state.moments = Momentary[str]()
        app.state.known_pages = SingleFlightCache[str](lab.budget, sys.getsizeof)
        for document in examples.KEPT:
            lab.keep_for_ever(document)
        await live.keep_for_ever(examples.TRAINING)
        await lessons.keep_for_ever(examples.LESSON_ID, examples.LESSON)
        classrooms.keep_for_ever(examples.ROOM, examples.ROOM_ADDRESS, examples.ROOM_POLL)
        await classrooms.begin()
        tending = [asyncio.create_task(work) for work in (lab.sweep(), lab.rest(), live.tend(), classrooms.tend())]
        yield
        for task in tending:
            task.cancel()
        await asyncio.gather(*tending, return_exceptions=True)
        await classrooms.leave()
        live.close()
        lab.close()

    app = FastAPI(
        title="Convscope",
        version=__version__,
        summary="Convolution, ReLU and pooling on your own picture, one number at a time.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # nobody listens, and each request would look
    )
    app.openapi = cache(partial(description.describe, app))  # type: ignore[method-assign]
    app.include_router(pages)
    app.include_router(api)
    app.include_router(gradients)  # before the outputs, which take what is left of a layer's .npy
    app.include_router(trainings)
    app.include_router(outputs)
    app.include_router(cones)
    app.include_router(exports)
    app.include_router(limits)
    app.include_router(rendering)
    app.include_router(batch)
    app.include_router(models)
    app.include_router(links)
    app.include_router(rooms)
    app.include_router(lesson_api)
    app.include_router(picture_tools)
    app.include_router(filter_parts)
    app.include_router(occlusion)
    app.include_router(my_lessons)
    app.include_router(lesson_adding)
    app.include_router(lesson_files)
    app.include_router(lesson)
    app.include_router(worksheet)
    app.include_router(parts)  # behind those of the filters: it takes what is left of /parts
    app.include_router(pictures)
    app.include_router(sharing)
    app.include_router(choosing)
    app.include_router(additions)
    app.include_router(network)
    app.include_router(train_pictures)
    app.include_router(train)
    app.include_router(remotes)
    app.include_router(rooms_pages)
    app.include_router(joining)
    app.include_router(docs)
    app.mount("/static", PrintedFiles(directory=folder("static")), name="static")

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        ready = not app.state.lab.queue.draining and store.ready()
        return JSONResponse(
            {"status": "ready" if ready else "not ready"}, 200 if ready else 503, {} if ready else {"Retry-After": "5"}
        )

    app.router.routes.insert(0, Directory(app.routes))
    voice = problems.install(app, mistake_page)
    app.add_middleware(Compression)
    app.add_middleware(Language)
    app.add_middleware(Leaving)
    app.add_middleware(ResponseCache)  # what it has is there too soon for anybody to leave
    app.add_middleware(Security, settings=settings, voice=voice)
    return app
