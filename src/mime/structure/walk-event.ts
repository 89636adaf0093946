import type { Part } from './part.ts';

/**
 * The events of a message's bytes, in order (RFC 2046 §5.1). `bytes` belong to `part` (a leaf's body; a multipart's preamble or
 * epilogue) and to every open message around it; `structure` bytes (headers, delimiter lines) only to the latter.
 */
export type WalkEvent =
  | { readonly kind: 'open'; readonly part: Part }
  | { readonly kind: 'bytes'; readonly part: Part; readonly bytes: Buffer }
  | { readonly kind: 'structure'; readonly bytes: Buffer }
  | { readonly kind: 'close'; readonly part: Part; readonly children: number; readonly atDelimiter: boolean }
  | { readonly kind: 'defect'; readonly code: string; readonly detail: string };
