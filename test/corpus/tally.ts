import { readFile } from 'node:fs/promises';
import type { Metric } from './corpus.ts';

/** Counts one metric; `library` stays null if the library does not do this. */
export class Tally {
  readonly #name: { readonly set: string; readonly metric: string; readonly library?: string };
  readonly #failures: { id: string; detail: string }[] = [];
  #n = 0;
  #right = 0;
  #libraryRight: number | null = null;

  constructor(name: { readonly set: string; readonly metric: string; readonly library?: string }) {
    this.#name = name;
  }

  count(
    id: string,
    outcome: { readonly right: boolean; readonly detail: string; readonly library?: boolean | undefined },
  ): void {
    this.#n += 1;
    if (outcome.right) this.#right += 1;
    else this.#failures.push({ id, detail: outcome.detail });
    if (outcome.library !== undefined)
      this.#libraryRight = (this.#libraryRight ?? 0) + Number(outcome.library);
  }

  metric(): Metric {
    const library =
      this.#libraryRight === null ? null : { name: this.#name.library ?? '', right: this.#libraryRight };
    const { set, metric } = this.#name;
    return { set, metric, n: this.#n, right: this.#right, library, failures: this.#failures };
  }
}

/** The rows of a JSONL file. */
export async function readRows<Row>(path: string): Promise<readonly Row[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line): Row => JSON.parse(line));
}
