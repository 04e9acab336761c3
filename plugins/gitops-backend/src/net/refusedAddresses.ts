import { BlockList } from 'node:net';

/** Networks of IPv4 that no source is in, and why. */
const IPV4: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8], // this network; Linux connects to itself
  ['127.0.0.0', 8], // this machine
  ['169.254.0.0', 16], // link-local, and the metadata of most clouds
  ['100.100.100.200', 32], // metadata of Alibaba Cloud
  ['192.0.0.192', 32], // metadata of Oracle Cloud
  ['168.63.129.16', 32], // platform services of Azure
  ['224.0.0.0', 3], // multicast, reserved, broadcast
];

const IPV6: readonly [network: string, prefix: number][] = [
  ['::', 128],
  ['::1', 128],
  ['fe80::', 10], // link-local
  ['ff00::', 8], // multicast
  ['fd00:ec2::', 32], // metadata and DNS of AWS
  ['fd20:ce::254', 128], // metadata of Google Cloud
];

/**
 * Addresses that are refused unless an administrator allows them; those of IPv4
 * also in the forms in which IPv6 carries them (mapped, NAT64, 6to4).
 */
export function refusedAddresses(): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of IPV6) {
    list.addSubnet(network, prefix, 'ipv6');
  }
  for (const [network, prefix] of IPV4) {
    list.addSubnet(network, prefix, 'ipv4');
    const [a, b, c, d] = network.split('.').map(Number);
    const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    list.addSubnet(`::ffff:${groups}`, 96 + prefix, 'ipv6');
    list.addSubnet(`64:ff9b::${groups}`, 96 + prefix, 'ipv6');
    list.addSubnet(`2002:${groups}::`, 16 + prefix, 'ipv6');
  }
  return list;
}
