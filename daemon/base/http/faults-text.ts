import type { z } from 'zod';

const MOST_TOLD = 10;

/** What is wrong with a request, field by field, for its sender. It repeats names of fields, never what is in them. */
export function faultsText(error: z.ZodError): string {
  const texts = error.issues.slice(0, MOST_TOLD).map(faultText);
  const more = error.issues.length - texts.length;
  return more > 0 ? `${texts.join('; ')}; and ${more} more` : texts.join('; ');
}

function faultText(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.').slice(0, 64);
  const what = whatIsWrong(issue);
  return field === '' ? what : `${field}: ${what}`;
}

function whatIsWrong(issue: z.core.$ZodIssue): string {
  // A field that is null counts as left out, so what is received here is never null.
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, MOST_TOLD).map((key) => JSON.stringify(key.slice(0, 64))).join(', ');
    return `the call does not know ${names}, which may have been meant to restrict, so it is not passed over`;
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return `is missing; it takes ${articled(issue.expected)}`;
  return issue.message.slice(0, 200);
}

function articled(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
