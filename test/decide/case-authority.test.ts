import { describe, expect, it } from 'vitest';
import { authorityIn } from '../../src/decide/case-authority.ts';

const rules = { caseAuthority: { intake: 'clients', partners: 'staff', office: 'both' } } as const;

describe('who may move a case', () => {
  it.each([
    [[], { staff: true, clients: true }],
    [['intake'], { staff: false, clients: true }],
    [['partners'], { staff: true, clients: false }],
    [['partners', 'intake'], { staff: true, clients: true }],
    [['intake', 'office'], { staff: true, clients: true }],
    [['unknown'], { staff: true, clients: true }],
  ])('in %j follows the widest setting of the mailboxes', (mailboxes, expected) => {
    expect(authorityIn(mailboxes, rules)).toEqual(expected);
  });
});
