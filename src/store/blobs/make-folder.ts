import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder with those above it, all with the same mode, and returns the first that was not there; undefined where all were. Node's own `recursive`
 * says ENOENT of a read-only file system, and never ends below /proc. @throws the error of the folder that could not be made.
 */
export async function makeFolder(
  path: string,
  options: { readonly mode?: number } = {},
): Promise<string | undefined> {
  const code = await tryToMake(path, options);
  if (code === null) return path;
  if (code === 'EEXIST') {
    if ((await stat(path)).isDirectory()) return undefined;
    throw Object.assign(new Error(`ENOTDIR: ${path} is a file`), { code: 'ENOTDIR' });
  }
  if (dirname(path) === path) throw new Error(`${path}: cannot be made`);
  const made = await makeFolder(dirname(path), options);
  // Another process may have been faster.
  if ((await tryToMake(path, options)) === 'ENOENT')
    throw Object.assign(new Error(`ENOENT: no folder can be made in ${dirname(path)}`), { code: 'ENOENT' });
  return made ?? path;
}

/** Null where it was made. @throws any error but that it is there, or that the one above it is not. */
async function tryToMake(
  path: string,
  options: { readonly mode?: number },
): Promise<'EEXIST' | 'ENOENT' | null> {
  try {
    await mkdir(path, options);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST' || code === 'ENOENT') return code;
    throw error;
  }
}
