"""The typefaces of the tests, narrow and wide, in place of whatever the machine has.

Fontconfig is told of the folders under tests/vendor and of nothing else. Every character is in DejaVu Sans, which is
the wide one; the narrow one takes from it the signs that Noto Sans does not have. Chinese comes from Noto Sans SC in
both: the characters that are most in use, and those of our class names (tests/test_chinese.py says which are missing).
"""

from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "vendor"
NARROW, WIDE = "narrow", "wide"
FOLDERS = {NARROW: ("noto", "dejavu", "han"), WIDE: ("dejavu", "han")}
FAMILIES = {
    NARROW: {"sans-serif": "Noto Sans", "monospace": "Noto Sans Mono"},
    WIDE: {"sans-serif": "DejaVu Sans", "monospace": "DejaVu Sans Mono"},
}
HAN = "Noto Sans SC Thin"  # so its package calls the regular one too
CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
{folders}
  <cachedir>{cache}</cachedir>
{families}
  <match target="pattern"><edit name="family" mode="append_last"><string>{last}</string></edit></match>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintslight</const></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"""
FAMILY = """  <alias binding="same"><family>{generic}</family><prefer><family>{family}</family></prefer></alias>"""


def environment(typeface: str, folder: Path) -> dict[str, str]:
    """Write a configuration into a folder, and return what makes a program heed it and no other."""
    families = FAMILIES[typeface]
    file = folder / f"{typeface}.conf"
    file.write_text(
        CONFIGURATION.format(
            folders="\n".join(f"  <dir>{VENDOR / name}</dir>" for name in FOLDERS[typeface]),
            cache=folder / "cache",
            families="\n".join(FAMILY.format(generic=generic, family=family) for generic, family in families.items()),
            last=families["sans-serif"],
        ),
        "utf-8",
    )
    return {"FONTCONFIG_FILE": str(file)}
