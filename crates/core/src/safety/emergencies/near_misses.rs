//! Sentences with which the rules were made that are near an emergency and are none.

/// One sentence a line, in both languages.
pub(super) const NEAR_MISSES: &str = "do you treat heart racing?
    do you see patients with irregular heartbeats and fainting
    I'm not bleeding, I just want to ask about my bill
    I had a heart attack in 2018 and need to update my records
    my mum had a stroke three years ago, do you need her records
    I took five leaflets home with me
    I took both tablets last night as the nurse told me, can you confirm my slot
    can I pick up thirty tablets for my mother today
    my prescription says ten tablets but I got nine
    the pharmacy gave me twenty tablets instead of thirty
    how much is a bottle of those vitamins
    do you use bleach to clean the rooms
    I drank the water you gave me and left my bottle there
    my husband drank coffee before the blood test, do we need another slot
    I need to book lots of blood tests
    does the blood pressure check come with the visit
    how much does the heart scan cost
    I broke my heart over that price
    my heart is set on Dr Allen
    is the chest x-ray included
    can you see my booking for the chest scan
    do you offer treatment for asthma attacks
    I'm choking up, you were all so kind to us
    do you have someone who treats stroke patients
    is there a doctor for epilepsy
    what's your procedure for allergic reactions in the clinic
    I have a nut allergy on my file, please add shellfish
    I'm swollen with pride, my daughter passed her exam
    we passed out of your area, do you have another branch
    my phone died, sorry
    the battery in my phone is dead, call me later
    can you help me kill some time, what's nearby
    I want to end my membership
    I'm dying for a coffee, is there a cafe
    do you treat burn scars
    I need an appointment for burn scar removal on my arm
    I got a shock when I saw the bill
    is the pregnancy scan free
    I'm thirty weeks pregnant and want to book a scan
    do you see newborns for tongue tie
    my baby is six weeks old and needs her vaccines
    my eyes are blue, does that matter for the laser
    I want my teeth white for the wedding
    how much is lip filler for a natural look
    will the filler make my lips look white in photos
    I cut my finger nails before the appointment, is that ok
    can you send my blood sugar results
    I hit a pole in your car park
    I fell in love with your clinic
    what time does the pool open
    I never had seizures and I don't take any medicine
    there's no swelling and no fever, I just need the certificate
    ¿tratan la taquicardia?
    ¿tienen cardiólogo para arritmias?
    no estoy sangrando, quiero preguntar por mi factura
    tuve un infarto en 2018 y quiero actualizar mi expediente
    mi papá sufrió un derrame hace cinco años, ¿lo anotan?
    necesito recoger treinta pastillas para mi mamá
    me recetaron veinte pastillas y faltan dos
    ¿cuánto cuesta el relleno de labios?
    quiero los dientes más blancos
    ¿atienden quemaduras antiguas?
    estoy embarazada y quiero pedir cita para la ecografía
    mi bebé cumple un mes y quiero su vacuna
    me muero de hambre, ¿hay cafetería?
    se me acabó la pila del teléfono
    tomé el autobús equivocado y llego tarde
    do you treat people whose heart races and who get dizzy
    I'm not bleeding any more, I just need to book the follow up
    I had chest pain two years ago and want to bring the report
    my father had a stroke in 2015, does that go on the form
    how many tablets are in the pack you sent to the pharmacy
    I took two tablets this morning like the label says, can I move my appointment
    do you have a doctor who specialises in seizures
    can I take my pills with me into the consultation
    I'd like to book a class on what to do when a child is choking
    my kids are killing me, can we come an hour later
    the bleach in the bathroom smells strong, do you sell it
    I spilled bleach on my booking card, can you send me a new one
    do you offer teeth bleaching and how much is it
    I nearly died laughing at your hold music
    is there a heart specialist on Friday
    I passed out the flyers for your clinic already
    my husband swallowed his pride and wants to book an appointment after all
    he's burnt out at work and wants a wellness package
    can you tell me your policy on allergic reactions to filler
    what's the price of electric stimulation therapy
    what happens if someone faints during a blood test, do you have staff for that
    I have no allergies and no trouble breathing, that's what I put on the form
    we want to bring the baby for the blue card appointment
    do I need to bring the EpiPen prescription to the visit
    my contractions of dates in the form are wrong, please correct the birthday
    I lost my sight glasses in your waiting room
    do you sell burn cream
    I'm dying to get an appointment before the wedding
    sorry, my line is breaking up, I can't hear you
    we had a fire drill, so I missed your call
    do you do fillers that leave the skin white and bright
    could you send the invoice for the ambulance in March
    are you a poison control centre
    my mother passed away last year, please close her account
    ¿atienden a personas con palpitaciones y mareos?
    ya no estoy sangrando, solo quiero pedir la revisión
    tuve dolor en el pecho hace dos años y quiero llevar el informe
    ¿cuántas pastillas trae la caja?
    me tomé la pastilla de la mañana, ¿puedo cambiar la hora de mi cita?
    ¿tienen un especialista en convulsiones?
    mi abuela murió de un infarto el año pasado y quiero cancelar su cita
    ¿cuánto cuesta el blanqueamiento?
    me muero de ganas de hacerme el tratamiento
    no tengo alergias ni problemas para respirar
    ¿hacen cursos de primeros auxilios para atragantamiento?
    se me cayó el teléfono al agua y perdí su número
    me quemé con el sol de las vacaciones y quiero mover mi cita de láser
    ¿venden crema para quemaduras?
    estoy ahogada de trabajo, ¿pueden llamarme mañana?
    casi me da un infarto cuando vi la factura
    do you see people after a heart attack for rehab
    what do you charge for a chest scan
    is your clinic able to treat anaphylaxis in general
    I had a seizure when I was eight, do I write that on the form
    my grandfather had his stroke in 1998, I only need a copy of his file
    we got your letter about heavy bleeding clinics, when are they
    can I pick up my mum's heart tablets on Friday
    I've got twenty tablets left so I don't need a refill yet
    I took my usual pill this morning, the appointment is at ten
    I ate before the appointment, do I have to reschedule
    I swallowed the cost last time but this is too much
    my son drank all the water in your cooler, sorry about that
    I need something to get bleach stains out, are you the dry cleaner
    does the whitening use bleach
    is the laser burning hair or skin, how does it work
    I burned dinner so I'm running ten minutes late
    the heater in your lobby is burning hot
    I hit my head on your low doorway last week but I'm fine, just tell the owner
    your hold music gives me a headache
    my chest size is forty, what compression vest do you sell
    do you have any breathing workshops
    I'm breathless with excitement about my new smile
    I can't breathe in this traffic, I'll be late
    my car broke down in labour street, I'm walking over
    the baby shower is on Saturday, can I move my appointment
    the baby won't stop moving so the photos are blurry, can we redo the portrait
    I am pregnant, can I still come on Monday for the cleaning of my file
    is there parking for pregnant women
    I can't see your sign from the road
    I went blind into this price list, can you explain it
    will my skin look whiter after the peel in general
    how much for grey hair coverage
    cut it off there please, that's the wrong email address
    that joke knocked me out, you're funny
    my battery is dying so I'll be quick
    the app keeps shutting down and I can't wake it up
    is the poison ivy leaflet still on your website
    I'd kill for an early slot
    my friend fell for your advert and wants to book
    no allergies, no seizures, no heart problems, nothing to declare
    we used to live by the lake, has your address changed
    ¿dan rehabilitación después de un infarto?
    ¿cuánto cobran por una placa de tórax?
    ¿la clínica puede tratar alergias graves?
    tuve convulsiones de niño, ¿lo pongo en el formulario?
    me quedan veinte pastillas, no necesito receta todavía
    ¿puedo recoger las pastillas del corazón de mi mamá el viernes?
    tomé café antes del análisis de sangre, ¿cambio la cita?
    ¿usan cloro para limpiar las camillas?
    se me quemó la comida y llego tarde
    la línea se corta, no se oye bien
    me mata el tráfico, llego en quince minutos
    se me murió el teléfono, perdone
    no veo el botón para pagar
    estoy embarazada, ¿hay estacionamiento cerca?
    ¿el láser quema el vello?
    el bebé tiene los ojos azules y queremos una foto para el carnet
    quiero la piel más blanca, ¿qué tratamientos hay?
    me caí de risa con su anuncio
    ni alergias ni convulsiones ni problemas del corazón, nada que declarar
    la vista desde su terraza es muy bonita
    do you treat chest pain
    is there a nurse who knows about epilepsy
    how much is a heart check
    do you do allergy tests for nuts
    I'm not having chest pain, I only want my results letter
    I haven't fainted or anything, I just need to rebook
    my dad had a heart attack four years ago and he needs a form signed
    when I was ten I broke my arm, is that on my file
    my prescription of thirty tablets is ready, where do I collect it
    I took the bus and I'm twenty minutes late
    can you refill my heart medication
    I drank too much coffee this morning so I'm talking fast
    I ate all the mints in your waiting room
    I put new batteries in the remote you gave back
    is the blood test on Tuesday
    can I eat before the blood test
    do your fillers last a year
    do you use white or clear dressings
    will my lips be bigger
    my face is puffy in the photo on your site, please take it down
    the kettle in the staff room is boiling over
    I burned a CD with the scans
    my hair is falling out of the ponytail, do I need a cap for the MRI
    I fell asleep and missed the appointment
    I hit redial by accident
    I'm shocked by the electricity bill, can I pay you later
    I'm in labour relations, I'm calling about your staff
    we're expecting a delivery for your clinic
    is the pool open to patients
    my son is floppy haired and nervous, can he bring a toy
    my daughter turned six months old yesterday, which vaccines are due
    does a baby need an appointment of its own
    I'm blown away by the service
    the smoke alarm in your hallway is beeping
    I lost my appointment card
    I can't see the doctor on Thursday, can we change it
    I can't move my appointment online
    my line keeps cutting off
    I cut my hair, is the photo still ok
    shoot me an email
    I'd jump at an earlier slot
    it's killing me not to know the price
    you saved my life with that appointment
    my stroke of luck, you had a slot
    my credit card was hit twice
    ¿atienden dolores de pecho?
    ¿tienen enfermera que sepa de epilepsia?
    ¿cuánto cuesta un chequeo del corazón?
    no me he desmayado, solo quiero cambiar la cita
    mi papá tuvo un infarto hace cuatro años y necesita un papel
    tomé el autobús y llego veinte minutos tarde
    ya están listas las treinta pastillas, ¿dónde las recojo?
    ¿puedo comer antes del análisis de sangre?
    ¿el relleno dura un año?
    me quedé dormido y perdí la cita
    me corté el pelo, ¿vale la foto?
    no puedo mover mi cita por internet
    no puedo ver al doctor el jueves
    mi hija cumplió seis meses, ¿qué vacunas le tocan?
    me dio un susto la factura
    se quemó el foco de la entrada
    se me cayó la tarjeta de la cita
    me salvaron la vida con esa cita
    la alarma de humo del pasillo suena
    ¿hay piscina para los pacientes?
    do you treat people with seizures
    how much is treatment for palpitations
    I don't have any pain in my chest, I'm only calling about the form
    my aunt had a stroke last year and we need the discharge papers
    I was in a car crash in 2012, should it be in my history
    I took twelve vitamins out of the basket and want to pay for them
    I have sixty tablets on repeat, can you make it ninety
    do you give out leaflets about overdose
    I swallowed my tea too fast, give me a second
    the baby swallowed no time growing, she needs a bigger car seat for your car park
    do you clean with chlorine
    blood test at nine, is that still on
    how many vials of blood do you draw
    there's no blood and no pain, I just want the stitches out
    is the heart clinic on the second floor
    my heart sank when you cancelled
    could you see my husband about his back on Monday
    her smile dropped when she heard the price
    the lights in your car park are out
    do you have eye tests for children
    I'm blinded by the choice of treatments
    is filler better than botox for lips in general
    I need a white coat for my shift, do you lend them
    I fell behind with the payments
    I fell off the waiting list, please put me back
    he hit the roof when he saw the invoice
    my contract ends in labour week
    my wife is expecting, do you do antenatal classes
    the nursery says my baby needs a vaccination record
    I was choked with traffic and missed it
    are your swimming sessions in the pool free
    my throat specialist moved to your clinic, is he in today
    I lost my voice mail from you, please repeat it
    we had a power cut so the fridge went off, are the vaccines ok
    I shot past your exit, how do I get back
    ring me back in ten minutes, I'm driving
    ¿tratan a personas con convulsiones?
    no tengo dolor en el pecho, llamo por el formulario
    mi tía tuvo un derrame el año pasado y necesitamos los papeles
    tengo sesenta pastillas en la receta, ¿puede ponerme noventa?
    el análisis de sangre es a las nueve, ¿verdad?
    se me cayó el alma cuando cancelaron
    me caí de la lista de espera, póngame otra vez
    mi esposa está embarazada, ¿dan clases de preparación?
    ¿venden cloro o desinfectante?
    no hay sangre ni dolor, solo quiero que me quiten los puntos
    perdí su mensaje, ¿me lo repite?
    ¿a qué hora abre la piscina?
    me quedé sin luz y no vi el correo
    mi corazón se alegra de oírla
    la cara de la recepcionista me suena";
