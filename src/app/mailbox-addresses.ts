import type { Config } from '../config/config.ts';
import type { Directory } from '../connect/directory.ts';

/** The mailboxes themselves are staff, those too that are added while docketmail runs. */
export function rulesWith(rules: Config['rules'], directory: Pick<Directory, 'all'>): Config['rules'] {
  let known: ReturnType<Directory['all']> | null = null;
  let addresses = rules.ownAddresses;
  return {
    ...rules,
    get ownAddresses() {
      const now = directory.all();
      if (now !== known) {
        known = now;
        addresses = [...new Set([...rules.ownAddresses, ...now.flatMap(addressesOf)])];
      }
      return addresses;
    },
  };
}

const addressesOf = ({ settings: { user, name } }: ReturnType<Directory['all']>[number]): string[] =>
  [user, name]
    .filter((login) => /^[^\s@]+@[^\s@]+$/u.test(login))
    .map((login) => login.normalize('NFC').toLowerCase());
