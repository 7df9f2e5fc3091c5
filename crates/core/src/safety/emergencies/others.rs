//! Sentences of another author, who did not know these rules and whose sentences nobody knew who made them.

/// Emergencies in both languages, one sentence a line.
pub(super) const EMERGENCIES: &str = "I just took twenty of my sleeping tablets
    my daughter swallowed a handful of my blood pressure pills
    he has taken thirty paracetamol and he is not well
    my mum took her whole week of tablets at once
    I took double, no, five times my insulin by accident
    my toddler got into the vitamins and ate about fifteen of them
    I think I have had too much of the numbing cream and my heart is going funny
    mi hijo se tomo veinte pastillas para dormir
    me tome un frasco entero de aspirinas
    mi abuela se tomo todas las pastillas de la semana de una vez
    my little boy drank bleach
    she drank some drain cleaner from under the sink
    the baby has swallowed a button battery
    my son ate some rat poison in the garage
    he drank antifreeze thinking it was juice
    I breathed in a lot of chlorine gas and cannot stop coughing
    mi hija se bebio el limpiador del bano
    el nino se trago una pila de boton
    mi marido tomo lejia por error
    the blood is coming right through the bandage
    I have soaked three dressings in an hour and it keeps bleeding
    it is gushing out of the cut and I cannot make it stop
    I am pressing on it and the blood keeps coming
    I filled two pads in an hour and there are big clots
    there is blood all over the floor from his leg
    la sangre atraviesa la venda y no para
    estoy sangrando muchisimo de la herida
    no deja de salir sangre aunque aprieto
    my heart is racing and I feel like I am going to faint
    my heart keeps skipping and I nearly blacked out
    he is clutching his chest and sweating
    I have a crushing feeling in my chest going down my left arm
    my pulse is at a hundred and eighty and I feel dizzy
    tengo el corazon acelerado y siento que me desmayo
    mi padre tiene un dolor en el pecho que le baja por el brazo
    she is wheezing badly and her inhaler is not helping
    my lips are going blue
    he has something stuck in his throat and he cannot talk
    I can only get half a sentence out before I run out of air
    mi bebe se puso morado y respira muy rapido
    se le atoro comida y no puede hablar
    my face is swelling up and my throat feels tight after the injection
    I got stung and my tongue feels huge
    I took the antibiotic and now I have hives all over and feel faint
    se me esta hinchando la cara y la garganta despues de la inyeccion
    one side of her face has dropped and she is talking nonsense
    dad cannot lift his right arm and his words are slurred
    my whole left side went numb all of a sudden
    a mi mama se le torcio la boca y no puede hablar bien
    she fainted and we cannot wake her
    my son is shaking all over and his eyes rolled back
    he is on the floor and does not answer us
    my husband collapsed in the kitchen
    mi esposo se desmayo y no reacciona
    la nina esta convulsionando
    he fell off the ladder, hit his head and keeps throwing up
    my baby fell off the bed and is very sleepy now
    she poured boiling water over her chest and the skin is coming off
    he got a shock from the mains and his hand is black
    the bone is sticking out of his arm
    se cayo de la escalera, se golpeo la cabeza y esta vomitando
    se quemo toda la cara con aceite hirviendo
    I am thirty weeks pregnant and I am bleeding
    I am pregnant and the baby has not moved since yesterday
    my newborn has a fever of thirty nine and will not feed
    estoy embarazada y estoy perdiendo sangre
    I cannot see out of my right eye since the filler
    bleach splashed in my eye and I cannot open it
    the skin around my filler has turned white and it hurts a lot
    desde el relleno veo todo negro de un ojo
    I do not want to be here any more, I have the pills in front of me
    I am thinking about ending things tonight
    my boyfriend is choking me and he will not stop
    ya no quiero vivir, tengo las pastillas en la mano
    her sugar is at thirty and she is not making sense
    he has diabetes and he is sweating and confused
    my wound is hot, I am shivering and I feel like I am dying
    he has a rash that does not fade under a glass and a stiff neck
    su azucar esta en treinta y no me contesta
    I swallowed about forty ibuprofen an hour ago
    my wife has taken all of her antidepressants
    my grandson ate half a bottle of gummies with melatonin
    she took ten of the painkillers you gave her
    he injected ten times the dose of insulin
    I mixed up my pills and took far too many
    mi hermana se trago un monton de pastillas
    me tome quince tabletas de golpe
    my daughter has drunk toilet cleaner
    our two year old just swallowed a laundry pod
    he swallowed petrol while siphoning the tank
    she ate berries in the garden and now she is foaming at the mouth
    mi hijo bebio cloro de la alberca
    la nina se comio una pastilla de detergente
    blood is dripping through the gauze onto the floor
    the stitches tore and it is spurting
    my nose has been pouring blood for an hour
    I have gone through four towels and it still bleeds
    I am passing huge clots and feel light headed
    he cut his wrist and there is so much blood
    la herida se abrio y sale sangre a chorros
    he empapado dos toallas de sangre
    my heart is pounding like crazy and everything is going dark
    heartbeat all over the place and I feel weak and clammy
    there is an elephant sitting on my chest
    my jaw and left arm ache and I am in a cold sweat
    siento una presion fuerte en el pecho y me falta el aire
    el corazon me late muy rapido y estoy mareada
    my child is struggling to get air in
    his breathing is very shallow and his lips look grey
    she is choking on a grape
    I am having an asthma attack and nothing works
    no le entra el aire a mi papa
    my eyes have swollen shut and I am struggling to swallow
    after the peanut cookie her lips blew up and she is wheezing
    tengo ronchas por todo el cuerpo y se me cierra la garganta
    my dad is suddenly confused and cannot speak properly
    her mouth is hanging on one side
    I suddenly lost feeling in my arm and leg
    mi abuelo tiene la mitad de la cara caida
    my friend passed out and is not coming round
    she is having a fit on the floor
    he is unresponsive but breathing
    mi companero se desplomo y no despierta
    my mother fell and banged her head and now she is very drowsy
    the kid was in a car crash and is bleeding from the ear
    he touched a live wire and was thrown across the room
    acid got on my face and it burns terribly
    le cayo agua hirviendo encima y tiene ampollas por todas partes
    my waters broke at twenty six weeks
    I am pregnant with terrible pain and blood
    my baby is floppy and will not wake for a feed
    el bebe no se mueve en la panza desde ayer
    after the lip filler part of my lip is grey and very painful
    my sight went black on one side
    no veo nada con el ojo izquierdo
    I want to die
    I have cut myself on purpose and it is deep
    he says he is going to kill himself
    quiero acabar con todo
    my partner stabbed me
    she is diabetic and I cannot rouse her
    I have a high fever, I am confused and my wound smells awful
    tiene diabetes y esta temblando y confundido";

/// What only sounds like one.
pub(super) const NEAR_MISSES: &str = "do you do blood tests on Saturdays
    how many tablets are in a box of that cream you sell
    can I take my tablets before the blood test
    my heart is set on the Tuesday appointment
    I am dying to book the facial you advertised
    do you treat people with heart problems
    I fainted last year and want to bring the report
    is there a defibrillator course at your clinic
    what does the tooth bleaching cost
    do you sell the bleach trays
    I drank coffee this morning, can I still come for the blood test
    my son swallowed his pride and wants to apologise to the doctor
    the parking lot was bleeding us dry
    can you help with my fear of needles
    what is the number for the poison helpline
    how much is the first aid course on choking
    I broke my phone, can I reach you by email
    I would like to book a check of my heart rate monitor
    the cost nearly gave me a heart attack
    my burning question is what the price is
    we were shocked by the invoice
    do you see pregnant women
    is the pregnancy yoga class still running
    does the doctor speak Spanish
    I lost sight of my appointment card
    I cannot see the booking button on your page
    when does the flu shot clinic open
    I got my shot yesterday and need the certificate
    do you have an allergy clinic
    I need a letter that says I carry an epipen
    cuanto cuesta el blanqueamiento dental
    puedo tomar cafe antes del analisis de sangre
    me muero de ganas de ver los resultados de la encuesta
    tienen cita para una revision del corazon
    se me fue la luz y no pude llamar antes
    atienden a embarazadas
    cuantas pastillas trae la caja
    donde puedo dejar las pilas usadas
    quiero un curso de primeros auxilios
    how long is the wait if I come without an appointment
    do you sell ibuprofen at the front desk
    how many pills come with the prescription
    what are your prices for bleaching
    I took two days off for the procedure
    I took all of the forms home with me
    the traffic was murder, I will be ten minutes late
    my phone died while I was on hold
    can the heart specialist see me in March
    I had a stroke of luck and found a parking space
    where is the emergency exit of the building
    do you have an emergency dentist on your staff
    my dog swallowed a sock, do you see animals
    please cancel my blood draw
    I am choking on these prices
    do you teach breathing exercises
    are you near the fire station
    I burned the disc with my records, can I drop it off
    do you take insurance for stroke rehabilitation
    my mother had a seizure years ago, do you need her old records
    what is the policy if I faint at the sight of needles
    how long does the swelling talk last at the open evening
    is the doctor on call this weekend
    can I get an appointment for a mole check
    does the filler price include the follow up
    I am pregnant with questions about my bill
    can I pay in cash
    cuanto cuesta una consulta con el cardiologo
    mi perro se comio mi tarjeta de cita
    quiero cancelar el analisis de sangre
    hay estacionamiento para la sala de urgencias
    venden pastillas en la recepcion
    me quede sin bateria y se corto la llamada
    que precio tiene el relleno de labios
    el doctor habla ingles";
