import type { Authentication } from '../mail/authentication/authentication.ts';
import type { CaseTag } from '../mail/case-tag/case-tag.ts';
import type { Disagreement } from '../mail/second-reading.ts';
import type { ReadMail } from '../mail/read.ts';
import type { MessageFile } from '../mailbox/files/message-files.ts';
import type { MessageFacts } from '../decide/message-facts.ts';
import type { Verdict } from '../decide/verdict.ts';
import type { ExplainConfig } from './explain-config.ts';
import { readClients } from './gather.ts';
import type { ExplainClient } from './gather.ts';
import { openIngestion } from './ingestion.ts';
import type { CaseUpdateRow } from './memory-store.ts';
import { readFile, resolverOf } from './unjudged.ts';
import type { Unjudged } from './unjudged.ts';

/** The decision about one message, with its input. */
export interface Explained {
  readonly file: string;
  readonly reading: ReadMail;
  readonly facts: MessageFacts;
  readonly authentication: Authentication;
  /** Where a second reader differs; null if no comparison was requested. */
  readonly compared: readonly Disagreement[] | null;
  readonly verdict: Verdict;
  readonly tags: readonly CaseTag[];
  readonly caseUpdates: readonly CaseUpdateRow[];
}

/**
 * Decides about messages together, in date order, in one empty store: what `docketmail explain` shows. Needs no server. Uses DNS
 * only with `useDns`, or answers from the configuration's map.
 */
export async function explain(input: {
  readonly files: AsyncIterable<MessageFile>;
  readonly clients: readonly ExplainClient[];
  readonly config: ExplainConfig;
  readonly useDns: boolean;
  /** Compares every message with a second reader; otherwise only those that need a second reading. */
  readonly compare?: boolean;
}): Promise<Explained[]> {
  const { config, compare = false } = input;
  const resolver = resolverOf(input);
  const messages: Unjudged[] = [];
  for await (const file of input.files) messages.push(await readFile(file, { config, resolver, compare }));

  const ingestion = openIngestion({ clients: readClients(input.clients), config });
  for (const message of messages.toSorted((a, b) => a.facts.date.getTime() - b.facts.date.getTime()))
    ingestion.receive(message);
  return messages.map((message) => {
    const { file, reading, facts, authentication, compared } = message;
    const { tags } = facts;
    return { file, reading, facts, authentication, compared, tags, ...ingestion.outcomeOf(message) };
  });
}
