//! What a receptionist may not say, in words, English and Spanish.
//!
//! Read [`super::pattern`] for the notation. The list errs on the strict side: a blocked sentence costs a fall-back, a
//! spoken one cannot be taken back. It is a floor and cannot be complete: what a language model says passes only where a
//! document supports it. `unless` names the harmless readings that clinics really use.

use super::answer::Blocked::{
    self, Advice, ConfirmsPatient, Diagnosis, Dosage, Promise, Reassurance, Records,
};

/// Claim, patterns that make it, patterns that excuse the clause.
pub(super) const CLAIMS: &[(Blocked, &str, &str)] = &[
    (
        Dosage,
        "mg/mgs/mcg/milligram*/microgram*/miligramo*/microgramo*
         dose/doses/dosage/dosages/dosing/dosis
         take/taking/takes/swallow/swallowing/inject .. tablet/tablets/pill/pills/capsule*/drop/drops/puff/puffs/ibuprofen/paracetamol/tylenol/acetaminophen/advil/motrin/aspirin/aleve/naproxen/antibiotic*/painkiller*/amoxicillin/antihistamine*/benadryl/steroid*/insulin/codeine/arnica/medication/medications/medicine/medicines/meds/melatonin/vitamin/vitamins/supplement*
         apply/applying/use/using/rub .. ointment/hydrocortisone/antibiotic/steroid/arnica/cortisone/neosporin/vaseline/aloe
         once/twice/times a/per/every/each day/daily/night/week
         once/twice/times daily
         every .. hours .. take/apply/use/needed/pain
         take/apply/use .. every .. hour/hours/day/days/morning/night
         tome/tomar/toma/tomarse/tomese/ingiera .. pastilla*/tableta*/gotas/capsula*/ibuprofeno/paracetamol/aspirina/antibiotico*/analgesico*/medicamento*/medicina*/pildora*
         aplique/aplicar/aplicarse/use/ponga/pongase .. pomada/crema/unguento/antibiotico
         veces al/por dia
         tome/tomar/aplique .. cada .. horas/dia",
        "shuttle/bus/class/classes/newsletter/backup/mail
         take your time
         .. list .. of .. medications/medicines/medication
         bring .. list
         we/us .. refill*",
    ),
    (
        Reassurance,
        "is/are/was/its/thats/theyre/looks/sounds/seems/seem/sound/be/perfectly/completely/totally/quite/very/absolutely/entirely/considered .. normal/harmless
         perfectly/completely/totally/absolutely/entirely/very safe/common/natural/healthy
         ^ normal
         nothing/isnt/not anything .. to .. worry/worried/concerned/alarmed
         dont/not/never/neednt/shouldnt ?need/?have/?to/?you .. worry/worried/panic/alarmed/concerned
         no need to/for .. worry/worried/concern/concerned/panic/alarm
         no reason/cause/grounds to/for .. worry/concern/alarm/panic/worried
         not/isnt/arent/nothing/doesnt .. serious/dangerous/concerning/worrying/harmful/infected/alarming/worrisome
         not/isnt .. emergency/urgent
         you/youll/itll/shell/hell/theyll/they/she/he/it will/should/be/ll .. fine/okay/ok/alright
         youre/youll ?be/?going/?to/?be fine/okay/alright/safe
         all right soon
         should be fine/okay/ok/alright/normal/safe
         will/should/going .. go away/down .. 
         will/should .. heal/improve/subside/resolve/settle/fade/recover/disappear
         get/feel better soon/in/within/on
         is/are/its/completely/perfectly safe to/for/while/during
         is/are/its common/usual/typical/expected/natural/ordinary to/after/for/with/in/during
         part of .. healing/recovery
         healing well/nicely/normally
         looks/look/sounds/sound/seems good/fine/okay/healthy
         es/son/esta/parece/completamente/totalmente/perfectamente/muy .. normal/normales/inofensiv*
         no se/te preocupe/preocupes
         no/nada .. preocuparse/preocuparte/preocupante/preocupar
         no es/parece/sera .. grave/peligros*/serio/urgente/infeccion
         estara/va/todo .. bien $
         todo va/esta/estara bien
         es/son comun/comunes/habitual/esperado/esperable que/despues/tras/en/tener/sentir
         es/son segur* .. durante/tomar/hacer/con/para usted
         se .. va/le .. pasar/quitar .. solo/pronto
         desaparec*
         va a sanar/mejorar/curar/cicatrizar",
        "normal .. hours/hour/business/opening/price/prices/rate/rates/schedule/schedules/day/days/operation/fee/fees/visit/visits/working
         horario/horarios/precio/precios/tarifa .. normal/normales
         line/deposit/parking/payment/website/portal/data/information/privacy/building/neighborhood
         if/whether/cannot/cant .. emergency
         if .. not/isnt .. emergency
         seguro medico/dental/de",
    ),
    (
        Diagnosis,
        "it/this/that/which/what sounds/looks/seems/sound/look/could/may/might/appears like/be ?a/?an/?you/?your .. infection/infected/allergic/allergy/reaction/inflammation/inflamed/hematoma/seroma/abscess/necrosis/eczema/dermatitis/fracture/sprain/flu/virus/viral/bacterial/cancer/tumor/melanoma/migraine/concussion/cellulitis/sepsis/clot/pneumonia/covid/strep/ulcer/hives/bruising/bruise/swelling/cyst/acne/rosacea/psoriasis/contracture/capsular
         sounds/looks/seems like you have/are/may/might/got/could
         you may/might/could/probably/likely/must/surely .. have/be/having .. infection/infected/allergic/allergy/reaction/inflammation/hematoma/seroma/abscess/necrosis/eczema/dermatitis/fracture/sprain/flu/virus/cancer/tumor/migraine/concussion/cellulitis/sepsis/clot/pneumonia/covid/strep/ulcer/condition/disease/complication/diabetes/depression/anxiety/pregnant/anemia
         you probably/likely have
         youre/you are .. having/experiencing/suffering .. a/an/from/symptom*/reaction/stroke/attack
         its/it is/this is/that is/thats/theres .. probably/likely/just/only/an/a/definitely/clearly .. infection/infected/allergic/allergy/reaction/inflammation/hematoma/seroma/abscess/necrosis/eczema/dermatitis/fracture/sprain/flu/virus/cancer/tumor/melanoma/migraine/concussion/cellulitis/clot/bruise/scar/cyst/swelling/complication
         symptoms suggest/indicate/point/are/sound/mean
         your symptoms/swelling/pain/rash/scar/bleeding/fever/wound/incision is/are/means/suggest*/indicates/looks/sounds/seems/comes
         consistent with .. infection/allergic/reaction/healing
         sign/signs/symptom/symptoms of .. infection/allergy/complication/reaction/healing
         how bad/severe/strong/intense is .. pain/swelling/bleeding/symptoms/fever
         do you have/feel .. fever/pain/swelling/symptoms/bleeding/redness/rash/nausea/discharge
         are you .. bleeding/swollen/feverish/nauseous/dizzy
         you have/has developed/caught/contracted
         suena/parece/podria ?ser/?como .. infeccion/alergia/reaccion/inflamacion/hematoma/fractura/gripe/virus/cancer/migrana/coagulo
         usted/probablemente/seguramente/quiza* tiene/tenga .. infeccion/alergia/reaccion/inflamacion/fractura/gripe/virus/cancer/diabetes/depresion
         es/sera una/un .. infeccion/alergia/reaccion/inflamacion/hematoma/fractura/gripe/virus/tumor
         sus sintomas/dolor/hinchazon .. son/es/indican/sugieren
         tiene/siente .. fiebre/dolor/hinchazon/sangrado/sintomas",
        "we/clinic/doctors/team/he/she treat/treats/offer/offers/see/sees
         if you/we/your/are/have
         si usted/tiene/siente/esta",
    ),
    (
        Advice,
        "apply/put/place/use/using/applying/putting .. ice/cold/warm/heat/compress*/pressure/bandage/dressing/gel/cream/lotion/moisturizer/sunscreen
         ice/elevate/massage/gargle/disinfect/bandage/moisturize/hydrate/squeeze/immobilize it/the/your/that/this/regularly/gently/well/with/daily/area
         keep .. clean/dry/elevated/covered/moist/bandaged/raised/wrapped
         drink .. plenty/water/fluids/lots
         get .. plenty/enough/some rest/sleep
         avoid/stop/resume/continue/restart/skip/quit .. alcohol/exercise/exercising/sun/sunlight/swimming/thinners/smoking/sex/flying/strenuous/gym/aspirin/ibuprofen/medication*/medicine*/medicines/antibiotic*/lifting/driving/showering/bathing/running/pool/sauna/makeup/retinol/caffeine/spicy/food/eating/drinking/touching/scratching/massage/pressure/sleeping
         you/youll should/must/need/have/ought/shouldnt/mustnt/better/want/can/could/may/might/cannot/cant/are .. ice/elevate/rest/massage/rinse/gargle/fast/shower/bathe/swim/fly/exercise/drink/sleep/wear compression/hydrate/moisturize/drain/squeeze/monitor/workout/lift/run/breastfeed/conceive/sunbathe
         you should/must/need/have/ought/better .. see/seek/visit/go/call/consult/contact/get .. doctor/hospital/er/physician/specialist/attention/urgent/emergency/911/112/checked/examined/nurse/dermatologist
         seek .. medical/immediate/emergency/help/attention/care
         you/youll/youd dont/do/not/will/should/would/may/might/probably .. need/require .. antibiotic*/stitches/surgery/xray/mri/scan/biopsy/crown/filling/units/syringe*/test/operation/hospital/treatment/medication/injection*/doctor
         you/youll need .. units/syringe*/sessions/antibiotic*/stitches/surgery/biopsy
         its/it is/thats/be/is .. ok/okay/fine/alright/safe to .. fly/drink/exercise/shower/swim/eat/take/stop/continue/wait/drive/sleep/mix/combine/use/have/breastfeed/travel/run/lift
         wait .. before .. swim*/exercis*/fly*/drink*/shower*/running/gym/sex/sun/next/another
         you can/may/could .. resume/return to/go back/go .. exercise/work/gym/activities/activity/sport/sports/normal/running
         you/youre/are/is/be .. good/great/ideal/suitable/perfect/excellent/bad/poor candidate
         best/right/ideal/suitable treatment/procedure/option for you/your
         i/we/would/id/wed/doctor/strongly recommend/suggest/advise/recommends/advises .. ice/rest/exercise/avoid*/stop*/tak*/apply*/wait*/drink*/antibiotic*/massage/surgery/treatment/botox/filler/lipo*/facelift/removal/see*/seek*
         try .. ice/resting/massag*/warm/cold/heat/breathing/stretch*
         watch/look out for .. 
         evite/evitar/deje/dejar/suspenda/suspender/reanude .. alcohol/sol/ejercicio/fumar/medicamento*/aspirina/piscina/esfuerzo*/comer/tomar/beber/tocar
         aplique/ponga/pongase/coloque/use .. hielo/compresa*/frio/calor/crema/vendaje/presion
         mantenga/mantener .. limpi*/sec*/elevad*/cubiert*/repos*
         repose/guarde reposo/hidratese/descanse
         beba/tome .. agua/liquidos
         debe/deberia/tiene/puede/puedes/debes .. hielo/reposo/banarse/nadar/volar/ejercicio/tomar/dejar/evitar/lavar/aplicar/masajear/beber/ducharse
         debe/deberia/tiene .. ir/ver/acudir/consultar/buscar .. medico/hospital/urgencias/doctor
         no necesita/necesitara .. cirugia/antibiotico*/puntos/operacion
         le recomiendo/recomendamos/sugiero/aconsejo .. hielo/reposo/evitar/tomar/aplicar/esperar/cirugia/tratamiento
         es .. buen/buena candidato/candidata",
        "if ?this ?you ?have ?is ?its ?an ?a ?medical emergency ?please call/dial/hang
         use .. discount/code/entrance/card/portal/website/elevator/coupon/app
         put .. on hold
         keep .. waiting room
         best option .. parking
         you can/may .. drink .. water/coffee .. lobby/lounge/waiting",
    ),
    (
        ConfirmsPatient,
        "you/he/she/they/youre/hes/shes/theyre ?are/?is/?was/?were ?already/?indeed/?currently a/an/our/registered/existing/current/former/longtime patient/patients
         is/was/are/were ?indeed/?already/?currently/?not a/our/registered/existing/current/former patient of/here/at/with/ours/$
         patient of ours
         we have .. you/him/her/them/name/file/record/records/chart/profile .. file/system/records/database/here/on/in
         you/he/she/they/youre/hes/shes ?are/?is/?was .. in our system/records/database/files
         i/we see/found/find/have/located/pulled .. your/his/her/their file/record/records/chart/profile/history/account
         yes .. she/he/they is/are/was/comes/goes/visits/came/sees .. patient/here
         she/he/they comes/goes/came/visited/visits/sees .. here/us/clinic/doctor/dr
         es/son/era .. paciente nuestro/nuestra/aqui/de/registrado/registrada
         usted/ella/el es/ya ?es paciente
         tenemos/veo/encontre/tengo .. su/el expediente/historial/ficha",
        "if/whether/when/once/unless/who/cant/cannot .. patient/patients/here
         new patient/patients
         paciente nuevo/nueva
         not say/sure/allowed
         who is or
         no puedo/podemos decir/confirmar",
    ),
    (
        Records,
        "your/his/her/their/the .. result/results/labs/bloodwork/biopsy/scan/xray/mri/smear/ultrasound/culture is/are/came/come/show/shows/showed/were/was/look/looks/says/say/indicate*/have/has
         results are/were/came ?back/?in normal/negative/positive/clear/fine/good/abnormal/benign
         tested positive/negative
         your/his/her/their file/record/records/chart/notes/history/profile/prescription/prescriptions/diagnosis show/shows/says/say/indicate*/is/are/has/have/states
         according to .. your/his/her/their .. record/records/file/chart/notes/history
         your/his/her/their next/last/upcoming/?follow/?up appointment/visit/procedure/surgery/booking is/was/are
         your/his/her/their appointment/visit/surgery/booking/procedure is/was/s on/at/for/tomorrow/today/scheduled/set/monday/tuesday/wednesday/thursday/friday/saturday/sunday/with/in
         you/he/she/they/youre have/has/had/s .. an/a/?upcoming appointment/visit/surgery/booking .. on/at/tomorrow/today/with/for/scheduled
         you/he/she/they had .. surgery/procedure/treatment/appointment .. here/on/with/last
         prescribed you/him/her/them
         you/he/she were/was/are/is prescribed/diagnosed
         your/his/her .. balance is/of
         sus/los/su resultado/resultados son/es/estan/salieron/muestran/indican/salio
         su .. expediente/historial .. muestra/dice/indica
         su cita es/era/sera
         su cita esta para/el/a/en/con
         usted tiene .. cita el/a/con/manana/para
         le recetaron/diagnosticaron",
        "if/once/when/until/after/before/whether .. result/results/appointment/visit/surgery/booking
         cant/cannot/unable .. records/results/appointments/appointment
         si/cuando .. cita/resultado/resultados
         results are ?usually/?typically/?normally available/sent/ready/posted/mailed",
    ),
    (
        Promise,
        "you/youre/youve ?are/?have/?been/?now/?all booked/scheduled/confirmed/rescheduled/registered for/in/on/at/with/now/$
         youre/you are all set
         i/ive/we/weve ?have/?just/?already/?now booked/scheduled/rescheduled/confirmed/cancelled/canceled/moved/reserved/changed/secured .. you/your/an/a/the/it/that/appointment
         your/the/that/this ?new appointment/booking/visit/slot/reservation/consultation/cancellation/spot is/has/was/s ?been/?now/?all booked/confirmed/scheduled/cancelled/canceled/set/reserved/moved/changed/rescheduled
         is/has ?been/?now confirmed for
         see you on/at/tomorrow/then/monday/tuesday/wednesday/thursday/friday/saturday/sunday/next/soon
         ill/i will/we will/well book/schedule/reserve/cancel/reschedule/confirm you/your/it/that/an/a
         queda/quedo/esta/ya ?esta/?quedo agendad*/confirmad*/reservad*/programad*/cancelad*
         he/hemos agendado/confirmado/reservado/programado/cancelado/reprogramado
         su cita .. confirmada/agendada/reservada/cancelada
         le espero/esperamos el/manana/a",
        "if/once/until/unless/when/after/as .. confirmed/booked/scheduled/cancelled/canceled/set
         nothing is
         not/isnt .. confirmed/booked/scheduled until",
    ),
];
