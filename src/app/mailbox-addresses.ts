import { caseAuthorityOf } from '../config/mailbox-config.ts';
import type { Config } from '../config/config.ts';
import type { Directory } from '../connect/directory.ts';

/** The mailboxes themselves are staff, and each says whose tags count in it, those too that are added while docketmail runs. */
export function rulesWith(rules: Config['rules'], directory: Pick<Directory, 'all'>): Config['rules'] {
  let known: ReturnType<Directory['all']> | null = null;
  let { ownAddresses, caseAuthority } = rules;
  const refresh = (): void => {
    const now = directory.all();
    if (now === known) return;
    known = now;
    ownAddresses = [...new Set([...rules.ownAddresses, ...now.flatMap(addressesOf)])];
    caseAuthority = { ...rules.caseAuthority, ...caseAuthorityOf(now.map(({ settings }) => settings)) };
  };
  return {
    ...rules,
    get ownAddresses() {
      refresh();
      return ownAddresses;
    },
    get caseAuthority() {
      refresh();
      return caseAuthority;
    },
  };
}

const addressesOf = ({ settings: { user, name } }: ReturnType<Directory['all']>[number]): string[] =>
  [user, name]
    .filter((login) => /^[^\s@]+@[^\s@]+$/u.test(login))
    .map((login) => login.normalize('NFC').toLowerCase());
