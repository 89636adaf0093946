/** One header field, byte for byte. */
export interface RawField {
  /** Lower-cased, without whitespace before the colon ("From :"). */
  readonly name: string;
  /** Everything up to the next field, line ends included; one character per byte. */
  readonly bytes: string;
}

/** A field as the parser reads and shows it. */
export interface ShownField {
  readonly name: string;
  /** Unfolded, not decoded. */
  readonly value: string;
}
