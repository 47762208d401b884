import { mqtt } from '../../../config/sections/mqtt.ts';
import { readClientTls } from '../../base/client-tls.ts';
import { PosternError } from '../../base/errors.ts';
import type { BrokerLinkOptions } from '../../report/mqtt/broker-link.ts';
import { openConfig } from '../config-file.ts';
import { readPassword } from '../key-files.ts';

export interface BrokerValues {
  config?: string | undefined;
  broker?: string[] | undefined;
  user?: string | undefined;
  'password-file'?: string | undefined;
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  prefix?: string | undefined;
}

/** How a site's brokers are reached, by a config or by options; both keep to the config's rules. Throws PosternError('usage', 'no-broker'). */
export function brokerOptions(values: BrokerValues): Pick<BrokerLinkOptions, 'brokers' | 'login' | 'version' | 'keepaliveS' | 'connectTimeoutMs'> & { prefix: string } {
  const section = values.broker ? sectionOf(values, values.broker) : openConfig(values.config).mqtt;
  if (!section) throw new PosternError('no-broker', 'The config names no broker. Add an mqtt section, or give --broker URL.');
  const { brokers, version, keepaliveS, connectTimeoutMs, user, passwordFile, topicPrefix, ...files } = section;
  return {
    brokers, version, keepaliveS, connectTimeoutMs, prefix: values.prefix ?? topicPrefix,
    login: () => ({ tls: readClientTls(files), user, password: passwordFile === undefined ? undefined : readPassword(passwordFile) }),
  };
}

function sectionOf({ user, 'password-file': passwordFile, ca, cert, key, prefix }: BrokerValues, brokers: string[]): ReturnType<typeof mqtt.parse> {
  const given = { brokers, user, passwordFile, caFile: ca, clientCertFile: cert, clientKeyFile: key, topicPrefix: prefix };
  const read = mqtt.safeParse(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
  if (read.success) return read.data;
  const [first] = read.error.issues;
  throw new PosternError('usage', `${first?.path.join('.')} ${first?.message}. See postern doors --help.`);
}
