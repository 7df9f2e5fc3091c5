//! Sentences for measuring the emergency rules. They were written when the rules stood, and no rule was made or changed
//! because of one of them.
//!
//! They are kept apart from the sentences the rules were made with, so that their rate says something about callers
//! nobody has heard yet. Whoever mends a rule because of one of these moves the sentence to the others and writes a new
//! one.

/// Emergencies in English, one sentence a line.
pub(super) const EMERGENCIES_EN: &str = "my sister says she's had sixty paracetamol since lunch
     I swallowed a whole packet of antihistamines
     he's downed a bottle of cough syrup and he's acting drunk
     I injected my insulin twice and I feel terrible
     a toddler here licked some oven cleaner
     my boy just drank lamp oil
     she swallowed a battery about an hour ago
     my leg wound is bleeding through the stitches and won't stop
     I've lost so much blood I'm dizzy
     there's blood pouring down his face
     I keep vomiting blood
     my heart's going crazy and I'm about to pass out
     her pulse is really irregular and she's very pale
     I've got crushing chest pain
     my husband has chest pain that goes into his shoulder
     he can hardly breathe and he's turning blue
     my inhaler isn't helping and I'm getting worse
     the baby's choking on a toy
     grandma's face has fallen on the left and she can't lift her arm
     I suddenly can't feel my right side
     he's slurring and stumbling but he hasn't been drinking
     my tongue's swollen and I've got hives
     I'm allergic to bees and I've just been stung in the mouth
     after the injection my throat went tight
     she's having a seizure on your floor
     he fitted for ten minutes and he's still out of it
     there's a man collapsed by the lifts
     my wife won't wake up
     I'm thinking of ending my life
     my daughter has taken pills because she wants to die
     he hit his head on the ice and he's been sick twice
     my mum fell and she's bleeding from the head and confused
     I touched a bare wire and now my chest hurts
     my toddler's got scalding water all over his chest
     I burned my face with acid
     I'm thirty weeks and bleeding heavily
     my contractions are five minutes apart
     I haven't felt my baby kick since this morning
     my baby is blue
     our three week old feels boiling hot and has a fever
     I woke up and I can't see out of my left eye
     I had lip filler two hours ago and my lip's gone white and numb
     my nose has gone purple and cold since the filler
     he's got a fever and a stiff neck
     my wound stinks, I've got a fever and I can't stop shivering
     my finger's been cut off
     she's been run over
     somebody shot him
     my sugar's at forty and I'm really shaky
     my leg's swollen and I'm coughing up blood
     he went under in the pool and he isn't breathing right
     the carbon monoxide alarm's going and I feel dizzy";

/// Emergencies in Spanish, one sentence a line.
pub(super) const EMERGENCIES_ES: &str = "mi hermano se tragó un frasco de pastillas
     tomé demasiadas pastillas y me siento muy mal
     me puse dos veces la insulina y estoy temblando
     el niño se bebió el quitaesmalte
     la bebé se metió una pila en la boca y se la tragó
     la herida no deja de sangrar y ya empapé tres toallas
     he perdido mucha sangre y estoy mareado
     mi mamá vomita sangre
     tengo el pulso muy irregular y me desvanezco
     me oprime el pecho y me suda todo
     mi marido no puede respirar y se está poniendo azul
     el inhalador no me funciona
     mi bebé se está ahogando con un juguete
     mi abuela tiene la cara caída y no puede hablar
     no siento el lado derecho de repente
     me picó una avispa en la boca y se me hincha la garganta
     mi hija está teniendo un ataque epiléptico
     hay una persona desmayada en el pasillo
     mi papá no despierta
     estoy pensando en quitarme la vida
     mi hija se tomó pastillas porque se quiere morir
     se pegó en la cabeza y ha vomitado dos veces
     tocó un cable pelado y le duele el pecho
     se quemó el pecho con agua hirviendo
     estoy embarazada de treinta semanas y sangro mucho
     tengo contracciones cada cinco minutos
     no he sentido al bebé en todo el día
     mi bebé está azul
     amanecí sin ver de un ojo
     me pusieron relleno y el labio se puso blanco y frío
     tiene fiebre y el cuello duro
     me cortaron un dedo con la puerta
     le dispararon
     tengo la pierna hinchada y toso sangre
     se hundió en la alberca y no respira bien";

/// Near an emergency, and none, in English.
pub(super) const NEAR_MISSES_EN: &str = "do you treat overdoses or is that the hospital
     what does a heart scan cost
     do you have a cardiologist for irregular heartbeats
     I'm not in pain and nothing's bleeding, I just want to pay my bill
     I had seizures as a child, is there a box for that
     my late husband had a stroke in 2009, can you remove him from your list
     are the sixty tablets on my repeat ready
     I took a week off so I can come any day
     we ate at the cafe next door while waiting
     my blood test is at ten, can I come at eleven
     is bleach ok on the brace container
     do the fillers come in different brands
     can you move my chest physio to Tuesday
     I fell for the two for one offer
     the pool next door is noisy
     my baby is three weeks old and I need her first check
     I'm pregnant and I'd like the cleaner slot at nine
     I can't see your number on the door
     my face fell when I read the quote
     I'd rather die than miss this appointment
     there's smoke free parking, right
     he's cut up about the cancellation
     I burnt the toast so I'm behind, can we push it back
     my tooth whitening went white fast, five stars";

/// The same in Spanish.
pub(super) const NEAR_MISSES_ES: &str = "¿tratan sobredosis o eso es en el hospital?
     ¿cuánto cuesta un electrocardiograma?
     no me duele nada ni sangro, solo quiero pagar
     tuve convulsiones de pequeño, ¿hay una casilla para eso?
     ¿ya están mis sesenta pastillas?
     comimos al lado mientras esperábamos
     mi análisis de sangre es a las diez, ¿puedo ir a las once?
     mi bebé tiene tres semanas y necesita su primera revisión
     se me quemó el pan y voy tarde
     no veo su número en la puerta
     prefiero morir antes que perder esta cita
     la alberca de al lado hace ruido";
