/** The relay's, by its BCM number. Pulled down at power-on: rest for a relay that a high level energises. */
export const RELAY_PIN = 17;
