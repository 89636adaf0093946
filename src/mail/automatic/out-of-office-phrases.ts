/**
 * How mail clients and vacation programs begin the subject of automatic replies, and what people have them say. Data only. Each
 * entry is a pattern source, tried with the flags `iu`.
 */

/** "Automatic reply": no person types these before a subject. Sufficient at the start of a subject, alone or before a colon. */
export const AUTOMATIC_REPLY_SUBJECTS: readonly string[] = [
  'auto(?:mat(?:ic|ed|ically generated))?[- ]?(?:re(?:ply|sponse|spond(?:er)?)|answer)(?: (?:message|mail|e-?mail|notification))?', // en
  'automatic (?:message|notification|e-?mail)|auto[- ]?(?:message|notification)',
  'automatische[sr]? (?:antwort|antwoord|beantwoording|respons)', // de, nl
  'automatische?[rs]? (?:antwoord|bericht|reactie|reply|e-?mail|mail|nachricht|mitteilung|rückantwort|rückmeldung|(?:eingangs|empfangs)bestätigung)|auto-?antwort|outomatiese antwoord',
  'r[ée]ponse automati(?:que|s[ée]e)|(?:notification|message|accus[ée](?: de r[ée]ception)?) automatique|r[ée]pondeur(?: automatique)?', // fr
  'resp[uo]esta autom[áa]tica|auto-?respuesta|contestador autom[áa]tico|(?:mensaje|acuse(?: de recibo)?) autom[áa]tico', // es
  'resposta autom[áàa]tica|auto-?resposta|mensagem autom[áa]tica|erantzun automatikoa', // pt, ca, gl, eu
  'risposta automatica|rispo(?:sta|nditore) automatic[ao]|messaggio automatico|conferma automatica(?: di ricezione)?|autorisposta', // it
  'r[ăa]spuns automat', // ro
  'auto(?:matisk[at]?)?[- ]?svar', // sv, da, no
  'automaattinen (?:vastaus|viesti)|automaattivastaus', // fi
  'sjálfvirkt svar', // is
  'automaatvastus|automaa?t(?:ne|iline) vastus', // et
  'balas automatik|awtomatikong tugon|jibu (?:la )?kiotomatiki', // ms, fil, sw
  'automātisk[āa] atbilde', // lv
  'automatinis atsakymas', // lt
  '(?:odpowied[źz] automatyczna|automatyczna (?:odpowied[źz]|wiadomo[śs][ćc])|auto-?odpowied[źz]|autoresponder)', // pl
  '(?:automatick[áa] (?:odpov[ěe][ďd]|správa|zpráva)|automatická odpoveď)', // cs, sk
  'automatikus (?:v[áa]lasz|válaszüzenet)', // hu
  '(?:automatski odgovor|samodejni odgovor|avtomatski odgovor)', // hr, sr, sl
  'а[ву]томат(?:ический|ическое|ичното|ично|ичен|ична|ски|ичний|ско[ем])? ?(?:ответ|отговор|відповідь|одгов(?:ор|арање)|уведомление|сообщение|оповещение|повідомлення|съобщение|обавештење)(?: об отсутствии| за отсъствие| про відсутність)?', // ru, bg, uk, sr
  '(?:автоответ(?:чик)?|автоматична відповідь|автовідповідь)',
  'αυτόματη απάντηση', // el
  'otomatik (?:yan[ıi]t|cevap)', // tr
  '(?:رد تلقائي|الرد التلقائي)', // ar
  'پاسخ خودکار', // fa
  '(?:תשובה אוטומטית|מענה אוטומטי)', // he
  'स्वचालित (?:उत्तर|जवाब|प्रत्युत्तर)', // hi
  '(?:การตอบกลับอัตโนมัติ|ตอบกลับอัตโนมัติ)', // th
  '(?:trả lời tự động|thư trả lời tự động)', // vi
  '(?:balasan otomatis|jawapan automatik)', // id, ms
  '(?:自动(?:回复|答复|回覆)|自動(?:回覆|回復|答覆|応答|返信|返答|配信|送信))(?:メール|メッセージ|邮件|郵件|信|のお知らせ)?', // zh, ja
  '(?:자동 ?(?:회신|응답|답장|답변)) ?(?:메일|메시지)?', // ko
  'ymateb awtomatig|freagra uathoibríoch|tweġiba awtomatika', // cy, ga, mt
  'automatischi antwort|respuesta automatizada|përgjigje automatike|avtomatik cavab|автоматты жауап|ავტომატური პასუხი|ինքնաշխատ պատասխան|otomatik bildirim', // gsw, sq, az, kk, ka, hy
  // "Absence message": the noun for the message itself, which people have no reason to write.
  'out[- ]of[- ](?:the )?office auto[- ]?(?:reply|response)|(?:vacation|away) auto[- ]?(?:reply|response)',
  '(?:automatische )?abwesenheits(?:notiz|nachricht|benachrichtigung|assistent|mitteilung|meldung)|urlaubs(?:notiz|benachrichtigung)',
  "(?:message|notification|avis) d['’]absence(?: du bureau)?|mensaje de ausencia|mensagem de aus[êe]ncia|messaggio di assenza|notifica di assenza",
  'afwezigheids(?:bericht|assistent|melding|notitie)|frånvaromeddelande|fraværs(?:besked|melding)|poissaolo(?:ilmoitus|viesti)|(?:powiadomienie|wiadomość|zawiadomienie) o nieobecno[śs]ci|oznámení o nepřítomnosti|távolléti (?:üzenet|értesítés)|mesaj de absență|сообщение об отсутствии|уведомление об отсутствии',
  '不在通知|不在のお知らせ|外出通知|休假通知|부재 ?중? ?알림',
];

/** Times and days: after "Out of office:" they mean that a person announces an absence. */
export const ANNOUNCED_TIME =
  /\d|\b(?:next|this|until|till|from|on|today|tomorrow|week|monday|tuesday|wednesday|thursday|friday|mon|tue|wed|thu|fri|bis|vom|ab|n[äa]chste|heute|morgen|woche|du|jusqu|semaine|demain|hasta|desde|semana|ma[ñn]ana|dal|fino|settimana|domani|t\/m|vanaf|volgende)\b/iu;

/**
 * "Out of office": people announce it too, so it counts only in the form of a vacation program: before a colon and the subject it
 * answers.
 */
export const ABSENCE_SUBJECTS: readonly string[] = [
  "(?:i[’']?a?m |i am )?(?:currently )?out[- ]of[- ](?:the )?office(?: (?:reply|response|message|notification|notice))?|(?:away|vacation|holiday) (?:from my mail|message|notice|reply|response|notification)|absence (?:notice|notification|message)", // en
  '(?:ich )?(?:bin )?(?:derzeit |zur zeit )?nicht im b[üu]ro|au(?:ß|ss)er haus', // de
  'absence du bureau|absent(?:\\(e\\)|e)? du bureau', // fr
  'fuera de (?:la )?oficina|ausente de la oficina|aviso de ausencia|fuera del despacho', // es
  "fora d[oe] escrit[óo]rio|aus[êe]ncia do escrit[óo]rio|ausente do escrit[óo]rio|fora de l['’]oficina", // pt, ca
  "fuori (?:sede|ufficio)|assente dall['’]ufficio|assenza dall['’]ufficio|avviso di assenza", // it
  'niet op kantoor|buiten kantoor|niet aanwezig|buiten het kantoor', // nl
  'inte på kontoret|ej på kontoret|ikke (?:på|til stede på) kontoret|ude af kontoret', // sv, da, no
  'poissa toimistosta|en ole toimistolla', // fi
  'poza biurem|nieobecno[śs][ćc] w biurze|jestem poza biurem', // pl
  'mimo kancel[áa](?:[řr](?:iu|ie)?)', // cs, sk
  'házon kívül|irodán kívül', // hu
  'în afara biroului|absent din birou|izvan ureda|van kancelarije', // ro, hr, sr
  'вне офиса|отсутствие на рабочем месте|поза офісом|извън офиса', // ru, uk, bg
  'εκτ[όo]ς γραφε[ίi]ου', // el
  'ofis dışında(?:yım)?|i[şs] yeri d[ıi][şs][ıi]nda', // tr
  'خارج المكتب|לא במשרד|מחוץ למשרד|ngoài văn phòng|di luar kantor|ไม่อยู่ที่สำนักงาน', // ar, he, vi, id, th
  '不在(?:办公室|辦公室)|外出中|休假中|休暇中|부재 ?중', // zh, ja, ko
];

/**
 * Words of absence that people use about themselves and others: sufficient before the answered subject ("Abwesenheit: Re: …"),
 * which nobody types.
 */
export const ABSENCE_NOUNS: readonly string[] = [
  'absen(?:t|ce|z)[a-zé()]{0,8}|away|on (?:leave|vacation|holiday|annual leave)|ooo|ooto|oof|auto|(?:annual |parental |maternity |sick )?leave|en cong[ée]s?|cong[ée]s|vacances|vacation|holidays?|unavailable|not available', // en, fr
  'abwesen(?:d|heit)|urlaub|nicht (?:da|erreichbar|anwesend|verfügbar)|au(?:ß|ss)er haus|im urlaub', // de
  'ausen(?:te|cia)(?: temporal)?|de vacaciones|vacaciones|no disponible|aus[êe]n(?:te|cia)(?: tempor[áa]ria)?|(?:de )?f[ée]rias|assen(?:te|za)|in ferie|ferie|fuori sede', // es, pt, it
  'afwezig(?:heid)?|met (?:verlof|vakantie)|vakantie|frånvar(?:o|ande)|fravær(?:ende)?|semester|ikke (?:til stede|tilgjengelig)|bortrest|bortreist|ledig|ej på plats', // nl, sv, da, no
  'poissa|lomalla|nieobecn(?:y|a|o[śs][ćc])|urlop|na urlopie|nep[řr][íi]tom(?:en|na|nost|nosť)|neprítomn(?:ý|á|osť)|dovolen[áa]|na dovolen(?:[ée]|ke)|szabads[áa]g(?:on)?|t[áa]vol(?:l[ée]t)?', // fi, pl, cs, sk, hu
  'absen[țt][ăa]?|[îi]n concediu|concediu|odsot(?:en|na|nost)|odsut(?:an|na|nost)|na godi[šs]njem(?: odmoru)?|na dopustu|отсутств(?:ие|ую|ва)|в отпуск[еу]?|отпуск|відсутність|у відпустці', // ro, sl, hr, ru, uk, bg
  'απουσία|απουσιάζω|σε άδεια|izinde(?:yim)?|izin|إجازة|غائب|בחופשה|נעדר|مرخصی|puhkusel|atvaļinājumā|atostogose|í fríi|vắng mặt|nghỉ phép|cuti|ลาพักร้อน', // el, tr, ar, he, fa, et, lv, lt, is, vi, id, th
  '休假|出差|不在|休暇|出張|휴가|부재|출장', // zh, ja, ko
];

/** What follows when a program says whose answer it is: "Automatic response from Kim", "Auto-reply to your message". */
export const WHOSE_ANSWER = 'from|to|by|re|von|auf|de|à|a|di|van|op|från|fra|od|от';

/** "Kim Dest is out of the office.": how Notes titles its absence replies, with a full stop. After a name. */
export const ABSENT_PERSON: readonly string[] = [
  'is (?:currently )?out of (?:the )?office|is away from (?:the|his|her|their) (?:office|desk)|is on (?:vacation|leave)', // en
  'ist (?:au(?:ß|ss)er haus|nicht im (?:haus|b[üu]ro)|abwesend|im urlaub)|est (?:absente?(?:\\(e\\))?|en cong[ée]s?)(?: du bureau)?|est[áa] (?:ausente|fuera de la oficina|fora do escrit[óo]rio)|[èe] (?:assente|fuori (?:ufficio|sede))|is (?:afwezig|niet op kantoor)|är (?:inte på kontoret|bortrest|frånvarande)|er (?:ikke på kontoret|fraværende)|jest (?:nieobecn[ya]|poza biurem)', // de, fr, es, pt, it, nl, sv, da, no, pl
];

/** Single words of absence: evidence in the subject of a message known to be automatic, nothing by themselves. */
export const ABSENCE_WORDS: readonly string[] = [
  'on (?:annual )?leave|\\boo(?:o|to|f)\\b|absen[ct]e?|abwesen(?:d|heit)|urlaub|en cong[ée]s?|ausente|ausencia|aus[êe]ncia|assen(?:te|za)|afwezig|frånvar|fravær|semester',
  'poissa|loma|nieobecn|urlop|nepřítom|neprítom|dovolen|szabads[áa]g|concediu|отпуск|отсутств|відпустк|άδεια|izin',
  'vắng mặt|nghỉ phép|cuti|إجازة|חופש|不在|休假|外出|休暇|부재|휴가',
];

/** What an absent person says. Evidence only beside an automatic header: people write the same in person. */
export const ABSENCE_BODIES: readonly string[] = [
  "out of (?:the )?office|(?:on|away on|currently on) (?:annual |parental |maternity |paternity |sick |business )?(?:leave|vacation|holiday|trip)|on holidays?|away from (?:the |my )?(?:office|desk|e-?mail)|(?:limited|no|without) access to (?:my )?e-?mails?|(?:will be|am|currently|i[’']m) (?:back|returning|away|absent|unavailable|travell?ing|attending|on (?:\\w+ ){0,3}leave)|(?:offices? (?:is|are|will be)|we are|will be) closed|upon my return|when i (?:return|get back|am back)|in my absence|during my absence|i (?:will )?return on", // en
  '(?:bin|nicht) (?:im (?:urlaub|b[üu]ro|haus)|erreichbar)|\\bi[mn] (?:urlaub|mutterschutz|elternzeit)|\\b(?:bin|sind) (?:[^.!?]{0,40} )?(?:nicht (?:da|im haus|zu erreichen)|verreist|unterwegs)(?![\\wäöüß])|au(?:ß|ss)er haus|abwesen(?:d|heit)|meiner abwesenheit|nicht im b[üu]ro|wieder (?:im b[üu]ro|erreichbar|f[üu]r sie da)|elternzeit|mutterschutz|dienstreise|betriebsferien|nicht (?:am (?:arbeitsplatz|platz)|anwesend|verf[üu]gbar)|befinde mich|kehre (?:am|zur[üu]ck)', // de
  '(?:je suis|suis) (?:actuellement )?(?:absent|en cong[ée])|absente? (?:du|jusqu|de mon)|en cong[ée]s?|mon absence|de retour le|en vacances|hors du bureau', // fr
  'fuera de la oficina|de vacaciones|estar[ée] ausente|mi ausencia|ausente (?:hasta|de|del)|no estoy disponible', // es
  'fora do escrit[óo]rio|de f[ée]rias|estarei ausente|minha aus[êe]ncia|ausente (?:at[ée]|do|no)', // pt
  "fuori (?:sede|ufficio)|in ferie|(?:sono|sar[òo]) assente|mia assenza|assente (?:dal|fino)|dall['’]ufficio", // it
  'afwezig|met vakantie|op vakantie|niet (?:aanwezig|op kantoor|bereikbaar)|mijn afwezigheid|met verlof', // nl
  'på semester|inte på (?:kontoret|plats)|frånvar|på ferie|ikke på (?:kontoret|jobb)|fravær|ikke til stede|tillbaka (?:den|på)|tilbage (?:den|på)|tilbake|är (?:ledig|bortrest|borta)|f[öo]r[äa]ldraledig|(?:holder|har) ferie|bortreist|permisjon|barsel|orlov', // sv, da, no
  'loma(?:lla|ni)|poissa|en ole (?:toimistolla|tavoitettavissa)|palaan', // fi
  'poza biurem|na urlopie|nieobecn|urlop', // pl
  'mimo kancel[áa][řr]|na dovolen[ée]|nepřítom|neprítom|dovolen', // cs, sk
  'szabadságon|házon kívül|távol(?:lét|vagyok)|nem vagyok elérhető', // hu
  'în concediu|în afara biroului|na godišnjem|izvan ureda|na odmoru|na dopustu', // ro, hr, sl
  'в отпуске|отсутству|вне офиса|в командировке|у відпустці|буду відсутн|в отпуск', // ru, uk, bg
  'εκτός γραφείου|σε άδεια|απουσ', // el
  'ofis dışında|izindeyim|tatilde|yıllık izin|ofiste (?:değil|olmayacağ)', // tr
  'خارج المكتب|في إجازة|לא במשרד|בחופשה|אני בחופש|nghỉ phép|vắng mặt|sedang cuti|di luar kantor|ลาพักร้อน|ไม่อยู่', // ar, he, vi, id, th
  'puhkus(?:el|ele)|lähetuses|atvaļinājum|komandējum|atostog|komandiruot|در مرخصی|مرخصی هستم|छुट्टी|अवकाश|í fríi|í leyfi|de vacances|fora de l.oficina|oporretan|ar wyliau|met verlof|на одмор|на годишњем|у одсуству|në pushime|დეკრეტ|შვებულებ|արձակուրդ|məzuniyyət|демалыс', // et, lv, lt, fa, hi, is, ca, eu, cy, af, mk, sr, sq, ka, hy, az, kk
  '不在|休假|休暇|外出|出差|出張|年假|休業|夏季休業|휴가|부재|출장', // zh, ja, ko
  // sickness, parental leave, travel, days off, closed offices
  "\\bpto\\b|(?:taking|have|on) (?:\\w+ ){0,3}(?:time|days?) off|(?:won[’']t|will not|not) be (?:checking|reading|answering|responding to) (?:my )?(?:e-?mails?|messages)|on (?:sick|family|bereavement) leave|(?:summer|winter|annual|company) shutdown", // en
  'nicht im dienst|\\bkrank\\b|krankgeschrieben|krankheitsbedingt|erkrankt|(?:b[üu]ro|kanzlei|praxis|betrieb|gesch[äa]ft)[^!?]{0,60}geschlossen|betriebsruhe|arrêt (?:maladie|de travail)|(?:bureaux?|locaux|agences?|cabinet|magasins?|société|entreprise)[^!?]{0,40}ferm[ée]|fermeture (?:annuelle|estivale|pour congés)|congé (?:de )?(?:maternité|paternité|parental|maladie)|en déplacement', // de, fr
  'de baja (?:por|m[ée]dica|maternal|laboral)|permiso (?:de |por )?(?:maternidad|paternidad)|(?:oficinas?|empresa|despacho)[^!?]{0,40}cerrad|licen[çc]a[ -](?:de |por )?(?:m[ée]dica|maternidade|paternidade)|baixa m[ée]dica|(?:escrit[óo]rios?|empresa)[^!?]{0,40}(?:fechad|encerrad)|(?:uffici|ufficio|azienda|studio)[^!?]{0,40}chius[aio]|chius(?:[aio]|ura) (?:estiv[ao]|aziendale|per ferie)|in (?:malattia|maternità|trasferta)', // es, pt, it
  '(?:van|mijn) (?:mijn |een |de )?(?:welverdiende )?(?:vakantie|verlof)|ziek gemeld|ziekteverlof|(?:zwangerschaps|ouderschaps)verlof|kantoor[^!?]{0,40}gesloten|sjukskriven|vabbar|sygemeldt|syg(?:e)?orlov|sykmeldt|sykemeldt|kontoret[^!?]{0,40}(?:stängt|lukket|stengt)|sairauslomalla|toimisto[^!?]{0,40}suljettu', // nl, sv, da, no, fi
  'zwolnieniu lekarskim|macierzyńsk|delegacji|biuro[^!?]{0,40}(?:nieczynne|zamkni[ęe]te)|nemocensk|mateřsk|matersk|(?:služební|služobnej) cest|kancel[áa][řr][^!?]{0,40}(?:zavřen|uzavřen|zatvoren)|betegszabads[áa]g|kiküldetés|irod[^!?]{0,40}zárva|concediu medical|bolovanju', // pl, cs, sk, hu, ro, hr
  'на больничном|в декрет|на лікарняному|в болничн|αναρρωτικ|izinli|raporlu|doğum izni|ofisimiz[^!?]{0,40}kapalı', // ru, uk, bg, el, tr
  'إجازة (?:مرضية|سنوية|أمومة)|חופשת (?:לידה|מחלה)|במילואים|đi nghỉ|đang nghỉ|nghỉ (?:lễ|ốm|thai sản)|đi công tác|cuti (?:tahunan|melahirkan|sakit|bersama)|ลาพัก|ลาป่วย|ลากิจ|ลาคลอด', // ar, he, vi, id, th
  '産休|育休|育児休業|お休みを(?:いただ|頂)|年末年始|臨時休業|病假|产假|產假|请假|請假|放假|不在公司|병가|연차|육아휴직|외근|휴무', // ja, zh, ko
];

/** What desks and shops answer at once: an automatic reply, but nobody is absent. */
export const ACKNOWLEDGEMENTS =
  /(?:received|got) your|thank(?:s| you) for (?:contacting|your (?:e-?mail|message|enquiry|inquiry|request|order))|ticket|case number|reference number|eingegangen|erhalten|bien re[çc]u|accus[ée] de r[ée]ception|recibid|recebemos|recebid|ricevut|ontvangen|mottagit|modtaget|mottatt|otrzymali|přijali|megkapt|primit|получ|отриман|λάβαμε|aldık|收到|受け付け|受付|접수|استلم|קיבלנו/iu;

/** What vacation programs call themselves in comments, mailers and field values. */
export const VACATION_WORDS =
  /vacation|out[- ]?of[- ]?office|\boof\b|\booo\b|holiday|abwesenheit|absence|away/i;
