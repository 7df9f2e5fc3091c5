//! Talk that claims nothing: greetings, regrets, "I don't know", offers of a message, asking back. A closed list, matched
//! whole: what is not on it has to be supported by a document.

use super::pattern::{Pattern, list};
use super::text::Word;
use std::sync::LazyLock;

const TALK: &str = "
    ^ hello/hi $
    ^ good morning/afternoon/evening $
    ^ hello/hi there $
    ^ thank you ?so/very ?much $
    ^ thanks $
    ^ thank you for calling/asking/waiting ?us $
    ^ youre ?very welcome $
    ^ im/i ?am ?so/very/really sorry ?about ?that $
    ^ sorry ?about ?that $
    ^ ?but/and/so ?im/sorry ?afraid ?unfortunately i dont/cant/couldnt have/find/see/know ?the/that/this/an/any ?answer/information/detail/details ?about/on/to ?that/this ?here $
    ^ ?but ?im not sure ?about/of ?that/this $
    ^ ?im ?afraid i dont know ?that/this $
    ^ ?but ?im ?afraid ?sorry ?i cant/cannot answer/tell/say ?you ?that/this ?question ?myself $
    ^ ?but ?that/thats ?is a question for our clinical/medical ?team $
    ^ thats a question for our clinical/medical team $
    ^ ?but ?and ?so ?if ?you ?like i can take ?down a message ?for ?you/our/the/them ?team/staff ?if ?you ?like $
    ^ ?and ?so ?that our team/staff/colleagues can/will call you back $
    ^ would you like ?me ?to to leave/take a message ?for ?our/the ?team/staff $
    ^ would you like to leave a message ?for ?our/the ?team/staff ?so ?that ?they/our ?team ?can ?call ?you ?back $
    ^ would you like to speak/talk to/with a/our person/team/colleague $
    ^ would you like somebody/someone to call you back $
    ^ shall/should/can i take a message ?for ?you/our ?team $
    ^ ?is there anything else ?i/that ?i ?can ?help ?do ?you/for ?with ?you ?today $
    ^ can i help you with anything else ?today $
    ^ how can/may i help ?you ?today $
    ^ what can i do for you ?today $
    ^ which/what treatment/service/procedure/doctor/office/location/day/appointment are you asking/calling/interested ?about/in $
    ^ which/what treatment/service/procedure/doctor/office/location/day would you like ?to ?know ?about $
    ^ which/what treatment/service/procedure/doctor/office/location/day do you mean $
    ^ could/can you ?please say/repeat that/it ?again ?please $
    ^ could/can/may ?you/i ?please ?have/tell ?me your name ?please $
    ^ one moment ?please $
    ^ goodbye $
    ^ have a nice/good/lovely day $
    ^ hola $
    ^ buenos/buenas dias/tardes/noches $
    ^ ?muchas gracias $
    ^ ?muchas gracias por llamar/esperar/preguntar ?a ?us $
    ^ de nada $
    ^ ?lo siento ?mucho $
    ^ lo lamento $
    ^ perdone/disculpe $
    ^ ?pero ?lo ?siento no tengo ?esa/ese/la/ningun informacion/dato/datos $
    ^ ?pero no lo se $
    ^ ?pero no estoy segura/seguro ?de ?eso $
    ^ ?pero no puedo responder/contestar ?a ?eso/esa ?pregunta $
    ^ ?pero ?y ?si ?quiere puedo tomar ?un/su mensaje ?para ?nuestro/el ?equipo ?si ?quiere $
    ^ ?y nuestro equipo le llamara/devolvera ?la ?llamada $
    ^ ?le quiere/gustaria ?que ?tome dejar/un ?un mensaje ?para ?nuestro/el ?equipo $
    ^ quiere que le llamemos $
    ^ ?en ?que ?puedo ayudarle ?en ?algo ?mas ?hoy $
    ^ puedo ayudarle en algo mas $
    ^ hay algo mas en que ?le ?pueda/puedo ayudarle/ayudar $
    ^ sobre/por que/cual tratamiento/servicio ?me ?esta pregunta/preguntando $
    ^ que tratamiento/servicio le interesa $
    ^ un momento ?por ?favor $
    ^ hasta luego $
";

/// Whether these words only soften what else is said; alone they would be an answer.
pub(super) fn is_softener(words: &[String]) -> bool {
    matches!(
        words.join(" ").as_str(),
        "unfortunately" | "im afraid" | "im afraid that" | "lamentablemente"
    )
}

/// Whether these words are talk and nothing else.
pub(super) fn is_talk(words: &[String]) -> bool {
    static LIST: LazyLock<Vec<Pattern>> = LazyLock::new(|| list(TALK));
    let clause: Vec<Word> = words
        .iter()
        .map(|text| Word {
            text: text.clone(),
            after_break: false,
        })
        .collect();
    !clause.is_empty() && LIST.iter().any(|pattern| pattern.is_in(&clause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(text: &str) -> bool {
        is_talk(&super::super::terms::plain_words(text))
    }

    #[test]
    fn f7_3_talk_is_a_closed_list() {
        for text in [
            "Hello",
            "Thank you for calling us.",
            "I don't have that information.",
            "I'm not sure about that.",
            "Would you like to leave a message?",
            "No lo sé",
            "¿En qué puedo ayudarle?",
            "pero puedo tomar un mensaje",
        ] {
            assert!(talk(text), "{text}");
        }
        for text in [
            "",
            "That's fine.",
            "No problem.",
            "Sure, that is normal.",
            "Of course you can.",
            "Of course.",
            "Sure.",
            "Claro que sí.",
            "Unfortunately.",
            "Thank you for calling Hillside.",
            "I don't have any concerns about that.",
            "Don't worry.",
            "You can",
            "I can book a message",
        ] {
            assert!(!talk(text), "{text}");
        }
    }
}
