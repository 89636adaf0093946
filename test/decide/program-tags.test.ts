import { describe, expect, it } from 'vitest';
import { enclosed, multipart, text } from '../../demo/mime.ts';
import type { Explained } from '../../src/explain/explain.ts';
import { ada, crm, decide, dropbox, gmail, raw } from './office.ts';
import type { MessageSpec } from './office.ts';

const john = 'John <john@x.test>';

const updatesOf = ({ caseUpdates }: Explained): readonly string[] =>
  caseUpdates.map(({ clientId, ref, review }) => `${clientId} ${ref ?? '-'} ${review ?? 'takes effect'}`);

describe('a tag behind words that programs set before a subject', () => {
  it.each(
    (
      'Recall|Read|Not read|Declined|Accepted|Tentative|Canceled|Undeliverable|Out of office|Delivery Status Notification|New Time Proposed|' +
      'Rückruf|Gelesen|Zugesagt|Abgelehnt|Unzustellbar|Abwesend|Accepté|Refusé|Lu|Rappel|Non remis|Aceptado|Rechazado|Leído|Recuperar|' +
      'Accettato|Rifiutato|Letto|Richiamo|Aceito|Recusado|Lida|Geaccepteerd|Geweigerd|Gelezen|Accepterad|Avböjt|Läst|Accepteret|Afslået|Læst|' +
      'Hyväksytty|Luettu|Zaakceptowano|Odrzucono|Przeczytano|Přijato|Odmítnuto|Přečteno|Elfogadva|Elutasítva|Принято|Отклонено|Прочитано|Отзыв|' +
      'Deleted unread|Ungelesen gelöscht|Supprimé sans être lu|Eliminado sin leer|Ongelezen verwijderd|Slettet ulæst|Удалено без прочтения|未読のまま削除|' +
      'Automatisk besvarelse|Ticket received|ATTENTION: Automatic reply|[EXTERNAL] CAUTION: Ticket received|Achtung!: WARNUNG: Gelesen|' +
      'Kabul Edildi|Reddedildi|承諾|辞退|開封済み|已接受|已拒绝|수락됨|거절됨|تم القبول|מקובל'
    ).split('|'),
  )('moves no case by itself: %s', async (prefix) => {
    const subject = `${prefix}: [Case #41: Closed] Wall`;
    const alone = updatesOf(await decide({ from: john, subject, body: '' }));
    expect(alone.filter((line) => line.endsWith('takes effect'))).toEqual([]);
    const typed = updatesOf(await decide({ from: john, subject, body: 'It is done, see the report.' }));
    expect(typed.filter((line) => line.endsWith('takes effect'))).toEqual([]);
  });

  it.each([
    'Accepted [Case #41: Closed] Wall',
    'ATTENTION: Automatic reply [Case #41: Closed] Wall',
    'Return Receipt (displayed) - [Case #41: Closed] Wall',
    '[Automatic reply] [Case #41: Closed] Wall',
  ])('is held without a colon as well: %s', async (subject) => {
    const updates = updatesOf(await decide({ from: john, subject, body: 'It is done.' }));
    expect(updates.filter((line) => line.endsWith('takes effect'))).toEqual([]);
  });

  it('is held if somebody wrote below it', async () => {
    const message = { from: john, subject: 'Read: [Case #41: Closed] chapter three', body: 'It is done.' };
    expect(updatesOf(await decide(message))).toEqual(['john 41 unauthenticated']);
  });

  it.each([
    '[Case #41: Closed] Read: chapter three',
    'Urgent: [Case #41: Closed] Wall',
    'ATTENTION: [Case #41: Closed] Wall',
    '[EXTERNAL] Caution: [Case #41: Closed] Wall',
    'Wall: [Case #41: Closed]',
  ])('is the sender’s own elsewhere: %s', async (subject) => {
    expect(updatesOf(await decide({ from: john, subject, body: 'It is done.' }))).toEqual([
      'john 41 takes effect',
    ]);
  });
});

describe('automatic mail that staff forward', () => {
  const inside = (subject: string, ...headers: string[]): MessageSpec => ({
    from: john,
    to: ada,
    subject,
    headers,
    body: 'I am out of the office until Monday.',
  });
  const forward = (subject: string, message: MessageSpec): MessageSpec => ({
    from: ada,
    to: crm,
    subject,
    body: multipart('multipart/mixed', 'b', [text('For the file.'), enclosed(raw(message, 7))]),
  });

  it.each([
    forward('Fwd: [Case #42: Open] Wall', inside('[Case #42: Open] Wall', 'Auto-Submitted: auto-replied')),
    forward('Fwd: Automatic reply: [Case #42: Open] Wall', inside('Automatic reply: [Case #42: Open] Wall')),
    {
      from: ada,
      to: crm,
      subject: 'Fwd: Declined: [Case #42: Open] Wall',
      body: gmail(john, 'No.', 'Declined: [Case #42: Open] Wall'),
    },
    {
      from: ada,
      to: crm,
      subject: 'WG: Abwesend: [Case #42: Open] Wall',
      body: gmail(john, 'Nein.', 'Abwesend: [Case #42: Open] Wall'),
    },
  ])('fires nothing by its own tag: $subject', async (message) => {
    const decided = await decide(message, dropbox);
    expect(decided.verdict.clients.map(({ clientId }) => clientId)).toEqual(['john']);
    expect(updatesOf(decided)).toEqual([]);
  });

  it('uses the tag that staff put in front', async () => {
    const message = {
      from: ada,
      to: crm,
      subject: '[Case #43: Closed] Fwd: Automatic reply: Wall',
      body: gmail(john, 'Away.', 'Automatic reply: Wall'),
    };
    expect(updatesOf(await decide(message, dropbox))).toEqual(['john 43 takes effect']);
  });

  // The subject is the word of who wrote the message inside, and only a person can tell that staff mean it too.
  it('is distinguished from a person’s mail, whose tag is held', async () => {
    const message = forward('Fwd: [Case #44: Closed] Wall', inside('[Case #44: Closed] Wall'));
    expect(updatesOf(await decide(message, dropbox))).toEqual(['john 44 unauthenticated']);
  });
});

describe('personal mail with the fields of bulk mail', () => {
  it.each([
    ['List-Unsubscribe: <mailto:u@tool.test>'],
    [
      'List-Unsubscribe: <https://tool.test/u>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Feedback-ID: a:b:c',
    ],
    ['Precedence: bulk'],
    ['Precedence: list', 'List-Id: <dev.test>'],
  ])('has its case update held for a person: %s', async (...headers) => {
    const decided = await decide({ from: john, subject: '[Case #45: Closed] Loom', headers });
    expect(decided.reading.mail.automatic?.kind).toMatch(/^(?:bulk|list)$/u);
    expect(updatesOf(decided)).toEqual(['john 45 unauthenticated']);
  });

  it('makes none of a stranger', async () => {
    const message = { from: 'z@z.test', subject: '[Case #45: Closed] Loom', headers: ['Precedence: bulk'] };
    expect(updatesOf(await decide(message))).toEqual([]);
  });
});

describe('what a case update of a forward says', () => {
  const describeIt = async (body: MessageSpec['body']): Promise<readonly string[]> => {
    const message = {
      from: ada,
      to: crm,
      subject: 'Fwd: [Case #46: Closed] Wall',
      ...(body === undefined ? {} : { body }),
    };
    const { caseUpdates, reading } = await decide(message, dropbox);
    return [reading.mail.reply, ...caseUpdates.map(({ description }) => description)];
  };

  it('is what was typed above', async () => {
    expect(await describeIt(`Please note.\n\n${gmail(john)}`)).toEqual(['Please note.', 'Please note.']);
  });

  it('is the words of the message inside if nothing was', async () => {
    const inner =
      'The wall is dry again.\n\nKind regards\nJohn\n\nOn 1 Feb 2026 at 10:00, Ada <ada@firm.test> wrote:\n> Is it dry?';
    expect(await describeIt(gmail(john, inner))).toEqual(['', 'The wall is dry again.']);
  });

  it('is the words inside that, if it only carries another message', async () => {
    const inner = gmail('Otto <otto@away.test>', 'The wall is dry.');
    expect(await describeIt(gmail(john, inner))).toEqual(['', 'The wall is dry.']);
  });

  it('is the words of the message attached', async () => {
    const attached = raw({ from: john, to: ada, subject: 'Wall', body: 'The wall is dry.' }, 8);
    expect(await describeIt(multipart('multipart/mixed', 'b', [text(''), enclosed(attached)]))).toEqual([
      '',
      'The wall is dry.',
    ]);
  });
});
