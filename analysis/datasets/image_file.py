"""An image from outside as uint8 RGB: checked before it is unpacked, upright, over white, not over 512 pixels."""

import tempfile
import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.dataset import Image
from analysis.packed_images import PackedImages
from models.errors import BadInput, Failed

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 512  # pixels; more is scaled down


def read_image(source: Path | bytes, what: str) -> tuple[Image, bool]:
    """Pixels (height, width, 3) and whether they were scaled down. `what` names the image in sentences.

    First frame of several; turned as EXIF says; what is transparent shows white.
    """
    import PIL.Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)  # remarks on metadata
            with PIL.Image.open(BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise _bomb(what, f"{width} × {height} pixels")
                return _pixels(picture, what)
    except (PIL.Image.DecompressionBombWarning, PIL.Image.DecompressionBombError) as error:
        raise _bomb(what, "too many pixels") from error
    except PIL.UnidentifiedImageError as error:
        raise BadInput(f"{what} is no image ({', '.join(FORMATS)} are known); leave it out.") from error
    except BadInput:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError) as error:
        raise BadInput(f"{what} is an image that is cut off or damaged ({error}); leave it out.") from error


def spool(images: Iterable[Image]) -> PackedImages:
    """Keep images, one at a time, in an unnamed temporary file that is mapped into memory."""
    shapes: list[tuple[int, int]] = []
    try:
        with tempfile.TemporaryFile() as file:
            for image in images:
                file.write(np.ascontiguousarray(image).data)
                shapes.append(image.shape[:2])
            file.flush()
            pixels: Image = np.memmap(file, dtype=np.uint8, mode="r") if shapes else np.empty(0, dtype=np.uint8)
    except OSError as error:
        raise Failed(
            f"the images could not be kept in {tempfile.gettempdir()} ({error.strerror}); free some space there,"
            " or set TMPDIR to another folder."
        ) from error
    return PackedImages(pixels, np.array(shapes, dtype=np.int64).reshape(-1, 2))


def scaled_note(count: int, n: int) -> tuple[str, ...]:
    """The sentence for images that were scaled down, if any were."""
    return (f"{count} of {n} images were scaled down to {LONGEST_SIDE} pixels at their longer side.",) * bool(count)


def _bomb(what: str, size: str) -> BadInput:
    return BadInput(f"{what} has {size}, more than {MOST_PIXELS // 10**6} million; scale it down or leave it out.")


def _pixels(picture: "Picture", what: str) -> tuple[Image, bool]:
    import PIL.Image
    import PIL.ImageOps

    if picture.mode.startswith("I;16"):
        picture = PIL.Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.mode in ("I", "F"):
        raise BadInput(f"{what} has 32 bits per pixel, whose range is unknown; save it with 8.")
    upright = PIL.ImageOps.exif_transpose(picture)
    if upright.has_transparency_data:
        over = PIL.Image.new("RGBA", upright.size, "white")
        over.alpha_composite(upright.convert("RGBA"))
        upright = over
    plain = upright.convert("RGB")
    large = max(plain.size) > LONGEST_SIDE
    if large:
        plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), PIL.Image.Resampling.LANCZOS)
    pixels: npt.NDArray[np.uint8] = np.array(plain, dtype=np.uint8)
    return pixels, large
