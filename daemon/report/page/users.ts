import type { Clock } from '../../base/clock.ts';
import { PosternError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { User, UsersFile } from './users-file.ts';

export interface UsersOptions {
  file: Pick<UsersFile, 'read' | 'version' | 'path'>;
  clock: Pick<Clock, 'monotonicMs'>;
  log: Logger;
}

/** A file that was changed counts so soon. */
const LOOK_EVERY_MS = 1_000;

/** The page's users as the daemon knows them. A file that is damaged lets nobody in and ends all sessions: it may have been changed by whoever should not. */
export class Users {
  readonly #o: UsersOptions;
  #users = new Map<string, User>();
  #version = '';
  #lookedMs = -Infinity;

  constructor(options: UsersOptions) {
    this.#o = options;
  }

  get(name: string): User | undefined {
    this.#look();
    return this.#users.get(name);
  }

  get count(): number {
    this.#look();
    return this.#users.size;
  }

  #look(): void {
    const nowMs = this.#o.clock.monotonicMs();
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return;
    this.#lookedMs = nowMs;
    const version = this.#o.file.version();
    if (version === this.#version) return;
    this.#version = version;
    this.#users = new Map(this.#read().map((user) => [user.name, user]));
  }

  #read(): User[] {
    try {
      return this.#o.file.read();
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      this.#o.log.error(`${thrown.message} Nobody can log in to the page until then.`);
      return [];
    }
  }
}
