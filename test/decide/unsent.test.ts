import { describe, expect, it } from 'vitest';
import { ada, decide, decideAll, outcome } from './office.ts';
import type { MessageSpec } from './office.ts';

const draft: MessageSpec = {
  from: ada,
  to: 'John <john@x.test>',
  subject: '[Case 7: Closed] Wall',
  id: 'wall@firm.test',
  headers: ['X-Unsent: 1'],
};
const { headers: _headers, ...sent } = draft;

describe('a draft', () => {
  it('is ignored, moves no case and says why', async () => {
    const { verdict, caseUpdates } = await decide(draft);
    expect([verdict.kind, verdict.reason, verdict.clients, caseUpdates]).toEqual([
      'ignored',
      'draft',
      [],
      [],
    ]);
    expect(verdict.evidence).toContainEqual({
      rule: 'unsent',
      outcome: 'rejected',
      detail: 'a draft: x-unsent, and no server received it',
    });
  });

  it('of a client is ignored, too', async () => {
    expect(outcome(await decide({ ...draft, from: 'John <john@x.test>', to: ada }))).toBe('ignored');
  });

  it.each([
    ['before it', 0, 10],
    ['after it', 10, 0],
  ])('lets a message sent later with its id count, if that comes %s', async (_, minute, other) => {
    const [kept, went] = await decideAll([
      { ...draft, minute },
      { ...sent, minute: other, body: 'Please see to it by Friday.' },
    ]);
    expect([kept, went].map((one) => one && outcome(one))).toEqual(['ignored', 'john to']);
    expect(went?.caseUpdates.map(({ status, review }) => [status, review])).toEqual([['Closed', null]]);
    expect(went?.facts.flags).not.toContain('message-id-reused');
  });

  it('lets the same words count if they were sent', async () => {
    const [kept, went, copy] = await decideAll([
      { ...draft, minute: 0 },
      { ...sent, minute: 0 },
      { ...draft, minute: 0 },
    ]);
    expect([kept, went, copy].map((one) => one && outcome(one))).toEqual(['ignored', 'john to', 'ignored']);
    expect([kept, went, copy].map((one) => one?.caseUpdates.length)).toEqual([0, 1, 0]);
  });

  it('cannot be answered', async () => {
    const stranger = 'New <new@away.test>';
    const [, went, answer] = await decideAll([
      { ...draft, to: 'Mary <mary@y.test>' },
      { ...sent, body: 'Please see to it by Friday.' },
      { from: stranger, subject: 'Re: Wall', answers: ['wall@firm.test'] },
    ]);
    expect([went, answer].map((one) => one && outcome(one))).toEqual(['john to', 'john thread']);
  });
});
