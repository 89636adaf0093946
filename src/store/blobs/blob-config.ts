/** Where blobs are kept. */
export type BlobConfig = S3Config | { readonly kind: 'directory'; readonly dir: string };

export interface S3Config {
  readonly kind: 's3';
  readonly bucket: string;
  /** Null for AWS. */
  readonly endpoint: string | null;
  readonly region: string;
  /** Null: those of the machine. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
  readonly forcePathStyle: boolean;
  readonly checksums: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
}
