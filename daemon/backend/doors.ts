import { ruuidOf, uuidBytes } from '../base/ids.ts';
import { ApiError } from '../base/http/api-error.ts';
import type { Store } from './store.ts';

export interface DoorRecord {
  uuid: Uint8Array;
  name: string;
  /** False for a door that is known but has no camera for codes. */
  hasQr: boolean;
}

interface DoorRow {
  uuid: Buffer;
  name: string;
  hasQr: 0 | 1;
}

const SELECT = 'SELECT uuid, name, has_qr AS hasQr FROM doors';

/** What a call that names a door may be refused with. */
export const doorRefusals = [
  { status: 400, code: 'door-uuid-bad', when: 'A door is named by something that is neither an RUUID nor a UUID.' },
  { status: 404, code: 'door-unknown', when: 'There is no such door.' },
] as const;

/** The doors codes are issued for. */
export class Doors {
  readonly #store: Store;
  // Asked by every call: made once.
  readonly #byUuid;
  readonly #countChange;
  readonly #nameChange;

  constructor(store: Store) {
    this.#store = store;
    this.#byUuid = store.prepare<[Uint8Array], DoorRow>(`${SELECT} WHERE uuid = ?`);
    this.#countChange = store.prepare('UPDATE doors SET list_changes = list_changes + 1 WHERE uuid = ?');
    this.#nameChange = store.prepare('UPDATE token_doors SET list_change = (SELECT list_changes FROM doors WHERE uuid = door) WHERE door = ? AND token = ?');
  }

  /** Adds a door or renames it. */
  put(door: DoorRecord): void {
    this.#store.prepare('INSERT INTO doors (uuid, name, has_qr) VALUES (?, ?, ?) ON CONFLICT (uuid) DO UPDATE SET name = excluded.name, has_qr = excluded.has_qr')
      .run(door.uuid, door.name, door.hasQr ? 1 : 0);
  }

  all(): DoorRecord[] {
    return this.#store.prepare<[], DoorRow>(`${SELECT} ORDER BY name, uuid`).all().map(recordOf);
  }

  /** In the order of their uuids, after `afterUuid`. */
  page(limit: number, afterUuid: Uint8Array = new Uint8Array(0)): DoorRecord[] {
    return this.#store.prepare<[Uint8Array, number], DoorRow>(`${SELECT} WHERE uuid > ? ORDER BY uuid LIMIT ?`).all(afterUuid, limit).map(recordOf);
  }

  get(uuid: Uint8Array): DoorRecord | undefined {
    const row = this.#byUuid.get(uuid);
    return row && recordOf(row);
  }

  /** The door an API call means by an RUUID or UUID. Throws ApiError('door-uuid-bad', 'door-unknown'). */
  named(text: string): DoorRecord {
    const uuid = uuidBytes(text);
    if (!uuid) throw new ApiError(400, 'door-uuid-bad', 'A door is named by its RUUID (22 characters) or UUID (36 characters); this is neither.');
    const door = this.get(uuid);
    if (!door) throw new ApiError(404, 'door-unknown', `There is no door ${ruuidOf(uuid)}. getDoorsForOrg lists the doors there are.`);
    return door;
  }

  /**
   * To be called in the transaction that changes what the door's list says, with the token it says it of. Without one the
   * next list is read anew as a whole, and no delta leads to it.
   */
  listChanged(uuid: Uint8Array, token?: Uint8Array): void {
    this.#countChange.run(uuid);
    if (token) this.#nameChange.run(uuid, token);
    else this.#store.prepare('UPDATE doors SET list_changed_unnamed = list_changes WHERE uuid = ?').run(uuid);
  }

  /** Counts up with every change of what the door's list says. */
  listChanges(uuid: Uint8Array): number {
    return this.#store.prepare<[Uint8Array], number>('SELECT list_changes FROM doors WHERE uuid = ?').pluck().get(uuid) ?? 0;
  }
}

function recordOf(row: DoorRow): DoorRecord {
  return { ...row, hasQr: row.hasQr === 1 };
}
