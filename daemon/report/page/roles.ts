import type { Permission, Role } from './api.ts';

/** What each role may, in full: nothing is inherited, so that the table is the whole truth. */
export const permissionsOf: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['see-pictures'],
  operator: ['see-pictures', 'unlock', 'lock-down', 'passage'],
  admin: ['see-pictures', 'unlock', 'lock-down', 'passage', 'end-lockdown', 'test-pulse', 'installer-mode', 'issue-passes'],
};

export const roles = Object.keys(permissionsOf) as Role[];

export function isRole(text: string): text is Role {
  return Object.hasOwn(permissionsOf, text);
}
