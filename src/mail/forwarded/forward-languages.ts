/**
 * What mail clients print around a message that they forward or quote, by language: labels of the header block, separator lines and
 * the words of "On … X wrote:". Alternatives are separated by `|`; letter case and accents are folded before comparison.
 *
 * A label means the same in every language that has it (a test checks this): a message in one language often has labels of another,
 * because the forwarder's client chooses them.
 */
export interface ForwardLanguage {
  /** BCP 47; also the locale of its month names. */
  readonly language: string;
  readonly from: string;
  readonly date: string;
  readonly to: string;
  readonly cc: string;
  readonly subject: string;
  readonly replyTo?: string;
  /** Labels of a header block that are not read. */
  readonly other?: string;
  /** "Forwarded message": for forwards only. */
  readonly forwarded: string;
  /** "Original message": for forwards and replies. */
  readonly original: string;
  /** Verbs, and words between date and name, of an attribution line. */
  readonly wrote: string;
}

export const forwardLanguages: readonly ForwardLanguage[] = [
  {
    language: 'en',
    from: 'From|Sender|Sent by',
    date: 'Date|Sent|Created|Sent on|Sent at|Date sent|Sent date',
    to: 'To|Recipient|Recipients|Sent to',
    cc: 'Cc|Copy|Copies to|Carbon copy',
    subject: 'Subject|Subj',
    replyTo: 'Reply-To|Reply to',
    other:
      'Bcc|Importance|Priority|Sensitivity|Attachments|Attachment|Organization|Organisation|Categories|Flag Status|Follow Up Flag|Message-ID|Mailing-List|User-Agent|X-Mailer|Resent-From|Resent-Date|Resent-To|Resent from|Resent date|Resent to|Signed By|List-Id|MIME-Version|Content-Type|Return-Path|Received|Mailed-by|Conversation|Resent-Cc|Resent-Message-ID',
    forwarded:
      'Forwarded message|Begin forwarded message|Begin forwarded email|Start of forwarded message|Forwarded mail|Forwarded email|Forwarded e-mail|Forwarded conversation|This is a forwarded message|Forwarded message follows|Fwd|Message forwarded|Forwarded|Forwarded text|Forwarded note',
    original:
      'Original message|Original email|Original e-mail|Original mail|Original text|Original appointment|Original message follows|Message history|Begin original message|Start of original message|Reply message|Previous message|Original meeting invitation',
    wrote: 'wrote|writes|said',
  },
  {
    language: 'de',
    from: 'Von|Absender',
    date: 'Gesendet|Datum|Gesendet am|Versendet|Geschickt',
    to: 'An|Empfänger',
    cc: 'Kopie|Kopie an|In Kopie',
    subject: 'Betreff|Betr',
    replyTo: 'Antwort an|Antworten an|Antwortadresse',
    other: 'Blindkopie|Wichtigkeit|Priorität|Anlagen|Anlage|Anhänge|Anhang|Vertraulichkeit|Kategorien',
    forwarded:
      'Weitergeleitete Nachricht|Anfang der weitergeleiteten Nachricht|Beginn der weitergeleiteten Nachricht|Weitergeleitete E-Mail|Weitergeleitete Mail|Anfang der weitergeleiteten E-Mail|Weiterleitung|Weitergeleitet|Dies ist eine weitergeleitete Nachricht',
    original:
      'Ursprüngliche Nachricht|Originalnachricht|Original-Nachricht|Original Nachricht|Ursprüngliche Mail|Ursprüngliche E-Mail|Originalmail|Originaltext|Ursprünglicher Termin|Antwort Nachricht|Urspr. Nachricht|Ursprüngliche Besprechung',
    wrote: 'schrieb|geschrieben|hat geschrieben|folgendes',
  },
  {
    language: 'fr',
    from: 'De|Expéditeur|Émetteur',
    date: "Envoyé|Date|Envoyé le|Envoyé à|Date d'envoi|Envoi|Date d’envoi|Envoyée|Message du",
    to: 'À|Pour|Destinataire|Destinataires',
    cc: 'Cc|Copie|Copie à|Copies',
    subject: 'Objet|Sujet',
    replyTo: 'Répondre à|Réponse à',
    other: 'Cci|Pièces jointes|Pièce jointe|Priorité',
    forwarded:
      'Message transféré|Début du message transféré|Début du message réexpédié|Message réexpédié|Courriel transféré|Mail transféré|E-mail transféré|Message transmis|Début du courriel transféré|Ceci est un message transféré',
    original:
      "Message d'origine|Message original|Message initial|Courriel original|Mail original|E-mail d'origine|Courrier original|Rendez-vous d'origine|Message d’origine|E-mail original",
    wrote: 'a écrit|écrit',
  },
  {
    language: 'es',
    from: 'De|Remitente',
    date: 'Enviado|Fecha|Enviado el|Enviado en|Enviada|Enviado a las|Fecha de envío|Enviada el',
    to: 'Para|A|Destinatario|Destinatarios',
    cc: 'Cc|Copia|Con copia',
    subject: 'Asunto',
    replyTo: 'Responder a',
    other: 'Cco|Importancia|Datos adjuntos|Adjuntos|Archivos adjuntos|Prioridad',
    forwarded:
      'Mensaje reenviado|Inicio del mensaje reenviado|Comienzo del mensaje reenviado|Correo reenviado|Mensaje remitido|Inicio del correo reenviado|Este es un mensaje reenviado',
    original: 'Mensaje original|Correo original|Cita original',
    wrote: 'escribió|ha escrito',
  },
  {
    language: 'it',
    from: 'Da|Mittente',
    date: 'Inviato|Data|Inviata|Inviato il|Data invio',
    to: 'A|Per|Destinatario|Destinatari',
    cc: 'Cc|Copia|Copia conoscenza|Per conoscenza',
    subject: 'Oggetto|Ogg',
    replyTo: 'Rispondi a',
    other: 'Ccn|Priorità|Allegati|Allegato|Importanza',
    forwarded:
      'Messaggio inoltrato|Inizio messaggio inoltrato|Inizio del messaggio inoltrato|Email inoltrata|E-mail inoltrata|Mail inoltrata|Questo è un messaggio inoltrato',
    original: 'Messaggio originale|Messaggio originario|Email originale|Mail originale|Messaggio original',
    wrote: 'ha scritto|scrive|scritto|giorno',
  },
  {
    language: 'pt',
    from: 'De|Remetente',
    date: 'Enviado|Data|Enviada|Enviada em|Enviado em|Enviado a|Data de envio',
    to: 'Para|Destinatário|Destinatários',
    cc: 'Cc|Cópia|Com cópia',
    subject: 'Assunto',
    replyTo: 'Responder a|Responder para',
    other: 'Importância|Anexos|Anexo|Prioridade',
    forwarded:
      'Mensagem encaminhada|Mensagem reencaminhada|Início da mensagem encaminhada|Início da mensagem reencaminhada|Mensagem reenviada|E-mail encaminhado|Mensagem enviada adiante',
    original: 'Mensagem original|E-mail original|Mensagem de origem',
    wrote: 'escreveu',
  },
  {
    language: 'ca',
    from: 'De',
    date: 'Enviat|Data|Enviat el',
    to: 'Per a|A',
    cc: 'Cc|Còpia',
    subject: 'Assumpte|Tema',
    forwarded: 'Missatge reenviat|Inici del missatge reenviat|Inici de missatge reenviat',
    original: 'Missatge original',
    wrote: 'va escriure|ha escrit',
  },
  {
    language: 'gl',
    from: 'De',
    date: 'Enviado|Data|Enviado o|Enviado o día',
    to: 'Para|A',
    cc: 'Cc|Copia',
    subject: 'Asunto',
    forwarded: 'Mensaxe reenviada|Inicio da mensaxe reenviada',
    original: 'Mensaxe orixinal',
    wrote: 'escribiu',
  },
  {
    language: 'eu',
    from: 'Nork|Igorlea',
    date: 'Data|Bidalia|Bidaltze-data',
    to: 'Nori|Hartzailea',
    cc: 'Cc|Kopia',
    subject: 'Gaia',
    forwarded: 'Birbidalitako mezua|Berbidalitako mezua',
    original: 'Jatorrizko mezua',
    wrote: 'idatzi du',
  },
  {
    language: 'nl',
    from: 'Van|Afzender',
    date: 'Verzonden|Datum|Verzonden op|Verstuurd',
    to: 'Aan|Ontvanger|Ontvangers',
    cc: 'Cc|Kopie',
    subject: 'Onderwerp|Betreft',
    replyTo: 'Antwoord aan|Antwoordadres',
    other: 'Urgentie|Bijlagen|Bijlage|Prioriteit',
    forwarded:
      'Doorgestuurd bericht|Begin doorgestuurd bericht|Begin van doorgestuurd bericht|Doorgestuurde e-mail|Doorgestuurd e-mailbericht|Doorgezonden bericht',
    original:
      'Oorspronkelijk bericht|Origineel bericht|Oorspronkelijke e-mail|Originele e-mail|Oorspronkelijke bericht|Originele bericht',
    wrote: 'schreef|geschreven',
  },
  {
    language: 'da',
    from: 'Fra|Afsender',
    date: 'Sendt|Dato|Sendt den|Sent den',
    to: 'Til|Modtager',
    cc: 'Cc|Kopi|Kopi til',
    subject: 'Emne',
    replyTo: 'Svar til',
    other: 'Prioritet|Vedhæftede filer|Vedhæftet',
    forwarded:
      'Videresendt meddelelse|Videresendt besked|Start på videresendt besked|Start på videresendt meddelelse|Begyndelse på videresendt besked|Videresendt mail|Videresendt e-mail',
    original:
      'Oprindelig meddelelse|Original meddelelse|Oprindelig besked|Original besked|Den oprindelige meddelelse',
    wrote: 'skrev',
  },
  {
    language: 'nb',
    from: 'Fra|Avsender',
    date: 'Sendt|Dato',
    to: 'Til|Mottaker',
    cc: 'Kopi|Cc',
    subject: 'Emne',
    replyTo: 'Svar til',
    other: 'Viktighet|Vedlegg|Prioritet',
    forwarded:
      'Videresendt melding|Videresendt e-post|Start på videresendt melding|Begynnelse på videresendt melding|Videresendt epost',
    original: 'Opprinnelig melding|Original melding|Opprinnelig e-post|Originalmelding|Opprinnelig beskjed',
    wrote: 'skrev|skrev følgende',
  },
  {
    language: 'sv',
    from: 'Från|Avsändare',
    date: 'Skickat|Datum|Skickat den|Skickades|Sänt',
    to: 'Till|Mottagare',
    cc: 'Kopia|Cc|Kopia till',
    subject: 'Ämne',
    replyTo: 'Svara till|Svar till',
    other: 'Prioritet|Bifogade filer|Bilagor',
    forwarded:
      'Vidarebefordrat meddelande|Vidarebefordrat mejl|Vidarebefordrat brev|Vidarebefordrad mail|Början på vidarebefordrat meddelande|Början på vidarebefordrat mejl|Vidarebefordrat e-postmeddelande|Vidarebefordrat mail|Påbörja vidarebefordrat meddelande',
    original:
      'Ursprungligt meddelande|Originalmeddelande|Ursprungsmeddelande|Ursprungligt mejl|Ursprungligt mail',
    wrote: 'skrev|följande',
  },
  {
    language: 'fi',
    from: 'Lähettäjä|Keneltä',
    date: 'Lähetetty|Päivämäärä|Päiväys|Pvm|Lähetysaika',
    to: 'Vastaanottaja|Vastaanottajat|Kenelle',
    cc: 'Kopio|Cc',
    subject: 'Aihe|Otsikko',
    replyTo: 'Vastausosoite|Vastaa',
    other: 'Tärkeys|Liitteet|Liite',
    forwarded:
      'Välitetty viesti|Edelleenlähetetty viesti|Edelleen lähetetty viesti|Välitetty viesti alkaa|Välitetty sähköposti|Välitetyn viestin alku|Alkaa välitetty viesti',
    original: 'Alkuperäinen viesti|Alkuperäinen sähköposti',
    wrote: 'kirjoitti',
  },
  {
    language: 'is',
    from: 'Frá|Sendandi',
    date: 'Sent|Dagsetning|Dags|Dagur',
    to: 'Til|Viðtakandi',
    cc: 'Afrit|Cc',
    subject: 'Efni',
    forwarded: 'Áframsend skilaboð|Framsend skilaboð|Áframsendur póstur|Upphaf áframsendra skilaboða',
    original: 'Upprunaleg skilaboð|Upphafleg skilaboð',
    wrote: 'skrifaði|reit',
  },
  {
    language: 'pl',
    from: 'Od|Nadawca',
    date: 'Wysłano|Data|Wysłane|Wysłany|Data wysłania',
    to: 'Do|Adresat|Odbiorca|Odbiorcy',
    cc: 'DW|Kopia|Do wiadomości|Cc',
    subject: 'Temat',
    replyTo: 'Odpowiedź do|Odpowiedz do',
    other: 'UDW|Ważność|Załączniki|Priorytet',
    forwarded:
      'Wiadomość przekazana|Przekazana wiadomość|Przekazana wiadomość e-mail|Początek przekazywanej wiadomości|Początek przekazanej wiadomości|Wiadomość przesłana dalej|Treść przekazanej wiadomości|Przesłana wiadomość|Treść przekazywanej wiadomości|Przekazany e-mail|Wiadomość przekazana dalej|Przesłana dalej wiadomość|Rozpoczęcie przekazywanej wiadomości',
    original:
      'Wiadomość oryginalna|Oryginalna wiadomość|Pierwotna wiadomość|Wiadomość pierwotna|Treść oryginalnej wiadomości',
    wrote: 'napisał|napisała|napisał(a)|pisze|użytkownik',
  },
  {
    language: 'cs',
    from: 'Od|Odesílatel',
    date: 'Odesláno|Datum|Posláno|Odesláno dne',
    to: 'Komu|Adresát|Příjemce|Pro',
    cc: 'Kopie|Cc',
    subject: 'Předmět',
    replyTo: 'Odpověď pro|Odpovědět na',
    other: 'Skrytá kopie|Důležitost|Přílohy',
    forwarded:
      'Přeposlaná zpráva|Začátek přeposlané zprávy|Přesměrovaná zpráva|Předaná zpráva|Přeposlaný e-mail|Začátek přeposílané zprávy|Původní přeposlaná zpráva',
    original: 'Původní zpráva|Původní e-mail|Originální zpráva',
    wrote: 'napsal|napsala|napsal(a)|odeslal|odeslala|píše',
  },
  {
    language: 'sk',
    from: 'Od|Odosielateľ',
    date: 'Odoslané|Dátum|Poslané|Odoslaný',
    to: 'Komu|Pre|Príjemca|Adresát',
    cc: 'Kópia|Cc',
    subject: 'Predmet',
    replyTo: 'Odpovedať na|Odpoveď pre',
    other: 'Skrytá kópia|Dôležitosť|Prílohy',
    forwarded:
      'Preposlaná správa|Začiatok preposlanej správy|Postúpená správa|Odovzdaná správa|Preposlaný e-mail|Začiatok preposielanej správy',
    original: 'Pôvodná správa|Originálna správa|Pôvodný e-mail',
    wrote: 'napísal|napísala|napísal(a)|používateľ|píše',
  },
  {
    language: 'hu',
    from: 'Feladó|Küldő|Feladta',
    date: 'Elküldve|Dátum|Küldve|Küldés időpontja|Küldés ideje',
    to: 'Címzett|Címzettek',
    cc: 'Másolat|Másolatot kap|Cc',
    subject: 'Tárgy',
    replyTo: 'Válaszcím|Válasz',
    other: 'Fontosság|Mellékletek|Titkos másolat',
    forwarded:
      'Továbbított üzenet|Továbbított levél|Továbbított levél kezdete|Továbbított üzenet kezdete|Továbbított e-mail',
    original: 'Eredeti üzenet|Eredeti levél|Eredeti e-mail',
    wrote: 'írta|ezt írta|időpontban|a következőt írta|üzenetét írta',
  },
  {
    language: 'ro',
    from: 'De la|Expeditor|Expeditorul',
    date: 'Trimis|Data|Trimis la|Data trimiterii|Trimisă|Dată|Data și ora',
    to: 'Către|Destinatar|Destinatarul|Destinatari|Destinatarii|Pentru',
    cc: 'Cc|Copie|Copie la',
    subject: 'Subiect|Subiectul',
    replyTo: 'Răspuns la|Răspunde la',
    other: 'Importanță|Atașări|Atașamente',
    forwarded:
      'Mesaj redirecționat|Mesaj transmis|Mesaj retrimis|Mesajul redirecționat|Începutul mesajului redirecționat|Începe mesajul redirecționat|Mesaj înaintat|Începutul mesajului retransmis|Mesaj transmis mai departe',
    original: 'Mesaj original|Mesajul original|Mesaj inițial',
    wrote: 'a scris|scris',
  },
  {
    language: 'hr',
    from: 'Od|Šalje|Pošiljatelj',
    date: 'Poslano|Datum',
    to: 'Prima|Za|Primatelj|Kome',
    cc: 'Kopija|Cc',
    subject: 'Predmet|Naslov',
    replyTo: 'Odgovor na|Odgovori na',
    forwarded:
      'Proslijeđena poruka|Početak proslijeđene poruke|Proslijeđeni e-mail|Započinje proslijeđena poruka|Započni proslijeđenu poruku',
    original: 'Izvorna poruka|Originalna poruka|Prvotna poruka',
    wrote: 'napisao|napisala|napisao/la|je napisao|piše',
  },
  {
    language: 'sr',
    from: 'Od|Šalje|Pošiljalac|Од|Шаље|Пошиљалац',
    date: 'Poslato|Datum|Послато|Датум',
    to: 'Za|Prima|Kome|За|Прима|Коме|Прималац',
    cc: 'Kopija|Копија|Cc',
    subject: 'Tema|Naslov|Predmet|Тема|Наслов|Предмет',
    forwarded:
      'Prosleđena poruka|Početak prosleđene poruke|Прослеђена порука|Почетак прослеђене поруке|Proslijeđena poruka',
    original: 'Originalna poruka|Izvorna poruka|Оригинална порука|Изворна порука',
    wrote: 'je napisao|napisao|napisala|је написао|написао|написала',
  },
  {
    language: 'sl',
    from: 'Od|Pošiljatelj',
    date: 'Poslano|Datum',
    to: 'Za|Prejemnik|Komu',
    cc: 'Kp|Kopija|V vednost|Cc',
    subject: 'Zadeva',
    forwarded: 'Posredovano sporočilo|Začetek posredovanega sporočila|Posredovano e-sporočilo',
    original: 'Izvirno sporočilo|Prvotno sporočilo|Originalno sporočilo',
    wrote: 'napisal|napisala|je napisal|piše',
  },
  {
    language: 'sq',
    from: 'Nga|Dërguesi',
    date: 'Dërguar|Data|Dërguar më|Data e dërgimit',
    to: 'Për|Marrësi',
    cc: 'Cc|Kopje',
    subject: 'Subjekti|Lënda|Tema',
    forwarded: 'Mesazh i përcjellë|Mesazhi i përcjellë|Fillimi i mesazhit të përcjellë',
    original: 'Mesazhi origjinal|Mesazh origjinal',
    wrote: 'shkroi|ka shkruar',
  },
  {
    language: 'et',
    from: 'Saatja|Kellelt',
    date: 'Saadetud|Kuupäev|Saatmisaeg',
    to: 'Adressaat|Kellele|Saaja',
    cc: 'Koopia|Cc',
    subject: 'Teema',
    replyTo: 'Vastus',
    forwarded: 'Edastatud kiri|Edastatud sõnum|Edasi saadetud kiri|Edastatud kirja algus',
    original: 'Algne kiri|Algne sõnum|Originaalkiri|Algne e-kiri|Algsõnum',
    wrote: 'kirjutas',
  },
  {
    language: 'lv',
    from: 'No|Sūtītājs',
    date: 'Nosūtīts|Datums|Sūtīts',
    to: 'Kam|Adresāts|Saņēmējs',
    cc: 'Kopija|Cc',
    subject: 'Tēma|Temats',
    forwarded:
      'Pārsūtīta ziņa|Pārsūtīts ziņojums|Pārsūtītais ziņojums|Pārsūtītā ziņa|Pārsūtīta vēstule|Pārsūtītā vēstule',
    original: 'Sākotnējais ziņojums|Oriģinālā ziņa|Oriģinālais ziņojums|Sākotnējā ziņa',
    wrote: 'rakstīja',
  },
  {
    language: 'lt',
    from: 'Nuo|Siuntėjas',
    date: 'Išsiųsta|Data|Siuntimo data',
    to: 'Kam|Gavėjas|Skirta|Kas|Kuo|Kam/Kur|Iki',
    cc: 'Kopija|Cc',
    subject: 'Tema',
    forwarded:
      'Persiųstas laiškas|Persiunčiamas laiškas|Persiųsta žinutė|Persiųstas pranešimas|Persiųsto laiško pradžia',
    original: 'Originalus laiškas|Pradinis laiškas|Pirminis laiškas|Originalus pranešimas',
    wrote: 'rašė|parašė',
  },
  {
    language: 'ru',
    from: 'От|От кого|Отправитель|Кому от',
    date: 'Отправлено|Дата|Дата отправки|Послано',
    to: 'Кому|Получатель|Получатели',
    cc: 'Копия|Копии',
    subject: 'Тема|Тема письма',
    replyTo: 'Ответить|Кому ответить|Обратный адрес',
    other: 'Скрытая копия|Важность|Вложения|Вложение|Загружено',
    forwarded:
      'Пересылаемое сообщение|Пересланное сообщение|Начало переадресованного сообщения|Начало пересылаемого сообщения|Начало пересланного сообщения|Переадресованное сообщение|Перенаправленное сообщение|Пересланное письмо|Пересылаемое письмо|Перенаправленное письмо|Переадресованное письмо|Это пересылаемое сообщение|Начало перенаправленного сообщения|Пересылаемая почта',
    original:
      'Исходное сообщение|Оригинальное сообщение|Первоначальное сообщение|Исходное письмо|Оригинал сообщения',
    wrote: 'написал|написала|написал(а)|пишет|писал|пользователь|от пользователя',
  },
  {
    language: 'uk',
    from: 'Від|Від кого|Відправник',
    date: 'Надіслано|Дата|Відправлено|Дата надсилання',
    to: 'Кому|Одержувач|Отримувач',
    cc: 'Копія|Копії',
    subject: 'Тема',
    replyTo: 'Відповісти',
    other: 'Прихована копія|Важливість|Вкладення|Вкладені файли',
    forwarded:
      'Переслане повідомлення|Пересланий лист|Початок пересланого повідомлення|Початок листа, що пересилається|Перенаправлене повідомлення|Пересилане повідомлення|Початок переспрямованого повідомлення|Переадресоване повідомлення|Переслана повідомлення|Початок переадресованого повідомлення',
    original: 'Оригінальне повідомлення|Вихідне повідомлення|Початкове повідомлення|Оригінал повідомлення',
    wrote: 'пише|написав|написала|написав(ла)|користувач',
  },
  {
    language: 'bg',
    from: 'От|Подател|Изпращач',
    date: 'Изпратено|Дата|Изпратен',
    to: 'До|Получател',
    cc: 'Копие|Копие до',
    subject: 'Относно|Тема',
    forwarded:
      'Препратено съобщение|Начало на препратеното съобщение|Начало на препратено съобщение|Започва препратено съобщение|Препратен имейл|Препратено писмо|Препратен e-mail',
    original: 'Оригинално съобщение|Първоначално съобщение|Оригинално писмо',
    wrote: 'написа|пише',
  },
  {
    language: 'mk',
    from: 'Од|Испраќач',
    date: 'Испратено|Датум',
    to: 'До|За|Примач',
    cc: 'Копија',
    subject: 'Предмет|Наслов|Тема',
    forwarded: 'Препратена порака|Проследена порака|Почеток на препратената порака',
    original: 'Оригинална порака|Изворна порака',
    wrote: 'напиша|пишува',
  },
  {
    language: 'el',
    from: 'Από|Αποστολέας',
    date: 'Στάλθηκε|Εστάλη|Απεστάλη|Ημερομηνία|Ημ/νία',
    to: 'Προς|Παραλήπτης|Παραλήπτες',
    cc: 'Κοιν|Κοινοποίηση|Κοιν/ση',
    subject: 'Θέμα',
    replyTo: 'Απάντηση προς|Απάντηση σε',
    forwarded:
      'Προωθημένο μήνυμα|Προωθούμενο μήνυμα|Αρχή προωθημένου μηνύματος|Έναρξη προωθημένου μηνύματος|Μήνυμα που προωθήθηκε|Αρχή προωθούμενου μηνύματος|Προωθημένο email',
    original: 'Αρχικό μήνυμα|Πρωτότυπο μήνυμα',
    wrote: 'έγραψε|ο χρήστης|χρήστης',
  },
  {
    language: 'tr',
    from: 'Kimden|Gönderen',
    date: 'Gönderildi|Tarih|Gönderme tarihi|Gönderim tarihi|Gönderilme tarihi|Gönderilen|Gönderim|Gönderilme|Gönderme',
    to: 'Kime|Alıcı|Alıcılar',
    cc: 'Bilgi|Cc|Kopya',
    subject: 'Konu',
    replyTo: 'Yanıt adresi|Yanıtla',
    other: 'Önem|Önem derecesi|Ekler',
    forwarded:
      'İletilen ileti|İleti başlangıcı|İletilmiş ileti|İletilen mesaj|İletilen e-posta|İletilen iletinin başlangıcı|Yönlendirilen ileti|Yönlendirilmiş ileti|Yönlendirilmiş mesaj|Yönlendirilen mesaj|Yönlendirilen e-posta|Yönlendirilmiş e-posta|İletilmiş mesaj|İletilen ileti başlangıcı',
    original: 'Özgün ileti|Orijinal ileti|Orijinal mesaj|Özgün mesaj|Asıl ileti|Orijinal e-posta',
    wrote: 'yazdı|şunu yazdı|şunları yazdı|tarihinde|yazmış',
  },
  {
    language: 'ar',
    from: 'من|المرسل|من طرف',
    date: 'تاريخ الإرسال|التاريخ|تم الإرسال|أرسلت|أُرسل|تاريخ|وقت الإرسال|الإرسال|تم الإرسال في',
    to: 'إلى|المستلم|المرسل إليه',
    cc: 'نسخة|نسخة إلى|نسخة كربونية',
    subject: 'الموضوع|موضوع',
    replyTo: 'الرد على|الرد إلى',
    forwarded:
      'رسالة معاد توجيهها|الرسالة المعاد توجيهها|بداية الرسالة المعاد توجيهها|بداية رسالة معاد توجيهها|رسالة محولة|الرسالة المحولة|بداية الرسالة المحولة|رسالة تمت إعادة توجيهها|رسالة مُعادة التوجيه|الرسالة المعاد إرسالها|بدء الرسالة المحولة|بداية الرسالة المحالة',
    original: 'الرسالة الأصلية|رسالة أصلية|الرسالة الاصلية',
    wrote: 'كتب|كتبت|وكتب',
  },
  {
    language: 'fa',
    from: 'از|فرستنده',
    date: 'تاریخ|ارسال شده|زمان ارسال|ارسال|ارسال‌شده',
    to: 'به|گیرنده',
    cc: 'رونوشت',
    subject: 'موضوع',
    forwarded: 'پیام هدایت شده|پیام هدایت‌شده|پیام فوروارد شده|پیام بازارسال شده|پیام بازارسال‌شده',
    original: 'پیام اصلی',
    wrote: 'نوشت|نوشته است',
  },
  {
    language: 'he',
    from: 'מאת|שולח|השולח',
    date: 'נשלח|תאריך|נשלח ב|נשלח בתאריך',
    to: 'אל|נמען|נמענים',
    cc: 'עותק|העתק|עותק אל',
    subject: 'נושא|הנושא|הנדון',
    replyTo: 'השב אל',
    forwarded:
      'הודעה שהועברה|תחילת ההודעה שהועברה|תחילת הודעה שהועברה|הודעה מועברת|התחלת ההודעה שהועברה|התחלת הודעה שהועברה|הודעה שהועברה הלאה|להלן תחילת ההודעה שהועברה',
    original: 'הודעה מקורית|ההודעה המקורית',
    wrote: 'כתב|כתבה|כתב/ה|מאת',
  },
  {
    language: 'hi',
    from: 'प्रेषक|द्वारा|से',
    date: 'भेजा गया|दिनांक|तारीख|तिथि|भेजने का समय',
    to: 'प्रति|प्राप्तकर्ता|को',
    cc: 'प्रतिलिपि|कॉपी',
    subject: 'विषय',
    forwarded:
      'अग्रेषित संदेश|अग्रेषित मेल|अग्रेषित ईमेल|फ़ॉरवर्ड किया गया संदेश|फ़ॉरवर्ड किया गया मैसेज|अग्रेषित संदेश प्रारंभ|अग्रेषित संदेश प्रारंभ करें|अग्रेषित संदेश शुरू करें',
    original: 'मूल संदेश|मूल मेल',
    wrote: 'लिखा|ने लिखा',
  },
  {
    language: 'th',
    from: 'จาก|ผู้ส่ง',
    date: 'ส่งเมื่อ|วันที่|ส่ง|วันที่ส่ง',
    to: 'ถึง|ผู้รับ',
    cc: 'สำเนา|สำเนาถึง',
    subject: 'เรื่อง|หัวเรื่อง|หัวข้อ',
    forwarded:
      'ข้อความที่ส่งต่อ|ข้อความส่งต่อ|ข้อความที่ถูกส่งต่อ|เริ่มข้อความที่ส่งต่อ|เริ่มข้อความที่ถูกส่งต่อ|เริ่มต้นข้อความที่ส่งต่อ|เริ่มต้นข้อความที่ถูกส่งต่อ|อีเมลที่ส่งต่อ',
    original: 'ข้อความต้นฉบับ|ข้อความเดิม',
    wrote: 'เขียนว่า|เขียน|ได้เขียน',
  },
  {
    language: 'vi',
    from: 'Từ|Người gửi',
    date: 'Đã gửi|Ngày|Ngày gửi|Gửi lúc|Đã gửi vào|Vào lúc|Thời gian|Đã gửi lúc|Gửi',
    to: 'Đến|Tới|Người nhận',
    cc: 'Cc|Đồng gửi|Đồng kính gửi',
    subject: 'Chủ đề|Tiêu đề',
    forwarded:
      'Tin nhắn được chuyển tiếp|Thư được chuyển tiếp|Thư đã chuyển tiếp|Thư đã được chuyển tiếp|Bắt đầu thư được chuyển tiếp|Bắt đầu tin nhắn được chuyển tiếp|Tin nhắn chuyển tiếp|Thư chuyển tiếp|Email được chuyển tiếp|Tin nhắn đã chuyển tiếp',
    original: 'Thư gốc|Tin nhắn gốc|Tin gốc',
    wrote: 'đã viết|viết',
  },
  {
    language: 'id',
    from: 'Dari|Pengirim',
    date: 'Terkirim|Tanggal|Dikirim|Dikirim pada|Tgl',
    to: 'Kepada|Ke|Untuk|Penerima',
    cc: 'Cc|Salinan|Tembusan',
    subject: 'Perihal|Subjek|Judul|Hal|Subyek',
    replyTo: 'Balas ke',
    forwarded:
      'Pesan yang diteruskan|Pesan terusan|Pesan diteruskan|Pesan Diteruskan|Awal pesan yang diteruskan|Mulai pesan yang diteruskan|Mulai pesan terusan|Email yang diteruskan|Awal pesan terusan',
    original: 'Pesan asli|Pesan awal|Email asli',
    wrote: 'menulis',
  },
  {
    language: 'ms',
    from: 'Daripada|Pengirim',
    date: 'Dihantar|Tarikh|Tarikh dihantar',
    to: 'Kepada|Penerima',
    cc: 'Sk|Cc|Salinan',
    subject: 'Subjek|Perkara|Tajuk',
    forwarded:
      'Mesej yang dimajukan|Mesej dimajukan|Mula mesej yang dimajukan|E-mel yang dimajukan|Mulakan mesej yang dimajukan|Mulakan mesej dimajukan',
    original: 'Mesej asal|E-mel asal',
    wrote: 'menulis',
  },
  {
    language: 'zh-Hans',
    from: '发件人|寄件人|发信人|发送人|发送者|发自',
    date: '发送时间|日期|时间|发送日期|发件时间|发信时间|寄件日期',
    to: '收件人|收信人|至|发给|接收人|接收者',
    cc: '抄送|抄送人',
    subject: '主题|标题|邮件主题',
    replyTo: '回复|回复至|答复',
    other: '密送|附件|重要性|优先级',
    forwarded:
      '转发的邮件|转发邮件|转发邮件信息|转发信息|转发的信息|转发的消息|已转发的邮件|已转发邮件|开始转发的邮件|开始转发邮件|被转发的邮件|被转发邮件信息|以下是转发的邮件|以下为转发邮件|转发|下面是被转发的邮件|下面是转发的邮件|以下是被转发的邮件',
    original: '原始邮件|原邮件|邮件原件|邮件原文|原始邮件信息|原始消息|原始信息|原始信件',
    wrote: '写道|写',
  },
  {
    language: 'zh-Hant',
    from: '寄件者|寄件人|寄信人|發件人|發送者|發信人|傳送者|從',
    date: '寄件日期|日期|傳送時間|發送時間|傳送日期|寄信日期|寄送日期|時間|寄件時間|已傳送|發送日期',
    to: '收件者|收件人|收信人|至|接收者',
    cc: '副本|抄送|副本抄送|副本收件者',
    subject: '主旨|主題|標題|信件主旨',
    replyTo: '回覆|回覆至|回信地址',
    other: '密件副本|附件|重要性|密件抄送',
    forwarded:
      '轉寄郵件|轉寄的郵件|已轉寄郵件|已轉寄的郵件|轉寄訊息|轉寄的訊息|已轉寄訊息|開始轉寄郵件|開始轉寄訊息|以下為轉寄郵件|轉發郵件|轉發的郵件|轉發訊息|轉發的訊息|開始轉發郵件|轉寄信件|轉寄的信件|轉寄的電子郵件|轉寄|以下是轉寄的郵件|下面是轉寄的郵件|以下是轉寄郵件',
    original: '原始郵件|原始信件|原郵件|原始訊息|原信件|原始電子郵件',
    wrote: '寫道|寫',
  },
  {
    language: 'ja',
    from: '差出人|送信者|送信元|発信者|発信元|差出し人',
    date: '送信日時|日時|日付|送信日|送信時刻',
    to: '宛先|受信者|送信先|あて先',
    cc: 'Cc|写し',
    subject: '件名|題名|表題|標題',
    replyTo: '返信先',
    other: '添付ファイル|重要度|添付',
    forwarded:
      '転送されたメッセージ|転送メッセージ|転送されたメール|転送メール|転送されたメッセージここから|ここから転送されたメッセージ|転送されたメッセージの開始|転送|転送文',
    original: '元のメッセージ|元のメール|オリジナルメッセージ|オリジナルのメッセージ|元メール',
    wrote: '書きました|書いた|のメール|のメッセージ|は書きました',
  },
  {
    language: 'ko',
    from: '보낸 사람|보낸사람|보낸이|보낸 이|보내는 사람|발신자|발신인|발신',
    date: '보낸 날짜|보낸날짜|날짜|일시|보낸 시간|보낸시간|보낸 일시|발신일|발신 일시|보냄|전송 날짜',
    to: '받는 사람|받는사람|받는이|받는 이|수신자|수신인|수신|받은 사람',
    cc: '참조|참조인',
    subject: '제목',
    replyTo: '회신 주소|답장 받는 사람',
    other: '숨은 참조|숨은참조|첨부|첨부 파일|중요도',
    forwarded:
      '전달된 메시지|전달된 메일|전달된 이메일|전달한 메시지|전달한 메일|전달 메시지|전달 메일|전달된 메시지 시작|전달받은 메시지',
    original: '원본 메시지|원본 메일|원본메일|원본메시지|원본 이메일|원본 편지|원문',
    wrote: '작성|님이 작성|님이 작성함|썼습니다|쓴 글|님이 쓴 메시지',
  },
  {
    language: 'af',
    from: 'Van|Afsender',
    date: 'Gestuur|Datum',
    to: 'Aan|Ontvanger',
    cc: 'Cc|Kopie',
    subject: 'Onderwerp',
    forwarded: 'Aangestuurde boodskap|Begin aangestuurde boodskap',
    original: 'Oorspronklike boodskap',
    wrote: 'het geskryf|geskryf|skryf',
  },
  {
    language: 'be',
    from: 'Ад|Адпраўнік',
    date: 'Адпраўлена|Дата',
    to: 'Каму|Атрымальнік',
    cc: 'Копія',
    subject: 'Тэма',
    forwarded: 'Перасланае паведамленне|Перасланы ліст',
    original: 'Зыходнае паведамленне|Арыгінальнае паведамленне',
    wrote: 'напісаў|напісала|піша',
  },
  {
    language: 'ka',
    from: 'გამგზავნი|ვისგან',
    date: 'გაგზავნილია|გაიგზავნა|თარიღი',
    to: 'ადრესატი|მიმღები|ვის',
    cc: 'ასლი',
    subject: 'თემა',
    forwarded: 'გადამისამართებული შეტყობინება|გადაგზავნილი შეტყობინება',
    original: 'ორიგინალი შეტყობინება|თავდაპირველი შეტყობინება',
    wrote: 'დაწერა|წერს',
  },
  {
    language: 'bn',
    from: 'প্রেরক|থেকে',
    date: 'পাঠানো হয়েছে|তারিখ|প্রেরিত',
    to: 'প্রাপক|প্রতি',
    cc: 'অনুলিপি',
    subject: 'বিষয়',
    forwarded: 'ফরোয়ার্ড করা বার্তা|ফরওয়ার্ড করা বার্তা',
    original: 'মূল বার্তা',
    wrote: 'লিখেছেন',
  },
  {
    language: 'fil',
    from: 'Mula kay|Mula sa',
    date: 'Ipinadala|Petsa',
    to: 'Para kay|Kay',
    cc: 'Kopya',
    subject: 'Paksa',
    forwarded: 'Ipinasang mensahe|Naipasang mensahe',
    original: 'Orihinal na mensahe',
    wrote: 'sumulat|isinulat ni',
  },
  {
    language: 'cy',
    from: 'Oddi wrth|Gan',
    date: 'Anfonwyd|Dyddiad',
    to: 'At',
    cc: 'Copi',
    subject: 'Pwnc|Testun',
    forwarded: "Neges a anfonwyd ymlaen|Neges wedi'i hanfon ymlaen|Neges wedi’i hanfon ymlaen",
    original: 'Neges wreiddiol',
    wrote: 'ysgrifennodd',
  },
  {
    language: 'ga',
    from: 'Ó|Seoltóir',
    date: 'Seolta|Dáta',
    to: 'Chuig',
    cc: 'Cóip',
    subject: 'Ábhar',
    forwarded: 'Teachtaireacht curtha ar aghaidh|Teachtaireacht ar aghaidh',
    original: 'Teachtaireacht bhunaidh|An teachtaireacht bhunaidh',
    wrote: 'scríobh|a scríobh',
  },
  {
    language: 'mt',
    from: 'Minn|Mingħand',
    date: 'Mibgħut|Mibgħuta|Data',
    to: 'Lil',
    cc: 'Kopja',
    subject: 'Suġġett',
    forwarded: 'Messaġġ mgħoddi|Messaġġ mibgħut',
    original: 'Messaġġ oriġinali',
    wrote: 'kiteb|kitbet',
  },
  {
    language: 'lb',
    from: 'Vun',
    date: 'Geschéckt|Datum',
    to: 'Un',
    cc: 'Kopie',
    subject: 'Betreff|Sujet',
    forwarded: 'Weidergeleet Noriicht|Weidergeleete Message',
    original: 'Original Noriicht|Ursprénglech Noriicht',
    wrote: 'huet geschriwwen',
  },
  {
    language: 'kk',
    from: 'Кімнен|Жіберуші',
    date: 'Жіберілді|Күні|Жіберілген күні',
    to: 'Кімге|Алушы',
    cc: 'Көшірме|Көшірмесі',
    subject: 'Тақырыбы|Тақырып',
    forwarded: 'Қайта жіберілген хабар|Бағытталған хабар|Қайта бағытталған хат',
    original: 'Бастапқы хабар|Түпнұсқа хабар',
    wrote: 'жазды',
  },
  {
    language: 'az',
    from: 'Kimdən|Göndərən',
    date: 'Göndərilib|Göndərildi|Tarix',
    to: 'Kimə|Alan',
    cc: 'Surət',
    subject: 'Mövzu',
    forwarded: 'Yönləndirilmiş mesaj|Yönləndirilən mesaj|Ötürülmüş mesaj',
    original: 'Orijinal mesaj|Əsas mesaj|İlkin mesaj',
    wrote: 'yazdı|yazıb',
  },
  {
    language: 'ur',
    from: 'منجانب|ارسال کنندہ',
    date: 'تاریخ|بھیجا گیا',
    to: 'بنام|وصول کنندہ',
    cc: 'نقل',
    subject: 'موضوع',
    forwarded: 'آگے بھیجا گیا پیغام|فارورڈ کردہ پیغام',
    original: 'اصل پیغام',
    wrote: 'نے لکھا',
  },
];

/** Stems of "forwarded", for decorated lines whose wording is not in the table. */
export const forwardStems: readonly string[] = (
  'forwarded|weitergeleitet|transfere|reexpedie|reenviad|reenviat|encaminhad|inoltrat|doorgestuurd|videresendt|vidarebefordr|' +
  'valitet|valittanyt|edelleenlahet|przekazan|przekazyw|preposlan|presmerovan|tovabbitott|redirectionat|proslijeden|prosleden|posredovan|' +
  'препратен|пересыл|пересла|перенаправл|переадрес|прослеђен|προωθ|iletilen|iletilmis|yonlendir|edastatud|parsutit|persiust|' +
  'معاد توجيه|اعادة توجيه|هدايت|הועבר|מועבר|अग्रेषित|ส่งต่อ|reachemin|remitido por|repassad|chuyen tiep|diteruskan|terusan|dimajukan|转发|轉寄|轉發|転送|전달된|전달한'
).split('|');

/** Stems of "original" and of "message": a decorated line with both is a separator with a wording of its own. */
export const originalStems: readonly string[] = (
  'origin|oryginal|urspr|oorspr|oprindel|opprinnel|upprun|upphaf|alkuper|algne|sakotn|pirmin|pradin|puvodn|povodn|eredeti|izvorn|izvirn|prvotn|' +
  'исходн|ориг|первонач|вихідн|початков|зыходн|изворн|αρχικ|πρωτοτυπ|ozgun|orijinal|asli|asal|jatorri|orixin|orihinal'
).split('|');

export const messageStems: readonly string[] = (
  'messag|mail|nachricht|termin|besprech|appointment|meeting|rendez|courri|mensaj|mensag|mensax|missatg|messagg|bericht|afspraak|meddel|melding|' +
  'besked|beskjed|mejl|brev|skilabo|postur|viesti|kiri|sonum|laisk|pranesim|zino|vestul|wiadomo|zprav|sprav|uzenet|level|mesaj|poruk|sporoc|' +
  'съобщ|писмо|сообщ|письм|повідом|паведам|порук|порака|μηνυμα|ileti|e-posta|pesan|mesej|boodskap|mensahe|mezua|mezu'
).split('|');

/** How a closing mark begins: "----- End forwarded message -----". The text after it is the forwarder's again. */
export const endWords: readonly string[] = (
  'end|ende|fin|fine|fim|final|einde|slut|slutt|loppu|koniec|konec|kraj|vege|sfarsit|sonu|tamat|akhir|ket thuc|' +
  'конец|завершение|кінець|край|крај|канец|τελος|结束|結束|終わり|끝|نهاية|סוף|پایان'
).split('|');
