import { openPartReader } from '../content/part-content.ts';
import type { PartReader } from '../content/part-content.ts';
import type { Part } from './part.ts';

/** The preamble of the last opened multipart. */
export interface HeldPreamble {
  readonly begin: (part: Part) => void;
  readonly take: (part: Part, bytes: Buffer) => void;
  /** For a multipart whose delimiter never came: its content is text for a person. Null if empty. */
  readonly asText: (part: Part) => Promise<PartReader | null>;
}

const maxPreambleBytes = 65_536;

export function createHeldPreamble(): HeldPreamble {
  let held: { readonly part: Part; readonly pieces: Buffer[]; size: number } | null = null;
  return {
    begin: (part) => {
      held = { part, pieces: [], size: 0 };
    },
    take: (part, bytes) => {
      if (held?.part !== part || held.size >= maxPreambleBytes) return;
      held.pieces.push(Buffer.from(bytes.subarray(0, maxPreambleBytes - held.size)));
      held.size += bytes.length;
    },
    asText: async (part) => {
      if (held?.part !== part || held.size === 0) return null;
      const { pieces } = held;
      const text: Part = {
        ...part,
        kind: 'leaf',
        contentType: 'text/plain',
        parameters: new Map(),
        filename: null,
      };
      const reader = openPartReader({
        part: text,
        plan: () => ({ keepBytes: maxPreambleBytes, output: null }),
      });
      for (const piece of pieces) await reader.write(piece);
      return reader;
    },
  };
}
