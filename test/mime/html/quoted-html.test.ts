import { describe, expect, it } from 'vitest';

import { htmlToText } from '../../../src/mime/html/html.ts';
import { splitReply } from '../../../src/mail/reply/reply.ts';

const split = (html: string): ReturnType<typeof splitReply> =>
  splitReply({ text: htmlToText(html), rawHtml: html, textSource: 'html', isForward: false });

const FIELDS =
  '<b>From:</b> Ann Example &lt;<a href="mailto:ann@example.com">ann@example.com</a>&gt;<br><b>Sent:</b> Tuesday, March 5, 2024 10:12 AM<br><b>To:</b> Bob Test<br><b>Subject:</b> Claim';
const ON =
  'On Tue, Mar 5, 2024 at 10:12 AM Ann Example &lt;<a href="mailto:ann@example.com">ann@example.com</a>&gt; wrote:';

/** The markup that each client puts around a quote, reduced to what identifies it. */
const CLIENTS: readonly (readonly [string, string])[] = [
  [
    'Gmail',
    `<div dir="ltr">Tuesday suits me.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">${ON}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex"><div dir="ltr">Shall we meet?</div></blockquote></div>`,
  ],
  [
    'Gmail, of today',
    `<div dir="ltr">Tuesday suits me.</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">${ON}<br></div><blockquote class="gmail_quote"><div>Shall we meet?</div></blockquote></div>`,
  ],
  [
    'Gmail, in a language nobody knows',
    '<div dir="ltr">Tuesday suits me.</div><div class="gmail_quote"><div class="gmail_attr">Blub 5 quux: Ann zapt</div><blockquote class="gmail_quote">Shall we meet?</blockquote></div>',
  ],
  [
    'Outlook on Windows',
    `<div class="WordSection1"><p class="MsoNormal">Tuesday suits me.<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal">${FIELDS}</p></div></div><p class="MsoNormal">Shall we meet?</p></div>`,
  ],
  [
    'Outlook on Windows, in a language nobody knows',
    '<div class="WordSection1"><p class="MsoNormal">Tuesday suits me.</p><div style="border:none;border-top:solid #B5C4DF 1.0pt"><p class="MsoNormal"><b>Zork:</b> Ann<br><b>Blap:</b> 5 Quux<br><b>Frob:</b> Bob</p></div><p class="MsoNormal">Shall we meet?</p></div>',
  ],
  [
    'Outlook on the web',
    `<div>Tuesday suits me.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">${FIELDS}</div><div>Shall we meet?</div>`,
  ],
  [
    'Outlook on the web, without the anchor',
    `<div>Tuesday suits me.</div><hr tabindex="-1"><div id="divRplyFwdMsg">${FIELDS}</div><div>Shall we meet?</div>`,
  ],
  [
    'Outlook for Mac',
    `<div>Tuesday suits me.</div><div id="mail-editor-reference-message-container"><div><div style="border:none;border-top:solid #B5C4DF 1.0pt">${FIELDS}</div><div>Shall we meet?</div></div></div>`,
  ],
  [
    'Outlook for Mac, of old',
    `<div>Tuesday suits me.</div><span id="OLK_SRC_BODY_SECTION"><div style="border-top:#B5C4DF 1pt solid">${FIELDS}</div><div>Shall we meet?</div></span>`,
  ],
  [
    'Outlook for phones',
    `<div dir="ltr">Tuesday suits me.</div><div id="ms-outlook-mobile-signature"><br></div><hr><div id="divRplyFwdMsg">${FIELDS}</div>Shall we meet?`,
  ],
  [
    'Hotmail',
    `<div dir="ltr">Tuesday suits me.<br><div><hr id="stopSpelling">Date: Tue, 5 Mar 2024 10:12:13 +0100<br>From: ann@example.com<br>Shall we meet?</div></div>`,
  ],
  [
    'Apple Mail',
    `<div>Tuesday suits me.<br><div><blockquote type="cite"><div>On 5 Mar 2024, at 10:12, Ann Example &lt;ann@example.com&gt; wrote:</div><br class="Apple-interchange-newline"><div>Shall we meet?</div></blockquote></div></div>`,
  ],
  [
    'Apple Mail, phone',
    `<div dir="ltr">Tuesday suits me.</div><div dir="ltr"><br><blockquote type="cite">On 5 Mar 2024, at 10:12, Ann Example &lt;ann@example.com&gt; wrote:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">Shall we meet?</div></blockquote>`,
  ],
  [
    'Thunderbird',
    `<p>Tuesday suits me.</p><div class="moz-cite-prefix">On 05/03/2024 10:12, Ann Example wrote:<br></div><blockquote type="cite" cite="mid:1@example.com"><p>Shall we meet?</p></blockquote>`,
  ],
  [
    'Thunderbird, in a language nobody knows',
    `<p>Tuesday suits me.</p><div class="moz-cite-prefix">Blub 5 quux Ann zapt<br></div><blockquote type="cite"><p>Shall we meet?</p></blockquote>`,
  ],
  [
    'Yahoo',
    `<div class="ydp1yahoo-style-wrap"><div>Tuesday suits me.</div><div id="ydp2yahoo_quoted_3" class="ydp2yahoo_quoted"><div><div>On Tuesday, March 5, 2024 at 10:12:13 AM GMT+1, Ann Example &lt;ann@example.com&gt; wrote:</div><div><br></div><div>Shall we meet?</div></div></div></div>`,
  ],
  [
    'Proton',
    `<div>Tuesday suits me.</div><div class="protonmail_quote">On Tuesday, March 5th, 2024 at 10:12 AM, Ann Example &lt;ann@example.com&gt; wrote:<br><blockquote class="protonmail_quote" type="cite"><div>Shall we meet?</div></blockquote></div>`,
  ],
  [
    'Zimbra',
    `<div>Tuesday suits me.</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>"Ann" &lt;ann@example.com&gt;<br><b>To: </b>"Bob" &lt;bob@example.test&gt;<br><b>Sent: </b>Tuesday, 5 March, 2024 10:12:13<br></div><div data-marker="__QUOTED_TEXT__">Shall we meet?</div>`,
  ],
  [
    'Zoho',
    `<div>Tuesday suits me.</div><div class="zmail_extra"><div id="Zm-_Id_-Sgn1">---- On Tue, 05 Mar 2024 10:12:13 +0100 <b>Ann Example &lt;ann@example.com&gt;</b> wrote ----</div><br><blockquote><div>Shall we meet?</div></blockquote></div>`,
  ],
  [
    'Front',
    `<div>Tuesday suits me.</div><div>On March 5, 2024 at 10:12 AM GMT+1 <a href="mailto:ann@example.com">ann@example.com</a> wrote:<br></div><blockquote type="cite" class="front-blockquote"><div>Shall we meet?</div></blockquote>`,
  ],
  [
    'Missive',
    `<div>Tuesday suits me.</div><div class="missive_quote">On March 5, 2024 at 10:12 AM, Ann Example &lt;ann@example.com&gt; wrote:<br><blockquote>Shall we meet?</blockquote></div>`,
  ],
  [
    'Samsung',
    `<div>Tuesday suits me.</div><div id="composer_signature"><div>Sent from my Galaxy</div></div><div id="composeWebView_previouse_content"><div>-------- Original message --------</div><div>From: Ann &lt;ann@example.com&gt;</div><div>Date: 05/03/2024 10:12</div><div>Shall we meet?</div></div>`,
  ],
  [
    'K-9',
    `Tuesday suits me.<br><br><div class="gmail_quote">On March 5, 2024 10:12:13 AM GMT+01:00, Ann &lt;ann@example.com&gt; wrote:<blockquote class="gmail_quote">Shall we meet?</blockquote></div>`,
  ],
  [
    'Fastmail',
    `<div>Tuesday suits me.</div><div><br></div><div>On Tue, 5 Mar 2024, at 10:12 AM, Ann Example wrote:<br></div><blockquote type="cite" id="qt"><div>Shall we meet?</div></blockquote>`,
  ],
  [
    'Tuta',
    `<div>Tuesday suits me.</div><br>5 Mar 2024, 10:12 by ann@example.com:<br><blockquote class="tutanota_quote"><div>Shall we meet?</div></blockquote>`,
  ],
  [
    'GMX and WEB.DE',
    `<div>Tuesday suits me.<div name="quote" style="margin:10px 5px 5px 10px;border-left:2px solid #C3D9E5"><div><b>Gesendet:</b> Dienstag, 05. März 2024 um 10:12 Uhr<br><b>Von:</b> "Ann Example" &lt;ann@example.com&gt;<br><b>An:</b> bob@example.test<br><b>Betreff:</b> Schaden</div><div name="quoted-content">Shall we meet?</div></div></div>`,
  ],
  [
    'Spark',
    `<div name="messageBodySection"><div dir="auto">Tuesday suits me.</div></div><div name="messageReplySection">On 5 Mar 2024 at 10:12 AM +0100, Ann Example &lt;ann@example.com&gt;, wrote:<br><blockquote type="cite">Shall we meet?</blockquote></div>`,
  ],
  [
    'Windows Mail',
    `<div>Tuesday suits me.</div><div style="padding-top:5px;border-top-color:rgb(229,229,229);border-top-width:1px;border-top-style:solid">${FIELDS}</div><div>Shall we meet?</div>`,
  ],
  [
    'Roundcube',
    `<p>Tuesday suits me.</p><p id="reply-intro">On 2024-03-05 10:12, Ann Example wrote:</p><blockquote type="cite"><p>Shall we meet?</p></blockquote>`,
  ],
  [
    'Yandex',
    `<div>Tuesday suits me.</div><div>05.03.2024, 10:12, "Ann Example" &lt;<a href="mailto:ann@example.com">ann@example.com</a>&gt;:</div><blockquote><p>Shall we meet?</p></blockquote>`,
  ],
  [
    'Mail.ru',
    `<HTML><BODY><p>Tuesday suits me.</p>Вторник, 5 марта 2024, 10:12 +03:00 от Анна &lt;ann@example.com&gt;:<br><blockquote style="border-left:1px solid #0857A6"><div>Shall we meet?</div></blockquote></BODY></HTML>`,
  ],
  [
    'QQ',
    `<div>Tuesday suits me.</div><div><includetail><div>------------------&nbsp;原始邮件&nbsp;------------------</div><div>发件人: "Ann" &lt;ann@example.com&gt;;</div><div>发送时间: 2024年3月5日(星期二) 上午10:12</div><div>主题: 案件</div><div>Shall we meet?</div></includetail></div>`,
  ],
  [
    'HCL Notes',
    `<p>Tuesday suits me.</p><br><br><font size="1">From: &nbsp; &nbsp;&nbsp;Ann Example &lt;ann@example.com&gt;</font><br><font size="1">To: &nbsp; &nbsp;Bob</font><br><font size="1">Date: &nbsp; &nbsp;05.03.2024 10:12</font><br><font size="1">Subject: &nbsp; &nbsp;Claim</font><br><hr noshade><br>Shall we meet?`,
  ],
];

describe('the HTML of mail clients', () => {
  it.each(CLIENTS)('shows what is quoted: %s', (_client, html) => {
    const parts = split(html);
    expect(parts.reply).toBe('Tuesday suits me.');
    expect(parts.quoted).toContain('Shall we meet?');
  });

  it.each(CLIENTS)('helps if the plain text shows no quote: %s', (_client, html) => {
    const plain = `Tuesday suits me.\n\n${htmlToText(html).replace(/^> ?/gmu, '').split('\n').slice(1).join('\n').trim()}`;
    const parts = splitReply({ text: plain, rawHtml: html, textSource: 'plain', isForward: false });
    expect(parts.reply).toBe('Tuesday suits me.');
    expect(parts.quoted).toContain('Shall we meet?');
  });

  it('keeps answers between quoted passages with their questions', () => {
    const html = `<div class="gmail_quote"><div class="gmail_attr">${ON}</div><blockquote class="gmail_quote">Where do you live?</blockquote><div>In Mill Lane.</div><blockquote class="gmail_quote">Since when?</blockquote><div>Since May.</div><blockquote class="gmail_quote">Ann</blockquote></div>`;
    const parts = split(html);
    expect(parts.reply.replace(/\n+/gu, '\n')).toBe(
      '> Where do you live?\nIn Mill Lane.\n> Since when?\nSince May.',
    );
    expect(parts.quoted).toContain('> Ann');
  });

  it('finds an answer below the quote', () => {
    const html = `<div class="moz-cite-prefix">On 05/03/2024 10:12, Ann Example wrote:</div><blockquote type="cite">Shall we meet?</blockquote><p>Tuesday suits me.</p>`;
    expect(split(html).reply).toBe('Tuesday suits me.');
  });

  it('keeps a passage that the sender set apart', () => {
    const html = `<div>The lease says:</div><blockquote class="gmail_quote">Pets are welcome.</blockquote><div>So I have a cat.</div>`;
    expect(split(html).reply.replace(/\n+/gu, '\n')).toBe(
      'The lease says:\n> Pets are welcome.\nSo I have a cat.',
    );
    const indented =
      '<div>The lease says:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0"><div>Pets are welcome.</div></blockquote>';
    expect(split(indented).reply).toBe('The lease says:\n\nPets are welcome.');
  });

  it.each([
    ['Gmail', '<div class="gmail_signature" data-smartmail="gmail_signature">Bob Test<br>Claims</div>'],
    ['Thunderbird', '<div class="moz-signature">-- <br>Bob Test<br>Claims</div>'],
    ['Outlook', '<div id="Signature"><p>Bob Test</p><p>Claims</p></div>'],
    ['Outlook for phones', '<div id="ms-outlook-mobile-signature">Bob Test<br>Claims</div>'],
    [
      'Proton',
      '<div class="protonmail_signature_block"><div class="protonmail_signature_block-user">Bob Test<br>Claims</div></div>',
    ],
    ['Samsung', '<div id="composer_signature">Bob Test<br>Claims</div>'],
  ])('shows the signature: %s', (_client, signature) => {
    const parts = split(
      `<div>Tuesday suits me.</div>${signature}<div class="gmail_quote"><div class="gmail_attr">${ON}</div><blockquote class="gmail_quote">Shall we?<div class="gmail_signature">Ann</div></blockquote></div>`,
    );
    expect(parts.reply).toBe('Tuesday suits me.');
    expect(parts.signature).toContain('Bob Test');
    expect(parts.signature).not.toContain('Ann');
    expect(parts.quoted).toContain('> Ann');
  });

  it('keeps a frame that the sender drew', () => {
    const html =
      '<p>Costs:</p><div style="border-top: 1px solid black"><p>Roof: 400<br>Door: 200<br>Window: 100</p></div><p>Please pay.</p>';
    expect(split(html).reply).toContain('Please pay.');
  });

  it('never gives an empty reply if the sender wrote into the signature only', () => {
    expect(split('<div class="gmail_signature">Please call me.</div>').reply).toBe('Please call me.');
  });

  it('leaves a forwarded message in its container to the message', () => {
    const html =
      '<div dir="ltr">FYI<br><div class="gmail_quote">---------- Forwarded message ---------<br>From: Ann &lt;ann@example.com&gt;<br>Subject: Claim<br>To: Bob<br><br>The roof leaks.</div></div>';
    expect(split(html).reply).toContain('The roof leaks.');
    const parts = splitReply({ text: htmlToText(html), rawHtml: html, textSource: 'html', isForward: true });
    expect(parts.reply).toBe('FYI');
    expect(parts.quoted).toContain('The roof leaks.');
  });
});
