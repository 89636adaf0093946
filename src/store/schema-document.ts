/** A completed step. */
export interface SchemaDocument {
  /** The version that the documents have since. */
  readonly _id: number;
  readonly step: string;
  readonly appliedAt: Date;
}
