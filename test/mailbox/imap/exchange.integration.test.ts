/** What Exchange Online says to those who log in by token. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { openImapSource } from '../../../src/mailbox/imap/imap.ts';
import { openScriptedServer } from '../../support/scripted-imap.ts';
import type { Script } from '../../support/scripted-imap.ts';

const capabilities = 'IMAP4rev1 AUTH=XOAUTH2 SASL-IR IDLE';

async function exchange(answer: NonNullable<Script['answer']>) {
  const server = await openScriptedServer({
    capabilities,
    answer: (command) =>
      command.startsWith('AUTHENTICATE') ? ['TAG OK AUTHENTICATE completed.'] : answer(command),
  });
  onTestFinished(() => server.close());
  let given = 0;
  const source = openImapSource({
    name: 'office',
    host: '127.0.0.1',
    port: server.port,
    security: 'none',
    user: 'office@firm.test',
    credential: { kind: 'accessToken', accessToken: async () => `token-${++given}` },
  });
  onTestFinished(() => source.close());
  const tokensSeen = (): string[] =>
    server.commands.flatMap((command) => {
      const [word, mechanism, sasl = ''] = command.split(' ');
      if (word !== 'AUTHENTICATE') return [];
      expect(mechanism).toBe('XOAUTH2');
      return [/Bearer (token-\d+)/u.exec(Buffer.from(sasl, 'base64').toString())?.[1] ?? 'none'];
    });
  return { source, tokensSeen };
}

it('a session that ends with its token in the middle of IDLE is opened again at once with a new one, and counts as no failure', async () => {
  const { source, tokensSeen } = await exchange((command) =>
    command === 'IDLE' ? ['* BYE Session invalidated - AccessTokenExpired'] : undefined,
  );
  const stop = new AbortController();
  const watching = source.watch({ folder: 'INBOX', onArrival: () => {}, signal: stop.signal });
  await vi.waitFor(() => expect(tokensSeen().slice(0, 2)).toEqual(['token-1', 'token-2']), {
    timeout: 30_000,
  });
  expect(source.health()).toMatchObject({ state: 'ok', failures: 0, until: null });
  stop.abort();
  await watching;
});

it('a login without a mailbox behind it is told apart from a wrong token', async () => {
  const { source, tokensSeen } = await exchange((command) =>
    command.startsWith('LIST') || command.startsWith('LSUB') || command.startsWith('EXAMINE')
      ? ['TAG BAD User is authenticated but not connected.']
      : undefined,
  );
  const session = await source.openSession();
  await expect(session.folders()).rejects.toMatchObject({ code: 'mailbox-not-open' });
  await session.close();
  expect(tokensSeen()).toEqual(['token-1']);
});
