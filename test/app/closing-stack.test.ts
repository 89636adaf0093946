import { expect, test } from 'vitest';
import { createClosingStack } from '../../src/app/closing-stack.ts';

function stackOf(failing: readonly string[], onError?: (error: unknown) => void) {
  const closed: string[] = [];
  const stack = createClosingStack(onError);
  for (const name of ['database', 'queues', 'reader'])
    stack.add(async () => {
      closed.push(name);
      if (failing.includes(name)) throw new Error(`${name} does not close`);
    });
  return { stack, closed };
}

test('what was opened last is closed first, once', async () => {
  const { stack, closed } = stackOf([]);
  await stack.close();
  await stack.close();
  expect(closed).toEqual(['reader', 'queues', 'database']);
});

test('what does not close keeps nothing else open, and the first failure is thrown in the end', async () => {
  const { stack, closed } = stackOf(['reader', 'queues']);
  await expect(stack.close()).rejects.toThrow('reader does not close');
  expect(closed).toEqual(['reader', 'queues', 'database']);
});

test('whoever takes the failures gets each of them, and none is thrown', async () => {
  const taken: string[] = [];
  const { stack } = stackOf(['reader', 'database'], (error) => taken.push((error as Error).message));
  await stack.close();
  expect(taken).toEqual(['reader does not close', 'database does not close']);
});
