import { messageOf, PosternError } from '../../base/errors.ts';

/** Why there is no connection to a broker, or no longer. */
export interface BrokerFault {
  /** `refused`: trying again soon does not help, somebody has to change something. `ended`: the broker hung up without a word. */
  kind: 'unreachable' | 'refused' | 'ended' | 'silent';
  /** What is wrong and how to mend it, after the broker's name: `does not answer.` */
  text: string;
}

/** Return codes of CONNACK in 3.1.1 (§3.2.2.3) and reason codes of 5 (§3.2.2.2) that say the same. */
const refusals: Record<number, string> = {
  1: 'does not speak this version of MQTT. Set mqtt.version to the other one.',
  2: 'does not take this door\'s client id. Allow ids of 32 characters there.',
  4: 'refuses the user or the password. Check mqtt.user and mqtt.passwordFile.',
  5: 'does not let this door in. Check mqtt.user, the client certificate, and the broker\'s access list.',
};
refusals[132] = refusals[1] as string;
refusals[133] = refusals[2] as string;
refusals[134] = refusals[4] as string;
refusals[135] = refusals[5] as string;
refusals[138] = 'has banned this door. Lift the ban there.';

const SESSION_TAKEN_OVER = 142;

const tlsTexts: Record<string, string> = {
  CERT_HAS_EXPIRED: 'has a certificate that has expired. Renew it there, or check this machine\'s clock.',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet. Check this machine\'s clock.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name. Name the broker in mqtt.brokers as its certificate does.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that no authority signed that this door believes. Put the authority\'s into mqtt.caFile.',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate that no authority signed that this door believes. Put the authority\'s into mqtt.caFile.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate that no authority signed that this door believes. Put the authority\'s into mqtt.caFile.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a certificate that no authority signed that this door believes. Put the authority\'s into mqtt.caFile.',
  CERT_SIGNATURE_FAILURE: 'has a certificate that another authority signed. Put that authority\'s into mqtt.caFile.',
};

/** TLS alerts (RFC 8446 §6) by which a broker says what it thinks of the door's certificate. */
const alertTexts: Record<string, string> = {
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'asks for a client certificate. Set mqtt.clientCertFile and mqtt.clientKeyFile.',
};

/** What an error of a connection means; `hadConnected`: the broker had accepted it before. */
export function brokerFaultOf(thrown: unknown, hadConnected: boolean): BrokerFault {
  if (thrown instanceof PosternError) return { kind: 'refused', text: `is not asked: ${thrown.message}` };
  const code = (thrown as { code?: unknown } | undefined)?.code;
  if (typeof code === 'number') return refusalOf(code, hadConnected);
  const said = thrown === undefined ? '' : messageOf(thrown);
  if (said === 'Keepalive timeout') return { kind: 'silent', text: 'has gone silent: the connection stands, and nothing comes through it.' };
  if (said === 'connack timeout') return { kind: 'unreachable', text: 'does not answer in time.' };
  if (typeof code === 'string') return { kind: isOfTls(code) ? 'refused' : 'unreachable', text: tlsTexts[code] ?? alertText(code) ?? networkText(code, said) };
  if (hadConnected) return { kind: 'ended', text: said === '' ? 'ended the connection.' : `ended the connection: ${said}.` };
  return { kind: 'unreachable', text: said === '' ? 'hung up before it had accepted the connection.' : `cannot be spoken with: ${said}.` };
}

function refusalOf(code: number, hadConnected: boolean): BrokerFault {
  if (code === SESSION_TAKEN_OVER) return { kind: 'ended', text: 'gave this door\'s place to another connection.' };
  const known = refusals[code];
  if (known !== undefined) return { kind: 'refused', text: known };
  return { kind: hadConnected ? 'ended' : 'unreachable', text: `${hadConnected ? 'ended the connection' : 'does not accept the connection'} (reason ${code}).` };
}

function isOfTls(code: string): boolean {
  return code in tlsTexts || alertText(code) !== undefined;
}

function alertText(code: string): string | undefined {
  if (code in alertTexts) return alertTexts[code];
  return /ALERT.*CERTIFICATE|ALERT_UNKNOWN_CA|ALERT_ACCESS_DENIED/.test(code) ? `refuses the client certificate (${code}). Renew mqtt.clientCertFile, or have the broker believe its authority.` : undefined;
}

function networkText(code: string, said: string): string {
  switch (code) {
    case 'ECONNREFUSED': return 'does not accept connections: is it running there?';
    case 'ENOTFOUND': case 'EAI_AGAIN': return 'has a name that cannot be looked up. Check mqtt.brokers and the name server.';
    case 'ECONNRESET': case 'EPIPE': return 'broke off the connection.';
    case 'ETIMEDOUT': case 'EHOSTUNREACH': case 'ENETUNREACH': return 'cannot be reached. Check the network.';
    default: return `cannot be spoken with: ${said}.`;
  }
}
