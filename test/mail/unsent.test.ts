import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/mime/parse.ts';
import { unsentSign } from '../../src/mail/unsent.ts';

async function kindOf(header: string, mark: 'draft' | 'deleted' | null = null): Promise<string | null> {
  const raw = Buffer.from(`From: Ada <ada@firm.test>\nTo: John <john@x.test>\n${header}\n\nNot yet.\n`);
  return unsentSign(await parseMessage({ raw }), mark)?.kind ?? null;
}

describe('a message in a file that was never sent', () => {
  it.each([
    'X-Unsent: 1',
    'X-Mozilla-Status: 0001\nX-Mozilla-Draft-Info: internal/draft; vcard=0; receipt=0; DSN=0; uuencode=0',
    'X-Uniform-Type-Identifier: com.apple.mail-draft',
    'X-Apple-Auto-Saved: 1',
    'X-Gmail-Labels: Drafts',
    'X-Gmail-Labels: Opened,Drafts,Important',
    'X-Gmail-Labels: =?UTF-8?Q?Entw=C3=BCrfe?=',
    'X-Gmail-Labels: =?UTF-8?B?0KfQtdGA0L3QvtCy0LjQutC4?=,=?UTF-8?B?0J7RgtC60YDRi9GC0YvQtQ==?=',
    'X-Gmail-Labels: =?UTF-8?Q?=E4=B8=8B=E6=9B=B8=E3=81=8D,=E9=96=8B=E5=B0=81=E6=B8=88=E3=81=BF?=',
    'X-Gmail-Labels: Brouillons,Ouvert',
    'X-Gmail-Labels: =?UTF-8?Q?Wersje_robocze?=',
    String.raw`X-GM-LABELS: "\\Draft" "\\Important"`.replaceAll('" "', ','),
    String.raw`X-GM-LABELS: \Draft \Starred`,
    String.raw`X-GM-LABELS: ("\\Important" "\\Draft")`,
    'X-Keywords: $Draft NonJunk',
    'X-Draft-Info: type=reply; uid=12; folder=INBOX',
    'X-IMP-Draft: Yes',
    'X-Draft-From: ("nnimap+firm:INBOX" 12)',
    'X-KMail-SignatureActionEnabled: false',
    'X-Claws-End-Special-Headers: 1',
    'X-Mutt-Fcc: =sent',
    'Status: RO\nX-Status: T',
    'X-Evolution: 0000001a-0014',
  ])('%s: a draft', async (header) => {
    expect(await kindOf(header)).toBe('draft');
  });

  it.each(['X-Mozilla-Status: 0009', 'Status: RO\nX-Status: AD', 'X-Evolution: 0000001a-0012'])(
    '%s: thrown away',
    async (header) => {
      expect(await kindOf(header)).toBe('deleted');
    },
  );

  it.each([
    'X-Unsent: 0',
    'X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00800000',
    'X-Uniform-Type-Identifier: com.apple.mail-message',
    'X-Gmail-Labels: Sent,Opened',
    'X-Gmail-Labels: Draft contracts,Inbox',
    'Status: RO\nX-Status: AF',
    'X-Evolution: 0000001a-0010',
    'X-Identity-Key: id1',
    'X-Keywords: Draft-contract $Forwarded',
    'Subject: Draft of the lease',
  ])('%s: no sign of it', async (header) => {
    expect(await kindOf(header)).toBeNull();
  });

  it('is a draft by the mark of its file, whatever its fields say', async () => {
    expect(await kindOf('X-Mozilla-Status: 0001', 'draft')).toBe('draft');
    expect(await kindOf('X-Status: D', 'draft')).toBe('draft');
    expect(await kindOf('Subject: Wall', 'deleted')).toBe('deleted');
  });

  it.each(['X-Unsent: 1', 'X-Mozilla-Draft-Info: internal/draft', 'X-Gmail-Labels: Drafts', 'X-Status: T'])(
    'is none that a server received: %s',
    async (header) => {
      const received = 'Received: from x.test by mx.firm.test; Mon, 2 Mar 2026 10:00:00 +0000';
      expect(await kindOf(`${received}\n${header}`, 'draft')).toBeNull();
    },
  );
});
