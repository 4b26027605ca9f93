"""The kernels of the textbooks as tables of whole numbers, each over one divisor, with a sentence and a source."""

from typing import NamedTuple

import numpy as np

from app.numerics import Floats

GONZALEZ = "Gonzalez & Woods, Digital Image Processing, 4th edition (2018)"
BURT = "Burt & Adelson, The Laplacian pyramid as a compact image code (1983)"
SOBEL = "Sobel & Feldman, A 3×3 isotropic gradient operator for image processing (1968)"
PREWITT = "Prewitt, Object enhancement and extraction (1970)"
SCHARR = "Scharr, Optimale Operatoren in der digitalen Bildverarbeitung (2000)"
MARR = "Marr & Hildreth, Theory of edge detection (1980)"
GIMP = "GNU Image Manipulation Program, user manual, Convolution Matrix filter"
DAUGMAN = "Daugman, Uncertainty relation for resolution in space, spatial frequency, and orientation (1985)"


class Classic(NamedTuple):
    """A kernel of a textbook: rows of whole numbers, set apart by `/`, over a divisor."""

    name: str
    table: str
    divisor: int
    sentence: str
    source: str

    @property
    def weight(self) -> Floats:
        """The weights, float32, shape (row, column)."""
        rows = [[int(number) for number in row.split()] for row in self.table.split("/")]
        return np.asarray(np.array(rows) / self.divisor, np.float32)


BOX, GAUSSIAN = "1 1 1 / 1 1 1 / 1 1 1", "1 2 1 / 2 4 2 / 1 2 1"
# fmt: off
CLASSICS = (
    Classic("identity", "0 0 0 / 0 1 0 / 0 0 0", 1, "Leaves the picture as it is.", GONZALEZ),
    Classic("box", BOX, 9, "Blurs: the mean of 3×3 pixels.", GONZALEZ),
    Classic("box_3", BOX, 9, "Blurs: the mean of 3×3 pixels.", GONZALEZ),
    Classic("box_5", "1 1 1 1 1 / 1 1 1 1 1 / 1 1 1 1 1 / 1 1 1 1 1 / 1 1 1 1 1", 25,
            "Blurs more: the mean of 5×5 pixels.", GONZALEZ),
    Classic("gaussian", GAUSSIAN, 16, "Blurs softly: near pixels count more than far ones.", BURT),
    Classic("gaussian_3", GAUSSIAN, 16, "Blurs softly: near pixels count more than far ones.", BURT),
    Classic("gaussian_5", "1 4 6 4 1 / 4 16 24 16 4 / 6 24 36 24 6 / 4 16 24 16 4 / 1 4 6 4 1", 256,
            "Blurs softly over 5×5 pixels.", BURT),
    Classic("motion_blur", "0 0 0 0 0 / 0 0 0 0 0 / 1 1 1 1 1 / 0 0 0 0 0 / 0 0 0 0 0", 5,
            "Blurs to the side only, as if the camera had moved.", GONZALEZ),
    Classic("sharpen", "0 -1 0 / -1 5 -1 / 0 -1 0", 1,
            "Sharpens: raises each pixel by how far it stands out from its four neighbours.", GONZALEZ),
    Classic("unsharp",
            "-1 -4 -6 -4 -1 / -4 -16 -24 -16 -4 / -6 -24 476 -24 -6 / -4 -16 -24 -16 -4 / -1 -4 -6 -4 -1", 256,
            "Sharpens by an unsharp mask: twice the picture minus its Gaussian blur.", GONZALEZ),
    Classic("sobel_x", "-1 0 1 / -2 0 2 / -1 0 1", 1,
            "Looks for upright edges: positive where it grows brighter to the right.", SOBEL),
    Classic("sobel_y", "-1 -2 -1 / 0 0 0 / 1 2 1", 1,
            "Looks for level edges: positive where it grows brighter downwards.", SOBEL),
    Classic("prewitt_x", "-1 0 1 / -1 0 1 / -1 0 1", 1,
            "Looks for upright edges, all three rows counting alike.", PREWITT),
    Classic("prewitt_y", "-1 -1 -1 / 0 0 0 / 1 1 1", 1,
            "Looks for level edges, all three columns counting alike.", PREWITT),
    Classic("scharr_x", "-3 0 3 / -10 0 10 / -3 0 3", 1,
            "Looks for upright edges, weighted so that slanted ones are measured truly too.", SCHARR),
    Classic("scharr_y", "-3 -10 -3 / 0 0 0 / 3 10 3", 1,
            "Looks for level edges, weighted so that slanted ones are measured truly too.", SCHARR),
    Classic("laplacian", "0 1 0 / 1 -4 1 / 0 1 0", 1,
            "Looks for sudden change in any direction: positive on the dark side of an edge, negative beyond it.",
            GONZALEZ),
    Classic("laplacian_of_gaussian", "0 0 -1 0 0 / 0 -1 -2 -1 0 / -1 -2 16 -2 -1 / 0 -1 -2 -1 0 / 0 0 -1 0 0", 1,
            "Looks for spots and edges after a blur; its sign is turned so that bright spots are positive.", MARR),
    Classic("emboss", "-2 -1 0 / -1 1 1 / 0 1 2", 1,
            "Makes the picture look stamped in metal: bright where it grows brighter to the lower right.", GIMP),
    Classic("line_horizontal", "-1 -1 -1 / 2 2 2 / -1 -1 -1", 1,
            "Looks for bright level lines one pixel thick.", GONZALEZ),
    Classic("line_vertical", "-1 2 -1 / -1 2 -1 / -1 2 -1", 1,
            "Looks for bright upright lines one pixel thick.", GONZALEZ),
    Classic("line_diagonal", "2 -1 -1 / -1 2 -1 / -1 -1 2", 1,
            "Looks for bright lines one pixel thick that fall to the right.", GONZALEZ),
    # A wave 4 pixels long under a Gaussian of deviation 2 rows and 1.5 columns, its mean taken out, in fiftieths.
    Classic("gabor",
            "0 -7 -1 15 -1 -7 0 / 0 -13 -1 29 -1 -13 0 / 0 -19 -2 42 -2 -19 0 / 0 -22 -2 48 -2 -22 0 / "
            "0 -19 -2 42 -2 -19 0 / 0 -13 -1 29 -1 -13 0 / 0 -7 -1 15 -1 -7 0", 50,
            "Looks for upright stripes about four pixels from one to the next.", DAUGMAN),
)
# fmt: on
