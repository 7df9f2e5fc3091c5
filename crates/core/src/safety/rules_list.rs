//! The rules themselves, English and Spanish, with the misspellings of speech recognition.
//!
//! Read [`super::pattern`] for the notation. A rule sees the judged turn and nothing else, so no
//! earlier word and no document triggers or silences one; "is that normal?" alone is left to the classifier, which knows
//! what was said before.

use super::gate::Escalation::{self, Emergency, Human, Medical};
use super::rules::RuleText;

const fn rule(
    name: &'static str,
    to: Escalation,
    says: &'static str,
    unless: &'static str,
) -> RuleText {
    RuleText {
        name,
        to,
        negatable: true,
        says,
        unless,
    }
}

const fn always(
    name: &'static str,
    to: Escalation,
    says: &'static str,
    unless: &'static str,
) -> RuleText {
    RuleText {
        name,
        to,
        negatable: false,
        says,
        unless,
    }
}

/// All rules, emergencies first.
pub(super) const RULES: &[RuleText] = &[
    always(
        "breathing",
        Emergency,
        "cant/cannot/cant/cnt/couldnt/unable/struggl*/trouble/difficult*/barely/hardly .. breath*/breeth*/breth*/breathing
         hard to breath/breathe/breeth
         short/shortness of breath*/breth
         not/isnt/stopped/stop breathing/breathin/breething
         gasping/fighting for air/breath
         is/am/are/im/hes/shes/keeps/started choking
         lips/face .. turning/gone/going/went/are/is blue/purple
         no .. puedo/puede/pudo/podia/puedes .. respirar/respira
         no respira/respiro
         no esta respirando
         cuesta/dificultad/trabajo/problemas/dificil .. respirar
         falta/faltando .. aire/aliento/respiracion
         me/se/estoy/esta ahogo/ahoga/ahogando/asfixi*",
        "breath/breathing mint/exercise/exercises/class/classes/test/tests/technique/techniques/work
         bad breath
         catch my breath
         no/without/ni/sin ?any trouble/difficulty/difficulties/problems/problema/problemas/dificultad
         choking up you/thinking/with
         line/phone/connection/engine/mic .. choking
         class/classes/course/courses/training ... choking
         ride/parking/traffic",
    ),
    rule(
        "chest",
        Emergency,
        "chest pain/pains/paining/pane/hurts/hurting/tight/tightness/pressure/discomfort/ache/aches/heavy
         chest .. is/feels/been .. tight/hurting/heavy/crushing/burning/squeez*/killing
         pain/pains/pressure/tightness/tight/crushing/squeezing/heaviness .. in/on/across .. chest
         my/his/her/the chest hurt*
         having/had/have/is/getting/think/be ?a/an heart attack/atack/attach
         pain .. left arm/jaw .. arm/jaw/chest
         dolor/dolores/presion/opresion/punzada/punzadas/apreton .. pecho
         duele/dolia/aprieta/oprime .. pecho
         ataque al/de corazon
         teniendo/dando/dio/dado/da un/el infarto",
        "nearly/almost .. heart attack
         heart attack .. price/bill/cost/quote/invoice
         casi .. infarto .. precio/factura/cuenta/vi
         chest x ray/xray/rays
         dolor de espalda",
    ),
    rule(
        "stroke",
        Emergency,
        "having/is/think/started ?a stroke/strok
         face/mouth/smile/eyelid .. droop*/drooped/sagging/crooked/lopsided
         slur/slurs/slurred/slurring
         cant/cannot .. move/feel/lift .. arm/leg/side/face/hand/legs/arms
         speech/words/talking .. jumbled/garbled/nonsense
         suddenly .. confused/numb/weak/paraly*
         sudden weakness/numbness/confusion/paralysis
         paralyzed/paralysed on/down/in
         derrame cerebral
         embolia cerebral
         cara/boca .. caida/torcida/chueca/paralizada
         no .. puedo/puede .. mover/hablar .. brazo/pierna/lado/cara/bien
         habla/hablando .. enredado/raro/trabado",
        "brush stroke
         botox .. price/cost",
    ),
    rule(
        "bleeding",
        Emergency,
        "wont/wouldnt/doesnt/didnt/not/cant/cannot/hasnt/isnt .. stop/stopped/stopping bleeding/bleedin
         bleed*/bleeding/bleedin/blood .. wont/doesnt/not/cant/cannot/hasnt/isnt/never/didnt .. stop*
         bleeding .. heavily/heavy/badly/lot/everywhere/profusely/nonstop/hard/through/uncontroll*
         heavy/severe/bad/uncontrolled/massive bleeding
         losing/lost .. lot/lots .. blood
         losing blood
         blood .. everywhere/pouring/gushing/spurting/squirting/soaking/soaked
         soaked/soaking/soaks .. bandage/dressing/gauze/pad/pads/towel/blood
         vomit*/throwing/threw/coughing/coughed/spitting/puking .. blood
         hemorrhag*/haemorrhag*
         no .. para/deja/paraba/dejaba/paro .. sangrar/sangre/sangrando
         sangr* .. mucho/no/bastante/demasiado
         pierd*/perdiendo .. sangre
         vomit*/toso/tosiendo/escupo .. sangre
         hemorragi*",
        "bleeding .. money
         bleeding clinic/clinics/leaflet
         sangre .. analisis/examen/laboratorio/resultado",
    ),
    rule(
        "anaphylaxis",
        Emergency,
        "anaphyla*/anafila*
         throat .. closing/closed/closes/swelling/swollen/swelled/tight/tightening
         tongue .. swelling/swollen/swelled/big/huge
         swelling/swollen .. throat/tongue
         severe/serious/bad/terrible/violent/massive allerg* reaction
         epi pen
         epipen*
         hives .. all/everywhere/breath*/throat
         garganta .. cierra/cerrando/cerrada/hinch*
         lengua .. hinch*
         reaccion alergica .. fuerte/grave/severa/terrible",
        "prescri*/refill/order epipen/epi
         epipen/pen prescription/refill/order
         epipen training
         carry* ?an ?my epipen",
    ),
    rule(
        "overdose",
        Emergency,
        "overdos*/overdoze*/overdosing
         over dosed/dose/dosing
         took/taken/swallowed/ate/drank/takes/taking .. too many/much .. pill*/tablet*/medic*/painkiller*/tylenol/ibuprofen/insulin/capsules
         took/taken/swallowed/ate .. whole/entire/all .. bottle/pack/packet/box/pills/tablets
         too many pills/tablets/painkillers
         swallowed .. battery/bleach/poison/magnet/coin/detergent
         been/got/was poison*
         sobredosis
         tom*/trag* .. muchas/demasiadas/todas .. pastillas/pildoras/tabletas
         trag*/tomo/bebio .. cloro/veneno/pila/bateria
         envenen*/intoxic*",
        "",
    ),
    always(
        "suicide",
        Emergency,
        "suicid*/suiside/suacide
         kill/killing/kil myself/himself/herself/themself/themselves
         end/ending/take/taking my/his/her own life
         end/ending my/his/her life
         end it all
         want*/wanna/wish*/going/ready to/i die/was/were ?dead
         wish i was/were dead
         dont/not/doesnt/didnt want/wanna to live/be/wake/exist .. anymore/alive/here/up/live
         dont/doesnt want to live/exist
         no reason to live/go
         not worth living
         better off dead
         better off without me
         hurt/harm/cut/cutting/hurting/harming myself/himself/herself/themselves
         self harm*
         quit*/acabar/terminar .. vida
         matarme/matarse/suicid*
         quiero/quisiera/prefiero/quiere/ganas .. morir*/morirme/morirse/matar*
         no quiero/quiere .. vivir/existir
         no quiero/quiere .. seguir viviendo
         mejor muerto/muerta
         hacerme/hacerse/lastimarme/lastimarse/cortarme/cortarse dano",
        "cut/hurt myself .. shaving/cooking/chopping/gardening/slicing/peeling/accidentally/accident/knife/glass
         die .. laughing/boredom/waiting/know/see
         quitar .. arrugas/manchas/vello/lunar",
    ),
    rule(
        "unconscious",
        Emergency,
        "passed/passing/passes/pass/past out
         unconscious*/unconcious
         black*/blacked/blacking out
         wont/cant/not/isnt/cannot .. wake/waking up
         wont/not waking/wake
         not/isnt/wont responding/respond/responsive
         unresponsive
         collapsed/collapsing
         seizure*/seizing/seisure/convuls*
         having/had ?a fit/fits
         going limp
         is/gone/went limp
         se/me desmay*
         desmay*/desmall*
         inconsciente
         no .. despierta/responde/reacciona
         perdio/perdi/perdiendo ?el conocimiento
         convulsion*/convulsionando",
        "responding/respond .. email/emails/message/messages/voicemail/phone/texts
         no me/se he/ha/han desmayado
         responde .. correo/telefono/mensaje/mensajes/nadie
         nearly/almost/practically passed/fainted/fell .. price/bill/saw/cost/quote/reviews
         nearly/almost/practically passed/fainted .. heard
         passed out of your/this/town/area
         passed/passing/pass out .. flyers/leaflets/forms/samples/cards
         had/have a fit when/about/over/because
         phone/laptop/computer/printer/car .. seizure/convuls*/unresponsive/collapsed
         lungs collapsed",
    ),
    rule(
        "vision",
        Emergency,
        "cant/cannot/couldnt see anything/out/from/well/straight/properly
         losing/lost/loss/lose .. vision/sight/eyesight
         vision/sight/eyesight .. gone/went/lost/black/blurry/blurred/blurring/double/disappeared/fading
         blurry/blurred/double vision/sight
         gone/going/went/turned blind
         blind/blindness .. filler/injection/injections/eye/suddenly
         filler .. blind/blindness/vision
         no .. veo/puedo ver/puede ver
         perdi/perdiendo/perdio/perdida .. vista/vision
         vision/vista .. borrosa/doble/nublada
         quede/quedando/quedo cieg*",
        "no veo .. correo/cita/pagina/boton/opcion/enlace/horario/cargo
         blind into
         going blind .. website/reading/paperwork/small/print
         sight/reading glasses
         vision insurance/plan/coverage/test/exam
         lost sight of
         cant/cannot see .. booking/website/page/button/appointment/email/portal/times/calendar/link/slot/slots",
    ),
    rule(
        "blocked vessel after filler",
        Emergency,
        "filler/fillers/injection/injected/botox .. white/gray/grey/blue/purple/black/blanch*/mottled/dusky/necro*/dying
         skin/lip/lips/nose/cheek .. turned/turning/gone/going/went .. white/gray/grey/blue/purple/black/mottled/dusky
         vascular occlusion
         relleno .. blanc*/morad*/gris/negr*",
        "black friday
         mascara
         in photos/pictures/selfies
         color/colour/shade",
    ),
    rule(
        "infection after a procedure",
        Emergency,
        "fever*/temperature/temp .. since/after/from/post .. surgery/operation/op/procedure/lipo*/implant*/implants/tummy/bbl/lift/extraction/stitches
         surgery/operation/procedure/op/incision/wound/stitches/implant/implants/lipo .. fever*/temperature/chills
         pus/puss .. coming/oozing/leaking/from/out/draining
         oozing/leaking/weeping/draining/seeping/full .. pus/puss
         theres/is pus/puss
         pus/puss .. incision/wound/stitches/scar/cut
         incision/wound/stitches/stitch/scar/cut/sutures .. opened/open/burst/split/smell*/stinks/oozing/leaking/popped/infected/hot
         red streaks/lines/streak .. 
         foul/bad/nasty smell/smelling .. wound/incision/bandage/dressing/stitches
         septic/sepsis
         fiebre/calentura .. operacion/operaron/cirugia/procedimiento/operarme/lipo/herida/implantes
         operacion/operaron/cirugia/procedimiento/herida/lipo .. fiebre/calentura
         sale/saliendo/tiene/con/supura ?un/mucho/el pus
         supura*/supurando
         herida/puntos/cicatriz/incision .. abri*/abierta/huele/apesta/infect*/supura",
        "temperature .. check/room/screening/store/waiting
         open/opened .. wound clinic/care",
    ),
    rule(
        "other emergencies",
        Emergency,
        "need/call/calling/called/get/send/want .. ambulance
         ambulance .. now/coming/please/here
         should/do/must/need .. call 911/112/999/nine
         its/this/is/have a/an ?real/?medical/?true emergency
         its/this emergency
         fell/hit/banged/bumped .. head .. vomit*/sleepy/drowsy/bleed*/confused/dizzy/out
         worst headache
         stiff neck .. fever
         fever .. stiff neck
         newborn/infant .. fever/limp/not
         pregnan* .. bleed*
         bleed* .. pregnan*
         water/waters broke/broken
         cant/cannot/havent/not/stopped .. feel/felt/moving .. baby
         baby .. stopped moving
         blood clot/clots
         electrocut*
         drowning/drowned
         been/was/got/hes/shes/im stabbed/shot
         stabbed in/by
         burn*/burnt .. face .. chemical/acid/boiling
         ambulancia
         es/tengo una emergencia/urgencia
         llam* .. 911/112
         coagulo/trombosis
         golpe*/peg* .. cabeza .. vomit*/sangr*/dormid*/mare*
         embarazada .. sangr*
         rompio/rompi .. fuente
         bebe .. no .. mueve/respira",
        "got/was/been shot .. morning/yesterday/today/flu/covid
         not .. emergency
         isnt .. emergency
         no es .. emergencia/urgencia
         emergency contact/number/form/appointment/appointments/dentist/slot/line/contacts
         invoice/bill/receipt/quote .. ambulance
         ambulance bill/chair/entrance/bay/charge/fee/fees
         dead in .. water
         blood clot .. test/screening/price",
    ),
    rule(
        "asks whether it is normal",
        Medical,
        "is/are/was/were/isnt/iz my/his/her/our/their/the/this/that/these/those/some/all/such/having/feeling * ... normal/normle/normel/abnormal
         is/are it/this/that/these/they/my common/usual/expected/natural/typical to/after/for/that
         normal that my/her/his
         normal to .. feel/have/bleed/hurt/swell/bruise/itch/peel/ache/leak
         swell*/swollen/pain/pains/painful/hurt*/bleed*/blood/bruis*/rash/rashes/itch*/numb*/red/redness/lump/lumps/bump/bumps/scar/scars/stitch*/fever/discharge/dizzy/nausea*/nauseous/sore*/tight/tightness/peel*/scab* ... normal/okay/ok/alright/serious/dangerous/infected/worry/worried/concerned $
         es/son/sera/seria mi/mis/la/el/los/las/este/esta/que/normal * ... normal/normales
         hinch*/dolor/duele/sangr*/moret*/ronch*/picazon/cicatriz/fiebre/costra ... normal $",
        "wait*/waiting/price/prices/cost/costs/charge/charged/fee/fees/bill/billed/line/queue/hold/hours/schedule/parking/traffic/deposit/receipt/insurance/copay/invoice/rate/rates/deal/voicemail/rude/music/late/form/forms/website/portal/email/payment/time/times/opening/card
         espera*/precio/precios/costo/cobr*/horario/horarios/tarde/linea/pagar/seguro/factura
         back to normal
         usual/expected/normal to .. pay/sign/wait/tip/bring
         normal .. hours/hour/appointment/price/rate/visit/checkup/cleaning/day/days/business/schedule/routine
         the normal",
    ),
    rule(
        "asks whether to worry",
        Medical,
        "should/shall/do/must/need .. i/we/she/he/they .. be/?to/?get concerned/worried/worry/alarmed/scared
         should/shall/do .. i/we .. worry/panic
         anything/something/nothing .. to .. worry/worried/concerned
         cause/reason for concern
         is .. dangerous/serious
         deberia/debo/debe/tengo .. preocuparme/preocupar/preocuparse/preocupada/preocupado
         es/sera/parece .. grave/peligros*",
        "parking/parked/bill/deposit/paperwork/late/form/forms/insurance/payment/fee/cancel*/price/traffic/missing/forgetting/area/neighborhood/neighbourhood/street/dress/covid/elevator/stairs/complaint/discount/offer/booking/booked/confirmed/appointment/email
         serious about
         estacionamiento/pago/factura/cancelar/deposito/tarde/seguro",
    ),
    rule(
        "asks for a diagnosis",
        Medical,
        "is/are/looks/look/could/think/might/maybe .. infection/infected/infecting/infektion
         is/could/does .. cancer/cancerous/tumor/tumour/melanoma/fracture/broken/sprained/contagious
         what .. could/might/does .. this/these/my rash/lump/bump/spot/swelling/pain/symptoms
         whats/what is .. wrong with me/my/him/her/us
         do/did/might/could i have .. infection/cancer/diabetes/covid/flu/strep/pneumonia/appendicitis/concussion
         es/sera/parece/esta/tengo/tiene .. infeccion/infectad*/infectado
         es/sera/sea .. cancer/tumor/fractura/contagios*",
        "do you .. treat/see/do/offer/handle/have
         cancer .. center/centre/screening/clinic/policy/charity/society/building/wing/awareness
         infection control
         how much/does
         cuanto
         broken link
         have/need to/too .. pay/bring/sign/fill/show
         test/vaccine/shot/results .. ready/cost/price
         wrong with my .. booking/account/bill/order/appointment/payment/card/email/invoice",
    ),
    rule(
        "asks for a human",
        Human,
        "operator/operater/operador/operadora
         ?a/?an real/actual/live/human/breathing person/human/operator/agent/being/receptionist/voice
         human being
         a/any/?some human
         ^ ?please/?yes/?just human ?please/?now/?being $
         ^ ?please agent/representative/receptionist/reception/person/someone/somebody/staff ?please $
         speak/talk/chat/speaking/talking/spk/speek to/with/2 .. someone/somebody/person/human/people/anyone/anybody/staff/receptionist/agent/representative/rep/manager/operator/supervisor/nurse/doctor/dr/surgeon/dentist/provider/physician/clinician/team/desk/secretary
         get/give/want/need/find/have me/?to .. a/some/the/real/an person/human/someone/somebody/agent/representative/receptionist
         put/patch/transfer/connect/forward/switch/hand/pass me/us/this/my .. through/to/over/on/call/with
         put/patch me through/thru
         someone/somebody/person .. call/ring/phone/speak/talk .. me/back
         not/no/dont/stop .. a/this/to/talking/talk .. robot/machine/bot/computer/recording/ai
         hate/sick/tired/done .. robot/robots/machine/machines/bot/bots/ai/computer
         press*/hit/dial zero/0
         keypad entry 0/zero
         ^ 0/zero/cero/oh $
         hablar/hable/hablo/comunic*/comunique/pase*/paseme/pasar*/transfi*/conect* .. alguien/persona/humano/humana/agente/representante/recepcionista/operador/operadora/encargado/encargada/gerente/doctor/doctora/enfermera/enfermero/persona
         persona real/humana/verdadera
         un/una/algun humano/representante/agente
         no .. robot/maquina/computadora/contestadora",
        "are/r/is you/this/it/that .. human/person/robot/machine/bot/real/ai/computer/recording
         human resources/hair
         speaks/speak spanish
         robot/robotic surgery/assisted/arm
         es/eres/es usted .. robot/maquina/humano/persona
         put/switch/pass me .. list/down/waitlist/in/morning/afternoon/earlier/later",
    ),
];
