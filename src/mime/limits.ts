/** Bounds of one parse. What lies beyond is left out with a warning; the raw message keeps it. */
export interface ParseLimits {
  /** Bytes of one header block. Answers megabyte headers that make every later step slow. */
  readonly maxHeaderBytes: number;
  /** Parts of the whole message, nested ones included. Answers the bomb of 100,000 empty parts. */
  readonly maxParts: number;
  /** Multiparts and messages within each other. Answers nesting that exhausts the stack of later readers. */
  readonly maxDepth: number;
  /** Messages within each other, each with its own header. Answers forwards folded into forwards a thousandfold. */
  readonly maxNestedMessages: number;
  /** Bytes of text kept from one part. Answers the 100 MB text body. */
  readonly maxTextBytes: number;
  /** Bytes of text kept from all parts together. Answers the limit above times the number of parts. */
  readonly maxAllTextBytes: number;
  /** Characters of HTML that are read. Answers HTML made to be slow to read; also the 16 MB document of the database. */
  readonly maxHtmlChars: number;
  /** Bytes of a container (winmail.dat, smime.p7m, an encoded message) that is unpacked in memory. Answers its size in RAM. */
  readonly maxContainerBytes: number;
  /** Warnings kept. Answers a defect on every line. */
  readonly maxWarnings: number;
}

export const parseLimits: ParseLimits = {
  maxHeaderBytes: 1_048_576,
  maxParts: 1_000,
  maxDepth: 30,
  maxNestedMessages: 100,
  maxTextBytes: 8_388_608,
  maxAllTextBytes: 16_777_216,
  maxHtmlChars: 4_194_304,
  maxContainerBytes: 33_554_432,
  maxWarnings: 100,
};
