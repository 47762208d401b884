/**
 * What a Raspberry Pi does to the relay's pin before any driver loads: GPIO 0 to 8 are pulled up, 9 to 27 down
 * (BCM2835 ARM Peripherals, table 6-31; later models alike). A pull that energises the relay opens the door at
 * each boot. Returns a sentence with the mend, or undefined when the pull means rest [S1].
 */
export function powerOnWarning(relayPin: number, relayActiveLow: boolean): string | undefined {
  const pull = relayPin <= 8 ? 'up' : 'down';
  const rest = relayActiveLow ? 'up' : 'down';
  if (pull === rest) return undefined;
  const mend = `gpio=${relayPin}=op,${relayActiveLow ? 'dh' : 'dl'}`;
  return `GPIO ${relayPin} is pulled ${pull} at power-on, which energises this relay until the system has started. Put "${mend}" into config.txt and a resistor at the relay's input, or use a pin from ${relayActiveLow ? '2 to 8' : '9 to 27'}.`;
}
