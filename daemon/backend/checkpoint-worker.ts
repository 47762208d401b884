import Database from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import { openSecond } from './store.ts';

export interface CheckpointSetup {
  /** Folder of the database. */
  dir: string;
}

/** What came of a checkpoint: pages in the write-ahead log and how many of them the database has by now. */
export interface Checkpointed {
  log: number;
  checkpointed: number;
}

const store = openSecond((workerData as CheckpointSetup).dir);

parentPort?.on('message', (order: 'checkpoint' | 'end') => {
  switch (order) {
    case 'checkpoint': return parentPort?.postMessage(checkpoint());
    case 'end':
      store.close();
      parentPort?.close();
  }
});

/** PASSIVE waits for nobody and nobody waits for it. A disk that fails shows at the next commit, where somebody is told. */
function checkpoint(): Checkpointed {
  try {
    const [done] = store.pragma('wal_checkpoint(PASSIVE)') as [Checkpointed];
    return done;
  } catch (thrown) {
    if (thrown instanceof Database.SqliteError) return { log: 0, checkpointed: 0 };
    throw thrown;
  }
}
