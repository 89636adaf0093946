import type { Mail } from '../mail/mail.ts';
import type { Rules } from './rules.ts';
import type { Evidence, KnownContext } from './judge.ts';
import { isOurs } from './parties.ts';

/** Whether the sender is who From says, as AUTHENTICATION asks; null where it does not ask. */
export function proofOfSender(mail: Mail, facts: KnownContext, rules: Rules): Evidence | null {
  if (rules.authentication === 'off') return null;
  const rule = 'authentication';
  const from = mail.from?.address ?? null;
  const { authentication } = facts;
  if (from !== null && facts.inOwnSent && isOurs(from, rules))
    return { rule, outcome: 'found', detail: `${from} is proven: it lies in a Sent folder of ours` };
  const results = (['spf', 'dkim', 'dmarc'] as const)
    .flatMap((method) => (authentication?.[method] ? [`${method} ${authentication[method]}`] : []))
    .join(', ');
  if (from !== null && authentication?.alignedPass === true)
    return { rule, outcome: 'found', detail: `${from} is proven: ${results}` };
  return {
    rule,
    outcome: 'rejected',
    detail: `no aligned SPF, DKIM or DMARC pass for ${from ?? 'the sender'}: ${results || 'nothing is known'}`,
  };
}
