/** Maildir: `name:2,DS`. File systems that know no colon in names have `;` or `!` in its place. */
const FLAGS = /[:;!]2,([A-Za-z]*)$/u;

/** What the name of a Maildir's file says of its message: D, somebody still writes it; T, it lies in the bin. Null elsewhere. */
export function fileMark(path: string): 'draft' | 'deleted' | null {
  const flags = FLAGS.exec(path)?.[1] ?? '';
  return flags.includes('D') ? 'draft' : flags.includes('T') ? 'deleted' : null;
}
