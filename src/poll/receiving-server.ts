import type { Log } from '../log.ts';
import { headersOf } from '../mailbox/header-section.ts';
import { readRawHeader } from '../mail/authentication/raw-header.ts';
import type { RawMessage } from '../mail/authentication/raw-header.ts';
import { proposalText, proposeServers } from '../mail/authentication/receiving-server.ts';
import type { Rules } from '../decide/rules.ts';

/** Checked after the first polls, and once more when there is enough to be sure. */
const LOOKS: readonly number[] = [20, 100];

/**
 * Examines the first messages that this process fetches, and logs once which settings would prove their senders: without them more
 * case updates than necessary wait for a person.
 */
export function watchReceivingServer(rules: Rules, log: Pick<Log, 'warn'>): (raw: Buffer) => void {
  const heads: RawMessage[] = [];
  let isDone = rules.authentication === 'off';
  return (raw) => {
    if (isDone) return;
    const head = readRawHeader(headersOf(raw));
    if (head === null || !head.shown.some(({ name }) => name === 'received')) return;
    heads.push(head);
    if (!LOOKS.includes(heads.length)) return;
    const proposal = proposalText(proposeServers(heads, rules));
    if (proposal !== null) log.warn(proposal, 'settings would let more senders be proven');
    isDone = proposal !== null || heads.length >= Math.max(...LOOKS);
    if (isDone) heads.length = 0;
  };
}
