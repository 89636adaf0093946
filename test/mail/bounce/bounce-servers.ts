/** Notices of servers that send no delivery-status: invented, in the style of each server. */
export interface ServerNotice {
  readonly server: string;
  readonly head: string;
  readonly body: string;
  /** `address replyCode status reason hard|soft action`, one per recipient; `-` for null. */
  readonly recipients: readonly string[];
  readonly originalMessageId?: string;
}

const RETURNED = `Return-Path: <sender@firm.test>
Received: from firm.test (firm.test [192.0.2.1]) by mx.test; Mon, 2 Mar 2026 10:00:00 +0000
Message-ID: <orig-1@firm.test>
From: Sender <sender@firm.test>
To: client@shop.test
Subject: Offer
Date: Mon, 2 Mar 2026 10:00:00 +0000

Hello, call me at 555 010 or write to other@else.test: 550 5.1.1 is a house number.
`;

const ORIGINAL = 'orig-1@firm.test';

export const serverNotices: readonly ServerNotice[] = [
  {
    server: 'qmail',
    head: 'From: MAILER-DAEMON@mx.test\nSubject: failure notice\nReturn-Path: <>',
    body: `Hi. This is the qmail-send program at mx.test.
I'm afraid I wasn't able to deliver your message to the following addresses.

<client@shop.test>:
Sorry, no mailbox here by that name. (#5.1.1)

<second@shop.test>:
Connected to 192.0.2.9 but greeting failed.
Remote host said: 421 too many connections
I'm not going to try again; this message has been in the queue too long.

--- Below this line is a copy of the message.

${RETURNED}`,
    recipients: [
      'client@shop.test - 5.1.1 user-unknown hard failed',
      'second@shop.test 421 4.0.0 rate-limited soft failed',
    ],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'Exim',
    head: 'From: Mail Delivery System <Mailer-Daemon@mx.test>\nX-Failed-Recipients: client@shop.test\nAuto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender',
    body: `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  client@shop.test
    (generated from office@shop.test)
    SMTP error from remote mail server after RCPT TO:<client@shop.test>:
    host mx.shop.test [192.0.2.5]: 550 5.2.1 The account is disabled

------ This is a copy of the message, including all the headers. ------

${RETURNED}`,
    recipients: ['client@shop.test 550 5.2.1 mailbox-disabled hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'Exim that gave up',
    head: 'From: Mail Delivery System <Mailer-Daemon@mx.test>\nSubject: Mail delivery failed: returning message to sender',
    body: `A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  client@shop.test
    retry timeout exceeded

------ This is a copy of the message, including all the headers. ------

${RETURNED}`,
    recipients: ['client@shop.test - 4.0.0 expired soft failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'Exim that goes on trying',
    head: 'From: Mail Delivery System <Mailer-Daemon@mx.test>\nSubject: Warning: message 1abc-0001 delayed 24 hours\nAuto-Submitted: auto-replied',
    body: `A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.test.

The address to which the message has not yet been delivered is:

  client@shop.test
    Delay reason: SMTP error from remote mail server after RCPT TO:<client@shop.test>:
    451 4.7.1 Greylisting in action, please come back later

No action is required on your part.`,
    recipients: ['client@shop.test 451 4.7.1 greylisted soft delayed'],
  },
  {
    server: 'Postfix without its report',
    head: 'From: Mail Delivery System <MAILER-DAEMON@mx.test>\nSubject: Undelivered Mail Returned to Sender',
    body: `This is the mail system at host mx.test.

<client@shop.test> (expanded from <office@shop.test>): host
    mx.shop.test[192.0.2.5] said: 550-5.7.26 Unauthenticated email is not
    accepted due to the domain's 550 5.7.26 DMARC policy (in reply to end of
    DATA command)

<second@shop.test>: Host or domain name not found. Name service error for
    name=shop.test type=A: Host not found`,
    recipients: [
      'client@shop.test 550 5.7.26 authentication soft failed',
      'second@shop.test - 5.0.0 host-unknown hard failed',
    ],
  },
  {
    server: 'Sendmail without its report',
    head: 'From: Mail Delivery Subsystem <MAILER-DAEMON@mx.test>\nSubject: Returned mail: User unknown',
    body: `The original message was received at Mon, 2 Mar 2026 10:00:00 +0000
from firm.test [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<client@shop.test>
<second@shop.test>

   ----- Transcript of session follows -----
... while talking to mx.shop.test.:
>>> RCPT To:<client@shop.test>
<<< 550 5.1.1 <client@shop.test>... User unknown
550 <client@shop.test>... User unknown
>>> RCPT To:<second@shop.test>
<<< 552 5.2.2 <second@shop.test>... Mailbox full
554 <second@shop.test>... Service unavailable

   ----- Original message follows -----
${RETURNED}`,
    recipients: [
      'client@shop.test 550 5.1.1 user-unknown hard failed',
      'second@shop.test 552 5.2.2 mailbox-full soft failed',
    ],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'Exchange 2003 in German',
    head: 'From: Systemadministrator <postmaster@shop.test>\nSubject: Unzustellbar: Angebot',
    body: `Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.

      Betreff:      Angebot
      Gesendet am:  02.03.2026 10:00

Folgende(r) Empfänger kann/können nicht erreicht werden:

      'client@shop.test' am 02.03.2026 10:01
            Das E-Mail-Konto ist in der Organisation nicht vorhanden.
            <mx.shop.test #5.1.1>`,
    recipients: ['client@shop.test - 5.1.1 user-unknown hard failed'],
  },
  {
    server: 'Exchange Online in Japanese',
    head: 'From: Microsoft Outlook <MicrosoftExchange329e71ec@shop.test>\nSubject: 配信不能: 見積もり',
    body: `次の受信者またはグループへの配信に失敗しました:

client@shop.test
入力された電子メール アドレスが見つかりませんでした。

管理者向けの診断情報:

生成サーバー: mx.shop.test

client@shop.test
#550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found ##

元のメッセージ ヘッダー:

${RETURNED}`,
    recipients: ['client@shop.test 550 5.1.10 user-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'Gmail',
    head: 'From: Mail Delivery Subsystem <mailer-daemon@mx.test>\nX-Failed-Recipients: client@shop.test\nSubject: Delivery Status Notification (Failure)\nIn-Reply-To: <orig-1@firm.test>\nAuto-Submitted: auto-replied',
    body: `** Address not found **

Your message wasn't delivered to client@shop.test because the domain shop.test couldn't be found.

The response was:

DNS Error: DNS type 'mx' lookup of shop.test responded with code NXDOMAIN`,
    recipients: ['client@shop.test - 5.0.0 host-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'Yahoo',
    head: 'From: MAILER-DAEMON@mx.test\nSubject: Failure Notice',
    body: `Sorry, we were unable to deliver your message to the following address.

<client@shop.test>:
Remote  host said: 552 5.2.2 Mailbox size limit exceeded
 [RCPT_TO]

--- Below this line is a copy of the message.

${RETURNED}`,
    recipients: ['client@shop.test 552 5.2.2 mailbox-full soft failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'Domino',
    head: 'From: Postmaster@firm.test\nSubject: DELIVERY FAILURE: User client not listed in Domino Directory',
    body: `Your message

  Subject: Offer

was not delivered to:

  client@shop.test

because:

  User client (client@shop.test) not listed in Domino Directory
`,
    recipients: ['client@shop.test - 5.0.0 user-unknown hard failed'],
  },
  {
    server: 'GroupWise',
    head: 'From: Mailer-Daemon@firm.test\nSubject: Message status - undeliverable',
    body: `The message that you sent was undeliverable to the following:
	client@shop.test (550 Requested action not taken: mailbox unavailable)

Possibly truncated original message follows:

${RETURNED}`,
    recipients: ['client@shop.test 550 5.0.0 user-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'Courier',
    head: 'From: "Courier mail server at mx.test" <@>\nReturn-Path: <>\nSubject: NOTICE: mail delivery status.',
    body: `                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<client@shop.test>:
    mx.shop.test [192.0.2.5]:
>>> RCPT TO:<client@shop.test>
<<< 550 5.1.1 <client@shop.test>... User Unknown
`,
    recipients: ['client@shop.test 550 5.1.1 user-unknown hard failed'],
  },
  {
    server: 'MDaemon',
    head: 'From: MDaemon at mx.test <MDaemon@mx.test>\nSubject: Permanent Delivery Failure\nAuto-Submitted: auto-replied',
    body: `The attached message had PERMANENT fatal delivery errors!

Failed address: client@shop.test

--- Session Transcript ---
 Mon 2026-03-02 10:00:00: *  To: client@shop.test
 Mon 2026-03-02 10:00:00: --> RCPT To:<client@shop.test>
 Mon 2026-03-02 10:00:00: <-- 550 5.1.1 unknown user
--- End Transcript ---`,
    recipients: ['client@shop.test 550 5.1.1 user-unknown hard failed'],
  },
  {
    server: 'a Russian provider',
    head: 'From: mailer-daemon@mx.test\nSubject: Недоставленное сообщение',
    body: `Это автоматическое сообщение от почтового сервера.

К сожалению, ваше письмо не может быть доставлено одному или нескольким получателям.

<client@shop.test>: host mx.shop.test[192.0.2.5] said: 550 5.7.1 Policy rejection on the target address (in reply to RCPT TO command)`,
    recipients: ['client@shop.test 550 5.7.1 policy soft failed'],
  },
  {
    server: 'a German provider',
    head: 'From: Mailer Daemon <mailer-daemon@mx.test>\nSubject: Mail delivery failed: returning message to sender',
    body: `A message that you sent could not be delivered to one or more of
its recipients. The following address failed:

"client@shop.test":
SMTP error from remote server after RCPT command:
host: mx.shop.test
5.1.1 <client@shop.test>... User Unknown

--- The header of the original message is following. ---

${RETURNED}`,
    recipients: ['client@shop.test - 5.1.1 user-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'a social network',
    head: 'From: Friends <mailer-daemon@mx.test>\nSubject: Sorry, your message could not be delivered\nReturn-Path: <>',
    body: `Your message could not be delivered to:
client@shop.test
Reason: RCP-P2 Recipient has blocked your address`,
    recipients: ['client@shop.test - 5.0.0 blocked soft failed'],
  },
  {
    server: 'a Japanese carrier',
    head: 'From: mailer-daemon@carrier.test\nSubject: Mail System Error - Returned Mail',
    body: `次のあて先へのメッセージはエラーのため送信できませんでした。

Could not be delivered to: <client@carrier.test>: 550 Unknown user client@carrier.test`,
    recipients: ['client@carrier.test 550 5.0.0 user-unknown hard failed'],
  },
  {
    server: 'another Japanese carrier',
    head: 'From: Postmaster@carrier.test\nSubject: Mail System Error - Returned Mail',
    body: `Your mail sent on: Mon, 2 Mar 2026 10:00:00 +0900

Could not be delivered to:  <client@carrier.test>

As their mailbox is full.
`,
    recipients: ['client@carrier.test - 5.0.0 mailbox-full soft failed'],
  },
  {
    server: 'an American carrier',
    head: 'From: post_master@carrier.test\nSubject: Undeliverable Message',
    body: `Error: No valid recipients for this MM

  Message: Hello
  To: 5550100000@carrier.test
  Subject: x
`,
    recipients: ['5550100000@carrier.test - 5.0.0 user-unknown hard failed'],
  },
  {
    server: 'a desktop server',
    head: 'From: Mail Administrator <postmaster@mx.test>\nSubject: Undeliverable Mail',
    body: `Unknown user: client@shop.test

Original message follows.

${RETURNED}`,
    recipients: ['client@shop.test - 5.0.0 user-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'a virus gateway',
    head: 'From: Notification <mailer-daemon@mx.test>\nSubject: Mail could not be delivered',
    body: `Sent <<< RCPT TO:<client@shop.test>
Received >>> 550 5.1.1 <client@shop.test>... user unknown

Unable to deliver message to <client@shop.test>`,
    recipients: ['client@shop.test 550 5.1.1 user-unknown hard failed'],
  },
  {
    server: 'a content gateway that lists recipients last',
    head: 'From: Postmaster <postmaster@firm.test>\nSubject: Undeliverable Mail: "Offer"',
    body: `Your message:
   From:    sender@firm.test
   Subject: Offer

Could not be delivered because of

550 5.1.1 User unknown

The following recipients were affected:
    client@shop.test
`,
    recipients: ['client@shop.test 550 5.1.1 user-unknown hard failed'],
  },
  {
    server: 'a spam firewall without a sender',
    head: 'From: <>\nSubject: **Message you sent blocked by our bulk email filter**',
    body: `Your message to: client@shop.test
was blocked by our Spam Firewall. The email you sent has NOT BEEN DELIVERED.`,
    recipients: ['client@shop.test - 5.0.0 spam soft failed'],
  },
  {
    server: 'an Indian provider',
    head: 'From: mailer-daemon@mx.test\nSubject: Undelivered Mail Returned to Sender',
    body: `This message was created automatically by mail delivery software.

client@shop.test, ERROR CODE :550 - 5.1.1 Unknown user - target.test

${RETURNED}`,
    recipients: ['client@shop.test 550 5.1.1 user-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'an unknown server in Chinese',
    head: 'From: Postmaster <postmaster@cn.test>\nSubject: 系统退信',
    body: `抱歉，您的邮件被退回来了……
主    题： Offer
收件人： client@cn.test

退信原因：
SMTP error, RCPT TO: Host cn.test said: 550 User not found: client@cn.test`,
    recipients: ['client@cn.test 550 5.0.0 user-unknown hard failed'],
  },
  {
    server: 'an unknown server in Korean',
    head: 'From: MAILER-DAEMON@kr.test\nSubject: 반송된 메일',
    body: `메일이 전달되지 못했습니다.
받는 사람: client@kr.test
실패 원인: 받는 사람의 메일함 용량이 초과되었습니다. (452 4.2.2)`,
    recipients: ['client@kr.test 452 4.2.2 mailbox-full soft failed'],
  },
  {
    server: 'an unknown server in French',
    head: 'From: Postmaster <postmaster@fr.test>\nSubject: Échec de la remise de votre message',
    body: `Votre message du 02/03/2026 n'a pas pu être remis au destinataire suivant :

client@fr.test : adresse inconnue (code erreur 550)`,
    recipients: ['client@fr.test 550 5.0.0 user-unknown hard failed'],
  },
  {
    server: 'an unknown server in Spanish without codes',
    head: 'From: Administrador de correo <postmaster@es.test>\nSubject: Mensaje no entregado\nReturn-Path: <>',
    body: `Su mensaje no pudo ser entregado a:

   client@es.test

El usuario no existe en este servidor.`,
    recipients: ['client@es.test - 5.0.0 user-unknown hard failed'],
  },
  {
    server: 'an old Sendmail',
    head: 'From: Mail Delivery Subsystem <MAILER-DAEMON>\nSubject: Returned mail: Host unknown',
    body: `   ----- Transcript of session follows -----
550 <client@shop.test>... Host unknown (Name server: shop.test: host not found)

   ----- Unsent message follows -----
${RETURNED}`,
    recipients: ['client@shop.test 550 5.0.0 host-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'a server that names the reason in brackets',
    head: 'From: Mailer <mailer-daemon@mx.test>\nSubject: Returned mail: client@shop.test',
    body: `The original message was received at Mon, 2 Mar 2026 10:00:00 +0000
from firm.test

---The following addresses had delivery errors---
<client@shop.test> [User unknown]`,
    recipients: ['client@shop.test - 5.0.0 user-unknown hard failed'],
  },
  {
    server: 'James',
    head: 'From: postmaster@mx.test\nSubject: [BOUNCE]',
    body: `This message was not delivered because of the following error:
550 5.2.0 mailbox of client rejected it

Message details:
  Subject: Offer
  Sent date: Mon Mar 02 10:00:00 UTC 2026
  MAIL FROM: sender@firm.test
  RCPT TO: client@shop.test
  From: Sender <sender@firm.test>
  To: client@shop.test`,
    recipients: ['client@shop.test 550 5.2.0 rejected hard failed'],
  },
  {
    server: 'a filter that lists the recipient behind arrows',
    head: 'From: MAILER-DAEMON@mx.test\nSubject: Error Mail Report',
    body: `  ----- The following addresses had permanent fatal errors -----

>>> Client <client@shop.test>

  ----- Transcript of session follows -----
550 5.1.1 sorry, no such mailbox here`,
    recipients: ['client@shop.test 550 5.1.1 user-unknown hard failed'],
  },
  {
    server: 'OpenSMTPD',
    head: 'From: Mailer Daemon <MAILER-DAEMON@mx.test>\nSubject: Delivery status notification: error',
    body: `    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

client@shop.test: 550 5.2.2 <client@shop.test>... Mailbox Full

    Below is a copy of the original message:

${RETURNED}`,
    recipients: ['client@shop.test 550 5.2.2 mailbox-full soft failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'a messaging server with labels',
    head: 'From: Internet Mail Delivery <postmaster@mx.test>\nSubject: Delivery Notification: Delivery has failed',
    body: `This report relates to a message you sent with the following header fields:

  Message-id: <orig-1@firm.test>
  Date: Mon, 02 Mar 2026 10:00:00 +0000
  From: Sender <sender@firm.test>
  To: client@shop.test
  Subject: Offer

Your message cannot be delivered to the following recipients:

  Recipient address: client@shop.test
  Reason: Remote SMTP server has rejected address
  Diagnostic code: smtp;550 5.1.1 <client@shop.test>... User Unknown
  Remote system: dns;mx.shop.test`,
    recipients: ['client@shop.test 550 5.1.1 user-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'Notes',
    head: 'From: <>\nSubject: Undeliverable message',
    body: `------- Failure Reasons  --------

User not listed in public Name & Address Book
client@shop.test


------- Returned Message --------
${RETURNED}`,
    recipients: ['client@shop.test - 5.0.0 user-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'a mail filter with its own sections',
    head: 'From: postmaster@mx.test\nSubject: failure notice',
    body: `-------server message
550 5.1.1 unknown user <client@shop.test>

-------SMTP command
RCPT TO

-------original message
${RETURNED}`,
    recipients: ['client@shop.test 550 5.1.1 user-unknown hard failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'a server that affected several at once',
    head: 'From: Postmaster <postmaster@mx.test>\nSubject: Mail Delivery Failure',
    body: `We had trouble delivering your message: 552 5.3.4 message size exceeds limit

The following recipients were affected:

  client@shop.test
  second@shop.test
`,
    recipients: [
      'client@shop.test 552 5.3.4 message-too-big soft failed',
      'second@shop.test 552 5.3.4 message-too-big soft failed',
    ],
  },
  {
    server: 'a group service',
    head: 'From: Mail Delivery Subsystem <mailer-daemon@groups.test>\nX-Failed-Recipients: team@groups.test\nSubject: Delivery Status Notification (Failure)\nReferences: <orig-1@firm.test>',
    body: `Hello sender@firm.test,

We're writing to let you know that the group you tried to contact (team) may not exist, or you may not have permission to post messages to the group.`,
    recipients: ['team@groups.test - 5.0.0 policy soft failed'],
    originalMessageId: ORIGINAL,
  },
  {
    server: 'an unknown server in Portuguese',
    head: 'From: Sistema de Correio <mailer-daemon@pt.test>\nSubject: Mensagem devolvida',
    body: `A sua mensagem não pôde ser entregue.

Destinatário: client@pt.test
Motivo: 550 5.1.1 Utilizador desconhecido`,
    recipients: ['client@pt.test 550 5.1.1 user-unknown hard failed'],
  },
  {
    server: 'an unknown server in Polish without codes',
    head: 'From: Mailer-Daemon@pl.test\nSubject: Zwrot: Oferta',
    body: `Nie można dostarczyć wiadomości do:

<client@pl.test>: skrzynka odbiorcy jest przepełniona`,
    recipients: ['client@pl.test - 5.0.0 mailbox-full soft failed'],
  },
];
