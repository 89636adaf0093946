/** File names that are safe to use: as the last part of a path, in a Content-Disposition, on a screen. */

export interface SafeFilename {
  readonly filename: string | null;
  /** Codes of what was removed: `filename-unsafe` (path parts, control characters, length), `bidi-in-filename`. */
  readonly defects: readonly string[];
}

/** Most file systems limit a name to 255 bytes; 180 characters leave room for a prefix. */
const maxFilenameLength = 180;
const maxExtensionLength = 16;
/** U+202E and its relatives show "exe.fdp" as "pdf.exe". */
const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const invisible = /[\p{Cc}\p{Surrogate}\u00ad\u200b-\u200d\u2028\u2029\u2060-\u2064\ufeff\ufff9-\ufffb]/gu;

function shorten(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= maxFilenameLength) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= maxExtensionLength ? name.slice(dot) : '';
  return characters.slice(0, maxFilenameLength - extension.length).join('') + extension;
}

/**
 * A name without path, control, zero-width and direction-changing characters, at most 180 characters, extension kept. Null if
 * nothing is left.
 */
export function safeFilename(raw: string | null): SafeFilename {
  if (raw === null) return { filename: null, defects: [] };
  const bounded = raw.slice(-4_000).normalize('NFC');
  const withoutBidi = bounded.replaceAll(bidi, '');
  const visible = withoutBidi.replaceAll(invisible, (character) => (character === '\t' ? ' ' : ''));
  const last = visible.split(/[/\\]/u).at(-1)?.trim() ?? '';
  const named = /^\.*$/u.test(last) ? '' : shorten(last);
  const defects = [
    ...(withoutBidi === bounded ? [] : ['bidi-in-filename']),
    ...(named === withoutBidi.trim() ? [] : ['filename-unsafe']),
  ];
  return { filename: named === '' ? null : named, defects };
}
