//! Small documents made here, good and hostile, through the parsers; and the parent's side against stand-in children.

use super::*;
use std::{
    io::{Cursor, Write as _},
    path::PathBuf,
    time::Duration,
};
use voxanne_core::knowledge::BlockKind;
use zip::{ZipWriter, write::SimpleFileOptions};

fn read(kind: Kind, bytes: &[u8]) -> Result<Parsed, ExtractError> {
    child::read(Cursor::new(bytes), kind)
}

/// Blocks as short lines: `# ` heading, `- ` item, `| ` row.
fn outline(parsed: &Parsed) -> Vec<String> {
    let line = |b: &voxanne_core::knowledge::Block| match &b.kind {
        BlockKind::Heading(level) => format!("{} {}", "#".repeat(usize::from(*level)), b.text),
        BlockKind::ListItem => format!("- {}", b.text),
        BlockKind::TableRow { .. } => format!("| {}", b.text),
        BlockKind::Code => format!("` {}", b.text),
        BlockKind::Paragraph => b.text.clone(),
    };
    parsed.blocks.iter().map(line).collect()
}

#[test]
fn text_is_read_in_the_encodings_it_comes_in() {
    let expected = ["Öffnungszeiten: 8–18 Uhr, 20 €"];
    let text = expected[0];
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let windows = b"\xd6ffnungszeiten: 8\x9618 Uhr, 20 \x80";
    for bytes in [text.as_bytes(), &utf16, windows] {
        assert_eq!(read(Kind::Text, bytes).unwrap().blocks[0].text, text);
    }
    assert_eq!(read(Kind::Text, b" \n\n "), Err(ExtractError::Empty));
}

#[test]
fn markdown_keeps_headings_lists_and_tables() {
    let text = "---\ntitle: x\n---\n# Prices\n\nAll *prices* include\ntax.\n\n| Service | Price |\n|---|---|\n| Check-up | $90 |\n\n- Visa\n- [Cash](http://example.org)\n\n```\ncode  here\n```\n";
    let parsed = read(Kind::Markdown, text.as_bytes()).unwrap();
    assert_eq!(parsed.title, "Prices");
    assert_eq!(
        outline(&parsed),
        [
            "# Prices",
            "All prices include tax.",
            "| Service: Check-up; Price: $90",
            "- Visa",
            "- Cash",
            "` code  here"
        ]
    );
}

#[test]
fn pages_keep_what_a_reader_sees() {
    let text = "<!doctype html><html><head><title>Our  clinic</title><style>p{}</style></head><body><nav>Home</nav><h1>Fees</h1>\
        <p>We are <b>open</b> daily.<script>alert(1)</script></p><ul><li>Visa</li><li hidden>Secret</li></ul>\
        <table><tr><th>Service</th><th>Price</th></tr><tr><td>Check-up</td><td>$90</td></tr><tr><td colspan=2>Extras</td></tr>\
        <tr><td>X-ray</td><td><p>$40</p></td></tr></table><div>Tel. 555<br>0100</div></body></html>";
    let parsed = read(Kind::Html, text.as_bytes()).unwrap();
    assert_eq!(parsed.title, "Our clinic");
    assert_eq!(
        outline(&parsed),
        [
            "# Fees",
            "We are open daily.",
            "- Visa",
            "| Service: Check-up; Price: $90",
            "###### Extras",
            "| Service: X-ray; Price: $40",
            "Tel. 555 0100"
        ]
    );
}

#[test]
fn deeply_nested_pages_do_not_exhaust_the_stack() {
    let text = format!(
        "{}deep{}",
        "<span>".repeat(50_000),
        "</span>".repeat(50_000)
    );
    assert_eq!(
        outline(&read(Kind::Html, text.as_bytes()).unwrap()),
        ["deep"]
    );
}

fn docx(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn word(body: &str) -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>"
    );
    docx(&[
        ("word/document.xml", &document),
        (
            "word/styles.xml",
            "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style></w:styles>",
        ),
        (
            "docProps/core.xml",
            "<cp:coreProperties xmlns:dc=\"d\"><dc:title>Fees &amp; hours</dc:title></cp:coreProperties>",
        ),
    ])
}

#[test]
fn word_files_keep_headings_lists_and_tables() {
    let row = |cells: &[&str]| {
        let cells: String = cells
            .iter()
            .map(|c| format!("<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc>"))
            .collect();
        format!("<w:tr>{cells}</w:tr>")
    };
    let body = format!(
        "<w:p><w:pPr><w:pStyle w:val=\"berschrift1\"/></w:pPr><w:r><w:t>Fees</w:t></w:r></w:p>\
         <w:p><w:r><w:t xml:space=\"preserve\">Paid &amp; </w:t></w:r><w:r><w:t>done</w:t></w:r><w:r><w:br/><w:t>today&#33;</w:t></w:r></w:p>\
         <w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>Visa</w:t></w:r></w:p>\
         <w:p><w:r><w:delText>gone</w:delText><w:instrText>PAGE</w:instrText></w:r></w:p>\
         <w:tbl>{}{}</w:tbl><w:p><w:r><w:t>End.</w:t></w:r></w:p>",
        row(&["Service", "Price"]),
        row(&["Check-up", "$90"])
    );
    let parsed = read(Kind::Docx, &word(&body)).unwrap();
    assert_eq!(parsed.title, "Fees & hours");
    assert_eq!(
        outline(&parsed),
        [
            "# Fees",
            "Paid & done today!",
            "- Visa",
            "| Service: Check-up; Price: $90",
            "End."
        ]
    );
}

#[test]
fn f5_5_hostile_word_files_are_refused_with_a_sentence() {
    let bomb = word(&format!(
        "<w:p><w:r><w:t>{}</w:t></w:r></w:p>",
        " ".repeat(30 << 20)
    ));
    assert!(bomb.len() < 1 << 20);
    assert_eq!(read(Kind::Docx, &bomb), Err(ExtractError::Bomb));
    let entities = docx(&[(
        "word/document.xml",
        "<!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><w:document><w:body><w:p><w:r><w:t>x&b;</w:t></w:r></w:p></w:body></w:document>",
    )]);
    assert_eq!(outline(&read(Kind::Docx, &entities).unwrap()), ["x"]);
    let whole = word("<w:p><w:r><w:t>Fees</w:t></w:r></w:p>");
    for end in [4, whole.len() / 2, whole.len() - 4] {
        assert_eq!(
            read(Kind::Docx, &whole[..end]),
            Err(ExtractError::malformed("Word file"))
        );
    }
    assert_eq!(
        read(Kind::Docx, &docx(&[("xl/workbook.xml", "<x/>")])),
        Err(ExtractError::UnknownType)
    );
    let broken = docx(&[(
        "word/document.xml",
        "<w:document><w:body></w:p></w:document>",
    )]);
    assert_eq!(
        read(Kind::Docx, &broken),
        Err(ExtractError::malformed("Word file"))
    );
}

/// A PDF with one page for each text; lines of a page come with a letter size.
fn pdf(pages: &[&[(u32, &str)]], trailer: &str) -> Vec<u8> {
    use std::fmt::Write as _;
    let mut objects: Vec<String> = vec!["<< /Type /Catalog /Pages 2 0 R >>".into()];
    let kids: Vec<String> = (0..pages.len())
        .map(|n| format!("{} 0 R", 4 + 2 * n))
        .collect();
    objects.push(format!(
        "<< /Type /Pages /Kids [{}] /Count {} >>",
        kids.join(" "),
        pages.len()
    ));
    objects.push(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".into(),
    );
    for (n, lines) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + 2 * n
        ));
        let mut content = String::new();
        for (at, (size, line)) in lines.iter().enumerate() {
            writeln!(
                content,
                "BT /F1 {size} Tf 60 {} Td ({line}) Tj ET",
                780 - 40 * at
            )
            .unwrap();
        }
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}endstream",
            content.len()
        ));
    }
    let mut out = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        writeln!(out, "{} 0 obj\n{object}\nendobj", n + 1).unwrap();
    }
    let start = out.len();
    writeln!(out, "xref\n0 {}\n0000000000 65535 f ", objects.len() + 1).unwrap();
    for offset in offsets {
        writeln!(out, "{offset:010} 00000 n ").unwrap();
    }
    writeln!(
        out,
        "trailer\n<< /Size {} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF",
        objects.len() + 1
    )
    .unwrap();
    out.into_bytes()
}

#[test]
fn pdf_pages_keep_their_numbers_and_headings() {
    let bytes = pdf(
        &[
            &[
                (24, "Sunrise Clinic"),
                (
                    12,
                    "We look after the whole family and have done so for years.",
                ),
            ],
            &[
                (16, "Prices"),
                (
                    12,
                    "A check-up costs ninety dollars at every branch of ours.",
                ),
            ],
        ],
        "",
    );
    let parsed = read(Kind::Pdf, &bytes).unwrap();
    let got: Vec<(Option<u32>, String)> = parsed
        .blocks
        .iter()
        .map(|b| b.page)
        .zip(outline(&parsed))
        .collect();
    assert_eq!(
        got,
        [
            (Some(1), "# Sunrise Clinic".to_owned()),
            (
                Some(1),
                "We look after the whole family and have done so for years.".to_owned()
            ),
            (Some(2), "## Prices".to_owned()),
            (
                Some(2),
                "A check-up costs ninety dollars at every branch of ours.".to_owned()
            ),
        ]
    );
    assert_eq!(parsed.title, "Sunrise Clinic");
}

#[test]
fn running_heads_and_page_numbers_are_left_out() {
    let texts = [
        "Alpha is first here.",
        "Beta comes second then.",
        "Gamma is the third one.",
        "Delta closes the row now.",
    ];
    let heads: Vec<String> = (1..=4)
        .map(|n| format!("Patient guide, page {n}"))
        .collect();
    let pages: Vec<Vec<(u32, &str)>> = texts
        .iter()
        .zip(&heads)
        .map(|(t, h)| vec![(12, h.as_str()), (12, *t), (12, "7")])
        .collect();
    let pages: Vec<&[(u32, &str)]> = pages.iter().map(Vec::as_slice).collect();
    let parsed = read(Kind::Pdf, &pdf(&pages, "")).unwrap();
    assert_eq!(outline(&parsed), texts);
    assert_eq!(
        parsed.blocks.iter().map(|b| b.page).collect::<Vec<_>>(),
        [Some(1), Some(2), Some(3), Some(4)]
    );
}

#[test]
fn f5_5_hostile_pdfs_are_refused_with_a_sentence() {
    let scan = pdf(&[&[], &[]], "");
    assert_eq!(read(Kind::Pdf, &scan), Err(ExtractError::Scanned));
    let key = "00".repeat(32);
    let locked = pdf(
        &[&[(12, "Hidden")]],
        &format!(
            "/ID [<01> <01>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{key}> /U <{key}> >>"
        ),
    );
    assert_eq!(read(Kind::Pdf, &locked), Err(ExtractError::Encrypted));
    assert_eq!(
        read(Kind::Pdf, b"%PDF-1.7\nnothing of the kind"),
        Err(ExtractError::malformed("PDF"))
    );
    let many = ParseLimits {
        pages: 1,
        ..ParseLimits::default()
    };
    let two = pdf(&[&[(12, "One page.")], &[(12, "Another.")]], "");
    assert_eq!(
        parse(Kind::Pdf, two.clone(), &many),
        Err(ExtractError::TooManyPages { pages: 1 })
    );
    let small = ParseLimits {
        input_bytes: 100,
        ..ParseLimits::default()
    };
    assert!(matches!(
        parse(Kind::Pdf, two, &small),
        Err(ExtractError::TooLarge { .. })
    ));
    let short = ParseLimits {
        text_bytes: 3,
        ..ParseLimits::default()
    };
    assert!(matches!(
        parse(Kind::Text, b"Long text".to_vec(), &short),
        Err(ExtractError::TooMuchText { .. })
    ));
}

#[test]
fn kinds_are_told_by_content_before_name() {
    assert_eq!(detect("guide.txt", b"%PDF-1.7"), Ok(Kind::Pdf));
    assert_eq!(detect("guide", b"PK\x03\x04..."), Ok(Kind::Docx));
    assert_eq!(detect("page", b"\n<!DOCTYPE HTML><p>"), Ok(Kind::Html));
    assert_eq!(detect("a.md", b"# Hello"), Ok(Kind::Markdown));
    assert_eq!(detect("a.txt", b"Hello"), Ok(Kind::Text));
    assert_eq!(detect("a.txt", b"\xff\xfeH\0i\0"), Ok(Kind::Text));
    assert_eq!(
        detect("a.pdf", b"Hello"),
        Err(ExtractError::malformed("PDF"))
    );
    assert_eq!(
        detect("a.doc", b"\xd0\xcf\x11\xe0\xa1"),
        Err(ExtractError::OldOffice)
    );
    assert_eq!(
        detect("a.txt", b"\x89PNG\r\n"),
        Err(ExtractError::UnknownType)
    );
    assert_eq!(
        detect("prices.xlsx", b"PK\x03\x04..."),
        Err(ExtractError::UnknownType)
    );
    assert_eq!(
        title_from_name("C:\\docs\\price_list-2026.pdf"),
        "price list 2026"
    );
    for kind in [
        Kind::Text,
        Kind::Markdown,
        Kind::Html,
        Kind::Pdf,
        Kind::Docx,
    ] {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
}

/// A stand-in for the binary: a script that plays the child.
fn stand_in(script: &str) -> (tempfile::TempDir, PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("child");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    (folder, path)
}

async fn run_stand_in(script: &str, bytes: &[u8], limits: Limits) -> Result<Parsed, ExtractError> {
    let (_folder, exe) = stand_in(script);
    run(&exe, Kind::Pdf, bytes, limits).await
}

#[tokio::test]
async fn f5_5_whatever_the_child_does_the_parent_gets_an_answer() {
    let limits = Limits {
        input_bytes: 1 << 20,
        output_bytes: 1 << 16,
        wall: Duration::from_secs(30),
    };
    let good = r#"test -z "$HOME" && test "$1 $2" = "extract-child pdf" && test "$(cat)" = "bytes" && printf '{"parsed":{"title":"T","blocks":[]}}'"#;
    assert_eq!(
        run_stand_in(good, b"bytes", limits).await,
        Ok(Parsed::new("T"))
    );
    let refused = r#"cat >/dev/null; printf '{"failed":{"error":"too_many_pages","pages":7}}'"#;
    assert_eq!(
        run_stand_in(refused, b"x", limits).await,
        Err(ExtractError::TooManyPages { pages: 7 })
    );
    // Ended by a signal, as out of memory or of processor time.
    assert_eq!(
        run_stand_in("kill -9 $$", b"x", limits).await,
        Err(ExtractError::TooComplex)
    );
    // Answers without end, and never reads.
    assert_eq!(
        run_stand_in("yes", b"x", limits).await,
        Err(ExtractError::TooComplex)
    );
    // Ends without reading a large document.
    assert!(matches!(
        run_stand_in("exit 3", &vec![7; 1 << 20], limits).await,
        Err(ExtractError::Internal { .. })
    ));
    assert!(matches!(
        run_stand_in("cat >/dev/null", b"x", limits).await,
        Err(ExtractError::Internal { .. })
    ));
    let large = run_stand_in("exec cat >/dev/null", &vec![0; (1 << 20) + 1], limits).await;
    assert_eq!(large, Err(ExtractError::TooLarge { megabytes: 1 }));
    let missing = run(
        std::path::Path::new("/nonexistent"),
        Kind::Pdf,
        &b"x"[..],
        limits,
    )
    .await;
    assert!(matches!(missing, Err(ExtractError::Internal { .. })));
}

#[tokio::test]
async fn f5_5_a_child_that_hangs_is_killed_with_its_group() {
    let limits = Limits {
        wall: Duration::from_millis(300),
        ..Limits::default()
    };
    // The grandchild holds the pipe open: were it left alive, reading to the end would not end.
    let (folder, exe) = stand_in("");
    let mark = folder.path().join("pid");
    std::fs::write(
        &exe,
        format!(
            "#!/bin/sh\nsleep 600 &\necho $! > {}\nwait\n",
            mark.display()
        ),
    )
    .unwrap();
    assert_eq!(
        run(&exe, Kind::Pdf, &b"x"[..], limits).await,
        Err(ExtractError::TooComplex)
    );
    if let Ok(pid) = std::fs::read_to_string(&mark)
        .unwrap_or_default()
        .trim()
        .parse::<i32>()
    {
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        // Killed at once; the kernel may take a moment to clear it away.
        while rustix::process::test_kill_process(pid).is_ok() {
            let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()))
                .unwrap_or_default();
            if state.is_empty() || state.contains(") Z") {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
}
