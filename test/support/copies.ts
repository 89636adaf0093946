/** Copies of one message that arrive one after another, some of them proven. */
import type { Authentication } from '../../src/mail/authentication/authentication.ts';
import { ingestAgain, ingestSighting } from '../../src/ingest/ingest.ts';
import type { IngestDeps } from '../../src/ingest/ingest-deps.ts';
import type { Rules } from '../../src/decide/rules.ts';
import { findToRejudge } from '../../src/store/rejudge.ts';
import { openFirm } from './servers.ts';
import type { Firm, Seen } from './servers.ts';

/** One copy of a message as it arrives somewhere. */
export interface Copy {
  readonly raw: Buffer;
  readonly seen?: Seen;
  /** Whether SPF, DKIM or DMARC prove its sender. */
  readonly isProven?: boolean;
}

const passed: Authentication = {
  spf: 'pass',
  dkim: 'pass',
  dmarc: 'pass',
  arc: null,
  source: 'verified',
  alignedPass: true,
};
const failed: Authentication = { ...passed, spf: 'fail', dkim: 'none', dmarc: 'none', alignedPass: false };

export function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => ordersOf(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

export const otto = { _id: 'otto', name: 'Otto Brandt', email: 'otto@brandt.test' };

/** A firm, with Otto as a second client, that got these copies in this order. */
export async function receiveAll(copies: readonly Copy[], rules: Partial<Rules> = {}): Promise<Firm> {
  const firm = await openFirm({ rules: { authentication: 'flag', ...rules } });
  await firm.addClients(otto);
  const proven = new Set<string>();
  const deps: IngestDeps = {
    ...firm,
    reader: {
      ...firm.reader,
      read: async (task) => ({
        ...(await firm.reader.read(task)),
        authentication: proven.has(task.key) ? passed : failed,
      }),
    },
  };
  for (const { raw, seen, isProven } of copies) {
    const id = await firm.deliver(raw, seen);
    const sighting = await firm.database.sightings.findOne({ _id: id });
    if (isProven === true) proven.add(sighting?.rawKey ?? '');
    await ingestSighting(deps, id);
    await settle(firm, deps);
  }
  return firm;
}

/** Judges again until nobody waits for it. */
export async function settle({ database, waiting }: Firm, deps: IngestDeps): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const ids = [...waiting.messages.splice(0), ...(await findToRejudge(database.messages, 100))];
    if (ids.length === 0) return;
    for (const id of ids) await ingestAgain(deps, id);
  }
  throw new Error('messages wake each other for ever');
}
