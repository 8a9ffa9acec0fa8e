import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { CampaignError } from '../../errors';

/** IPv4 ranges that are not the public internet (IANA special-purpose registry, plus multicast and reserved). */
const PRIVATE_IPV4: Array<[string, number]> = [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.0.0.0', 24],
	['192.0.2.0', 24],
	['192.88.99.0', 24],
	['192.168.0.0', 16],
	['198.18.0.0', 15],
	['198.51.100.0', 24],
	['203.0.113.0', 24],
	['224.0.0.0', 4],
	['240.0.0.0', 4],
];

/** Parts of 2000::/3, the only public IPv6 range, that are special or reach IPv4 hosts through a tunnel. */
const PRIVATE_IPV6: Array<[string, number]> = [
	['2001::', 23],
	['2001:db8::', 32],
	['2002::', 16],
	['3fff::', 20],
];

const ipv4 = new BlockList();
for (const [network, prefix] of PRIVATE_IPV4) ipv4.addSubnet(network, prefix, 'ipv4');

const ipv6Special = new BlockList();
for (const [network, prefix] of PRIVATE_IPV6) ipv6Special.addSubnet(network, prefix, 'ipv6');

const ipv6Global = new BlockList();
ipv6Global.addSubnet('2000::', 3, 'ipv6');

/** The IPv4 address inside an IPv4-mapped (::ffff:0:0/96) or NAT64 (64:ff9b::/96) address, else undefined. */
function embeddedIpv4(address: string): string | undefined {
	// URL writes any spelling of an IPv6 address in one way: hexadecimal groups, the longest run of zeros as `::`.
	const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
	const groups = /^(?:::ffff|64:ff9b:):(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/.exec(canonical);
	if (!groups) return undefined;
	const high = parseInt(groups[1] ?? '0', 16);
	const low = parseInt(groups[2] ?? '0', 16);
	return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * Whether an IP address is anything else than a public unicast address: loopback, private, link-local, carrier-grade
 * NAT, documentation, multicast, reserved, also behind IPv4-mapped and NAT64 spellings. What is no address counts as
 * private.
 */
export function isPrivateAddress(address: string): boolean {
	const bare = address.replace(/%.*$/, '');
	const family = isIP(bare);
	if (family === 4) return ipv4.check(bare, 'ipv4');
	if (family !== 6) return true;
	const inner = embeddedIpv4(bare);
	if (inner !== undefined) return ipv4.check(inner, 'ipv4');
	return !ipv6Global.check(bare, 'ipv6') || ipv6Special.check(bare, 'ipv6');
}

function refusal(host: string): CampaignError {
	return new CampaignError(
		'private_address',
		`The host ${host} is at a loopback, private or reserved address`,
		'Use a public address, or allow private addresses in the credential if the host is yours.',
	);
}

/** Throws `private_address` when the URL's host is written as a private IP address. Names are checked by `publicLookup`. */
export function assertPublicLiteral(url: URL): void {
	const host = url.hostname.replace(/^\[|\]$/g, '');
	if (isIP(host) !== 0 && isPrivateAddress(host)) throw refusal(host);
}

/**
 * A `lookup` for sockets that resolves a name once and refuses it when any of its addresses is private. The socket
 * connects to the very addresses that were checked, so a second, different DNS answer cannot slip in between.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
	dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
		const first = addresses?.[0];
		if (error || !first) return callback(error ?? refusal(hostname), '', 0);
		if (addresses.some(({ address }) => isPrivateAddress(address))) return callback(refusal(hostname), '', 0);
		if (options.all) return callback(null, addresses);
		callback(null, first.address, first.family);
	});
};
