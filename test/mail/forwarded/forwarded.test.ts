import { describe, expect, it } from 'vitest';
import { forwardLanguages } from '../../../src/mail/forwarded/forward-languages.ts';
import { calendarLanguages } from '../../../src/mime/dates/calendar-words.ts';
import { labels } from '../../../src/mail/forwarded/forward-words.ts';
import { readForwards } from '../../../src/mail/forwarded/forwarded.ts';
import { htmlToText } from '../../../src/mime/html/html.ts';
import { fold } from '../../../src/mime/character-folding.ts';
import type { Forward } from '../../../src/mail/mail.ts';
import type { ParsedMessage } from '../../../src/mime/parsed-message.ts';
import { plainMessage } from '../../support/plain-message.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const staff = { address: 'jane@firm.test', name: 'Jane Roe' };
const dropbox = { address: 'crm@firm.test', name: '' };
const client = { address: 'ada.moss@client.test', name: 'Ada Moss' };

/** A staff message to the dropbox. */
const toDropbox = (facts: Partial<ParsedMessage>): ParsedMessage =>
  plainMessage({ from: staff, fromAll: [staff], to: [dropbox], ...facts });

const forwardOf = (
  text: string,
  subject = 'Fwd: The roof',
  facts: Partial<ParsedMessage> = {},
): Forward | null => readForwards(toDropbox({ text, subject, ...facts })).forwarded;

const block = (name = 'Ada Moss <ada.moss@client.test>', subject = 'The roof'): string =>
  `From: ${name}\nSent: Wednesday, 27 October 2027 15:14\nTo: Jane Roe <jane@firm.test>\nSubject: ${subject}`;

describe('the text around a forward', () => {
  it('may be links as printed by HTML converters, and a stroke of three', () => {
    const link = '[ada.moss@client.test](mailto:ada.moss@client.test)';
    const text = `FYI\n\n---\nForwarded message\n${block(`Ada Moss <${link}>`)}\n\nIt leaks.`;
    expect(forwardOf(text)).toMatchObject({
      from: { name: 'Ada Moss', address: 'ada.moss@client.test' },
      comment: 'FYI',
    });
  });
});

describe('the label tables', () => {
  it('the dates of exactly these languages are read', () => {
    const languages = forwardLanguages.map(({ language }) => language);
    expect([...calendarLanguages]).toEqual(languages);
  });

  it('give every label one meaning in all languages', () => {
    const fields = ['from', 'date', 'to', 'cc', 'subject', 'replyTo', 'other'] as const;
    const conflicts = forwardLanguages.flatMap((language) =>
      fields.flatMap((field) =>
        (language[field] ?? '')
          .split('|')
          .filter((word) => word !== '' && labels.get(fold(word))?.field !== field)
          .map((word) => `${language.language} ${field} ${word}`),
      ),
    );
    expect(conflicts).toEqual([]);
  });
});

describe('a forward of every mail client is unwrapped', () => {
  const plainBlock = [
    'From: Ada Moss <ada.moss@client.test>',
    'Date: Wed, 27 Oct 2027 09:31:00 +0200',
    'Subject: The roof',
    'To: jane@firm.test',
    'Cc: Bo Hill <bo@client.test>',
  ].join('\n');
  const body = 'It leaks.\n\nAda';

  it.each([
    ['Gmail', `---------- Forwarded message ---------\n${plainBlock}\n\n\n${body}`],
    [
      'Gmail with bold sender',
      `---------- Forwarded message ---------\n${plainBlock.replace('Ada Moss', '*Ada Moss*')}\n\n${body}`,
    ],
    ['Apple Mail', `> Begin forwarded message:\n> \n${`${plainBlock}\n\n${body}`.replace(/^/gmu, '> ')}\n`],
    [
      'Apple Mail, unquoted mark',
      `Begin forwarded message:\n\n${`${plainBlock}\n\n${body}`.replace(/^/gmu, '> ')}\n`,
    ],
    [
      'iPhone, bold labels',
      `Begin forwarded message:\n\n${`${plainBlock.replace(/^([\w]+:)/gmu, '*$1*')}\n\n${body}`.replace(/^/gmu, '> ')}`,
    ],
    [
      'iPhone, strong labels',
      `Begin forwarded message:\n\n${plainBlock.replace(/^([\w]+:)/gmu, '**$1**')}\n\n${body}`,
    ],
    [
      'Thunderbird',
      `-------- Forwarded Message --------\n${plainBlock.replace(/: /gu, ': \t')}\n\n\n\n${body}`,
    ],
    ['MailMate', `Forwarded message:\n\n${`${plainBlock}\n\n${body}`.replace(/^/gmu, '> ')}`],
    ['Evolution', `-------- Forwarded Message --------\n${plainBlock}\n\n${body}`],
    ['Zimbra', `----- Forwarded Message -----\n${plainBlock}\n\n${body}`],
    ['Yahoo', `   ----- Forwarded Message -----\n ${plainBlock.replaceAll('\n', '\n ')}\n   ${body}`],
    ['ProtonMail', `------- Forwarded Message -------\n${plainBlock}\n\n> It leaks.\n>\n> Ada`],
    [
      'Zoho',
      `============ Forwarded message ============\n${plainBlock}\n============ Forwarded message ============\n\n${body}`,
    ],
    ['Outlook', `${plainBlock}\n\n${body}`],
    ['Outlook with a rule', `________________________________\n${plainBlock}\n\n${body}`],
    ['Outlook for Mac, no empty line', `${plainBlock}\n${body}`],
    [
      'Outlook, mailto',
      `${plainBlock.replace('<ada.moss@client.test>', '[mailto:ada.moss@client.test]')}\n\n${body}`,
    ],
    ['Outlook, doubled links', `${plainBlock.replace(/([\w.]+@[\w.]+)/gu, '$1<mailto:$1>')}\n\n${body}`],
    ['old Outlook', `-----Original Message-----\n${plainBlock}\n\n${body}`],
    ['Samsung', `-------- Original message --------\n${plainBlock}\n\n${body}`],
    ['IONOS', `---------- Original Message ----------\n${plainBlock}\n\n${body}`],
    ['Fastmail', `----- Original message -----\n${plainBlock}\n\n${body}`],
    [
      'Mutt',
      `----- Forwarded message from Ada Moss <ada.moss@client.test> -----\n\n${plainBlock}\n\n${body}\n\n----- End forwarded message -----\n-- \nJane`,
    ],
    [
      'The Bat',
      `This is a forwarded message\n${plainBlock}\n\n===8<==============Original message text===============\n${body}`,
    ],
    [
      'Pegasus',
      `------- Forwarded message follows -------\n${plainBlock}\n\n${body}\n------- End of forwarded message -------`,
    ],
    [
      'Notes',
      `----- Forwarded by Jane Roe/Firm on 27/10/2027 09:31 -----\n\n${plainBlock.replace(/: /gu, ':\t')}\n\n${body}`,
    ],
    [
      'Notes, wrapped',
      `----- Forwarded by Jane Roe/Firm on 27/10/2027 09:31\n-----\n\n${plainBlock}\n\n${body}`,
    ],
    [
      'labels in a table',
      `---------- Forwarded message ---------\n${plainBlock.replace(/: /gu, ': | ')}\n\n${body}`,
    ],
    [
      'values below their labels',
      `---------- Forwarded message ---------\n${plainBlock.replace(/: /gu, ':\n')}\n\n${body}`,
    ],
    [
      'values below their labels with empty lines',
      `---------- Forwarded message ---------\n\n${plainBlock.replace(/: /gu, ':\n\n').replaceAll('\n', '\n')}\n\n${body}`,
    ],
    ['empty lines between labels', `${plainBlock.replaceAll('\n', '\n\n')}\n\n${body}`],
    [
      'eM Client, without colons',
      `------ Forwarded Message ------\nFrom "Ada Moss" <ada.moss@client.test>\nTo jane@firm.test\nCc "Bo Hill" <bo@client.test>\nDate Wed, 27 Oct 2027 09:31:00 +0200\nSubject The roof\n\n${body}`,
    ],
    [
      'Samsung and Yahoo, on one line',
      `-------- Original message --------From: Ada Moss <ada.moss@client.test> Date: Wed, 27 Oct 2027 09:31:00 +0200 Cc: Bo Hill <bo@client.test> To: jane@firm.test Subject: The roof \n${body}`,
    ],
    [
      'SquirrelMail, with a rule below',
      `---------------------------- Original Message ----------------------------\n${plainBlock}\n--------------------------------------------------------------------------\n\n${body}`,
    ],
    [
      'KMail, closed by a rule',
      `----------  Forwarded Message  ----------\n\n${plainBlock}\n\n${body}\n-----------------------------------------`,
    ],
    [
      'an introduction in a wording that no table has, above a quote',
      `Here goes what was forwarded today:\n\n${`${plainBlock}\n\n${body}`.replace(/^/gmu, '> ')}`,
    ],
    [
      'sender last',
      `---------- Forwarded message ---------\n${plainBlock.split('\n').toReversed().join('\n')}\n\n${body}`,
    ],
    [
      'Windows line ends kept',
      `---------- Forwarded message ---------\r\n${plainBlock.replaceAll('\n', '\r\n')}\r\n\r\n${body}`,
    ],
  ])('%s', (_client, text) => {
    expect(forwardOf(text)).toMatchObject({
      via: 'inline',
      from: client,
      subject: 'The roof',
      date: '2027-10-27T07:31:00.000Z',
      to: [{ address: 'jane@firm.test', name: '' }],
      cc: [{ address: 'bo@client.test', name: 'Bo Hill' }],
      comment: null,
      depth: 1,
    });
    expect(forwardOf(text)?.text).toMatch(/It leaks\.\s+Ada$/u);
  });

  it('of Outlook for Mac, which prints a sentence and indents', () => {
    const text = 'On 28/10/2027 12:46, "Ada Moss" <ada.moss@client.test> wrote:\n\n    It leaks.\n\n    Ada';
    expect(forwardOf(text, 'FW: The roof')).toMatchObject({
      from: client,
      subject: 'The roof',
      date: '2027-10-28T12:46:00',
      text: 'It leaks.\n\nAda',
    });
  });

  it('of Yandex, which prints a separator and a sentence', () => {
    const text =
      '-------- Пересылаемое сообщение --------\n27.10.2027, 09:31, "Ada Moss" <ada.moss@client.test>:\n\nIt leaks.\n\n-------- Конец пересылаемого сообщения --------\n\nJane';
    expect(forwardOf(text, 'Fwd: The roof')).toMatchObject({
      from: client,
      subject: 'The roof',
      text: 'It leaks.',
    });
  });
});

describe('a sender without a label', () => {
  it.each([
    [
      'Yandex, below recipients and subject',
      '----------------\nКому: Jane Roe (jane@firm.test);\nТема: The roof;\n27.10.2027, 09:31, "Ada Moss" <ada.moss@client.test>:\n\nIt leaks.',
    ],
    ['GroupWise', '>>> Ada Moss <ada.moss@client.test> 10/27/2027 9:31 AM >>>\nIt leaks.'],
    [
      'GroupWise with a Message-ID, which is nobody',
      '>>> On 10/27/2027 at 9:31 AM, in message <6177A0.1@gw.firm.test>, Ada Moss <ada.moss@client.test> wrote:\nIt leaks.',
    ],
  ])('is read from the line of %s', (_client, text) => {
    expect(forwardOf(text)).toMatchObject({
      from: client,
      date: '2027-10-27T09:31:00',
      text: 'It leaks.',
      comment: null,
    });
  });

  it('is never a recipient', () => {
    const text = 'To: Jane Roe <jane@firm.test>\n27.10.2027, 09:31, about the roof:\n\nIt leaks.';
    expect(forwardOf(text)?.from.address ?? null).toBeNull();
  });
});

describe('other separators', () => {
  it.each([
    [
      'Orange',
      `> Message du 27/10/2027 09:31\n> De : "Ada Moss" <ada.moss@client.test>\n> A : jane@firm.test\n> Objet : The roof\n>\n> It leaks.`,
    ],
    [
      'SFR',
      `========================================\n\nMessage du : 27/10/2027 09:31\nDe : "Ada Moss" <ada.moss@client.test>\nA : jane@firm.test\nSujet : The roof\n\nIt leaks.`,
    ],
    [
      'Notes in French',
      `----- Réacheminé par Jane Roe/Firm le 27/10/2027 10:02 -----\n\nDe :\tAda Moss <ada.moss@client.test>\nA :\tjane@firm.test\nDate :\t27/10/2027 09:31\nObjet :\tThe roof\n\nIt leaks.`,
    ],
    [
      'QQ, with entities',
      `------------------&nbsp;原始邮件&nbsp;------------------\n发件人:          "Ada Moss"          <ada.moss@client.test>;\n发送时间:&nbsp;2027年10月27日(星期三) 上午9:31\n收件人:&nbsp;"Jane Roe"<jane@firm.test>;\n\n主题:&nbsp;The roof\n\nIt leaks.`,
    ],
    [
      'Libero',
      `----Messaggio originale----\nDa: Ada Moss <ada.moss@client.test>\nData: 27/10/2027 9.31\nA: <jane@firm.test>\nOgg: The roof\n\nIt leaks.`,
    ],
    [
      'The Bat in Russian',
      `Это пересылаемое сообщение\nОт: Ada Moss <ada.moss@client.test>\nКому: jane@firm.test\nДата: 27 октября 2027 г., 9:31:00\nТема: The roof\n\n===8<=======Исходный текст сообщения=========\nIt leaks.\n\n===8<=====Конец исходного текста сообщения=====`,
    ],
    [
      'Yandex, closed',
      `-------- Пересылаемое сообщение --------\nОт: Ada Moss <ada.moss@client.test>\nКому: jane@firm.test\nДата: 27 октября 2027 г., 9:31:00\nТема: The roof\n\nIt leaks.\n\n-------- Завершение пересылаемого сообщения --------\nBest, Jane`,
    ],
  ])('and labels: %s', (_client, text) => {
    expect(forwardOf(text)).toMatchObject({
      from: client,
      subject: 'The roof',
      date: '2027-10-27T09:31:00',
      text: 'It leaks.',
      comment: null,
    });
  });

  it('may come before just a sender', () => {
    const text = '---------- Forwarded message ---------\nFrom: Ada Moss <ada.moss@client.test>\n\nIt leaks.';
    expect(forwardOf(text, 'For the file')).toMatchObject({ from: client, date: null, text: 'It leaks.' });
    expect(forwardOf(text.replace(' <ada.moss@client.test>', ''), 'For the file')).toBeNull();
  });
});

const first = (words: string): string => words.split('|')[0] ?? '';

describe('a forward in every language is unwrapped', () => {
  it.each(forwardLanguages.map((language) => [language.language, language] as const))(
    'with the labels of %s behind its separator',
    (_code, language) => {
      const text = [
        `---------- ${first(language.forwarded)} ---------`,
        `${first(language.from)}: Ada Moss <ada.moss@client.test>`,
        `${first(language.date)}: 2027-10-27 09:31`,
        `${first(language.to)}: jane@firm.test`,
        `${first(language.cc)}: bo@client.test`,
        `${first(language.subject)}: The roof`,
        '',
        'It leaks.',
      ].join('\n');
      expect(forwardOf(text, 'something else')).toMatchObject({
        from: client,
        subject: 'The roof',
        date: '2027-10-27T09:31:00',
        to: [{ address: 'jane@firm.test' }],
        cc: [{ address: 'bo@client.test' }],
        text: 'It leaks.',
      });
    },
  );

  it.each(forwardLanguages.map((language) => [language.language, language] as const))(
    'with every other label of %s and full-width colons',
    (_code, language) => {
      for (const from of language.from.split('|'))
        for (const date of language.date.split('|'))
          for (const subject of language.subject.split('|')) {
            const text = `${date}：2027-10-27\n${from}：Ada Moss <ada.moss@client.test>\n${subject}：The roof\n\nIt leaks.`;
            expect(forwardOf(text), `${from} ${date} ${subject}`).toMatchObject({
              from: client,
              subject: 'The roof',
            });
          }
    },
  );

  it.each([
    [
      'Outlook, French',
      'De : Ada Moss <ada.moss@client.test>\nEnvoyé : mercredi 27 octobre 2027 09:31\nÀ : Jane Roe <jane@firm.test>\nObjet : The roof',
      '2027-10-27T09:31:00',
    ],
    [
      'Apple Mail, German',
      '> Anfang der weitergeleiteten Nachricht:\n> \n> Von: Ada Moss <ada.moss@client.test>\n> Betreff: The roof\n> Datum: 27. Oktober 2027 um 09:31:05 MESZ\n> An: Jane Roe <jane@firm.test>',
      '2027-10-27T07:31:05.000Z',
    ],
    [
      'web.de, German, date first',
      'Gesendet: Mittwoch, 27. Oktober 2027 um 09:31 Uhr\nVon: "Ada Moss" <ada.moss@client.test>\nAn: "Jane Roe" <jane@firm.test>\nBetreff: The roof',
      '2027-10-27T09:31:00',
    ],
    [
      'QQ Mail',
      '------------------ 原始邮件 ------------------\n发件人: "Ada Moss"<ada.moss@client.test>;\n发送时间: 2027年10月27日(星期三) 上午9:31\n收件人: "Jane Roe"<jane@firm.test>;\n主题: The roof',
      '2027-10-27T09:31:00',
    ],
    [
      'NetEase',
      '-------- 转发邮件信息 --------\n发件人："Ada Moss" <ada.moss@client.test>\n发送日期：2027-10-27 09:31:00\n收件人："Jane Roe" <jane@firm.test>\n主题：The roof',
      '2027-10-27T09:31:00',
    ],
    [
      'Apple Mail, traditional Chinese',
      '開始轉寄郵件：\n\n> 寄件者: Ada Moss <ada.moss@client.test>\n> 主旨: The roof\n> 日期: 2027年10月27日 上午9:31:00 [GMT+8]\n> 收件者: Jane Roe <jane@firm.test>',
      '2027-10-27T01:31:00.000Z',
    ],
    [
      'Outlook, Japanese',
      '差出人: Ada Moss <ada.moss@client.test>\n送信日時: 2027年10月27日 9:31\n宛先: Jane Roe <jane@firm.test>\n件名: The roof',
      '2027-10-27T09:31:00',
    ],
    [
      'Naver',
      '-----Original Message-----\nFrom: "Ada Moss" <ada.moss@client.test>\nTo: <jane@firm.test>;\nCc:\nSent: 2027-10-27 (수) 09:31:00 (GMT+09:00)\nSubject: The roof',
      '2027-10-27T00:31:00.000Z',
    ],
    [
      'Daum',
      '--------- 원본 메일 ---------\n보낸사람 : Ada Moss <ada.moss@client.test>\n받는사람 : jane@firm.test\n날짜 : 2027년 10월 27일 오후 9시 31분\n제목 : The roof',
      '2027-10-27T21:31:00',
    ],
    [
      'Outlook, Arabic',
      'من: Ada Moss <ada.moss@client.test>\nتم الإرسال: الأربعاء، ٢٧ أكتوبر ٢٠٢٧ ٩:٣١ ص\nإلى: Jane Roe <jane@firm.test>\nالموضوع: The roof',
      '2027-10-27T09:31:00',
    ],
    [
      'Outlook, Hebrew, with direction marks',
      '\u200fמאת:\u200f Ada Moss <ada.moss@client.test>\n\u200fנשלח:\u200f יום רביעי 27 אוקטובר 2027 09:31\n\u200fאל:\u200f Jane Roe <jane@firm.test>\n\u200fנושא:\u200f The roof',
      '2027-10-27T09:31:00',
    ],
    [
      'Outlook, Greek',
      'Από: Ada Moss <ada.moss@client.test>\nΣτάλθηκε: Τετάρτη, 27 Οκτωβρίου 2027 9:31 μμ\nΠρος: Jane Roe <jane@firm.test>\nΘέμα: The roof',
      '2027-10-27T21:31:00',
    ],
    [
      'mail.ru',
      '-------- Пересылаемое сообщение --------\nОт кого: Ada Moss <ada.moss@client.test>\nКому: jane@firm.test\nДата: Среда, 27 октября 2027, 9:31 +03:00\nТема: The roof',
      '2027-10-27T06:31:00.000Z',
    ],
    [
      'Outlook, Turkish',
      'Kimden: Ada Moss <ada.moss@client.test>\nGönderildi: 27 Ekim 2027 Çarşamba 09:31\nKime: Jane Roe <jane@firm.test>\nKonu: The roof',
      '2027-10-27T09:31:00',
    ],
    [
      'Gmail, Vietnamese',
      '---------- Forwarded message ---------\nTừ: Ada Moss <ada.moss@client.test>\nDate: Th 4, 27 thg 10, 2027 vào lúc 09:31\nSubject: The roof\nTo: <jane@firm.test>',
      '2027-10-27T09:31:00',
    ],
    [
      'Gmail, Thai',
      '---------- Forwarded message ---------\nจาก: Ada Moss <ada.moss@client.test>\nDate: พ. 27 ต.ค. 2570 เวลา 09:31\nSubject: The roof\nTo: <jane@firm.test>',
      '2027-10-27T09:31:00',
    ],
    [
      'Outlook, Finnish reply prefix is no forward prefix',
      '-------- Välitetty viesti --------\nLähettäjä: Ada Moss <ada.moss@client.test>\nLähetetty: keskiviikko 27. lokakuuta 2027 klo 9.31\nVastaanottaja: Jane Roe <jane@firm.test>\nAihe: The roof',
      '2027-10-27T09:31:00',
    ],
  ])('%s', (_client, head, date) => {
    const forwarded = forwardOf(`${head}\n\nIt leaks.`);
    expect(forwarded).toMatchObject({ from: client, subject: 'The roof' });
    expect(forwarded?.to[0]?.address).toBe('jane@firm.test');
    expect(forwarded?.text).toMatch(/It leaks\.$/u);
    expect(forwarded?.date).toBe(date);
  });
});

describe('a header block on one line', () => {
  /** As Yahoo prints it: from, to, cc, date, subject, with the text between the values. */
  const joined = (mark: string, printed: readonly string[], date: string): string => {
    const [from = '', to = '', cc = '', sent = '', subject = ''] = printed;
    return (
      `   ----- ${mark} ----- ${from} Ada Moss <ada.moss@client.test>${to} "jane@firm.test" <jane@firm.test>` +
      `${cc} Eva Holm <eva@holm.test>; Ib Holm <ib@holm.test>${sent} ${date}${subject} The roof\n It leaks.`
    );
  };

  it.each([
    ['Forwarded Message', 'From:|To:|Cc:|Sent:|Subject:', 'Tuesday, November 2, 2021, 09:26:50 AM EST'],
    [
      'Weitergeleitete Nachricht',
      'Von:|An:|CC:|Gesendet:|Betreff:',
      'Dienstag, 2. November 2021 um 09:26:50 MEZ',
    ],
    ['Message transféré', 'De :|À :|Cc :|Envoyé :|Objet :', 'mardi 2 novembre 2021 à 09:26:50 CET'],
    ['Mensaje reenviado', 'De:|Para:|CC:|Enviado:|Asunto:', 'martes, 2 de noviembre de 2021, 09:26:50 CET'],
    ['Messaggio inoltrato', 'Da:|A:|Cc:|Inviato:|Oggetto:', 'martedì 2 novembre 2021, 09:26:50 CET'],
    ['Doorgestuurd bericht', 'Van:|Aan:|Cc:|Verzonden:|Onderwerp:', 'dinsdag 2 november 2021 09:26:50 CET'],
    ['Videresendt meddelelse', 'Fra:|Til:|Cc:|Sendt:|Emne:', 'tirsdag den 2. november 2021 09.26.50 CET'],
    [
      'Vidarebefordrat meddelande',
      'Från:|Till:|Kopia:|Skickat:|Ämne:',
      'tisdag 2 november 2021 09:26:50 CET',
    ],
    [
      'Välitetty viesti',
      'Lähettäjä:|Vastaanottaja:|Kopio:|Lähetetty:|Aihe:',
      'tiistai 2. marraskuuta 2021 klo 9.26.50 EET',
    ],
    ['Przekazana wiadomość', 'Od:|Do:|Dw |Wysłano:|Temat:', 'wtorek, 2 listopada 2021 09:26:50 GMT+1'],
    ['Přeposlaná zpráva', 'Od:|Komu:|Kopie:|Odesláno:|Předmět:', 'úterý 2. listopadu 2021 9:26:50 SEČ'],
    [
      'Továbbított üzenet',
      'Feladó:|Címzett:|Másolatot kap:|Elküldve:|Tárgy:',
      '2021. november 2., kedd 9:26:50 CET',
    ],
    ['Mesaj redirecționat', 'De la:|Către:|Cc:|Trimis:|Subiect:', 'marți, 2 noiembrie 2021, 09:26:50 EET'],
    [
      'Mensagem encaminhada',
      'De:|Para:|Cc:|Enviado:|Assunto ',
      'terça-feira, 2 de novembro de 2021 09:26:50 BRT',
    ],
    [
      'Переслане повідомлення',
      'Від:|Кому:|Копія:|Надіслано:|Тема:',
      'вівторок, 2 листопада 2021 р., 09:26:50 EET',
    ],
    ['Προωθημένο μήνυμα', 'Από:|Προς:|Κοιν.:|Στάλθηκε:|Θέμα:', 'Τρίτη, 2 Νοεμβρίου 2021 09:26:50 π.μ. EET'],
    ['轉寄的郵件', '寄件人：|收件人：|副本：|寄件日期：|主題：', '2021年11月2日 週二 上午9:26:50 [GMT+8]'],
  ])('is parted at fields glued to an address, a zone or without a colon: %s', (mark, fields, date) => {
    const hop = forwardOf(joined(mark, fields.split('|'), date), 'Fwd: other');
    expect(hop).toMatchObject({
      from: client,
      to: [{ address: 'jane@firm.test' }],
      cc: [{ address: 'eva@holm.test' }, { address: 'ib@holm.test' }],
      subject: 'The roof',
      text: 'It leaks.',
      comment: null,
    });
    expect(hop?.date).toContain('2021-11-02');
  });

  it('keeps names and subjects that contain a label word', () => {
    const text =
      '   ----- Forwarded Message ----- From: Subject Matter Ltd <ada.moss@client.test>To: "jane@firm.test" <jane@firm.test>' +
      'Sent: Tuesday, November 2, 2021, 09:26:50 AM PDTSubject: Note To: file Date: Monday\n It leaks.';
    expect(forwardOf(text, 'Fwd: other')).toMatchObject({
      from: { name: 'Subject Matter Ltd' },
      to: [{ address: 'jane@firm.test' }],
      subject: 'Note To: file Date: Monday',
    });
  });
});

describe('what Apple Mail prints in further languages', () => {
  it.each([
    [
      'Începe mesajul redirecționat:',
      'Expeditorul|Subiectul|Dată|Destinatarul',
      '26 octombrie 2027, 14:25:08 EEST',
    ],
    ['Započni proslijeđenu poruku:', 'Šalje|Predmet|Datum|Prima', '26. listopada 2027. u 14:25:08 EEST'],
    ['Начало на препратено съобщение:', 'От|Относно|Дата|До', '26 октомври 2027 г. в 14:25:08 EEST'],
    ['अग्रेषित संदेश प्रारंभ करें:', 'प्रेषक|विषय|दिनांक|प्रति', '26 अक्तूबर 2027 को 14:25:08 EEST'],
    // Inflected differently from the tables.
    [
      'Ovdje počinje proslijeđena vam poruka:',
      'Šalje|Predmet|Datum|Prima',
      '26. listopada 2027. u 14:25:08 EEST',
    ],
  ])('%s', (introduction, fields, date) => {
    const [from = '', subject = '', sent = '', to = ''] = fields.split('|');
    const text = `> ${introduction}\n>\n> ${from}: Ada Moss <ada.moss@client.test>\n> ${subject}: The roof\n> ${sent}: ${date}\n> ${to}: jane@firm.test\n>\n> It leaks.`;
    expect(forwardOf(text)).toMatchObject({
      from: client,
      subject: 'The roof',
      date: '2027-10-26T11:25:08.000Z',
      to: [{ address: 'jane@firm.test' }],
      text: 'It leaks.',
      comment: null,
    });
  });
});

describe("label lines of the forwarder's own right above the block", () => {
  it.each([
    ['Date: 4 February', '\n\n'],
    ['Date: 4 February', '\n'],
    ['To: 14 Mill Lane', '\n\n'],
    ['Subject: Moss file', '\n'],
    ['To: 14 Mill Lane\nDate: 4 February', '\n\n'],
  ])('are the comment: %j', (own, gap) => {
    for (const separator of ['', '---------- Forwarded message ---------\n'])
      expect(forwardOf(`${own}${gap}${separator}${block()}\n\nIt leaks.`)).toMatchObject({
        from: client,
        subject: 'The roof',
        date: '2027-10-27T15:14:00',
        to: [{ address: 'jane@firm.test' }],
        comment: own,
        text: 'It leaks.',
      });
  });

  it.each([
    ['Cc: Mary, please', block()],
    ['From: Ada, received today\nDate: 4 February', `---------- Forwarded message ---------\n${block()}`],
    ['From: Ada, as promised', block()],
  ])('are told from a block by what they lack: %j', (own, printed) => {
    expect(forwardOf(`${own}\n\n${printed}\n\nIt leaks.`)).toMatchObject({
      from: client,
      cc: [],
      comment: own,
    });
  });

  it('are not the first fields of the block', () => {
    const text =
      'Subject: The roof\nDate: Wed, 27 Oct 2027 09:31:00 +0200\nFrom: Ada Moss <ada.moss@client.test>\nTo: jane@firm.test\n\nDate: 4 February\nTo: 14 Mill Lane';
    expect(forwardOf(`-------- Forwarded Message --------\n${text}`)).toMatchObject({
      subject: 'The roof',
      comment: null,
      text: 'Date: 4 February\nTo: 14 Mill Lane',
    });
  });
});

describe('the forwarder’s comment', () => {
  it.each([
    ['nothing', '', null],
    ['a comment', 'Please file this.\n\nThanks', 'Please file this.\n\nThanks'],
    ['a comment and a signature', 'Please file this.\n\n-- \nJane Roe\nThe Firm', 'Please file this.'],
    ['a comment and the line of a phone', 'Please file this.\n\nSent from my iPhone', 'Please file this.'],
    ['the line of a phone alone', 'Sent from my iPhone', null],
    ['Outlook for a phone', 'Bitte ablegen.\n\nGet Outlook for iOS<https://aka.test/o0>', 'Bitte ablegen.'],
    ['a signature alone', '-- \nJane Roe', null],
    [
      'a sentence about forwarded messages',
      'See the forwarded message below:',
      'See the forwarded message below:',
    ],
  ])('%s', (_case, typed, comment) => {
    for (const separator of [
      '---------- Forwarded message ---------\n',
      '________________________________\n',
      '',
    ])
      expect(forwardOf(`${typed}\n\n${separator}${block()}\n\nIt leaks.`)).toMatchObject({
        comment,
        text: 'It leaks.',
        from: client,
      });
  });

  it('below a quoted forward is not part of the inner message', () => {
    const quoted = `Begin forwarded message:\n\n${block()}\n\nIt leaks.`.replace(/^/gmu, '> ');
    const text = `FYI\n\n${quoted}\n\nJane Roe\nThe Firm\n_______________\nroof-list mailing list`;
    expect(forwardOf(text)).toMatchObject({ comment: 'FYI', text: 'It leaks.' });
  });
});

describe('the sender inside', () => {
  it.each([
    ['John &lt;john@client.test&gt;', 'john@client.test', 'John'],
    ['"Doe, John" <john@client.test>', 'john@client.test', 'Doe, John'],
    ['Doe, John <john@client.test>', 'john@client.test', 'Doe, John'],
    ['"ceo@client.test" <eve@evil.test>', 'eve@evil.test', 'ceo@client.test'],
    ['John Doe', null, 'John Doe'],
    ['John Doe [cid:image001.png@01D7CB5F.5A3B]', null, 'John Doe'],
    ['John Doe <https://portal.test/u/john@client.test>', null, 'John Doe'],
    ['john@client.test (John Doe)', 'john@client.test', 'John Doe'],
    ['John Doe <JOHN@Client.TEST>', 'john@client.test', 'John Doe'],
    ['John Doe<mailto:john@client.test>', 'john@client.test', 'John Doe'],
    ['mailto:john@client.test', 'john@client.test', ''],
    // A name may say all of this.
    ['John Doe <john@client.test> on behalf of Desk <desk@client.test>', null, 'John Doe'],
    ['Ada (ada@client.test) <eve@evil.test>', 'eve@evil.test', 'Ada'],
    ['Ada <ada@client.test> <eve@evil.test>', null, 'Ada'],
    ['Ada [ada@client.test] [mailto:eve@evil.test]', null, 'Ada'],
    ['"Ada <ada@client.test>" <eve@evil.test>', 'eve@evil.test', 'Ada <ada@client.test>'],
    ['"Ada <ada@client.test>"', null, 'Ada'],
    ['ada@client.test <eve@evil.test>', 'eve@evil.test', 'ada@client.test'],
    ['ada@client.test; Eve <eve@evil.test>', 'eve@evil.test', 'ada@client.test; Eve'],
    ['eve@evil.test (ada@client.test)', 'eve@evil.test', ''],
    ['ada@client.test<mailto:eve@evil.test>', null, 'ada@client.test eve@evil.test'],
    ['Ada (ada@client.test)', 'ada@client.test', 'Ada'],
    ['[ada@client.test](mailto:ada@client.test)', 'ada@client.test', ''],
    ['[ada@client.test](mailto:eve@evil.test)', null, 'ada@client.test eve@evil.test'],
    ["'John Doe' via Sales <sales@list.test>", 'sales@list.test', "'John Doe' via Sales"],
  ])('%s', (printed, address, name) => {
    expect(forwardOf(`${block(printed)}\n\nIt leaks.`)?.from).toEqual({ address, name });
  });

  it('is not a hop if only a picture is printed', () => {
    expect(forwardOf(`${block('[cid:image001.png@01D7CB5F.5A3B]')}\n\nIt leaks.`)).toBeNull();
  });

  it('takes its address from the HTML part if the plain part prints a name', () => {
    const rawHtml =
      '<p>FYI</p><hr><p><b>From:</b> Ada Moss &lt;ada.moss@client.test&gt;<br><b>Sent:</b> 27 October 2027 15:14<br><b>To:</b> Jane<br><b>Subject:</b> The roof</p><p>It leaks.</p>';
    expect(forwardOf(`FYI\n\n${block('Ada Moss')}\n\nIt leaks.`, 'FW: The roof', { rawHtml })?.from).toEqual(
      client,
    );
    expect(
      forwardOf(`FYI\n\n${block('Eve Moss')}\n\nIt leaks.`, 'FW: The roof', { rawHtml })?.from.address,
    ).toBeNull();
  });

  it('comes with subject and text from the HTML part if the plain part lost the line breaks between them', () => {
    const text = `FYISent from my Galaxy\n-------- Original message --------From: Ada Moss <ada.moss@client.test> Date: 27/10/2027  15:14  (GMT+00:00) To: jane@firm.test Subject: The roof It leaks.`;
    const rawHtml =
      '<div>FYI</div><div>Sent from my Galaxy</div><div>-------- Original message --------</div><div>From: Ada Moss &lt;ada.moss@client.test&gt; </div><div>Date: 27/10/2027  15:14  (GMT+00:00) </div><div>To: jane@firm.test </div><div>Subject: The roof </div><div><br></div><div>It leaks.</div>';
    expect(forwardOf(text, 'Fwd: The roof', { rawHtml })).toMatchObject({
      from: client,
      subject: 'The roof',
      text: 'It leaks.',
      comment: 'FYI',
    });
    expect(forwardOf(text, 'Fwd: The roof', { rawHtml: rawHtml.replace('ada.moss@', 'eve@') })?.from).toEqual(
      client,
    );
  });

  it('is found in the HTML part if the plain part is a stub', () => {
    const rawHtml = `<div>---------- Forwarded message ---------<br>${block().replaceAll('<', '&lt;').replaceAll('\n', '<br>')}<br><br>It leaks.</div>`;
    expect(forwardOf('This message is in HTML.', 'Fwd: The roof', { rawHtml })).toMatchObject({
      from: client,
    });
  });
});

describe('recipients inside', () => {
  it('are read over wrapped lines', () => {
    const text = [
      'From: Ada Moss <ada.moss@client.test>',
      'Sent: Wednesday, 27 October 2027 15:14',
      'To: Jane Roe <jane@firm.test>; Bo Hill <bo@client.test>;',
      ' Cy Lake <cy@client.test>; Di Wood',
      '<di@client.test>',
      'Cc: Moss, Eli <eli@client.test>,',
      'Fay Reed <fay@client.test>',
      'Subject: The roof',
      'Importance: High',
      'Attachments: roof.jpg',
      '',
      'It leaks.',
    ].join('\n');
    const forwarded = forwardOf(text);
    expect(forwarded?.to.map(({ address }) => address)).toEqual([
      'jane@firm.test',
      'bo@client.test',
      'cy@client.test',
      'di@client.test',
    ]);
    expect(forwarded?.cc).toEqual([
      { address: 'eli@client.test', name: 'Moss, Eli' },
      { address: 'fay@client.test', name: 'Fay Reed' },
    ]);
    expect(forwarded?.text).toBe('It leaks.');
  });

  it('are read if the last one was wrapped behind its bracket', () => {
    const forward = forwardOf(
      '---------- Forwarded message ---------\nFrom: Ada Moss <\nada.moss@client.test>\nDate: Wed, Oct 27, 2027 at 3:14 PM\nSubject: The roof\nTo: Jane Roe <jane@firm.test>, Bo Hill <\nbo@client.test>\n\n\nIt leaks.',
    );
    expect(forward?.to.map(({ address }) => address)).toEqual(['jane@firm.test', 'bo@client.test']);
    expect(forward).toMatchObject({ from: client, text: 'It leaks.' });
  });

  it('are read if a line was wrapped within a name', () => {
    const text = `---------- Forwarded message ---------\n${block()}\n\nIt leaks.`.replace(
      'Jane Roe <jane@firm.test>',
      'Jane Roe <jane@firm.test>, Bo\nHill <bo@client.test>, Cy Dale <cy@client.test>',
    );
    expect(forwardOf(text)?.to).toEqual([
      staff,
      { address: 'bo@client.test', name: 'Bo Hill' },
      { address: 'cy@client.test', name: 'Cy Dale' },
    ]);
  });

  it('keep the body that begins like a header', () => {
    const text = `${block()}\n\nTo: everybody\nFrom now on: no ladders.`;
    expect(forwardOf(text)?.text).toBe('To: everybody\nFrom now on: no ladders.');
  });
});

describe('labels in two languages', () => {
  const twins = block()
    .replace('From:', 'From / De :')
    .replace('Sent:', 'Sent/Envoyé :')
    .replace('To:', 'To / À :')
    .replace('Subject:', 'Subject / Objet :');

  it('are read if both say the same', () => {
    expect(forwardOf(`FYI\n\n${twins}\n\nIt leaks.`)).toMatchObject({
      from: client,
      to: [{ name: 'Jane Roe', address: 'jane@firm.test' }],
      subject: 'The roof',
      text: 'It leaks.',
    });
  });

  it('are not read if they say different things', () => {
    expect(forwardOf(`${block().replace('To:', 'To/From:')}\n\nIt leaks.`)?.to).toEqual([]);
  });
});

describe('labels of Chinese clients', () => {
  it.each([
    ['letters spaced out', '------------------------------', '主　题', '抄　送'],
    ['a separator of their own', '----邮件原文----', '主题', '抄 送'],
  ])('are read with %s', (_case, separator, subject, copy) => {
    const text = `请看\n\n${separator}\n发件人：王芳 <ada.moss@client.test>\n收件人：jane <jane@firm.test>\n${copy}： (无)\n发送时间：2027年10月27日(星期三) 15:15\n${subject}：屋顶\n\n漏水。`;
    expect(forwardOf(text, '转发：屋顶')).toMatchObject({
      from: { name: '王芳', address: 'ada.moss@client.test' },
      subject: '屋顶',
      text: '漏水。',
      comment: '请看',
    });
  });
});

describe('the text inside', () => {
  it('begins below the fields of a redirected mail, hyphened or not', () => {
    for (const label of ['Resent-From', 'Resent from'])
      expect(forwardOf(`${block()}\n${label}: <jane@firm.test>\n\nIt leaks.`)?.text).toBe('It leaks.');
  });
});

describe('the subject inside', () => {
  it('wins over the outer one', () => {
    expect(
      forwardOf(`---------- Forwarded message ---------\n${block()}\n\nIt leaks.`, 'Fwd: something')?.subject,
    ).toBe('The roof');
  });

  it('is the outer one without its prefix if none is printed', () => {
    const text =
      '---------- Forwarded message ---------\nFrom: Ada Moss <ada.moss@client.test>\nDate: 2027-10-27 09:31\nTo: jane@firm.test\n\nIt leaks.';
    expect(forwardOf(text, 'Fwd: [EXTERNAL] The roof')?.subject).toBe('The roof');
    expect(forwardOf(text, 'For the file')?.subject).toBeNull();
  });
});

describe('a forward whose subject was edited', () => {
  it.each([
    ['a separator', `Please file.\n\n---------- Forwarded message ---------\n${block()}\n\nIt leaks.`],
    ['a header block alone', `${block()}\n\nIt leaks.`],
    ['a header block under a comment', `Please file.\n\n${block()}\n\nIt leaks.`],
    [
      'an original message that staff received',
      `Please file.\n\n-----Original Message-----\n${block()}\n\nIt leaks.`,
    ],
  ])('is known by %s', (_case, text) => {
    expect(forwardOf(text, 'For the file of Moss')?.from).toEqual(client);
  });

  it('is recognised in a thread if it does not go to the person it quotes', () => {
    const thread = { inReplyTo: ['a@client.test'], references: ['a@client.test'] };
    expect(forwardOf(`Please file.\n\n${block()}\n\nIt leaks.`, 'For the file', thread)?.from).toEqual(
      client,
    );
  });
});

const reply = (text: string, facts: Partial<ParsedMessage> = {}): Forward | null =>
  forwardOf(text, 'Re: The roof', { to: [client], ...facts });

describe('a reply that quotes is not a forward', () => {
  it.each(['', '-----Original Message-----\n', '________________________________\n'])(
    'inside a message that was forwarded: what its writer pasted (%j)',
    (separator) => {
      const pasted = block('Bo Hill <bo@victim.test>', 'The roof').replace(
        'Jane Roe <jane@firm.test>',
        'ada.moss@client.test',
      );
      const message = `Dear Jane,\n\nMr Hill wrote:\n\n${separator}${pasted}\n\nIt is mine.\n\nWhat now?`;
      expect(forwardOf(`${block()}\n\n${message}`, 'FW: The roof')).toMatchObject({ from: client, depth: 1 });
    },
  );

  it.each([
    ['Outlook', `We will come.\n\n${block()}\n\nIt leaks.`],
    ['Outlook with a rule', `We will come.\n\n________________________________\n${block()}\n\nIt leaks.`],
    ['old Outlook', `We will come.\n\n-----Original Message-----\n${block()}\n\nIt leaks.`],
    ['Outlook, nothing above', `${block()}\n\nIt leaks.`],
    [
      'Gmail',
      'We will come.\n\nOn Wed, Oct 27, 2027 at 9:31 AM Ada Moss <ada.moss@client.test>\nwrote:\n\n> It leaks.',
    ],
    [
      'a quoted forward',
      `We will come.\n\nOn Wed, Oct 27, 2027 at 9:31 AM Ada Moss <ada.moss@client.test> wrote:\n\n> ---------- Forwarded message ---------\n${block('Bo <bo@x.test>').replace(/^/gmu, '> ')}\n>\n> It leaks.`,
    ],
    [
      'a quoted forward without an introduction',
      `We will come.\n\n> ---------- Forwarded message ---------\n${block('Bo <bo@x.test>').replace(/^/gmu, '> ')}\n>\n> It leaks.`,
    ],
    [
      'Outlook, quoting a forward',
      `We will come.\n\n${block()}\n\n---------- Forwarded message ---------\n${block('Bo <bo@x.test>')}\n\nIt leaks.`,
    ],
  ])('%s', (_client, text) => {
    expect(reply(text)).toBeNull();
  });

  it.each([
    ['Outlook', `We will come.\n\n${block()}\n\nIt leaks.`],
    ['old Outlook', `We will come.\n\n-----Original Message-----\n${block()}\n\nIt leaks.`],
    [
      'Gmail',
      'We will come.\n\nOn Wed, Oct 27, 2027 at 9:31 AM Ada Moss <ada.moss@client.test> wrote:\n\n> It leaks.',
    ],
    [
      'Gmail, written below',
      'On Wed, Oct 27, 2027 at 9:31 AM Ada Moss <ada.moss@client.test> wrote:\n\n> It leaks.\n\nWe will come.',
    ],
  ])('%s, with an edited subject, to the one it quotes', (_client, text) => {
    expect(reply(text, { subject: 'New date' })).toBeNull();
  });

  it('in a thread, from somebody who did not receive what is quoted', () => {
    const text = `We will come.\n\n${block().replace('jane@firm.test', 'sam@other.test')}\n\nIt leaks.`;
    expect(forwardOf(text, 'New date', { inReplyTo: ['a@client.test'] })).toBeNull();
  });

  it.each([
    [
      'to a person of a shared mailbox',
      'Jane Roe <office@firm.test>',
      'Ada Moss <ada.moss@client.test>',
      client,
      [staff],
    ],
    [
      'to others of the conversation',
      'Sam Poe <sam@other.test>',
      'ada.moss@client.test, jane@firm.test',
      client,
      [staff],
    ],
    [
      'to those that the quoted message of one\u2019s own went to',
      'ada.moss@client.test',
      'jane@firm.test',
      client,
      [staff],
    ],
  ])('under a neutral subject, %s', (_case, author, recipients, sender, to) => {
    const quoted = block(author).replace('Jane Roe <jane@firm.test>', recipients);
    const facts = { from: sender, fromAll: [sender], to };
    expect(forwardOf(`We will come.\n\n${quoted}\n\nShall we?`, 'New date', facts)).toBeNull();
  });

  it('with a neutral subject is still a forward if it goes to none of the people in it', () => {
    expect(forwardOf(`Please file.\n\n${block()}\n\nIt leaks.`, 'New date')?.from).toEqual(client);
    const marked = {
      to: [client],
      headers: [{ name: 'x-forwarded-message-id', value: '<a@b>', raw: '<a@b>' }],
    };
    expect(forwardOf(`Please file.\n\n${block()}\n\nIt leaks.`, 'New date', marked)?.from).toEqual(client);
  });

  it('with an invoice or a memo, which have a day but no time', () => {
    const text =
      'Invoice 77\n\nFrom: Moss Ltd, billing@moss.test\nTo: Roe LLP\nDate: 27 October 2027\nSubject: Repair\n\nSum: 400';
    expect(forwardOf(text, 'Invoice 77')).toBeNull();
  });

  it('in Finnish, where VS marks a reply', () => {
    const text =
      'Tulemme.\n\nLähettäjä: Ada Moss <ada.moss@client.test>\nLähetetty: 27. lokakuuta 2027 9:31\nVastaanottaja: Jane Roe\nAihe: Katto\n\nVuotaa.';
    expect(forwardOf(text, 'VS: Katto', { to: [client] })).toBeNull();
  });

  it('with a form that has labels of a header', () => {
    expect(forwardOf('From: Rome\nTo: Paris\nDate: 12 May 2027\nSubject: Trip', 'Your booking')).toBeNull();
    expect(
      forwardOf(
        'From: Ada <ada.moss@client.test>\nSubject: The roof\n\nMessage Body:\nIt leaks.',
        'New enquiry',
      ),
    ).toBeNull();
  });

  it('with a header that was taken for the text', () => {
    const text = `${block()}\nMIME-Version: 1.0\nMessage-ID: <1@evil.test>\n\nIt leaks.`;
    expect(forwardOf(text, '')).toBeNull();
  });

  it('in a bounce that prints the header of what came back', () => {
    expect(forwardOf(block(), 'Fwd: x', { reportType: 'delivery-status' })).toBeNull();
  });

  it('with a sentence about a forwarded message', () => {
    expect(forwardOf('I have sent the forwarded message on.\nRegards', 'The roof')).toBeNull();
    expect(
      forwardOf('---------- Forwarded message ---------\n\n(the message was removed)', 'The roof'),
    ).toBeNull();
  });
});

const gmail = (from: string, subject: string, below: string): string =>
  `---------- Forwarded message ---------\nFrom: ${from}\nDate: Wed, Oct 27, 2027 at 9:31 AM\nSubject: ${subject}\nTo: <jane@firm.test>\n\n${below}`;

const apple = (from: string, subject: string, below: string): string =>
  `Begin forwarded message:\n\n${`From: ${from}\nSubject: ${subject}\nDate: 27 October 2027 at 09:31:00 CEST\nTo: jane@firm.test\n\n${below}`.replace(/^/gmu, '> ')}`;

describe('forwards inside forwards', () => {
  it('are listed outermost first, and the innermost counts', () => {
    const text = `one\n\n${gmail('Sam Poe <sam@firm.test>', 'Fwd: Fwd: The roof', `two\n\n${gmail('Bo Hill <bo@client.test>', 'Fwd: The roof', `three\n\n${gmail('Ada Moss <ada.moss@client.test>', 'The roof', 'It leaks.')}`)}`)}`;
    const { forwarded, forwards } = readForwards(toDropbox({ text, subject: 'Fwd: The roof' }));
    expect(forwards.map(({ from, depth, comment }) => [from.address, depth, comment])).toEqual([
      ['sam@firm.test', 1, 'one'],
      ['bo@client.test', 2, 'two'],
      ['ada.moss@client.test', 3, 'three'],
    ]);
    expect(forwarded).toBe(forwards[2]);
    expect(forwarded?.text).toBe('It leaks.');
    expect(forwards[0]?.text).toContain('It leaks.');
  });

  it('of Outlook follow the prefix of each hop', () => {
    const inner = `${block()}\n\nIt leaks.`;
    const text = `${block('Sam Poe <sam@firm.test>', 'FW: The roof')}\n\nSee below.\n\n${inner}`;
    expect(forwardOf(text, 'FW: The roof')).toMatchObject({ from: client, depth: 2, comment: 'See below.' });
    const answered = `${block('Sam Poe <sam@firm.test>', 'RE: The roof')}\n\nWe come.\n\n${inner}`;
    expect(forwardOf(answered, 'FW: The roof')).toMatchObject({
      from: { address: 'sam@firm.test' },
      depth: 1,
    });
  });

  it('end at a header block below text, in a message that does not call itself a forward', () => {
    // Its writer may have pasted it; that does not decide whose mail it is.
    const message = block('Sam Poe <sam@other.test>', 'The roof');
    const pasted = block().replace('Jane Roe <jane@firm.test>', 'Sam Poe <sam@other.test>');
    expect(forwardOf(`${message}\n\nSee below.\n\n${pasted}\n\nIt leaks.`, 'FW: The roof')).toMatchObject({
      from: { address: 'sam@other.test' },
      depth: 1,
    });
    const passedOn = block('Sam Poe <sam@other.test>', 'FW: The roof');
    expect(
      forwardOf(`${passedOn}\n\nSee below.\n\n${pasted}\n\nIt leaks.`, 'FW: FW: The roof'),
    ).toMatchObject({ from: client, depth: 2 });
  });

  it('of Apple Mail are quoted deeper', () => {
    const text = apple(
      'Sam Poe <sam@firm.test>',
      'Fwd: The roof',
      apple('Ada Moss <ada.moss@client.test>', 'The roof', 'It leaks.'),
    );
    expect(forwardOf(text)).toMatchObject({ from: client, depth: 2, text: 'It leaks.' });
  });

  it('with a name only inside are a hop without an address', () => {
    const text = gmail(
      'Sam Poe <sam@firm.test>',
      'Fwd: The roof',
      gmail('Ada Moss', 'The roof', 'It leaks.'),
    );
    expect(forwardOf(text)?.from).toEqual({ address: null, name: 'Ada Moss' });
  });

  it('end if the message inside answers another', () => {
    const text = gmail(
      'Ada Moss <ada.moss@client.test>',
      'Re: The roof',
      'Thanks!\n\nOn Tue, Oct 26, 2027 at 9:31 AM Jane Roe <jane@firm.test> wrote:\n\n> We come.',
    );
    expect(readForwards(toDropbox({ text, subject: 'Fwd: The roof' })).forwards).toHaveLength(1);
  });

  it('are followed to a bounded depth', () => {
    let text = 'It leaks.';
    for (let hop = 0; hop < 40; hop += 1) text = gmail(`Hop <hop${hop}@client.test>`, 'Fwd: The roof', text);
    expect(readForwards(toDropbox({ text, subject: 'Fwd: The roof' })).forwards.length).toBeLessThanOrEqual(
      12,
    );
  });
});

describe('messages attached', () => {
  const inside = plainMessage({
    from: client,
    subject: 'The roof',
    date: '2027-10-27T07:31:00.000Z',
    messageId: 'roof@client.test',
    to: [staff],
    text: 'It leaks.',
  });

  it('are forwards with their own facts', () => {
    expect(forwardOf('Please file.\n\n-- \nJane', 'One for the file', { nested: [inside] })).toEqual({
      via: 'attachment',
      from: client,
      subject: 'The roof',
      date: '2027-10-27T07:31:00.000Z',
      to: [staff],
      cc: [],
      text: 'It leaks.',
      comment: 'Please file.',
      messageId: 'roof@client.test',
      depth: 1,
    });
  });

  it('side by side are siblings', () => {
    const other = plainMessage({ from: { address: 'bo@client.test', name: 'Bo' }, subject: 'The wall' });
    const { forwarded, forwards } = readForwards(toDropbox({ nested: [inside, other], subject: 'Fwd: two' }));
    expect(forwards.map(({ from, depth }) => [from.address, depth])).toEqual([
      ['ada.moss@client.test', 1],
      ['bo@client.test', 1],
    ]);
    expect(forwarded).toBe(forwards[0]);
  });

  it('may hold a forward, printed or attached', () => {
    const printed = plainMessage({
      from: staff,
      subject: 'Fwd: The roof',
      text: `---------- Forwarded message ---------\n${block()}\n\nIt leaks.`,
    });
    expect(forwardOf('', 'Fwd: x', { nested: [printed] })).toMatchObject({
      via: 'inline',
      from: client,
      depth: 2,
    });
    const attached = plainMessage({ from: staff, subject: 'Fwd: The roof', nested: [inside] });
    expect(forwardOf('', 'Fwd: x', { nested: [attached] })).toMatchObject({
      via: 'attachment',
      from: client,
      depth: 2,
    });
  });

  it('that are empty are no forwards', () => {
    expect(forwardOf('See the file.', 'Fwd: x', { nested: [plainMessage({})] })).toBeNull();
  });

  it('of a bounce or a report are no forwards', () => {
    expect(forwardOf('', 'Undelivered', { nested: [inside], reportType: 'delivery-status' })).toBeNull();
    const daemon = { address: 'mailer-daemon@mx.test', name: '' };
    expect(forwardOf('', 'Undelivered', { nested: [inside], from: daemon })).toBeNull();
  });

  it('that came with a printed forward are listed after it', () => {
    const text = `---------- Forwarded message ---------\n${block('Bo Hill <bo@client.test>')}\n\nSee attached.`;
    const { forwarded, forwards } = readForwards(toDropbox({ text, subject: 'Fwd: x', nested: [inside] }));
    expect(forwarded?.from.address).toBe('bo@client.test');
    expect(forwards.map(({ via }) => via)).toEqual(['inline', 'attachment']);
  });

  it('are read in a bounded number', () => {
    const nested = Array.from({ length: 500 }, () => inside);
    expect(readForwards(toDropbox({ nested })).forwards).toHaveLength(64);
  });
});

describe('a forward that has an HTML part only', () => {
  it.each([
    [
      'Gmail',
      '<div dir="ltr"><div>FYI</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>From: <strong class="gmail_sendername" dir="auto">Ada Moss</strong> <span dir="auto">&lt;<a href="mailto:ada.moss@client.test">ada.moss@client.test</a>&gt;</span><br>Date: Wed, Oct 27, 2027 at 9:31 AM<br>Subject: The roof<br>To:  &lt;<a href="mailto:jane@firm.test">jane@firm.test</a>&gt;<br></div><br><br><div>It leaks.</div></div></div>',
    ],
    [
      'Outlook',
      '<html><body><p class="MsoNormal">FYI<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>From:</b> Ada Moss &lt;ada.moss@client.test&gt; <br><b>Sent:</b> Wednesday, October 27, 2027 9:31 AM<br><b>To:</b> Jane Roe &lt;jane@firm.test&gt;<br><b>Subject:</b> The roof<o:p></o:p></p></div></div><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">It leaks.</p></body></html>',
    ],
    [
      'Outlook on the web',
      '<div>FYI</div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font><b>From:</b> Ada Moss &lt;ada.moss@client.test&gt;<br><b>Sent:</b> Wednesday, October 27, 2027 9:31 AM<br><b>To:</b> Jane Roe &lt;jane@firm.test&gt;<br><b>Subject:</b> The roof</font><div>&nbsp;</div></div><div>It leaks.</div>',
    ],
    [
      'Apple Mail',
      '<html><body><div>FYI</div><div><br><blockquote type="cite"><div>Begin forwarded message:</div><br class="Apple-interchange-newline"><div style="margin:0"><span><b>From: </b></span><span>Ada Moss &lt;<a href="mailto:ada.moss@client.test">ada.moss@client.test</a>&gt;<br></span></div><div><span><b>Subject: </b></span><span><b>The roof</b><br></span></div><div><span><b>Date: </b></span><span>27 October 2027 at 09:31:00 CEST<br></span></div><div><span><b>To: </b></span><span>Jane &lt;<a href="mailto:jane@firm.test">jane@firm.test</a>&gt;<br></span></div><br><div><div>It leaks.</div></div></blockquote></div></body></html>',
    ],
    [
      'Thunderbird',
      '<p>FYI</p><div class="moz-forward-container"><br><br>-------- Forwarded Message --------<table class="moz-email-headers-table" cellspacing="0" cellpadding="0" border="0"><tbody><tr><th valign="BASELINE" nowrap="nowrap" align="RIGHT">Subject: </th><td>The roof</td></tr><tr><th>Date: </th><td>Wed, 27 Oct 2027 09:31:00 +0200</td></tr><tr><th>From: </th><td>Ada Moss <a class="moz-txt-link-rfc2396E" href="mailto:ada.moss@client.test">&lt;ada.moss@client.test&gt;</a></td></tr><tr><th>To: </th><td><a href="mailto:jane@firm.test">jane@firm.test</a></td></tr></tbody></table><br><br>It leaks.</div>',
    ],
    [
      'Yahoo',
      '<div>FYI<br></div><div class="yahoo_quoted"><div>----- Forwarded Message -----</div><div><b>From:</b> Ada Moss &lt;ada.moss@client.test&gt;</div><div><b>To:</b> "jane@firm.test" &lt;jane@firm.test&gt;</div><div><b>Sent:</b> Wednesday, October 27, 2027 at 09:31:00 AM GMT+2</div><div><b>Subject:</b> The roof</div><div><br></div><div>It leaks.</div></div>',
    ],
    [
      'a table of labels',
      '<p>FYI</p><table><tr><td><b>Von:</b></td><td>Ada Moss &lt;ada.moss@client.test&gt;</td></tr><tr><td><b>Gesendet:</b></td><td>Mittwoch, 27. Oktober 2027 09:31</td></tr><tr><td><b>An:</b></td><td>Jane Roe &lt;jane@firm.test&gt;</td></tr><tr><td><b>Betreff:</b></td><td>The roof</td></tr></table><p>It leaks.</p>',
    ],
    [
      'Missive',
      '<div>FYI</div><blockquote>---------- Forwarded message ----------<br>From: Ada Moss &lt;<a href="mailto:ada.moss@client.test">ada.moss@client.test</a>&gt;<br>Date: on Wed, Oct 27, 2027 at 9:31 AM<br>Subject: The roof<br>To: jane@firm.test<br><br>It leaks.</blockquote>',
    ],
    [
      'QQ Mail',
      '<div>FYI</div><div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">------------------&nbsp;原始邮件&nbsp;------------------</div><div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>发件人:</b>&nbsp;"Ada Moss"&lt;ada.moss@client.test&gt;;</div><div><b>发送时间:</b>&nbsp;2027年10月27日(星期三) 上午9:31</div><div><b>收件人:</b>&nbsp;"Jane"&lt;jane@firm.test&gt;;<wbr></div><div><b>主题:</b>&nbsp;The roof</div></div><div><br></div>It leaks.',
    ],
  ])('of %s is unwrapped', (_client, rawHtml) => {
    const text = htmlToText(rawHtml);
    expect(forwardOf(text, 'For the file', { rawHtml, textSource: 'html' })).toMatchObject({
      from: client,
      subject: 'The roof',
      to: [{ address: 'jane@firm.test' }],
      comment: 'FYI',
      text: 'It leaks.',
    });
  });
});

describe('a hostile text takes time in line with its length', () => {
  const timed = (text: string): number => {
    const message = toDropbox({ text, subject: 'Fwd: The roof' });
    const start = cpuTime();
    readForwards(message);
    return cpuTime() - start;
  };
  readForwards(toDropbox({ text: `${block()}\n\nwarm`, subject: 'Fwd: x' }));

  it.each([
    ['header blocks', 'From: a@b.test\nTo: c@d.test\nSubject: x\n'],
    ['labels', 'From: a\n'],
    ['wrapped lists', 'To: a,\nb,\nFrom: c,\n'],
    ['labels without values', 'From:\n\n'],
    ['separators', '---------- Forwarded message ---------\n'],
    ['attributions', 'On 27.10.2027 09:31 a@b.test <a@b.test>\n'],
    ['half attributions', '27.10.2027, 09:31, <a@b.test\n'],
    ['dashes', '-'],
    ['quote marks', '> '],
    ['blanks', ' '],
    ['empty lines', '\n'],
    ['brackets in a sender', 'From: <<<[[[(((\nDate: 1\nTo: x\nSubject: y\n'],
    ['a long sender', '<a@'],
    ['signature marks', '-- \n'],
    ['end marks', '--- End forwarded message ---\n'],
    ['colons', ':：'],
    ['long dashes', `${'-'.repeat(150)}\n`],
    ['blocks on one line', '---- Original message ----From: a@b.test To: x Date: 1 Subject: y\n'],
    ['introductions', 'forwarded:\n> Bcc: x\n'],
    ['arrows', '>>> <a@b 10:30 <a@b <a@b\n'],
    ['labels without colons', '--- Forwarded message ---\nFrom x@y\nTo y\n'],
  ])('%s', (_case, unit) => {
    const sized = (length: number): string =>
      `From: ${unit.includes('\n') ? 'x@y.test\n' : ''}${unit.repeat(Math.ceil(length / unit.length))}\nDate: 2027-10-27\nTo: x\n`;
    const small = Math.min(timed(sized(100_000)), timed(sized(100_000)));
    expect(timed(sized(400_000))).toBeLessThan(12 * small + 300);
  });
});
