"""
Makes the image files that the readers of PNG and JPEG are tested with: small pictures in every mode that Pillow can
write, and for each JPEG file what Pillow (libjpeg) reads from it, as PNG.

    python3 tools/reference/make_images.py     # writes tests/Polymath.Formats.Tests/Golden/images

It needs Pillow (Debian: apt install python3-pil).
"""

import io
import math
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parents[2] / "tests/Polymath.Formats.Tests/Golden/images"


def picture(width: int, height: int) -> Image.Image:
    """Returns smooth colours with an edge and a disc, so that wrong places and wrong colours both show."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            wave = 127 + 100 * math.sin(x / 5.0) * math.cos(y / 7.0)
            disc = (x - width * 0.6) ** 2 + (y - height * 0.4) ** 2 < (height * 0.25) ** 2
            image.putpixel((x, y), (int(wave), 220 if disc else 40 + 2 * y, 30 if x < width // 3 else 200 - 2 * x))
    return image


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    colour = picture(45, 35)
    grey = colour.convert("L")
    opaque = colour.convert("RGBA")
    for y in range(35):
        for x in range(45):
            opaque.putpixel((x, y), opaque.getpixel((x, y))[:3] + (min(255, 6 * x),))
    colour.save(FOLDER / "colour.png")
    grey.save(FOLDER / "grey.png")
    opaque.save(FOLDER / "opacity.png")
    colour.quantize(16).save(FOLDER / "palette.png", bits=4)
    grey.convert("1").save(FOLDER / "black-and-white.png")

    jpegs = {
        "grey": (grey, {"quality": 90}),
        "444": (colour, {"quality": 90, "subsampling": 0}),
        "422": (colour, {"quality": 85, "subsampling": 1}),
        "420": (colour, {"quality": 85, "subsampling": 2}),
        "progressive": (colour, {"quality": 85, "subsampling": 2, "progressive": True}),
        "progressive-grey": (grey, {"quality": 40, "progressive": True}),
        "optimised": (colour, {"quality": 60, "optimize": True}),
        "print": (colour.convert("CMYK"), {"quality": 90}),
    }
    for name, (image, options) in jpegs.items():
        write(name, image, options)
    for orientation in range(2, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        write(f"orientation-{orientation}", picture(24, 16), {"quality": 95, "subsampling": 0, "exif": exif})


def write(name: str, image: Image.Image, options: dict[str, object]) -> None:
    """Writes a JPEG file and what is to be read from it."""
    from PIL import ImageOps

    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    (FOLDER / f"{name}.jpg").write_bytes(stream.getvalue())
    read = ImageOps.exif_transpose(Image.open(io.BytesIO(stream.getvalue())))
    if read.mode == "CMYK":
        # Pillow turns Adobe's inverted inks round; paper shines through what is left of each.
        pixels = [tuple(round((255 - c) * (255 - k) / 255) for c in (r, g, b)) for r, g, b, k in read.getdata()]
        read = Image.new("RGB", read.size)
        read.putdata(pixels)
    read.save(FOLDER / f"{name}.jpg.png", optimize=True)


if __name__ == "__main__":
    main()
