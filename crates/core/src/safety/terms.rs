//! What a piece of a sentence says, as data: its words of meaning, its facts, and whether it denies.
//!
//! Two pieces that say the same in other words must give the same terms: function words vanish, forms and a few everyday
//! synonyms fall together. The lists are short on purpose. A word that is missing costs a fall-back to the document's own
//! words; a synonym too many lets something through.

use super::facts::{self, Fact};
use super::numerals::is_number_word;
use super::text::clauses;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

/// A list of words.
pub(super) type Words = LazyLock<HashSet<&'static str>>;

/// The words of a list written with spaces.
pub(super) fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_ascii_whitespace().collect()
}

/// Words without a meaning of their own.
static FUNCTION: Words = LazyLock::new(|| {
    set("
    a an the and or so of to in on at by for from with as than that this these those it its he she they them their his
    her we us our ours you your yours i me my im were youre its theyre thats theres ill well youll ive weve is are was be
    been being am do does did done have has had can may will would shall able there here please kindly also
    too just then one about around approximately roughly s t am pm p m oclock which who
    offer offers offered available get gets located location situated address find reach
    clinic practice favor usted ustedes
    el la lo los las le les un una unos unas de del al a en y e o u que se su sus con por para es son esta estan
    estamos somos ser estar este estas estos ese esa esos nos nuestro nuestra nuestros nuestras mi mis muy ha han he
    puede puedo pueden podemos podria hay tiene tienen tenemos tengo ofrece ofrecemos disponible clinica tambien ya unos
    aproximadamente direccion encuentra encontramos encuentran")
});

/// Words that turn a sentence round. The apostrophe of a contraction is already gone.
static DENYING: Words = LazyLock::new(|| {
    set("
    not no never none nobody nothing neither nor without unless except cannot cant dont doesnt didnt isnt arent wasnt
    werent wont wouldnt couldnt shouldnt mustnt neednt havent hasnt unavailable impossible unable optional prohibited
    forbidden excluded
    nunca sin ningun ninguno ninguna tampoco ni nadie nada salvo excepto prohibido prohibida imposible opcional")
});

/// What stays of a denying word besides the denial.
const DENIED: &[(&str, &str)] = &[
    ("unavailable", ""),
    ("impossible", "possible"),
    ("imposible", "possible"),
    ("optional", "need"),
    ("opcional", "need"),
    ("prohibited", "allow"),
    ("forbidden", "allow"),
    ("prohibido", "allow"),
    ("prohibida", "allow"),
    ("excluded", "includ"),
];

/// Words that mean the same here. A term that begins with `#` only says what kind of fact stands beside it: "costs" adds
/// nothing to "$90".
static SAME: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let table = [
        (
            "#price",
            "cost costs price prices priced pricing charge charges charged fee fees cuesta cuestan
             vale valen precio precios cobra cobran",
        ),
        (
            "#last",
            "last lasts long duration length dura duran tarda tardan duracion",
        ),
        ("#hours", "schedule horario horarios business opening"),
        (
            "#open",
            "open opens opened abre abren abrimos abierto abierta abiertos abiertas",
        ),
        (
            "#close",
            "close closes closed closing cierra cierran cerramos cerrado cerrada cerrados cerradas",
        ),
        ("#until", "until till hasta"),
        ("#phone", "phone telephone number tel telefono numero"),
        (
            "accept",
            "accept accepts accepted acepta aceptan aceptamos taken taking",
        ),
        (
            "need",
            "need needs needed require requires required must mandatory necessary obligatory
             compulsory necesita necesitan necesario necesaria obligatorio obligatoria requiere
             requieren debe deben",
        ),
        (
            "allow",
            "allowed allow allows permitted permite permiten permitido permitida",
        ),
        ("doctor", "dr doctor doctors dra doctora"),
        ("nurse", "nurse enfermera enfermero"),
        (
            "return",
            "return returned returns refund refunded refunds refundable devuelve devuelven reembolsa
             reembolso",
        ),
        (
            "change",
            "change changed changing reschedule rescheduled move moved cambiar cambia cambio mover",
        ),
        (
            "cancel",
            "cancel cancels canceled cancelled canceling cancelling cancellation cancelar cancela
             cancelacion",
        ),
        (
            "pay",
            "pay pays paid paying payment payments pagar paga pago pagos",
        ),
        (
            "park",
            "park parks parking aparcar aparca aparcamiento estacionar estacionamiento",
        ),
        ("internet", "internet wifi"),
        ("child", "child children kid kids"),
        ("only", "only solo solamente unicamente"),
        ("each", "each per every cada"),
        (
            "all",
            "all always everyone everybody anyone todo todos toda todas siempre",
        ),
        ("before", "before antes"),
        ("after", "after afterwards despues tras"),
        ("dollar", "dollar dollars usd dolares bucks"),
        ("euro", "euro euros eur"),
        ("pound", "pound pounds gbp"),
        ("minut", "minute minutes min mins minuto minutos"),
        ("appointment", "appointment appointments cita citas"),
        ("see", "see sees seen"),
        ("give", "give gives given"),
        ("sell", "sell sells sold"),
        ("same", "same misma mismo"),
    ];
    table
        .into_iter()
        .flat_map(|(term, words)| words.split_ascii_whitespace().map(move |word| (word, term)))
        .collect()
});

/// Parts of the day: "at two in the afternoon" is a time.
const PARTS_OF_DAY: &[&str] = &[
    "morning",
    "afternoon",
    "evening",
    "manana",
    "tarde",
    "noche",
];

/// Units of figures, as terms.
pub(super) static UNITS: Words = LazyLock::new(|| {
    set("dollar euro pound percent minut hour day week month year hor dia seman mes ano")
});

/// Stems of words that stand for something said before, as "it" does.
static ANY_SUBJECT: Words = LazyLock::new(|| {
    set("
    treatment procedur servic session option item product cours appointment visit person
    tratamient servici procedimient sesion opcion")
});

/// Words that put what follows them into a relation, which is another when the two sides are exchanged.
static RELATIONS: Words = LazyLock::new(|| {
    set("
    before after than above below under over behind beside opposite without instead between within
    antes despues encima debajo detras delante junto sin sobre tras")
});

/// Words behind which a sentence puts a condition or an exception.
static CONDITIONS: Words = LazyLock::new(|| {
    set("
    if unless when whenever except but plus subject depending only
    si cuando salvo excepto pero sino sujeto")
});

/// Verbs by which the subject of a sentence is told from what is said about it.
static VERBS: Words = LazyLock::new(|| {
    set("
    is are was were be been has have had do does did dont doesnt didnt isnt arent wasnt can cannot cant may might must
    should will would wont need needs require requires cost costs take takes start starts get gets apply applies accept
    accepts offer offers see sees work works speak speaks run runs lead leads open opens close closes last lasts include
    includes charge charges pay pays bring brings use uses provide provides refer refers come comes teach teaches treat
    treats handle handles ask asks arrive send sends live lives lie lies belong wear call
    es son esta estan estamos hay tiene tienen tenemos cuesta cuestan vale valen dura duran tarda atiende atienden atendemos
    pone ponen acepta aceptan aceptamos abre abren abrimos cierra cierran cerramos puede pueden debe deben caduca cobra
    cobran trabaja trabajan trabajamos admite admiten incluye incluyen necesita requiere habla hablan viene esta ofrece
    ofrecemos")
});

/// What a piece of text says.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// Words of meaning.
    pub(super) terms: BTreeSet<String>,
    /// Facts, numbers and times in order.
    pub(super) facts: Vec<Fact>,
    /// Words that stand in a relation with the next word of meaning: "before the visit".
    pub(super) pairs: BTreeSet<String>,
    /// Whether it denies.
    pub(super) denies: bool,
    /// Whether its only time is one at which something ends (Some(true)) or begins (Some(false)).
    pub(super) end: Option<bool>,
}

impl Said {
    /// Its words of meaning that are more than the kind or the unit of a figure.
    pub(super) fn topics(&self) -> impl Iterator<Item = &String> {
        self.terms
            .iter()
            .filter(|term| !term.starts_with('#') && !UNITS.contains(term.as_str()))
    }

    /// Whether it has such a word.
    pub(super) fn has_topic(&self) -> bool {
        self.topics().next().is_some()
    }

    /// Whether it names something, and not just "the treatment", which could be any.
    pub(super) fn has_subject(&self) -> bool {
        self.topics()
            .any(|term| !ANY_SUBJECT.contains(term.as_str()))
    }

    /// Takes in what another piece says.
    pub(super) fn add(&mut self, other: &Self) {
        self.terms.extend(other.terms.iter().cloned());
        self.facts.extend(other.facts.iter().cloned());
        self.pairs.extend(other.pairs.iter().cloned());
    }
}

/// Reads pieces of text in one language.
pub(super) struct Reader(Stemmer);

impl Reader {
    /// A reader for the language of `text`.
    pub(super) fn for_text(text: &str) -> Self {
        let algorithm = match crate::knowledge::text::detect(text) {
            crate::knowledge::text::Lang::Spanish => Algorithm::Spanish,
            crate::knowledge::text::Lang::English => Algorithm::English,
        };
        Self(Stemmer::create(algorithm))
    }

    /// What a piece says.
    pub(super) fn read(&self, text: &str) -> Said {
        let words = plain_words(text);
        let mut said = Said {
            facts: facts::in_order(text),
            ..Said::default()
        };
        let timed = said
            .facts
            .iter()
            .any(|fact| matches!(fact, Fact::Time(..) | Fact::Number(_)));
        let mut denials = 0;
        let mut skip = 0;
        for (index, word) in words.iter().enumerate() {
            let next = words.get(index + 1).map_or("", String::as_str);
            let before = index.checked_sub(1).map_or("", |i| words[i].as_str());
            if skip > 0 {
                skip -= 1;
                continue;
            }
            if facts::is_no_charge(word, next) {
                skip = 1;
                continue;
            }
            if facts::is_free(word) {
                // "free of charge" is one expression.
                if next == "of" {
                    skip = 2;
                }
                continue;
            }
            if matches!(word.as_str(), "have" | "has" | "had") && next == "to"
                || matches!(word.as_str(), "tiene" | "tienen" | "hay") && next == "que"
            {
                said.terms.insert("need".to_owned());
                skip = 1;
                continue;
            }
            if let Some(term) = limit(word, next, &words[index + 1..]) {
                said.terms.insert(term.to_owned());
                continue;
            }
            if DENYING.contains(word.as_str()) {
                denials += 1;
                let rest = DENIED
                    .iter()
                    .find(|(from, _)| from == word)
                    .map_or("", |(_, to)| to);
                if !rest.is_empty() {
                    said.terms.insert(rest.to_owned());
                }
                continue;
            }
            if word.starts_with(|c: char| c.is_ascii_digit())
                || is_number_word(word)
                || is_day(word)
            {
                continue;
            }
            let term = self.term(word, before, next);
            if RELATIONS.contains(word.as_str()) {
                let follows = words[index + 1..]
                    .iter()
                    .map(|word| self.term(word, "", ""))
                    .find(|term| !term.is_empty());
                said.pairs
                    .extend(follows.map(|follows| format!("{word} {follows}")));
            }
            match term.as_str() {
                "" => {}
                "#close" if !timed => {
                    denials += 1;
                    said.terms.insert("#open".to_owned());
                }
                "#close" => said.end = Some(true),
                "#until" if !counted(&words[index + 1..]) => said.end = Some(true),
                "#open" if timed && said.end.is_none() => {
                    said.end = Some(false);
                    said.terms.insert(term);
                }
                "#until" => {
                    said.terms.insert("upto".to_owned());
                }
                _ => {
                    said.terms.insert(term);
                }
            }
        }
        let times = said
            .facts
            .iter()
            .filter(|fact| matches!(fact, Fact::Time(..) | Fact::Number(_)))
            .count();
        if times != 1 {
            said.end = None;
        }
        said.denies = denials % 2 == 1;
        said
    }

    /// The term of a word; empty for a word without meaning.
    fn term(&self, word: &str, before: &str, next: &str) -> String {
        let month = word == "may"
            && (matches!(
                before,
                "in" | "of" | "until" | "from" | "since" | "by" | "late" | "early"
            ) || [before, next]
                .iter()
                .any(|word| word.starts_with(|c: char| c.is_ascii_digit())));
        if month {
            return word.to_owned();
        }
        if FUNCTION.contains(word) || CONDITIONS.contains(word) && word != "only" && word != "solo"
        {
            return String::new();
        }
        // "three hours" is a length, "our hours" are a time table; "normal" is harmless beside it and nowhere else.
        let table = ["hours", "business", "opening", "schedule"].contains(&next);
        if word == "hours" && !counts(before)
            || matches!(word, "normal" | "regular" | "usual") && table
            || word == "normal" && matches!(before, "horario" | "horarios")
            || matches!(before, "the" | "la") && PARTS_OF_DAY.contains(&word)
        {
            return "#hours".to_owned();
        }
        // Insurance is taken, and so are forty minutes.
        if matches!(word, "take" | "takes") {
            return "#take".to_owned();
        }
        SAME.get(word)
            .map_or_else(|| self.0.stem(word).into_owned(), |term| (*term).to_owned())
    }
}

/// Whether a word counts what follows it.
fn counts(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || is_number_word(word)
        || matches!(word, "one" | "an" | "un" | "una" | "few" | "many")
}

fn is_day(word: &str) -> bool {
    facts::day(word).is_some()
        || matches!(
            word,
            "weekday"
                | "weekdays"
                | "weekend"
                | "weekends"
                | "daily"
                | "noon"
                | "midnight"
                | "midday"
                | "mediodia"
                | "medianoche"
        )
}

/// Words that make a figure a limit: "from $90" is not "$90".
fn limit(word: &str, next: &str, rest: &[String]) -> Option<&'static str> {
    let figure = |at: usize| {
        rest.get(at).is_some_and(|word| {
            word.starts_with(|c: char| c.is_ascii_digit()) || is_number_word(word)
        })
    };
    let money = rest
        .get(1)
        .is_some_and(|word| matches!(word.as_str(), "dollars" | "euros" | "pounds"))
        || rest
            .get(2)
            .is_some_and(|word| matches!(word.as_str(), "dollars" | "euros" | "pounds"));
    match (word, next) {
        ("up", "to") => Some("upto"),
        ("at" | "al" | "como", "least" | "menos" | "minimo") => Some("least"),
        ("from" | "desde", _) if figure(0) && money => Some("startsat"),
        ("start" | "starts" | "starting", "at" | "from") => Some("startsat"),
        ("a", "partir") => Some("startsat"),
        // "An hour and a half" is not half an hour.
        ("and", "a") if rest.get(1).is_some_and(|word| word == "half") => Some("andhalf"),
        ("y", "media" | "medio") => Some("andhalf"),
        _ => None,
    }
}

/// Whether a number and what it counts come next: "until two hours before", but not "until two on Saturday".
fn counted(rest: &[String]) -> bool {
    let number = |word: &String| {
        word.starts_with(|c: char| c.is_ascii_digit()) || is_number_word(word) || word == "en"
    };
    rest.iter()
        .find(|word| !number(word))
        .is_some_and(|word| {
            let units = "hour hours day days week weeks month months minute minutes percent dollars euros pounds
             hora horas dia dias semana semanas mes meses minuto minutos people persons";
            units.split_ascii_whitespace().any(|unit| unit == word)
        })
}

/// The plain words of a text, currency and per cent signs as words.
pub(super) fn plain_words(text: &str) -> Vec<String> {
    let mut spelled = String::with_capacity(text.len());
    let mut pending: Option<&str> = None;
    for c in text.chars() {
        let unit = match c {
            '$' => Some("dollars"),
            '\u{20ac}' => Some("euros"),
            '\u{a3}' => Some("pounds"),
            _ => None,
        };
        if let Some(unit) = unit {
            // "$ 90" and "90 $" are both "90 dollars".
            if spelled.trim_end().ends_with(|c: char| c.is_ascii_digit()) {
                spelled.push(' ');
                spelled.push_str(unit);
                spelled.push(' ');
            } else {
                pending = Some(unit);
            }
            continue;
        }
        if c == '%' {
            spelled.push_str(" percent ");
            continue;
        }
        if let Some(unit) = pending
            && !(c.is_ascii_digit() || matches!(c, ' ' | ',' | '.'))
        {
            spelled.push(' ');
            spelled.push_str(unit);
            spelled.push(' ');
            pending = None;
        }
        spelled.push(c);
    }
    if let Some(unit) = pending {
        spelled.push(' ');
        spelled.push_str(unit);
    }
    clauses(&spelled)
        .into_iter()
        .flatten()
        .map(|word| word.text)
        .collect()
}

/// Whether a condition or an exception begins with this word.
pub(super) fn is_condition(word: &str) -> bool {
    CONDITIONS.contains(word)
}

/// Whether this word can be the verb of a sentence.
pub(super) fn is_verb(word: &str) -> bool {
    VERBS.contains(word)
}
