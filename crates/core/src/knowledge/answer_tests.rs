//! Answers over a small clinic's documents, with vectors that stand for topics and without.

use super::*;
use crate::{
    ids::{ChunkId, DocumentId},
    knowledge::{
        BlockKind, ChunkRow, ChunkVectors, Kind, Parsed,
        chunk::{DEFAULT_LIMIT, chunk},
    },
};

/// A vector with a direction for each known topic word, so that words for the same thing agree.
fn embed(text: &str) -> Vec<f32> {
    const TOPICS: &[&[&str]] = &[
        &["lift", "bbl", "butt", "brazilian"],
        &["whiten", "bleach"],
        &["park", "car"],
        &["hour", "open", "closed", "saturday"],
        &["filler", "juvederm"],
        &["doctor", "surgeon", "lee"],
        &["card", "visa", "cash", "pay"],
        &["price", "cost", "much", "$"],
    ];
    let folded = crate::knowledge::text::fold(text);
    let mut v: Vec<f32> = TOPICS
        .iter()
        .map(|t| {
            if t.iter().any(|w| folded.contains(w)) {
                1.0
            } else {
                0.0
            }
        })
        .collect();
    v.push(0.2);
    let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    v.into_iter().map(|x| x / norm).collect()
}

fn clinic(vectors: bool) -> Index {
    let mut prices = Parsed::new("Price list");
    prices.push(BlockKind::Heading(1), "Cosmetic surgery", Some(1));
    let header = [
        "Treatment".to_owned(),
        "Price".to_owned(),
        "Duration".to_owned(),
    ];
    for cells in [
        ["Brazilian Butt Lift (BBL)", "$6,500", "3 hours"],
        ["Teeth whitening", "$300", "45 minutes"],
    ] {
        prices.push_row(&header, &cells.map(str::to_owned), Some(1));
    }
    prices.push(BlockKind::Heading(1), "Fillers", Some(2));
    prices.push(
        BlockKind::Paragraph,
        "We use Juvederm for lips and cheeks. It lasts about nine months.",
        Some(2),
    );
    let mut visit = Parsed::new("Your visit");
    visit.push(BlockKind::Heading(1), "Opening hours", None);
    visit.push(
        BlockKind::Paragraph,
        "We are open Monday to Friday from 8 a.m. to 6 p.m. On Saturday we are open until noon.",
        None,
    );
    visit.push(BlockKind::Heading(1), "Parking", None);
    visit.push(
        BlockKind::Paragraph,
        "Can I park at the clinic? There is a car park behind the house, reached from Mill Lane.",
        None,
    );
    visit.push(BlockKind::Heading(1), "Paying", None);
    visit.push(BlockKind::Paragraph, "You can pay by:", None);
    visit.push(BlockKind::ListItem, "- Visa", None);
    visit.push(BlockKind::ListItem, "- cash", None);
    visit.push(BlockKind::Heading(1), "Our doctors", None);
    visit.push(
        BlockKind::Paragraph,
        "Dr. Ann Lee is our plastic surgeon.",
        None,
    );
    let count = |t: &str| t.split_whitespace().count();
    let rows = [prices, visit].into_iter().flat_map(|parsed| {
        let document = DocumentId::new();
        chunk(&parsed, DEFAULT_LIMIT, &count)
            .into_iter()
            .map(move |c| {
                let inputs = crate::knowledge::chunk::vector_inputs(
                    &parsed.title,
                    &c.title_path,
                    &c.text,
                    254,
                    &count,
                );
                let embedded: Vec<(Kind, Vec<f32>)> =
                    inputs.iter().map(|i| (i.kind, embed(&i.text))).collect();
                ChunkRow {
                    id: ChunkId::new(),
                    document,
                    title: parsed.title.clone(),
                    title_path: c.title_path,
                    page: c.page,
                    span: c.span,
                    text: c.text,
                    vectors: vectors.then(|| {
                        ChunkVectors::quantize(embedded.iter().map(|(k, v)| (*k, &v[..])))
                    }),
                }
            })
    });
    Index::build(rows)
}

fn ask(index: &Index, question: &str, vector: bool) -> Answer {
    let v = embed(question);
    let query = Query::new(question, vector.then_some(&v[..]));
    let hits = index.search(&query, 10);
    answer(index, &query, &hits)
}

fn said(answer: Answer) -> String {
    match answer {
        Answer::Found(e) => e.text,
        Answer::None(n) => format!("{:?}", n.reason),
    }
}

#[test]
fn f5_3_priced_question_is_answered_with_either_arm_down() {
    let priced = "Brazilian Butt Lift (BBL): 6,500 dollars.";
    assert_eq!(
        said(ask(&clinic(true), "How much is a BBL?", true)),
        priced,
        "both arms"
    );
    assert_eq!(
        said(ask(&clinic(true), "How much is a BBL?", false)),
        priced,
        "no question vector"
    );
    assert_eq!(
        said(ask(&clinic(false), "How much is a BBL?", true)),
        priced,
        "no chunk vectors"
    );
    assert_eq!(
        said(ask(&clinic(false), "how much is a bee bee el", false)),
        priced,
        "as recognized"
    );
}

#[test]
fn f5_3_search_without_an_arm_is_marked_degraded_and_still_finds() {
    let index = clinic(true);
    let v = embed("whiten my smile, price");
    let both = index.search(&Query::new("price of whitening", Some(&v)), 3);
    assert!(!both.degraded && !both.hits.is_empty());
    let words_only = index.search(&Query::new("price of whitening", None), 3);
    assert!(words_only.degraded);
    let vector_only = index.search(&Query::new("", Some(&v)), 3);
    let text = |h: &Hits| {
        h.hits
            .first()
            .and_then(|h| index.chunk(h.at))
            .map(|c| c.text.to_string())
    };
    assert_eq!(text(&both), text(&words_only));
    assert_eq!(text(&both), text(&vector_only));
    let unembedded = clinic(false);
    assert!(
        unembedded
            .search(&Query::new("price of whitening", Some(&v)), 3)
            .degraded
    );
}

#[test]
fn a_price_is_never_answered_without_an_amount_for_it() {
    for vector in [true, false] {
        let index = clinic(vector);
        assert_eq!(
            said(ask(&index, "How much does Juvederm cost?", vector)),
            "Near"
        );
        assert_eq!(said(ask(&index, "How much is parking?", vector)), "Near");
    }
}

#[test]
fn foreign_topics_are_refused() {
    for vector in [true, false] {
        let index = clinic(vector);
        assert!(matches!(
            ask(
                &index,
                "Who won the football championship in Brazil?",
                vector
            ),
            Answer::None(_)
        ));
        assert!(matches!(
            ask(&index, "Do you repair bicycles?", vector),
            Answer::None(_)
        ));
    }
}

#[test]
fn sentences_lists_and_rows_are_said_as_written() {
    let index = clinic(true);
    assert_eq!(
        said(ask(&index, "What are your hours on Saturday?", true)),
        "On Saturday we are open until noon."
    );
    assert_eq!(
        said(ask(&index, "How can I pay?", true)),
        "You can pay by: Visa, cash"
    );
    assert_eq!(
        said(ask(&index, "Where can I park my car?", true)),
        "There is a car park behind the house, reached from Mill Lane."
    );
    assert_eq!(
        said(ask(&index, "How long does Juvederm last?", true)),
        "We use Juvederm for lips and cheeks. It lasts about nine months."
    );
    assert_eq!(
        said(ask(&index, "How long does teeth whitening take?", true)),
        "Teeth whitening: 45 minutes."
    );
    assert_eq!(
        said(ask(&index, "Who is the plastic surgeon?", true)),
        "Dr. Ann Lee is our plastic surgeon."
    );
}

#[test]
fn an_answer_points_at_the_place_it_was_read_from() {
    let index = clinic(true);
    let Answer::Found(e) = ask(&index, "How long does Juvederm last?", true) else {
        panic!("not answered")
    };
    assert_eq!((&*e.title, e.page), ("Price list", Some(2)));
    let chunk = (0..index.len())
        .filter_map(|at| index.chunk(at))
        .find(|c| c.id == e.chunk)
        .unwrap();
    let text: Vec<char> = chunk.text.chars().collect();
    let cut: String = text[e.span.0 - chunk.span.0..e.span.1 - chunk.span.0]
        .iter()
        .collect();
    assert_eq!(cut, e.text);
}

#[test]
fn the_same_question_gets_the_same_answer() {
    let (a, b) = (clinic(true), clinic(true));
    for q in [
        "How much is a BBL?",
        "Are you open on Saturday?",
        "¿Cuánto cuesta el blanqueamiento?",
    ] {
        assert_eq!(said(ask(&a, q, true)), said(ask(&b, q, true)));
    }
    assert!(a.bytes() > 1_000 && a.bytes() == b.bytes());
}

#[test]
fn nothing_is_answered_from_an_empty_index() {
    let index = Index::build(std::iter::empty());
    assert!(index.is_empty());
    assert_eq!(said(ask(&index, "How much is a BBL?", true)), "Far");
    assert_eq!(said(ask(&index, "", false)), "Far");
}

#[test]
fn follow_ups_take_their_topic_from_the_turn_before() {
    assert_eq!(
        follow_up("Do you offer teeth whitening?", "And how much is that?").as_deref(),
        Some("And how much is that offer teeth whitening")
    );
    assert_eq!(
        follow_up("Do you offer teeth whitening?", "How much is a BBL?"),
        None
    );
    assert_eq!(follow_up("", "How much is it?"), None);
}

/// A document of one passage, beside one whose passages differ.
fn chest() -> Index {
    let (small, other) = (DocumentId::new(), DocumentId::new());
    let row = |document, title: &str, text: &str, v: [f32; 3]| ChunkRow {
        id: ChunkId::new(),
        document,
        title: title.to_owned(),
        title_path: String::new(),
        page: None,
        span: (0, text.chars().count()),
        text: text.to_owned(),
        vectors: Some(ChunkVectors::quantize(
            [Kind::Passage, Kind::Window, Kind::Sentence]
                .map(|kind| (kind, v))
                .iter()
                .map(|(k, v)| (*k, &v[..])),
        )),
    };
    let rows = [
        row(
            small,
            "Odds and ends",
            "Borrowed crutches and spare keys are stored in the blue chest behind reception.",
            [1.0, 0.0, 0.0],
        ),
        row(
            other,
            "Treatments",
            "Service: Steam facial; Price: 80 dollars; Length: 25 minutes",
            [0.0, 0.4, 0.916],
        ),
        row(
            other,
            "Treatments",
            "A gift voucher never expires.",
            [0.0, -0.4, 0.916],
        ),
    ];
    Index::build(rows.into_iter())
}

#[test]
fn f5_3_vectors_that_agree_never_refuse_what_the_words_alone_answer() {
    let index = chest();
    let ask = |question: &str, vector: Option<&[f32]>| {
        let query = Query::new(question, vector);
        let hits = index.search(&query, 10);
        said(answer(&index, &query, &hits))
    };
    let kept = "Borrowed crutches and spare keys are stored in the blue chest behind reception.";
    for question in [
        "Where are borrowed crutches stored?",
        "Where are such borrowed crutches and spare keys stored?",
    ] {
        let vector = [0.7, 0.714, 0.0];
        assert_eq!(ask(question, None), kept, "{question}");
        assert_eq!(ask(question, Some(&vector)), kept, "{question}");
    }
    assert_eq!(
        ask(
            "Where are borrowed crutches stored?",
            Some(&[0.2, 0.98, 0.0])
        ),
        "Near",
        "vectors that disagree"
    );
}

#[test]
fn f5_3_length_of_a_service_is_read_from_its_row() {
    let index = chest();
    for vector in [None, Some(&[0.0, 0.4, 0.916][..])] {
        let query = Query::new("How long does a steam facial take?", vector);
        let hits = index.search(&query, 10);
        assert_eq!(
            said(answer(&index, &query, &hits)),
            "Steam facial: 25 minutes."
        );
    }
}
