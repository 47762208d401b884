import type { AlarmName, Severity } from '../../base/alarm.ts';

/** An alarm as its reader knows it, and how steady its cause must be. ALARMS.md is made from this table. */
export interface AlarmKind {
  severity: Severity;
  title: string;
  /** What raises it, what clears it: half sentences for the reference. */
  raisedBy: string;
  clearedBy: string;
  /** What whoever sees it should do. */
  toDo: string;
  /** How long the cause must have lasted, pauses shorter than `clearAfterS` included, before the alarm is raised. */
  raiseAfterS: number;
  /** How long the cause must have been gone at a stretch before the alarm is cleared, so that a link that flaps does not flap the alarm. */
  clearAfterS: number;
  /** False where the door's own events (`door-forced`, `lockdown-started`, `list-stale` …) already say it in the log. */
  hasEvents: boolean;
}

export const alarmTable: Record<AlarmName, AlarmKind> = {
  'forced': {
    severity: 'critical', title: 'Door forced open', raiseAfterS: 0, clearAfterS: 5, hasEvents: false,
    raisedBy: 'the contact opens while the lock is at rest and nobody asked to exit',
    clearedBy: 'the contact closes',
    toDo: 'Go to the door. If it is a maglock or a worn strike, have it adjusted; if people leave that way, check the request to exit.',
  },
  'held-open': {
    severity: 'warning', title: 'Door held open', raiseAfterS: 0, clearAfterS: 5, hasEvents: false,
    raisedBy: 'the door stands open for longer than `door.heldOpenMs` after an entry',
    clearedBy: 'the contact closes',
    toDo: 'Close the door. If it does not close by itself, have the closer looked at.',
  },
  'lockdown': {
    severity: 'info', title: 'Lockdown', raiseAfterS: 0, clearAfterS: 0, hasEvents: false,
    raisedBy: 'someone starts a lockdown; it survives a restart',
    clearedBy: 'an administrator ends it',
    toDo: 'Nothing, if it was meant. Codes open nothing until it is ended.',
  },
  'tamper': {
    severity: 'critical', title: 'Housing opened', raiseAfterS: 0, clearAfterS: 30, hasEvents: false,
    raisedBy: 'the tamper input opens',
    clearedBy: 'the tamper input is closed again',
    toDo: 'Go to the device: its housing is open, or the wire is cut. Look at the wiring before you trust the door again.',
  },
  'log-tampered': {
    severity: 'critical', title: 'Event log changed', raiseAfterS: 0, clearAfterS: 0, hasEvents: true,
    raisedBy: 'the check of the whole log, a minute after each start and once a day, finds an event that does not follow from the one before it',
    clearedBy: 'a later check finds the whole log in order',
    toDo: 'Keep a copy of the state folder, run `postern verify-log`, and compare with what the backend has of this door.',
  },
  'list-stale': {
    severity: 'warning', title: 'List of codes is old', raiseAfterS: 0, clearAfterS: 60, hasEvents: false,
    raisedBy: 'nobody has confirmed the list for 15 minutes, or it is older than `access.maxListAgeH`',
    clearedBy: 'the backend sends a list that is accepted, or says that there is no newer one',
    toDo: 'See why the backend is not reached. A code revoked meanwhile may still open this door.',
  },
  'clock-unverified': {
    severity: 'warning', title: 'Clock not verified', raiseAfterS: 300, clearAfterS: 60, hasEvents: true,
    raisedBy: 'the clock is behind what is known (`floor`) or far ahead of it (`suspect`)',
    clearedBy: 'the issuer has said what time it is, or the clock agrees again',
    toDo: 'Bring the door online, check NTP, and the battery of the real-time clock if there is one. Without it codes are not taken offline.',
  },
  'camera-dead': {
    severity: 'critical', title: 'Camera gives no pictures', raiseAfterS: 30, clearAfterS: 30, hasEvents: true,
    raisedBy: 'the camera has stopped',
    clearedBy: 'pictures come again',
    toDo: 'Check the camera\'s cable, power and address; `postern doctor` looks at it. Nobody gets in by a code until then.',
  },
  'disk-filling': {
    severity: 'warning', title: 'Disk is filling up', raiseAfterS: 60, clearAfterS: 60, hasEvents: true,
    raisedBy: 'less than `alarms.diskFreeMb` is free where `stateDir` is, or the event log cannot be written',
    clearedBy: 'a quarter more than `alarms.diskFreeMb` is free and the log is written again',
    toDo: 'Free some space, or lower `evidence.maxMb` and `events.maxMb`. When the disk is full, nobody is let in.',
  },
  'broker-lost': {
    severity: 'warning', title: 'MQTT broker lost', raiseAfterS: 60, clearAfterS: 60, hasEvents: true,
    raisedBy: 'no broker of `mqtt.brokers` takes the connection',
    clearedBy: 'the connection stands again',
    toDo: 'Check the broker and the network. Events are kept and sent later; commands do not arrive.',
  },
  'backend-lost': {
    severity: 'warning', title: 'Backend lost', raiseAfterS: 120, clearAfterS: 60, hasEvents: true,
    raisedBy: 'the backend does not answer, or refuses this door',
    clearedBy: 'it answers again',
    toDo: 'Check the network and the backend. The door decides by its list meanwhile; what it cannot tell now it uploads later.',
  },
  'denials-in-a-row': {
    severity: 'warning', title: 'Codes denied in a row', raiseAfterS: 0, clearAfterS: 120, hasEvents: true,
    raisedBy: '`alarms.denialsInARow.count` codes are denied within `windowS` and none is granted between them; denials that are the door\'s own doing (lockdown, offline, an old list, a doubtful clock) do not count',
    clearedBy: 'a code is granted, or fewer than so many are left in the window',
    toDo: 'Look at the pictures of the attempts: someone may be trying codes, or a group has the wrong ones.',
  },
  'relay-fault': {
    severity: 'critical', title: 'Lock relay fails', raiseAfterS: 0, clearAfterS: 30, hasEvents: false,
    raisedBy: 'the relay or its guard does not do as told',
    clearedBy: 'the relay works again',
    toDo: 'Check relay and wiring; try the lock by hand. The door stays locked and opens for nobody until then.',
  },
  'rex-stuck': {
    severity: 'warning', title: 'Request to exit is stuck', raiseAfterS: 0, clearAfterS: 30, hasEvents: false,
    raisedBy: 'the request to exit is active for longer than `door.rexStuckMs`',
    clearedBy: 'it is free again',
    toDo: 'Look at the button or sensor and its wire. It excuses no opening until then.',
  },
};
