import type { Part } from './part.ts';

/** RFC 1740 §4: a multipart/appledouble is one Mac file: its data fork, and what only a Mac can use. */
export const isMacFile = (part: Part): boolean => part.parent?.contentType === 'multipart/appledouble';

/** Icon, type and window position of a file; has the file's name but is not a file of its own. */
export const isResourceFork = (part: Part): boolean =>
  isMacFile(part) && part.contentType === 'application/applefile';

/** Some clients name only the resource fork, with a "%" in front (RFC 1740 §5). */
export const nameOfDataFork = (resourceFork: Part): string | null =>
  resourceFork.filename?.replace(/^%/u, '') ?? null;
