/** Maildir: `name:2,DS`. File systems without colons in names use `;` or `!` instead. */
const FLAGS = /[:;!]2,([A-Za-z]*)$/u;

/** What a Maildir file name says about its message: D, someone is still writing it; T, it is in the bin. Otherwise null. */
export function fileMark(path: string): 'draft' | 'deleted' | null {
  const flags = FLAGS.exec(path)?.[1] ?? '';
  return flags.includes('D') ? 'draft' : flags.includes('T') ? 'deleted' : null;
}
