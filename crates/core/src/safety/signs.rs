//! Emergencies that several signs make together: a heart that races is a question, one that races in somebody who is about
//! to faint is not. Each sign may be told in any order, in another clause and by whoever calls; they belong together when
//! they stand within [`REACH`] words. In the notation of [`super::pattern`], English and Spanish.

/// How many words apart the signs of one emergency may be told.
pub(super) const REACH: usize = 18;

/// Signs that make an emergency when all of them are told.
pub(super) struct SignText {
    pub(super) name: &'static str,
    /// One list of patterns for each sign.
    pub(super) signs: &'static [&'static str],
    /// Patterns that turn it off, wherever they stand in the turn.
    pub(super) unless: &'static str,
}

const TAKEN: &str = "took/taken/swallow*/swalow*/ate/eaten/drank/drunk/injected/downed/gulped
    tome/tomo/tomado/tomaron/trago/trague/tragado/comio/comido/bebio/bebi/bebido/ingirio/inyecto
    got into
    had too/far";
const MEDICINE: &str = "pill*/tablet*/capsul*/ibuprofen*/paracetamol*/tylenol/acetaminophen/aspirin*/insulin/antidepressant*/painkiller*
    sleeping/xanax/valium/opioid*/oxycod*/morphine/fentanyl/vitamin*/gummies/melatonin/medicine/medicines/medication*/meds
    paracetamol*/pastilla*/pildora*/tableta*/capsula*/aspirina*/medicina*/medicamento*/insulina/jarabe
    numbing/lidocaine/anaesthetic/anesthetic/anestesi*";
const TOO_MUCH: &str = "eight/nine/ten/eleven/twelve/thirteen/fourteen/fifteen/sixteen/eighteen/twenty/thirty/forty/fifty/sixty/hundred/dozen
    8/9/10/11/12/13/14/15/16/17/18/19/20/24/25/28/30/32/40/50/60/80/90/100
    handful*/whole/entire/all/bottle/packet/box/double/triple/bunch/lots/loads
    too much/many
    times the/my/his/her/as
    ocho/nueve/diez/doce/quince/veinte/treinta/cuarenta/cincuenta/cien/docena/puñado/punado
    frasco/caja/bote/todas/todos/monton/muchas/muchos/demasiad*/golpe/entero/entera";
const DAILY: &str = "mg/milligram*/miligramo*/daily/prescribed/recetad*/diari*
    every/each day/morning/night
    cada dia/manana/noche
    how many/much
    cuantas/cuantos";
const POISON: &str = "bleach/detergent*/antifreeze/petrol/gasoline/kerosene/turpentine/thinner/pesticide*/weedkiller/ammonia/chlorine/acid/lye
    cleaner/cleaning fluid/liquid/from/spray/product*
    drain/oven/toilet/floor/bathroom/glass cleaner
    rat/ant/slug/mouse poison
    poison/poisonous
    battery/batteries/magnet/magnets
    laundry/dishwasher/washing pod/pods/tablet/tablets/powder/capsule
    berries/mushroom*/toadstool*/nightshade
    cloro/lejia/amoniaco/gasolina/veneno/raticida/insecticida/acido/disolvente/limpiador/desinfectante/detergente/sosa
    pila/pilas/iman/imanes/hongos/setas";
const INGESTED: &str =
    "drank/drunk/drink*/swallow*/swalow*/ate/eaten/eating/sucked/licked/inhaled/gulped
    breathed in
    breathing in
    trag*/beb*/tomo/tome/tomado/comio/comido/chupo/inhal*/respiro";
const BLOOD: &str = "blood/bleed*/bled/bleeding/haemorrhag*/hemorrhag*/sangr*/clots/clot
    gushing/spurting .. cut/wound/leg/arm/stitches";
const POURING: &str =
    "through/soak*/gush*/spurt*/pour*/everywhere/dripping/nonstop/heavily/profusely
    all over the/my/his/her
    on/onto the floor
    keeps coming
    keeps bleeding
    still bleed*
    wont/not/doesnt/cant/cannot .. stop*
    so much
    lots/lot of
    for an/hours/over
    light headed
    pads/towels/bandages/dressings/gauzes
    ear/ears
    chorro*/atraviesa/empap*/muchisim*/borbotones/toallas/vendas/gasas
    no .. para/deja/detiene/corta
    aunque";
const BLOOD_WORK: &str =
    "blood/bloods draw/drawn/test/tests/work/pressure/type/bank/results/sample/donat*
    analisis/prueba/muestra/examen de sangre
    us/them dry";
const SOAKED: &str = "soak*/filled/changed/empap*/llen*
    gone/went through";
const DRESSINGS: &str = "pads/pad/towels/towel/bandages/bandage/dressings/dressing/gauze/toallas/toalla/vendas/venda/gasas/compresas";
const SEVERAL: &str = "two/three/four/five/six/seven/2/3/4/5/6/several/another/hour/hours/minutes/dos/tres/cuatro/cinco/hora/horas/minutos/sangre";
const HEART: &str = "heart/heartbeat/pulse/corazon/pulso/palpitaciones/palpitations";
const WILD: &str =
    "racing/race/pounding/pound/skipping/fluttering/irregular*/fast/flying/hundred/crazy
    all over
    funny
    acelerad*/rapido/fuerte/saltando/descontrolad*/irregular*/cien/disparad*";
const FADING: &str = "faint*/dizzy/dizziness/woozy/lightheaded/clammy/sweat*/weak/collapse
    light headed
    pass/passing/black/blacking/blacked out
    going dark/black/grey/gray
    short of breath
    desmay*/maread*/mareo/sudor*/sudando/debil/falta/oscur*";
const CHEST: &str = "chest/pecho";
const CRUSHED: &str = "clutch*/crush*/elephant/squeez*/vice
    sitting on
    sweat*/clammy
    down my/his/her/the .. arm
    presion/apreta*/aplast*/brazo
    falta .. aire";
const ARM_OR_JAW: &str = "left arm/shoulder
    jaw .. arm/ache*/hurt*/pain
    arm .. jaw
    brazo izquierdo
    mandibula";
const ACHES: &str = "ache/aches/aching/pain*/hurt*/numb/heavy/dolor/duele/dormid*";
const COLD_SWEAT: &str = "cold sweat*
    sweat*/clammy/nausea*/sick/breathless
    sudor frio
    sudando/nausea*";
const AIRWAY: &str = "wheez*/gasp*/asthma/inhaler/asma/inhalador/silbido*
    breath/breathe/breathing/air/respira*/aire/aliento";
const FAILING: &str = "struggl*/fighting/fight/shallow/stopped/badly/attack
    lips .. blue/grey/gray/purple
    run/running out
    before i run
    nothing works
    not/isnt/doesnt/wont .. help*/work*
    cant/cannot .. talk/speak/get
    get/getting .. in
    half a sentence
    no .. entra/alcanza/puede/puedo/ayuda/funciona
    falta/faltando/cuesta
    morad*/azul*/muy rapido";
const SERVICE: &str = "exercise*/class/classes/course/test/tests/clinic/specialist/price*/cost*/technique*/certificate/curso/clase/precio/cuanto
    do you treat/see/offer/sell/have/teach/do/take
    air conditioning/con/freshener";
const STUCK: &str = "stuck/choking/choke/chokes/lodged/atraganta*/atora*/atoro/atasc*/ahoga*";
const CANNOT_SPEAK: &str = "cant/cannot/not/isnt/unable .. talk/speak/breathe/swallow/cough
    throat/grape/food/meat/sweet/coin/bone/garganta/comida/uva/carne/hueso/moneda
    no .. puede/puedo";
const COLOUR: &str = "blue/purple/grey/gray/morad*/azul*/cianotic*";
const WHO_TURNS: &str =
    "lips/face/baby/he/she/child/son/daughter/labios/cara/bebe/nino/nina/puso/poniendo";
const SWELLS: &str = "swell*/swollen/swelled/puff*/ballooned/hinch*/inflam*
    blew/blown up
    feels huge
    huge/enormous";
const OF_THE_AIRWAY: &str = "throat/tongue/garganta/lengua";
const FACE: &str = "face/lips/lip/eyes/eye/mouth/cara/labios/ojos/boca";
const REACTS: &str = "throat/tongue/wheez*/swallow/hives/stung/sting/bee/wasp/peanut*/nut/nuts/shellfish/injection/antibiotic*/faint*/breath*
    garganta/lengua/ronchas/tragar/picadura/abeja/avispa/inyeccion/antibiotico*/cacahuate/respir*";
const HIVES: &str = "hives/welts/ronchas/urticaria/sarpullido
    rash .. all/everywhere";
const GOES_DEEPER: &str = "faint*/breath*/throat/dizzy/wheez*/swollen/swell*/tongue/vomit*
    garganta/desmay*/respir*/maread*/hinch*/cierra";
const SUDDENLY: &str = "suddenly/sudden/whole/entire/repente/pronto/subito
    out of nowhere
    left/right side/arm/leg
    one side
    mitad";
const LOST_LIMB: &str = "numb/numbness/weak/weakness/paraly*/dead/dormid*/adormecid*/paraliz*
    lost .. feeling/use
    lose .. feeling/use
    no .. siento/siente/mueve/muevo";
const LIMB: &str = "side/arm/leg/face/arms/legs/hand/brazo/pierna/lado/cara/mano";
const MOUTH: &str = "face/mouth/smile/eyelid/cara/boca/sonrisa/parpado";
const HANGS: &str =
    "droop*/dropp*/drop/hang*/sag*/lopsided/crooked/fallen/torci*/torcid*/caid*/chueca/colgad*";
const FACIAL: &str = "facial/botox .. price/cost/result*/wear*/fix*
    eyelid/brow lift/surgery/appointment";
const CONFUSED: &str = "confus*/nonsense/gibberish/disoriented/jumbled/delirious/desorientad*
    not/isnt .. making .. sense
    talking nonsense
    cant/cannot .. speak properly";
const AT_ONCE: &str = "suddenly/sudden/repente/speak/speech/hablar/slurr*/fever/wound/infection/fiebre/herida/sweat*/shiver*/shaking/temblando/sudando";
const DOWN: &str = "faint*/passed/collaps*/fell/floor/unconscious/asleep/desmay*/desplom*/cayo/suelo/piso/inconsciente/diabet*/baby/newborn/sugar";
const DOES_NOT_WAKE: &str =
    "cant/cannot/not/wont/isnt/doesnt .. wake/waking/rouse/respond*/answer*/react*/move/moving
    not coming round/around/to
    cannot/cant rouse/wake
    no .. despierta/reacciona/responde/contesta/mueve";
const SHAKES: &str = "shaking/jerking/twitching/foaming/convuls*/temblando/espuma
    having a fit
    a fit";
const IN_A_FIT: &str = "all over
    eyes .. rolled/back
    uncontroll*
    floor/mouth/ground/bed
    boca/suelo/piso/ojos";
const HEAD: &str = "head/skull/cabeza/craneo
    fell off/down/from
    cayo/caido de";
const STRUCK: &str =
    "hit/banged/bang/bumped/struck/knocked/fell/fall/fallen/cracked/golpe*/peg*/cayo/caido";
const DAZED: &str =
    "vomit*/throwing/puking/drows*/sleepy/confus*/bleed*/blood/unconscious/dazed/limp
    not making sense
    dormid*/somnolient*/vomit*/sangr*/mare*/confundid*";
const BURNT: &str = "burn*/burnt/boiling/scald*/hirviendo/quem*/aceite/flames/fire
    hot oil";
const BADLY: &str = "face/chest/blister*/whole/body/eyes/badly/terribl*
    coming off
    peeling off
    all over
    cara/pecho/cuerpo/ampollas/ojos/toda/todas";
const FIGURE: &str = "burning question/desire/calories
    burned/burnt .. disc/cd/dvd/out/toast
    fire station/alarm/drill
    laser/peel .. price/cost
    hair";
const CURRENT: &str = "live wire/cable
    mains/electric*/electrocut*/socket/corriente/electric*/enchufe";
const HURT_BY_IT: &str = "shock/shocked/thrown/touched/black/burn*/hand/descarga/quem*/mano/toco";
const BONE: &str = "bone/hueso";
const OUT_OF_IT: &str = "sticking/through/poking/out/visible/salido/asoma/fuera";
const BONE_TALK: &str = "bone density/scan/broth/graft/specialist
    find/found out";
const CRASH: &str = "crash/accident/choque/accidente/atropell*
    run over
    hit by";
const INJURED: &str = "bleed*/blood/trapped/unconscious/ear/sangr*/atrapad*/inconsciente/herid*
    hurt badly";
const PREGNANT: &str = "pregnan*/weeks/embarazad*/semanas";
const IN_LABOUR: &str = "bleed*/blood/sangr*/sangre
    terrible/severe/awful pain
    waters/water broke/broken
    baby .. not/stopped .. mov*/kick*
    bebe .. no .. mueve
    no .. mueve .. bebe
    rompi/rompio .. fuente";
const UNBORN: &str = "baby/bebe";
const DOES_NOT_MOVE: &str = "not/hasnt/havent/stopped/isnt .. moved/move/moving/kick*
    no .. mueve/movido/patea";
const SMALL: &str = "newborn/infant/baby/neonate/bebe
    recien nacido
    months/weeks old";
const GRAVE_IN_BABY: &str = "fever/floppy/limp/blue/grey/gray/fiebre/flacid*/morad*
    wont/not/doesnt/isnt/cant .. feed/feeding/eat/wake/breathe
    no .. come/despierta/respira
    very sleepy";
const EYE: &str = "eye/eyes/sight/vision/ojo/ojos/vista";
const SIGHT_GONE: &str = "cant/cannot/couldnt see out/anything/from/with
    went/gone/going/turned black/dark/blind
    see nothing
    lost .. sight/vision
    cant/cannot open
    no veo nada
    veo .. todo negro
    veo .. negro
    perdi* .. vista/vision";
const CARD: &str = "sight of
    booking/website/page/button/portal/email/screen/appointment/pagina/correo/boton";
const SPLASHED: &str = "splash*/sprayed/spilled/spilt/got/cayo/salpic*/entro/echo";
const FILLED: &str = "filler*/relleno*/injected/injection*/botox/inyeccion*/inyectad*";
const PALE: &str =
    "white/grey/gray/black/blue/purple/mottled/dusky/blanch*/blanc*/gris/negr*/morad*";
const HURTS: &str =
    "pain*/hurt*/sore/numb/skin/lip/lips/nose/dolor*/duele/piel/labio*/nariz/cold/fria";
const WISH: &str = "ending things/it/everything
    end things/it/everything
    acabar/terminar con todo
    cut myself .. purpose/deep
    pills/knife/rope/gun .. front/hand/ready
    pastillas/cuchillo/soga/pistola .. mano/enfrente/delante/lista
    no quiero/quiere .. vivir
    no quiero/quiere .. seguir viviendo";
const ATTACKED: &str = "stabbed/strangl*/attacked/beating/beaten/apunal*/estrangul*
    choking me/her/him";
const BY_WHOM: &str = "partner/boyfriend/girlfriend/husband/wife/ex/man/father/he/she/me/novio/esposo/marido/pareja/hombre";
const SUGAR: &str = "sugar/sugars/glucose/diabet*/hypo/azucar/glucosa";
const FAILS: &str = "confus*/sweat*/rouse/unconscious/unresponsive/shaking/shak*/drows*
    cant/cannot/not/wont .. wake/answer*/respond/making
    not making sense
    no .. contesta/responde/despierta/reacciona
    temblando/confundid*/sudando/inconsciente";
const SUGAR_FREE: &str = "sugar free
    do you treat/see/have/offer/take
    class/clinic/test/strips/diet/azucar de la prueba";
const INFECTED: &str =
    "wound/incision/stitches/fever/infection/surgery/herida/fiebre/puntos/infeccion/operacion";
const SEPTIC: &str = "shiver*/chills/rigors/confus*
    feel/feels like .. dying
    temblando/escalofrios/confundid*";
const SEPTIC_TOO: &str =
    "hot/smell*/stinks/high/dying/confus*/shiver*/pus/red/alta/huele/caliente/mal";
const RASH: &str = "rash/spots/sarpullido/manchas";
const DOES_NOT_FADE: &str = "fade/glass/neck/desaparece/vaso/cuello/nuca";
const STIFF: &str = "stiff/neck/rigid*/fever/light/cuello/nuca/fiebre/vaso/glass";

const fn sign(
    name: &'static str,
    signs: &'static [&'static str],
    unless: &'static str,
) -> SignText {
    SignText {
        name,
        signs,
        unless,
    }
}

/// All of them.
pub(super) const SIGNS: &[SignText] = &[
    sign(
        "too much of a medicine",
        &[TAKEN, TOO_MUCH, MEDICINE],
        DAILY,
    ),
    sign("poison", &[INGESTED, POISON], "do you sell/have"),
    sign("poison in the eyes", &[SPLASHED, POISON, FACE], ""),
    sign("bleeding that does not stop", &[BLOOD, POURING], BLOOD_WORK),
    sign(
        "bleeding through dressings",
        &[SOAKED, DRESSINGS, SEVERAL],
        "changed .. plan",
    ),
    sign("heart and fainting", &[HEART, WILD, FADING], SERVICE),
    sign("chest", &[CHEST, CRUSHED], SERVICE),
    sign("arm or jaw", &[ARM_OR_JAW, ACHES, COLD_SWEAT], SERVICE),
    sign("airway", &[AIRWAY, FAILING], SERVICE),
    sign(
        "choking",
        &[STUCK, CANNOT_SPEAK],
        "price*/traffic/course/curso/parking/bill*/cost*",
    ),
    sign("blue", &[WHO_TURNS, COLOUR, AIRWAY], SERVICE),
    sign("swelling of the airway", &[SWELLS, OF_THE_AIRWAY], SERVICE),
    sign("swelling of the face", &[SWELLS, FACE, REACTS], SERVICE),
    sign("hives", &[HIVES, GOES_DEEPER], SERVICE),
    sign(
        "limb gone numb",
        &[SUDDENLY, LOST_LIMB, LIMB],
        "years/ago/anos",
    ),
    sign("hanging face", &[MOUTH, HANGS], FACIAL),
    sign(
        "confused at once",
        &[CONFUSED, AT_ONCE],
        "form/forms/bill/booking/website/price*",
    ),
    sign(
        "does not wake",
        &[DOWN, DOES_NOT_WAKE],
        "phone/email/message*/telefono/correo",
    ),
    sign("fit", &[SHAKES, IN_A_FIT], "fit in/into/me/my/the"),
    sign("head", &[HEAD, STRUCK, DAZED], ""),
    sign("burn", &[BURNT, BADLY], FIGURE),
    sign("current", &[CURRENT, HURT_BY_IT], "car/toothbrush/bill"),
    sign("bone", &[BONE, OUT_OF_IT], BONE_TALK),
    sign("crash", &[CRASH, INJURED], "website/computer"),
    sign("pregnancy", &[PREGNANT, IN_LABOUR], BLOOD_WORK),
    sign("unborn child", &[UNBORN, DOES_NOT_MOVE], ""),
    sign("small child", &[SMALL, GRAVE_IN_BABY], ""),
    sign("sight", &[EYE, SIGHT_GONE], CARD),
    sign("filler", &[FILLED, PALE, HURTS], "black friday"),
    sign(
        "wish to die",
        &[WISH],
        "appointment/contract/membership/subscription/arrugas",
    ),
    sign("attacked", &[ATTACKED, BY_WHOM], ""),
    sign("sugar", &[SUGAR, FAILS], SUGAR_FREE),
    sign("septic", &[INFECTED, SEPTIC, SEPTIC_TOO], ""),
    sign("meningitis", &[RASH, DOES_NOT_FADE, STIFF], ""),
];
