//! Whether a sentence is about the body: symptoms, healing, medicines, safety, what one may do afterwards.
//!
//! Of such things nothing is said in other words than a document's own. No list of claims is kept here, only of subjects:
//! "nothing to be concerned about" and "you need not be alarmed" are about the same.

use super::terms::{Words, set};
use std::sync::LazyLock;

/// Beginnings of words.
static BEGINNINGS: Words = LazyLock::new(|| {
    set("
    pain ache aching sore swell swollen redness bruis bleed rash itch fever infect nause dizz numb tingl burning lump
    headache tender cramp spotting symptom heal recover scar wound incision stitch scab allerg reaction effect complicat
    medic antibiotic painkill ibuprofen aspirin paracetamol dose dosage drug pill pregnan breastfe alcohol wine beer drink
    smok caffein sunbath sunlight sunscreen exercis workout gym swim sauna shower makeup lifting flying safe risk
    danger harm serious worr concern alarm panic expected common fine relax calm reassur hurt
    discomfort sensitiv
    dolor duele molest hincha inflam enrojec morad sangr picor picaz fiebre infec mareo sintoma cicatri herida sanar
    recuper alergi reaccion efecto complicaci pastilla analges embaraz lactan amamant vino cerveza beber bebida fum
    ejercicio gimnasi nadar piscina ducha maquilla riesgo peligr grave preocup esperado esperable comun habitual tranquil")
});

/// Whole words.
static WHOLE: Words = LazyLock::new(|| {
    set(
        "normal natural typical better worse bath bathe bathing red ok okay okey sun sol roja rojo rojas rojos dano",
    )
});

/// Words that begin like a clinical one and are none.
static HARMLESS: Words = LazyLock::new(|| {
    set("
    number numbers medical medicare medicaid medico medica medicos medicas community communicate commonwealth finest definitely
    effective effectively harmony communicates comunica comunicar comunique fumigacion efectivo")
});

/// Stems of words by which a caller asks whether something is as it should be; they name no subject.
static WORRIES: Words = LazyLock::new(|| {
    set("
    someth worri concern normal ok okay fine safe bad wrong right common expect happen still mean allow
    algo preocup normal mal bien peligr segur pas esper permit")
});

/// Whether a term only asks for assurance.
pub(super) fn is_worry(term: &str) -> bool {
    WORRIES.contains(term)
}

/// Whether words are about the body. "Normal hours" are hours.
pub(super) fn is_clinical(words: &[String]) -> bool {
    words.iter().enumerate().any(|(index, word)| {
        let next = words.get(index + 1).map_or("", String::as_str);
        let before = index.checked_sub(1).map_or("", |i| words[i].as_str());
        let of_hours = word == "normal"
            && ([
                "hours", "business", "opening", "price", "prices", "schedule",
            ]
            .contains(&next)
                || ["horario", "horarios", "precio"].contains(&before));
        !of_hours
            && !HARMLESS.contains(word.as_str())
            && (WHOLE.contains(word.as_str())
                || BEGINNINGS.iter().any(|start| word.starts_with(start)))
    })
}
