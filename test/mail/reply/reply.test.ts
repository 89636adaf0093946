import { describe, expect, it } from 'vitest';

import { splitReply } from '../../../src/mail/reply/reply.ts';

const split = (text: string): ReturnType<typeof splitReply> =>
  splitReply({ text, rawHtml: null, textSource: 'plain', isForward: false });
const forward = (text: string): ReturnType<typeof splitReply> =>
  splitReply({ text, rawHtml: null, textSource: 'plain', isForward: true });

/** Outlook and others, one row per language: from, sent, to, subject. */
const FIELDS: readonly (readonly [string, readonly string[]])[] = [
  [
    'English',
    [
      'From: Ann Example <ann@example.com>',
      'Sent: Tuesday, March 5, 2024 10:12 AM',
      'To: Bob Test',
      'Subject: RE: Claim',
    ],
  ],
  [
    'English, Mac',
    [
      'From: Ann Example <ann@example.com>',
      'Date: Tuesday, 5 March 2024 at 10:12',
      'To: Bob Test <bob@example.test>',
      'Cc: Carl',
      'Subject: Re: Claim',
    ],
  ],
  [
    'English, no address',
    ['From: Ann Example', 'Sent: Tuesday, March 5, 2024 10:12 AM', 'To: Bob Test', 'Subject: RE: Claim'],
  ],
  [
    'German',
    [
      'Von: Ann Example <ann@example.com>',
      'Gesendet: Dienstag, 5. März 2024 10:12',
      'An: Bob Test',
      'Betreff: AW: Schaden',
    ],
  ],
  [
    'French',
    [
      'De : Ann Example <ann@example.com>',
      'Envoyé : mardi 5 mars 2024 10:12',
      'À : Bob Test',
      'Objet : RE: Sinistre',
    ],
  ],
  [
    'Spanish',
    [
      'De: Ann Example <ann@example.com>',
      'Enviado el: martes, 5 de marzo de 2024 10:12',
      'Para: Bob Test',
      'Asunto: RE: Siniestro',
    ],
  ],
  [
    'Italian',
    [
      'Da: Ann Example <ann@example.com>',
      'Inviato: martedì 5 marzo 2024 10:12',
      'A: Bob Test',
      'Oggetto: R: Sinistro',
    ],
  ],
  [
    'Portuguese',
    [
      'De: Ann Example <ann@example.com>',
      'Enviada em: terça-feira, 5 de março de 2024 10:12',
      'Para: Bob Test',
      'Assunto: RES: Sinistro',
    ],
  ],
  [
    'Catalan',
    [
      'De: Ann Example <ann@example.com>',
      'Enviat: dimarts, 5 de març de 2024 10:12',
      'Per a: Bob Test',
      'Assumpte: RE: Sinistre',
    ],
  ],
  [
    'Romanian',
    [
      'De la: Ann Example <ann@example.com>',
      'Trimis: marți, 5 martie 2024 10:12',
      'Către: Bob Test',
      'Subiect: RE: Daună',
    ],
  ],
  [
    'Dutch',
    [
      'Van: Ann Example <ann@example.com>',
      'Verzonden: dinsdag 5 maart 2024 10:12',
      'Aan: Bob Test',
      'Onderwerp: RE: Schade',
    ],
  ],
  [
    'Swedish',
    [
      'Från: Ann Example <ann@example.com>',
      'Skickat: den 5 mars 2024 10:12',
      'Till: Bob Test',
      'Ämne: SV: Skada',
    ],
  ],
  [
    'Danish',
    ['Fra: Ann Example <ann@example.com>', 'Sendt: 5. marts 2024 10:12', 'Til: Bob Test', 'Emne: SV: Skade'],
  ],
  [
    'Norwegian',
    [
      'Fra: Ann Example <ann@example.com>',
      'Sendt: tirsdag 5. mars 2024 10:12',
      'Til: Bob Test',
      'Emne: SV: Skade',
    ],
  ],
  [
    'Icelandic',
    [
      'Frá: Ann Example <ann@example.com>',
      'Sent: þriðjudagur, 5. mars 2024 10:12',
      'Til: Bob Test',
      'Efni: RE: Tjón',
    ],
  ],
  [
    'Finnish',
    [
      'Lähettäjä: Ann Example <ann@example.com>',
      'Lähetetty: tiistai 5. maaliskuuta 2024 10.12',
      'Vastaanottaja: Bob Test',
      'Aihe: VS: Vahinko',
    ],
  ],
  [
    'Estonian',
    [
      'Saatja: Ann Example <ann@example.com>',
      'Saadetud: teisipäev, 5. märts 2024 10:12',
      'Adressaat: Bob Test',
      'Teema: RE: Kahju',
    ],
  ],
  [
    'Latvian',
    [
      'No: Ann Example <ann@example.com>',
      'Nosūtīts: otrdiena, 2024. gada 5. marts 10:12',
      'Kam: Bob Test',
      'Tēma: RE: Lieta',
    ],
  ],
  [
    'Lithuanian',
    [
      'Nuo: Ann Example <ann@example.com>',
      'Išsiųsta: 2024 m. kovo 5 d. 10:12',
      'Kam: Bob Test',
      'Tema: RE: Byla',
    ],
  ],
  [
    'Polish',
    [
      'Od: Ann Example <ann@example.com>',
      'Wysłano: wtorek, 5 marca 2024 10:12',
      'Do: Bob Test',
      'Temat: ODP: Szkoda',
    ],
  ],
  [
    'Czech',
    [
      'Od: Ann Example <ann@example.com>',
      'Odesláno: úterý 5. března 2024 10:12',
      'Komu: Bob Test',
      'Předmět: RE: Škoda',
    ],
  ],
  [
    'Slovak',
    [
      'Od: Ann Example <ann@example.com>',
      'Odoslané: utorok 5. marca 2024 10:12',
      'Komu: Bob Test',
      'Predmet: RE: Škoda',
    ],
  ],
  [
    'Hungarian',
    [
      'Feladó: Ann Example <ann@example.com>',
      'Elküldve: 2024. március 5., kedd 10:12',
      'Címzett: Bob Test',
      'Tárgy: RE: Kár',
    ],
  ],
  [
    'Slovenian',
    [
      'Od: Ann Example <ann@example.com>',
      'Poslano: torek, 5. marec 2024 10:12',
      'Za: Bob Test',
      'Zadeva: RE: Škoda',
    ],
  ],
  [
    'Croatian',
    [
      'Od: Ann Example <ann@example.com>',
      'Poslano: 5. ožujka 2024. 10:12',
      'Prima: Bob Test',
      'Predmet: RE: Šteta',
    ],
  ],
  [
    'Serbian',
    ['Од: Ана Пример <ann@example.com>', 'Послато: 5. март 2024. 10:12', 'За: Боб', 'Предмет: RE: Штета'],
  ],
  [
    'Bulgarian',
    [
      'От: Ана Пример <ann@example.com>',
      'Изпратено: вторник, 5 март 2024 г. 10:12',
      'До: Боб',
      'Относно: RE: Щета',
    ],
  ],
  [
    'Russian',
    ['От: Анна Пример <ann@example.com>', 'Отправлено: 5 марта 2024 г. 10:12', 'Кому: Боб', 'Тема: RE: Дело'],
  ],
  [
    'Ukrainian',
    [
      'Від: Анна Приклад <ann@example.com>',
      'Надіслано: 5 березня 2024 р. 10:12',
      'Кому: Боб',
      'Тема: RE: Справа',
    ],
  ],
  [
    'Greek',
    [
      'Από: Άννα <ann@example.com>',
      'Στάλθηκε: Τρίτη, 5 Μαρτίου 2024 10:12',
      'Προς: Bob Test',
      'Θέμα: RE: Ζημιά',
    ],
  ],
  [
    'Turkish',
    [
      'Kimden: Ann Example <ann@example.com>',
      'Gönderildi: 5 Mart 2024 Salı 10:12',
      'Kime: Bob Test',
      'Konu: YNT: Hasar',
    ],
  ],
  ['Hebrew', ['מאת: אן <ann@example.com>', 'נשלח: יום שלישי 5 מרץ 2024 10:12', 'אל: בוב', 'נושא: RE: תביעה']],
  ['Arabic', ['من: آن <ann@example.com>', 'تم الإرسال: ٥ مارس ٢٠٢٤ ١٠:١٢', 'إلى: بوب', 'الموضوع: RE: مطالبة']],
  [
    'Indonesian',
    [
      'Dari: Ann Example <ann@example.com>',
      'Dikirim: Selasa, 5 Maret 2024 10.12',
      'Kepada: Bob Test',
      'Subjek: RE: Klaim',
    ],
  ],
  [
    'Vietnamese',
    [
      'Từ: Ann Example <ann@example.com>',
      'Đã gửi: 05 Tháng Ba 2024 10:12',
      'Đến: Bob Test',
      'Chủ đề: RE: Hồ sơ',
    ],
  ],
  ['Thai', ['จาก: Ann Example <ann@example.com>', 'ส่ง: 5 มีนาคม 2567 10:12', 'ถึง: Bob Test', 'เรื่อง: RE: คดี']],
  [
    'Chinese',
    [
      '发件人: Ann Example <ann@example.com>',
      '发送时间: 2024年3月5日 10:12',
      '收件人: Bob Test',
      '主题: 回复: 案件',
    ],
  ],
  [
    'Chinese, Taiwan',
    [
      '寄件者：Ann Example <ann@example.com>',
      '寄件日期：2024年3月5日 10:12',
      '收件者：Bob Test',
      '主旨：回覆：案件',
    ],
  ],
  [
    'Japanese',
    [
      '差出人: Ann Example <ann@example.com>',
      '送信日時: 2024年3月5日 10:12',
      '宛先: Bob Test',
      '件名: RE: 案件',
    ],
  ],
  [
    'Korean',
    [
      '보낸 사람: Ann Example <ann@example.com>',
      '보낸 날짜: 2024년 3월 5일 화요일 10:12',
      '받는 사람: Bob Test',
      '제목: RE: 사건',
    ],
  ],
];

const SEPARATORS = [
  '-----Original Message-----',
  '-------- Original message --------',
  '------- Original Message -------',
  '-----Ursprüngliche Nachricht-----',
  '-------- Originalnachricht --------',
  "-----Message d'origine-----",
  '-------- Message original --------',
  '-----Mensaje original-----',
  '-----Mensagem original-----',
  '-----Messaggio originale-----',
  '-----Oorspronkelijk bericht-----',
  '-----Ursprungligt meddelande-----',
  '-----Oprindelig meddelelse-----',
  '-----Opprinnelig melding-----',
  '-----Alkuperäinen viesti-----',
  '-----Oryginalna wiadomość-----',
  '-----Původní zpráva-----',
  '-----Pôvodná správa-----',
  '-----Eredeti üzenet-----',
  '-----Mesaj original-----',
  '-----Izvorna poruka-----',
  '-----Оригинално съобщение-----',
  '-------- Исходное сообщение --------',
  '-----Αρχικό μήνυμα-----',
  '-----Özgün İleti-----',
  '------------------ 原始邮件 ------------------',
  '-----原始郵件-----',
  '-----元のメッセージ-----',
  '-----원본 메시지-----',
  '-----הודעה מקורית-----',
  '-----الرسالة الأصلية-----',
  '-----Thư gốc-----',
  '-----Pesan Asli-----',
];

describe('the fields that Outlook repeats above a quote', () => {
  it.each(FIELDS)('end the reply, with or without a line above: %s', (_language, fields) => {
    for (const line of ['', '________________________________\n', '-----Original Message-----\n', '\n']) {
      const parts = split(`Tuesday suits me.\n\n${line}${fields.join('\n')}\n\nShall we meet?\n`);
      expect(parts.reply).toBe('Tuesday suits me.');
      expect(parts.quoted).toContain('Shall we meet?');
      expect(parts.quoted).toContain(fields[0]);
    }
  });

  it.each(FIELDS)(
    'are known in bold, indented, and with an empty line between them: %s',
    (_language, fields) => {
      const bold = fields.map((line) => line.replace(/^([^:：]+?)(\s?[:：])/u, '*$1$2*'));
      expect(split(`Yes.\n\n${bold.join('\n')}\n\nShall we?\n`).reply).toBe('Yes.');
      expect(split(`Yes.\n\n${fields.map((line) => `   ${line}`).join('\n')}\n\nShall we?\n`).reply).toBe(
        'Yes.',
      );
      expect(split(`Yes.\n\n${fields.join('\n\n')}\n\nShall we?\n`).reply).toBe('Yes.');
    },
  );

  it('may be wrapped', () => {
    const text =
      'Yes.\n\nFrom: Ann Example [mailto:\nann@example.com]\nSent: Tuesday, March 5, 2024 10:12 AM\nTo: Bob Test; Carl Test;\n Dora Test\nSubject: RE: Claim\n\nShall we?';
    expect(split(text).reply).toBe('Yes.');
  });

  it.each([
    ['a journey', 'From: London\nTo: Paris\nDate: 5 March 2024'],
    ['an appointment', 'Date: Tuesday, 5 March 2024\nTime: 10:12\nAddress: 7 Mill Lane'],
    ['a bank transfer', 'To: Example Bank\nSubject: Invoice 12'],
    ['a single label', 'Subject: the contract of 5 March 2024, as discussed'],
  ])('are not made of %s', (_what, lines) => {
    const text = `Please note:\n\n${lines}\n\nIs that right?`;
    expect(split(text).reply).toBe(text);
  });
});

describe('labels that are not a message header', () => {
  it.each([
    ['a journey', 'My flight:\n\nFrom: London\nTo: Rome\nDate: 3 May 2027, 10:30\n\nCan we meet?'],
    [
      'a memo',
      'Please print:\n\nTo: All tenants\nFrom: The office\nDate: 27 October 2027\nSubject: Heating\n\nIt is off.',
    ],
    ['a hire', 'Mietzeit:\nVon: 01.01.2027\nBis: 31.12.2027\nAn: Hausverwaltung\n\nBitte prüfen.'],
    [
      'new data',
      'My data:\n\nTo: Ada Moss, Long Street 1\nFrom: 1 May 2027\nEmail: ada@client.test\n\nPlease change it.',
    ],
  ])('stay: %s', (_case, text) => {
    expect(split(text)).toEqual({ reply: text, quoted: null, signature: null });
  });
});

describe('the line above an original message', () => {
  it.each(SEPARATORS)('ends the reply: %s', (line) => {
    expect(split(`Tuesday suits me.\n\n${line}\n\nShall we meet?\n`)).toEqual({
      reply: 'Tuesday suits me.',
      quoted: `${line}\n\nShall we meet?`,
      signature: null,
    });
  });

  it.each(['----- Our offer -----', '---', '***', '--- Enter your answer below ---', '=== Minutes ==='])(
    'is none of the sender’s own headings: %s',
    (line) => {
      const text = `Please see below.\n\n${line}\n\nThe price is 100.\nThe term is a year.`;
      expect(split(text).reply).toBe(text);
    },
  );
});

describe('a separator with unknown wording', () => {
  it.each([
    '-----Original Appointment-----',
    '-----Ursprünglicher Termin-----',
    '-----Oryginalny e-mail-----',
    '-----Originální zpráva-----',
    '-----Algsõnum-----',
    '------------------&nbsp;原始邮件&nbsp;------------------',
  ])('ends the reply: %s', (line) => {
    expect(split(`Yes.\n\n${line}\nAnn\n\nShall we?`).reply).toBe('Yes.');
  });
});

describe('a help desk’s “reply above this line”', () => {
  it.each([
    '##- Please type your reply above this line -##',
    '--- Reply above this line ---',
    '-- REPLY-ABOVE-THIS-LINE --',
    '**Reply ABOVE THIS LINE to add a note to this request**',
    'Please reply above this line.',
    '~~~ Please do not edit below this line ~~~',
    '##- Bitte geben Sie Ihre Antwort über dieser Zeile ein. -##',
    "##- Merci d'écrire votre réponse au-dessus de cette ligne -##",
    '##- Escriba su respuesta por encima de esta línea -##',
    '##- Typ uw antwoord boven deze regel -##',
    '##- Введите ответ над этой строкой -##',
    'この行より上に返信を入力してください',
  ])('ends the answer: %s', (line) => {
    expect(split(`It leaks again.\n\n${line}\n\nYour request 42\nWe came yesterday.`)).toEqual({
      reply: 'It leaks again.',
      quoted: `${line}\n\nYour request 42\nWe came yesterday.`,
      signature: null,
    });
  });

  it('is left out if the help desk writes first', () => {
    const line = '##- Please type your reply above this line -##';
    expect(split(`${line}\n\nWe came yesterday.`).reply).toBe('We came yesterday.');
  });

  it.each([
    'My reply stands above this line.',
    'Please comment on the amounts below this line.',
    '*Sign above this line*',
    '--- My comments are below this line ---',
  ])('is no sentence of the sender: %s', (line) => {
    const text = `Hello,\n\n${line}\n\nThe roof leaks.`;
    expect(split(text)).toEqual({ reply: text, quoted: null, signature: null });
  });
});

describe('quoted lines', () => {
  it('are cut off below the reply, even without an introduction', () => {
    expect(split('Yes, gladly.\n\n> Shall we meet?\n> On Tuesday?\n')).toEqual({
      reply: 'Yes, gladly.',
      quoted: '> Shall we meet?\n> On Tuesday?',
      signature: null,
    });
  });

  it('are cut out between a greeting above and a closing below', () => {
    const text =
      'Yes, gladly.\n\nOn 05/03/2024 10:12, Ann Example wrote:\n> Shall we meet?\n> On Tuesday?\n\nSee you there, Bob';
    expect(split(text).reply).toBe('Yes, gladly.\n\nSee you there, Bob');
  });

  it('stay with the answers between them', () => {
    const text = [
      'Dear Ann,',
      '',
      'On Tue, Mar 5, 2024 at 10:12 AM Ann Example <ann@example.com> wrote:',
      '> Where do you live now?',
      '',
      'In Mill Lane 7.',
      '',
      '> Since when?',
      '',
      'Since May.',
      '',
      '> Kind regards',
      '> Ann',
      '',
      '-- ',
      'Bob Test',
    ].join('\n');
    expect(split(text)).toEqual({
      reply: 'Dear Ann,\n\n> Where do you live now?\n\nIn Mill Lane 7.\n\n> Since when?\n\nSince May.',
      quoted: 'On Tue, Mar 5, 2024 at 10:12 AM Ann Example <ann@example.com> wrote:\n\n> Kind regards\n> Ann',
      signature: '-- \nBob Test'.replace('-- ', '--'),
    });
  });

  it.each([
    '> On 5 Mar 2024, at 10:12, Ann Example <ann@example.com> wrote:\n>',
    'On 05/03/24 10:12, Ann Example wrote:',
  ])('stay without the line that says who asked: %j', (line) => {
    const answers = '> Is it oak?\n\nYes, oak.\n\n> And the frame?\n\nPine.';
    const parts = split(`${line}\n${answers}`);
    expect(parts.reply).toBe(answers);
    expect(parts.quoted).toContain('Ann Example');
  });

  it('stay if the sender picked one question and answered below it', () => {
    const text = '> Where do you live now?\n\nIn Mill Lane 7.';
    expect(split(text).reply).toBe(text);
  });

  it('are recognised if a server broke them', () => {
    const text = [
      'No.',
      '',
      'On 05/03/2024 10:12, Ann Example wrote:',
      '> We would like to know whether the contract that we sent to you on the',
      'first of March has arrived at your office.',
      '> Please let us know',
      '> Ann',
    ].join('\n');
    expect(split(text).reply).toBe('No.');
  });

  it('are not ornaments', () => {
    const text = 'News of the week\n>>> read on at www.example.com <<<\nGoodbye';
    expect(split(text).reply).toBe(text);
  });

  it.each([
    ['quote only', '> Shall we meet?\n> Ann\n', ''],
    ['an introduced quote only', 'On 05/03/2024 10:12, Ann Example wrote:\n> Shall we meet?\n', ''],
    ['nothing', '', ''],
    ['white space', ' \n\t\n', ''],
  ])('leave an empty reply if the sender wrote nothing: %s', (_what, text, reply) => {
    expect(split(text).reply).toBe(reply);
  });

  it.each([
    'From: ann@example.com\nDate: 5 March 2024\nSubject: Enquiry from the web form\nMessage: please call me',
    '-----Original Message-----\n\nShall we meet?\n\nYes, on Tuesday.',
    'On Tue, Mar 5, 2024 at 10:12 AM Ann Example <ann@example.com> wrote:\nShall we meet?\n\nYes, on Tuesday.',
  ])('do not swallow everything if nothing shows who wrote what', (text) => {
    expect(split(text)).toEqual({ reply: text, quoted: null, signature: null });
  });
});

describe('a sentence that tells who wrote', () => {
  it.each([
    'On 5 March 2024 at 10:12 he wrote:',
    'On 5 March 2024 at 10:12 I wrote:',
    'Am 5. März 2024 um 10:12 schrieb er:',
    'Le 5 mars 2024 à 10:12 elle a écrit :',
    'Op 5 maart 2024 om 10:12 schreef hij:',
    '5 марта 2024 в 10:12 он написал:',
    'On 5 March 2024 at 10:12 my wife wrote:',
    'Am 5. März 2024 um 10:12 schrieb der Vermieter:',
    'Le 5 mars 2024 à 10:12 mon voisin a écrit :',
  ])('is the sender’s own, with what follows it: %s', (line) => {
    const text = `Dear Ann,\n\n${line}\nThe roof leaks.\nThat is all.`;
    expect(split(text)).toEqual({ reply: text, quoted: null, signature: null });
  });

  it.each(['On 5 March 2024 at 10:12 ann wrote:', 'Op 5 maart 2024 om 10:12 schreef Joost de Wit:'])(
    'is not one if it prints a name: %s',
    (line) => {
      expect(split(`Yes.\n\n${line}\n\nShall we?`).reply).toBe('Yes.');
    },
  );

  it('introduces what is marked as quoted', () => {
    expect(split('Yes.\n\nOn 5 March 2024 at 10:12 he wrote:\n> Shall we?').reply).toBe('Yes.');
  });
});

describe('lines quoted by initials', () => {
  const introduction = 'Tuesday, March 5, 2024, 10:12:00 AM, you wrote:';

  it('are cut out below an attribution, and the answer under them is kept', () => {
    const quoted = `${introduction}\n\nAE> Shall we meet?\nAE>> Or not?`;
    expect(split(`Hello Ann,\n\n${quoted}\n\nYes, gladly.`)).toEqual({
      reply: 'Hello Ann,\n\nYes, gladly.',
      quoted,
      signature: null,
    });
  });

  it('are recognised below a wrapped attribution', () => {
    const text =
      'On Tue, Mar 5, 2024 at 10:12 AM Ann Example <ann@example.com>\nwrote:\n\nAnn> Shall we?\n\nYes.';
    expect(split(text).reply).toBe('Yes.');
  });

  it.each(['The readings:\n\nA> 3 bar\n\nIs that safe?', 'A> 3 bar\nB> 2 bar', 'On Tuesday:\nMon> closed'])(
    'are not lines that nothing attributes: %j',
    (text) => {
      expect(split(text)).toEqual({ reply: text, quoted: null, signature: null });
    },
  );
});

describe('lines quoted by initials that nothing attributes', () => {
  it.each([
    ['I agree.\n\nAE> Shall we meet?\nAE> On Friday?', 'I agree.', 'AE> Shall we meet?\nAE> On Friday?'],
    ['I agree.\n\nA> Shall we meet?\nA> On Friday?', 'I agree.', 'A> Shall we meet?\nA> On Friday?'],
    ['I agree.\n\nAnn> Shall we meet?\nAnn>> Or not?', 'I agree.', 'Ann> Shall we meet?\nAnn>> Or not?'],
  ])('are recognised if the same initials occur twice: %j', (text, reply, quoted) => {
    expect(split(text)).toEqual({ reply, quoted, signature: null });
  });

  it('keep the answers between them', () => {
    const text = 'Hello,\n\nAE> Shall we meet?\n\nYes.\n\nAE> On Friday?\n\nGladly.';
    expect(split(text).reply).toBe(text);
  });

  it.each([
    'The steps:\n\nA> open the valve\nB> close the tap\nC> drain it',
    'I typed:\n\nSQL> select 1\nSQL> select 2',
    'I typed:\n\nC:\\> dir\nC:\\> cd lease',
    'P> 3 bar is too much.',
  ])('are no list and no prompt: %j', (text) => {
    expect(split(text)).toEqual({ reply: text, quoted: null, signature: null });
  });
});

describe('an answer below a quotation that has lost its marks', () => {
  const bare = 'On 5 March 2024 10:12, "Bob Hill" <bob@example.test> wrote:\n\nThe deed is ready.\n\n';

  it.each([
    [
      `${bare}On 4 March 2024 6:51 pm, "Ann Example" <ann@example.com> wrote:\n\n> Is it ready?\n\nI shall come on Friday.`,
    ],
    [`${bare}> Is it ready?\n> Ann\n\nI shall come on Friday.`],
    [`${bare}-- \nBob Hill\n\n> > older\n\nI shall come on Friday.`],
  ])('is the reply: %j', (text) => {
    const { reply, quoted } = split(text);
    expect(reply).toBe('I shall come on Friday.');
    expect(quoted).toContain('The deed is ready.');
  });

  it('loses its sign-off, and the older message under it', () => {
    const text = `${bare}> Is it ready?\n\nI shall come.\n\nKind regards\nAnn\n\n-----Original Message-----\nFrom: Bob <bob@example.test>\nSent: Tuesday, March 5, 2024 10:12 AM\nSubject: Deed\n\nOlder words.`;
    expect(split(text)).toMatchObject({ reply: 'I shall come.', signature: 'Kind regards\nAnn' });
  });

  it('stays empty if nothing is below', () => {
    expect(split(`${bare}> Is it ready?`).reply).toBe('');
  });
});

describe("label lines of the sender's own right above a header block", () => {
  const history =
    'From: Bob Hill <bob@example.test>\nSent: Tuesday, March 5, 2024 10:12 AM\nTo: Ann Example <ann@example.com>\nSubject: The move\n\nWhere to?';

  it.each([
    ['Date: 4 February', '\n\n'],
    ['Date: 4 February', '\n'],
    ['To: 14 Mill Lane', '\n\n'],
    ['To: 14 Mill Lane', '\n'],
    ['Subject: the roof', '\n\n'],
    ['Date: 4 February\nTo: 14 Mill Lane', '\n\n'],
    ['To: 14 Mill Lane\nDate: 4 February', '\n'],
    ['These are the facts:\nDate: 4 February\nTo: 14 Mill Lane', '\n\n'],
  ])('are the reply: %j', (own, gap) => {
    expect(split(`${own}${gap}${history}`)).toEqual({ reply: own, quoted: history, signature: null });
    const inside = `---------- Forwarded message ---------\n${history}`;
    expect(forward(`${own}${gap}${inside}`).reply).toBe(own);
    expect(forward(`${own}${gap}${history}`).reply).toBe(own);
  });

  it('are the reply above a separator', () => {
    const original = `-----Original Message-----\n${history}`;
    expect(split(`Subject: the roof\n\n${original}`)).toMatchObject({
      reply: 'Subject: the roof',
      quoted: original,
    });
  });

  it('are known in other languages', () => {
    const von =
      'Von: Bob Hill <bob@example.test>\nGesendet: Dienstag, 5. März 2024 10:12\nAn: Ann Example <ann@example.com>\nBetreff: Umzug\n\nWohin?';
    expect(split(`An: Mühlweg 14\nDatum: 4. Februar\n\n${von}`).reply).toBe(
      'An: Mühlweg 14\nDatum: 4. Februar',
    );
  });

  it.each([
    'Date: Tue, 5 Mar 2024 10:12:00 +0100\nFrom: Bob Hill <bob@example.test>\nTo: Ann Example <ann@example.com>\nSubject: The move',
    'Subject: The move\nDate: Tue, 5 Mar 2024 10:12:00 +0100\nFrom: Bob Hill <bob@example.test>\nTo: Ann Example <ann@example.com>',
    'Subject: The move\n\nDate: Tue, 5 Mar 2024 10:12:00 +0100\n\nFrom: Bob Hill <bob@example.test>\n\nTo: Ann Example <ann@example.com>',
  ])('are not the fields of a block that begins with another one than its sender: %j', (fields) => {
    expect(split(`Yes.\n\n${fields}\n\nDate: 4 February\nTo: 14 Mill Lane`).reply).toBe('Yes.');
  });
});

describe('an attribution without the line break behind it', () => {
  it.each([
    'On Tue, Mar 5, 2024 at 10:12 AM, Ann Example<ann@example.com> wrote:',
    'Am Di., März 5, 2024 at 10:12 schrieb Ann Example<ann@example.com>:',
    'El mar., mar. 5, 2024 a la(s) 10:12, Ann Example<ann@example.com> escribió:',
    'Le mar., mars 5, 2024 à 10:12, Ann Example<ann@example.com> a écrit :',
  ])('begins the quote: %s', (line) => {
    expect(split(`Yes.\n\n  ${line}   Shall we meet?\n\nAnn`)).toEqual({
      reply: 'Yes.',
      quoted: `  ${line}\nShall we meet?\n\nAnn`,
      signature: null,
    });
  });

  it.each([
    'On Monday ann@example.com said the following:  the roof leaks.',
    'Ask ann@example.com about this:  who pays?',
    'On 5 March 2024 at 10:12 I wrote to ann@example.com and asked:  who pays?',
  ])('is not a sentence with a wide gap: %s', (text) => {
    expect(split(`Hello,\n\n${text}\n\nBob`).reply).toContain(text);
  });
});

describe('a header block that has lost its line breaks', () => {
  const joined =
    '-------- Original message --------From: Ann Example <ann@example.com> Date: 05/03/2024  10:12  (GMT+00:00) To: bob@example.test Subject: Claim ';

  it('begins the quote, and the sent-from line joined above it is the signature', () => {
    const parts = split(`Yes, gladlySent from my Galaxy\n${joined}Shall we?`);
    expect(parts).toMatchObject({ reply: 'Yes, gladly', signature: 'Sent from my Galaxy' });
    expect(parts.quoted).toContain('ann@example.com');
    expect(split(`네나의 Galaxy에서 보냄\n${joined}Shall we?`)).toMatchObject({ reply: '네' });
  });

  it('ends the comment of a forward', () => {
    const parts = forward(`For the file.\n  ${joined.replace('Original', 'Forwarded')}The roof leaks.`);
    expect(parts.reply).toBe('For the file.');
    expect(parts.quoted).toContain('The roof leaks.');
  });
});

describe('a forward', () => {
  const inside =
    '---------- Forwarded message ---------\nFrom: Ann Example <ann@example.com>\nDate: Tue, Mar 5, 2024\nSubject: Claim\nTo: <bob@example.test>\n\nThe roof leaks.';

  it('has its comment as the reply', () => {
    expect(forward(`Please open a case.\n\n${inside}`)).toEqual({
      reply: 'Please open a case.',
      quoted: inside,
      signature: null,
    });
  });

  it('separates a signature from its comment', () => {
    expect(forward(`Please open a case.\n\nSent from my iPhone\n\n${inside}`)).toEqual({
      reply: 'Please open a case.',
      quoted: inside,
      signature: 'Sent from my iPhone',
    });
  });

  it('with nothing typed has an empty reply', () => {
    expect(forward(inside)).toEqual({ reply: '', quoted: inside, signature: null });
    expect(forward(`\n\n${inside}`).reply).toBe('');
    expect(forward(`Sent from my iPhone\n\n${inside}`)).toEqual({
      reply: '',
      quoted: inside,
      signature: 'Sent from my iPhone',
    });
  });

  it.each([
    'Begin forwarded message:\n\n> From: Ann Example <ann@example.com>\n> Subject: Claim\n>\n> The roof leaks.',
    'Anfang der weitergeleiteten Nachricht:\n\n> Von: Ann Example <ann@example.com>\n> Betreff: Schaden\n>\n> Das Dach leckt.',
    '________________________________\nFrom: Ann Example <ann@example.com>\nSent: Tuesday, March 5, 2024 10:12 AM\nTo: Bob\nSubject: Claim\n\nThe roof leaks.',
    '-------- Weitergeleitete Nachricht --------\nBetreff: Schaden\nVon: Ann <ann@example.com>\n\nDas Dach leckt.',
    '-----Original Message-----\nFrom: Ann\nSent: Tuesday, March 5, 2024 10:12 AM\nTo: Bob\nSubject: Claim\n\nThe roof leaks.',
    'Début du message réexpédié :\n\n> De: Ann <ann@example.com>\n> Objet: Sinistre\n>\n> Le toit fuit.',
    '---------- 转发邮件 ----------\n发件人: Ann <ann@example.com>\n主题: 案件\n\n屋顶漏水。',
  ])('is parted from its comment in every form', (message) => {
    const parts = forward(`For the file.\n\n${message}`);
    expect(parts.reply).toBe('For the file.');
    expect(parts.quoted?.endsWith(message.slice(-12))).toBe(true);
  });

  it('is not cut off unless the message was judged to be one', () => {
    const text = `FYI\n\n${inside}`;
    expect(split(text)).toEqual({ reply: text, quoted: null, signature: null });
  });
});

describe('hostile text', () => {
  const shapes: readonly (readonly [string, (size: number) => string])[] = [
    ['one long line', (size) => 'On '.repeat(size)],
    ['white space', (size) => ' '.repeat(size * 3)],
    ['white space and a mark', (size) => `${' '.repeat(size * 3)}>`],
    ['white space with a word behind', (size) => `Hi${' \t'.repeat(size)}x`],
    ['quote marks', (size) => '>'.repeat(size * 3)],
    ['quoted lines without text', (size) => '>\n'.repeat(size)],
    [
      'lines that begin an attribution',
      (size) => 'On Tue, Mar 5, 2024 at 10:12 AM Ann <a@b.test>\n'.repeat(size / 8),
    ],
    ['attributions', (size) => 'On Tue, Mar 5, 2024 at 10:12 AM Ann <a@b.test> wrote:\nx\n'.repeat(size / 8)],
    ['attributions that need a quote below', (size) => 'On Mon wrote:\n'.repeat(size / 4)],
    ['labels', (size) => 'From: \n'.repeat(size)],
    ['drawn lines', (size) => '\n====\nTel. +44 20 7946\n'.repeat(size / 8)],
    ['arrows', (size) => '>>> a <a@b.test> 10/27/2027 9:31 AM >>>\n'.repeat(size / 8)],
    ['notes', (size) => 'a ---27/10/2027 09:31:00---\n'.repeat(size / 8)],
    ['label after label', (size) => 'From: a To: b '.repeat(size / 4)],
    ['dashes', (size) => '-'.repeat(size * 3)],
    ['dashed lines', (size) => '--\n'.repeat(size)],
    ['dashes and spaces', (size) => '- '.repeat(size)],
    ['underscores', (size) => '__\n'.repeat(size)],
    ['colons', (size) => ':'.repeat(size * 3)],
    ['at signs', (size) => 'a@'.repeat(size)],
    ['brackets', (size) => '<a@b.test'.repeat(size / 4)],
    ['sent-from lines', (size) => 'Sent from my iPhone\n'.repeat(size / 4)],
    ['closings', (size) => 'Kind regards\n'.repeat(size / 4)],
    ['disclaimers', (size) => 'Disclaimer: confidential\n\n'.repeat(size / 8)],
    ['alternating quotes', (size) => '> a\nb\n\n'.repeat(size / 4)],
    ['originals', (size) => '-----Original Message-----\n'.repeat(size / 8)],
    ['original messages with text', (size) => 'a\n>-----Original Message-----\n> x\n'.repeat(size / 8)],
    ['lines to answer above', (size) => '## Reply above this line ##\n'.repeat(size / 8)],
    ['dashes with text', (size) => '--\nIt is a sentence of nine words or some more.\n'.repeat(size / 8)],
    ['empty lines', (size) => '\n'.repeat(size * 3)],
    ['initials', (size) => 'On Tue, Mar 5, 2024 at 10:12 AM Ann <a@b.test> wrote:\nAE> x\n'.repeat(size / 8)],
    ['colons before initials', (size) => 'a 10:12 <a@b.test>:\nAE> x\n'.repeat(size / 8)],
    [
      'attributions with text behind',
      (size) => 'On Tue, Mar 5, 2024 at 10:12 AM Ann <a@b.test> wrote:   x\n'.repeat(size / 8),
    ],
    ['wide gaps', (size) => `On a@b.test ${'10:12:  '.repeat(70)}\n`.repeat(size / 100)],
    [
      'company details',
      (size) => `Kind regards\n${'HRB 1, Geschäftsführer: a b c d e f g h.\n'.repeat(size / 10)}`,
    ],
    ['strokes', (size) => `Kind regards\n${' | '.repeat(size)}`],
    ['markdown links', (size) => `Sent with ${'[a](https:'.repeat(15)}\n`.repeat(size / 20)],
    [
      'joined blocks',
      (size) => 'yesSent from my\n-- Original message ---From: a <a@b.test> Date: 5 To: b\n'.repeat(size / 8),
    ],
    ['carriage returns', (size) => '\r'.repeat(size * 3)],
  ];

  /** Milliseconds of CPU time: other work on the machine does not count. */
  const time = (work: () => unknown): number => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  };

  it.each(shapes)(
    'takes time in proportion to its length: %s',
    (_shape, make) => {
      const [small, large] = [make(4_000), make(16_000)];
      split(small);
      const fast = Math.min(
        time(() => split(small)),
        time(() => split(small)),
      );
      const slow = Math.min(
        time(() => split(large)),
        time(() => split(large)),
      );
      // Four times the length; a quadratic rule takes sixteen times as long. Small times are noise.
      expect(slow).toBeLessThan(Math.max(fast * 12, 800));
      expect(forward(large).reply.length).toBeLessThanOrEqual(large.length);
    },
    30_000,
  );
});
