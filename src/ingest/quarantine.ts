import { messageFactsOf } from '../decide/facts-from-mail.ts';
import { deterministicId } from '../store/ids.ts';
import { markFailed } from '../store/attempts.ts';
import { quarantineMessage } from '../store/messages.ts';
import type { SightingDocument } from '../store/sightings.ts';
import { nothingToDo } from './ingest-deps.ts';
import type { IngestDeps, IngestOutcome } from './ingest-deps.ts';
import { publishQuarantined } from './publish-events.ts';

/** Keeps the raw bytes and the reason; the folder goes on. */
export async function quarantine(
  deps: IngestDeps,
  sighting: SightingDocument,
  error: string,
): Promise<IngestOutcome> {
  const raw = { key: sighting.rawKey ?? '', size: sighting.size };
  const { reading } = await deps.reader.header(raw);
  const { internalDate, mailbox, role, inOwnSent, rawKey } = sighting;
  const facts = messageFactsOf(reading, {
    rawKey: rawKey ?? '',
    internalDate,
    now: new Date(),
    rules: deps.rules,
  });
  const id = deterministicId(facts.fingerprint);
  await quarantineMessage(deps.database.messages, {
    id,
    facts,
    sighted: { mailbox, role, inOwnSent, backfill: false },
    error,
    secondReading: await deps.reader.second(raw),
  });
  await publishQuarantined(deps.database, { id, facts, mailbox });
  await markFailed(deps.database.sightings, sighting._id, { error, messageRef: id });
  return { ...nothingToDo, outcome: 'quarantined', messageRef: id.toHexString(), warnings: [error] };
}
