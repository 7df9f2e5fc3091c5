//! The fixed sentences in Spanish.

use super::phrase::{Phrase, SmallTalk};

pub(super) fn text(phrase: &Phrase) -> String {
    match phrase {
        Phrase::Greeting { clinic } => format!(
            "Gracias por llamar a {}. Soy la recepcionista automática y esta llamada se graba. ¿En qué puedo ayudarle?",
            clinic.as_str()
        ),
        Phrase::Emergency { number } => match number.digits() {
            Some(number) => format!("Si es una emergencia, cuelgue y llame al {number} ahora."),
            None => "Si es una emergencia, cuelgue y llame ahora a su número local de emergencias."
                .to_owned(),
        },
        Phrase::Connecting {
            target: Some(target),
        } => {
            format!(
                "Le comunico ahora con {}. Por favor, no cuelgue.",
                target.as_str()
            )
        }
        Phrase::CouldNotReach {
            target: Some(target),
        } => format!(
            "No he podido comunicarme con {}. Voy a tomar su mensaje y me aseguro de que lo reciba una persona.",
            target.as_str()
        ),
        Phrase::ReadNumberBack { number } => {
            format!("Tengo el {}. ¿Es correcto?", number.spoken())
        }
        Phrase::GoodbyeFrom { clinic } => {
            format!("Gracias por llamar a {}. Hasta luego.", clinic.as_str())
        }
        other => fixed(other).to_owned(),
    }
}

fn fixed(phrase: &Phrase) -> &'static str {
    match phrase {
        Phrase::Greeting { .. } | Phrase::GreetingUnnamed => {
            "Gracias por llamar. Soy la recepcionista automática y esta llamada se graba. ¿En qué puedo ayudarle?"
        }
        Phrase::MedicalHandOff => {
            "Esa es una pregunta para nuestro equipo clínico y yo no puedo responderla. Le busco a una persona."
        }
        Phrase::Emergency { .. } => {
            "Si es una emergencia, cuelgue y llame ahora a su número local de emergencias."
        }
        Phrase::Connecting { .. } => "Le comunico ahora. Por favor, no cuelgue.",
        Phrase::TryingAnother => {
            "No han contestado. Intento con otra persona, por favor no cuelgue."
        }
        Phrase::CouldNotReach { .. } => {
            "No he podido comunicarme con nadie. Voy a tomar su mensaje y me aseguro de que lo reciba una persona."
        }
        Phrase::HumanRequested => "Por supuesto. Le busco a una persona.",
        Phrase::HumanUnavailable => {
            "Ahora nadie puede atender la llamada. Tomo su mensaje y una persona le devolverá la llamada."
        }
        Phrase::AskName | Phrase::BookingName => "¿Me dice su nombre completo, por favor?",
        Phrase::AskNumber => "¿A qué número podemos devolverle la llamada?",
        Phrase::NumberNotUnderstood => {
            "No he entendido el número. Por favor, dígalo otra vez, dígito por dígito."
        }
        Phrase::ReadNumberBack { .. } => "¿Es correcto ese número?",
        Phrase::AskReason => "¿Qué le digo a nuestro equipo que es el motivo?",
        Phrase::MessageTaken => {
            "Gracias. Tengo su mensaje y nuestro equipo le devolverá la llamada."
        }
        Phrase::UrgentMessageTaken => {
            "Gracias. Tengo su mensaje, lo he marcado como urgente y nuestro equipo le devolverá la llamada."
        }
        Phrase::MessageDropped => "De acuerdo, no dejo ningún mensaje. ¿En qué más puedo ayudarle?",
        Phrase::DontKnow => {
            "No tengo esa información. ¿Quiere dejar un mensaje para que nuestro equipo le llame?"
        }
        Phrase::OfferMessage => "¿Quiere dejar un mensaje para nuestro equipo?",
        Phrase::Clarify => "Perdone, no le he entendido. ¿Puede repetirlo?",
        Phrase::ClarifyAgain => {
            "Perdone, sigo sin entenderle. ¿Quiere que le busque a una persona?"
        }
        Phrase::StillThere => "¿Sigue ahí?",
        Phrase::Small(small) => small_talk(*small),
        Phrase::NothingToRepeat => "Todavía no he dicho nada. ¿En qué puedo ayudarle?",
        Phrase::LetMeRepeat => "Claro, lo repito.",
        Phrase::AnythingElse => "¿Puedo ayudarle en algo más?",
        Phrase::HowCanIHelp => "¿En qué puedo ayudarle?",
        Phrase::Goodbye | Phrase::GoodbyeFrom { .. } => "Gracias por llamar. Hasta luego.",
        Phrase::Hold => "Un momento, por favor.",
        Phrase::Apology => "Perdone, algo ha fallado por nuestra parte. ¿Puede repetirlo?",
        Phrase::ApologyOfferMessage => {
            "Perdone, algo ha fallado por nuestra parte. Puedo tomar un mensaje y una persona le llamará."
        }
        Phrase::BookingService => "Puedo pasar una solicitud de cita. ¿Para qué servicio es?",
        Phrase::BookingDays => "¿Qué días y a qué horas le viene bien?",
        Phrase::BookingNewOrReturning => "¿Es la primera visita o ya ha venido antes?",
        Phrase::BookingNumber => "¿A qué número puede llamarle nuestro equipo?",
        Phrase::BookingTaken => {
            "Gracias. He pasado su solicitud. Todavía no hay nada fijado: nuestro equipo le llamará para confirmarlo."
        }
        Phrase::ChangeWhich => "¿De qué cita se trata y para qué día era?",
        Phrase::ChangeDays => "¿Qué días y a qué horas le vendría bien en su lugar?",
        Phrase::ChangeTaken => {
            "Gracias. He avisado de que quiere cambiarla. Nuestro equipo le llamará para confirmarlo."
        }
        Phrase::CancelTaken => {
            "Gracias. He avisado de que quiere cancelarla. Nuestro equipo le llamará para confirmarlo."
        }
        Phrase::CannotConfirmPatient => {
            "No puedo decir quién es o no es paciente aquí. Puedo tomar un mensaje para nuestro equipo."
        }
        Phrase::CannotReadRecords => {
            "No puedo ver historiales, resultados ni citas. Puedo tomar un mensaje y nuestro equipo le llamará."
        }
        Phrase::NoMedicalAdvice => {
            "No puedo dar consejos médicos. Puedo buscarle a una persona o tomar un mensaje."
        }
        Phrase::ClosedNow => {
            "Ahora mismo está cerrado. Puedo responder preguntas o tomar un mensaje."
        }
    }
}

fn small_talk(small: SmallTalk) -> &'static str {
    match small {
        SmallTalk::Hello => "¡Hola! ¿En qué puedo ayudarle?",
        SmallTalk::HowAreYou => "Muy bien, gracias por preguntar. ¿En qué puedo ayudarle?",
        SmallTalk::Thanks => "De nada. ¿Puedo ayudarle en algo más?",
        SmallTalk::WhoAreYou => {
            "Soy la recepcionista automática de la clínica. Puedo responder preguntas, tomar un mensaje o buscarle a una persona."
        }
        SmallTalk::AreYouThere => "Sí, aquí estoy. ¿En qué puedo ayudarle?",
        SmallTalk::Languages => "Hablo español e inglés. ¿En qué puedo ayudarle?",
        SmallTalk::Chat => "Gracias por contármelo. ¿En qué puedo ayudarle hoy?",
        SmallTalk::Acknowledge => "De acuerdo. ¿Puedo ayudarle en algo más?",
        SmallTalk::TakeYourTime => "Tómese su tiempo, aquí estoy.",
    }
}
