/** A declared size is the server's word only; this tells an estimate from a message that was cut off. */

/** Exchange computes RFC822.SIZE before it converts the message and misses by some; more than this is a message cut off. */
const sizeToleranceBytes = 1024;
const sizeToleranceShare = 0.05;

/** An empty answer says nothing of the message, however small it was to be. */
export const isCutOff = (size: number, declared: number): boolean =>
  declared - size > Math.max(sizeToleranceBytes, declared * sizeToleranceShare) ||
  (size === 0 && declared > 0);

export const cutOff = (uid: number, declared: number, size: number): string =>
  `UID ${uid}: ${declared} bytes were declared and ${size} came`;
