/** The outcome of each forgery in each shape and mode. */
import type { Explained } from '../../../../src/explain/explain.ts';
import { explain } from '../../../../src/explain/explain.ts';
import type { MessageFile } from '../../../../src/mailbox/files/message-files.ts';
import { rulesFromExplainConfig } from '../../../../src/explain/explain-config.ts';
import type { Attack } from './attack.ts';
import { contentAttacks } from './contents.ts';
import { headerAttacks } from './headers.ts';
import { sessionAttacks } from './sessions.ts';
import type { Shape } from './shapes.ts';
import { clients, crm, dns } from './world.ts';

export const attacks: readonly Attack[] = [...sessionAttacks, ...headerAttacks, ...contentAttacks];
export const modes = ['off', 'flag', 'require'] as const;
export type Mode = (typeof modes)[number];

export interface Outcome {
  /** Case updates that took effect without a person. */
  readonly moved: number;
  /** Clients on whose record it was put. */
  readonly touched: number;
  /** It is marked as unproven, or as a stranger's. */
  readonly marked: boolean;
  /** Case updates that wait for a person. */
  readonly held: number;
}

export async function outcomeOf(attack: Attack, shape: Shape, mode: Mode): Promise<Outcome> {
  const before = (await attack.before?.()) ?? [];
  const sent = [...before, await attack.send()];
  const raws = await Promise.all(sent.map(shape.deliver));
  const reading = rulesFromExplainConfig({
    ownAddresses: [crm, 'office@firm.test'],
    staffDomains: ['firm.test'],
    mailbox: { name: 'crm', role: attack.role ?? 'capture' },
    authentication: mode,
    dns,
    ...shape.config,
    ...attack.config,
  });
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  async function* files(): AsyncGenerator<MessageFile> {
    for (const [place, raw] of raws.entries()) yield { kind: 'whole', file: `${place}.eml`, raw };
  }
  const explained = await explain({ files: files(), clients, config: reading.config, useDns: false });
  const last = explained.at(-1);
  if (last === undefined) throw new Error('nothing was decided');
  return read(last);
}

function read({ verdict, caseUpdates }: Explained): Outcome {
  const touched = verdict.kind === 'matched' ? verdict.clients.length : 0;
  return {
    moved: caseUpdates.filter(({ review }) => review === null).length,
    held: caseUpdates.filter(({ review }) => review !== null).length,
    touched,
    marked: verdict.evidence.some(
      ({ rule, outcome, detail }) =>
        (rule === 'authentication' && outcome === 'rejected') ||
        (outcome === 'found' && /stranger in it|any sender can write/u.test(detail)),
    ),
  };
}
