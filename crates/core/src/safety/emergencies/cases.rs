//! Emergencies with which the rules were made, by subject.

/// Emergencies by subject, English and Spanish, one sentence a line.
pub(super) const EMERGENCIES: &[(&str, &str)] = &[
    (
        "overdose",
        "I've just swallowed about fifteen ibuprofen
         she took a handful of her antidepressants
         my teenager's had two whole packets of paracetamol
         he says he took 40 of his heart tablets
         I've taken all of my sleeping tablets at once
         my grandmother took a double dose of her warfarin
         our two year old ate some of my blood pressure pills
         me acabo de tomar quince pastillas para dormir
         mi amiga se tragó un puñado de pastillas
         se tomó toda la caja de ibuprofeno
         mi niña se comió las pastillas de la presión de su abuela
         I took twenty of the tablets
         um so my daughter she's swallowed like thirty paracetamol
         he's had way more of his sleeping pills than he should have and he's slurring
         my roommate emptied the pill bottle into her mouth
         my wife injected four times her insulin by mistake
         me tomé como treinta pastillas
         mi hija se tragó todo el frasco de paracetamol
         mi esposo tomó demasiado de su medicina y no reacciona bien
         ay, es que mi abuelo se puso el triple de insulina",
    ),
    (
        "poisoning",
        "my son drank bleach
         he's swallowed drain cleaner
         our baby licked the oven cleaner and her mouth is burning
         my daughter has eaten rat poison
         she drank some of that nail polish remover
         I think the little one ate a laundry pod
         bleech he drank bleech
         he ate some wild mushrooms and can't stop throwing up
         I splashed oven cleaner in my eyes
         I mixed bleach and ammonia and now I can't stop coughing
         mi hijo tomó detergente
         mi perro no, mi hija, se tomó el líquido de limpieza
         bebió gasolina por accidente
         me cayó cloro en los ojos
         the toddler got into the dishwasher pods and bit one
         my dad drunk some antifreeze thinking it was juice
         I accidentally drank bleach
         she ate a whole handful of berries off the yew tree and now she's being sick
         we've all got headaches and the carbon monoxide alarm is going off
         el niño bebió cloro
         mi mamá se tomó un vaso de lejía por error
         mi bebé se comió el veneno para ratas
         huele a gas y estamos todos mareados con dolor de cabeza",
    ),
    (
        "swallowed thing",
        "my daughter swallowed a button battery
         he swallowed a magnet from the fridge
         mi niño se tragó un imán
         my baby just swallowed one of those little round batteries
         he's put two magnets in his mouth and swallowed them
         mi hijo se tragó una pila de botón",
    ),
    (
        "bleeding",
        "there's heavy bleeding and it's gone right through the bandage
         my incision is bleeding through all the gauze
         the wound keeps bleeding no matter how hard I press
         I've been bleeding non stop since the extraction
         the towel is full of blood
         my husband cut his arm and blood is gushing out
         I'm on blood thinners and this cut won't clot
         blood's pouring out of his nose and I can't stop it
         I'm soaking through a pad every half hour
         mi mamá está sangrando mucho y no para
         la gasa se llenó de sangre otra vez
         me sale mucha sangre por la herida
         la hemorragia no se detiene
         the blood is coming through the bandage and it keeps coming
         I've changed the dressing five times in an hour and it's still bleeding
         there's a lot of blood coming out of my cut and I can't get it to stop
         a man here put his hand through a window and it's spurting
         my gum's been pouring with blood for two hours since they pulled the tooth
         I'm passing big clots of blood and feel lightheaded
         la venda está empapada de sangre y sigue saliendo
         me corté y no deja de salir sangre
         estoy sangrando muchísimo desde que me sacaron la muela
         le sale sangre a chorros de la pierna",
    ),
    (
        "heart",
        "my heart's racing and I'm about to faint
         I feel faint and my heart is going like crazy
         he's dizzy and his heart is pounding out of his chest
         she says her heartbeat is all over the place and she's short of breath
         heart racing lightheaded please
         my hart is racing and I feel dizzy
         my pulse is 170 and I'm shaking
         mi corazón late muy rápido y me siento mareada
         tiene taquicardia y se siente desmayar
         el pulso se le aceleró y está pálido y sudando
         my heart is racing and I feel faint
         her heart's been fluttering all morning and she nearly passed out
         I've got really bad palpitations and I can't get my breath
         his pulse is a hundred and eighty and he's gone all sweaty and grey
         my heart keeps skipping beats and everything is going dizzy
         tengo el corazón a mil y siento que me desmayo
         a mi papá le late el corazón muy raro y está mareado
         tengo palpitaciones muy fuertes y me falta el aire",
    ),
    (
        "chest",
        "I've got this tightness across my chest
         it hurts in my chest when I move
         there's an elephant sitting on my chest
         my dad's chest is really hurting and his arm's gone numb
         I have pain in my jaw and it's spreading to my left arm
         me aprieta mucho el pecho
         tengo una presión en el pecho
         le duele el brazo izquierdo y el pecho
         there's like a heavy weight on my chest and it's going down my arm
         he's clutching his chest and sweating
         it feels like someone is squeezing my chest
         my mum has this crushing pain right in the middle of her chest
         siento como un peso en el pecho que se me va al brazo
         mi marido tiene un dolor fuerte en el pecho
         creo que le está dando un infarto",
    ),
    (
        "breathing",
        "I can't get enough air
         my daughter can't catch her breath
         he's having an asthma attack and his inhaler is empty
         I'm so out of breath I can't talk
         she's gasping
         it hurts when I breathe in
         my airway feels like it's closing
         no me entra el aire
         tiene un ataque de asma
         mi papá está respirando muy mal
         I'm really struggling to get any air in
         my asthma's gone mad and the inhaler isn't doing anything
         she's breathing really fast and her lips have gone a bit blue
         he's wheezing so bad he can't finish a sentence
         mi niña casi no puede respirar
         me estoy quedando sin aire
         el inhalador no le hace nada y está morado",
    ),
    (
        "choking",
        "my baby's choking
         there's something stuck in his throat and he's going red
         a fish bone is lodged in my throat and I can't swallow
         mi hija se atragantó y no puede toser
         my little boy's got a grape stuck in his throat and he can't cough
         he's choking on a piece of meat
         mi hijo se está atragantando con una uva
         se le atoró un pedazo de carne en la garganta",
    ),
    (
        "stroke",
        "my wife's mouth is hanging down on one side
         he can't speak properly all of a sudden
         my left arm just went dead and I'm mumbling
         her face looks lopsided and she's not making sense
         se le torció la boca
         tiene medio cuerpo paralizado
         de pronto no puede levantar el brazo
         one side of my husband's face has just dropped
         my gran's talking gibberish all of a sudden and can't hold her cup
         the whole left side of my body's gone numb
         she woke up and her words are coming out all wrong and her arm is weak
         a mi mamá se le fue la cara de un lado
         de repente no puede hablar bien y no mueve el brazo
         se me durmió toda la mitad del cuerpo de golpe",
    ),
    (
        "anaphylaxis",
        "my face is ballooning and I have hives
         I've got hives all over and my throat feels tight
         after the antibiotic my lips started swelling and I can't breathe right
         my son ate nuts and his lips are swelling up
         she's having an allergic reaction and her tongue is thick
         I used my epipen
         se le hinchó la cara después de comer camarones
         tengo urticaria y se me hinchan los labios
         me dio una reacción alérgica y no puedo tragar
         my lips and eyes are puffing up and I've come out in hives
         he got stung by a bee and now his face is swelling and he's wheezing
         I just had the injection and my tongue feels huge
         she ate a peanut and she's covered in a rash and can't swallow
         se me está hinchando la cara y tengo ronchas por todos lados
         le picó una abeja y se le cierra la garganta
         después de la inyección se me hincharon los labios y la lengua",
    ),
    (
        "seizure",
        "my daughter is having a seizure
         he's jerking all over and foaming at the mouth
         my brother's having an epileptic attack
         mi hija tiene convulsiones
         está temblando todo y echa espuma por la boca
         my son is shaking all over and his eyes have rolled back
         she's been fitting for five minutes
         mi hermano está convulsionando
         le está dando un ataque epiléptico",
    ),
    (
        "unconscious",
        "there's a man on the floor and he's not moving
         my mum just fainted
         she's out cold and I can't wake her
         he's not responding to me
         my friend collapsed and won't come round
         se cayó y no reacciona
         mi abuelo está inconsciente
         una señora se desmayó en la sala de espera
         there's a lady in your waiting room who's just dropped to the floor and isn't moving
         my husband fainted and I can't bring him round
         he won't answer me and his eyes are open but he's not there
         I keep blacking out every time I stand up
         hay un señor tirado en el piso que no se mueve
         mi esposa se desmayó y no vuelve en sí
         no consigo despertar a mi papá",
    ),
    (
        "suicide",
        "I'm going to kill myself
         my sister wants to hang herself
         I don't see any reason to be alive
         he has a gun and says he's going to shoot himself
         she's standing on the roof and says she'll jump
         I've cut my wrists
         me voy a tirar del puente
         mi hermana quiere quitarse la vida
         se quiere ahorcar
         I've got the pills in front of me and I'm going to take them all
         my brother says he's going to jump off the bridge
         I just can't go on, I'm going to end it tonight
         my daughter's cut her wrists
         ya no quiero vivir
         mi hijo dice que se va a matar
         tengo las pastillas en la mano y me las voy a tomar todas
         se cortó las venas",
    ),
    (
        "head injury",
        "my son fell down the stairs and hit his head and he's vomiting
         she got hit in the head and can't remember anything
         he's drowsy after knocking his head
         my mother fell and her head is bleeding badly
         se cayó de cabeza y está muy dormido
         le pegaron en la cabeza y vomita
         my toddler fell off the bed onto his head and now he's really sleepy
         I banged my head yesterday and I've been throwing up since
         he came off his bike, hit his head and he was out cold for a minute
         el bebé se cayó de la cama, se pegó en la cabeza y está vomitando
         mi tío se golpeó la cabeza y está muy confundido",
    ),
    (
        "electric shock",
        "I got an electric shock from a socket
         my son stuck a fork in the outlet and got shocked
         he was struck by lightning
         me dio la corriente y me duele el brazo
         my husband got a shock off the mains and his hand's burnt
         I've just been electrocuted by the toaster
         a mi hijo le dio una descarga eléctrica con el enchufe",
    ),
    (
        "burn",
        "my toddler pulled boiling water over herself
         I burned my face with hot oil
         she's got burns all over her legs
         chemical burn in my eye
         mi hijo se quemó con agua hirviendo
         se quemó medio cuerpo
         the kettle tipped over my baby and her whole arm is blistered
         some acid splashed in my eyes
         he's burnt half his back with hot fat
         se le cayó el agua hirviendo encima a la niña
         me quemé toda la cara con aceite",
    ),
    (
        "pregnancy",
        "I'm pregnant and I'm bleeding
         my wife is in labour and the baby is coming
         my waters just broke
         the contractions are every three minutes
         the baby hasn't moved all day and I'm thirty weeks
         I'm 35 weeks and my vision is blurry with a terrible headache
         mi esposa está de parto
         tengo contracciones cada tres minutos
         estoy embarazada y tengo un sangrado fuerte
         I'm thirty two weeks and there's blood running down my legs
         my waters have gone and I can feel the head
         I'm pregnant and I haven't felt any kicks since yesterday
         my partner's in labour, the contractions are two minutes apart
         estoy embarazada de siete meses y estoy sangrando
         se me rompió la fuente y apenas tengo treinta semanas
         desde ayer no siento que se mueva el bebé",
    ),
    (
        "infant",
        "my baby's lips are blue
         the baby is limp and won't wake up
         my three week old has a temperature
         my infant is breathing weirdly and going grey
         el bebé está morado
         mi bebé no despierta para comer y está flácido
         my newborn has gone floppy and won't feed
         the baby's lips look blue and she's making a grunting noise
         my six week old has a fever of thirty nine
         mi recién nacido tiene los labios azules
         mi bebé de un mes tiene fiebre y está muy decaído",
    ),
    (
        "vision",
        "I've suddenly lost my sight
         I can't see out of one eye
         everything went black in my left eye
         there's a shadow over half my vision since this morning
         de repente no veo nada
         perdí la visión de un ojo
         all of a sudden I can't see a thing out of my right eye
         it's like a black curtain came down over my eye
         de repente dejé de ver con el ojo izquierdo
         se me nubló la vista de golpe",
    ),
    (
        "filler",
        "my lip went white right after the filler
         my skin has turned grey where you injected the filler
         I had filler in my nose today and now I'm seeing double
         the injector hit something and the skin's gone blotchy purple
         after the filler it's blanched and painful
         la piel se puso gris después del relleno
         me inyectaron y ya no veo bien de un ojo
         I had lip filler an hour ago and the skin above my lip has gone a greyish white
         they injected my nose and now it's mottled purple and it really hurts
         since the filler this afternoon my sight's gone fuzzy
         me pusieron relleno en los labios y la piel se me puso blanca
         después del ácido hialurónico tengo la nariz morada y veo borroso",
    ),
    (
        "infection",
        "she has a stiff neck and a fever
         purple spots that don't fade under a glass
         I have a fever and my incision is full of pus
         I'm shaking with chills and my surgical wound is red hot
         tiene fiebre y no puede doblar el cuello
         me operaron hace tres días y tengo mucha fiebre
         my daughter's got a rash that won't go when I press a glass on it
         he's got a stiff neck and a temperature and the light hurts his eyes
         I'm shivering and confused and my wound is hot and smells
         tiene el cuello rígido y fiebre muy alta
         la herida de la cirugía me huele mal y tengo escalofríos",
    ),
    (
        "injury",
        "I sliced the tip of my finger off
         you can see the bone in his leg
         my son was run over
         my cousin has been shot
         she fell from a ladder and can't feel her legs
         a nail went into his eye
         a snake bit my husband
         se le salió el hueso
         le dieron un balazo a mi hermano
         se cayó del techo y no puede moverse
         le picó un alacrán al niño
         my uncle chopped his finger off with the saw
         the bone is poking through the skin
         she's been hit by a car outside
         somebody's stabbed my friend
         he fell off the roof and can't move his legs
         mi primo se cortó un dedo con la sierra
         se le ve el hueso
         lo atropelló un coche
         le dieron una puñalada",
    ),
    (
        "sugar",
        "my blood sugar is thirty and I'm shaking and sweating
         he's diabetic and he's confused and his sugar dropped
         tiene el azúcar muy baja y no responde
         my diabetic husband's sugar is really low and he's not making any sense
         mi papá es diabético, le bajó mucho el azúcar y está desorientado",
    ),
    (
        "clot",
        "my leg is swollen and hot and I'm short of breath
         tengo la pierna hinchada y me falta el aire
         my calf is swollen since the surgery and now I'm out of breath
         tengo la pantorrilla hinchada desde la operación y me cuesta respirar",
    ),
    (
        "air",
        "we pulled her out of the bath and she was under water
         I breathed in a lot of smoke from the fire
         the carbon monoxide alarm went off and I feel sick
         lo sacaron de la alberca y no para de toser
         inhaló mucho humo y está tosiendo
         we just pulled my nephew out of the pool and he's coughing up water and drowsy
         mi sobrino casi se ahoga en la piscina y está muy somnoliento",
    ),
    (
        "said outright",
        "I think I'm dying
         somebody call an ambulance
         he's dying please help
         creo que me estoy muriendo
         manden una ambulancia",
    ),
];
