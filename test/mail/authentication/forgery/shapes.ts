/** The routes by which mail reaches a firm, with the headers that each kind of server writes. */
import { authenticate } from 'mailauth';
import { dnsMapResolver, watchResolver } from '../../../../src/mail/authentication/dns-answers.ts';
import { crm, dns, stamp } from './world.ts';
import type { Sent } from './world.ts';

export interface Shape {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** As it is in the mailbox. */
  readonly deliver: (sent: Sent) => Promise<Buffer>;
}

const resolver = dnsMapResolver(dns);

function postfix({ helo, ptr, ip }: Sent, by = 'mx.firm.test'): string {
  const address = ip.includes(':') ? `IPv6:${ip}` : ip;
  return `Received: from ${helo} (${ptr} [${address}])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\tby ${by} (Postfix) with ESMTPS id 4Qz1\r\n\tfor <${crm}>; ${stamp}\r\n`;
}

/** Writes path and identity as given, unescaped. */
function exim({ helo, ptr, ip, ident, mailFrom }: Sent): string {
  const named = ptr === 'unknown' ? `[${ip}]` : ptr;
  const seen = ptr === 'unknown' ? `(helo=${helo} ident=${ident})` : `([${ip}] helo=${helo} ident=${ident})`;
  return `Received: from ${named}\r\n\t${seen}\r\n\tby mx.firm.test with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384\r\n\t(Exim 4.97)\r\n\t(envelope-from <${mailFrom}>)\r\n\tid 1xXz6u-0003v7-2K\r\n\tfor ${crm};\r\n\t${stamp}\r\n`;
}

function exchange({ helo, ip }: Sent): string {
  const server =
    'with Microsoft SMTP Server\r\n (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.2.1544.4';
  return `Received: from ex1.firm.test (192.0.2.12) by ex2.firm.test (192.0.2.13) ${server} via Mailbox\r\n Transport; ${stamp}\r\nReceived: from ${helo} (${ip}) by ex1.firm.test\r\n (192.0.2.12) ${server} via Frontend Transport; ${stamp}\r\n`;
}

const returnPath = ({ mailFrom }: Sent): string => `Return-Path: <${mailFrom}>\r\n`;
const lmtp = `Received: from mx.firm.test ([192.0.2.10])\r\n\tby store.firm.test with LMTP id kQz; ${stamp}\r\n`;

/** What a server with its own verifier adds on top. */
async function resultsOf({ ip, helo, mailFrom, data, isUnstated }: Sent, id: string): Promise<string> {
  if (isUnstated === true) return '';
  const { headers } = await authenticate(Buffer.from(data, 'latin1'), {
    ip,
    helo,
    sender: mailFrom,
    mta: id,
    resolver: watchResolver(resolver).resolve,
    disableBimi: true,
  });
  return /^Authentication-Results:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n/imu.exec(headers)?.[0] ?? '';
}

const shape = (
  name: string,
  config: Shape['config'],
  trace: (sent: Sent) => string | Promise<string>,
): Shape => ({
  name,
  config,
  deliver: async (sent) => Buffer.from((await trace(sent)) + sent.data, 'latin1'),
});

const trustedAuthservIds = ['mx.firm.test'];

/** Nothing is configured: a fresh installation, whose server writes no results. */
export const fresh = shape('nothing set', {}, (sent) => returnPath(sent) + postfix(sent));

/** Each trusts results of mx.firm.test, whether its server writes some or not. */
export const shapes: readonly Shape[] = [
  shape(
    'direct',
    { trustedAuthservIds, ownRelays: ['mx.firm.test'] },
    (sent) => returnPath(sent) + postfix(sent),
  ),
  shape(
    'own MX',
    { trustedAuthservIds, ownRelays: ['mx.firm.test', '192.0.2.10'] },
    (sent) =>
      `${returnPath(sent)}Received: from mx.firm.test (mx.firm.test [192.0.2.10])\r\n\tby store.firm.test (Postfix) with ESMTPS id 4Qz2; ${stamp}\r\n${postfix(sent)}`,
  ),
  shape(
    'hosted gateway',
    { trustedAuthservIds, ownRelays: ['192.0.2.128/28'] },
    (sent) =>
      `${returnPath(sent)}Received: from gw3.shield.test (gw3.shield.test [192.0.2.131])\r\n\tby mx.firm.test (Postfix) with ESMTPS id 4Qz3; ${stamp}\r\n${postfix(sent, 'gw3.shield.test')}`,
  ),
  shape(
    'Exim',
    { trustedAuthservIds, ownRelays: ['mx.firm.test'] },
    (sent) => returnPath(sent).replace('Path', 'path') + exim(sent),
  ),
  shape(
    'Postfix with results',
    { trustedAuthservIds, ownRelays: ['mx.firm.test'] },
    async (sent) => returnPath(sent) + lmtp + (await resultsOf(sent, 'mx.firm.test')) + postfix(sent),
  ),
  shape(
    'Exchange',
    { trustedAuthservIds, ownRelays: ['firm.test', '192.0.2.12'] },
    (sent) => exchange(sent) + returnPath(sent),
  ),
];
