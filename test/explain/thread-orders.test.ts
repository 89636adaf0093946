import { describe, expect, it } from 'vitest';
import { rulesFromExplainConfig } from '../../src/explain/explain-config.ts';
import { readClients } from '../../src/explain/gather.ts';
import { openIngestion } from '../../src/explain/ingestion.ts';
import { readFile } from '../../src/explain/unjudged.ts';
import type { Unjudged } from '../../src/explain/unjudged.ts';
import { crm, office, people } from '../decide/office.ts';
import { orders, thread, updatesOfThread } from '../support/thread.ts';

const reading = rulesFromExplainConfig({ ownAddresses: [office, crm], staffDomains: ['firm.test'] });
if (!reading.ok) throw new Error(reading.problems.join('\n'));
const { config } = reading;

async function readThread(): Promise<Unjudged[]> {
  return await Promise.all(
    thread.map(
      async (message, place) =>
        await readFile(
          { kind: 'whole', file: `${place}.eml`, raw: message },
          { config, resolver: null, compare: false },
        ),
    ),
  );
}

describe('a thread with replies, echoes, an absence, forwards, a blind copy, a recall, a reaction and a replay', () => {
  it('makes the same case updates in 200 orders of arrival', async () => {
    const messages = await readThread();
    const seen = new Map<string, number[]>();
    for (const order of orders(200)) {
      const ingestion = openIngestion({ clients: readClients(people), config });
      for (const place of order) {
        const message = messages[place];
        if (message !== undefined) ingestion.receive(message);
      }
      const rows = new Set(messages.flatMap((message) => [...ingestion.outcomeOf(message).caseUpdates]));
      const told = [...rows]
        .toSorted((a, b) => a.date.getTime() - b.date.getTime())
        .map(
          ({ clientId, ref, status, review, title }) =>
            `${clientId} ${ref} ${status} ${review ?? 'takes effect'}: ${title}`,
        );
      seen.set(JSON.stringify(told, null, 1), order);
    }
    expect([...seen.keys()].map((key) => JSON.parse(key) as unknown)).toEqual([updatesOfThread]);
  });
});
