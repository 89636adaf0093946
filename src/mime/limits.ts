/** Limits of one parse. Anything beyond is left out with a warning; the raw message keeps it. */
export interface ParseLimits {
  /** Bytes of one header block. Against megabyte headers that make every later step slow. */
  readonly maxHeaderBytes: number;
  /** Lines of one header block. Against the same megabyte in lines of two characters, each a field. */
  readonly maxHeaderLines: number;
  /** Bytes of all header blocks together. Against the limit above times the number of parts. */
  readonly maxAllHeaderBytes: number;
  /** Lines of all header blocks together. */
  readonly maxAllHeaderLines: number;
  /** Header lines that are looked at, all together; after that only the header's end is searched. */
  readonly maxHeaderLooks: number;
  /** Addresses of all headers together. Against nested messages with 5,000 recipients each. */
  readonly maxAllAddresses: number;
  /** Parts of the whole message, nested and unpacked ones included. Against a bomb of 100,000 empty parts. */
  readonly maxParts: number;
  /** Nested multiparts and messages. Against nesting that exhausts the stack of later readers. */
  readonly maxDepth: number;
  /** Nested messages, each with its own header. Against forwards inside forwards a thousandfold. */
  readonly maxNestedMessages: number;
  /** Bytes of text kept from one part. Against a 100 MB text body. */
  readonly maxTextBytes: number;
  /** Bytes of text kept from all parts together. Against the limit above times the number of parts. */
  readonly maxAllTextBytes: number;
  /** Lines of text kept from all parts together. Against 4 million lines of one character, each as costly as a long one. */
  readonly maxAllTextLines: number;
  /** Characters of HTML that are read. Against HTML made to be slow to read; also the database's 16 MB per document. */
  readonly maxHtmlChars: number;
  /** Tags and line ends of HTML that are read, all parts together. Against HTML that is all tags. */
  readonly maxAllHtmlMarks: number;
  /** Bytes of a container (winmail.dat, smime.p7m, an encoded message) unpacked in memory. Against its size in RAM. */
  readonly maxContainerBytes: number;
  /** How much all compressed containers together may grow. A thousand small ones are a bomb too. */
  readonly maxUnpackedBytes: number;
  /** How many times their size compressed containers may grow to, all together, beyond two megabytes. Text rarely reaches 30. */
  readonly maxUnpackRatio: number;
  /** Files found inside other parts (winmail.dat, uuencode), all together. */
  readonly maxUnpackedFiles: number;
  /** Bytes of calendars that are read, all together: their parser is slow. */
  readonly maxAllCalendarBytes: number;
  /** Warnings kept. Against a defect on every line. */
  readonly maxWarnings: number;
}

export const parseLimits: ParseLimits = {
  maxHeaderBytes: 1_048_576,
  maxHeaderLines: 10_000,
  maxAllHeaderBytes: 4_194_304,
  maxAllHeaderLines: 40_000,
  maxHeaderLooks: 200_000,
  maxAllAddresses: 20_000,
  maxParts: 1_000,
  maxDepth: 30,
  maxNestedMessages: 100,
  maxTextBytes: 8_388_608,
  maxAllTextBytes: 16_777_216,
  maxAllTextLines: 100_000,
  maxHtmlChars: 4_194_304,
  maxAllHtmlMarks: 200_000,
  maxContainerBytes: 33_554_432,
  maxUnpackedBytes: 33_554_432,
  maxUnpackRatio: 100,
  maxUnpackedFiles: 1_000,
  maxAllCalendarBytes: 1_048_576,
  maxWarnings: 100,
};
