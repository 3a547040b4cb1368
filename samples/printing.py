"""A typeset page as an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pictures import draw_picture
from PIL import Image, ImageDraw
from typefaces import BASELINE, load

if TYPE_CHECKING:
    from sheet import Rule, Setting, TypeLine

PAPER, INK = 246, 16
LEVELS = 15  # grey steps between ink and paper; more would only make the files larger


def print_page(setting: Setting, width: int, height: int) -> Image.Image:
    """The page, mode L, ink on paper."""
    plate = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(plate)
    for rule in setting.rules:
        _rule(draw, rule)
    for line in setting.lines:
        _type(draw, line)
    for picture in setting.pictures:
        x0, y0, x1, y1 = picture.area.rounded
        plate.paste(draw_picture(picture.scene, x1 - x0, y1 - y0), (x0, y0))
    return plate.point([round(INK + (PAPER - INK) * round(grey * LEVELS / 255) / LEVELS) for grey in range(256)])


def _rule(draw: ImageDraw.ImageDraw, rule: Rule) -> None:
    x0, y0, x1, y1 = rule.area.rounded
    if rule.outline:
        draw.rectangle([x0, y0, x1, y1], outline=0, width=rule.weight)
    else:
        draw.line([x0, y0, x1, y1], fill=0, width=rule.weight)


def _type(draw: ImageDraw.ImageDraw, line: TypeLine) -> None:
    font, baseline = load(line.face, line.size), round(line.y + BASELINE * line.size)
    for atom in line.run.atoms:
        draw.text((round(line.x + atom.x), baseline), atom.text, fill=0, font=font, anchor="ls")
