/**
 * Sign-offs on a line of their own above a name, by language; alternatives are separated by `|`. Compared without accents, also in
 * ASCII transcription. Thanks are not a sign-off: they may be the whole message.
 */
const SIGN_OFFS: readonly string[] = [
  // en
  'regards|kind regards|kindest regards|best regards|warm regards|warmest regards|with kind regards|' +
    'with best regards|with regards|many regards|best|all the best|best wishes|with best wishes|sincerely|' +
    'sincerely yours|yours sincerely|yours faithfully|yours truly|very truly yours|respectfully|respectfully yours|' +
    'cordially|cheers|warmly|br|kr|rgds|brgds',
  // de
  'mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|mit freundlichem gruss|mit besten grüßen|' +
    'mit besten grüssen|mit herzlichen grüßen|freundliche grüße|freundliche grüsse|freundlichen gruß|freundlicher gruß|' +
    'beste grüße|beste grüsse|besten gruß|viele grüße|viele grüsse|liebe grüße|liebe grüsse|herzliche grüße|' +
    'herzliche grüsse|schöne grüße|hochachtungsvoll|gruß|gruss|grüße|mfg|vg|lg',
  // fr
  'cordialement|salutations|meilleurs messages|avec mes salutations|bien cordialement|très cordialement|bien à vous|' +
    'bien à toi|sincères salutations|meilleures salutations|salutations distinguées|respectueusement|amicalement|cdlt',
  // es, ca, pt, gl
  'saludos|saúdos|un saúdo|reciba un cordial saludo|reciba un saludo|agur|agur bero bat|ondo izan|un saludo|' +
    'saludos cordiales|un cordial saludo|cordial saludo|atentamente|muy atentamente|un abrazo|salutacions|cordialment|' +
    'atenciosamente|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|os meus cumprimentos|abraços|' +
    'um abraço|att',
  // it, ro
  'cordiali saluti|distinti saluti|saluti|un saluto|cordialmente|cu stimă|cu respect|toate cele bune',
  // nl, sv, da, no, is, fi, et, lv, lt
  'met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|hartelijke groet|' +
    'hartelijke groeten|groeten|groet|mvg|hoogachtend|med vänlig hälsning|med vänliga hälsningar|vänliga hälsningar|' +
    'vänlig hälsning|hälsningar|mvh|med venlig hilsen|venlig hilsen|de bedste hilsner|bedste hilsner|mange hilsner|' +
    'hilsen|med vennlig hilsen|vennlig hilsen|beste hilsen|kveðja|bestu kveðjur|kær kveðja|virðingarfyllst|með kveðju|' +
    'ystävällisin terveisin|terveisin|parhain terveisin|lugupidamisega|parimate soovidega|tervitades|ar cieņu|' +
    'pagarbiai|su pagarba',
  // pl, cs, sk, hu, sl, hr, sr
  'pozdrawiam|z poważaniem|pozdrowienia|z pozdrowieniami|serdecznie pozdrawiam|s pozdravem|s přátelským pozdravem|' +
    'se srdečným pozdravem|s pozdravom|s priateľským pozdravom|üdvözlettel|tisztelettel|lep pozdrav|lep pozdrav!|' +
    's spoštovanjem|srdačan pozdrav|s poštovanjem|pozdrav|srdačno|срдачан поздрав|с поштовањем',
  // bg, ru, uk, el, sq, tr
  'с уважение|поздрави|с уважением|с наилучшими пожеланиями|з повагою|з найкращими побажаннями|με εκτίμηση|φιλικά|' +
    'me respekt|saygılarımla|saygılarımızla|iyi çalışmalar',
  // id, vi, zh, ja, ko, he, ar
  'hormat saya|salam|salam hormat|trân trọng|trân trọng kính chào|kính thư|hormat kami|salam sejahtera|yang benar|' +
    'lubos na gumagalang|vriendelike groete|groete|з павагай|პატივისცემით|শুভেচ্ছান্তে|ধন্যবাদান্তে|सादर|भवदीय|' +
    'धन्यवाद सहित|ขอแสดงความนับถือ|ด้วยความเคารพ|ด้วยความนับถือ|thân ái|此致|此致敬礼|祝好|顺颂商祺|順頌商祺|顺祝商祺|顺颂时祺|順頌時祺|祝商祺|敬上|谨上|' +
    '謹上|敬启|敬啟|敬礼|敬禮|祝工作顺利|祝工作順利|敬具|よろしくお願いいたします|よろしくお願い致します|どうぞよろしくお願いいたします|何卒よろしくお願い申し上げます|草々|감사합니다|드림|בברכה|בכבוד רב|' +
    'בברכה רבה|בתודה ובברכה|תודה ובברכה|مع أطيب التحيات|مع تحياتي|أطيب التحيات|تحياتي|مع التحية|' +
    'وتفضلوا بقبول فائق الاحترام|مع فائق الاحترام|مع خالص التحية|با احترام|با تشکر|با سپاس|ارادتمند',
  // en
  'best regards and wishes|kindest|with warm regards|with kindest regards|with warmest regards|with all good wishes|' +
    'good wishes|many thanks and best wishes|yours|yours ever|yours respectfully|take care|sincerest regards|' +
    'regards and thanks|warm wishes|very best|very best wishes|kind wishes|have a nice day|have a great day|' +
    'have a good day|have a nice weekend|have a great weekend|wkr',
  // de
  'mit freundl. grüßen|m. freundlichen grüßen|mit freundlichem gruße|mit lieben grüßen|mit vielen grüßen|' +
    'mit schönen grüßen|mit kollegialen grüßen|mit kollegialem gruß|mit vorzüglicher hochachtung|mit sonnigen grüßen|' +
    'alles gute|alles liebe|schönen tag|schönen tag noch|einen schönen tag|schönes wochenende|ein schönes wochenende|' +
    'herzlichst|herzlich|ihr|ihre|bg|glg|ganz liebe grüße|mit bestem gruß|mit herzlichem gruß|en liebe gruess|' +
    'freundlichi grüess',
  // fr
  'salutations cordiales|cordiales salutations|bien respectueusement|respectueuses salutations|' +
    'avec mes meilleures salutations|avec mes sincères salutations|avec mes salutations distinguées|' +
    'recevez mes salutations|sincèrement|sentiments distingués|sentiments dévoués|votre bien dévoué|bien sincèrement|' +
    'bien amicalement|bonne journée|bonne soirée|bonne fin de journée|belle journée|très belle journée|' +
    'excellente journée|bon week-end|bises|bisous|amitiés|crdlt|cdt|bav',
  // es
  'con un saludo|con unos saludos|con mis saludos|cordiales saludos|saludos y gracias|saludos atentos|' +
    'atentos saludos|un atento saludo|un saludo cordial|un saludo muy cordial|muchos saludos|recibe un saludo|' +
    'recibe un cordial saludo|reciban un cordial saludo|reciba mis saludos|le saluda atentamente|' +
    'les saluda atentamente|le saluda|sinceramente|respetuosamente|quedo a su disposición|que tenga un buen día|' +
    'feliz día|abrazos|un fuerte abrazo|besos|slds|atte',
  // pt
  'saudações|saudações cordiais|cordiais saudações|melhores saudações|com as melhores saudações|' +
    'os melhores cumprimentos|cordiais cumprimentos|cumprimentos cordiais|com os meus cumprimentos|' +
    'com os meus melhores cumprimentos|com elevada consideração|respeitosamente|abraço|grande abraço|um grande abraço|' +
    'forte abraço|um forte abraço|beijos|beijinhos|tenha um bom dia|bom fim de semana|grato|grata|' +
    'obrigado e cumprimentos|sds|abs|cpts',
  // ca
  'atentament|salutacions cordials|cordials salutacions|ben cordialment|una salutació|una abraçada|ben atentament|' +
    'rebeu una salutació cordial|rebi una salutació cordial',
  // gl
  'saúdos cordiais|un cordial saúdo|unha aperta',
  // eu
  'adeitasunez|begirunez|adeitsuki|ongi izan|eskerrik asko eta agur',
  // it
  'con i migliori saluti|i migliori saluti|migliori saluti|con cordiali saluti|con distinti saluti|' +
    'un cordiale saluto|un caro saluto|cari saluti|tanti saluti|molti saluti|saluti cordiali|saluti distinti|' +
    'cordialità|in fede|con stima|con osservanza|con ossequio|porgo distinti saluti|porgo cordiali saluti|' +
    'distintamente|buona giornata|buona serata|buon lavoro|buon fine settimana|un abbraccio|baci|cordialissimi saluti',
  // ro
  'cu deosebită stimă|cu deosebită considerație|cu considerație|cu prețuire|cu drag|cu bine|salutări|' +
    'salutări cordiale|cele bune|o zi bună|o zi frumoasă|al dumneavoastră|numai bine',
  // nl
  'met vriendelijke groet en|met hartelijke groet|met hartelijke groeten|met beste groet|met beste groeten|' +
    'beste groet|beste groeten|met de meeste hoogachting|met hoogachting|met collegiale groet|warme groet|' +
    'warme groeten|lieve groet|lieve groeten|veel groeten|groetjes|gr|vr gr|vr. gr|vrgr|hgr|hartelijks|tot snel|' +
    'fijne dag|fijne dag verder|prettige dag|prettig weekend|fijn weekend|liefs',
  // sv
  'med vänliga hälsningar och tack|bästa hälsningar|många hälsningar|varma hälsningar|hjärtliga hälsningar|hälsning|' +
    'med hälsning|med varma hälsningar|med bästa hälsningar|med utmärkt högaktning|högaktningsfullt|hälsn|vh|allt gott|' +
    'ha det bra|ha en bra dag|trevlig helg|vänligen|vänligast|kram',
  // da
  'kærlig hilsen|kærlige hilsner|med kærlig hilsen|mange kærlige hilsner|mange hilsener|hjertelig hilsen|' +
    'hjertelige hilsner|med hilsen|med hilsner|venlige hilsner|med venlige hilsner|de venligste hilsner|varme hilsner|' +
    'hilsner|med højagtelse|ærbødigst|de bedste hilsener|bedste hilsen|kh|mh|med v. h|dbh|knus|hav en god dag|' +
    'god weekend',
  // no
  'vennlige hilsener|med vennlige hilsener|beste hilsener|med beste hilsen|varme hilsener|kjærlig hilsen|' +
    'hilsen fra oss|hilsener|venlig helsing|venleg helsing|med venleg helsing|helsing|beste helsing|ha en fin dag|' +
    'god helg|klem',
  // is
  'með bestu kveðju|með bestu kveðjum|með vinsemd|með kærri kveðju|með vinsemd og virðingu|bkv|mbk|kv|kveðjur|' +
    'góðar kveðjur',
  // fi
  'ystävällisesti|parhaimmin terveisin|sydämellisin terveisin|lämpimin terveisin|kunnioittavasti|kunnioittaen|' +
    'kiittäen|terveiset|terkuin|terkut|terv|yst. terv|yst terv|hyvää päivänjatkoa|mukavaa päivänjatkoa|' +
    'hyvää viikonloppua',
  // et
  'parimat|lugupidamise ja tervitustega|heade soovidega|kõike head|tervitustega|tervitused|parimate tervitustega|' +
    'austusega|lp',
  // lv
  'ar sveicieniem|ar laba vēlējumiem|ar vislabākajiem vēlējumiem|visu labu|cieņā|patiesā cieņā|ar patiesu cieņu|' +
    'sveicieni|jauku dienu',
  // lt
  'geriausi linkėjimai|su geriausiais linkėjimais|linkėjimai|nuoširdžiai|nuoširdžiai jūsų|gražios dienos|' +
    'geros dienos|su linkėjimais|jūsų',
  // pl
  'z wyrazami szacunku|z wyrazami poważania|łączę wyrazy szacunku|łączę pozdrowienia|łączę serdeczne pozdrowienia|' +
    'z serdecznymi pozdrowieniami|serdeczne pozdrowienia|z poważaniem i pozdrowieniami|z uszanowaniem|z szacunkiem|' +
    'najlepsze pozdrowienia|pozdr|pozdro|miłego dnia|dobrego dnia|życzę miłego dnia|ukłony|' +
    'z najlepszymi pozdrowieniami|z najlepszymi życzeniami',
  // cs
  's úctou|s přáním hezkého dne|s přáním pěkného dne|přeji hezký den|přeji pěkný den|hezký den|pěkný den|' +
    's úctou a pozdravem|srdečně|srdečné pozdravy|srdečně zdravím|zdravím|s pozdravem a přáním hezkého dne|' +
    's pozdravem a přáním pěkného dne|pozdravy|mějte se hezky',
  // sk
  's úctou a pozdravom|so srdečným pozdravom|prajem pekný deň|prajem príjemný deň|s prianím pekného dňa|majte sa|' +
    's pozdravom a prianím pekného dňa',
  // hu
  'üdv|üdvözöl|szívélyes üdvözlettel|baráti üdvözlettel|szíves üdvözlettel|köszönettel|köszönettel és üdvözlettel|' +
    'tisztelettel és üdvözlettel|minden jót|szép napot|további szép napot|a viszontlátásra|őszinte tisztelettel|' +
    'mély tisztelettel',
  // sl
  'lep pozdrav in lep dan|lepe pozdrave|lepo pozdravljeni|prijazen pozdrav|prijazne pozdrave|s prijaznimi pozdravi|' +
    's pozdravi|z lepimi pozdravi|lep dan|lep dan še naprej|z odličnim spoštovanjem',
  // hr
  'lijep pozdrav|lijepi pozdrav|lijepi pozdravi|srdačni pozdravi|srdačne pozdrave|uz srdačan pozdrav|sa poštovanjem|' +
    's osobitim poštovanjem|ugodan dan|lijep dan|puno pozdrava|pozdravi|srdačno vaš|uz poštovanje|s štovanjem|' +
    's poštovanjem i pozdravom',
  // sr
  'са поштовањем|поздрав|срдачно|срдачни поздрави|велики поздрав|леп поздрав|пуно поздрава|пријатан дан|' +
    'veliki pozdrav|prijatan dan',
  // mk
  'со почит|срдечен поздрав|со почитување|срдечно',
  // bg
  'с уважение и поздрави|сърдечни поздрави|най-добри пожелания|с най-добри пожелания|с почит|хубав ден|приятен ден|' +
    'лек ден|искрено ваш',
  // ru
  'с глубоким уважением|с искренним уважением|с уважением и наилучшими пожеланиями|с наилучшими|с пожеланиями|' +
    'с наилучшими пожеланиями и уважением|с благодарностью и уважением|искренне ваш|искренне ваша|всего доброго|' +
    'всего хорошего|всего наилучшего|хорошего дня|с приветом|с ув|с почтением|ваш|ваша',
  // uk
  'з глибокою повагою|з щирою повагою|щиро ваш|щиро ваша|щиро|з найкращими|усього найкращого|всього найкращого|' +
    'всього доброго|гарного дня|з пошаною|з вдячністю та повагою',
  // be
  'шчыра ваш|усяго найлепшага',
  // el
  'με φιλικούς χαιρετισμούς|με φιλικό χαιρετισμό|φιλικούς χαιρετισμούς|φιλικοί χαιρετισμοί|χαιρετισμούς|χαιρετισμοί|' +
    'με τιμή|με σεβασμό|με ιδιαίτερη εκτίμηση|με εκτίμηση και φιλικούς χαιρετισμούς|θερμούς χαιρετισμούς|' +
    'με θερμούς χαιρετισμούς|καλή συνέχεια|καλή σας ημέρα|ευχαριστώ και χαιρετώ|ειλικρινά|ειλικρινά δικός σας',
  // sq
  'përshëndetje|me përshëndetje|me përshëndetje të përzemërta|përzemërsisht|sinqerisht|gjithë të mirat|me nderime|' +
    'përshëndetje të përzemërta',
  // tr
  'saygılar|saygılarımla arz ederim|saygı ile|saygıyla|sevgiler|sevgilerimle|selamlar|selam ve saygılarımla|' +
    'en iyi dileklerimle|iyi dileklerimle|iyi günler|iyi günler dilerim|iyi günler dileriz|iyi çalışmalar dilerim|' +
    'iyi akşamlar|kolay gelsin|hürmetlerimle|selamlarımla|hoşça kalın',
  // az
  'hörmətlə|dərin hörmətlə|ən xoş arzularla',
  // kk
  'құрметпен|ізгі тілекпен',
  // hy
  'հարգանքով|հարգանքներով',
  // ka
  'საუკეთესო სურვილებით',
  // id
  'salam hangat|salam dan hormat|dengan hormat|terima kasih dan salam|wassalam|hormat kami semua',
  // ms
  'salam mesra|yang ikhlas|yang menurut perintah|sekian, terima kasih|sekian terima kasih',
  // vi
  'trân trọng cảm ơn|xin trân trọng cảm ơn|kính chào|chào trân trọng|thân mến|thân|thân chào|kính|' +
    'xin cảm ơn và trân trọng kính chào|chúc một ngày tốt lành',
  // fil
  'gumagalang|nagmamahal|sumasainyo',
  // sw
  'wako mwaminifu|wako|wasalaam|kwa heshima',
  // cy
  'cofion gorau|cofion cynnes|cofion|yn gywir|yr eiddoch yn gywir|yr eiddoch yn ffyddlon|dymuniadau gorau|' +
    'gyda dymuniadau gorau|pob hwyl|hwyl|hwyl am y tro',
  // ga
  'le gach dea-ghuí|le dea-mhéin|is mise le meas|le meas|beir bua|le gach dea ghuí',
  // mt
  'tislijiet|dejjem tiegħek|bl-aħjar xewqat',
  // lb
  'mat frëndleche gréiss|beschte gréiss|léif gréiss',
  // af
  'met vriendelike groete|vriendelike groet|beste groete|die uwe',
  // zh
  '祝商安|祝好！|顺颂|顺致敬意|順致敬意|此致 敬礼|致敬|致以问候|祝您工作愉快|祝您工作愉快！|祝您生活愉快|祝您愉快|祝愉快|祝一切顺利|祝一切順利|祝顺利|祝順利|祝您一切顺利|敬祝商祺|顺祝商安|順祝商安|順祝 商祺|' +
    '顺祝 商祺|此致敬禮|即頌|敬頌|诚挚问候|诚挚的问候|谨致问候|谨启|谨此|拜上|敬祝平安|祝安|教安|台安|商祺',
  // ja
  '宜しくお願い致します|宜しくお願いいたします|よろしくお願いします|宜しくお願いします|よろしくお願い申し上げます|宜しくお願い申し上げます|何卒よろしくお願いいたします|何卒宜しくお願い致します|何卒宜しくお願いいたします|' +
    '何卒宜しくお願い申し上げます|以上、よろしくお願いいたします|以上、宜しくお願い致します|以上よろしくお願いします|どうぞよろしくお願いします|どうぞ宜しくお願い致します|引き続きよろしくお願いいたします|' +
    '引き続き宜しくお願い致します|草草|かしこ|不一|敬白|拝具|それでは失礼いたします|失礼いたします',
  // ko
  '감사드립니다|고맙습니다|올림|배상|안녕히 계세요|안녕히 계십시오|수고하세요|수고하십시오|좋은 하루 되세요|좋은 하루 보내세요',
  // he
  'בכבוד|בכבוד רב ובברכה|בברכה חמה|בברכת יום טוב|כל טוב|יום טוב|יום נעים|בידידות|תודה רבה ובברכה|שלכם|שלך|בהוקרה|' +
    'בהערכה|בתודה מראש ובברכה',
  // ar
  'مع أطيب التمنيات|مع خالص تحياتي|خالص التحية|خالص تحياتي|تحية طيبة|مع تحيات|مع كل الاحترام|مع الاحترام|' +
    'مع خالص الاحترام|مع وافر الاحترام|وتفضلوا بقبول فائق التقدير|وتفضلوا بقبول وافر التحية|وتقبلوا فائق الاحترام|' +
    'وتقبلوا تحياتي|تقبلوا تحياتي|المخلص|المخلصة|والسلام عليكم|والسلام عليكم ورحمة الله|' +
    'والسلام عليكم ورحمة الله وبركاته|والسلام|ودمتم|دمتم بخير|تحياتي لكم|مع الشكر والتقدير|مع جزيل الشكر والتقدير|' +
    'بالتوفيق|مع المحبة',
  // fa
  'با احترام فراوان|با تقدیم احترام|با تقدیم احترامات|با تشکر و احترام|با سپاس و احترام|با آرزوی موفقیت|' +
    'با آرزوی بهترین‌ها|ارادتمند شما|با مهر|موفق باشید|پیروز باشید|خدانگهدار',
  // hi
  'सधन्यवाद|साभार|शुभकामनाओं सहित|आपका|आपकी|आपका विश्वासी|सप्रेम|शुभेच्छा सहित',
  // bn
  'শুভেচ্ছা সহ|বিনীত|আন্তরিক শুভেচ্ছা',
  // ur
  'نیک خواہشات کے ساتھ|مخلص',
  // th
  'ด้วยความนับถืออย่างสูง|ขอแสดงความนับถืออย่างสูง|ด้วยความเคารพอย่างสูง|ด้วยความปรารถนาดี|ขอบคุณและขอแสดงความนับถือ|' +
    'นับถือ|จึงเรียนมาเพื่อทราบ',
];

export const CLOSINGS: readonly string[] = SIGN_OFFS.flatMap((line) => line.split('|'));
