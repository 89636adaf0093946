import type { Mail } from '../mail/mail.ts';
import { failsStrictPolicy } from '../mail/authentication/authentication.ts';
import type { Rules } from './rules.ts';
import type { KnownContext } from './known-context.ts';
import type { Evidence } from './verdict.ts';
import { isOurs } from './parties.ts';

/** On the message and its communications if the sender, as far as anyone can tell, is not the one in From. */
export const UNAUTHENTICATED_FLAG = 'unauthenticated';

/**
 * What is known about who wrote a message:
 * - `proven`: the one in From;
 * - `unproven`: nothing shows it, and AUTHENTICATION requires it;
 * - `failed`: the domain owner wants such mail refused;
 * - `unchecked`: AUTHENTICATION is off, and nothing speaks against it.
 */
export interface Proof {
  readonly kind: 'proven' | 'unproven' | 'failed' | 'unchecked';
  readonly evidence: Evidence;
}

/** Whether the sender is the one in From. A failure that a trusted server reports counts even with AUTHENTICATION=off. */
export function proofOfSender(mail: Mail, facts: KnownContext, rules: Rules): Proof {
  const rule = 'authentication';
  const from = mail.from?.address ?? null;
  const { authentication } = facts;
  if (from !== null && facts.inOwnSent && isOurs(from, rules)) {
    const detail = `${from} is proven: it lies in a Sent folder of ours`;
    return { kind: 'proven', evidence: { rule, outcome: 'found', detail } };
  }
  const results = (['spf', 'dkim', 'dmarc'] as const)
    .flatMap((method) => (authentication?.[method] ? [`${method} ${authentication[method]}`] : []))
    .join(', ');
  if (from !== null && authentication?.alignedPass === true)
    return { kind: 'proven', evidence: { rule, outcome: 'found', detail: `${from} is proven: ${results}` } };
  const isFailed = failsStrictPolicy(authentication);
  if (rules.authentication === 'off' && !isFailed) {
    const detail = 'senders are not checked: AUTHENTICATION is off';
    return { kind: 'unchecked', evidence: { rule, outcome: 'skipped', detail } };
  }
  const doubt = authentication?.doubt === undefined ? '' : `; ${authentication.doubt}`;
  const detail = `no aligned SPF, DKIM or DMARC pass for ${from ?? 'the sender'}: ${results || 'nothing is known'}${doubt}`;
  return { kind: isFailed ? 'failed' : 'unproven', evidence: { rule, outcome: 'rejected', detail } };
}

/** Whether to flag the message. */
export const isDoubtful = ({ kind }: Proof): boolean => kind === 'failed' || kind === 'unproven';
