import type { Readable } from 'node:stream';
import type { AttachmentDraft, MessageDraft } from './message-draft.ts';
import { openContentOutput } from '../content/content-output.ts';
import type { AttachmentSink } from '../content/part-content.ts';
import type { ContentFacts, ContentOutput } from '../content/content-output.ts';

/** The files of a message on their way to the sink, numbered as they begin. */
export interface Deliveries {
  readonly open: () => ContentOutput;
  /** A file found inside another part, already in memory. */
  readonly deliver: (
    draft: MessageDraft,
    file: { readonly content: Buffer; readonly named: Omit<AttachmentDraft, keyof ContentFacts> },
  ) => Promise<void>;
}

export function createDeliveries(sink: AttachmentSink | null): Deliveries {
  let next = 0;
  const open = (): ContentOutput => {
    const index = next;
    next += 1;
    return openContentOutput(sink === null ? null : (content: Readable) => sink({ index }, content));
  };
  return {
    open,
    async deliver(draft, { content, named }) {
      const output = open();
      await output.write(content);
      draft.attachments.push({ ...named, ...(await output.end()) });
    },
  };
}
