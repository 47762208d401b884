import type { Scenario } from './scenario.ts';
import { cameraReplugs } from './scenarios/camera-replugs.ts';
import { daemonFaults } from './scenarios/daemon-faults.ts';
import { driverContracts } from './scenarios/driver-contracts.ts';
import { pictureToRelay } from './scenarios/picture-to-relay.ts';
import { powerCuts } from './scenarios/power-cuts.ts';
import { raspiPin } from './scenarios/raspi-pin.ts';
import { reboots } from './scenarios/reboots.ts';

/** In the order in which they run. */
export const scenarios: readonly Scenario[] = [driverContracts, cameraReplugs, daemonFaults, reboots, pictureToRelay, powerCuts, raspiPin];
