//! The words of questions and of passages by which an attribute is told.
//!
//! A line lists phrases of whole folded words; a trailing `*` lets the last word go on.

use super::attribute::Attribute as A;

/// Phrases of questions.
pub(super) const ASKED: &[(A, &str)] = &[
    (
        A::Price,
        "how much is|how much are|how much do|how much does|how much would|how much will|\
         how much for|how much to|price*|pricing|cost|costs|fee|fees|charge|charges|rate|\
         rates|what do you charge|expensive|cheap*|how much|cuanto cuesta*|cuanto vale*|\
         precio*|cuesta*|cuanto cobran",
    ),
    (
        A::Hours,
        "what time do you|hours|when are you open|are you open|you open|open on|open at|\
         open until|do you close|closing time|opening time*|when do you open|\
         when do you close|close on|closed on|open today|open tomorrow|time do you|what days|\
         horario*|a que hora abren|a que hora cierran|abren|abierto*|cierran|abre|cierra",
    ),
    (
        A::Duration,
        "how long does|how long do|how long is|how long will|how long would|how long are|\
         how long before|how long after|how long until|how long|how long does it take|\
         how long does it last|duration|how many minutes|\
         how many hours|how many weeks|how many days|how soon|cuanto dura*|cuanto tiempo|\
         cuanto tarda*",
    ),
    (
        A::Phone,
        "phone number|telephone|your number|fax|number can i call|number to call|\
         number do i call|numero de telefono|telefono",
    ),
    (A::Email, "email|e-mail|mail address|correo*"),
    (
        A::Website,
        "website|web site|web page|web address|online portal|pagina web",
    ),
    (
        A::Place,
        "where|address|located|location|directions|how do i get to|which floor|what floor|\
         in what city|in which city|what country|donde|direccion|ubicad*",
    ),
    (
        A::Person,
        "who|whom|whose|which doctor*|what doctor*|which dentist*|quien*",
    ),
    (
        A::Time,
        "when|what year|which year|what date|what day|in what decade|what century|\
         which century|what month|cuando|en que ano|que fecha",
    ),
    (
        A::Count,
        "how many|what percentage|what percent|what number of|cuantos|cuantas|how old|\
         how tall|how far|how large|how big",
    ),
    (
        A::Cause,
        "cause*|why|what leads to|due to what|reason for|por que",
    ),
    (
        A::Treatment,
        "treat*|therapy|therapies|cure*|how do you fix|tratamiento*|remedy|remedies",
    ),
    (
        A::Symptoms,
        "symptom*|sign of|signs of|sintoma*|how do i know if",
    ),
    (
        A::Diagnosis,
        "diagnos*|how is it detected|tests for|test for|diagnostic*",
    ),
    (A::Prevention, "prevent*|avoid*|prevenir"),
    (
        A::Risk,
        "at risk|risk factor*|who gets|who is affected|how many people are affected|\
         how common",
    ),
    (
        A::Outlook,
        "outlook|prognosis|survival|life expectancy|chance of recovery|pronostico",
    ),
    (
        A::Definition,
        "what is|what are|what's|define|definition of|que es|que son|meaning of",
    ),
    (
        A::Research,
        "research|clinical trial*|studies|being studied|investigacion*",
    ),
    (
        A::Inheritance,
        "inherit*|genetic*|hereditary|run in families|runs in families|hereditari*",
    ),
    (
        A::Stages,
        "stage*|types of|kinds of|what kinds|what types|etapas|tipos de",
    ),
    (
        A::Complications,
        "complication*|side effect*|go wrong|dangers of|risks of|complicacion*",
    ),
    (
        A::Insurance,
        "insurance|insured|medicare|medicaid|in network|in-network|accept my plan|coverage|\
         seguro*",
    ),
    (
        A::Payment,
        "pay|payment*|credit card*|financing|installment*|cash|cards do you|pago*|pagar|\
         tarjeta*",
    ),
    (A::Parking, "park|parking|estacion*|aparca*"),
    (
        A::Preparation,
        "bring|prepare*|preparation*|before my|before the|fasting|eat before|llevar|traer",
    ),
    (
        A::Recovery,
        "recovery|recover|downtime|aftercare|back to work|afterwards|recuperacion*",
    ),
    (A::Age, "age|ages|how old|minimum age|edad*"),
    (
        A::Cancellation,
        "cancel*|resched*|no show|no-show|move my appointment|change my appointment|late for",
    ),
    (
        A::Language,
        "speak|language*|spanish|interpreter*|idioma*|hablan",
    ),
];

/// Words of passages that treat an attribute.
pub(super) const TREATED: &[(A, &str)] = &[
    (
        A::Price,
        "price*|cost*|fee|fees|charge*|rate|rates|free of charge|precio*",
    ),
    (
        A::Hours,
        "open|opening hours|hours|closed|monday*|mon|weekdays|weekends|horario*",
    ),
    (
        A::Duration,
        "minutes|minute|hours|hour|days|weeks|months|lasts|takes|takes about",
    ),
    (A::Phone, "call|phone|telephone|tel"),
    (A::Email, "email|e-mail"),
    (A::Website, "website|www*|http*|online"),
    (
        A::Place,
        "located|address|street|avenue|floor|suite|building|near|city|north|south|east|west",
    ),
    (
        A::Person,
        "dr|director|founder|president|by|led by|named|physician*|dentist*|he|she",
    ),
    (
        A::Time,
        "in|year*|century|since|until|january|february|march|april|may|june|july|august|\
         september|october|november|december",
    ),
    (A::Count, ""),
    (
        A::Cause,
        "cause*|because|due to|result* from|leads to|mutation*|reason*",
    ),
    (
        A::Treatment,
        "treat*|therap*|surger*|medicine*|medication*|drug*|cure|goals of",
    ),
    (
        A::Symptoms,
        "symptom*|signs|sign of|may include|may cause|pain|feel*",
    ),
    (A::Diagnosis, "diagnos*|test|tests|exam*|detected"),
    (
        A::Prevention,
        "prevent*|avoid*|reduce the risk|lower your risk|vaccine*|protect*",
    ),
    (
        A::Risk,
        "risk|at risk|risk factor*|affects|more common|people who|occurs in|most often|\
         increase*",
    ),
    (
        A::Outlook,
        "prognosis|outlook|survival|recover*|chance of|life expectancy|full recovery|\
         mortality|progressive",
    ),
    (
        A::Definition,
        "is a|is an|is the|are a|refers to|is one of|are the|group of|also called|type of|\
         also known as",
    ),
    (
        A::Research,
        "research*|studies|clinical trial*|nih|conducts|supports|study|scientists|investigat*",
    ),
    (
        A::Inheritance,
        "inherit*|gene|genes|genetic*|hereditary|mutation*|chromosome*|familial|\
         family history|passed from",
    ),
    (A::Stages, "stage*|types|type|kinds|spread"),
    (
        A::Complications,
        "complication*|side effect*|problems|can lead to|risks",
    ),
    (
        A::Insurance,
        "insurance|insurer*|plan|plans|medicare|medicaid|network|coverage|copay*",
    ),
    (
        A::Payment,
        "pay*|card|cards|cash|visa|mastercard|financing|installment*|check|checks",
    ),
    (A::Parking, "park*|garage|lot"),
    (
        A::Preparation,
        "bring|arrive|before|prepare*|fast*|id|in advance",
    ),
    (
        A::Recovery,
        "recover*|heal*|after|afterwards|rest|return to|resume|downtime",
    ),
    (
        A::Age,
        "age*|years old|year old|adults|children|older|younger",
    ),
    (
        A::Cancellation,
        "cancel*|resched*|notice|no-show|no show|missed",
    ),
    (
        A::Language,
        "speak*|language*|spanish|english|bilingual|interpreter*",
    ),
];
