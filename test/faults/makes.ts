/** Two different IMAP servers, and what an administrator, or a disk, does to a folder of each. */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../services/command.ts';
import { dataInForky, inForky } from '../../services/forky.ts';
import { openServices } from '../../services/services.ts';
import type { Services } from '../../services/services.ts';
import type { Bench } from './scenario.ts';

interface Folder {
  readonly user: string;
  readonly folder: string;
}

export interface Make {
  readonly name: 'Dovecot' | 'Cyrus';
  /** All servers of the bench, this one as IMAP_…. */
  readonly servers: Bench['servers'];
  /** A message that another session expunged can be fetched until the folder is reopened (RFC 2180 §4.1.2). */
  readonly servesExpunged: boolean;
  /** The same messages with another UIDVALIDITY. */
  resetUidValidity(folder: Folder): Promise<void>;
  /** Nobody may be logged in. The returned function brings the messages back, if the server cannot by itself. */
  loseIndex(folder: Folder): Promise<(() => Promise<void>) | null>;
  /** A backup of the folder as it is now. */
  keep(folder: Folder): Promise<void>;
  /** The backup, restored with the same UIDVALIDITY. Nobody may be logged in. */
  giveBack(folder: Folder): Promise<void>;
}

/** Starts Cyrus beside the servers of the bench, if needed: it stops with them. */
export async function openMakes({ services, servers }: Bench): Promise<readonly Make[]> {
  await openServices({ only: ['cyrus'], folder: services.folder, settings: {} });
  const all = services.env();
  const asImap = { HOST: 'CYRUS_HOST', PORT: 'CYRUS_PORT', TEST_PASSWORD: 'CYRUS_TEST_PASSWORD' };
  const cyrusServers = Object.fromEntries(
    Object.entries(asImap).map(([name, given]) => [`IMAP_${name}`, all[given] ?? '']),
  );
  return [dovecot(services, servers), cyrus(services, { ...servers, ...cyrusServers })];
}

function dovecot(services: Services, servers: Bench['servers']): Make {
  const pathOf = ({ user, folder }: Folder): string =>
    join(services.folder, 'imap', 'mail', user, ...(folder === 'INBOX' ? ['inbox'] : ['folders', folder]));
  return {
    name: 'Dovecot',
    servers,
    servesExpunged: false,
    resetUidValidity: async (folder) => await services.resetUidValidity(folder),
    // Dovecot creates a new one by itself.
    loseIndex: async (folder) => {
      const path = pathOf(folder);
      const names = (await readdir(path)).filter((name) => name.startsWith('dovecot'));
      for (const name of names) await rm(join(path, name));
      return null;
    },
    ...backups(async (folder) => pathOf(folder)),
  };
}

function cyrus(services: Services, servers: Bench['servers']): Make {
  const data = join(services.folder, 'cyrus');
  const tool = async (name: string, args: readonly string[]): Promise<string> =>
    await run(
      inForky({
        user: 'cyrus',
        data,
        command: [`/usr/lib/cyrus/bin/${name}`, '-C', `${dataInForky}/imapd.conf`, ...args],
      }),
    );
  const nameOf = ({ user, folder }: Folder): string => {
    const [name = '', domain = ''] = user.split('@');
    return `user/${name}${folder === 'INBOX' ? '' : `/${folder}`}@${domain}`;
  };
  const pathOf = async (folder: Folder): Promise<string> => {
    const path = (await tool('mbpath', [nameOf(folder)])).trim();
    return join(data, path.slice(dataInForky.length));
  };
  return {
    name: 'Cyrus',
    servers,
    servesExpunged: true,
    resetUidValidity: async (folder) => await services.resetUidValidity({ ...folder, server: 'cyrus' }),
    // Cyrus refuses to open the folder until someone reconstructs it.
    loseIndex: async (folder) => {
      await rm(join(await pathOf(folder), 'cyrus.index'));
      return async () => void (await tool('reconstruct', ['-q', nameOf(folder)]));
    },
    ...backups(pathOf),
  };
}

function backups(pathOf: (folder: Folder) => Promise<string>): Pick<Make, 'keep' | 'giveBack'> {
  const keptOf = (path: string): string => `${path}.kept`;
  return {
    keep: async (folder) => {
      const path = await pathOf(folder);
      await run(['cp', '--archive', path, keptOf(path)]);
    },
    giveBack: async (folder) => {
      const path = await pathOf(folder);
      await rm(path, { recursive: true });
      await rename(keptOf(path), path);
    },
  };
}
