import type { Config } from '../../config/config.ts';
import { describeError } from '../../errors.ts';
import { ensureIndexes, openDatabase } from '../../store/mongo.ts';
import type { Database } from '../../store/mongo.ts';
import { examineClientAddresses } from './client-addresses.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

export async function* examineDatabase(config: Config, fix: boolean): AsyncGenerator<Finding> {
  let database: Database;
  try {
    database = await openDatabase(config.mongodb);
  } catch (error) {
    yield finding(
      'mongodb',
      'failed',
      describeError(error),
      'start the database, or correct MONGODB_URI (host, port, user, password)',
    );
    return;
  }
  try {
    await database.db.command({ ping: 1 });
    await ensureIndexes(database);
    yield finding(
      'mongodb',
      'ok',
      `database ${config.mongodb.db}, ${await database.clients.estimatedDocumentCount()} clients`,
    );
    if (fix) await database.clients.createIndexes([{ key: { email: 1 } }, { key: { emails: 1 } }]);
    const indexes = await database.clients
      .listIndexes()
      .toArray()
      .catch(() => []);
    const keys = indexes.map((index) => Object.keys(index['key'] as object)[0]);
    if (['email', 'emails'].every((key) => keys.includes(key)))
      yield finding('client index', 'ok', 'clients can be looked up by email');
    else
      yield finding(
        'client index',
        'warning',
        'clients.email and clients.emails have no index: look-ups read the whole collection',
        'run docketmail doctor --fix',
      );
    yield await examineClientAddresses(database, config.rules);
  } catch (error) {
    yield finding(
      'mongodb',
      'failed',
      describeError(error),
      'give the user of MONGODB_URI read and write access to the database',
    );
  } finally {
    await database.client.close();
  }
}
