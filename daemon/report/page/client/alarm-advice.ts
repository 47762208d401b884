/** What whoever sees an alarm does about it. An alarm this page does not know yet has its own sentence only. */
const advice: Record<string, string> = {
  'forced': 'Look at the last pictures and go to the door. It ends when the door is closed.',
  'held-open': 'Close the door, or start passage if it is meant to stand open.',
  'lockdown': 'Nobody is let in by a code. When the cause is over, an admin ends it here.',
  'tamper': 'Go to the door and look at the housing and its wires.',
  'log-tampered': 'Keep the card as it is and run "postern verify-log" to see where the log was changed.',
  'list-stale': 'Look at the door\'s network and at the backend. Until then codes are judged by an old list.',
  'clock-unverified': 'Give the door a network, or a clock with a battery. Until then it lets nobody in offline.',
  'camera-dead': 'Look at the camera\'s plug and power. Codes cannot be read; the door opens by its other ways.',
  'disk-filling': 'Lower evidence.maxMb, or give the door a larger card. Events are kept as long as there is any room.',
  'broker-lost': 'Look at the broker and at the network. What happens meanwhile is kept and sent later.',
  'backend-lost': 'Look at the backend and at the network. Codes are judged by the list meanwhile.',
  'denials-in-a-row': 'Look at the pictures below: someone may need help, or be trying codes.',
  'relay-fault': 'Check the relay\'s wiring. The door may not unlock; let people in by the key.',
  'rex-stuck': 'Look at the exit button: it is stuck or its wire is shorted. Forced openings are not excused meanwhile.',
};

export function adviceFor(alarm: string): string {
  return Object.hasOwn(advice, alarm) ? (advice[alarm] ?? '') : '';
}
