import { existsSync, readFileSync, statSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../../base/durable-file.ts';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { RandomSource } from '../../base/ids.ts';
import type { Role } from './api.ts';
import { hashOf, passwordHash } from './password-hash.ts';

/** Small letters, so that nobody can be taken for another by a capital; no mail address: the name is in the door's events. */
export const USER_NAME = /^[a-z][a-z0-9._-]{0,31}$/;
export const PASSWORD_CHARS = { least: 10, most: 256 };
/** [S9] */
const MOST_USERS = 200;

const user = z.strictObject({
  name: z.string().regex(USER_NAME),
  role: z.enum(['viewer', 'operator', 'admin']),
  password: passwordHash,
  /** Another one after each change of password or role: sessions that began before are over. */
  stamp: z.string().min(16).max(64),
});
const file = z.strictObject({ version: z.literal(1), users: z.array(user).max(MOST_USERS) })
  .refine(({ users }) => new Set(users.map(({ name }) => name)).size === users.length);

export type User = z.output<typeof user>;

/** Who may log in to the page: a file in the state folder, written by `postern user`, read by the daemon. */
export class UsersFile {
  readonly path: string;
  readonly #random: RandomSource;

  constructor(stateDir: string, random: RandomSource) {
    this.path = join(stateDir, 'users.json');
    this.#random = random;
  }

  /** Empty when there is no file. Throws PosternError('users-file') for one that is damaged or readable by others. */
  read(): User[] {
    if (!existsSync(this.path)) return [];
    if ((statSync(this.path).mode & 0o077) !== 0) throw this.#bad('others than its owner may read or write it; chmod 600 it');
    const parsed = file.safeParse(this.#json());
    if (!parsed.success) throw this.#bad('it is not one that "postern user" wrote; restore it, or move it away and add the users again');
    return parsed.data.users;
  }

  /** Tells whether the file has changed, by a look at its entry alone. */
  version(): string {
    const stat = statSync(this.path, { throwIfNoEntry: false });
    return stat ? `${stat.ino} ${stat.ctimeMs} ${stat.size}` : 'none';
  }

  /** Throws PosternError('user-exists', 'user-bad', 'password-bad', 'users-file'); rejects PosternError('storage'). */
  async add(name: string, role: Role, password: string): Promise<void> {
    if (!USER_NAME.test(name)) throw new PosternError('user-bad', 'A user\'s name has 1 to 32 small letters, digits, dots, dashes or underscores, and begins with a letter.');
    checkPassword(password);
    const users = this.read();
    if (users.some((each) => each.name === name)) throw new PosternError('user-exists', `There is a user ${name} already. Change it with "postern user password ${name}" or "postern user role ${name} ROLE".`);
    if (users.length >= MOST_USERS) throw new PosternError('user-bad', `There are ${MOST_USERS} users, which is the most. Remove one that is no longer needed.`);
    await this.#write([...users, { name, role, password: await hashOf(password, this.#random), stamp: this.#stamp() }]);
  }

  /** Throws PosternError('user-unknown', 'users-file'). */
  async remove(name: string): Promise<void> {
    this.find(name);
    await this.#write(this.read().filter((each) => each.name !== name));
  }

  /** Throws PosternError('user-unknown', 'password-bad', 'users-file'). */
  async setPassword(name: string, password: string): Promise<void> {
    checkPassword(password);
    this.find(name);
    const hash = await hashOf(password, this.#random);
    await this.#change(name, (each) => ({ ...each, password: hash }));
  }

  /** Throws PosternError('user-unknown', 'users-file'). */
  async setRole(name: string, role: Role): Promise<void> {
    this.find(name);
    await this.#change(name, (each) => ({ ...each, role }));
  }

  async #change(name: string, changed: (user: User) => User): Promise<void> {
    await this.#write(this.read().map((each) => (each.name === name ? { ...changed(each), stamp: this.#stamp() } : each)));
  }

  /** Throws PosternError('user-unknown', 'users-file'). */
  find(name: string): User {
    const found = this.read().find((each) => each.name === name);
    if (!found) throw new PosternError('user-unknown', `There is no user ${JSON.stringify(name.slice(0, 64))}. "postern user list" shows those there are.`);
    return found;
  }

  /** Mode 0600, whole or not at all. Written by root it belongs to whoever the folder does, or the daemon could not read it. */
  async #write(users: User[]): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const { uid, gid } = statSync(dirname(this.path));
    await writeDurably(this.path, Buffer.from(`${JSON.stringify({ version: 1, users }, undefined, 2)}\n`));
    if (process.getuid?.() === 0) await chown(this.path, uid, gid);
  }

  #json(): unknown {
    try {
      return JSON.parse(readFileSync(this.path, 'utf8'));
    } catch (thrown) {
      throw this.#bad(messageOf(thrown));
    }
  }

  #bad(why: string): PosternError {
    return new PosternError('users-file', `The file of the page's users ${this.path} cannot be used: ${why}.`);
  }

  #stamp(): string {
    return Buffer.from(this.#random(16)).toString('base64url');
  }
}

function checkPassword(password: string): void {
  const { least, most } = PASSWORD_CHARS;
  if (password.length < least || password.length > most) throw new PosternError('password-bad', `A password has ${least} to ${most} characters. Some words in a row are easy to remember.`);
}
