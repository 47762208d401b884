import { z } from 'zod';
import { ruuidOf } from '../../base/ids.ts';
import type { DoorRecord } from '../doors.ts';
import { exampleDoor } from '../http/example-site.ts';
import { ruuid } from '../http/fields.ts';

/** A door as calls answer it: of the published fields those that we have something true to say about, and our own. */
export const accessControlledDoor = z.strictObject({
  uuid: ruuid,
  name: z.string(),
  qrEnabled: z.boolean().describe('Whether it reads QR codes. Codes are issued for doors that do.'),
}).meta({ id: 'AccessControlledDoor' });

export const exampleDoorAnswer = { uuid: exampleDoor, name: 'Front door', qrEnabled: true };

export function doorAnswer(door: DoorRecord): z.input<typeof accessControlledDoor> {
  return { uuid: ruuidOf(door.uuid), name: door.name, qrEnabled: door.hasQr };
}
