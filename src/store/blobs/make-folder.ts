import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a folder and its parents, all with the same mode, and returns the first that did not exist; undefined if all did. Node's
 * own `recursive` reports ENOENT for a read-only file system, and never ends below /proc. @throws the error of the folder that
 * could not be created.
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
  if (dirname(path) === path) throw new Error(`${path}: cannot be created`);
  const made = await makeFolder(dirname(path), options);
  // Another process may have been faster.
  if ((await tryToMake(path, options)) === 'ENOENT')
    throw Object.assign(new Error(`ENOENT: no folder can be created in ${dirname(path)}`), {
      code: 'ENOENT',
    });
  return made ?? path;
}

/** Null if created. @throws any error except that it exists, or that its parent does not. */
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
