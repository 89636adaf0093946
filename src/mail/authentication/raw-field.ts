/** One header field as it stands in the bytes. */
export interface RawField {
  /** Lower-cased, without the blanks that some write before the colon ("From :"). */
  readonly name: string;
  /** Everything up to the next field, line ends included; one character is one byte. */
  readonly bytes: string;
}

/** A field as the parser reads it, and so as it is shown. */
export interface ShownField {
  readonly name: string;
  /** Unfolded, not decoded. */
  readonly value: string;
}
