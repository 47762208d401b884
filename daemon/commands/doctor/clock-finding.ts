import type { Config } from '../../../config/schema.ts';
import type { Finding } from './finding.ts';
import { bad, good, look } from './finding.ts';
import type { Machine } from './machine.ts';
import { namesIn, textAt } from './machine.ts';

/** 2024-01-01: a clock before that has lost its time. */
const SENSIBLE_S = 1_704_067_200;

/** Whether the time survives a power cut, and whether the config knows. */
export function clockFinding({ access: { rtcHasBattery } }: Config, machine: Machine): Finding {
  const [rtc] = namesIn(machine, 'sys/class/rtc');
  if (rtc === undefined) {
    return rtcHasBattery
      ? bad('clock', 'access.rtcHasBattery is true, and this machine has no real-time clock (/sys/class/rtc is empty). Fit one and its overlay in config.txt, or set the key to false')
      : look('clock', 'no real-time clock: after a power cut the time is not known until the network gives it, and access.whenClockUnverified decides');
  }
  const name = `${rtc} (${textAt(machine, `sys/class/rtc/${rtc}/name`) ?? 'no name'})`;
  if (!rtcHasBattery) return look('clock', `${name} is there and does not count: with a battery in it set access.rtcHasBattery to true`);
  const seconds = Number(textAt(machine, `sys/class/rtc/${rtc}/since_epoch`) ?? 0);
  if (seconds < SENSIBLE_S) return bad('clock', `${name} has lost its time: put a new battery in, and set it with "hwclock --systohc" once the network gives the time`);
  return good('clock', `${name}, with a battery`);
}
