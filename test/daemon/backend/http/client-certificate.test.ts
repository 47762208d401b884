import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { doorOf } from '../../../../daemon/backend/http/client-certificate.ts';
import { ruuidOf } from '../../../../daemon/base/ids.ts';
import { FRONT } from '../served-backend.ts';

const URI = `URI:urn:postern:door:${FRONT}`;

const names: [situation: string, subjectAltName: string | undefined, door: string | undefined][] = [
  ['the URI of a door', URI, FRONT],
  ['a door as a UUID', 'URI:urn:postern:door:00010203-0405-0607-0809-0a0b0c0d0e0f', FRONT],
  ['a scheme and name space in capitals (RFC 8141 §3.1)', `URI:URN:POSTERN:door:${FRONT}`, FRONT],
  ['a door beside other names', `DNS:door.example.org, ${URI}, IP Address:192.0.2.1`, FRONT],
  ['no names', undefined, undefined],
  ['a host alone', 'DNS:door.example.org', undefined],
  ['a host that is called like a door', `DNS:urn:postern:door:${FRONT}`, undefined],
  ['two doors', `${URI}, URI:urn:postern:door:EBESExQVFhcYGRobHB0eHw`, undefined],
  ['the same door twice', `${URI}, ${URI}`, undefined],
  ['something of ours that is no door', `${URI}, URI:urn:postern:backend:x`, undefined],
  ['a door cut short', URI.slice(0, -1), undefined],
  ['a door with something behind it', `${URI}/x`, undefined],
  ['another URI', `URI:https://example.org/${URI}`, undefined],
  ['a host with a comma that hides a door, as Node quotes it', `DNS:"a, ${URI}, b"`, undefined],
  ['a door beside a quoted name', `${URI}, DNS:"a\\u0000b"`, undefined],
  ['nothing', '', undefined],
];
for (const [situation, subjectAltName, expected] of names) {
  test(`a certificate with ${situation} is ${expected === undefined ? 'nobody\'s' : 'that door\'s'}`, () => {
    const door = doorOf({ subjectAltName });
    assert.is(door && ruuidOf(door), expected);
  });
}

test.run();
