//! Plain words for the same thing, spelled-out letters, and other ways in which callers say what documents write.

/// Stems would hide irregular forms, so these are whole folded words; every word of a line stands for the others.
const GROUPS: &[&[&str]] = &[
    &[
        "price", "cost", "fee", "charge", "rate", "precio", "costo", "coste", "cuesta", "cobran",
        "tarifa",
    ],
    &[
        "hours", "open", "opening", "schedule", "horario", "abren", "abierto", "cierran",
    ],
    &["close", "closed", "closing"],
    &["address", "located", "location", "direccion", "ubicacion"],
    &["phone", "telephone", "telefono"],
    &["appointment", "visit", "booking", "cita", "consulta"],
    &["doctor", "physician", "dr", "medico", "doctora"],
    &["dentist", "dentista"],
    &[
        "child",
        "children",
        "kid",
        "kids",
        "pediatric",
        "ninos",
        "nino",
    ],
    &[
        "parking",
        "park",
        "garage",
        "estacionamiento",
        "aparcamiento",
    ],
    &["insurance", "insurer", "seguro", "seguros"],
    &["tooth", "teeth", "dental", "diente", "dientes"],
    &["checkup", "check-up", "examination", "exam", "revision"],
    &["cleaning", "limpieza", "hygiene"],
    &["whitening", "bleaching", "blanqueamiento"],
    &["payment", "pay", "pago", "pagar"],
    &["card", "tarjeta"],
    &["surgery", "operation", "procedure", "cirugia", "operacion"],
    &["treatment", "therapy", "tratamiento"],
    &["medicine", "medication", "drug", "medicamento"],
    &["illness", "disease", "disorder", "enfermedad"],
    &["kidney", "renal"],
    &["heart", "cardiac", "corazon"],
    &["cancel", "cancellation", "cancelar"],
    &["reschedule", "rescheduling", "cambiar"],
    &["website", "web", "online", "internet"],
    &["test", "tests", "analisis", "prueba"],
    &["vaccine", "vaccination", "shot", "jab", "vacuna"],
    &["blood", "sangre"],
    &["pregnancy", "pregnant", "embarazo", "embarazada"],
    &["wheelchair", "accessible", "accessibility", "ramp"],
    &["nose", "rhinoplasty"],
    &["lawyer", "attorney"],
    &["saturday", "sabado"],
    &["sunday", "domingo"],
    &["monday", "lunes"],
    &["weekend", "saturday", "sunday"],
    &["city", "ciudad"],
    &["year", "ano"],
    &["war", "guerra"],
    &["water", "agua"],
    &["church", "iglesia"],
    &["king", "rey"],
    &["law", "ley"],
    &["cause", "causes", "causa", "causas"],
    &["symptom", "symptoms", "sintoma", "sintomas"],
];

/// Other words for a folded word.
pub(super) fn synonyms(word: &str) -> impl Iterator<Item = &'static str> {
    GROUPS
        .iter()
        .filter(move |group| group.contains(&word))
        .flat_map(|group| group.iter().copied())
        .filter(move |other| *other != word)
}

fn letter(word: &str) -> Option<char> {
    let mut chars = word.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && c.is_ascii_alphabetic()
    {
        return Some(c);
    }
    Some(match word {
        "ay" => 'a',
        "bee" | "be" => 'b',
        "see" | "cee" | "sea" => 'c',
        "dee" => 'd',
        "ee" => 'e',
        "eff" | "ef" => 'f',
        "gee" => 'g',
        "aitch" => 'h',
        "eye" => 'i',
        "jay" => 'j',
        "kay" => 'k',
        "el" | "ell" => 'l',
        "em" => 'm',
        "en" => 'n',
        "oh" => 'o',
        "pee" => 'p',
        "cue" | "queue" => 'q',
        "are" | "ar" => 'r',
        "ess" => 's',
        "tee" | "tea" => 't',
        "you" => 'u',
        "vee" => 'v',
        "ex" => 'x',
        "why" => 'y',
        "zee" | "zed" => 'z',
        _ => return None,
    })
}

/// Acronyms that a caller may have spelled out: `bee bee el` is `bbl`. Every run of two to five letters is a candidate; the
/// index keeps those it knows.
pub(super) fn spelled(words: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    let mut run = String::new();
    for word in words.iter().map(String::as_str).chain([""]) {
        if let Some(c) = letter(word) {
            run.push(c);
            continue;
        }
        for size in 2..=run.len().min(5) {
            for from in 0..=run.len() - size {
                out.push(run[from..from + size].to_owned());
            }
        }
        run.clear();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_said_one_by_one_become_acronyms() {
        let words: Vec<String> = "how much is a bee bee el please"
            .split(' ')
            .map(str::to_owned)
            .collect();
        assert!(spelled(&words).contains(&"bbl".to_owned()));
        assert!(spelled(&["cleaning".into()]).is_empty());
    }

    #[test]
    fn synonyms_go_both_ways() {
        assert!(synonyms("fee").any(|w| w == "price"));
        assert!(synonyms("price").any(|w| w == "fee"));
        assert_eq!(synonyms("botox").count(), 0);
    }
}
