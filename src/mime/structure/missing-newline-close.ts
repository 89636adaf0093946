import type { WalkEvent } from './walk-event.ts';

/**
 * A close delimiter at the end of the last line of a message that is otherwise unclosed: "…regards--b--". RFC 2046 §5.1.1 requires
 * a line end before it, which writers forget if the part has none of its own. Only there: anywhere else it is content.
 */
export interface MissingNewlineClose {
  /** Passes the events on, holding back the last bytes of a body until it is known what follows. */
  readonly pass: (events: Iterable<WalkEvent>) => Generator<WalkEvent, void>;
  /** The one of the given boundaries whose close delimiter ends the held bytes. */
  readonly find: (boundaries: readonly string[]) => string | null;
  /** The held bytes, split before the delimiter of that boundary. */
  readonly rest: (boundary: string | null) => Generator<WalkEvent, void>;
}

/** RFC 2046 §5.1.1 limits a boundary to 70; clients write somewhat longer ones. */
const heldBytes = 256;
/** Smaller pieces are held whole, so that readers see the start of a part at once. */
const wholeBytes = 8_192;

type BytesEvent = Extract<WalkEvent, { readonly kind: 'bytes' }>;

export function createMissingNewlineClose(): MissingNewlineClose {
  let held: BytesEvent | null = null;

  return {
    *pass(events) {
      for (const event of events) {
        const last: BytesEvent | null = held;
        held = null;
        // Collect tiny pieces: what is held must be long enough for a delimiter.
        const gathers = last !== null && event.kind === 'bytes' && event.bytes.length < heldBytes;
        if (last !== null && !gathers) yield last;
        if (event.kind !== 'bytes' || event.part.kind === 'multipart') {
          yield event;
          continue;
        }
        const { part } = event;
        const bytes = gathers ? Buffer.concat([last.bytes, event.bytes]) : event.bytes;
        const start = bytes.length <= (gathers ? 2 * heldBytes : wholeBytes) ? 0 : bytes.length - heldBytes;
        if (start > 0) yield { kind: 'bytes', part, bytes: bytes.subarray(0, start) };
        held = { kind: 'bytes', part, bytes: Buffer.from(bytes.subarray(start)) };
      }
    },
    find(boundaries) {
      const end = held?.bytes.toString('utf8').trimEnd() ?? '';
      return boundaries.findLast((boundary) => end.endsWith(`--${boundary}--`)) ?? null;
    },
    *rest(boundary) {
      const event = held;
      held = null;
      if (event === null) return;
      const at = boundary === null ? -1 : event.bytes.lastIndexOf(`--${boundary}--`);
      yield at < 0 ? event : { ...event, bytes: event.bytes.subarray(0, at) };
      if (at >= 0) yield { kind: 'structure', bytes: event.bytes.subarray(at) };
    },
  };
}
