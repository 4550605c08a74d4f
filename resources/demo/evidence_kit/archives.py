"""ZIP packages that come out the same every time, and the office documents built on them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_WHEN = (2026, 2, 16, 9, 0, 0)
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def packed(files: Mapping[str, str | bytes], *, stored_first: str = "") -> bytes:
    """A ZIP of these files in their order, with a fixed date; ``stored_first`` is put in uncompressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type = zipfile.ZIP_STORED if name == stored_first else zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def docx(title: str, author: str, blocks: Sequence[tuple[str, object]]) -> bytes:
    """A Word document of blocks: ``("h", text)``, ``("p", text)``, ``("-", text)`` or ``("t", rows)``."""
    body = "".join(_word_block(kind, content) for kind, content in blocks)
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    section = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1304" w:right="1304" w:bottom="1304" w:left="1304" w:header="708" w:footer="708" '
        'w:gutter="0"/></w:sectPr>'
    )
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    return packed(
        {
            "[Content_Types].xml": content_types(
                {"word/document.xml": f"{main}.document.main+xml", "word/styles.xml": f"{main}.styles+xml"}
            ),
            "_rels/.rels": root_relations("word/document.xml"),
            "docProps/core.xml": core(title, author),
            "word/_rels/document.xml.rels": relations((("styles", "styles.xml"),)),
            "word/styles.xml": _WORD_STYLES.replace("WORD", word),
            "word/document.xml": f'{XML}<w:document xmlns:w="{word}"><w:body>'
            f"{_word_block('title', title)}{body}{section}</w:body></w:document>",
        }
    )


def _word_block(kind: str, content: object) -> str:
    if kind == "t":
        assert isinstance(content, Sequence)
        rows = "".join(
            "<w:tr>"
            + "".join(f"<w:tc><w:tcPr/>{_word_paragraph(str(cell), '')}</w:tc>" for cell in row)
            + "</w:tr>"
            for row in content
        )
        grid = "<w:gridCol/>" * len(content[0])
        return (
            '<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="5000" w:type="pct"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{_word_paragraph('', '')}"
        )
    style = {"h": "Heading1", "title": "Title", "p": "", "-": ""}[kind]
    return _word_paragraph(f"• {content}" if kind == "-" else str(content), style)


def _word_paragraph(text: str, style: str) -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


_WORD_STYLES = (
    XML + '<w:styles xmlns:w="WORD"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" '
    'w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/><w:lang w:val="en-GB"/></w:rPr></w:rPrDefault>'
    '<w:pPrDefault><w:pPr><w:spacing w:after="140" w:line="288" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
    '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/>'
    '<w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>'
    '<w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="26"/></w:rPr></w:style>'
    '<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="A0A8B0"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders></w:tblPr></w:style></w:styles>"
)


def xlsx(title: str, author: str, sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """An Excel workbook; numbers stay numbers; a pair is a formula and its result."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    files: dict[str, str | bytes] = {}
    entries, links = [], []
    types = {"xl/workbook.xml": f"{kind}.sheet.main+xml", "xl/styles.xml": f"{kind}.styles+xml"}
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        path = f"worksheets/sheet{number}.xml"
        types[f"xl/{path}"] = f"{kind}.worksheet+xml"
        links.append(("worksheet", path))
        entries.append(f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>')
        files[f"xl/{path}"] = _sheet(main, rows)
    links.append(("styles", "styles.xml"))
    return packed(
        {
            "[Content_Types].xml": content_types(types),
            "_rels/.rels": root_relations("xl/workbook.xml"),
            "docProps/core.xml": core(title, author),
            "xl/_rels/workbook.xml.rels": relations(links),
            "xl/workbook.xml": f'{XML}<workbook xmlns="{main}" xmlns:r="{OFFICE}/relationships">'
            f"<sheets>{''.join(entries)}</sheets></workbook>",
            "xl/styles.xml": f'{XML}<styleSheet xmlns="{main}"><fonts count="2"><font><sz val="11"/>'
            '<name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
            '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
            'patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1">'
            '<xf/></cellStyleXfs><cellXfs count="2"><xf fontId="0" xfId="0"/><xf fontId="1" xfId="0" '
            'applyFont="1"/></cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
            **files,
        }
    )


def _sheet(main: str, rows: Sequence[Sequence[object]]) -> str:
    widths = [
        max(len(str(row[column])) for row in rows if not isinstance(row[column], tuple))
        for column in range(len(rows[0]))
    ]
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{min(60, width + 3)}" customWidth="1"/>'
        for n, width in enumerate(widths, start=1)
    )
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for column, value in enumerate(row):
            place, style = f"{chr(65 + column)}{number}", ' s="1"' if number == 1 else ""
            if isinstance(value, tuple):
                formula, result = value
                cells.append(f'<c r="{place}"{style}><f>{escape(formula)}</f><v>{result}</v></c>')
            elif isinstance(value, str):
                cells.append(
                    f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
                )
            else:
                cells.append(f'<c r="{place}"{style}><v>{value}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'{XML}<worksheet xmlns="{main}"><cols>{columns}</cols><sheetData>{"".join(lines)}</sheetData></worksheet>'


def odt(title: str, author: str, blocks: Sequence[tuple[str, object]]) -> bytes:
    """An OpenDocument text of the same blocks as ``docx``."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = (
        f'xmlns:office="{names}:office:1.0" xmlns:text="{names}:text:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:style="{names}:style:1.0" xmlns:fo="{names}:xsl-fo-compatible:1.0" xmlns:meta="{names}:meta:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"'
    )
    body = "".join(_open_block(kind, content) for kind, content in (("title", title), *blocks))
    manifest = f"{names}:manifest:1.0"
    parts = (
        ("/", "application/vnd.oasis.opendocument.text"),
        *((f"{n}.xml", "text/xml") for n in _OPEN_PARTS),
    )
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in parts
    )
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": f'{XML}<manifest:manifest xmlns:manifest="{manifest}" manifest:version="1.3">'
            f"{entries}</manifest:manifest>",
            "content.xml": f"{XML}<office:document-content {spaces}><office:body><office:text>{body}</office:text>"
            "</office:body></office:document-content>",
            "styles.xml": f"{XML}<office:document-styles {spaces}><office:styles>{_OPEN_STYLES}</office:styles>"
            "</office:document-styles>",
            "meta.xml": f"{XML}<office:document-meta {spaces}><office:meta><dc:title>{escape(title)}</dc:title>"
            f"<meta:initial-creator>{escape(author)}</meta:initial-creator><dc:date>2026-02-16T09:00:00</dc:date>"
            "</office:meta></office:document-meta>",
        },
        stored_first="mimetype",
    )


_OPEN_PARTS = ("content", "styles", "meta")
_OPEN_STYLES = (
    '<style:style style:name="Standard" style:family="paragraph"><style:paragraph-properties '
    'fo:margin-bottom="0.22cm"/><style:text-properties fo:font-size="11pt" fo:language="en" fo:country="GB"/>'
    '</style:style><style:style style:name="Title" style:family="paragraph" style:parent-style-name="Standard">'
    '<style:text-properties fo:font-size="18pt" fo:font-weight="bold"/></style:style><style:style '
    'style:name="Heading_20_1" style:display-name="Heading 1" style:family="paragraph" '
    'style:parent-style-name="Standard"><style:text-properties fo:font-size="13pt" fo:font-weight="bold"/>'
    "</style:style>"
)


def _open_block(kind: str, content: object) -> str:
    match kind:
        case "title":
            return f'<text:p text:style-name="Title">{escape(str(content))}</text:p>'
        case "h":
            return f'<text:h text:style-name="Heading_20_1" text:outline-level="1">{escape(str(content))}</text:h>'
        case "-":
            return f'<text:p text:style-name="Standard">• {escape(str(content))}</text:p>'
        case "t":
            assert isinstance(content, Sequence)
            rows = "".join(
                "<table:table-row>"
                + "".join(
                    f'<table:table-cell><text:p text:style-name="Standard">{escape(str(cell))}</text:p>'
                    "</table:table-cell>"
                    for cell in row
                )
                + "</table:table-row>"
                for row in content
            )
            columns = f'<table:table-column table:number-columns-repeated="{len(content[0])}"/>'
            return f'<table:table table:name="Table">{columns}{rows}</table:table>'
        case _:
            return f'<text:p text:style-name="Standard">{escape(str(content))}</text:p>'


def content_types(overrides: Mapping[str, str]) -> str:
    properties = "application/vnd.openxmlformats-package.core-properties+xml"
    parts = "".join(
        f'<Override PartName="/{path}" ContentType="{kind}"/>'
        for path, kind in (*overrides.items(), ("docProps/core.xml", properties))
    )
    return (
        f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{parts}</Types>'
    )


def root_relations(document: str) -> str:
    return (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/relationships/officeDocument" Target="{document}"/><Relationship Id="rId2" '
        f'Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>'
    )


def relations(parts: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/relationships/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(parts, start=1)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def core(title: str, author: str) -> str:
    when = "2026-02-16T09:00:00Z"
    return (
        f'{XML}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(author)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{when}</dcterms:created></cp:coreProperties>'
    )
