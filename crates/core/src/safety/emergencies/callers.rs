//! Emergencies with which the rules were made, told the way callers tell them: in pictures, beside the point, and late.

/// One sentence a line, in both languages.
pub(super) const CALLERS: &str = "okay so I think my flatmate has taken something, there's an empty strip of tramadol next to her and I can't rouse her
    I doubled up on my insulin and now everything's gone wobbly
    my nan mixed up her pill box and had the whole week's worth this morning
    I took a bunch of Tylenol, maybe eighteen, I don't know why I did it
    my nephew drank out of the bottle of white spirit in the garage
    little girl here put a dishwasher tablet in her mouth and she's dribbling
    he drank the stuff you clean the toilet with
    can somebody tell me what to do, she's eaten toadstools
    I'm going through a towel every ten minutes, the cut on my thigh just keeps pumping
    my stitches came apart and there is blood absolutely everywhere
    it's been two hours since my tooth came out and my mouth keeps filling up with blood
    I've thrown up blood twice today
    my poo is black like tar and I nearly passed out on the loo
    my heart is doing somersaults and I've gone all clammy
    heartbeat's gone wild, feel like I'm going to keel over
    my husband's got pins and needles down his arm and a band round his chest
    it's like someone parked a truck on my chest
    indigestion they said but the pain goes up into my jaw and I'm dripping with sweat
    my kid's lips are a funny blue colour and his ribs suck in when he breathes
    I used my puffer ten times and I still can't breathe out
    she's gasping like a fish
    a boiled sweet went down the wrong way and he can't make a sound
    mum's smile is wonky and she keeps dropping things with her right hand
    I woke up and half of me doesn't work
    dad is talking but none of it makes any sense, it started ten minutes ago
    there's a lump in my throat since I ate the prawns, it's getting tighter and I'm itching everywhere
    my eyes have swollen shut after the wasp got me and my voice is going hoarse
    since your nurse gave me the antibiotic I've come out in welts and feel like I'll pass out
    my dog walker just had some kind of fit and hasn't come round
    his whole body's jerking and he's bitten his tongue
    your receptionist has just keeled over
    there's someone slumped in a car in your car park and she isn't breathing
    my partner is cold and floppy and I can't get a word out of him
    I'm standing on the bridge and I don't know what to do
    I've made up my mind, I won't be here tomorrow
    my son texted that he wants to die and he's locked himself in
    I keep thinking about driving into a tree
    she fell backwards down the steps, there's stuff coming out of her ear and she's vomiting
    he got a cricket ball in the temple and he can't keep his eyes open
    my wife touched a live wire and she's got burns on both hands
    the frying pan caught fire and my arms are burnt from wrist to elbow
    he's got drain cleaner in his eye and it's burning
    I'm twenty nine weeks and I've just had a gush of blood
    baby's not kicking like normal, hardly anything since last night, I'm due in March
    the contractions are right on top of each other
    our two week old won't wake for her bottle and her skin looks grey
    my four week old is thirty nine point two
    it's like a shutter has come down over the sight in my right eye
    lights out in one eye since the nose filler
    the skin round my mouth is going patchy and white, I had my smile lines filled an hour ago
    my lip is cold and bluish and throbbing after the filler
    she's got purple blotches coming up all over and she's burning up and floppy
    four days after my tummy tuck I'm shaking uncontrollably with a temperature
    he got his hand caught in the mower and two fingers are gone
    a motorbike's just gone into a woman outside your door
    he's been knifed
    my brother dived into the shallow end and can't feel anything below his neck
    his sugars are through the floor and he's talking rubbish
    her leg's blown up like a balloon after the lipo and she's breathless
    they dragged my little brother out of the lake, he's breathing but very sleepy
    the boiler's leaking something and the three of us have banging headaches and feel sick
    please hurry, my wife's going to die
    is this the doctor, my friend took too much and he's going blue
    my baby rolled onto a hot iron and her whole hand's raw
    creo que mi compañera se pasó con las pastillas, está muy dormida y no la puedo despertar
    me equivoqué y me inyecté el doble de insulina
    mi nieto agarró las pastillas del corazón de mi esposo y se comió varias
    me tomé un blíster entero de diazepam
    mi niño tomó un trago de aguarrás
    la niña mordió una cápsula de la lavadora y está babeando
    se bebió el limpiador del baño
    comimos unas setas del bosque y no paramos de vomitar
    llevo cuatro gasas y la herida no deja de sangrar
    se me abrieron los puntos y hay sangre por todas partes
    mi papá está vomitando sangre
    desde la extracción se me llena la boca de sangre
    el corazón me da brincos y estoy sudando frío
    siento que se me sale el corazón y me voy a desmayar
    tengo como un elefante en el pecho
    a mi marido se le duerme el brazo izquierdo y le duele el pecho
    mi hija respira muy agitada y se le hunden las costillas
    me asfixio
    se le fue un caramelo por mal camino y está morado
    mi mamá amaneció con la boca chueca y no puede levantar la mano
    de pronto mi abuelo empezó a decir cosas sin sentido
    no siento medio cuerpo
    me picó una avispa y se me cerraron los ojos de lo hinchados
    me salieron ronchas por todo el cuerpo y siento la garganta apretada
    mi primo está en el suelo temblando y con los ojos en blanco
    a la señora de al lado le dio un soponcio y no responde
    está frío y no respira
    estoy en el puente y no sé qué hacer
    mi hermana dejó una carta de despedida
    me quiero morir
    se dio un golpe en la cabeza y no para de vomitar
    mi hijo metió los dedos en el enchufe y quedó inconsciente
    se me volcó la olla de agua hirviendo en las piernas
    le saltó ácido a los ojos
    tengo ocho meses de embarazo y me sale mucha sangre
    ya viene el bebé, se le ve la cabeza
    no siento a mi bebé moverse desde anoche
    mi recién nacida está muy fría y no quiere despertar
    perdí la vista del ojo derecho después del relleno
    la nariz se me está poniendo negra después del relleno
    tiene manchas moradas y mucha fiebre y está como ida
    me operaron el lunes y tengo cuarenta de fiebre con temblores
    se cortó el dedo con la sierra y lo tengo en una bolsa
    una moto atropelló a una señora enfrente
    lo apuñalaron
    se cayó de la escalera y no siente las piernas
    tiene el azúcar por los suelos y dice incoherencias
    se me hinchó la pierna después de la lipo y no me entra el aire
    la caldera huele raro y todos tenemos dolor de cabeza y náuseas
    apúrense por favor que se me muere
    hello I've taken about fifty aspirin and I feel horrible
    my girlfriend took all her blood pressure tablets at once
    gramps took his morning pills, then took them again, then again, he can't remember how many
    I gave my baby ten times too much Calpol by mistake
    our four year old found my contraceptive pills and my antidepressants and there's loads missing
    a child here has swallowed paint stripper
    I drank some bleach
    he took a swig of something from the garden shed and now he's foaming
    she's swallowed a pin
    I've nicked an artery or something, the blood is shooting out
    the bandage you put on is dripping with blood
    I'm bleeding really badly down below and I feel faint
    my nose has been bleeding for an hour and I can't make it stop
    he's coughing up blood
    I've got this racing heart and I'm really lightheaded
    her heart's beating so fast I can see it and she's gone white as a sheet
    my pacemaker keeps going off and I feel like passing out
    there's a terrible pain in my chest
    my chest feels tight and my left arm is heavy
    grandad says there's pressure on his chest and he looks awful
    I can't get my breath
    my daughter's having a really bad asthma attack
    he can only say one word at a time because he can't breathe
    her lips have gone blue
    my son's choking
    there's a bit of chicken stuck in her throat
    I think my mum's had a stroke, her face has dropped
    my arm's gone weak and I can't get my words out
    he suddenly can't talk
    one half of my face won't move and I've got a banging headache
    my throat is swelling up
    he's allergic to nuts and he's just eaten one and his lips are blowing up
    I've got a rash all over and I'm struggling for breath after the new tablets
    my daughter's had an allergic reaction and her face is huge
    my brother is having a fit
    she won't stop shaking and her eyes are rolling
    my dad has collapsed
    a patient in the corridor is unconscious
    I've found my neighbour on her kitchen floor and she won't wake up
    he keeps drifting off and I can't keep him awake
    I don't want to be alive any more
    I've cut myself badly on purpose and I'm scared
    my mate's threatening to jump
    I have a knife and I'm going to use it on myself
    my little girl fell out of the window
    he fell off a horse and was knocked out
    my dad hit his head and now he's talking nonsense
    my son was electrocuted
    I got a massive shock from the oven and my heart feels funny
    my baby's been scalded by a cup of tea
    my husband's clothes caught fire
    I've got bleach in my eyes
    I'm pregnant and there's a lot of blood
    my water broke
    the baby is coming right now
    I'm eight months pregnant and my baby has stopped moving
    my baby isn't breathing properly
    our newborn is yellow, floppy and won't drink
    I can't see anything all of a sudden
    I've gone blind in one eye
    I had filler yesterday and the tip of my nose is turning black
    the skin went white straight after you injected me
    after the botox I can't swallow properly or hold my head up
    my son has a stiff neck, a high fever and he's confused
    I had surgery last week and now I have a raging fever and chills
    my friend's been shot
    I've cut the top of my thumb clean off
    my leg is snapped and the bone is showing
    there's been a crash outside and people are hurt
    my blood sugar's four hundred and I keep throwing up
    my leg's swollen after the operation and I've got a pain in my chest
    my daughter nearly drowned
    there's smoke in the building and I can't breathe
    my dog bit my son's face off nearly, it's bleeding everywhere
    mi hermana se tomó cincuenta aspirinas
    me tragué todas las pastillas que tenía
    mi abuela se tomó tres veces la pastilla de la presión y está muy rara
    le di a mi bebé diez veces más jarabe por error
    mi hijo se tomó el cloro
    mi hija se comió una pila chiquita
    estoy perdiendo mucha sangre
    el vendaje chorrea sangre
    me sangra la nariz desde hace una hora y no para
    mi esposo está tosiendo sangre
    tengo el corazón aceleradísimo y estoy mareada
    mi mamá tiene palpitaciones y se puso pálida
    tengo un dolor terrible en el pecho
    me duele el pecho y el brazo izquierdo
    no puedo respirar bien
    a mi hija le está dando un ataque de asma muy fuerte
    tiene los labios azules
    mi hijo se está ahogando con un pedazo de pan
    creo que mi papá tuvo un derrame, se le cayó la cara
    no puedo mover el brazo y se me traba la lengua
    se me está cerrando la garganta
    es alérgico a las nueces y se comió una y se le hincharon los labios
    tengo ronchas en todo el cuerpo y me falta el aire
    mi hermano está teniendo una convulsión
    mi papá se desplomó
    encontré a mi vecina en el suelo y no despierta
    no quiero seguir viviendo
    tengo un cuchillo y me voy a hacer daño
    mi amigo amenaza con tirarse
    mi niña se cayó por la ventana
    se pegó en la cabeza y está diciendo tonterías
    mi hijo se electrocutó
    mi bebé se quemó con café hirviendo
    se le prendió fuego la ropa
    me entró cloro en los ojos
    estoy embarazada y tengo mucho sangrado
    se me rompió la fuente
    estoy de ocho meses y el bebé dejó de moverse
    mi bebé no respira bien
    de golpe no veo nada
    me quedé ciega de un ojo
    la punta de la nariz se me puso negra después del relleno
    la piel se me quedó blanca cuando me inyectaron
    tiene el cuello tieso, mucha fiebre y está confundido
    me operaron la semana pasada y tengo fiebre y escalofríos
    le dispararon a mi amigo
    me volé la punta del dedo con el cuchillo
    se le rompió la pierna y se le ve el hueso
    hubo un choque aquí afuera y hay heridos
    tengo el azúcar en cuatrocientos y no paro de vomitar
    se me hinchó la pierna y me duele el pecho
    mi hija casi se ahoga en la alberca
    hay humo y no puedo respirar
    I just took twenty five Advil
    my friend swallowed a load of her mum's antidepressants
    she's had a fistful of co-codamol and she's going to sleep on me
    he's on methadone and his breathing has gone really slow
    I think I gave the baby adult medicine instead of hers
    my son's drunk some of the screen wash from the car
    she ate weed killer granules
    my dog and my toddler both got at the slug pellets
    it's soaked three dressings now and it's still going
    the blood won't clot
    there's blood spraying from his wrist
    she's bleeding from her ears
    I had my tonsils out and I'm swallowing loads of blood
    my heart's jumping all over and I'm seeing stars
    I feel like I'm going to faint and my heart won't stop racing
    his heart is beating irregularly and he's short of breath
    chest pains and sweating since breakfast
    my wife has pain between her shoulder blades and in her chest
    my father's clutching at his heart
    I'm fighting to breathe
    my baby's breathing is really fast and she's grunting
    he stopped breathing for a bit and then started again
    he's choking on a coin
    my left leg won't work and my speech is funny
    her mouth is drooping and she's dribbling
    my wife can't see properly and her words are jumbled
    I've been stung and my throat is getting tight
    I think I'm going into anaphylactic shock
    my lips are tingling and swelling since I ate that cake
    my daughter fell to the floor and her arms are jerking
    my colleague has passed out in the toilet
    I can't wake my baby up
    the man next to me has no pulse
    I want to kill myself tonight
    my husband's taken a rope into the garage
    I don't feel safe with myself
    she's hit her head on the kerb and there's blood everywhere
    he was knocked unconscious playing rugby
    my daughter touched the plug and it threw her across the room
    my hands are covered in burns from the fireworks
    he's been burned by hot tar
    I'm pregnant and I've got terrible pain and bleeding
    my waters have broken early
    she's having the baby in the car
    my baby has gone a strange grey colour
    my newborn has a temperature
    my vision has suddenly gone in my left eye
    there are flashing lights and then a dark curtain across my eye
    my cheek's gone white and blotchy since the dermal filler
    my nose hurts so much after the filler and the skin is going dark
    he's got a rash that doesn't disappear with the glass test
    the cut's infected, I've got red lines up my arm and the shakes
    I've cut through a tendon and I can't move my fingers and it's pouring
    a tree fell on him
    my friend got knocked off her bike by a van
    my insulin pump failed and I'm vomiting and my sugar's sky high
    my calf's really sore after the flight and I can't catch my breath
    we found our toddler face down in the paddling pool
    there's been a gas leak and grandma's gone drowsy
    acabo de tragarme veinte pastillas de paracetamol
    mi hijo se comió mis pastillas para la ansiedad
    mi esposa mezcló pastillas con alcohol y no despierta
    mi niña tomó limpiador de hornos
    el bebé se tragó una moneda y no puede respirar
    sangro sin parar después de la cirugía
    la sangre traspasó el vendaje
    le sale sangre por los oídos
    me late muy fuerte el corazón y me estoy mareando
    siento palpitaciones y me tiemblan las piernas, me voy a desmayar
    mi papá se agarra el pecho y suda
    tengo dolor de pecho y me falta el aire
    mi mamá no puede respirar
    mi bebé respira rapidísimo
    mi niño se atragantó con una salchicha
    mi suegra no puede hablar y tiene la boca torcida
    se me paralizó la cara de repente
    comí mariscos y se me está hinchando la lengua
    tengo la cara hinchadísima y no puedo tragar
    mi hijo está convulsionando por la fiebre
    mi compañero se desmayó y no responde
    mi papá no reacciona
    me quiero matar
    mi esposo se encerró con una pistola y dice que se va a matar
    se golpeó la cabeza y perdió el conocimiento
    le dio una descarga y está inconsciente
    se quemó las manos y la cara con gasolina
    estoy embarazada y me duele muchísimo y sangro
    mi mujer está dando a luz en el coche
    no se mueve mi bebé y tengo siete meses
    mi bebé está morado y no llora
    dejé de ver por un ojo de repente
    me inyectaron relleno y ahora veo manchas negras
    se me está poniendo negra la piel donde me inyectaron
    tengo manchas en la piel que no se quitan con el vaso y fiebre
    se cortó la muñeca y la sangre sale a chorros
    le cayó un árbol encima
    se cayó de la moto y no puede mover el cuello
    mi papá es diabético y no despierta
    hay fuga de gas y mi abuela está mareada";
