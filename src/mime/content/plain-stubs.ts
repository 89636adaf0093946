/** The plain part of messages whose writer only meant the HTML one. Data for `isPlainStub`; compared in lower case. */
const stubs: readonly string[] = [
  'this is a multi-part message in mime format',
  'this is a multipart message in mime format',
  'this is a mime-formatted message',
  'this is an html message',
  'this is an html email',
  'this is an html-only',
  'this email is in html',
  'this message is in html',
  'this message contains html',
  'this email contains html',
  'please enable html',
  'please view this email in html',
  'please use an html',
  'use an html compatible',
  'use an html-compatible',
  'use an html capable',
  'html-enabled email',
  'html enabled email',
  'diese e-mail liegt im html-format vor',
  'diese nachricht liegt im html-format vor',
];

/** A sentence about HTML that tells readers about their own program. */
const html = 'html';
const reader: readonly string[] = [
  'your email client',
  'your e-mail client',
  'your mail client',
  'your client',
  'your email program',
  'your e-mail program',
  'your mail program',
  'your mail reader',
  'your email reader',
  'your email software',
  'your mailer',
  'your browser',
  'ihr e-mail-programm',
  'ihr mailprogramm',
  'ihr mail-programm',
  'ihr e-mail-client',
  'votre client de messagerie',
  'votre logiciel de messagerie',
  'votre messagerie',
  'su cliente de correo',
  'tu cliente de correo',
  'su programa de correo',
  'seu cliente de e-mail',
  'seu programa de e-mail',
  'il tuo client',
  'il suo client',
  'uw e-mailprogramma',
  'je e-mailprogramma',
  'uw mailprogramma',
];

/** A stub is a sentence or two; longer text is a text. */
const maxStubLength = 400;

/** Whether a plain part says nothing of its own. */
export function isPlainStub(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '') return true;
  if (trimmed.length > maxStubLength) return false;
  const folded = trimmed.toLowerCase().replaceAll(/\s+/gu, ' ');
  return (
    stubs.some((stub) => folded.includes(stub)) ||
    (folded.includes(html) && reader.some((words) => folded.includes(words)))
  );
}
