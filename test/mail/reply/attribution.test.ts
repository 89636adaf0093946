import { describe, expect, it } from 'vitest';

import { findAttribution } from '../../../src/mail/reply/attribution.ts';
import { splitReply } from '../../../src/mail/reply/reply.ts';

/** As Gmail, Apple Mail, Thunderbird, Outlook and webmailers write them, with invented people. */
const ATTRIBUTIONS: readonly (readonly [string, string])[] = [
  ['English, Gmail', 'On Tue, Mar 5, 2024 at 10:12 AM Ann Example <ann@example.com> wrote:'],
  [
    'English, Gmail with a narrow space',
    'On Tue, Mar 5, 2024 at 10:12\u202fAM Ann Example <ann@example.com> wrote:',
  ],
  ['English, Apple Mail', 'On Mar 5, 2024, at 10:12, Ann Example <ann@example.com> wrote:'],
  ['English, Apple Mail, day first', 'On 5 Mar 2024, at 10:12, Ann Example <ann@example.com> wrote:'],
  ['English, Thunderbird without address', 'On 05/03/2024 10:12, Ann Example wrote:'],
  ['English, Proton', 'On Tuesday, March 5th, 2024 at 10:12 AM, Ann Example <ann@example.com> wrote:'],
  ['English, Yahoo', 'On Tuesday, March 5, 2024 at 10:12:13 AM GMT+1, Ann Example <ann@example.com> wrote:'],
  ['English, NetEase', 'At 2024-03-05 10:12:13, "Ann Example" <ann@example.com> wrote:'],
  ['English, Horde', 'Quoting Ann Example <ann@example.com>:'],
  ['English, mutt', '* Ann Example <ann@example.com> [2024-03-05 10:12]:'],
  ['English, Zoho', '---- On Tue, 05 Mar 2024 10:12:13 +0100 Ann Example <ann@example.com> wrote ----'],
  ['English, Android', '-------- Ann Example wrote --------'],
  ['English, K-9', 'On March 5, 2024 10:12:13 AM GMT+01:00, Ann Example <ann@example.com> wrote:'],
  ['no words, Gmail of old', '2024-03-05 10:12 GMT+01:00 Ann Example <ann@example.com>:'],
  ['no words, Yandex', '05.03.2024, 10:12, "Ann Example" <ann@example.com>:'],
  ['no words, Mail.ru', 'Вторник, 5 марта 2024, 10:12 +03:00 от Анна Пример <ann@example.com>:'],
  ['English, GroupWise', '>>> Ann Example <ann@example.com> 3/5/2024 10:12 AM >>>'],
  ['no words, Tutanota', '5. März 2024, 10:12 von ann@example.com:'],
  ['no words, HCL Notes', '"Ann Example" ---05.03.2024 10:12:13---Shall we meet?'],
  [
    'Arabic with direction marks',
    '\u202b\u200fفي الثلاثاء، 5 مارس 2024 في 10:12 ص \u202aAnn Example\u202c\u200f <\u202aann@example.com\u202c\u200f> كتب:\u202c',
  ],
  ['Catalan, Gmail', 'Missatge de Ann Example <ann@example.com> del dia dt., 5 de març 2024 a les 10:12:'],
  ['Breton, Thunderbird', "D'an 05/03/2024 10:12, Ann Example <ann@example.com> en deus skrivet:"],
  ['German, Gmail', 'Am Di., 5. März 2024 um 10:12 Uhr schrieb Ann Example <ann@example.com>:'],
  ['German, Apple Mail', 'Am 05.03.2024 um 10:12 schrieb Ann Example <ann@example.com>:'],
  ['German, Thunderbird', 'Am 05.03.24 um 10:12 schrieb Ann Example:'],
  ['German, Horde', 'Zitat von Ann Example <ann@example.com>:'],
  ['Austrian, K-9', 'Am 5. Jänner 2024 10:12:13 MEZ schrieb Ann Example <ann@example.com>:'],
  ['French, Gmail', 'Le mar. 5 mars 2024 à 10:12, Ann Example <ann@example.com> a écrit :'],
  ['French, Apple Mail', 'Le 5 mars 2024 à 10:12, Ann Example <ann@example.com> a écrit :'],
  ['French, Thunderbird', 'Le 05/03/2024 à 10:12, Ann Example a écrit :'],
  ['Spanish, Gmail', 'El mar, 5 mar 2024 a las 10:12, Ann Example (<ann@example.com>) escribió:'],
  ['Spanish, Apple Mail', 'El 5 mar 2024, a las 10:12, Ann Example <ann@example.com> escribió:'],
  ['Italian, Gmail', 'Il giorno mar 5 mar 2024 alle ore 10:12 Ann Example <ann@example.com> ha scritto:'],
  ['Italian, Apple Mail', 'Il giorno 5 mar 2024, alle ore 10:12, Ann Example <ann@example.com> ha scritto:'],
  [
    'Portuguese, Gmail Brazil',
    'Em ter., 5 de mar. de 2024 às 10:12, Ann Example <ann@example.com> escreveu:',
  ],
  ['Portuguese, Gmail Portugal', 'Ann Example <ann@example.com> escreveu (terça, 5/03/2024 à(s) 10:12):'],
  ['Catalan', 'El dt., 5 de març 2024, 10:12, Ann Example <ann@example.com> va escriure:'],
  ['Galician', 'O mar, 5 mar 2024 ás 10:12, Ann Example (<ann@example.com>) escribiu:'],
  ['Basque', 'Ann Example <ann@example.com> erabiltzaileak hau idatzi du (2024 mar. 5, 10:12):'],
  ['Romanian', 'În mar., 5 mar. 2024 la 10:12, Ann Example <ann@example.com> a scris:'],
  ['Dutch, Gmail', 'Op di 5 mrt 2024 om 10:12 schreef Ann Example <ann@example.com>:'],
  [
    'Dutch, Apple Mail',
    'Op 5 mrt 2024, om 10:12 heeft Ann Example <ann@example.com> het volgende geschreven:',
  ],
  ['Afrikaans', 'Op Di. 5 Mrt. 2024 om 10:12 het Ann Example <ann@example.com> geskryf:'],
  ['Swedish, Gmail', 'Den tis 5 mars 2024 kl 10:12 skrev Ann Example <ann@example.com>:'],
  ['Swedish, Apple Mail', '5 mars 2024 kl. 10:12 skrev Ann Example <ann@example.com>:'],
  ['Danish', 'Den tirs. 5. mar. 2024 kl. 10.12 skrev Ann Example <ann@example.com>:'],
  ['Norwegian', 'tir. 5. mars 2024 kl. 10:12 skrev Ann Example <ann@example.com>:'],
  ['Icelandic', 'Þann þri., 5. mar. 2024 kl. 10:12 skrifaði Ann Example <ann@example.com>:'],
  ['Finnish, Gmail', 'ti 5. maalisk. 2024 klo 10.12 Ann Example (ann@example.com) kirjoitti:'],
  ['Finnish, Apple Mail', 'Ann Example <ann@example.com> kirjoitti 5.3.2024 kello 10.12:'],
  ['Estonian', 'Kuupäev T, 5. märts 2024 kell 10:12 kirjutas Ann Example (<ann@example.com>):'],
  ['Latvian', 'otrd., 2024. g. 5. marts, plkst. 10:12 — lietotājs Ann Example (<ann@example.com>) rakstīja:'],
  ['Lithuanian', '2024-03-05, an, 10:12 Ann Example <ann@example.com> rašė:'],
  ['Polish, Gmail', 'wt., 5 mar 2024 o 10:12 Ann Example <ann@example.com> napisał(a):'],
  ['Polish, Thunderbird', 'W dniu 05.03.2024 o 10:12, Ann Example pisze:'],
  ['Polish, webmail', 'Dnia 5 marca 2024 10:12 Ann Example <ann@example.com> napisał(a):'],
  ['Czech', 'út 5. 3. 2024 v 10:12 odesílatel Ann Example <ann@example.com> napsal:'],
  ['Czech, Thunderbird', 'Dne 05. 03. 24 v 10:12 Ann Example napsal(a):'],
  ['Slovak', 'ut 5. 3. 2024 o 10:12 Ann Example <ann@example.com> napísal(a):'],
  ['Hungarian', 'Ann Example <ann@example.com> ezt írta (időpont: 2024. márc. 5., K, 10:12):'],
  ['Slovenian', 'V V tor., 5. mar. 2024 ob 10:12 je oseba Ann Example <ann@example.com> napisala:'],
  ['Croatian', 'uto, 5. ožu 2024. u 10:12 Ann Example <ann@example.com> napisao je:'],
  ['Serbian', 'уто, 5. мар 2024. у 10:12 Ана Пример <ann@example.com> је написао/ла:'],
  ['Macedonian', 'На вто, 5 мар 2024 во 10:12 Ана Пример <ann@example.com> напиша:'],
  ['Bulgarian', 'На вт, 5.03.2024 г. в 10:12 Ана Пример <ann@example.com> написа:'],
  ['Russian, Gmail', 'вт, 5 мар. 2024 г. в 10:12, Ann Example <ann@example.com>:'],
  ['Russian, Apple Mail', '5 марта 2024 г., в 10:12, Ann Example <ann@example.com> написал(а):'],
  ['Russian, Thunderbird', '05.03.2024 10:12, Ann Example пишет:'],
  ['Ukrainian', 'вт, 5 бер. 2024 р. о 10:12 Ann Example <ann@example.com> пише:'],
  ['Greek', 'Στις Τρί 5 Μαρ 2024 στις 10:12 π.μ., ο χρήστης Ann Example <ann@example.com> έγραψε:'],
  ['Albanian', 'Më 5 mars 2024, në 10:12, Ann Example <ann@example.com> shkroi:'],
  ['Turkish', 'Ann Example <ann@example.com>, 5 Mar 2024 Sal, 10:12 tarihinde şunu yazdı:'],
  ['Hebrew', 'בתאריך יום ג׳, 5 במרץ 2024 ב-10:12 מאת Ann Example <ann@example.com>:'],
  ['Arabic', 'في الثلاثاء، 5 مارس 2024 في 10:12 ص تمت كتابة ما يلي بواسطة Ann Example <ann@example.com>:'],
  ['Arabic, Apple Mail', 'في ٥ مارس ٢٠٢٤، الساعة ١٠:١٢، كتب Ann Example <ann@example.com>:'],
  ['Persian', 'در تاریخ سه‌شنبه ۵ مارس ۲۰۲۴، ۱۰:۱۲ Ann Example <ann@example.com> نوشت:'],
  ['Hindi', 'मंगल, 5 मार्च 2024 को 10:12 पूर्वाह्न बजे को Ann Example <ann@example.com> ने लिखा:'],
  ['Thai', 'เมื่อ อ. 5 มี.ค. 2024 เวลา 10:12 Ann Example <ann@example.com> เขียนว่า:'],
  ['Vietnamese', 'Vào Th 3, 5 thg 3, 2024 vào lúc 10:12 Ann Example <ann@example.com> đã viết:'],
  ['Indonesian', 'Pada tanggal Sel, 5 Mar 2024 pukul 10.12 Ann Example <ann@example.com> menulis:'],
  ['Malay', 'Pada Sel, 5 Mac 2024 pada 10:12 PG Ann Example <ann@example.com> menulis:'],
  ['Filipino', 'Noong Mar, Mar 5, 2024 nang 10:12 AM, sumulat si Ann Example <ann@example.com> ng:'],
  ['Chinese, Gmail', 'Ann Example <ann@example.com> 于2024年3月5日周二 10:12写道：'],
  ['Chinese, Apple Mail', '在 2024年3月5日，10:12，Ann Example <ann@example.com> 写道：'],
  ['Chinese, NetEase', '在 2024-03-05 10:12:13，"Ann Example" <ann@example.com> 写道：'],
  ['Chinese, Taiwan', 'Ann Example <ann@example.com> 於 2024年3月5日 週二 上午10:12寫道：'],
  ['Japanese, Gmail', '2024年3月5日(火) 10:12 Ann Example <ann@example.com>:'],
  ['Japanese, Apple Mail', '2024/03/05 10:12、Ann Example <ann@example.com>のメール:'],
  ['Korean, Gmail', '2024년 3월 5일 (화) 오전 10:12, Ann Example <ann@example.com>님이 작성:'],
  ['Korean, Apple Mail', '2024. 3. 5. 오전 10:12, Ann Example <ann@example.com> 작성:'],
];

const split = (text: string): ReturnType<typeof splitReply> =>
  splitReply({ text, rawHtml: null, textSource: 'plain', isForward: false });

/** Breaks a line as a server does, at the space before the limit. */
function wrap(line: string, width: number): string {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + word.length + 1 > width) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current].join('\n');
}

describe('the line that introduces a quote', () => {
  it.each(ATTRIBUTIONS)('ends the reply above marked text: %s', (_client, line) => {
    expect(split(`Tuesday suits me.\n\n${line}\n\n> Shall we meet?\n> Ann\n`)).toEqual({
      reply: 'Tuesday suits me.',
      quoted: `${line}\n\n> Shall we meet?\n> Ann`,
      signature: null,
    });
  });

  it.each(ATTRIBUTIONS.filter(([client]) => !/without address|Thunderbird$|Horde|mutt/u.test(client)))(
    'ends the reply above text without marks: %s',
    (_client, line) => {
      expect(split(`Tuesday suits me.\n\n${line}\n\nShall we meet?\n\nAnn\n`).reply).toBe(
        'Tuesday suits me.',
      );
    },
  );

  it.each(ATTRIBUTIONS)('is recognised when wrapped: %s', (_client, line) => {
    for (const width of [76, 60]) {
      expect(split(`Tuesday suits me.\n\n${wrap(line, width)}\n> Shall we meet?\n`).reply).toBe(
        'Tuesday suits me.',
      );
    }
  });

  it.each(ATTRIBUTIONS)('leaves the line right above it to the reply: %s', (_client, line) => {
    expect(split(`Yes.\nTuesday at noon suits me\n${line}\n> Shall we meet?\n`).reply).toBe(
      'Yes.\nTuesday at noon suits me',
    );
  });

  it.each(ATTRIBUTIONS)('is left out above a reply below it: %s', (_client, line) => {
    expect(split(`${line}\n> Shall we meet?\n\nTuesday suits me.\n`).reply).toBe('Tuesday suits me.');
  });

  it('may be broken inside the brackets of an address', () => {
    const text =
      'Yes.\n\nOn Tue, Mar 5, 2024 at 10:12 AM Ann Example <\nann@example.com> wrote:\n\n> Shall we?\n';
    expect(split(text).reply).toBe('Yes.');
    expect(
      split('Ja.\n\ntir. 5. mars 2024 kl. 10:12 skrev Ann <ann@example.com\n>:\n\n> Skal vi?\n').reply,
    ).toBe('Ja.');
  });

  it('may have lost the line break before it', () => {
    const text = 'That is fine with me. On Tue, Mar 5, 2024 at 10:12 AM, Ann Example wrote:\n> Shall we?\n';
    expect(split(text).reply).toBe('That is fine with me.');
  });

  it.each([
    'On reflection we would rather wait until 10:30, please note:',
    'On Monday I wrote:',
    'The court wrote:',
    'As my colleague said:',
    'We need the following by 5 March 2024:',
    'Please call at 10:30:',
    'Write to office@example.com:',
    'Opening hours 2024:',
  ])('is not made of the sender’s prose: %s', (line) => {
    const text = `Dear Ann,\n\n${line}\n\nNo further step is wanted.\n\nThe file stays open.`;
    expect(split(text)).toEqual({ reply: text, quoted: null, signature: null });
  });

  it('takes no more lines than its own', () => {
    const lines = ['We meet at 10:30.', 'On 05.03.2024 10:12, Ann Example wrote:', '> Shall we?'];
    expect(findAttribution(lines, 0)).toBeNull();
    expect(findAttribution(lines, 1)).toEqual({ first: 1, last: 1, certainty: 'sure' });
  });
});
