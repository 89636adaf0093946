/** One step from encoded bytes to a hash. It owns its input only until it returns. */
export interface Stage {
  write(bytes: Buffer): void;
  end(): void;
}
