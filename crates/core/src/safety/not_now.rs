//! Words that name an emergency without reporting one: a question about what the clinic does, and what is long over.
//!
//! Both are read narrowly. A question is general only when nobody is named after it ("do you treat heart attacks", but not
//! "do you treat heart attacks, my husband ..."); something is over only when its own time is said and nothing speaks of
//! the present. When in doubt it is an emergency.

use super::pattern::{Pattern, list};
use super::text::Word;

/// How a question about the clinic begins.
const QUESTIONS: &str = "do/does/can/could/will you/they treat/see/handle/take/accept/offer/sell/do/deal/specialise/specialize/cover/run/teach/provide
     able/qualified/equipped/trained to treat/see/handle/deal/manage
     clinica/doctor/doctora puede/pueden tratar/atender
     do/does you/anyone/anybody/someone/somebody .. treat/treats/specialise/specialises/specialize/specializes
     do you have .. who/that/for/staff/specialist/treatment/course/class
     is/are there .. doctor/doctors/specialist/specialists/course/class/treatment/clinic for/who/that
     do/does/can/could you/they give/hand/have/send .. leaflet/leaflets/information/brochure/advice
     how much is/does/are/do/for
     cost/costs/price/prices/pricing of/for
     what is/are/s your/the policy/procedure/protocol/price/cost
     whats your/the policy/procedure/protocol/price/cost
     what happens/do if/when/you .. someone/somebody/anyone/a/patients
     class/classes/course/courses/training/workshop/leaflet/brochure on/about/for/in
     atienden/tratan/ofrecen/venden/reciben/cubren
     hacen/dan/tienen .. curso/cursos/taller/tratamiento/especialista/medico/doctor/cardiologo/neurologo/alergologo
     cuanto/cuantos/cuanta/cuantas cuesta/vale/cuestan/sale/trae
     hay .. especialista/medico/doctor/cardiologo/neurologo para/de/que
     que pasa/hacen si/cuando
     cual es su/el politica/protocolo/precio";

/// Who is spoken of, or that it is now: after one of these a question is not general.
const SOMEBODY: &[&str] = &[
    "i",
    "im",
    "ive",
    "id",
    "me",
    "my",
    "mine",
    "we",
    "were",
    "weve",
    "us",
    "our",
    "he",
    "hes",
    "him",
    "his",
    "she",
    "shes",
    "her",
    "they",
    "theyre",
    "their",
    "theres",
    "someones",
    "somebodys",
    "now",
    "please",
    "help",
    "urgent",
    "urgently",
    "having",
    "just",
    "yo",
    "me",
    "mi",
    "mis",
    "se",
    "le",
    "nos",
    "estoy",
    "tengo",
    "tiene",
    "siento",
    "ahora",
    "ya",
    "urgente",
    "ayuda",
    "auxilio",
];

/// A time long past.
const LONG_AGO: &str = "year/years/yrs/month/months/decade/decades ago
     last year
     in/back/en ?in/?the 1900+
     as a child/kid/baby/teenager/student
     when i/he/she was 1+
     when i/he/she/we was/were .. child/kid/little/young/younger/small/baby/teenager
     hace .. ano/anos/meses
     ano pasado
     de nino/nina/chico/chica/pequeno/pequena/joven";
/// The longest distance in words between what happened and its time.
const NEAR: usize = 6;
/// A time that is said first stands among these first words; later it may belong to something before.
const BEGINNING: usize = 1;
/// Verbs of what is over.
const OVER: &[&str] = &[
    "had", "suffered", "survived", "got", "was", "were", "died", "tuve", "tuvo", "tuvimos",
    "sufri", "sufrio", "murio", "fallecio", "hubo", "tenia", "dio", "dieron",
];
/// Words that join another thing to the one that is over.
const JOINTS: &[&str] = &[
    "and", "but", "because", "since", "so", "y", "pero", "porque",
];
/// Words of the present.
const PRESENT: &[&str] = &[
    "now",
    "again",
    "today",
    "still",
    "just",
    "right",
    "currently",
    "keep",
    "keeps",
    "is",
    "are",
    "im",
    "hes",
    "shes",
    "its",
    "am",
    "cant",
    "cannot",
    "wont",
    "isnt",
    "doesnt",
    "dont",
    "morning",
    "tonight",
    "ahora",
    "hoy",
    "otra",
    "sigue",
    "sigo",
    "estoy",
    "esta",
    "puedo",
    "puede",
    "no",
];

/// The words of this file, parsed once.
pub(super) struct NotNow {
    questions: Vec<Pattern>,
    long_ago: Vec<Pattern>,
}

impl NotNow {
    pub(super) fn new() -> Self {
        Self {
            questions: list(QUESTIONS),
            long_ago: list(LONG_AGO),
        }
    }

    /// What in this clause is asked in general or long over; worked out once a clause, because it is asked at every match.
    pub(super) fn in_clause(&self, clause: &[Word]) -> Aside {
        let begin = self
            .questions
            .iter()
            .filter_map(|question| question.matches(clause).next())
            .min();
        let times = if any(Some(clause), PRESENT) {
            Vec::new()
        } else {
            let times = self.long_ago.iter().flat_map(|time| time.matches(clause));
            times.collect()
        };
        Aside {
            general_from: begin.filter(|begin| !any(clause.get(*begin..), SOMEBODY)),
            times,
        }
    }
}

/// The parts of one clause that report nothing of now.
pub(super) struct Aside {
    /// From here on the clause is a general question.
    general_from: Option<usize>,
    /// Where a time long past is said; empty when something speaks of the present.
    times: Vec<usize>,
}

impl Aside {
    /// Whether what is said at `at` is asked about in general, or is long over.
    pub(super) fn holds(&self, clause: &[Word], at: usize) -> bool {
        self.general_from.is_some_and(|begin| begin <= at)
            || self.times.iter().any(|time| is_over(clause, at, *time))
    }
}

fn is_over(clause: &[Word], at: usize, time: usize) -> bool {
    let between = time.min(at)..time.max(at);
    let told = time > at || time <= BEGINNING;
    let verb = at.saturating_sub(NEAR)..(at + 2).min(clause.len());
    told && between.len() <= NEAR
        && !any(clause.get(between), JOINTS)
        && (any(clause.get(verb), OVER)
            || clause.get(at).is_some_and(|word| word.text.ends_with("ed")))
}

fn any(words: Option<&[Word]>, of: &[&str]) -> bool {
    words.is_some_and(|words| words.iter().any(|word| of.contains(&word.text.as_str())))
}
