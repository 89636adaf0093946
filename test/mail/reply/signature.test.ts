import { describe, expect, it } from 'vitest';

import { splitReply } from '../../../src/mail/reply/reply.ts';
import { isSentFromLine } from '../../../src/mail/reply/sent-from-line.ts';

const split = (text: string): ReturnType<typeof splitReply> =>
  splitReply({ text, rawHtml: null, textSource: 'plain', isForward: false });

const SENT_FROM_LINES = [
  'Sent from my iPhone',
  'Sent from my iPad Pro',
  'Sent from my Verizon, Samsung Galaxy smartphone',
  'Sent from my mobile device',
  'Sent from my T-Mobile 5G Device',
  'Sent from Outlook for iOS',
  'Sent from Outlook for iOS<https://example.com/ios>',
  'Sent from Mail for Windows',
  'Sent from Yahoo Mail for iPhone',
  'Sent from Yahoo Mail on Android',
  'Sent from Proton Mail mobile',
  'Sent with Proton Mail secure email.',
  'Sent with [Proton Mail](https://proton.example/mail/home) secure email.',
  'Sent via the Samsung Galaxy S22, an AT&T 5G smartphone',
  'Sent from Samsung tablet.',
  'Get Outlook for iOS',
  'Get Outlook for Android<https://example.com/android>',
  'Get BlueMail for Android',
  'Von meinem iPhone gesendet',
  'Von meinem Samsung Galaxy Smartphone gesendet.',
  'Von Yahoo Mail auf Android gesendet',
  'Sent with Aqua Mail for Android',
  'Xperiaから送信',
  '갤럭시에서 보냄',
  'Samsung cep telefonumdan gönderildi',
  'Αποκτήστε το Outlook για iOS',
  'รับ Outlook สำหรับ iOS',
  'Dapatkan Outlook untuk iOS',
  'Preuzmite Outlook za Android',
  'Gesendet von meinem Smartphone',
  'Gesendet mit der GMX Mail App',
  'Gesendet von Outlook für Android',
  'Envoyé de mon iPhone',
  'Envoyé depuis mon téléphone Orange',
  'Envoyé à partir de Outlook pour iOS',
  'Enviado desde mi iPhone',
  'Enviado do meu iPhone',
  'Inviato da iPhone',
  'Inviato dal mio dispositivo Samsung',
  'Trimis de pe iPhone-ul meu',
  'Enviat des del meu iPhone',
  'Verstuurd vanaf mijn iPhone',
  'Verzonden vanaf mijn Galaxy',
  'Skickat från min iPhone',
  'Sendt fra min iPhone',
  'Lähetetty iPhonesta',
  'Saadetud minu iPhone’ist',
  'Nosūtīts no mana iPhone',
  'Išsiųsta iš mano iPhone',
  'Wysłane z iPhone’a',
  'Wysłane z telefonu Samsung',
  'Odesláno z iPhonu',
  'Odoslané z iPhonu',
  'Elküldve az iPhone készülékemről',
  'Poslano z mojega iPhona',
  'Poslano s mog iPhonea',
  'Изпратено от моя iPhone',
  'Отправлено с iPhone',
  'Отправлено из мобильной Почты Mail',
  'Надіслано з iPhone',
  'Στάλθηκε από το iPhone μου',
  'iPhone’umdan gönderildi',
  'Dikirim dari iPhone saya',
  'Đã gửi từ iPhone của tôi',
  '发自我的iPhone',
  '從我的 iPhone 傳送',
  'iPhoneから送信',
  '나의 iPhone에서 보냄',
  'ส่งจาก iPhone ของฉัน',
  'मेरे iPhone से भेजा गया',
  'נשלח מה-iPhone שלי',
  'أُرسلت من الـ iPhone',
];

const CLOSINGS = [
  'Kind regards,',
  'Best regards',
  'Regards,',
  'Yours sincerely,',
  'Thanks and kind regards,',
  'Many thanks and best regards,',
  'Best,',
  'Cheers,',
  'Mit freundlichen Grüßen',
  'Mit freundlichen Grüßen / Kind regards',
  'Vielen Dank und viele Grüße',
  'Freundliche Grüsse',
  'Cordialement,',
  'Bien à vous,',
  'Saludos cordiales,',
  'Atentamente,',
  'Cordiali saluti',
  'Distinti saluti,',
  'Atenciosamente,',
  'Com os melhores cumprimentos,',
  'Salutacions,',
  'Cu stimă,',
  'Met vriendelijke groet,',
  'Med vänlig hälsning',
  'Med venlig hilsen',
  'Med vennlig hilsen',
  'Ystävällisin terveisin',
  'Lugupidamisega',
  'Ar cieņu,',
  'Pagarbiai,',
  'Z poważaniem',
  'Pozdrawiam,',
  'S pozdravem',
  'S pozdravom',
  'Üdvözlettel,',
  'Lep pozdrav,',
  'Srdačan pozdrav,',
  'С уважением,',
  'З повагою,',
  'С уважение,',
  'Με εκτίμηση,',
  'Saygılarımla,',
  'Hormat saya,',
  'Trân trọng,',
  'בברכה,',
];

describe('a signature', () => {
  it.each(SENT_FROM_LINES)('is what an app adds under a message: %s', (line) => {
    expect(split(`Tuesday suits me.\n\n${line}`)).toEqual({
      reply: 'Tuesday suits me.',
      quoted: null,
      signature: line,
    });
    const quoted = 'On Tue, Mar 5, 2024 at 10:12 AM Ann Example <ann@example.com> wrote:\n\n> Shall we meet?';
    expect(split(`Tuesday suits me.\n\n${line}\n\n${quoted}`)).toEqual({
      reply: 'Tuesday suits me.',
      quoted,
      signature: line,
    });
  });

  it.each([
    'Sent from my desk, this is easier to write than from my phone.',
    'sent from my iPhone app yesterday, but it never came',
    'Sent from my lawyer? No, from yours.',
    'Get Outlook for the whole team installed, please, and tell me when it is done so that we can go on.',
    'Von meinem Anwalt höre ich nichts.',
    'Von Windows aus wurde das Formular, wie gesagt, zweimal gesendet',
    'Sent with the courier on Monday',
    'Samsung dün gönderildi',
    'Von der Bank wurde nichts gesendet',
    'Envoyé depuis mon bureau, le contrat est parti hier. Merci de confirmer.',
    'The message was sent from my office.',
  ])('is not made of a sentence: %s', (line) => {
    expect(isSentFromLine(line)).toBe(false);
    const text = `Dear Ann,\n\n${line}\n\nPlease answer soon.`;
    expect(split(text).reply).toBe(text);
  });

  it.each(CLOSINGS)('begins with a closing above a name: %s', (closing) => {
    const signature = `${closing}\n\nBob Test\nHead of Claims\nTest & Co, Mill Lane 7\n+44 20 7946 0000 | www.example.com`;
    expect(split(`Dear Ann,\n\nTuesday suits me.\n\n${signature}`)).toEqual({
      reply: 'Dear Ann,\n\nTuesday suits me.',
      quoted: null,
      signature,
    });
  });

  it('does not begin with a closing that more text follows', () => {
    const text =
      'Dear Ann,\n\nBest regards\nto your mother. I shall see her next week at the station, as we agreed on the phone.\n\nBob';
    expect(split(text).reply).toBe(text);
    const asked = 'Best,\nwhich one is it?';
    expect(split(asked).reply).toBe(asked);
    const postscript = 'Yes.\n\nKind regards\nBob\n\nP.S. The roof leaks again.';
    expect(split(postscript).reply).toBe(postscript);
  });

  it('does not begin with thanks, which may be the message', () => {
    expect(split('Thanks,\nBob')).toEqual({ reply: 'Thanks,\nBob', quoted: null, signature: null });
    expect(split('The roof is mended.\n\nThanks,\nBob').reply).toBe('The roof is mended.\n\nThanks,\nBob');
  });

  it('is not cut off if the closing is the whole text', () => {
    expect(split('Kind regards\nBob')).toEqual({ reply: 'Kind regards\nBob', quoted: null, signature: null });
  });

  it.each(['-- ', '--', '—', '__'])('stands below a delimiter: %s', (delimiter) => {
    const card = `${delimiter}\nBob Test\nbob@example.test`;
    expect(split(`Tuesday suits me.\n\n${card}\n`)).toEqual({
      reply: 'Tuesday suits me.',
      quoted: null,
      signature: card.replace('-- ', '--'),
    });
  });

  it('is not what follows dashes within the text', () => {
    const text = `One -- two\n--- three\n--four\n\n--\n${'The lease runs on.\n'.repeat(40)}`.trim();
    expect(split(text).reply).toBe(text);
  });

  it('may be the footer of a mailing list', () => {
    const footer =
      '_______________________________________________\nRoofers mailing list\nroofers@lists.example.com\nhttps://lists.example.com/roofers';
    expect(split(`Tuesday suits me.\n\n${footer}`)).toEqual({
      reply: 'Tuesday suits me.',
      quoted: null,
      signature: footer,
    });
  });

  it.each([
    'CONFIDENTIALITY NOTICE: This message is for the addressee only.',
    'This email and any attachments are confidential and intended solely for the addressee.',
    'This e-mail (including any attachments) may contain privileged information.',
    'The information contained in this e-mail is confidential.',
    'If you are not the intended recipient, please delete this message.',
    'Disclaimer: the content of this message is confidential.',
    'Please consider the environment before you print this email.',
    'Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen.',
    'Ce message et toutes les pièces jointes sont confidentiels et établis à l’intention de ses destinataires.',
    'Este mensaje y sus archivos adjuntos son confidenciales y van dirigidos a su destinatario; es confidencial.',
    'Questo messaggio è riservato e destinato esclusivamente al destinatario.',
    'Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde.',
    'Esta mensagem é confidencial.',
    'Detta meddelande är konfidentiellt.'.replace(
      'konfidentiellt',
      'konfidentiellt och avsett för mottagaren',
    ),
    'Данное сообщение является конфиденциальным.',
    '本邮件含有保密信息，仅供收件人使用。',
  ])('may be a notice: %s', (notice) => {
    expect(split(`Tuesday suits me.\n\n${notice}\nSecond line of it.`)).toEqual({
      reply: 'Tuesday suits me.',
      quoted: null,
      signature: `${notice}\nSecond line of it.`,
    });
  });

  it('is not a sentence about confidentiality', () => {
    const text =
      'This message to the board was late.\n\nThis email address is wrong.\n\nPlease keep that confidential.';
    expect(split(text).reply).toBe(text);
  });

  it('contains closing, contact card, notice and sent-from line', () => {
    const text =
      'Yes.\n\nKind regards,\nBob Test\n\n-- \nTest & Co\n\nCONFIDENTIALITY NOTICE: for the addressee only.\n\nOn 05/03/2024 10:12, Ann Example wrote:\n> Shall we?';
    expect(split(text)).toEqual({
      reply: 'Yes.',
      quoted: 'On 05/03/2024 10:12, Ann Example wrote:\n> Shall we?',
      signature:
        'Kind regards,\nBob Test\n\n--\nTest & Co\n\nCONFIDENTIALITY NOTICE: for the addressee only.',
    });
  });

  it('below an answer to quoted text is separated too', () => {
    expect(split('On 05/03/2024 10:12, Ann Example wrote:\n> Shall we?\n\nYes.\n\n-- \nBob').reply).toBe(
      'Yes.',
    );
  });
});

describe('below a closing and a name', () => {
  it.each([
    'Moss Ltd is registered in England and Wales, company number 01234567. Registered office: 4 Mill Lane, Leeds.',
    'Moss & Co LLP is authorised and regulated by the Regulation Authority under the number 000000.',
    'Sitz der Gesellschaft: Hamburg, Amtsgericht Hamburg HRB 00000, Geschäftsführer: Ada Moss und Bo Hill und andere.',
    'Moss SARL au capital de 10 000 euros, RCS Paris 000 000 000, siège social : 4 rue du Moulin, 75000 Paris.',
    'Moss S.r.l., sede legale via del Mulino 4, 00100 Roma, capitale sociale 10.000 euro, P. IVA 00000000000.',
    'Ada Moss | Director | Moss Joinery Limited | 4 Mill Lane, Leeds LS1 1AA | T: +44 20 7946 0000 | www.moss.test | Follow us.',
    'Moss Ltd, registered in Scotland, no. SC000000.\nThis email is confidential and may be legally privileged. If you are not\nthe intended recipient please tell the sender and delete it from your system.',
  ])('stands what the law or the firm has there: %s', (line) => {
    expect(split(`Tuesday suits me.\n\nKind regards\n\nAda Moss\n\n${line}`)).toEqual({
      reply: 'Tuesday suits me.',
      quoted: null,
      signature: `Kind regards\n\nAda Moss\n\n${line}`,
    });
  });

  it.each([
    'From 1 May you will find us in the house at 9 Mill Lane, next to the station.',
    'P.S. The registered office is now at 9 Mill Lane, so please send the papers there.',
    'What is your company number, and is 4 Mill Lane the registered office of it?',
  ])('a sentence of the sender’s keeps all: %s', (line) => {
    const text = `Tuesday suits me.\n\nKind regards\nAda\n\n${line}`;
    expect(split(text).reply).toBe(text);
  });

  it('a contact card without a delimiter leaves no closing behind', () => {
    const text =
      'Tuesday suits me.\n\nKind regards\n\nAda Moss\nTel. +44 20 7946 0000\nWe are open from nine to five on every day of the week, see https://www.moss.test for more.';
    expect(
      splitReply({ text, rawHtml: null, textSource: 'plain', isForward: false, sender: 'Ada Moss' }).reply,
    ).toBe('Tuesday suits me.');
  });
});

describe('a contact card without any delimiter', () => {
  const text = 'Tuesday suits me.\n\nMoss, Ada\nDirector, Moss Ltd\nTel. +44 20 7946 0000\nwww.moss.test';
  const signedBy = (sender: string, given = text): string =>
    splitReply({ text: given, rawHtml: null, textSource: 'plain', isForward: false, sender }).reply;

  it('is cut off if it begins with the sender’s name', () => {
    expect(signedBy('Ada Moss')).toBe('Tuesday suits me.');
  });

  it.each(['Ada Moss | Moss Ltd | +44 20 7946 0000', 'Ada Moss • Director • www.moss.test'])(
    'may be one line with strokes or points between its parts: %s',
    (card) => {
      expect(signedBy('Ada Moss', `Tuesday suits me.\n\n${card}`)).toBe('Tuesday suits me.');
    },
  );

  it.each([
    ['of one line without a stroke', 'Ada Moss', 'Tuesday suits me.\n\nAda Moss, 020 7946 0000, called me.'],
    ['of one line without a way to reach them', 'Ada Moss', 'Tuesday suits me.\n\nAda Moss | Moss Ltd'],
    ['of somebody else', 'Bo Hill', text],
    ['of a sender with one name', 'Ada', text],
    ['that the text announces', 'Ada Moss', text.replace('me.', 'me. Write to:')],
    ['without a way to reach them', 'Ada Moss', 'Tuesday suits me.\n\nAda Moss\nDirector'],
  ])('stays %s', (_case, sender, given) => {
    expect(signedBy(sender, given)).toBe(given);
  });

  it.each(['====================', '--------------------', '********************', '=='])(
    'goes below a drawn line: %s',
    (line) => {
      expect(signedBy('', `Tuesday suits me.\n\n${line}\nAda\nTel. +44 20 7946 0000`)).toBe(
        'Tuesday suits me.',
      );
      const underlined = `Costs\n${line}\nroof 400, Tel. +44 20 7946 0000`;
      expect(signedBy('', underlined)).toBe(underlined);
      const announced = `Call this man:\n\n${line}\nBo\nTel. +44 20 7946 0000`;
      expect(signedBy('', announced)).toBe(announced);
    },
  );
});

describe('the name of the sender', () => {
  const from = (text: string): ReturnType<typeof splitReply> =>
    splitReply({ text, rawHtml: null, textSource: 'plain', isForward: false, sender: 'Ann Example' });

  it.each(['--Ann', '- Ann', '– Ann Example', 'Cheers, Ann', 'Best regards, Ann Example'])(
    'is a signature behind a stroke or a closing: %s',
    (line) => {
      expect(from(`It leaks.\n${line}`)).toEqual({ reply: 'It leaks.', quoted: null, signature: line });
    },
  );

  it.each(['Guests:\n- Bob\n- Ann', 'It leaks.\n- Bob', 'One goes:\n- Ann', 'It is me, Ann'])(
    'stays if it may be said: %j',
    (text) => {
      expect(from(text).reply).toBe(text);
    },
  );
});

describe('dashes', () => {
  it('without the space after them may divide a message', () => {
    const text = 'First the roof.\n--\nThen there is the wall, which I want you to look at as well.';
    expect(split(text).reply).toBe(text);
  });

  it('with it begin a signature, whatever it says', () => {
    const motto = 'The roof of the one is the floor of the other, as they say.';
    expect(split(`It leaks.\n-- \n${motto}`).signature).toBe(`--\n${motto}`);
  });

  it('above a virus scanner’s notice belong to it', () => {
    const notice = 'This email has been checked for viruses by Avast antivirus software.';
    expect(split(`It leaks.\n\n---\n${notice}`)).toEqual({
      reply: 'It leaks.',
      quoted: null,
      signature: `---\n${notice}`,
    });
  });
});

describe('a sent-from line', () => {
  it.each([
    'Android용 Outlook 다운로드',
    '获取适用于 iOS 的 Outlook',
    'Az iPhone-omról küldve',
    'Nire iPhonetik bidalia',
    'Получить Outlook для Android',
    'ارسال‌شده از iPhone من',
    'Sent from my mobile. Please excuse typos.',
  ])('names a device or a program: %s', (line) => {
    expect(split(`Tuesday suits me.\n\n${line}`).signature).toBe(line);
  });

  it.each([
    'Sent via courier yesterday',
    'Enviado por correo ayer',
    'Odesláno z pošty včera',
    'Saadetud eile',
    'Sent using the form on your site',
  ])('is not a note about something else that was sent: %s', (line) => {
    expect(split(`The papers:\n\n${line}`).reply).toBe(`The papers:\n\n${line}`);
  });
});

describe('a closing', () => {
  it.each([
    'Sonnige Grüße aus Berlin',
    'Veuillez agréer, Madame, mes salutations distinguées.',
    'مع تحياتي',
    'با تشکر',
    'सादर',
    'ขอแสดงความนับถือ',
    '顺颂商祺',
    'よろしくお願いいたします。',
    'Agur bero bat',
    'Virðingarfyllst',
  ])('may be worded: %s', (closing) => {
    expect(split(`Tuesday suits me.\n\n${closing}\n\nAda Moss`).reply).toBe('Tuesday suits me.');
  });
});

describe('the banner of a security gateway', () => {
  it.each([
    'CAUTION: This email originated from outside of the organization. Do not click links.',
    '[EXTERNAL EMAIL] Do not open attachments from unknown senders.',
    'ACHTUNG: Diese E-Mail stammt von außerhalb.',
    "You don't often get email from ann@example.com. Learn why this is important",
  ])('is no part of the reply: %s', (banner) => {
    expect(split(`${banner}\n\nTuesday suits me.`).reply).toBe('Tuesday suits me.');
  });

  it('stays if nothing else is there', () => {
    expect(split('External email server is down').reply).toBe('External email server is down');
  });
});

describe('a sign-off', () => {
  it.each([
    'Mit freundlichen Gruessen',
    'Mit freundlichen Grüßen',
    'mfG',
    'M.f.G.',
    'Viele Gruesse aus Berlin',
    'Bien a vous',
    'Sinceres salutations',
    'Salutations distinguees',
    'Con unos saludos',
    'Saludos cordiales',
    'Saludos desde Madrid',
    'Saudacoes',
    'Cordialita',
    'Groetjes',
    'M.v.g.',
    'Kærlig hilsen',
    'Kaerlig hilsen',
    'Kh',
    'Vh',
    'Vanliga halsningar',
    'Vaenliga haelsningar',
    'Bästa hälsningar',
    'Ystavallisin terveisin',
    'Terv.',
    'Z powazaniem',
    'Z wyrazami szacunku',
    'S pratelskym pozdravem',
    'S úctou',
    'Udvozlettel',
    'Üdv',
    'Cu stima',
    'O zi bună',
    'Lijep pozdrav',
    'S postovanjem',
    'С наилучшими',
    'С ув.',
    'Με εκτιμηση',
    'Saygilarimla',
    'Ar cienu',
    'Kvedja',
    'Tran trong',
    'Cofion gorau',
    'Le gach dea-ghuí',
    'Atentament',
    'مع خالص تحياتي',
    'בהערכה',
    'با تقدیم احترام',
    'साभार',
    '宜しくお願いします',
  ])('is known without its accents and in any language: %s', (line) => {
    expect(split(`Friday is fine.\n\n${line}\nAnn Moss`)).toEqual({
      reply: 'Friday is fine.',
      quoted: null,
      signature: `${line}\nAnn Moss`,
    });
  });

  it.each([
    'Hilsen fra min mor er på vej.',
    'Best of all, the court agreed.',
    'Gruß an Ihre Frau!',
    'Salutations go to your wife.',
  ])('is not a sentence that begins alike: %s', (line) => {
    expect(split(`Friday is fine.\n\n${line}`).reply).toContain(line);
  });

  it("may stand before the sender's name without a comma", () => {
    const sent = (text: string): string =>
      splitReply({ text, rawHtml: null, textSource: 'plain', isForward: false, sender: 'Ann Moss' }).reply;
    expect(sent('Friday is fine.\n\nMvh Ann')).toBe('Friday is fine.');
    expect(sent('Friday is fine.\n\nBest regards Ann Moss')).toBe('Friday is fine.');
    expect(sent('Friday is fine.\n\nRegards to Ann')).toBe('Friday is fine.\n\nRegards to Ann');
  });
});

describe('a line that begins as a sent-from line', () => {
  it.each([
    'Sent from my old address by mistake.',
    'Sent from my father to the court in May.',
    'Sent from my office on Monday with the signed copy.',
    'Sent from my office printer to your fax.',
    'Sent from my lawyer to your phone.',
    'Sent from my phone number to yours as a photo.',
    'Sent from my mobile provider last week.',
    'Sent from my new office',
    'Envoyé de mon bureau lundi.',
    'Gesendet von meinem Anwalt am Montag.',
    'Von meinem Vater am Montag gesendet.',
    'Enviado desde mi despacho el lunes.',
    'Wysłane z mojego biura w poniedziałek.',
    'Отправлено с моей почты в понедельник.',
  ])('is a sentence if it names no device, app or provider: %s', (line) => {
    expect(isSentFromLine(line)).toBe(false);
    expect(split(`Please use the other account.\n\n${line}`).reply).toContain(line);
  });

  it.each([
    'Sent from my phone, please excuse brevity.',
    'Sent from my MacBook Pro',
    'Sent from my Wiko RIDGE FAB 4G',
    "Sent via Hill Mobility's Text Messaging service.",
    'Envoye de mon iPhone',
    'مُرسل من هاتف Galaxy الخاص بي',
    'أُرسلت من iPhone الخاص بي',
    'مرسل من بريد Yahoo على الأندرويد',
  ])('is one if it does: %s', (line) => {
    expect(split(`I agree.\n\n${line}`)).toEqual({ reply: 'I agree.', quoted: null, signature: line });
  });
});

describe('a sent-from line above the text', () => {
  it('is the signature, and the sign-off below is cut as well', () => {
    expect(split('Von meinem iPhone gesendet\n\nIch stimme zu.\n\nViele Grüße\nAnn')).toEqual({
      reply: 'Ich stimme zu.',
      quoted: null,
      signature: 'Von meinem iPhone gesendet\nViele Grüße\nAnn',
    });
  });

  it('does not empty the reply above a quote', () => {
    const text =
      'Sent from my iPhone\n\nI agree.\n\nOn 5 March 2024 at 10:12, Bob Hill <bob@example.test> wrote:\n> ok?';
    expect(split(text)).toMatchObject({ reply: 'I agree.', signature: 'Sent from my iPhone' });
  });

  it('leaves the reply empty if nothing is below', () => {
    expect(split('Sent from my iPhone').reply).toBe('');
  });
});
