"""A PowerPoint presentation of plain slides: a title and points on each."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from .archives import OFFICE, XML, content_types, core, packed, relations, root_relations

_MAIN = "http://schemas.openxmlformats.org/presentationml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SPACES = f'xmlns:p="{_MAIN}" xmlns:a="{_DRAWING}" xmlns:r="{OFFICE}/relationships"'
_KIND = "application/vnd.openxmlformats-officedocument.presentationml"
_TREE = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)
_MAPPING = (
    'bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" '
    'accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"'
)


def pptx(title: str, author: str, slides: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Slides of a title and points; the first is the title page."""
    files: dict[str, str | bytes] = {}
    types = {
        "ppt/presentation.xml": f"{_KIND}.presentation.main+xml",
        "ppt/slideMasters/slideMaster1.xml": f"{_KIND}.slideMaster+xml",
        "ppt/slideLayouts/slideLayout1.xml": f"{_KIND}.slideLayout+xml",
        "ppt/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
    }
    links = [("slideMaster", "slideMasters/slideMaster1.xml")]
    ids = []
    for number, (heading, points) in enumerate(slides, start=1):
        path = f"ppt/slides/slide{number}.xml"
        types[path] = f"{_KIND}.slide+xml"
        links.append(("slide", f"slides/slide{number}.xml"))
        ids.append(f'<p:sldId id="{255 + number}" r:id="rId{number + 1}"/>')
        shapes = _shape(2, "title", heading) + _shape(3, "body", *points)
        files[path] = _part("sld", f"<p:cSld><p:spTree>{_TREE}{shapes}</p:spTree></p:cSld>")
        files[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(
            (("slideLayout", "../slideLayouts/slideLayout1.xml"),)
        )
    master = (
        f'<p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/></a:solidFill><a:effectLst/></p:bgPr></p:bg>'
        f"<p:spTree>{_TREE}{_placeholder(2, 'title', 420000, 900000)}{_placeholder(3, 'body', 1600000, 4300000)}"
        f'</p:spTree></p:cSld><p:clrMap {_MAPPING}/><p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/>'
        "</p:sldLayoutIdLst>"
    )
    layout = (
        f'<p:cSld name="Title and points"><p:spTree>{_TREE}{_shape(2, "title")}{_shape(3, "body")}</p:spTree></p:cSld>'
        "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>"
    )
    presentation = (
        '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
        f'<p:sldIdLst>{"".join(ids)}</p:sldIdLst><p:sldSz cx="12192000" cy="6858000"/>'
        '<p:notesSz cx="6858000" cy="9144000"/>'
    )
    return packed(
        {
            "[Content_Types].xml": content_types(types),
            "_rels/.rels": root_relations("ppt/presentation.xml"),
            "docProps/core.xml": core(title, author),
            "ppt/presentation.xml": _part("presentation", presentation),
            "ppt/_rels/presentation.xml.rels": relations((*links, ("theme", "theme/theme1.xml"))),
            "ppt/theme/theme1.xml": _theme(),
            "ppt/slideMasters/slideMaster1.xml": _part("sldMaster", master),
            "ppt/slideMasters/_rels/slideMaster1.xml.rels": relations(
                (("slideLayout", "../slideLayouts/slideLayout1.xml"), ("theme", "../theme/theme1.xml"))
            ),
            "ppt/slideLayouts/slideLayout1.xml": _part("sldLayout", layout),
            "ppt/slideLayouts/_rels/slideLayout1.xml.rels": relations(
                (("slideMaster", "../slideMasters/slideMaster1.xml"),)
            ),
            **files,
        }
    )


def _part(name: str, inside: str) -> str:
    return f"{XML}<p:{name} {_SPACES}>{inside}</p:{name}>"


def _shape(number: int, kind: str, *paragraphs: str) -> str:
    text = "".join(
        f'<a:p><a:r><a:rPr lang="en-GB"/><a:t>{escape(words)}</a:t></a:r></a:p>' for words in paragraphs
    )
    index = ' idx="1"' if kind == "body" else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind} {number}"/><p:cNvSpPr/><p:nvPr>'
        f'<p:ph type="{kind}"{index}/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/>'
        f"{text or '<a:p/>'}</p:txBody></p:sp>"
    )


def _placeholder(number: int, kind: str, y: int, height: int) -> str:
    size = ' sz="3200" b="1"' if kind == "title" else ' sz="2200"'
    bullet = "" if kind == "title" else '<a:buChar char="•"/>'
    indent = "" if kind == "title" else ' marL="342900" indent="-342900"'
    index = ' idx="1"' if kind == "body" else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind} {number}"/><p:cNvSpPr/><p:nvPr>'
        f'<p:ph type="{kind}"{index}/>'
        f'</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="700000" y="{y}"/><a:ext cx="10800000" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/><a:lstStyle>'
        f'<a:lvl1pPr{indent}><a:spcAft><a:spcPts val="900"/></a:spcAft>{bullet}<a:defRPr{size}/></a:lvl1pPr>'
        "</a:lstStyle><a:p/></p:txBody></p:sp>"
    )


def _theme() -> str:
    colours = {
        "dk1": "1F2A36",
        "lt1": "FFFFFF",
        "dk2": "2D5F8A",
        "lt2": "E8EEF4",
        **{
            f"accent{n}": c
            for n, c in enumerate(("2D5F8A", "6A9E5B", "C98B2B", "8A4F7D", "4F8A8B", "A0522D"), 1)
        },
        "hlink": "2D5F8A",
        "folHlink": "6A4F8A",
    }
    scheme = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in colours.items())
    fonts = "".join(
        f'<a:{name}><a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/></a:{name}>'
        for name in ("majorFont", "minorFont")
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'{XML}<a:theme xmlns:a="{_DRAWING}" name="Plain"><a:themeElements><a:clrScheme name="Plain">{scheme}'
        f'</a:clrScheme><a:fontScheme name="Plain">{fonts}</a:fontScheme><a:fmtScheme name="Plain"><a:fillStyleLst>'
        f"{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst><a:effectStyleLst>{effect * 3}"
        f"</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )
