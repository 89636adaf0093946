import { createEntities } from './entities.ts';
import type { EntitiesInput } from './entities.ts';
import { createMissingNewlineClose } from './missing-newline-close.ts';
import type { WalkEvent } from './walk-event.ts';
import { createWalkSteps } from './walk-steps.ts';
import type { Position } from './walk-steps.ts';

export interface Walker {
  /** The events of the next piece of the message. Must be iterated to its end before the next call. */
  readonly push: (piece: Buffer) => Generator<WalkEvent, void>;
  readonly end: () => Generator<WalkEvent, void>;
}

const empty = Buffer.alloc(0);

/** Steps through a message of any size, holding at most one unfinished line. Never throws. */
export function createWalker(input: EntitiesInput): Walker {
  const entities = createEntities(input);
  const steps = createWalkSteps(entities);
  let carry: Buffer = empty;

  function* run(piece: Buffer, last: boolean): Generator<WalkEvent, void> {
    let position: Position = { data: carry.length === 0 ? piece : Buffer.concat([carry, piece]), at: 0 };
    carry = empty;
    while (position.at < position.data.length) {
      if (entities.isStopped()) {
        yield { kind: 'structure', bytes: position.data.subarray(position.at) };
        return;
      }
      const header = entities.header();
      const next: Position | null =
        header === null ? yield* steps.body(position, last) : yield* steps.header(header, position, last);
      if (next === null) break;
      position = next;
    }
    yield* steps.passStructure();
    const { data, at } = position;
    carry = at < data.length ? Buffer.from(data.subarray(at)) : empty;
  }

  const close = createMissingNewlineClose();
  return {
    push: (piece) => close.pass(run(piece, false)),
    *end() {
      yield* close.pass(run(empty, true));
      const { frames } = entities;
      const unclosed = frames.flatMap((frame) =>
        frame.closed || frame.children === 0 ? [] : (frame.boundary ?? []),
      );
      const found = entities.header() === null ? close.find(unclosed) : null;
      for (const frame of frames)
        if (frame.boundary !== null && frame.boundary === found) frame.closed = true;
      yield* close.rest(found);
      yield* entities.finishHeader();
      yield* entities.closeTo(0, false);
    },
  };
}
