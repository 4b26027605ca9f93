"""Scripts and styles as they travel: without the comments, indents and line breaks that only people read."""

import re

TYPE = re.compile(r"/\*\* @type \{[^*]*\} \*/ ?")  # linear: of our own files; within a line, said to the compiler
# Behind the end of a statement, and without a quotation mark after it, as it would have inside a string.
BEHIND = re.compile(r"""(?<=[;{},()\]]) // [^"'`]*$""")  # linear: of our own files


def minified_style(text: str) -> str:
    """Return a style sheet without comments and spare space; what stands in quotation marks stays as it is."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)  # linear: of our own files
    parts = re.split(r'("[^"\n]*")', text)
    for i in range(0, len(parts), 2):
        close = re.sub(r" ?([{};,>]) ?", r"\1", re.sub(r"\s+", " ", parts[i]))
        parts[i] = close.replace(": ", ":")
    return "".join(parts).replace(";}", "}").strip()


def minified_script(text: str) -> str:
    """Return a script without indents, without types, and without the comments that begin a line or end one."""
    kept: list[str] = []
    quoted = remark = False  # between backticks, within a comment of several lines
    for line in text.splitlines():
        bare = line if quoted else line.strip()
        if remark or (not quoted and bare.startswith("/*")):
            remark = "*/" not in bare
            bare = "" if remark else bare.split("*/", 1)[1].strip()
        if quoted or (bare and not bare.startswith("//")):
            kept.append(bare if quoted else TYPE.sub("", BEHIND.sub("", bare)))
            quoted ^= bare.count("`") % 2 == 1
    return "\n".join(kept) + "\n"
