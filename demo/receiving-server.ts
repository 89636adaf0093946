import { receivingServer, settings } from './firm.ts';
import { dateHeader } from './mime.ts';

/** Reserved for documentation (RFC 5737). */
const senderIp = '203.0.113.20';
const staffIp = '192.0.2.77';

/**
 * The headers that the firm's mail server adds above a message: who submitted it, and its findings about the sender (RFC 8601).
 * Every sender of the demo is the one in From; whether their claims are true is another matter.
 */
export function traceOf(from: string, date: Date): readonly string[] {
  const address = from
    .slice(from.lastIndexOf('<') + 1)
    .replace(/>$/, '')
    .toLowerCase();
  const domain = address.slice(address.indexOf('@') + 1);
  const isStaff = settings.staffDomains.some((own) => own === domain);
  const results = isStaff
    ? `auth=pass smtp.auth=${address}`
    : `spf=pass smtp.mailfrom=${address};\r\n\tdkim=pass header.d=${domain}; dmarc=pass header.from=${domain}`;
  const client = isStaff
    ? `[${staffIp}] (unknown [${staffIp}])`
    : `mail.${domain} (mail.${domain} [${senderIp}])`;
  const protocol = isStaff ? 'ESMTPSA' : 'ESMTPS';
  return [
    `Authentication-Results: ${receivingServer};\r\n\t${results}`,
    `Received: from ${client}\r\n\tby ${receivingServer} (Postfix) with ${protocol} id 4Demo1;\r\n\t${dateHeader(date)}`,
  ];
}
