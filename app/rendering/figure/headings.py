"""What stands over the parts of a drawing: of maps their number and size, of vectors how many numbers they hold."""

from app.rendering.figure.scene import Scene

LONG_NAME = 12  # characters, beside which there is no room for a size
Heading = tuple[str, str]  # a name, and a size beside it where there is room


def source_heading(scene: Scene) -> Heading:
    """Return the heading of the sheets that are read."""
    if scene.source.single:
        return _numbers(scene, scene.source.count), ""
    sides = (scene.source.rows, scene.source.columns)
    if scene.stage.index == 0 or scene.slices:
        return scene.say("Input"), _by(*sides, *([scene.sheet_count] if scene.slices or scene.photo else []))
    return scene.say("Map {number}").format(number=scene.sheets[0][0]), _by(*sides)


def lens_heading(scene: Scene, short: bool = False) -> Heading:
    """Return the heading of the filter, or of the numbers in the window; `short` where there is little room."""
    number = scene.place.channel + 1
    if scene.slices:
        more = _by(*scene.size, scene.sheet_count) if not scene.source.single else ""
        if scene.stage.vector:
            return scene.say("Weights") if short else scene.say("Weights of output {number}").format(
                number=number
            ), more
        if scene.filter_name:
            more = scene.filter_name if len(scene.filter_name) > LONG_NAME else f"{scene.filter_name}  {more}"
        return scene.say("Filter {number}").format(number=number), more
    if scene.size == (1, 1):
        return scene.say("One number"), ""
    if scene.source.single:
        return scene.say("All of them"), ""
    return scene.say("Window"), _by(*scene.size)


def target_heading(scene: Scene) -> Heading:
    """Return the heading of the sheet at work."""
    if scene.target.single or scene.stage.vector:
        return _numbers(scene, scene.target.count), ""
    return scene.say("Map {number}").format(number=scene.place.channel + 1), _by(
        scene.target.rows, scene.target.columns
    )


def _numbers(scene: Scene, count: int) -> str:
    return scene.say("One number") if count == 1 else scene.say("{count} numbers").format(count=f"{count:,}")


def _by(*sides: int) -> str:
    return " × ".join(map(str, sides))
