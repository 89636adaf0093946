import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One line of the accuracy table: how many of `n` cases of a corpus set a part of the program gets right. */
export interface Metric {
  readonly set: string;
  readonly metric: string;
  readonly n: number;
  readonly right: number;
  /** The best library measured on the same cases in the same run; null if none does this. */
  readonly library: { readonly name: string; readonly right: number } | null;
  readonly failures: readonly { readonly id: string; readonly detail: string }[];
}

/** Each area of the corpus run exports one of these. */
export type CorpusSuite = (corpusFolder: string) => Promise<readonly Metric[]>;

/** The folder named by MAIL_CORPUS, else `../shared/mail` beside the repository, else null. */
export function findCorpus(): string | null {
  const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
  const folder = process.env['MAIL_CORPUS'] ?? join(repository, '../shared/mail');
  return existsSync(folder) ? folder : null;
}
