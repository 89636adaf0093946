import { spf } from 'mailauth/lib/spf/index.js';
import type { SmtpSession } from './smtp-session.ts';
import { byStrength } from './authentication-result.ts';
import type { Proof } from './authentication-result.ts';
import type { WatchedResolver } from './dns-answers.ts';
import { domainOf } from './from-domain.ts';

/** Only appears in explanations, which we do not use; without it mailauth asks for this machine's name. */
const anonymousMta = 'localhost';

/** SPF of the envelope sender, or of the HELO name for a bounce (RFC 7208 §2.4). */
export async function proveSession(session: SmtpSession, watched: WatchedResolver): Promise<Proof> {
  const { clientIp, helo, mailFrom } = session;
  const isBounce = mailFrom === null || mailFrom.replaceAll(/[<>\s]/gu, '') === '';
  const sender = isBounce ? `postmaster@${helo ?? ''}` : (mailFrom ?? '').replace(/^<([^<>]*)>$/u, '$1');
  // RFC 7208 §4.3: no result if it is not an address
  if (clientIp === null || !/^(?:[^"(),:;<>@[\\\]]*|"[^"\\@<>]*")@[^\s"'(),:;<>@[\\\]]+$/u.test(sender)) {
    return { result: 'none', domains: [] };
  }
  try {
    const { status, domain } = await spf({
      sender,
      ip: clientIp,
      ...(helo === null ? {} : { helo }),
      mta: anonymousMta,
      resolver: watched.resolve,
    });
    const result =
      byStrength.concat('softfail', 'none').find((known) => known === status.result) ?? 'permerror';
    return { result, domains: result === 'pass' ? [domainOf(sender) ?? domain] : [] };
  } catch {
    return { result: watched.failed() ? 'temperror' : 'permerror', domains: [] };
  }
}
