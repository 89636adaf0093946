/** A declared size is only the server's word; this tells an estimate from a truncated message. */

/** Exchange computes RFC822.SIZE before it converts the message and is slightly off; a larger difference means truncation. */
const sizeToleranceBytes = 1024;
const sizeToleranceShare = 0.05;

/** An empty answer says nothing about the message, however small it should be. */
export const isCutOff = (size: number, declared: number): boolean =>
  declared - size > Math.max(sizeToleranceBytes, declared * sizeToleranceShare) ||
  (size === 0 && declared > 0);

export const cutOff = (uid: number, declared: number, size: number): string =>
  `UID ${uid}: ${declared} bytes were declared, ${size} arrived`;
