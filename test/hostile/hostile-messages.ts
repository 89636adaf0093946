import { hostileContainers } from './hostile-containers.ts';
import { hostileEncodings } from './hostile-encodings.ts';
import { hostileHeaders } from './hostile-headers.ts';
import { hostileHtml } from './hostile-html.ts';
import type { HostileKind } from './hostile-message.ts';
import { hostileStructures } from './hostile-structures.ts';
import { hostileTexts } from './hostile-texts.ts';

/** Every kind of message made to break a reader: each rule for texts, each container, each field. */
export const hostileKinds: readonly HostileKind[] = [
  ...hostileTexts,
  ...hostileEncodings,
  ...hostileHeaders,
  ...hostileStructures,
  ...hostileHtml,
  ...hostileContainers,
];
