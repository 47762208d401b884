import type { Clock } from '../base/clock.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Audit } from './audit.ts';
import type { Doors } from './doors.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { TokenLists } from './token-lists.ts';
import type { Tokens } from './tokens.ts';
import type { Validation } from './validation.ts';

/** The parts of a backend, as its calls use them. */
export interface BackendParts {
  clock: Clock;
  audit: Audit;
  apiKeys: ApiKeys;
  doors: Doors;
  keys: SigningKeys;
  tokens: Tokens;
  lists: TokenLists;
  validation: Validation;
}
