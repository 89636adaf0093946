/** One step of the way from encoded bytes to a hash. What it is given is its own only until it returns. */
export interface Stage {
  write(bytes: Buffer): void;
  end(): void;
}
