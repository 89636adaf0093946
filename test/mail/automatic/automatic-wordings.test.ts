import { describe, expect, test } from 'vitest';
import { classifyAutomatic } from '../../../src/mail/automatic/automatic.ts';
import { readBounce } from '../../../src/mail/bounce/bounce.ts';
import type { Automatic } from '../../../src/mail/mail.ts';
import { parseMessage } from '../../../src/mime/parse.ts';
import { cpuTime } from '../../support/cpu-time.ts';

async function classify(head: string, body = 'Hello.'): Promise<Automatic | null> {
  const from = /^From:/m.test(head) ? '' : 'From: Kim <kim@shop.test>\n';
  const type = head.includes('Content-Type:') ? '' : '\nContent-Type: text/plain; charset=utf-8';
  const message = await parseMessage({
    raw: Buffer.from(`${from}${head}\nTo: ann@firm.test${type}\n\n${body}\n`),
  });
  return classifyAutomatic(message, readBounce(message));
}

describe('subjects that no person types', () => {
  test.each([
    'Out of the Office Re: Offer',
    'I am out of the office: Offer',
    'Annual leave Re: Offer',
    'Abwesenheit: Re: Angebot',
    'Urlaub: AW: Angebot',
    'Ausente: Re: Oferta',
    'Ferie: R: Offerta',
    'Afwezig: Re: Offerte',
    'Frånvaro: SV: Offert',
    'Ikke til stede: Re: Tilbud',
    'Nepřítomnost: Re: Nabídka',
    'Отпуск: Re: Предложение',
    'Autorespuesta: Oferta',
    'Risponditore automatico: Offerta',
    'Automatische reactie: Offerte',
    'Autoodpowiedź: Oferta',
    'Аутоматски одговор: Понуда',
    'Автоматическое уведомление об отсутствии',
    'Accusé de réception automatique',
    'Automatische Eingangsbestätigung',
    '【自動返信】見積もりの件',
    '自動応答メール',
    '[자동응답] 견적',
    '[Auto-Reply] Offer',
    'Ymateb awtomatig: Cynnig',
  ])('%s', async (subject) => {
    expect((await classify(`Subject: ${subject}`))?.sign).toBe('subject');
  });

  test('Notes titles its absence replies with a full stop, above words of absence', async () => {
    const words = 'I will be out of the office until Monday.';
    expect((await classify('Subject: Kim Dee is out of the office.', words))?.kind).toBe('out-of-office');
    expect(
      (await classify('Subject: AUTO: Kim Dee is out of the office (returning 9 March)', words))?.kind,
    ).toBe('out-of-office');
    expect(await classify('Subject: Kim is out of the office', 'Kim is ill, I take over. Lee')).toBeNull();
  });

  test.each([
    'Abwesenheit: 3. bis 7. Mai',
    'Ausente: reunión del lunes',
    'Frånvaro: vecka 12',
    'Auto: Angebot',
    'Automatische Antwort erhalten',
    'Automatic answer from your system',
    'AW: Automatische Antwort: Vertrag',
    'Vacation request',
    'On leave: handover',
    'Holiday: closing dates',
  ])('%s is a person\u2019s', async (subject) => {
    expect(await classify(`Subject: ${subject}`, 'See you. Kim')).toBeNull();
  });
});

describe('absence in an automatic answer', () => {
  test.each([
    'I am currently attending a conference.',
    'Ich bin in Elternzeit.',
    'Jag är ledig till måndag.',
    'Jeg holder ferie indtil mandag.',
    'Jeg er bortreist til mandag.',
    'Olen puhkusel.',
    'Esmu atvaļinājumā.',
    'Šiuo metu atostogauju.',
    'در مرخصی هستم.',
    'मैं छुट्टी पर हूँ।',
    'Ég er í fríi.',
    'Estic de vacances fins dilluns.',
  ])('%s', async (body) => {
    const head = 'Auto-Submitted: auto-replied\nIn-Reply-To: <a@firm.test>\nSubject: Re: Offer';
    expect((await classify(head, body))?.kind).toBe('out-of-office');
  });
});

describe('fields and senders', () => {
  test.each([
    ['X-ARAutoReply: yes', 'x-arautoreply'],
    ['X-Acme-Auto-Responder-Id: 12', 'x-acme-auto-responder-id'],
    ['X-Auto-Submitted: auto-replied', 'x-auto-submitted'],
    ['X-Loop: autoresponder@shop.test', 'x-loop'],
    ['From: noreply@portal.test', 'from'],
    ['From: Bank <do-not-reply@bank.test>', 'from'],
    ['From: nicht-antworten@amt.test', 'from'],
    ['From: notifications-noreply@portal.test', 'from'],
    ['From: MAILER-DAEMON@mx.test', 'from'],
  ])('%s shows an automatic message by %s', async (head, sign) => {
    expect(await classify(`${head}\nSubject: Notice`)).toEqual({ kind: 'auto-reply', sign });
  });

  test.each([
    'X-Auto-Response-Suppress: All',
    'X-AutoReply-Loop-Prevention: 1',
    'X-Acme-Auto-Reply: no',
    'X-Loop: kim@shop.test',
    'From: Form <noreply@portal.test>\nReply-To: kim@shop.test',
    'From: Kim <kim@noreply.test>',
    'From: Noreen <noreen.reply@shop.test>',
    'From: Kim <postmaster@shop.test>',
  ])('%s shows nothing', async (head) => {
    expect(await classify(`${head}\nSubject: Notice`)).toBeNull();
  });
});

describe('challenges', () => {
  test.each([
    [
      'Re: Offer (Action Required)',
      'Your message was waitlisted. Please add yourself to my Guest List. Use the link below.',
    ],
    [
      'Please confirm your message',
      'Your message is being held because your address has not been verified. To release your message for delivery, reply to this message.',
    ],
    [
      'Re: Offer [spam blocker]',
      'To control spam, I now allow incoming messages only from senders I have approved. Click the link below.',
    ],
    [
      "Demande d'authentification",
      'Afin de me protéger du spam, merci de cliquer sur le lien pour vous authentifier.',
    ],
    [
      'Bitte bestätigen Sie Ihre Nachricht',
      'Ihre Nachricht wurde zurückgehalten. Bestätigen Sie bitte Ihre E-Mail, indem Sie auf den folgenden Link klicken.',
    ],
    ['Re: Offer', 'Your message has been put on hold. Click here to confirm that you are a real person.'],
  ])('%s', async (subject, body) => {
    expect((await classify(`Return-Path: <>\nSubject: ${subject}`, body))?.kind).toBe('challenge');
  });

  test.each([
    [
      'Please confirm your e-mail address',
      'Welcome! Please confirm your e-mail address by clicking the link below.',
    ],
    ['Action required', 'Thanks for your mail. Click here to see your ticket.'],
    [
      'Your message awaits approval',
      'Your message is being held until the moderator can review it. Click the link to cancel.',
    ],
  ])('%s is none', async (subject, body) => {
    expect((await classify(`Auto-Submitted: auto-generated\nSubject: ${subject}`, body))?.kind).toBe(
      'auto-reply',
    );
  });
});

describe('reports about mail', () => {
  const attached = (filename: string): string =>
    `MIME-Version: 1.0\nContent-Type: application/gzip; name="${filename}"\nContent-Disposition: attachment; filename="${filename}"`;

  test.each([
    [`Subject: DMARC report\n${attached('mx.test!firm.test!1767225600!1767311999.xml.gz')}`, 'filename'],
    [`Subject: Report\n${attached('mx.test!firm.test!1767225600!1767311999!a1.zip')}`, 'filename'],
    ['Subject: [Preview] Report Domain: firm.test Submitter: mx.test Report-ID: 1', 'subject'],
  ])('%s', async (head, sign) => {
    expect(await classify(head)).toEqual({ kind: 'feedback-report', sign });
  });

  test('a person who passes one on is a person', async () => {
    const name = 'mx.test!firm.test!1767225600!1767311999.xml.gz';
    expect(await classify(`Subject: Fwd: DMARC report\n${attached(name)}`)).toBeNull();
  });
});

test('hostile text, subjects, names and field names are read in bounded time', async () => {
  const message = await parseMessage({ raw: Buffer.from('From: kim@shop.test\nSubject: x\n\nHello\n') });
  const timeOf = (unit: string, chars: number): number => {
    const value = unit.repeat(chars / unit.length);
    const bomb = {
      ...message,
      subject: value,
      text: value,
      from: { name: value, address: `${value}@shop.test` },
      headers: ['auto-submitted', 'x-loop', `x-${value}`].map((name) => ({ name, value, raw: value })),
    };
    const start = cpuTime();
    classifyAutomatic(bomb, readBounce(bomb));
    return cpuTime() - start;
  };
  for (const unit of [
    'your message ',
    'click ',
    'a-',
    'noreply.',
    '自動',
    'message from <a@',
    'a@b.test, ',
    'absence ',
    'this is an automatic ',
  ]) {
    timeOf(unit, 10_000);
    expect(timeOf(unit, 1_000_000)).toBeLessThan(8 * timeOf(unit, 250_000) + 500);
  }
});

describe('receipts without the part of RFC 8098', () => {
  test.each([
    ['Read: Offer', 'Your message\n\n  To: Kim\n  Subject: Offer\n\nwas read on 2 March 2026 11:00.'],
    [
      'Gelesen: Angebot',
      'Ihre Nachricht\n\n  An: Kim\n  Betreff: Angebot\n\nwurde am 2.3.2026 11:00 gelesen.',
    ],
    ['Lu : Offre', 'Votre message\n\n  À : Kim\n\na été lu le 02/03/2026.'],
    ['Return Receipt (displayed) - Offer', 'This is a Return Receipt for the mail that you sent.'],
    ['Return receipt', 'Your document: Offer\nwas received by: Kim/Shop'],
    ['Przeczytano: Oferta', 'Twoja wiadomość\n\n  Do: Kim\n\nzostała przeczytana w dniu 2026-03-02 11:00.'],
    ['Leído: Oferta', 'El mensaje\n\n  Para: Kim\n\nse leyó el 02/03/2026 11:00.'],
    ['Прочитано: Оферта', 'Ваше сообщение было прочитано 02.03.2026.'],
  ])('%s', async (subject, body) => {
    expect(await classify(`Subject: ${subject}`, body)).toEqual({ kind: 'delivery-report', sign: 'subject' });
  });

  test.each([
    ['Read: Offer', 'I read it with pleasure. When can we talk?'],
    ['Deleted: files', 'Sorry, your message was deleted by mistake. Please send it again.'],
    ['Return receipt', 'Can you send me the return receipt for the parcel?'],
    ['Re: Offer', 'Your message was read by my colleague, he will call you.'],
    ['Read: Offer', `Your message was read. ${'We discussed every page of it. '.repeat(40)}`],
  ])('%s, but a person wrote', async (subject, body) => {
    expect(await classify(`Subject: ${subject}`, body)).toBeNull();
  });

  test('a postmaster who delivered it reports a delivery', async () => {
    const body = 'Your message was delivered to the following recipients:\n\nclient@shop.test';
    expect((await classify('From: postmaster@mx.test\nSubject: Delivered: Offer', body))?.kind).toBe(
      'delivery-report',
    );
  });
});

describe('absences in a form of their own', () => {
  const words = 'I am out of the office until Monday.';

  test.each([
    'Subject: Automated response from Kim',
    'Subject: Re: Offer - Automatic reply',
    'Subject: OOO: Re: Offer',
    'Subject: [Out of Office] Re: Offer',
    'In-Reply-To: <a@firm.test>\nSubject: Re: Offer (Out of office)',
    'Precedence: junk\nIn-Reply-To: <a@firm.test>\nSubject: Re: Offer',
    'X-Zimbra-Vacation: 1\nSubject: Re: Offer',
    'X-Mailer: Acme Out of Office\nSubject: Re: Offer',
    'Subject: Automātiska atbilde: Offer',
  ])('%s', async (head) => {
    expect((await classify(head, words))?.kind).toBe('out-of-office');
  });

  test.each([
    ['Subject: Automated response from Kim', 'Did you get it as well? Lee'],
    ['Subject: Week 12 (out of office)', words],
    ['Sender: dev@list.test\nPrecedence: bulk\nIn-Reply-To: <a@firm.test>\nSubject: Re: Patch', words],
  ])('%s: %s', async (head, body) => {
    expect((await classify(head, body))?.kind).not.toBe('out-of-office');
  });

  test.each(['autoreply@shop.test', 'majordomo@list.test'])('%s is a program', async (from) => {
    expect(await classify(`From: ${from}\nSubject: Notice`)).toEqual({ kind: 'auto-reply', sign: 'from' });
  });

  test('an abuse report that lost its parts is recognised by its text', async () => {
    const body = 'This is an email abuse report for an email message received from 192.0.2.1.';
    expect((await classify('Subject: complaint', body))?.kind).toBe('feedback-report');
  });
});

test('a gateway that invites strangers to a list of allowed senders is a challenge', async () => {
  const body =
    'This address is protected. For your message to be moved to the Inbox, the recipient must add your email address to a list of allowed senders. Click the link below to ask for it.';
  expect((await classify('Return-Path: <>\nSubject: Re: Offer', body))?.kind).toBe('challenge');
});

describe('answers that say so themselves', () => {
  test.each([
    ['Thank you for your request', 'Dear customer,\n\nThis is an automated response. Please do not reply.'],
    ['Re: Offer', 'Hello,\n\n*** This e-mail is an automatically generated\nreply. ***\nWe are on it.'],
    ['Votre demande', 'Bonjour,\n\nCeci est une réponse automatique. Nous avons bien reçu votre demande.'],
    ['Ihre Anfrage', 'Guten Tag,\n\ndies ist eine automatische Eingangsbestätigung.'],
    ['Su consulta', 'Esta es una respuesta automática. Hemos recibido su mensaje.'],
    ['Uw vraag', 'Dit is een automatisch antwoord.'],
    ['お問い合わせ', 'このメールは自動返信メールです。\nお問い合わせを受け付けました。'],
    ['咨询', '您好，\n\n这是一封自动回复邮件。'],
  ])('"%s" with its words is automatic', async (subject, body) => {
    const head = `In-Reply-To: <a@firm.test>\nSubject: ${subject}`;
    expect(await classify(head, body)).toEqual({ kind: 'auto-reply', sign: 'text' });
  });

  test('one about an absence is an absence', async () => {
    const body = 'This is an automatic reply. I am on vacation until May.';
    expect(await classify('In-Reply-To: <a@firm.test>\nSubject: Re: Offer', body)).toEqual({
      kind: 'out-of-office',
      sign: 'text',
    });
  });

  test.each([
    ['nothing is answered or confirmed', 'Subject: Gate', 'This is an automatic reply unit, model 7.'],
    [
      'a person quotes one',
      'In-Reply-To: <a@firm.test>\nSubject: Re: Offer',
      'I only got this back:\n\n> This is an automated response. Please do not reply.',
    ],
    [
      'a person answers one',
      'In-Reply-To: <a@firm.test>\nSubject: Re: Offer',
      'Is nobody there?\n\nFrom: Desk\nSubject: Offer\n\nThis is an automated response.',
    ],
    [
      'a person passes one on',
      'In-Reply-To: <a@firm.test>\nSubject: Fwd: Offer',
      'This is an automated response.',
    ],
    [
      'it stands in the middle of a sentence',
      'In-Reply-To: <a@firm.test>\nSubject: Re: Offer',
      'They said this is an automated response, so I call you.',
    ],
    [
      'a form of a website carries the words of a person',
      'Subject: We received your request',
      'This is an automated message from the form.\n\nMy heating is broken.',
    ],
  ])('none if %s', async (_, head, body) => {
    expect(await classify(head, body)).toBeNull();
  });
});

describe('the receipt of a help desk with Precedence', () => {
  const marks = 'Auto-Submitted: auto-generated\nPrecedence: bulk\nSubject: [Desk #12] Printer';

  test('is an answer if it names the message', async () => {
    expect(await classify(`${marks}\nIn-Reply-To: <a@firm.test>`)).toEqual({
      kind: 'auto-reply',
      sign: 'auto-submitted',
    });
  });

  test('is bulk or a list if it does not, or goes to a list', async () => {
    expect((await classify(marks))?.kind).toBe('bulk');
    expect((await classify(`${marks}\nIn-Reply-To: <a@firm.test>\nList-Id: <dev.test>`))?.kind).toBe('list');
  });
});

describe('a challenge without any field', () => {
  const body =
    'I am protecting myself from junk mail. Click the link below so I can receive your emails.\nhttps://a.test/1';

  test('needs both its subject and its proof', async () => {
    expect(await classify('Subject: Re: Offer (verification)', body)).toEqual({
      kind: 'challenge',
      sign: 'subject',
    });
  });

  test('is not one by either alone', async () => {
    expect(await classify('Subject: Re: Offer', body)).toBeNull();
    expect(await classify('Subject: Re: Offer (verification)', 'Click the link to read it.')).toBeNull();
  });

  test('speaks Portuguese', async () => {
    const text =
      'Para que sua mensagem seja encaminhada, clique aqui. O programa elimina mensagens enviadas por robôs.';
    expect((await classify('Subject: Antispam: confirme', text))?.kind).toBe('challenge');
  });
});

describe('a challenge that only its text shows', () => {
  test.each([
    'ann@shop.test is guarded by Blue and has not met you before. Follow this link once to join her list of permitted senders; until then your letter is held back: http://blue.test/ok/1',
    'This mailbox is protected by Gate. Your mail is being kept until you confirm that a person sent it. Please click the link below and your mail will be delivered: http://gate.test/9',
    'I use a filter that only lets in people I know. Please click here once so that your message reaches me and you are put on my guest list: http://x.test/1',
    'Ihre Nachricht wird erst zugestellt, wenn Sie auf den Link klicken und in die Liste der erlaubten Absender aufgenommen sind: http://schutz.test/1',
    'Votre message est retenu. Pour être ajouté à la liste des expéditeurs autorisés, cliquez sur ce lien : http://garde.test/1',
    'Su mensaje está retenido. Para entrar en la lista de remitentes permitidos, pulse este enlace: http://guarda.test/1',
    'Il tuo messaggio è in attesa. Per essere aggiunto alla lista dei mittenti autorizzati, fai clic su questo link: http://filtro.test/1',
    'Uw bericht wordt vastgehouden. Klik op deze link om op de lijst van toegestane afzenders te komen: http://wacht.test/1',
  ])('says what is kept, whom the mailbox lets in, and has a link: %s', async (body) => {
    expect(await classify('Subject: RE: Lease', body)).toEqual({ kind: 'challenge', sign: 'text' });
  });

  test.each([
    'Please follow this link to sign; the court holds back the entry until then: http://notary.test/1. The list of permitted uses is attached.',
    'I have put you on the list of permitted visitors. Please click the link to confirm your visit: http://x.test/1',
    'Your letter was held back at the post office. Can you follow this up? Link: http://post.test/1',
    'Your message is held until you join the list of permitted senders.',
  ])('is a letter with less: %s', async (body) => {
    expect(await classify('Subject: RE: Lease', body)).toBeNull();
  });
});

describe('what a program sends when someone clicks', () => {
  test.each([
    [
      'Content-Class: urn:content-classes:recallmessage\nSubject: Recall: Offer',
      'Bob would like to.',
      'auto-reply',
      'content-class',
    ],
    ['Subject: Recall: Offer', 'Bob would like to recall the message, "Offer".', 'auto-reply', 'subject'],
    ['Subject: Rückruf: Angebot', 'Bob möchte die Nachricht "Angebot" zurückrufen.', 'auto-reply', 'subject'],
    [
      'Subject: Bob reacted to your message: Offer',
      'Bob reacted to your message:\nFrom: Ann\n\nHello',
      'auto-reply',
      'subject',
    ],
    ['Subject: Bob hat auf Ihre Nachricht reagiert: Angebot', '', 'auto-reply', 'subject'],
    ['Subject: Liked “Offer”', '', 'auto-reply', 'subject'],
    [
      'Subject: Re: Offer',
      '👍\n\nBob a réagi via Gmail\n<https://www.google.com/gmail/about/?utm_source=gmail-in-product>',
      'auto-reply',
      'text',
    ],
    ['Subject: Declined: Offer', '', 'calendar', 'subject'],
    ['Subject: Zugesagt: Termin', '', 'calendar', 'subject'],
    ['Subject: Read: Offer', '', 'delivery-report', 'subject'],
  ])('%s', async (head, body, kind, sign) => {
    expect(await classify(head, body)).toEqual({ kind, sign });
  });

  test.each([
    ['Subject: Read: chapter three', 'Please read it.'],
    ['Subject: Recall: the old keys', 'Please recall the keys that I gave you.'],
    ['Subject: Accepted: your offer', 'We accept. Ann'],
    ['Subject: Re: Offer', '👍 Good idea.'],
    ['Subject: Bob reacted to your message: what now?', 'He is angry. What shall I do?'],
  ])('is none of a person: %s', async (head, body) => {
    expect(await classify(head, body)).toBeNull();
  });

  test('may be a separate part', async () => {
    const body =
      '--b\nContent-Type: text/plain; charset=utf-8\n\n👍\n--b\nContent-Type: text/vnd.google.email-reaction+json\n\n{"emoji":"👍","version":1}\n--b--';
    const head = 'Subject: Re: Offer\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b';
    expect((await classify(head, body))?.sign).toBe('text/vnd.google.email-reaction+json');
  });
});

test('an acknowledgement with an empty return path is not bulk mail', async () => {
  const head = 'Return-Path: <>\nPrecedence: bulk\nSubject: We have your letter';
  expect(await classify(head, 'It has come in.')).toEqual({ kind: 'auto-reply', sign: 'return-path' });
  expect((await classify(`${head}\nList-Unsubscribe: <mailto:u@shop.test>\nList-Id: <n.test>`))?.kind).toBe(
    'list',
  );
});

test.each([
  'Hallo, ich bin bis Ende August nicht da.',
  'Ich bin vom 7. bis 25. Juli in Urlaub.',
  'Wir sind bis Montag verreist.',
  "I'm taking some time off and won't be checking email.",
  'Ich bin zur Zeit krank und nicht im Dienst.',
  'Unser Büro ist bis zum 6. Januar geschlossen.',
  'Je suis en arrêt maladie.',
  'Nos bureaux seront fermés en août.',
  'Estoy de baja por maternidad.',
  'Gli uffici rimarranno chiusi dal 9 al 24 agosto.',
  'Momenteel geniet ik van mijn vakantie.',
  'Jestem na zwolnieniu lekarskim.',
  '18 Ağustos tarihine kadar izinli olduğum için dönemeyeceğim.',
  'Tôi đang đi nghỉ.',
  '育休中です。',
  '我请假到周五。',
])('"%s" in an automatic answer is an absence', async (body) => {
  const head = 'Auto-Submitted: auto-replied\nSubject: Re: Angebot';
  expect((await classify(head, body))?.kind).toBe('out-of-office');
});
