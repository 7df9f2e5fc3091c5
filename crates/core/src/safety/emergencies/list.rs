//! Which classes of words together are an emergency.
//!
//! Every class of an entry must be said, in any order, within one breath ([`super`]). A new emergency is a
//! line here and, where its words are missing, a class in [`super::words`].

use super::Together;
use super::words::{
    AFTER_BLOW, AFTER_WATER, AIRWAY, ALLERGIC, ARM_OR_JAW, BADLY_BURNED, BLEEDING, BLOOD, BLUE,
    BODY_FAILS, BURNED, CANNOT_MOVE, CHEST, CHILD, COLD_LIMB, CRUSHING, DEAD_SKIN, DROWNED, DRUG,
    DRUGGED, FACE, FELL, FEVER, FILLER, FIRST_WEEKS, FUMES, GIVING_WAY, GLASS, HANGS, HEAD_HIT,
    HEART, INFANT, INFANT_DANGER, LIFELESS, LIMB, LIPS_EYES_FACE, MENINGITIS, MUTILATED, NO_AIR,
    NO_REACTION, ON_THE_FLOOR, ONE_EYE, OPERATED, POISON, POISONED, PREGNANCY_DANGER, PREGNANT,
    PURPLE_SPOTS, RACING, RASH, SEPTIC, SIGHT_LOST, SKIN, SPEECH, STIFF_NECK, STRONGLY,
    STRUCK_DOWN, SUDDENLY, SUGAR, SUGAR_DANGER, SWALLOWED, SWALLOWED_THING, SWELLING, SWOLLEN_LEG,
    TOO_MUCH, TOOK, WATER, WOUND,
};

/// Blood that is nobody's loss.
const TESTS: &str =
    "blood test/tests/work/draw/type/group/count/results/bank/sample/samples/drive/pressure/sugar
     donat*/give blood
     analisis/examen/examenes/prueba/pruebas/donar .. sangre";

/// Seeing that means reading.
const READING: &str = "website/page/booking/appointment/email/portal/calendar/slot/slots/screen/app/menu/form/link/button/parking/entrance
     pagina/correo/cita/boton/opcion/enlace/horario/formulario/entrada/pantalla/cargo";

const fn together(
    name: &'static str,
    all: &'static [&'static [&'static str]],
    unless: &'static str,
) -> Together {
    Together { name, all, unless }
}

pub(super) const TOGETHER: &[Together] = &[
    together("poison", &[&[POISON], &[SWALLOWED]], "teeth/tooth/smile bleach"),
    together("swallowed thing", &[&[SWALLOWED_THING], &[SWALLOWED]], "charg*"),
    together(
        "poison in the eyes",
        &[
            &[POISON, "acid/chemical/chemicals/quimico/acido/cal/cemento"],
            &["eye/eyes/ojo/ojos"],
            &["in/into/on/en/a/al/splash*/spray*/squirt*/salpic*/cayo/salto/entro"],
        ],
        "remove/remover .. makeup
         eye cream/test/exam/lashes",
    ),
    together(
        "too much of a medicine",
        &[&[TOO_MUCH], &[TOOK], &[DRUG]],
        "left/remaining/leftover/refill*/prescription/pharmacy/prescribed/quedan/sobran/recet*/farmacia
         over/for/last .. week/weeks/month
         basket/shelf/pay
         too much/long/many .. time/waiting/calls",
    ),
    together(
        "unwell after too much",
        &[
            &[TOOK, "taking/tomo/paso/metio
               hes/shes/im/is on"],
            &["something/stuff/drugs/pastillas/droga/drogas/algo/tramadol/xanax/fentanyl/heroin/heroina/methadone/alcohol
               too much/many
               empty strip/packet/bottle/box/pack", DRUG],
            &[DRUGGED],
        ],
        "anaesthetic/anesthetic/sedation/sedated/sedacion/anestesia",
    ),
    together("a child with a wrong medicine", &[&[CHILD], &["wrong/adult/adults .. medicine/medication/dose/tablet/pill
         medicina/jarabe/pastilla .. equivocad*/adulto"], &["gave/given/took/taken/had/swallow*/di/dio/tomo"]], ""),
    together(
        "a bottle of a medicine",
        &[
            &["whole/entire/full/emptied/finished/half .. bottle/packet/pack
               tod*/entero/entera/medio .. frasco/caja/blister/bote"],
            &["swallow*/downed/emptied/necked/trag*"],
        ],
        "water/milk/juice/agua/leche/jugo",
    ),
    together(
        "too much insulin",
        &[
            &["insulin/warfarin/morphine/fentanyl/methadone/digoxin/insulina/morfina/warfarina"],
            &[
                TOO_MUCH,
                "wrong/double/triple/extra .. dose/amount
                 equivoc*/doble/triple",
            ],
        ],
        "price/cost/costs/refill",
    ),
    together(
        "a child at the medicines",
        &[
            &[CHILD],
            &["ate/eaten/swallow*/chewed/comio/comido/trago/tragado
               got/been into/at
               got/getting hold of
               found/opened .. pills/tablets/medicine/medication/bottle
               agarro/encontro/abrio"],
            &[DRUG],
            &["missing/my/our/your/some/grand*/moms/mums/dads/someones/adult/blood/heart/mi/mis/su/abuel*/presion/unas"],
        ],
        "",
    ),
    together(
        "through cloth after cloth",
        &[
            &["go/going/gone/went/been/soaking/soaked through .. towel/towels/pad/pads/bandage/bandages/dressing/dressings/gauze/tissues/plasters/cloths
               llevo 2+ gasas/toallas/vendas/compresas
               cut/gash/wound/vein/artery .. pumping/gushing/spurting
               black .. tar/tarry
               heces .. negras"],
        ],
        "wipes/car/moisturiser",
    ),
    together("blood comes up", &[&[BLOOD], &["vomit*/thrown/threw/throw/throwing/puk*/cough*/spit*/sick/toso/tosiendo/tose/escup*"]], TESTS),
    together("bleeding", &[&[BLEEDING], &[STRONGLY]], "money/cash/budget/clinics"),
    together(
        "blood",
        &[
            &[BLOOD],
            &[
                STRONGLY,
                "coming out/through/from
                 sale/saliendo",
            ],
        ],
        TESTS,
    ),
    together("it spurts", &[&["spurt*/squirt*/gushing
         pumping/shooting out"], &["its/is/wound/cut/arm/leg/hand/neck/vein/artery/from/out"]], "water/pipe/sink/tap/leak/perfume/bottle/petrol"),
    together("a soaked bandage", &[&["bandage*/dressing*/gauze/venda/vendas/vendaje/gasa/gasas"], &["soak*/drench*/through/dripping/empap*/chorre*"]], "shower/bath/rain/ducha/lluvia"),
    together("heart attack", &[&["heart/hart attack/atack
         infarto/ataque .. corazon/cardiaco"], &["its/is/was/think/having/like/dando/dio/creo/parece"]], "nearly/almost/casi
         price/bill/cost/invoice/quote/factura/precio/cuenta"),
    together("a limb without blood", &[&[COLD_LIMB]], "nail/nails/polish/henna"),
    together("a rigid belly", &[&["stomach/belly/abdomen/tummy .. hard/rigid
         estomago/barriga/vientre/abdomen .. duro/dura"], &["vomit*/pain/agony/dolor/rock/tabla"]], ""),
    together("confused and without words", &[&[SPEECH], &["confus*/confundid*/desorientad*"]], "form/website"),
    together("sees double", &[&["seeing double
         veo/ve/viendo doble"]], "charge*/booking*/cobro"),
    together("heart", &[&[HEART], &[RACING], &[GIVING_WAY]], ""),
    together("palpitations", &[&["palpitation*/palpatation*/palputation*/palpitacion*"], &[GIVING_WAY]], ""),
    together(
        "chest",
        &[&[CRUSHING], &[CHEST]],
        "x ray/xray/rays
         chest of drawers
         chest press/freezer/hair/infection/freckles/tattoo
         aumento/implantes/operacion de pecho",
    ),
    together("jaw with sweat", &[&["jaw/shoulder/arm/back/mandibula/hombro/brazo"], &["pain/pains/ache/hurt/hurts/dolor/duele"], &["sweat*/clammy/sudor*/sudando/breathless
         short of breath
         falta .. aire"]], "gym/workout/gimnasio"),
    together("clutches the chest", &[&["clutch*/holding/grab*/agarra*/agarro"], &["chest/heart/pecho/corazon"]], ""),
    together("arm or jaw", &[&[ARM_OR_JAW], &[CRUSHING, "numb/adormec*/dorm*/entumec*"]], "tattoo/filler"),
    together("blue and short of air", &[&[NO_AIR], &[BLUE]], ""),
    together("blue lips", &[&["lip/lips/face/labio/labios/cara"], &["blue/bluish/azul/azules/azulados"]], "lipstick/makeup/paint/eyeliner/ojos"),
    together(
        "asthma",
        &[
            &["inhaler/inhalers/asthma/ventolin/salbutamol/inhalador/asma"],
            &[
                NO_AIR,
                "not/isnt/doesnt/no .. working/doing/helping/help/touching/hace/sirve/funciona
                 empty/attack/mad/vacio/ataque/crisis",
            ],
        ],
        "asthma plan/review/check/nurse/clinic
         refill/prescription/receta",
    ),
    together(
        "air does not come",
        &[
            &["cant/cannot/struggl*/not/couldnt .. get/catch/draw .. air/breath
               cant/cannot/couldnt catch his/her/my/their ?breath
               out of breath .. talk/speak/walk/move
               hurts .. breathe/breath
               breath* .. fast/weird*/funny
               so .. bad/badly .. finish/talk/speak
               wheez* .. cant/bad/badly/blue
               gasping
               no .. entra/llega .. aire
               sin aire
               respira* .. muy mal
               respira* .. rapid*/raro
               fighting/battling .. breath*/air
               duele .. respirar
               respira* .. agitad*
               rib/ribs .. suck*
               hund* .. costillas"],
        ],
        "breathing exercise/class/technique
         run/ran/running/rushing/hurry to/for",
    ),
    together("airway", &[&["airway/airways"], &["clos*/tight*/swel*/block*"]], ""),
    together(
        "choking",
        &[
            &["chok*/chocking
               stuck/lodged/caught/wedged .. throat/windpipe
               atragant*
               down .. wrong way/pipe/hole
               por ?el mal/otro/?lado camino/lado
               ator*/atasc*/atraves*/clav* ... garganta"],
            &["baby/babys/kid/child/boy/girl/son/daughter/him/he/hes/she/shes/her/my/me/im/i/on/cant
               mi/se/le/hijo/hija/nino/nina/me/bebe"],
        ],
        "choked/choking/chokes up
         choking class/course/hazard
         line/phone/engine/mic/internet/traffic/work",
    ),
    together("face hangs", &[&[FACE], &[HANGS], &["cayo/one/side/half/lopsided/crooked/suddenly/just/droop*/sagg*/dropped/gone/twisted/torci*/torcid*/lado/caid*/chueca/paraliz*/desviad*"]], "mask/price/prices/lift"),
    together("a stroke by its name", &[&["derrame/apoplejia/embolia/ictus
         a stroke"], &["creo/dando/teniendo/tuvo/dio/think/having/had/hes/shes"]], "ano/anos/years/ago/hace/history/antecedentes/luck/form"),
    together("speech fails suddenly", &[&[SPEECH], &[SUDDENLY]], "phone/line/english"),
    together("speech and a limb fail", &[&[SPEECH], &[LIMB, FACE]], "phone/line/english"),
    together("a limb fails suddenly", &[&[LIMB], &[SUDDENLY, "just/whole/left/right/one/whole/gone/toda/izquierdo/derecho/mitad/medio"]], "asleep/carpal/slept/anaesthetic/anesthetic/injected/anestesia"),
    together("the airway swells", &[&[AIRWAY], &[SWELLING]], "tonsil*"),
    together("the throat closes", &[&[AIRWAY], &["closing/closed/closes/shutting/cierr*/cerr*/cerrando"]], ""),
    together("an allergy in the throat", &[&[AIRWAY], &["tight*/lump/clos*/narrow*/apreta*/aprieta*"], &[ALLERGIC]], "form/file/record/records"),
    together("an allergy with swelling", &[&[ALLERGIC], &[SWELLING], &[LIPS_EYES_FACE]], ""),
    together("swelling that stops words or breath", &[&[SWELLING], &["cant/cannot/hardly/barely/couldnt .. talk/speak/breath*/swallow
         no .. hablar/respirar/tragar"]], "tooth/wisdom"),
    together("swelling that runs", &[&[SWELLING], &[LIPS_EYES_FACE, AIRWAY], &["fast/quickly/crazy/rapidly/minutes/rapido/minutos"]], ""),
    together("an allergy of the whole body", &[&["hive/hives/rash/allerg*/stung/bee/wasp/peanut*/urticaria/ronchas/alergi*/alerg*/abeja/avispa"], &[BODY_FAILS]], "form/file/record/records/list/history/ficha/expediente/formulario"),
    together(
        "seizure",
        &[
            &["shaking/jerking/twitching/trembling/stiff/fitting .. all over/uncontroll*/floor/foam*
               shaking/jerking/twitching .. wont/cant .. stop/respond
               eyes .. roll*
               wont/cant/not stop shaking/jerking/twitching
               arms/legs/limbs .. jerk*/twitch*
               body .. jerk*/shak*/stiff*/convuls*/twitch*/rigid
               kind/sort/type of ?a fit/seizure
               bitten/bit his/her/my/their tongue
               foam*/frothing .. mouth
               been/is/started/hes/shes fitting
               epileptic fit/attack/seizure
               having/had/another/in ?a/an/another seizure*/sezure*/seizer*/fit/convulsion*
               ataque/crisis .. epilep*
               ataque de convulsiones
               ech*/sale .. espuma
               temblando .. todo/cuerpo/toda
               ojos .. blanco"],
        ],
        "fitting room/rooms/appointment
         fit when/about/over/because
         phone/laptop/computer/printer/car .. seizure/seizures/fit
         bra/dress/brace/braces/crown/denture/dentures/aligner*/lens/lenses/hearing",
    ),
    together("no reaction on the floor", &[&[ON_THE_FLOOR], &[NO_REACTION]], "dance/elevator"),
    together(
        "cannot be woken",
        &[
            &["cant/cannot/couldnt/wont .. bring/come/wake/rouse .. round/around/up/to
               cant/cannot/couldnt .. wake/rouse/revive
               wont/not come/coming round/around/to
               out cold
               cant/cannot keep .. awake
               drift*/slipping/going in and out
               not/isnt/doesnt/wont/never .. answer/answering me/us
               no .. vuelve en si
               no .. consigo/puedo/podemos/logro despertar*
               eyes .. open .. not there
               no .. reacciona/responde/despierta"],
            &["he/hes/him/she/shes/her/husband/wife/mum/mom/dad/mother/father/friend/baby/son/daughter/man/woman/lady/gran/grandma/they/cold
               mi/mama/papa/esposo/esposa/hijo/hija/abuelo/abuela/senor/senora/hombre/mujer/ella/bebe/no"],
        ],
        "phone/email/emails/calls/text/texts/voicemail/desk/telefono/correo/mensaje/mensajes/llamadas",
    ),
    together("lifeless", &[&[LIFELESS], &["not/isnt/stopped/wont .. breathing/breathe/answer*/respond*/move/moving/wake
         cant/cannot/couldnt .. word/answer/response/reaction
         no .. respira/reacciona/responde/despierta/contesta"]], "phone/sore/treatment/food"),
    together(
        "fainted",
        &[
            &["keeled/keeling over
               slumped
               soponcio/patatus
               hasnt/havent come/came round/around/to
               fainted/feinted/faints/collapsed/colapsed/swooned
               dropped to .. floor/ground
               unconshus/unconscience
               desplom*
               going/gonna/about/gunna to faint/feint/collapse/pass
               voy/va/punto a/de desmayar*"],
        ],
        "needles/needle/price/bill/cost/lungs/lung/nearly/almost .. when
         price/bill/cost/reviews",
    ),
    together(
        "suicide in other words",
        &[
            &["jump/jumping/throw .. off/from/under .. bridge/roof/building/balcony/window/train/cliff/ledge
               roof/bridge/ledge .. jump
               standing/stood/im/sitting/hes/shes on .. bridge/ledge/roof/rooftop/railing/tracks
               wont be here tomorrow/anymore/tonight/?any more
               made up my mind .. be here
               driv*/crash*/walk*/step*/jump* ?my ?car into/off/under/front .. tree/wall/traffic/lorry/train/bridge/cliff/bus/car
               estoy/esta en .. puente/azotea/cornisa/vias
               noose
               taken/got/has/have/took a rope/noose/blade
               knife/gun/blade/razor/pistol ... myself/himself/herself/themselves
               pistola/cuchillo/navaja ... matar*/dano
               dont/doesnt/not feel safe with/from/around/?by myself/himself/herself
               threat* .. jump/kill/hang/shoot/die
               amenaza* .. tirar*/matar*/saltar/suicid*
               voy a hacer* ?me dano/algo
               hang/hanging/shoot/shooting/drown/drowning/starve myself/himself/herself/themselves
               cut/slit/slashed/slashing .. wrists/wrist/veins
               end it tonight/now/today/tomorrow/here
               going to/gonna/wanna/want to end it $
               cant go on like/anymore/living/this/$
               cant keep .. myself/himself/herself safe
               keep myself safe
               take/taking/swallow/swallowing .. them/all/pills/tablets all/tonight/now
               dont/not/no/any .. reason/point .. alive/living/live
               dont see the/any/a point .. anything/living/anymore/life/on
               written/wrote/left .. goodbye/suicide note/letter
               no/any reason .. be alive
               tirar*/aventar*/lanzar* .. puente/balcon/ventana/tren/azotea/edificio/vias
               ahorc*/colgarme/colgarse
               cort*/cortar* .. venas/munecas
               tomar/tragar .. todas
               se va/quiere/iba a matar
               no vale la pena vivir
               carta .. despedida"],
        ],
        "shaving/cooking/skipping
         all .. vitamins/meals
         membership/subscription/contract",
    ),
    together("a fall from high up", &[&["fell/fallen/falls/jumped/pushed .. window/balcony/roof/rooftop/building/scaffold*/cliff/storey/story
         cayo/cai/caido/tiro/salto .. ventana/balcon/techo/azotea/andamio/edificio"]], "phone/keys/card"),
    together("unwell after a fall", &[&[FELL], &[AFTER_BLOW]], "asleep .. waiting"),
    together("a blow to the head", &[&[HEAD_HIT], &[AFTER_BLOW]], "nail on the head"),
    together(
        "electric shock",
        &[
            &["threw/thrown/shock/shocked/zapped/jolt/electrocuted/descarga/calambre/calambrazo/toque/corriente/electrocut*"],
            &["live/mains/socket/outlet/plug/wire/wires/wiring/cable/toaster/oven/cooker/washing/machine/heater/fence/charger/fuse/current/volts/lightning/electricity/enchufe/electrica/electrico/electricidad/cable/cables/alta/dio
               electric/electrical shock"],
        ],
        "therapy/treatment/terapia/price/prices/bill/cuenta/factura",
    ),
    together("on fire", &[&["clothes/clothing/shirt/dress/hair/sleeve/he/she/him .. caught/is/was/on fire
         prendio/prendieron .. fuego
         incendi*/ardiendo .. ropa/pelo
         house/kitchen/flat/apartment .. fire .. hurt/burn*/trapped"]], "sale/sales/deal"),
    together("paralysed after an injection", &[&["botox/botulinum/dysport/toxina"], &["cant/cannot/hard/trouble/difficult* .. swallow*/hold/breath*/speak/talk
         no .. tragar/respirar/hablar/sostener"]], ""),
    together("a crash", &[&["crash/accident/wreck/collision/choque/accidente"], &["hurt/injured/trapped/bleeding/unconscious/dying/heridos/herido/herida/atrapado/atrapada/atrapados/sangrando"]], "computer/website/last"),
    together("no pulse", &[&["no pulse/heartbeat
         heart .. stopped
         doing/giving/started .. cpr
         turning/turned/going/gone/went blue
         sin pulso
         no .. tiene/encuentro pulso
         poniendo/puso azul"]], "course/class/training/bp/jeans/hair/pool/test/screen/light"),
    together("a live wire", &[&["touched/touch/grabbed/hit/cut .. live/electric/power/high wire/cable/line/voltage
         live wire/cable .. touched
         toco/agarro/metio .. cable/enchufe/cables/corriente"]], ""),
    together(
        "a large burn",
        &[&[BURNED], &[BADLY_BURNED]],
        "sun/sunburn/sunburnt/wax/laser/tan/tanning/peel/razor/scar/scars/sol/cera/cicatriz/cicatrices
         fat burning/freezing
         burn/burned/burnt out
         like fire/hell
         kettle .. boiling $
         burn fat/calories
         grasa",
    ),
    together("acid", &[&["acid/alkali/chemical/acido/quimico"], &["face/eye/eyes/skin/cara/ojos/ojo/piel"], &["splash*/threw/thrown/spill*/sprayed/burn*/salpic*/cayo/salto/quem*/tiraron"]], "peel/peels/hyaluronic/hialuronico/salicylic/glycolic"),
    together(
        "danger in pregnancy",
        &[&[PREGNANT], &[PREGNANCY_DANGER]],
        "blood test/tests/work/draw/type/group/results
         pregnancy test
         analisis/prueba/pruebas .. sangre/embarazo",
    ),
    together(
        "a birth begins",
        &[
            &["water/waters .. broke/broken/gone
               feel/see .. babys/the head
               baby/shes/head .. crowning
               im/shes/is/went/going/gone/started/wifes/partners in/into labor/labour
               baby is coming/here
               babys coming
               contractions/contraction ... minutes/apart/close/closer/strong/stronger/every/nonstop/constant/constantly/top/another
               rompio/rompi/rompido/revento .. fuente/bolsa
               contracciones .. minutos/seguidas/fuertes
               de parto
               giving birth
               having the/her baby .. now/here/car/taxi/floor
               dando a luz
               viene/nace/sale .. bebe/nino/cabeza ?ya/ahora"],
        ],
        "water/waters .. heater/pipe/main/machine/cooler/meter
         labour/labor relations/force/law/market/street/road/avenue
         labor/labour day/party/cost/costs/law
         calefaccion/tuberia
         before/after/since/about/plan/class/classes .. birth",
    ),
    together(
        "the child does not move",
        &[
            &["dejo/dejado de mover*/patear
               havent/cant/not/hasnt/no/stopped/dont .. felt/feel/moved/moving/kick*
               no/less movement/kicks
               no .. siento/siente/mueve/movido/movimientos/patadas"],
            &["baby/babys/kick/kicks/kicking/bebe/patadas"],
        ],
        "",
    ),
    together("a child in danger", &[&[INFANT], &[INFANT_DANGER]], "ojos azules
         blue card/eyes/eyed
         baby blue/teeth/oil"),
    together(
        "a child in high fever",
        &[
            &[CHILD],
            &["fever/temperature/temp .. 40/41/42/104/105/106/forty
               40/41/42/104/105/106/cuarenta .. fiebre/temperatura
               fiebre/temperatura .. 40/41/42/cuarenta"],
        ],
        "",
    ),
    together("fever in the first weeks", &[&[FIRST_WEEKS], &[FEVER]], ""),
    together("sight lost", &[&[SIGHT_LOST], &[ONE_EYE]], READING),
    together("sight lost after filler", &[&[SIGHT_LOST, "sight/vision/eyesight .. fuzzy/blurry/blurred/gone/funny"], &[FILLER]], READING),
    together(
        "skin dies after filler",
        &[&[FILLER], &[DEAD_SKIN], &[SKIN], &["turn*/gone/going/went/is/its/are/looks/look/now/has/have/puso/pusieron/quedo/tengo/esta/after/since"]],
        "black friday
         teeth/mascara/hair/colour/color/photos/dress
         want/wanted/would .. white/whiter
         ice/compress",
    ),
    together("fever after an operation", &[&[OPERATED], &[FEVER]], "check/checks/screening/room/before/antes"),
    together("blood poisoning", &[&[WOUND], &[SEPTIC]], ""),
    together("a stiff neck", &[&[STIFF_NECK], &[MENINGITIS]], "massage/masaje"),
    together("purple spots", &[&[PURPLE_SPOTS], &[FEVER, "floppy/drowsy/confused/limp/lethargic/ida/decaid*/somnolien*/vomit*"]], "vein/veins/laser/filler/tattoo"),
    together("a rash under a glass", &[&[RASH], &[GLASS]], "tattoo/laser/filler"),
    together("mutilated", &[&[MUTILATED]], "nail/nails/unas
         spur/density/scan"),
    together("struck down", &[&[STRUCK_DOWN]], "flu/covid/vaccine/botox"),
    together("a fall", &[&[FELL], &[CANNOT_MOVE]], ""),
    together("sugar", &[&[SUGAR], &[SUGAR_DANGER], &["suelo/suelos/floor/bottom/rock/through/300+/low/high/drop*/fell/falling/crash*/bajo/baja/bajado/alto/alta/subio/is/has/es/esta/tiene/my/his/her/mi"]], "form/diet/results"),
    together("a clot", &[&[SWOLLEN_LEG], &[NO_AIR]], ""),
    together("fumes", &[&[FUMES], &[POISONED]], ""),
    together("out of water", &[&[WATER], &[DROWNED], &[AFTER_WATER]], ""),
    together(
        "dying",
        &[
            &["im/hes/shes/is/are/am/be/mums/dads dying
               feel/feels .. dying
               going/gonna/gunna to die
               gonna die
               se me/nos muere
               estoy/esta/esten muriendo
               me/se .. muriendo
               se/me va/voy a morir"],
        ],
        "die laughing/of/for/from/if/when
         dying to/for/of/from
         phone/battery/laptop
         muriendo/morir de hambre/ganas/risa/sueno/vergüenza/verguenza/calor/aburrimiento",
    ),
];
