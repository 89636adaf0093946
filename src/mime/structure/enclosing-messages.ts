import type { PartReader, PartResult } from '../content/part-content.ts';

/** Message parts whose bytes are also a file, from the outside in. */
export interface EnclosingMessages {
  readonly enter: (reader: PartReader) => void;
  readonly leave: (atDelimiter: boolean) => Promise<PartResult | undefined>;
  readonly write: (bytes: Buffer) => Promise<void> | null;
  /** Contents unpacked from a container are not part of the bytes of the messages around it. */
  readonly without: (work: () => Promise<void>) => Promise<void>;
}

export function createEnclosingMessages(): EnclosingMessages {
  const readers: PartReader[] = [];
  const writeAll = async (bytes: Buffer): Promise<void> => {
    for (const reader of readers) {
      const wait = reader.write(bytes);
      if (wait !== null) await wait;
    }
  };
  return {
    enter: (reader) => void readers.push(reader),
    leave: async (atDelimiter) => await readers.pop()?.end(atDelimiter),
    write: (bytes) => (readers.length > 0 ? writeAll(bytes) : null),
    without: async (work) => {
      const around = readers.splice(0);
      await work();
      readers.push(...around);
    },
  };
}
