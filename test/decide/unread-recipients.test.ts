import { describe, expect, it } from 'vitest';
import { ada, decide, dropbox, gmail, outcome, outcomeOf } from './office.ts';
import type { MessageSpec } from './office.ts';

const john = 'John <john@x.test>';
const legacyName = 'IMCEAEX-_O=FIRM_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP_CN=RECIPIENTS_CN=JOHN';

async function sent(to: string, more: Partial<MessageSpec> = {}) {
  const decided = await decide({ from: ada, to, ...more });
  return [outcome(decided), decided.verdict.direction];
}

describe('recipients who cannot be read are not staff: what one of us sent', () => {
  it.each([
    ['to a name', 'John Doe'],
    ['to a name in quotes', '"Doe, John"'],
    ['to empty brackets', 'John Doe <>'],
    ['to hidden recipients', 'undisclosed-recipients:;'],
    ['to hidden recipients, of a program that leaves the colon out', 'Undisclosed recipients'],
    ['to hidden recipients, in German', 'Verborgene_Empfaenger: ;'],
    ['to a list by its name', '"Clients": ;'],
    ['to a name in Exchange’s directory', '/O=FIRM/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=JOHN'],
    ['to such a name in an address of ours', `"John" <${legacyName}@firm.test>`],
    ['to one of X.400', '"/C=GB/A=GOLD/S=Doe/G=John/"@firm.test'],
    ['to a name of Notes', '"John Doe/X/GB"@firm.test'],
    ['to a fax number', 'IMCEAFAX-John+20+2B44+20123@firm.test'],
    ['to one of us and to a name', 'Ben <ben@firm.test>, John Doe'],
    ['to no one', ''],
  ])('%s waits for a person', async (_, to) => {
    expect(await sent(to)).toEqual(['unmatched', 'outbound']);
  });

  it('with a copy to a name waits too', async () => {
    expect(await sent('Ben <ben@firm.test>', { cc: 'John Doe' })).toEqual(['unmatched', 'outbound']);
  });

  it('with a copy to hidden recipients waits too', async () => {
    expect(await sent('Ben <ben@firm.test>', { cc: 'undisclosed-recipients: ;' })).toEqual([
      'unmatched',
      'outbound',
    ]);
  });

  it('to one of us, as a server writes it, is internal', async () => {
    expect(await sent('prvs=1234abcd=ben@firm.test')).toEqual(['internal', 'internal']);
    expect(await sent('IMCEASMTP-ben+40firm+2Etest@firm.test')).toEqual(['internal', 'internal']);
  });

  it.each([
    ['Resent-To', 'john@x.test', 'unmatched'],
    ['Resent-Cc', 'John Doe', 'unmatched'],
    ['Resent-Bcc', 'mia@firm.test, someone@else.test', 'unmatched'],
    ['Resent-To', 'mia@firm.test', 'internal'],
  ])('and redirected, %s: %s, is %s', async (field, to, expected) => {
    const headers = [`Resent-From: ada@firm.test`, `${field}: ${to}`];
    const [kind] = await sent('ben@firm.test', { headers });
    expect(kind).toBe(expected);
  });

  it('as a forward to a name is not filed', async () => {
    const { verdict } = await decide({ from: ada, to: 'Mary', subject: 'Fwd: Wall', body: gmail(john) });
    expect([verdict.direction, verdict.forwardedBy]).toEqual(['outbound', null]);
  });
});

describe('an address inside one of ours', () => {
  it.each([
    'IMCEAMAILTO-john+40x+2Etest@firm.test',
    'IMCEASMTP-john+40x+2Etest@mail.firm.test',
    'IMCEASMTP-John+40X+2Etest@EUR01.prod.outlook.com',
    'SRS0=aB1=7x=x.test=john@firm.test',
    'john%x.test@firm.test',
    '"john@x.test"@firm.test',
  ])('%s belongs to the client to whom the message went', async (to) => {
    expect(await sent(`"John" <${to}>`)).toEqual(['john to', 'outbound']);
  });

  it('is a stranger if no client has it', async () => {
    expect(await sent('IMCEASMTP-new+40z+2Etest@firm.test')).toEqual(['unmatched', 'outbound']);
  });

  it('does not make anyone ours who is inside another’s address', async () => {
    expect(await sent('IMCEASMTP-ben+40firm+2Etest@z.test')).toEqual(['unmatched', 'outbound']);
  });

  it('is the sender', async () => {
    expect(await outcomeOf({ from: 'IMCEAINVALID-john+40x+2Etest@firm.test' })).toBe('john from');
  });

  it('is not the sender if a stranger’s server says so', async () => {
    expect(await outcomeOf({ from: 'IMCEAINVALID-john+40x+2Etest@away.test' })).toBe('unmatched');
  });

  it('is who wrote the message inside a forward', async () => {
    const body = gmail('John <IMCEASMTP-john+40x+2Etest@firm.test>');
    expect(await outcomeOf({ from: ada, to: 'crm@firm.test', subject: 'Fwd: Wall', body }, dropbox)).toBe(
      'john forwarded',
    );
  });

  it('proves no client: that mail is from our server proves only our server', async () => {
    const config = { authentication: 'flag', trustedAuthservIds: ['mx.firm.test'] };
    const headers = ['Authentication-Results: mx.firm.test; dkim=pass header.d=firm.test'];
    const from = 'IMCEAINVALID-john+40x+2Etest@firm.test';
    const { caseUpdates } = await decide({ from, subject: '[Case 7: Closed]', headers }, { config });
    expect(caseUpdates.map(({ review }) => review)).toEqual(['unauthenticated']);
  });
});
