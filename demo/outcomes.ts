import { fingerprintOf } from '../src/fingerprint/fingerprint.ts';
import type { CaseUpdateDocument } from '../src/store/case-updates.ts';
import type { CommunicationDocument } from '../src/store/communications.ts';
import type { MessageDocument } from '../src/store/message-document.ts';
import type { Database } from '../src/store/mongo.ts';
import { clientIds } from './firm.ts';
import type { ClientKey } from './firm.ts';
import type { DemoMessage } from './message.ts';

/** The result for one message in the CRM's collections. */
export interface Outcome {
  readonly message: MessageDocument;
  readonly sightings: number;
  readonly communications: readonly CommunicationDocument[];
  readonly caseUpdates: readonly CaseUpdateDocument[];
}

export async function readOutcomes(
  database: Database,
  messages: readonly DemoMessage[],
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const { id, raw } of messages) {
    const message = await database.messages.findOne({ fingerprint: fingerprintOf(raw) });
    if (message === null) continue;
    outcomes.set(id, {
      message,
      sightings: await database.sightings.countDocuments({ messageRef: message._id, state: 'done' }),
      communications: await database.communications.find({ messageRef: message._id }).toArray(),
      caseUpdates: await database.caseUpdates.find({ messageRef: message._id }).toArray(),
    });
  }
  return outcomes;
}

export function clientKey(id: unknown): ClientKey | '?' {
  const found = Object.entries(clientIds).find(([, hex]) => hex === String(id));
  return (found?.[0] as ClientKey | undefined) ?? '?';
}

/** One line per fact that differs from the design. */
export function compareOutcomes(
  messages: readonly DemoMessage[],
  outcomes: ReadonlyMap<string, Outcome>,
): string[] {
  return messages.flatMap((demo) => {
    const outcome = outcomes.get(demo.id);
    if (outcome === undefined) return [`${demo.id}: did not arrive`];
    const got = factsOf(outcome);
    const want = expectedFacts(demo, outcome);
    return Object.keys(want).flatMap((fact) =>
      got[fact] === want[fact] ? [] : [`${demo.id}: ${fact} is ${got[fact]}, expected ${want[fact]}`],
    );
  });
}

type Facts = Readonly<Record<string, string>>;

function factsOf({ message, sightings, communications, caseUpdates }: Outcome): Facts {
  return {
    state: message.state,
    kind: message.verdict?.kind ?? 'none',
    direction: message.verdict?.direction ?? 'none',
    clients: sorted(communications.map(({ clientId }) => clientKey(clientId))),
    automatic: message.automatic?.kind ?? 'none',
    attachments: String(message.attachments.length),
    sightings: String(sightings),
    caseUpdates: sorted(
      caseUpdates.map(({ clientId, ref, status, review }) =>
        caseFact(clientKey(clientId), { ref: ref ?? null, status, review: review ?? null }),
      ),
    ),
  };
}

function expectedFacts({ expected, places }: DemoMessage, { caseUpdates }: Outcome): Facts {
  return {
    state: expected.state,
    kind: expected.kind,
    direction: expected.direction,
    clients: sorted(expected.clients),
    automatic: expected.automatic ?? 'none',
    attachments: String(expected.attachments),
    sightings: String(places.length),
    caseUpdates: sorted(
      expected.caseUpdates.map(({ client, ref, status, review }) => {
        const found = caseUpdates.find(
          (update) => clientKey(update.clientId) === client && (update.ref ?? null) === ref,
        );
        return caseFact(client, { ref, status: status ?? found?.status ?? 'any', review });
      }),
    ),
  };
}

function caseFact(
  client: string,
  { ref, status, review }: { ref: string | null; status: string; review: string | null },
): string {
  return `${client} ${ref ?? '-'} ${status}${review === null ? '' : ` (${review})`}`;
}

const sorted = (values: readonly string[]): string => values.toSorted().join(', ') || 'none';
