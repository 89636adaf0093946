// SQLSTATE of the DocumentDB engine → MongoDB error code. The engine's own states begin with M; each was found by provoking the
// error.

export type MongoError = { readonly code: number; readonly codeName: string };

const internalError: MongoError = { code: 1, codeName: 'InternalError' };
const duplicateKey: MongoError = { code: 11_000, codeName: 'DuplicateKey' };
const writeConflict: MongoError = { code: 112, codeName: 'WriteConflict' };

const byState: Readonly<Record<string, MongoError>> = {
  M0001: { code: 2, codeName: 'BadValue' },
  M0003: { code: 9, codeName: 'FailedToParse' },
  M0004: { code: 14, codeName: 'TypeMismatch' },
  M0008: { code: 26, codeName: 'NamespaceNotFound' },
  M0009: { code: 27, codeName: 'IndexNotFound' },
  M000A: { code: 28, codeName: 'PathNotViable' },
  M000D: { code: 40, codeName: 'ConflictingUpdateOperators' },
  M000F: { code: 48, codeName: 'NamespaceExists' },
  M000G: { code: 52, codeName: 'DollarPrefixedFieldName' },
  M000M: { code: 66, codeName: 'ImmutableField' },
  M000N: { code: 67, codeName: 'CannotCreateIndex' },
  M000Q: { code: 73, codeName: 'InvalidNamespace' },
  M000R: { code: 85, codeName: 'IndexOptionsConflict' },
  M000S: { code: 86, codeName: 'IndexKeySpecsConflict' },
  M000U: { code: 115, codeName: 'CommandNotSupported' },
  M0012: { code: 197, codeName: 'InvalidIndexSpecificationOption' },
  M0015: { code: 241, codeName: 'ConversionFailure' },
  M0016: { code: 263, codeName: 'OperationNotSupportedInTransaction' },
  M001C: duplicateKey,
  M001M: { code: 15_955, codeName: 'Location15955' },
  M0059: { code: 31_254, codeName: 'Location31254' },
  M005E: { code: 168, codeName: 'InvalidPipelineOperator' },
  M007O: { code: 40_234, codeName: 'Location40234' },
  M007T: { code: 40_323, codeName: 'Location40323' },
  M007U: { code: 40_324, codeName: 'Location40324' },
  M0087: { code: 40_414, codeName: 'Location40414' },
  M0088: { code: 40_415, codeName: 'Location40415' },
  M009H: { code: 51_091, codeName: 'Location51091' },
  M00CO: { code: 121, codeName: 'DocumentValidationFailure' },
  M00DO: { code: 16, codeName: 'InvalidLength' },
  M00FG: { code: 15_975, codeName: 'Location15975' },
  '0A000': { code: 115, codeName: 'CommandNotSupported' },
  '23505': duplicateKey,
  // find_and_modify reports the unique index (internally an exclusion constraint) in PostgreSQL's own words.
  '23P01': duplicateKey,
  '40001': writeConflict,
  '40P01': writeConflict,
  '55P03': writeConflict,
  '57014': { code: 50, codeName: 'MaxTimeMSExpired' },
};

/** Aborted by PostgreSQL in favour of another transaction: nothing was written, the command can simply be retried. */
const transient = new Set(['40001', '40P01', '55P03']);

export const isTransient = (sqlState: string): boolean => transient.has(sqlState);

export const toMongoError = (sqlState: string): MongoError => byState[sqlState] ?? internalError;

/** PostgreSQL packs a SQLSTATE into an integer, six bits per character; write errors contain that form. */
export function unpackSqlState(packed: number): string {
  let state = '';
  for (let shift = 0; shift < 30; shift += 6) state += String.fromCodePoint(((packed >> shift) & 0x3f) + 48);
  return state;
}

/** Programs older than error codes search for this text, and so do people. */
export function mongoMessage(error: MongoError, message: string, namespace: string): string {
  if (error.code !== duplicateKey.code) return message;
  const index =
    /Index '([^']+)'/.exec(message)?.[1] ?? /constraint "([^"]+)"/.exec(message)?.[1] ?? 'unknown';
  return `E11000 duplicate key error collection: ${namespace} index: ${index}`;
}
