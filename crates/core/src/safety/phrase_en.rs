//! The fixed sentences in English.

use super::phrase::{Phrase, SmallTalk};

pub(super) fn text(phrase: &Phrase) -> String {
    match phrase {
        Phrase::Greeting { clinic } => format!(
            "Thank you for calling {}. I'm the automated receptionist, and this call is recorded. How can I help you?",
            clinic.as_str()
        ),
        Phrase::Emergency { number } => match number.digits() {
            Some(number) => format!("If this is an emergency, hang up and call {number} now."),
            None => "If this is an emergency, hang up and call your local emergency number now."
                .to_owned(),
        },
        Phrase::Connecting {
            target: Some(target),
        } => {
            format!(
                "I'm connecting you with {} now. Please stay on the line.",
                target.as_str()
            )
        }
        Phrase::CouldNotReach {
            target: Some(target),
        } => format!(
            "I couldn't reach {} just now. I'll take a message and make sure a person gets it.",
            target.as_str()
        ),
        Phrase::ReadNumberBack { number } => format!("I have {}. Is that right?", number.spoken()),
        Phrase::GoodbyeFrom { clinic } => {
            format!("Thank you for calling {}. Goodbye.", clinic.as_str())
        }
        other => fixed(other).to_owned(),
    }
}

fn fixed(phrase: &Phrase) -> &'static str {
    match phrase {
        Phrase::Greeting { .. } | Phrase::GreetingUnnamed => {
            "Thank you for calling. I'm the automated receptionist, and this call is recorded. How can I help you?"
        }
        Phrase::MedicalHandOff => {
            "That's a question for our clinical team, and I can't answer it myself. Let me get a person for you."
        }
        Phrase::Emergency { .. } => {
            "If this is an emergency, hang up and call your local emergency number now."
        }
        Phrase::Connecting { .. } => "I'm connecting you now. Please stay on the line.",
        Phrase::TryingAnother => {
            "There was no answer. I'm trying another colleague, please stay on the line."
        }
        Phrase::CouldNotReach { .. } => {
            "I couldn't reach anyone just now. I'll take a message and make sure a person gets it."
        }
        Phrase::HumanRequested => "Of course. Let me get a person for you.",
        Phrase::HumanUnavailable => {
            "Nobody can take the call right now. I'll take a message, and a person will call you back."
        }
        Phrase::AskName | Phrase::BookingName => "May I have your full name, please?",
        Phrase::AskNumber => "Which number can we call you back on?",
        Phrase::NumberNotUnderstood => {
            "I didn't catch that number. Please say it again, one digit at a time."
        }
        Phrase::ReadNumberBack { .. } => "Is that number right?",
        Phrase::AskReason => "What should I tell our team it is about?",
        Phrase::MessageTaken => "Thank you. I have your message, and our team will call you back.",
        Phrase::UrgentMessageTaken => {
            "Thank you. I have your message and marked it urgent, and our team will call you back."
        }
        Phrase::MessageDropped => "All right, I won't leave a message. What else can I do for you?",
        Phrase::DontKnow => {
            "I don't have that information. Would you like to leave a message so that our team can call you back?"
        }
        Phrase::OfferMessage => "Would you like to leave a message for our team?",
        Phrase::Clarify => "I'm sorry, I didn't catch that. Could you say it again?",
        Phrase::ClarifyAgain => {
            "I'm sorry, I still didn't understand. Would you like me to get a person for you?"
        }
        Phrase::StillThere => "Are you still there?",
        Phrase::Small(small) => small_talk(*small),
        Phrase::NothingToRepeat => "I haven't said anything yet. How can I help you?",
        Phrase::LetMeRepeat => "Of course, I'll say it again.",
        Phrase::AnythingElse => "Is there anything else I can help you with?",
        Phrase::HowCanIHelp => "How can I help you?",
        Phrase::Goodbye | Phrase::GoodbyeFrom { .. } => "Thank you for calling. Goodbye.",
        Phrase::Hold => "One moment, please.",
        Phrase::Apology => "I'm sorry, something went wrong on our side. Could you say that again?",
        Phrase::ApologyOfferMessage => {
            "I'm sorry, something went wrong on our side. I can take a message, and a person will call you back."
        }
        Phrase::BookingService => "I can pass on a booking request. Which service is it for?",
        Phrase::BookingDays => "Which days and times suit you?",
        Phrase::BookingNewOrReturning => "Is this a first visit, or have you been here before?",
        Phrase::BookingNumber => "Which number can our team call you on?",
        Phrase::BookingTaken => {
            "Thank you. I have passed on your request. Nothing is fixed yet: our team will call you to confirm."
        }
        Phrase::ChangeWhich => "Which appointment is it about, and for which day was it made?",
        Phrase::ChangeDays => "Which days and times would suit you instead?",
        Phrase::ChangeTaken => {
            "Thank you. I have passed on that you would like to change it. Our team will call you to confirm."
        }
        Phrase::CancelTaken => {
            "Thank you. I have passed on that you would like to cancel. Our team will call you to confirm."
        }
        Phrase::CannotConfirmPatient => {
            "I can't say who is or isn't a patient here. I can take a message for our team."
        }
        Phrase::CannotReadRecords => {
            "I can't see records, results or appointments. I can take a message, and our team will call you back."
        }
        Phrase::NoMedicalAdvice => {
            "I can't give medical advice. I can get a person for you or take a message."
        }
        Phrase::ClosedNow => {
            "We are closed at the moment. I can answer questions or take a message."
        }
    }
}

fn small_talk(small: SmallTalk) -> &'static str {
    match small {
        SmallTalk::Hello => "Hello! How can I help you?",
        SmallTalk::HowAreYou => "I'm doing well, thank you for asking. How can I help you?",
        SmallTalk::Thanks => "You're welcome. Is there anything else I can help you with?",
        SmallTalk::WhoAreYou => {
            "I'm the clinic's automated receptionist. I can answer questions, take a message or get a person for you."
        }
        SmallTalk::AreYouThere => "Yes, I'm here. How can I help you?",
        SmallTalk::Languages => "I speak English and Spanish. How can I help you?",
        SmallTalk::Chat => "That's kind of you to share. How can I help you today?",
        SmallTalk::Acknowledge => "All right. Is there anything else I can help you with?",
        SmallTalk::TakeYourTime => "Take your time, I'm here.",
    }
}
