/**
 * Browser script: what this device keeps, in IndexedDB, one record a pass:
 * {id, secret, stage: 'asked' | 'kept', keyPair?, device?, code?, key?, facts?, offsetMs?, seenMs?, checkedMs?}.
 * CryptoKeys go in as they are; that they are not extractable goes with them.
 */
export const scriptStore = String.raw`
const STORE = 'passes';

function openStore() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('postern', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('blocked'));
  });
}

/** Resolves once it is on the device, not merely asked for. */
async function inStore(mode, work) {
  const db = await openStore();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(STORE, mode, { durability: 'strict' });
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('aborted'));
    });
  } finally {
    db.close();
  }
}

const kept = {
  get: (id) => inStore('readonly', (store) => store.get(id)),
  put: (record) => inStore('readwrite', (store) => store.put(record)),
  all: () => inStore('readonly', (store) => store.getAll()),
};
`;
