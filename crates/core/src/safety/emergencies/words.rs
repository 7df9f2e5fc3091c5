//! The words of emergencies, in classes; [`super::list`] says which classes together are an emergency.
//!
//! One pattern a line in the notation of [`super::super::pattern`], English first, then Spanish, with the misspellings of speech
//! recognition. Words are plain: no accents, so "tomo" is also "tomó".

/// Something went into a body.
pub(super) const SWALLOWED: &str = "swallo*/swalow*/drank/drunk/drinking/drinks/ate/eaten/eating/ingested/gulped/downed/sipped/chewed/licked/necked/popped/guzzled
     took/taken/taking .. sip/swig/gulp/mouthful
     got/been/getting into/at
     bit/bitten into/one/a/the/off
     put/puts/has/had/got .. in/into his/her/their/the/my mouth
     had some
     bebi/bebio/bebido/bebiendo/bebieron/tomo/tome/tomado/tomando/tomaron/trago/trague/tragado/tragaron/comio/comi/comido/comimos/comieron/bebimos/tomamos/probo/ingirio/ingeri/chupo/lamio/mordio/mastico
     puso/metio .. en la boca";

/// Poisons of a household and a garden.
pub(super) const POISON: &str = "bleach/bleech/bleeach/clorox/domestos/lysol/antifreeze/detergent/poison/poisonous/pesticide/insecticide/weedkiller/turpentine/turps/gasoline/petrol/kerosene/acetone/methanol/ammonia/disinfectant/lye/mothballs/sanitizer/sanitiser/peroxide
     anti freeze
     weed killer
     rat bait/pellets
     slug pellets/bait
     white spirit/spirits
     paint thinner
     lamp oil
     screen wash
     paint/varnish stripper/remover
     something .. shed/garage/sink/cupboard/garden
     algo .. garaje/cochera/fregadero/jardin
     drain/oven/toilet/bathroom/window/floor/glass/carpet cleaner/unblocker/duck/opener
     cleaning fluid/stuff/product/products/liquid/spray/solution/chemical/chemicals
     household cleaner/chemical/chemicals
     laundry/dishwasher/dish/washing/tide/detergent pod/pods/capsule/capsules/tablet/tablets/liquid/powder/salt
     nail polish remover
     polish remover
     rubbing alcohol
     caustic soda
     battery acid
     hair dye
     vape liquid/juice/fluid
     lighter fluid
     essential/eucalyptus oil
     yew/nightshade/foxglove/hemlock/oleander/laburnum
     stuff/liquid/thing .. clean/cleaning/cleans .. toilet/drain/oven/floor/bathroom/sink/pool/windows
     toadstool/toadstools
     mushrooms .. woods/forest/garden/field
     wild/poisonous/strange/garden/unknown .. mushroom/mushrooms/berries/plant
     berries .. tree/bush/garden
     cloro/lejia/lavandina/blanqueador/detergente/veneno/raticida/insecticida/plaguicida/anticongelante/gasolina/queroseno/petroleo/aguarras/disolvente/diluyente/thinner/amoniaco/acetona/quitaesmalte/desinfectante/limpiador/limpiavidrios/suavizante/setas
     sosa/soda caustica
     acido muriatico/clorhidrico/sulfurico
     liquido/producto/productos .. limpieza/limpiar
     capsula/capsulas .. detergente/lavadora/lavavajillas
     gel antibacterial
     setas/hongos/bayas .. bosque/monte
     hongos/bayas/planta .. silvestres/venenosa/venenosas/jardin/campo";

/// Things that burn or poison from inside.
pub(super) const SWALLOWED_THING: &str =
    "battery/batteries/magnet/magnets/needle/razor/blade/nail/screw/pin/coin
     piece/pieces/bit/shard .. glass
     broken glass
     pila/pilas/bateria/baterias/iman/imanes/aguja/alfiler/clavo/tornillo/moneda/canica
     pedazo/trozo de vidrio/cristal";

/// A medicine went into a body; words that also mean "take every day" are left out.
pub(super) const TOOK: &str = "took/taken/tooken/swallo*/swalow*/downed/necked/popped/ate/eaten/gulped/ingested/injected/emptied/chewed
     just/ive/hes/shes/theyve/has/have had
     had .. whole/all/entire/lot
     doubled/tripled
     se paso con
     daughters/sons/wifes/husbands/mums/moms/dads/teenagers/brothers/sisters/friends had
     gave/given/giving .. him/her/my/the/herself/himself/myself
     di/dimos/dio .. mi/le/bebe/hijo/hija/nino/nina
     le/me di/dimos/dio
     tome/tomo/tomado/tomaron/trague/trago/tragado/tragaron/ingirio/ingeri/inyecte/inyecto/comio/comido/metio
     puso/puse .. insulina
     acab* de tomar*/tragar*/comer*/inyectar*";

/// Medicines.
pub(super) const DRUG: &str = "tablet/tablets/tablits/pill/pills/capsule/capsules/medication/medications/medicine/medicines/meds/painkiller*/antidepress*/sedative*/benzo*/paracetamol/acetaminophen/tylenol/panadol/nurofen/codamol/calpol/syrup/ibuprofen/advil/aspirin/naproxen/codeine/tramadol/morphine/oxycod*/oxy/fentanyl/methadone/opioid*/xanax/valium/diazepam/zopiclone/ambien/benadryl/metformin/insulin/warfarin/digoxin/lithium/sertraline/prozac/amitriptyline/propranolol/gabapentin/pregabalin/iron/vitamins/gummies/edibles
     pastilla*/pildora*/tableta*/comprimido*/capsulas/medicina/medicinas/medicamento*/remedio/remedios/jarabe/ibuprofeno/aspirina*/tranquilizante*/somnifero*/ansiolitico*/antidepresivo*/insulina/clonazepam/rivotril/diazepam/tramadol/morfina/warfarina/sintrom";

/// More of a medicine than a dose.
pub(super) const TOO_MUCH: &str = "5+ ?1+ ?of ?more ?of ?his/her/my/the/those/these/his/their/your tablet*/pill*/capsule*/painkiller*/antidepress*/paracetamol*/tylenol*/ibuprofen*/aspirin*/advil/nurofen/panadol/calpol/codamol/co/antihistamine*/sleeping/heart/blood/benadryl/xanax/valium/codeine/tramadol/oxycod*/oxy/diazepam/gabapentin/iron/gummies/edibles/pastilla*/pildora*/tableta*/comprimido*/aspirina*
     2+ .. packet/packets/packs/boxes/bottles/cajas/frascos/blister/blisters/strips
     whole/entire/full/half ?a/the/of packet/pack/bottle/box/jar/strip/blister/lot/tub
     emptied/finished .. bottle/packet/pack/box
     handful/fistful/bunch/mouthful/load/loads/tons/dozens/hundreds
     all ?of the/my/his/her/their/those/them
     the rest of
     all at once
     too many/much
     so many
     way/much/far/lot more
     more .. than .. should/prescribed/supposed/allowed/meant
     double/doubled/triple/tripled/quadruple
     week/weeks/month/months worth
     day/days worth
     twice .. dose/amount/much/many
     2+ times .. dose/insulin/amount/much
     again .. again
     remember how many
     2+ veces
     wrong dose
     punado/monton/muchas/muchisimas/demasiado/demasiada/demasiadas/demasiados/montones/triple/doble/sobredosis
     tod*/entera/entero/medio/media .. frasco/caja/bote/blister/pastillas/medicina/tableta/pildoras
     frasco/caja/bote/blister entero/entera/completo/completa
     de mas";

/// A small child, by the words of who calls.
pub(super) const CHILD: &str = "baby/babys/toddler*/infant/newborn/kid/kids/child/childs/children/grandson/granddaughter/grandchild/son/sons/daughter/daughters/nephew/niece
     little one/boy/girl
     1+ year/yr/month old
     bebe/nino/nina/hijo/hija/hijito/hijita/nieto/nieta/sobrino/sobrina/ninos/chiquito/chiquita/peque";

/// A body that bleeds.
pub(super) const BLEEDING: &str =
    "bleed/bleeds/bleeding/bleedin/bled/bleading/blooding/hemorrhag*/haemorrhag*
     sangra/sangro/sangrando/sangrado/sangramos/sangrar/desangr*/hemorragi*";

/// Blood seen.
pub(super) const BLOOD: &str = "blood/bloods/bloody/sangre";

/// Bleeding that is strong or does not stop.
pub(super) const STRONGLY: &str = "soak*/drench*/gush*/spray*/spurt*/squirt*/pour*/pump*/streaming/everywhere/profusely/heavily/heavy/nonstop/uncontroll*/badly/massive/massively
     through/thru .. bandage*/dressing*/gauze/towel*/pad/pads/plaster*/sheet*/cloth*/shirt/trousers/jeans/tissue*
     bandage*/dressing*/gauze/towel*/pad/pads .. through/full
     full of
     fill/fills/filled/filling up/with
     running/dripping down
     pool/puddle of
     all over the/my/his/her/me/him
     non stop
     wont/not/doesnt/cant/didnt/isnt/hasnt .. stop*/clot
     get .. to stop
     keeps/keep/still/kept .. bleed*/coming/going/running/oozing
     a lot
     lots of
     loads of
     so/too much
     clots
     no matter
     for hours
     from .. ear/ears/eyes
     out of .. ear/ears/eyes
     for/since/in 1+/two/an hour/hours
     every 1+/half/few/ten/hour hour/minute/minutes
     since .. extraction/surgery/operation/tooth/pulled/birth
     empapa*/chorro*/chorreando/borbotones/muchisimo/muchisima/bastante/abundante/charco/brota/brotando/coagulos
     mucho/mucha
     no .. para/deja/cede/detiene/paro/dejo/detengo/corta
     sigue/sigo .. sal*/sangr*
     se llen*/mancho
     por todos lados
     por todas partes
     se .. llena
     sin parar/control
     traspas*/atraves*
     por los oidos/ojos
     desde que
     llena/lleno/llenan/llenaron de";

/// A heart, as callers say it.
pub(super) const HEART: &str =
    "heart/hearts/hart/harts/heartbeat/heartrate/pulse/palpitation*/palpatation*/palputation*
     corazon/pulso/palpitacion*/taquicardia/arritmia/latidos";

/// A heart that beats wrongly.
pub(super) const RACING: &str = "rac*/pound*/flutter*/skip*/irregular*/uneven/erratic/galloping/thump*/jumping/palpitation*/palpatation*/palputation*/fast/faster/weird/funny/crazy/mad/wild/nuts/mental/haywire/berserk/somersault*/flip*/backflip*/missing
     stopping and starting
     all over
     out of my/his/her chest
     1+ miles an hour
     130+
     hundred ?and 30+
     aceler*/dispara*/palpitacion*/taquicardia/arritmia/irregular/rapid*/fuerte/galop*/brinc*/salt*/vuelco*/tumbo*/raro/rara/loco/descontrolado
     a mil/cien/tope
     se me/le sale";

/// A body that gives way.
pub(super) const GIVING_WAY: &str = "faint*/feint*/dizz*/lightheaded/woozy/white/breathless/sweat*/clammy/grey/gray/pale/collaps*/shak*/shaky/weak/confused
     light headed
     pass/passed/passing/black/blacked/blacking out
     out of breath
     short/shortness of breath/breth
     cant/cannot/struggl*/trouble/hard .. breath*/breth/breeth/stand
     keel/keeling/fall/drop over/down
     cold sweat
     seeing stars/spots/black
     wobbly/jelly
     get .. breath
     wont/not .. slow/settle/stop/calm
     desmay*/desvanec*/mare*/sudor*/sudando/sudo/palid*/debil/temblando
     falta/sin .. aire/aliento
     no .. respirar/pie
     cuesta respirar
     me ahogo
     me voy a caer";

/// A chest.
pub(super) const CHEST: &str = "chest/chests/ches/breastbone/sternum/pecho/esternon";

/// How a heart attack feels.
pub(super) const CRUSHING: &str = "pain/pains/painful/hurt/hurts/hurting/ache/aches/aching/tight/tightness/tightening/pressure/presure/crush*/squeez*/squash*/heavy/heaviness/weight/stabbing/clutch*/gripping/elephant/vice/killing
     sitting/standing/parked/dropped ... on
     truck/brick/bricks/ton/lorry/car/anvil/boulder/rock .. on
     band/belt/rope/strap/iron .. round/around/across
     on fire
     dolor/dolores/duele/dolia/doliendo/aprieta/apreta*/apreton/presion/peso/opresion/oprime/punza*/aplasta*/pincha*/ardor/quema/elefante/losa/ladrillo/plancha/camion";

/// The left arm and the jaw, where a heart attack is felt too.
pub(super) const ARM_OR_JAW: &str = "left arm
     down my/his/her/the arm
     arm .. jaw
     jaw .. arm
     brazo izquierdo
     brazo .. mandibula
     mandibula .. brazo
     pins and needles .. arm";

/// Breath that fails.
pub(super) const NO_AIR: &str = "cant/cannot/struggl*/trouble/hard/hardly/barely/unable/not/difficult* .. air/breath/breth/breathe/breathing/breeth
     cant/cannot/couldnt/fighting/battling/gasping .. breath*/breth/air
     out of breath
     short/shortness of breath/breth
     breathless/wheez*/gasp*
     breath* .. really/very/so/too/weird*/funny/strange*/noisy fast/quick/hard/shallow
     not breathing
     labored/laboured/weird/noisy/rapid/shallow breath*
     cuesta/falta/sin/dificultad/trabajo/problemas/apenas/casi no .. aire/respira/respirar/aliento
     no .. respir*/aire
     me/se ahogo/ahoga/ahogando
     sin aire
     respira* .. mal/rapid*/raro
     silb*
     respira* .. agitad*
     rib/ribs/chest .. suck*/sinking/caving
     hund* .. costillas
     costillas .. hund*";

/// A colour of too little oxygen.
pub(super) const BLUE: &str = "blue/bluish/purple/grey/gray/ashen/azul/azules/azulado/azulada/morado/morada/morados/moradas/gris/grises";

/// A face.
pub(super) const FACE: &str = "face/mouth/smile/eyelid/cheek/cara/boca/sonrisa/rostro";

/// A face that hangs.
pub(super) const HANGS: &str = "droop*/drop/drops/dropped/dropping/sag/sagged/sagging/fallen/lopsided/crooked/wonky/twisted/slid/slipped/slack
     hang*/gone .. down/side/funny
     gone .. down/funny/dead
     uneven
     caid*/cayo/torci*/torcid*/chueca/desviad*/paraliz*/colgand*
     se .. fue
     de lado";

/// Speech that fails.
pub(super) const SPEECH: &str = "slur*/gibberish/mumbling/jumbled/garbled/babbling
     cant/cannot/not/unable/trouble/couldnt .. speak*/talk*/get .. words/properly/right/out/straight/all/sense
     cant/cannot/unable .. speak/talk
     words .. wrong/mixed/muddled/nonsense/jumbled
     not making .. sense
     isnt making .. sense
     talk*/speech/speaking .. nonsense/funny/strange/wrong
     no .. puede/puedo/pudo .. hablar
     no .. hablar/habla bien
     habla* .. raro/enredado/trabado/mal
     arrastra .. palabras
     balbuce*
     talk*/speak*/saying ... none/not/no/zero .. sense
     talk*/speak* rubbish/nonsense/gibberish/rot/garbage
     dice/decir/diciendo/dijo .. incoherencias/sentido/disparates";

/// A limb or a side that fails.
pub(super) const LIMB: &str = "cant/cannot/unable/couldnt .. move/lift/raise/feel/hold/grip .. arm/arms/leg/legs/hand/side/cup/spoon/anything
     arm/leg/side/hand .. weak/numb/dead/heavy/limp/floppy/useless/paraly*/tingl*
     weak/numb/dead .. arm/leg/side/hand
     weak/weakness/numb/numbness/paraly* .. one/left/right side/half
     left/right/one/half side/half/body/of .. numb/weak/paraly*/dead/floppy
     floppy/limp/drooping/dead .. one/left/right side
     arm/arms/leg/legs/hand/hands .. wont/not/doesnt/stopped .. work/working/move/moving
     half of/my/his/her .. not/doesnt/wont/isnt/dead/stopped .. work/working/move/moving/respond
     dropping/drops/drop things/everything
     pins and needles
     no feeling .. legs/leg/waist/arm/down
     legs .. gave/giving/given way
     no .. mover/mueve/muevo/levantar/sentir/siente/siento .. brazo/pierna/lado/mano/cuerpo
     brazo/pierna/lado/mitad/medio/mano/cuerpo .. dormid*/durmio/adormec*/entumec*/paraliz*/debil/muert*
     dormid*/durmio/adormec*/entumec*/paraliz* .. brazo/pierna/lado/mitad/medio/mano/cuerpo";

/// All at once.
pub(super) const SUDDENLY: &str = "sudden/suddenly
     all of a sudden
     out of nowhere
     just now
     woke up
     minutes/hour ago
     amanecio/desperto
     de repente/pronto/golpe
     repente/subito/subitamente";

/// Swelling.
pub(super) const SWELLING: &str =
    "swell*/swollen/swole/swelled/puff*/balloon*/blow/blowing/blown/huge/enormous/thick/fat/bigger
     hinch*/inflam*/enorme";

/// Where swelling takes the breath.
pub(super) const AIRWAY: &str = "tongue/throat/airway/lengua/garganta";

/// Where an allergy is seen.
pub(super) const LIPS_EYES_FACE: &str =
    "lip/lips/face/eye/eyes/eyelids/mouth/labio/labios/cara/ojo/ojos/parpados/boca";

/// What shows or sets off an allergy.
pub(super) const ALLERGIC: &str = "hive/hives/welts/rash/itchy/itching/wheez*/stung/sting/bee/wasp/hornet/peanut*/nut/nuts/shellfish/shrimp/prawn*/sesame/penicillin/amoxicillin/antibiotic*/allerg*/alerg*/ronchas/urticaria/sarpullido/picazon/abeja/avispa/cacahuate*/cacahuete*/nuez/nueces/mani/marisco*/camaron*/gambas/penicilina/amoxicilina/antibiotico*
     cant/cannot/hard .. swallow*
     since/after .. ate/eating/eaten/drank
     despues .. comer
     after .. injection/shot/jab/vaccine/anaesthetic/anesthetic
     no .. tragar";

/// An allergy that reaches the whole body.
pub(super) const BODY_FAILS: &str = "breath*/breth*/breeth*/wheez*/throat/tongue/swallow/faint*/dizz*/collaps*/respir*/garganta/lengua/tragar/desmay*/mare*
     cant/cannot/hard/hardly/trouble .. swallow*/talk/speak
     no .. tragar/respir*/hablar
     all over/everywhere/puffed/swollen/swelling
     having ?an/a ?bad/severe/serious allergic/alergic ?reaction/?attack
     tengo/tiene/teniendo/dando/dio una ?fuerte reaccion
     todo el cuerpo
     por todos lados
     por todo ?el cuerpo";

/// A head that was hit.
pub(super) const HEAD_HIT: &str =
    "hit/hitting/bang*/bump*/knock*/smack*/crack*/whack*/kicked/struck .. head/hed
     fell/fallen/landed/falls/dropped ... head/hed
     head .. injur*/wound
     head .. hit/banged/bumped/knocked/split/cracked
     ball/bat/brick/stone/rock/branch/blow/kick/punch/bottle .. head/temple/skull/forehead
     hit/got/struck/smacked .. temple/skull
     golpe*/pego/pegue/pegaron/golpearon/dio .. cabeza
     cayo/cai/caido .. cabeza
     golpe .. cabeza";

/// What makes a blow dangerous.
pub(super) const AFTER_BLOW: &str =
    "vomit*/sleepy/drowsy/confused/unconscious/unresponsive/seizure/bleed*/blood/dizzy/dazed/groggy
     throw*/threw up
     being/been/was/is/feel/feeling/keeps .. sick
     out cold/for
     passed/blacked/knocked out
     knocked .. out/cold/unconscious
     wont/not .. wake/respond*/move
     cant .. awake
     nonsense/rubbish/gibberish/slurring
     diciendo/dice/tonterias/incoherencias
     cant/doesnt .. remember/see/move
     not making .. sense
     clear/watery fluid
     coming/leaking/running .. ear/ears/nose
     cant/wont .. keep .. eyes/awake
     falling/fallen asleep
     no .. ojos abiertos
     vomit*/dormid*/somnolien*/confundid*/mare*/inconsciente/sangr*/desmay*/desorient*/convulsi*
     no .. despierta/responde/recuerda/reacciona";

/// Where blood no longer reaches.
pub(super) const COLD_LIMB: &str = "foot/toe/toes/hand/finger/fingers/leg/arm .. gone/turned/turning/went/going .. black/blue/white/grey/gray/cold/purple
     pie/dedos/mano/pierna/dedo .. puso/puesto/pusieron/esta/estan negr*/azul*/frio/fria/frios/helad*";

/// A burn.
pub(super) const BURNED: &str = "burn/burns/burned/burnt/scald*/blister*
     boiling water/oil/soup/tea/coffee/milk/kettle .. on/onto/over/down/herself/himself/myself
     hot iron/stove/hob/oven/radiator/grill/pan
     pulled/spilled/spilt/tipped/dropped/poured .. boiling
     kettle/pan/tea/coffee .. tipped/spilled/spilt/fell/poured
     quem*/escald*/ampoll*
     agua/aceite/sopa/cafe/te hirviendo/caliente";

/// What makes a burn large or deep.
pub(super) const BADLY_BURNED: &str =
    "whole/half/entire .. arm/arms/leg/legs/back/face/body/hand/chest
     all over/down ?his/her/my/the/him/me ?arms/legs/face/back/body
     baby/babys/toddler/toddlers/child/childs/kid
     covered in
     tar/fireworks/firework/explosion/exploded/bonfire/barbecue
     both arms/legs/hands/feet
     from .. to ?my/his/her/the wrist/elbow/shoulder/neck/knee/ankle/waist/fingers
     raw/charred
     skin .. off/hanging/peeling
     boiling/acid/chemical/petrol/fire/flames/fat/oil/electric*/steam
     hirviendo/acido/quimico/aceite/fuego/llamas/vapor/gasolina
     bebe/nino/nina/hijo/hija
     manos .. cara
     medio/media/todo/toda/mitad .. cuerpo/cara/brazo/pierna/espalda/pecho/mano";

/// A child that is expected.
pub(super) const PREGNANT: &str = "pregnan*/pregnet/expecting/trimester
     1+ weeks/months pregnant/along/gone
     im/shes/am/is/at/only 1+ weeks/wks
     im/shes/am/is/at/only thirty/twenty/forty 1+ weeks
     embarazad*/embarazo/encinta/gestacion
     1+ semanas
     de 1+ meses";

/// What endangers mother or child.
pub(super) const PREGNANCY_DANGER: &str = "bleed*/blood/bled/gush*/seizure/fit/faint*/collapsed
     vision/sight .. blurr*/spots/gone/double
     blurr* vision
     vision/visions/sight .. blurr*
     head/heads .. pounding/splitting/killing
     seeing spots/stars/double/flashes
     worst/terrible/splitting/awful/blinding headache
     waters/water .. broke/broken/gone
     cant/havent/not/hasnt/stopped .. felt/feel/moved/moving/kick*
     no/less .. movement/kicks
     fell .. stairs/belly/stomach
     sangr*/hemorragi*/convulsi*/desmay*
     veo/vision .. borros*/doble/luces
     no .. mueve/siento/siente/movimientos
     dolor .. cabeza .. fuerte/terrible";

/// A child of weeks or months.
pub(super) const INFANT: &str = "baby/babys/newborn/newborns/infant
     1+ week/weeks/month/day old
     bebe/neonato/lactante
     recien nacido/nacida
     un/dos/tres mes/meses/semanas";

/// What is dangerous in an infant.
pub(super) const INFANT_DANGER: &str =
    "floppy/limp/lifeless/grunt*/blue/grey/gray/lethargic/listless/unresponsive
     breath* .. weird*/funny/fast/hard/strange*
     not breathing
     wont/not/isnt/cant .. feed*/wake/waking/breathe/breathing/respond*
     flacid*/morad*/azul*/gris/decaid*/aletargad*/convulsi*
     no .. despierta/despertar/respira/reacciona/come
     muy fri*/frio/fria";

/// A child so young that fever is an emergency.
pub(super) const FIRST_WEEKS: &str = "newborn
     1+ week/weeks/wk/day/days old
     one/two/1/2 month/months old
     recien nacido/nacida
     de un/dos/1+ mes/semanas/dias";

/// Fever.
pub(super) const FEVER: &str =
    "fever/fevers/feverish/temperature/temp/38/39/40/41/104/105/fiebre/calentura/temperatura
     thirty eight/nine
     burning up
     treinta y ocho/nueve";

/// Sight that is lost.
pub(super) const SIGHT_LOST: &str =
    "cant/cannot/couldnt/not .. see .. thing/anything/properly/out/straight/eye/right/left
     cant/cannot see
     blind/blinded/blurr*/blury
     seeing double
     sight/vision/eyesight .. gone/going/lost/fuzzy/foggy/dark/black/double
     lost/losing/lose .. sight/vision/eyesight
     curtain/shadow/veil/shutter/blind/blinds/wall .. over/across/down .. eye/vision/sight
     eye .. went/gone/going/turned black/dark
     visions/vision .. blurr*/blury/gone/double
     went/gone/going black/dark .. eye/eyes
     lights out .. eye
     everything/everythings .. dark/black/cloudy
     deje/dejo .. ver
     no veo/ve/vemos/puedo .. nada/bien/ojo/ver
     nubl* .. vista/vision/ojo
     vista/vision .. nubl*/borros*/doble/perdi*/fue
     veo .. borroso/doble/negro/manchas
     perdi/perdio .. vista/vision
     cieg*";

/// One eye, or all at once.
pub(super) const ONE_EYE: &str =
    "sudden/suddenly/curtain/shadow/shutter/veil/repente/golpe/pronto/subitamente
     all of a sudden
     left/right/one eye
     half .. vision
     ojo/lado izquierdo/derecho
     un ojo";

/// A filler or an injection.
pub(super) const FILLER: &str = "filler/fillers/filer/fillor/injected/injecting/injection/injections/injector/juvederm/restylane/botox/hyaluronic
     relleno/rellenos/hialuronico/inyectaron/inyeccion/inyecciones/inyecto/botox";

/// Skin without blood.
pub(super) const DEAD_SKIN: &str = "white/whitish/greyish/grayish/grey/gray/blue/bluish/purple/black/blanch*/dark/darker/mottled/blotchy/dusky/marbled/necro*/cold
     blanc*/grisacea/gris/morad*/amoratad*/negr*/azul*/palid*/moteada";

/// Skin of the face.
pub(super) const SKIN: &str = "skin/skins/lip/lips/nose/cheek/chin/forehead/face/area/spot/it/its/patch/piel/labio/labios/nariz/mejilla/frente/cara/zona/menton";

/// A wound of an operation.
pub(super) const WOUND: &str = "wound/incision/stitches/surgery/surgical/operation/op/procedure/herida/cirugia/operacion/operaron/puntos/incision";

/// An operation that is behind somebody.
pub(super) const OPERATED: &str = "since/after/post/following .. surgery/operation/op/procedure/implant/implants/lipo/extraction
     had/got .. surgery/operation/procedure/implants/lipo/lift
     operaron/operado/operada
     after .. tuck/lift/lipo/bbl/facelift/implants/reduction/augmentation/hysterectomy/section/caesarean
     desde/despues .. cirugia/operacion/procedimiento/lipo";

/// Blood poisoning.
pub(super) const SEPTIC: &str = "shiver*/rigors/chills/escalofrios/confused/delirious/clammy/septic/sepsis/escalofrio*/tiritando/confundid*/delir*
     shak* with/uncontroll*/violently
     burning up";

/// A thing that was cut off, or a bone that shows.
pub(super) const MUTILATED: &str = "chop*/cut/cuts/sliced/slice/saw*/sever*/ripped/torn/lost/took .. finger*/thumb/toe/toes/hand/arm/foot/ear .. off
     sliced/chopped/cut/ripped/bit off .. finger*/thumb/toe/hand/ear/tip
     finger*/thumb/toe/hand/foot .. sever*/amputat*/off/hanging
     severed/amputated
     cut/through/severed/sliced .. tendon/artery/vein/nerve
     caught in .. mower/lawnmower/machine/saw/grinder/blender/door/gears
     finger*/thumb/toe/toes/hand .. gone/missing
     lost a/his/her/my/one/two/the finger/fingers/thumb/toe/toes
     bone/bones .. poking/sticking/out/showing/through/visible
     see .. bone
     corto/corte/amput*/arranco/arranque/rebano/rebane/volo/vole .. dedo*/mano/pie/brazo/pierna
     ve/salio/sale/veo/asoma .. hueso
     hueso .. afuera/salido/expuesto";

/// Violence and crashes.
pub(super) const STRUCK_DOWN: &str = "hit/struck/knocked .. by .. car/bus/truck/van/train/motorbike/lorry
     knocked down by
     car/bus/truck/van/motorbike/lorry/taxi .. gone/went/drove/ploughed/plowed/crashed/hit/ran .. into/over/woman/man/lady/child/boy/girl/cyclist/someone/him/her
     knifed
     run/ran over
     been/was/is/got/somebodys/someones/hes/shes/my/has .. stabbed
     stabbed .. me/him/her/friend/husband/wife/son/brother/in/chest/stomach
     has/been/was/got/hes/shes .. shot in/by/twice/with
     my/his/her brother/cousin/friend/son/husband/dad/uncle has been shot
     gunshot/gun shot
     been shot
     tree/wall/car/shelf/machine/wardrobe/tv/ceiling/roof .. fell/fallen/came/collapsed on/onto/down
     crushed/trapped .. by/under/hand/leg/arm/foot/head/chest
     arbol/pared/mueble/televisor/coche/techo .. encima
     encima .. arbol/pared/mueble/televisor/coche/techo
     strangl*
     nail/knife/glass/metal/stick/wire/needle .. went/gone/stuck/stabbed .. eye/neck/throat/chest
     bitten/bit .. snake/viper/rattlesnake/adder
     snake/viper/rattlesnake/scorpion .. bit/bite/bitten/stung
     struck by lightning
     atropell*
     apunal*/acuchill*/punalada*/navajazo
     balazo*/baleado/tiroteo
     le/me/lo/la/les dispararon/disparo
     dispararon .. a/al
     herido/herida de bala
     pico/picado/mordio/mordido .. alacran/escorpion/serpiente/vibora/culebra
     alacran/serpiente/vibora .. pico/mordio
     cayo .. un rayo";

/// A fall from high up.
pub(super) const FELL: &str = "dived/dove/diving .. shallow/pool/end
     fell/fallen/falls/jumped .. steps/roof/ladder/balcony/window/stairs/tree/horse/height/scaffold*/bike/motorbike
     came off .. bike/motorbike/horse
     cayo/cai/caido .. techo/escalera*/balcon/ventana/arbol/caballo/altura/moto/andamio";

/// A spine that may be hurt.
pub(super) const CANNOT_MOVE: &str =
    "cant/cannot/not/isnt/unable/wont .. move/moving/feel/get up/walk
     cant/cannot .. feel .. legs/arms
     no feeling
     cant/cannot .. feel .. below/from/legs/arms
     no .. siente/siento .. abajo/piernas
     neck/back/spine .. broken/pain
     no .. mover*/mueve/siente/siento/levantar*/caminar
     inconsciente/unconscious";

/// Blood sugar.
pub(super) const SUGAR: &str =
    "sugar/sugars/glucose/diabetic/diabetes/hypo/azucar/glucosa/diabetic*/hipoglucemia/glucemia";

/// Sugar that has gone wrong.
pub(super) const SUGAR_DANGER: &str = "vomit*/confused/shaking/shaky/sweating/drowsy/unresponsive/seizure/disoriented/unconscious/slurring
     not/isnt making .. sense
     throw*/threw up
     wobbly/rubbish/nonsense/gibberish/incoherencias/trembling/fainting
     not/wont/isnt .. wake/waking/responding/answer*/respond
     no .. responde/reacciona/despierta/coherente
     desorientad*/confundid*/temblando/sudando/desmay*/inconsciente/somnolien*";

/// A leg with a clot.
pub(super) const SWOLLEN_LEG: &str =
    "calf/leg/legs .. swollen/swelling/swelled/hot/blown/ballooned/huge/puffy/twice/hinch*
     swollen/swelling .. calf/leg/legs
     pantorrilla/pierna/piernas .. hinchad*/hincho
     hinchad*/hincho .. pantorrilla/pierna
     pierna .. hincha*";

/// Fumes.
pub(super) const FUMES: &str = "carbon monoxide
     monoxide
     monoxido
     breathed/inhaled/breathing .. smoke/fumes/gas/chlorine
     boiler/heater/furnace/stove/generator/exhaust .. leaking/leak/smells/smell/fumes/on/running/faulty
     caldera/calentador/estufa/brasero/chimenea .. huele/fuga/encendida/encendido/prendida
     gas leak/leaking
     fuga/escape de gas
     smell*/smells .. gas
     mixed .. bleach/ammonia/cleaner*
     inhal*/respir* .. humo/gas/gases/cloro
     huele/olor .. gas";

/// What fumes do.
pub(super) const POISONED: &str = "headache*/dizz*/sick/cough*/vomit*/sleepy/faint*/alarm/nause*/drowsy/breath*/confused/dolor/maread*/mareo*/tos/tosiendo/vomit*/somnolien*/desmay*/nauseas/alarma";

/// Out of water.
pub(super) const WATER: &str = "pool/bath/bathtub/sea/lake/pond/river/water/underwater/piscina/alberca/banera/mar/lago/rio/agua";

/// Nearly drowned.
pub(super) const DROWNED: &str = "drown*/ahog*
     pulled/dragged/got/took/found .. out/under
     under water
     face down
     sacaron/sacamos/saque/sacado .. del/de";

/// What water leaves behind.
pub(super) const AFTER_WATER: &str = "face/cough*/drowsy/sleepy/vomit*/blue/breath*/sick/unresponsive/under/tos*/somnolien*/morad*/respir*/vomit*
     not/isnt .. breathing/moving/responding
     no .. respira/reacciona/responde/despierta";

/// A neck that does not bend.
pub(super) const STIFF_NECK: &str = "stiff .. neck
     neck .. stiff
     cuello/nuca .. rigid*/duro/tieso
     rigid* .. cuello/nuca
     no .. doblar/mover .. cuello";

/// What else meningitis does.
pub(super) const MENINGITIS: &str = "fever/temperature/rash/spots/light/lights/headache/vomit*/fiebre/temperatura/luz/vomit*/manchas/dolor";

/// A rash that a glass does not press away.
pub(super) const RASH: &str = "rash/spots/blotches/purple/marks/sarpullido/manchas/ronchas/puntos";
/// See [`RASH`].
pub(super) const GLASS: &str = "glass/tumbler/vaso/vidrio
     doesnt/dont/wont/not/isnt .. fade/fading/disappear/blanch
     no .. desaparec*/quitan/borran";

/// Someone on the floor.
pub(super) const ON_THE_FLOOR: &str = "floor/ground/lying/slumped/dropped/collapsed/fell/sidewalk/pavement/suelo/piso/tirado/tirada/acostado/cayo";
/// Someone who does not react.
pub(super) const NO_REACTION: &str = "not/isnt/wont/doesnt .. move/moving/respond*/answer*/react*/wake/waking/breathing/talking/there
     no .. mueve/responde/reacciona/contesta/despierta/respira/habla";

/// A whole body that has gone.
pub(super) const LIFELESS: &str = "cold/floppy/limp/lifeless/slumped/stiff/grey/gray/blue/frio/fria/flacid*/tieso/tiesa/morado/morada";
/// A rash that goes with blood poisoning.
pub(super) const PURPLE_SPOTS: &str =
    "purple/violet/dark/bruise spots/blotches/patches/rash/marks/dots
     spots/blotches/rash .. purple/spreading
     manchas/puntos .. moradas/morados/violetas/rojas";
/// What somebody is like who took too much.
pub(super) const DRUGGED: &str =
    "blue/drowsy/sleepy/slurr*/unconscious/unresponsive/confused/vomit*/wobbly/snoring
     cant/cannot/wont/couldnt .. wake/rouse/respond*/answer*
     passed out
     breath* .. slow/shallow/funny
     going/gone to sleep
     cant .. awake
     no .. despierta/despertar/responde/reacciona/respira
     dormid*/somnolien*/morad*/inconsciente/mareado/mareada/vomit*";
