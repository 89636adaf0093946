/** A firm, its clients, an attacker, and their DNS records. */
import { generateKeyPairSync } from 'node:crypto';
import { sealMessage } from 'mailauth/lib/arc/index.js';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import type { DnsAnswers } from '../../../../src/mail/authentication/dns-answers.ts';
import type { ClientDocument } from '../../../../src/store/clients.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const key = {
  TXT: [[`v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`]],
};

export const stamp = 'Mon, 02 Mar 2026 09:00:00 +0000';
export const crm = 'crm@firm.test';
export const staff = 'Ada <ada@firm.test>';
export const alice = 'Alice <alice@client-a.test>';

export const clients: readonly ClientDocument[] = [
  { _id: 'alice', email: 'alice@client-a.test' },
  { _id: 'bob', email: 'bob@client-b.test' },
  { _id: 'carol', email: 'carol@weak.test' },
  { _id: 'dora', email: 'dora@acme.onmicrosoft.com' },
  { _id: 'frank', email: 'frank@strict.test' },
  { _id: 'gina', email: 'gina@xn--mnchen-3ya.test' },
  { _id: 'hugo', email: 'hugo@hugo.github.io' },
];

/** Where each sends from. The firm's own SPF names its relay and its gateway, as it must if these also send for it. */
export const ips = {
  alice: '198.51.100.10',
  bob: '198.51.100.20',
  acme: '198.51.100.40',
  frank: '198.51.100.50',
  gina: '198.51.100.60',
  staff: '192.0.2.30',
  evil: '203.0.113.66',
} as const;

const spf = (ip: string) => ({ TXT: [[`v=spf1 ip4:${ip} ip6:2001:db8:a::10 -all`]] });
const reject = { TXT: [['v=DMARC1; p=reject']] };
const signers = [
  'client-a.test',
  'mail.client-a.test',
  'client-b.test',
  'acme.onmicrosoft.com',
  'evil.onmicrosoft.com',
  'onmicrosoft.com',
  'strict.test',
  'mail.strict.test',
  'xn--mnchen-3ya.test',
  'firm.test',
  'evil.test',
  'evil-firm.test',
  'xn--client--4zg.test',
  'client-a.test.evil.test',
  'hugo.github.io',
  'evil.github.io',
  'lists.test',
];

export const dns: DnsAnswers = {
  ...Object.fromEntries(signers.map((domain) => [`s1._domainkey.${domain}`, key])),
  'client-a.test': spf(ips.alice),
  '_dmarc.client-a.test': reject,
  'client-b.test': spf(ips.bob),
  'acme.onmicrosoft.com': spf(ips.acme),
  '_dmarc.acme.onmicrosoft.com': reject,
  'strict.test': spf(ips.frank),
  'mail.strict.test': spf(ips.frank),
  '_dmarc.strict.test': { TXT: [['v=DMARC1; p=quarantine; adkim=s; aspf=s']] },
  'xn--mnchen-3ya.test': spf(ips.gina),
  '_dmarc.xn--mnchen-3ya.test': reject,
  'firm.test': { TXT: [['v=spf1 ip4:192.0.2.0/24 -all']] },
  '_dmarc.firm.test': reject,
  ...Object.fromEntries(
    [
      'evil.test',
      'evil.onmicrosoft.com',
      'evil-firm.test',
      'client-a.test.evil.test',
      'evil.github.io',
      'xn--client--4zg.test',
      'lists.test',
    ].map((domain) => [domain, spf(ips.evil)]),
  ),
};

/** What a sender gives to a server: the session and the bytes (latin1, CRLF). */
export interface Sent {
  readonly ip: string;
  /** The reverse DNS name; "unknown" if none. */
  readonly ptr: string;
  readonly helo: string;
  /** RFC 1413, which some servers query and record. */
  readonly ident: string;
  readonly mailFrom: string;
  readonly data: string;
  /** The server that writes results for others writes none for this one. */
  readonly isUnstated?: boolean;
}

export interface Draft {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly date?: string;
  readonly id?: string;
  /** Header lines above and below the usual ones, without their last line end. */
  readonly above?: readonly string[];
  readonly below?: readonly string[];
  readonly body?: string;
}

export const closes = '[Case 4711: Closed] Lease';

/** A message that closes a case. */
export function mail({
  from = alice,
  to = crm,
  subject = closes,
  date = stamp,
  id = 'one@client-a.test',
  above = [],
  below = [],
  body = 'Please close it.',
}: Draft = {}): string {
  const lines = [
    ...above,
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${date}`,
    `Message-ID: <${id}>`,
    ...below,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}\r\n`;
}

/** As the attacker sends it: from his own machine, with an envelope of his own domain. */
export function fromEvil(data: string, more: Partial<Sent> = {}): Sent {
  return {
    ip: ips.evil,
    ptr: 'mail.evil.test',
    helo: 'mail.evil.test',
    ident: 'root',
    mailFrom: 'x@evil.test',
    data,
    ...more,
  };
}

/** As an honest sender sends it. */
export function fromClient(data: string, more: Partial<Sent> = {}): Sent {
  return {
    ip: ips.alice,
    ptr: 'mail.client-a.test',
    helo: 'mail.client-a.test',
    ident: 'mail',
    mailFrom: 'alice@client-a.test',
    data,
    ...more,
  };
}

export function fromStaff(data: string, more: Partial<Sent> = {}): Sent {
  return {
    ...fromClient(data),
    ip: ips.staff,
    ptr: 'out.firm.test',
    helo: 'out.firm.test',
    mailFrom: 'ada@firm.test',
    ...more,
  };
}

export interface Signing {
  /** Which fields; by default the signer's own choice, which identifies a message. */
  readonly fields?: string;
  /** Bytes of the body that count (l=). */
  readonly bytes?: number;
}

/** The same with a DKIM signature. All domains here share one key: only the domain shows who signs. */
export async function sign(data: string, domain: string, { fields, bytes }: Signing = {}): Promise<string> {
  const own = { signingDomain: domain, selector: 's1', privateKey: pem };
  const { signatures } = await dkimSign(Buffer.from(data, 'latin1'), {
    ...own,
    signTime: new Date(stamp),
    signatureData: [{ ...own, ...(bytes !== undefined && { maxBodyLength: bytes }) }],
    ...(fields !== undefined && { headerList: fields }),
  });
  return Buffer.from(signatures).toString('latin1') + data;
}

/** The same with a set of ARC fields, in which `domain` claims `results`. */
export async function seal(data: string, domain: string, results: string): Promise<string> {
  const fields = await sealMessage(Buffer.from(data, 'latin1'), {
    signingDomain: domain,
    selector: 's1',
    privateKey: pem,
    algorithm: 'rsa-sha256',
    cv: 'none',
    i: 1,
    authResults: results,
  });
  return fields.toString('latin1') + data;
}
